//! What the attendant says of itself to production, and what it remembers by that after a restart.

use std::collections::BTreeSet;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use shared::console::BookOutcome;

use super::{Attendant, is_of};
use crate::ops::{
    attendance::{self, AttendedSet, ENTRIES, Statement, StoreUse, Wrong},
    book::{Action, Doer, Entry},
    prune::Pruned,
    retention::{Place, SetKind},
    signing::{Purpose, Signers},
};

/// How often it says something where nothing has changed: whoever listens knows by that that it runs.
const SAY_EVERY: TimeDelta = TimeDelta::minutes(5);
/// What it is about when the statement itself cannot be written.
const SAYING: &str = "what the backup environment says to production";

impl Attendant {
    /// Takes up where it, or one before it, left off. What does not hold its own signature it has not said.
    pub(super) fn remember(&mut self) -> Result<()> {
        let own = Signers::parse(&self.key.public())?;
        let said = match attendance::find(self.environment.store(Place::Local), &own) {
            Ok(said) => said,
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "begins without what was said before");
                None
            }
        };
        let Some(said) = said else { return Ok(()) };
        for set in &said.sets {
            let key = (set.place, set.set.clone());
            // What did not hold is read again, and is not told again where it does not.
            if set.error.is_some() {
                self.damaged.insert(key);
            } else {
                self.verified.insert(key, set.verified_at);
            }
        }
        for place in Place::ALL {
            for kind in SetKind::ALL {
                if said.sets.iter().any(|set| set.place == place && is_of(kind, &set.set)) {
                    self.looked_at.insert((place, kind));
                }
            }
        }
        (self.pruned_at, self.restored) = (said.pruned_at, said.restored);
        (self.drilled, self.drill_passed_at) = (said.drill, said.drill_passed_at);
        (self.uses, self.entries) = (said.stores, said.entries);
        Ok(())
    }

    /// Notes something that it did, for the operations book.
    pub(super) fn note(&mut self, action: Action, subject: &str, details: &Value) {
        let entry = Entry::new(&self.clock, Doer::attendant(), action, subject);
        self.keep(entry.with(details));
    }

    /// Notes something that it found wrong.
    pub(super) fn note_wrong(&mut self, action: Action, subject: &str, why: &str) {
        self.note_failed(action, subject, &json!({}), why);
    }

    /// Notes something that did not go well, with what else there is to say.
    pub(super) fn note_failed(&mut self, action: Action, subject: &str, details: &Value, why: &str) {
        let entry = Entry::new(&self.clock, Doer::attendant(), action, subject);
        self.keep(entry.with(details).but(BookOutcome::Failed, why));
    }

    fn keep(&mut self, entry: Entry) {
        self.entries.push(entry);
        let too_many = self.entries.len().saturating_sub(ENTRIES);
        self.entries.drain(..too_many);
    }

    /// Notes what pruning a store came to.
    pub(super) fn note_pruned(&mut self, place: Place, pruned: &Pruned) {
        let at = self.clock.now();
        self.uses.retain(|known| known.place != place);
        self.uses.push(StoreUse { place, at, bytes: pruned.bytes });
        if !pruned.sets.is_empty() || pruned.objects > 0 {
            let store = self.environment.store(place).name().to_owned();
            let details = json!({
                "store": store, "sets": pruned.sets, "objects": pruned.objects, "kept": pruned.kept,
            });
            self.note(Action::PruneSets, &store, &details);
        }
    }

    /// Says how things stand, where that has changed or was not said for a while.
    pub(super) fn say(&mut self) {
        let now = self.clock.now();
        let is_time = self.said.as_ref().is_none_or(|said| {
            now < said.written_at
                || now >= said.written_at + SAY_EVERY
                || Statement { written_at: said.written_at, ..self.statement(now) } != *said
        });
        if !is_time {
            return;
        }
        let statement = self.statement(now);
        let written = self.judge(SAYING, |it| {
            let bytes = it.key.sign(Purpose::Attendance, &statement)?;
            it.environment.store(Place::Local).put_over(attendance::PATH, &bytes)
        });
        if written.is_some() {
            self.said = Some(statement);
        }
    }

    pub(super) fn statement(&self, written_at: DateTime<Utc>) -> Statement {
        let mut known: BTreeSet<(Place, String)> = self.verified.keys().cloned().collect();
        known.extend(self.damaged.iter().cloned());
        let set = |(place, set): (Place, String)| {
            let error = self.wrong.get(&self.about(place, &set)).cloned();
            let verified_at = self.verified.get(&(place, set.clone())).copied().flatten();
            AttendedSet { place, set, verified_at, error }
        };
        let wrong = self.wrong.iter().filter(|(about, _)| *about != SAYING);
        Statement {
            written_at,
            sets: known.into_iter().map(set).collect(),
            wrong: wrong.map(|(about, error)| Wrong { about: about.clone(), error: error.clone() }).collect(),
            pruned_at: self.pruned_at,
            restored: self.restored.clone(),
            drills: self.drills.is_some(),
            drill: self.drilled.clone(),
            drill_passed_at: self.drill_passed_at,
            stores: self.uses.clone(),
            entries: self.entries.clone(),
            under_way: None,
        }
    }
}
