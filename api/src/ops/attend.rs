//! The backup environment as a process: it verifies sets as they come, removes what is not kept any longer, tries once a day
//! whether a set comes back, and drills once a week what has to be done when production is gone.
//!
//! It knows nothing of production's database, tells operators by mail of its own, and says to production what it found in a
//! signed statement ([`super::attendance`]), by which it also remembers. Invariant: nothing that goes wrong with one set, one
//! store or the mail server keeps it from looking at the others.

mod drill;
mod saying;
mod stream;
mod trial;
mod under_way;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use anyhow::{Context as _, Result};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use shared::console::{LongAction, TakeOverReport};
use uuid::Uuid;

use super::{
    attendance::{AttendanceKey, Statement, StoreUse, Trial},
    book::{Action, Entry},
    environment::{Environment, Verified},
    letters, manifest,
    restore::Plan,
    retention::{Place, SetKind},
    stream::recover::Cancelled,
};
use crate::{
    clock::{self, Clock},
    config::{
        backups::{AttendConfig, RestoreConfig, ScratchWork},
        standby::DrillConfig,
    },
    db::refill::Occupied,
    mail::{
        letter::{Content, Letter},
        operators,
        post::Post,
    },
    work::Outcome,
};

/// How often what is not kept any longer is removed.
const PRUNE_EVERY: TimeDelta = TimeDelta::hours(1);
/// How often keys are opened.
const CHECK_KEYS_EVERY: TimeDelta = TimeDelta::hours(1);
/// How often it is tried whether a set comes back.
const RESTORE_EVERY: TimeDelta = TimeDelta::days(1);
/// What it is called.
const TRIAL: &str = "restoring a set on trial";
/// What it is called that somebody works with what came back.
const WORKING: &str = "working with what was restored on trial";
/// What is not sent after so many letters is dropped from the front: the newest matter most.
const LETTERS_KEPT: usize = 1_000;

/// What attends to the sets.
#[expect(missing_debug_implementations, reason = "an identity is not for showing")]
pub struct Attendant {
    environment: Environment,
    scratch: Option<String>,
    /// With what somebody works in it.
    scratch_work: Option<ScratchWork>,
    post: Post,
    readers: Vec<String>,
    clock: Clock,
    key: AttendanceKey,
    /// What was verified and when, each until it is gone. Without an instant, what was there before anybody looked.
    verified: BTreeMap<(Place, String), Option<DateTime<Utc>>>,
    /// What did not hold, each until it does or is gone.
    damaged: BTreeSet<(Place, String)>,
    /// Base backups that were verified, or were there at the first look and not the newest.
    bases: BTreeMap<Place, BTreeSet<String>>,
    /// Where it was looked at least once.
    looked_at: BTreeSet<(Place, SetKind)>,
    /// What is wrong, each with what was said of it.
    wrong: BTreeMap<String, String>,
    keys_checked_at: Option<DateTime<Utc>>,
    pruned_at: Option<DateTime<Utc>>,
    restored: Option<Trial>,
    /// What a drill needs, where drills are to be made, and what the last one came to.
    drills: Option<DrillConfig>,
    drilled: Option<TakeOverReport>,
    drill_passed_at: Option<DateTime<Utc>>,
    config: RestoreConfig,
    /// Ends a drill that is under way.
    cancelled: Cancelled,
    /// How full the stores are.
    uses: Vec<StoreUse>,
    /// What it did, the newest last.
    entries: Vec<Entry>,
    /// What it said last.
    said: Option<Statement>,
    letters: VecDeque<(Uuid, Letter)>,
}

/// What one look came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Look {
    /// Sets that hold, by the store.
    pub verified: Vec<(Place, String)>,
    /// What is wrong now.
    pub wrong: Vec<String>,
    /// How many sets and objects were removed.
    pub removed: (usize, usize),
    /// The set that was restored on trial, and in how many seconds.
    pub restored: Option<(String, f64)>,
    /// Whether a drill that was made has passed.
    pub drilled: Option<bool>,
}

impl Attendant {
    /// Opens what it needs.
    pub fn open(config: &AttendConfig, clock: Clock) -> Result<Self> {
        let environment = Environment::open(&config.restore)?;
        let mut attendant = Self {
            key: environment.attendance_key(),
            environment,
            scratch: config.scratch_database_url.clone(),
            scratch_work: config.scratch_work.clone(),
            post: Post::open(&config.mail)?,
            readers: config.operators_mail.clone(),
            clock,
            verified: BTreeMap::new(),
            damaged: BTreeSet::new(),
            bases: BTreeMap::new(),
            looked_at: BTreeSet::new(),
            wrong: BTreeMap::new(),
            keys_checked_at: None,
            pruned_at: None,
            restored: None,
            drills: config.drill.clone(),
            drilled: None,
            drill_passed_at: None,
            config: config.restore.clone(),
            cancelled: Cancelled::default(),
            uses: Vec::new(),
            entries: Vec::new(),
            said: None,
            letters: VecDeque::new(),
        };
        attendant.remember()?;
        Ok(attendant)
    }

    /// What ends a drill that is under way, so that nobody waits for it to stop.
    pub fn cancelled(&self) -> Cancelled {
        self.cancelled.clone()
    }

    /// Does all there is to do now.
    pub fn look(&mut self) -> Look {
        let mut look = Look::default();
        for place in [Place::OffSite, Place::Local] {
            for kind in SetKind::ALL {
                self.verify(place, kind, &mut look);
            }
            self.verify_bases(place, &mut look);
        }
        self.judge("the ledger of erasures", |it| it.environment.spread_ledger());
        self.check_keys();
        self.prune(&mut look);
        self.restore(&mut look);
        // It may take a while: what was found before is said first.
        self.say();
        self.drill(&mut look);
        self.say();
        look.wrong = self.wrong.values().cloned().collect();
        self.send();
        look
    }

    /// Verifies the sets that have come since the last look; of those that were there at the first one, the newest.
    fn verify(&mut self, place: Place, kind: SetKind, look: &mut Look) {
        let about = format!("{} sets in {}", kind.word(), self.environment.store(place).name());
        let Some(sets) = self.judge(&about, |it| manifest::sets(it.environment.store(place), kind)) else {
            return;
        };
        let names: BTreeSet<&str> = sets.iter().map(|(name, _)| name.as_str()).collect();
        let is_first_look = self.looked_at.insert((place, kind));
        let stays = |(at, name): &(Place, String)| {
            *at != place || !is_of(kind, name) || names.contains(name.as_str())
        };
        self.verified.retain(|set, _| stays(set));
        self.damaged.retain(stays);
        self.forget_gone(place, kind, &names);
        let newest = sets.len().saturating_sub(1);
        for (number, (set, _)) in sets.iter().enumerate() {
            let key = (place, set.clone());
            if self.verified.contains_key(&key) {
                continue;
            }
            if is_first_look && number < newest {
                self.verified.insert(key, None);
                continue;
            }
            let about = self.about(place, set);
            let found: Option<Verified> =
                self.judge_long(&about, (LongAction::VerifySet, set, place), |it| {
                    it.environment.verify(place, set)
                });
            if let Some(found) = found {
                tracing::info!(set, store = self.environment.store(place).name(), ?found, "a set holds");
                let store = self.environment.store(place).name().to_owned();
                let details =
                    json!({"store": store, "rows": found.rows, "files": found.files, "bytes": found.bytes});
                self.note(Action::VerifySet, set, &details);
                self.damaged.remove(&key);
                self.verified.insert(key.clone(), Some(self.clock.now()));
                look.verified.push(key);
            } else if self.damaged.insert(key) {
                let why = self.wrong.get(&about).cloned().unwrap_or_default();
                self.note_wrong(Action::VerifySet, set, &why);
            }
        }
    }

    /// What a set in a store is called.
    fn about(&self, place: Place, set: &str) -> String {
        format!("{set} in {}", self.environment.store(place).name())
    }

    /// What was wrong with a set that is not there any more is wrong no longer.
    fn forget_gone(&mut self, place: Place, kind: SetKind, there: &BTreeSet<&str>) {
        let ending = format!(" in {}", self.environment.store(place).name());
        let is_gone = |about: &str| {
            about.strip_suffix(&ending).is_some_and(|set| is_of(kind, set) && !there.contains(set))
        };
        let gone: Vec<String> = self.wrong.keys().filter(|about| is_gone(about)).cloned().collect();
        for about in gone {
            self.wrong.remove(&about);
            self.tell(letters::well_again(&about));
        }
    }

    /// Opens every key in both places of the vault.
    fn check_keys(&mut self) {
        let now = self.clock.now();
        if is_over(self.keys_checked_at, CHECK_KEYS_EVERY, now) {
            self.keys_checked_at = Some(now);
            self.judge("the key vault", |it| it.environment.check_keys());
        }
    }

    fn prune(&mut self, look: &mut Look) {
        let now = self.clock.now();
        // A set more may take the place of another, and how full the stores are has changed.
        if look.verified.is_empty() && !is_over(self.pruned_at, PRUNE_EVERY, now) {
            return;
        }
        self.pruned_at = Some(now);
        for place in [Place::Local, Place::OffSite] {
            let about = format!("what is not kept any longer in {}", self.environment.store(place).name());
            let pruned = self.judge(&about, |it| {
                let pruned = it.environment.prune(place, now)?;
                match pruned.unreadable.first() {
                    Some(first) => Err(anyhow::anyhow!("{first}")),
                    None => Ok(pruned),
                }
            });
            if let Some(pruned) = pruned {
                self.note_pruned(place, &pruned);
                look.removed.0 += pruned.sets.len();
                look.removed.1 += pruned.objects;
            }
            self.prune_stream(place, now, look);
        }
    }

    /// Restores one of the off-site sets, whichever, and throws it away with the next one.
    fn restore(&mut self, look: &mut Look) {
        let (now, Some(into)) = (self.clock.now(), self.scratch.clone()) else { return };
        if !is_over(self.restored.as_ref().map(|trial| trial.at), RESTORE_EVERY, now) {
            return;
        }
        let was_wrong = self.wrong.contains_key(TRIAL);
        let sets = manifest::sets(self.environment.store(Place::OffSite), SetKind::Database);
        let set = sets.as_ref().ok().and_then(|sets| any_of(sets));
        let named = set.clone().unwrap_or_default();
        let restored = self.judge_long(TRIAL, (LongAction::RestoreSet, &named, Place::OffSite), |it| {
            sets?;
            let Some(set) = set else { return Ok(None) };
            let plan = Plan {
                set: set.clone(),
                from: Place::OffSite,
                into,
                occupied: Occupied::Replace,
                files_into: None,
                without_missing_files: false,
                settle_at: None,
            };
            let restored = it.environment.restore(&plan).with_context(|| set.clone())?;
            tracing::info!(set, rows = restored.rows, seconds = restored.seconds, "restored on trial");
            Ok(Some(Trial { set, at: now, rows: restored.rows, seconds: restored.seconds }))
        });
        match restored {
            Some(Some(trial)) => {
                // Where nobody can, it is tried again with the next one: the rows are back.
                let worked = self.work_with(&trial.set);
                let details = json!({
                    "on_trial": true, "rows": trial.rows, "seconds": trial.seconds, "worked": worked,
                });
                self.note(Action::RestoreSet, &trial.set, &details);
                look.restored = Some((trial.set.clone(), trial.seconds));
                self.restored = Some(trial);
            }
            // Where there is no set yet, the first one is tried.
            Some(None) => {}
            None if was_wrong => {}
            None => {
                let why = self.wrong.get(TRIAL).cloned().unwrap_or_default();
                self.note_wrong(Action::RestoreSet, TRIAL, &why);
            }
        }
    }

    /// Lets somebody work with what came back of a set. Gives in words what was done.
    fn work_with(&mut self, set: &str) -> Option<String> {
        let (work, owner) = (self.scratch_work.clone()?, self.scratch.clone()?);
        let was_wrong = self.wrong.contains_key(WORKING);
        let worked = self.judge(WORKING, |_| {
            trial::work(&work, &owner)
                .with_context(|| format!("{set} came back, and nobody can work with it"))
        });
        if worked.is_none() && !was_wrong {
            let why = self.wrong.get(WORKING).cloned().unwrap_or_default();
            self.note_wrong(Action::RestoreSet, WORKING, &why);
        }
        worked
    }

    /// Does one thing, and says once that it went wrong, and once that it goes well again.
    fn judge<T>(&mut self, about: &str, work: impl FnOnce(&Self) -> Result<T>) -> Option<T> {
        match work(self) {
            Ok(value) => {
                if self.wrong.remove(about).is_some() {
                    tracing::info!(about, "well again");
                    self.tell(letters::well_again(about));
                }
                Some(value)
            }
            Err(error) => {
                let said = format!("{error:#}");
                tracing::error!(about, error = said, "wrong");
                if self.wrong.insert(about.to_owned(), said).is_none() {
                    self.tell(letters::wrong(about, &error));
                }
                None
            }
        }
    }

    fn tell(&mut self, content: Content) {
        for letter in operators::letters(&self.readers, content) {
            self.letters.push_back((self.clock.new_id(), letter));
        }
        while self.letters.len() > LETTERS_KEPT {
            self.letters.pop_front();
        }
    }

    /// Sends what waits, as far as it goes.
    fn send(&mut self) {
        let now = self.clock.now();
        while self.post.goes_anywhere()
            && let Some((id, letter)) = self.letters.front()
        {
            match self.post.bring(*id, letter.clone(), now) {
                Ok(Outcome::Done) => drop(self.letters.pop_front()),
                Ok(Outcome::Hopeless(error)) => {
                    tracing::error!(error, to = letter.email, "a letter to operators was refused");
                    self.letters.pop_front();
                }
                Ok(Outcome::Failed(error) | Outcome::Unknown(error)) => {
                    tracing::warn!(error, "a letter to operators waits");
                    return;
                }
                Ok(Outcome::Lost) => return,
                Err(error) => {
                    tracing::warn!(error = format!("{error:#}"), "a letter to operators waits");
                    return;
                }
            }
        }
    }
}

fn is_of(kind: SetKind, set: &str) -> bool {
    manifest::parse_set_name(set).is_some_and(|(found, _)| found == kind)
}

fn is_over(last: Option<DateTime<Utc>>, every: TimeDelta, now: DateTime<Utc>) -> bool {
    // A clock that was set back does not make it wait longer than that.
    last.is_none_or(|last| last > now || now >= last + every)
}

fn any_of(sets: &[(String, DateTime<Utc>)]) -> Option<String> {
    let mut bytes = [0; 8];
    clock::random(&mut bytes);
    let count = u64::try_from(sets.len()).ok().filter(|count| *count > 0)?;
    let number = usize::try_from(u64::from_le_bytes(bytes) % count).ok()?;
    sets.get(number).map(|(set, _)| set.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_recurs_is_over_after_its_time_and_when_the_clock_goes_back() {
        let at = |text: &str| -> DateTime<Utc> { text.parse().expect("an instant") };
        let now = at("2026-11-29T12:00:00Z");
        for (last, expected) in [
            (None, true),
            (Some(at("2026-11-29T11:00:01Z")), false),
            (Some(at("2026-11-29T11:00:00Z")), true),
            (Some(at("2026-11-29T12:00:01Z")), true),
        ] {
            assert_eq!(is_over(last, TimeDelta::hours(1), now), expected, "{last:?}");
        }
    }

    #[test]
    fn any_set_may_be_tried() {
        let sets: Vec<_> = ["a", "b", "c"].map(|name| (name.to_owned(), DateTime::UNIX_EPOCH)).into();
        let tried: BTreeSet<String> = (0..200).filter_map(|_| any_of(&sets)).collect();
        assert_eq!(tried.len(), 3);
        assert_eq!(any_of(&[]), None);
    }
}
