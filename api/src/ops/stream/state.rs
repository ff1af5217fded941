//! How the stream goes: kept while it runs, written into the local store for the worker, and judged by a pure rule.

use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    database::Identity,
    outlet::Item,
    parts::FOLDER,
    segments::{Lsn, Segment},
};
use crate::{
    clock::Clock,
    ops::{retention::Place, stores::Store},
};

/// How old what is written down may be while the stream runs.
const SILENCE: TimeDelta = TimeDelta::minutes(1);
/// How long anything may wait.
const BEHIND: TimeDelta = TimeDelta::seconds(30);
/// A base backup is made each day; how long the last one may be ago.
const BASE: TimeDelta = TimeDelta::hours(26);

/// How it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// When that was so.
    pub at: DateTime<Utc>,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// The cluster.
    pub system: String,
    /// Since when nothing is received, and why.
    pub deaf: Option<Trouble>,
    /// Whether the server has thrown away what was not received: instants before the next base backup do not come back.
    pub has_gap: bool,
    /// Of the local store.
    pub local: Reach,
    /// Of the one off-site.
    pub off_site: Reach,
    /// When the newest base backup ended.
    pub newest_base: Option<DateTime<Utc>>,
    /// Why the last one could not be made, or brought off-site.
    pub base_error: Option<String>,
}

/// Something that does not work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Since when.
    pub since: DateTime<Utc>,
    /// Why.
    pub why: String,
}

/// How far a store is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Everything before this place in the log is in it.
    pub reaches: String,
    /// Since when the oldest waits of what is not.
    pub waiting_since: Option<DateTime<Utc>>,
    /// Why it waits.
    pub error: Option<String>,
}

/// The state as threads change it.
#[derive(Debug)]
pub struct Progress {
    state: Mutex<State>,
    whole: Mutex<Option<Segment>>,
    clock: Clock,
}

impl Progress {
    /// At the beginning.
    pub fn new(identity: &Identity, clock: Clock) -> Self {
        let now = clock.now();
        let state = State {
            at: now,
            began_at: now,
            system: identity.system.clone(),
            deaf: Some(Trouble { since: now, why: "it has just begun".to_owned() }),
            has_gap: false,
            local: Reach::default(),
            off_site: Reach::default(),
            newest_base: None,
            base_error: None,
        };
        Self { state: Mutex::new(state), whole: Mutex::new(None), clock }
    }

    /// Changes something.
    pub fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// As it is now.
    pub fn now(&self) -> State {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner).clone();
        State { at: self.clock.now(), ..state }
    }

    /// Receiving works, or does not.
    pub fn receives(&self, outcome: Result<(), &anyhow::Error>) {
        let now = self.clock.now();
        self.change(|state| {
            state.deaf = outcome.err().map(|why| Trouble {
                since: state.deaf.as_ref().map_or(now, |deaf| deaf.since),
                why: format!("{why:#}"),
            });
        });
    }

    /// Something was put.
    pub fn put(&self, place: Place, item: &Item) {
        self.reach(place, |reach| {
            let before: Lsn = reach.reaches.parse().unwrap_or_default();
            reach.reaches = before.max(item.reaches).to_string();
            reach.error = None;
        });
        if let (Place::Local, Some(segment)) = (place, item.whole) {
            self.is_whole(segment);
        }
    }

    /// What waits for a store, and why.
    pub fn waits(&self, place: Place, since: Option<DateTime<Utc>>, error: Option<String>) {
        self.reach(place, |reach| {
            reach.waiting_since = since;
            reach.error = error;
        });
    }

    fn reach(&self, place: Place, change: impl FnOnce(&mut Reach)) {
        self.change(|state| {
            change(match place {
                Place::Local => &mut state.local,
                Place::OffSite => &mut state.off_site,
            });
        });
    }

    /// A file of the log stands whole in the local store, and so do those before.
    pub fn is_whole(&self, segment: Segment) {
        let mut whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        *whole = (*whole).max(Some(segment));
    }

    /// The last one that does.
    pub fn whole(&self) -> Option<Segment> {
        *self.whole.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where it is written down, in the local store.
pub fn path() -> String {
    format!("{FOLDER}/state")
}

/// Writes it down.
pub fn write(store: &Store, state: &State) -> Result<()> {
    store.put_over(&path(), &serde_json::to_vec(state)?)
}

/// Reads it.
pub fn read(store: &Store) -> Result<Option<State>> {
    store.find(&path())?.map(|bytes| Ok(serde_json::from_slice(&bytes)?)).transpose()
}

/// What may be wrong with the stream, each an alarm of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// It does not run, or receives nothing.
    Down,
    /// It does not reach the local store.
    Local,
    /// It does not reach the store off-site.
    OffSite,
    /// There is no new base backup.
    Base,
    /// Some of the log is lost.
    Gap,
}

impl Concern {
    /// All there are.
    pub const ALL: [Self; 5] = [Self::Down, Self::Local, Self::OffSite, Self::Base, Self::Gap];

    /// The name of its alarm.
    pub const fn alarm(self) -> &'static str {
        match self {
            Self::Down => "stream",
            Self::Local => "stream to the local store",
            Self::OffSite => "stream to the off-site store",
            Self::Base => "base backup of the stream",
            Self::Gap => "gap in the stream",
        }
    }
}

/// What is wrong now, and why. `since` is when somebody began to look.
pub fn concerns(state: Option<&State>, since: DateTime<Utc>, now: DateTime<Utc>) -> Vec<(Concern, String)> {
    let Some(state) = state else {
        let is_late = now > since + SILENCE;
        return is_late.then(|| (Concern::Down, "It has never run.".to_owned())).into_iter().collect();
    };
    let is_over = |since: DateTime<Utc>, most: TimeDelta| now > since + most;
    let mut found = Vec::new();
    if is_over(state.at, SILENCE) {
        // What was true then may be so no longer: one alarm stands for all.
        found.push((Concern::Down, format!("Nothing was heard of it since {}.", said(state.at))));
        return found;
    }
    if let Some(deaf) = state.deaf.as_ref().filter(|deaf| is_over(deaf.since, BEHIND)) {
        found.push((Concern::Down, format!("It receives nothing since {}: {}", said(deaf.since), deaf.why)));
    }
    for (concern, reach) in [(Concern::Local, &state.local), (Concern::OffSite, &state.off_site)] {
        if let Some(since) = reach.waiting_since.filter(|since| is_over(*since, BEHIND)) {
            let why = reach.error.as_deref().unwrap_or("it takes longer to put than to be written");
            found.push((concern, format!("What was written since {} is not there: {why}", said(since))));
        }
    }
    let newest = state.newest_base.unwrap_or(state.began_at);
    if is_over(newest, BASE) {
        let why = state.base_error.as_deref().unwrap_or("nothing says why");
        found.push((Concern::Base, format!("The newest base backup ended on {}: {why}", said(newest))));
    }
    if state.has_gap {
        let what = "The server has thrown away some of the log before it was received. Instants from then on to the end of \
                    the next base backup do not come back.";
        found.push((Concern::Gap, what.to_owned()));
    }
    found
}

fn said(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d at %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests;
