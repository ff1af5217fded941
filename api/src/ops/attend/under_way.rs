//! What the attendant says of itself while something takes long: production sees how far it is, and cannot end it.

use std::time::Duration;

use anyhow::Result;
use shared::console::{ActionPhase, LongAction, Measure, PhaseProgress};

use super::Attendant;
use crate::{
    clock::Clock,
    config::backups::StoreConfig,
    ops::{
        attendance::{self, AttendanceKey, AttendedAction, Statement},
        retention::Place,
        signing::Purpose,
        stores::Store,
        under_way::{Teller, Telling},
    },
};

/// What takes less is not worth a statement.
const FIRST: Duration = Duration::from_secs(2);
/// How often it is said how far it is: each time a whole statement is put.
const EVERY: Duration = Duration::from_secs(10);

/// Says the statement again, with what is under way in it.
struct Aloud {
    store: StoreConfig,
    /// Opened when something is to be said.
    open: Option<Store>,
    key: AttendanceKey,
    clock: Clock,
    statement: Statement,
    action: AttendedAction,
}

impl Teller for Aloud {
    fn rest(&self, times: u32) -> Duration {
        if times == 0 { FIRST } else { EVERY }
    }

    fn say(&mut self, progress: &PhaseProgress) -> Result<Option<String>> {
        self.statement.written_at = self.clock.now();
        self.statement.under_way = Some(AttendedAction { progress: progress.clone(), ..self.action.clone() });
        let bytes = self.key.sign(Purpose::Attendance, &self.statement)?;
        let store = match &self.open {
            Some(store) => store,
            None => self.open.insert(Store::at("the local store", &self.store)?),
        };
        store.put_over(attendance::PATH, &bytes)?;
        Ok(None)
    }

    fn end(&mut self) -> Result<()> {
        // What the attendant says next has nothing under way in it.
        Ok(())
    }
}

impl Attendant {
    /// Tells of something that is being done until that is ended.
    pub(super) fn tells(&self, action: LongAction, subject: &str, place: Place) -> Telling {
        let now = self.clock.now();
        Telling::begin(
            Aloud {
                store: self.config.stores.local.clone(),
                open: None,
                key: self.key.clone(),
                clock: self.clock.clone(),
                statement: self.statement(now),
                action: AttendedAction {
                    action,
                    subject: subject.to_owned(),
                    place,
                    started_at: now,
                    progress: PhaseProgress {
                        phase: ActionPhase::Begin,
                        about: String::new(),
                        began_at: now,
                        measure: Measure::Bytes,
                        passed: 0,
                        expected: None,
                    },
                },
            },
            self.clock.clone(),
        )
    }

    /// It is over. Where it was told of, it is said that it is.
    pub(super) fn told(&mut self, telling: Telling) {
        if telling.end().times > 0 {
            self.said = None;
            self.say();
        }
    }

    /// Does one thing that may take long, as [`Attendant::judge`] does, and tells of it meanwhile.
    pub(super) fn judge_long<T>(
        &mut self,
        about: &str,
        (action, subject, place): (LongAction, &str, Place),
        work: impl FnOnce(&Self) -> Result<T>,
    ) -> Option<T> {
        let telling = self.tells(action, subject, place);
        let outcome = self.judge(about, |it| telling.watch(|| work(it)));
        self.told(telling);
        outcome
    }
}
