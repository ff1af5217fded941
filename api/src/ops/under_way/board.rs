//! The rows of `actions_under_way`, over a connection of their own: what the action does in the database is nobody's business here.

use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{prelude::*, upsert::excluded};
use shared::console::PhaseProgress;
use uuid::Uuid;

use super::{About, Teller, Telling};
use crate::{
    clock::Clock,
    config::{self, WorkConfig},
    db::operator::{OperatorDb, tables::actions_under_way as actions},
    work::loops::Round,
};

/// How often it is said how far something is, and heard whether it is cancelled.
const EVERY: Duration = Duration::from_secs(1);
/// What was not heard of for so long is over, however it ended: its process is gone.
pub const SWEPT_AFTER: TimeDelta = TimeDelta::minutes(15);

/// The database in which it is said what is under way.
#[derive(Clone)]
pub struct Board {
    url: String,
    clock: Clock,
}

impl std::fmt::Debug for Board {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may have a password.
        formatter.write_str("Board")
    }
}

impl Board {
    /// That of whoever works there.
    pub fn of(db: &OperatorDb) -> Self {
        Self { url: db.url().to_owned(), clock: db.clock().clone() }
    }

    /// The one that a shell knows of by `PORTICO_OPERATOR_DATABASE_URL`, where it does.
    pub fn from_environment() -> Result<Option<Self>> {
        if !config::is_set("PORTICO_OPERATOR_DATABASE_URL") {
            return Ok(None);
        }
        Ok(Some(Self { url: config::operator_database_url()?, clock: Clock::system() }))
    }

    /// Says from now on how far this is.
    pub fn begin(&self, about: About) -> Telling {
        let (id, started_at) = (self.clock.new_id(), self.clock.now());
        let row = Row { url: self.url.clone(), clock: self.clock.clone(), id, started_at, about, db: None };
        Telling::begin(row, self.clock.clone())
    }
}

/// One row.
struct Row {
    url: String,
    clock: Clock,
    id: Uuid,
    started_at: DateTime<Utc>,
    about: About,
    /// Opened when something is to be said, and anew where that failed.
    db: Option<OperatorDb>,
}

impl Row {
    /// Waits for nobody for long: who restores into this database holds its tables.
    fn in_database<T>(&mut self, work: impl FnOnce(&Self, &mut OperatorDb) -> Result<T>) -> Result<T> {
        let mut db = match self.db.take() {
            Some(db) => db,
            None => OperatorDb::open(&self.url, self.clock.clone())?,
        };
        let outcome = db.whole(|db| {
            diesel::sql_query("SET LOCAL statement_timeout = '5s'").execute(db.global())?;
            work(self, db)
        })?;
        self.db = Some(db);
        Ok(outcome)
    }
}

impl Teller for Row {
    fn rest(&self, times: u32) -> Duration {
        if times == 0 { Duration::ZERO } else { EVERY }
    }

    fn say(&mut self, progress: &PhaseProgress) -> Result<Option<String>> {
        let now = self.clock.now();
        let how_far = (
            actions::said_at.eq(now),
            actions::phase.eq(progress.phase.key()),
            actions::phase_about.eq(&progress.about),
            actions::phase_began_at.eq(progress.began_at),
            actions::measure.eq(progress.measure.key()),
            actions::passed.eq(i64::try_from(progress.passed)?),
            actions::expected.eq(progress.expected.map(i64::try_from).transpose()?),
        );
        self.in_database(|row, db| {
            let said = diesel::insert_into(actions::table)
                .values((
                    (
                        actions::id.eq(row.id),
                        actions::action.eq(row.about.action.key()),
                        actions::subject.eq(&row.about.subject),
                        actions::started_by.eq(&row.about.started_by),
                        actions::started_at.eq(row.started_at),
                        actions::can_be_cancelled.eq(row.about.can_be_cancelled),
                    ),
                    how_far,
                ))
                .on_conflict(actions::id)
                .do_update()
                .set((
                    actions::said_at.eq(excluded(actions::said_at)),
                    actions::phase.eq(excluded(actions::phase)),
                    actions::phase_about.eq(excluded(actions::phase_about)),
                    actions::phase_began_at.eq(excluded(actions::phase_began_at)),
                    actions::measure.eq(excluded(actions::measure)),
                    actions::passed.eq(excluded(actions::passed)),
                    actions::expected.eq(excluded(actions::expected)),
                ))
                .returning(actions::cancel_requested_by);
            Ok(said.get_result(db.global())?)
        })
    }

    fn end(&mut self) -> Result<()> {
        self.in_database(|row, db| {
            diesel::delete(actions::table.find(row.id)).execute(db.global())?;
            Ok(())
        })
    }
}

/// Removes what nobody says anything of any more.
pub fn sweep(_: &WorkConfig) -> Result<Round> {
    Ok(Box::new(|db| {
        let before = db.clock().now() - SWEPT_AFTER;
        let gone = diesel::delete(actions::table.filter(actions::said_at.lt(before)));
        let gone: Vec<(String, String, String)> =
            gone.returning((actions::action, actions::subject, actions::started_by)).load(db.global())?;
        for (action, subject, started_by) in gone {
            tracing::warn!(action, subject, started_by, "nothing more was heard of what was under way");
        }
        Ok(())
    }))
}
