//! How the worker hears what the backup environment says: what it did comes into the operations book, the newest statement
//! is kept for the console, and silence is an alarm.

use anyhow::{Result, bail};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::{
    alarms,
    attendance::{self, Statement},
    book::{self, Action, Book, Doer, Entry},
    letters,
    signing::Signers,
    standby::take_over::DRILL_OVERDUE,
    stores::Store,
};
use crate::{
    config::{WorkConfig, backups::StoreConfig, book::BookConfig},
    db::operator::{OperatorDb, tables::backup_attendance},
    work::loops::Round,
};

/// It says something every five minutes, and what it does may take a while.
const PATIENCE: TimeDelta = TimeDelta::hours(1);
/// How far two clocks may be apart.
const CLOCKS: TimeDelta = TimeDelta::minutes(10);
/// The alarm about its silence.
const SILENCE: &str = "backup environment";
/// The alarm about drills.
const DRILL: &str = "drill";

/// Listens, where a key of the backup environment is noted.
pub fn listen(config: &WorkConfig) -> Result<Round> {
    let Some(backups) = &config.backups else { return Ok(Box::new(|_| Ok(()))) };
    let Some(keys) = &backups.attendance_keys else { return Ok(Box::new(|_| Ok(()))) };
    let mut listener = Listener {
        store: backups.stores.local.clone(),
        signers: Signers::parse(keys)?,
        readers: config.operators_mail.clone(),
        book: config.book.clone(),
        listens_since: None,
    };
    Ok(Box::new(move |db| listener.look(db)))
}

struct Listener {
    store: StoreConfig,
    signers: Signers,
    readers: Vec<String>,
    book: BookConfig,
    /// Nobody is silent before somebody listens.
    listens_since: Option<DateTime<Utc>>,
}

impl Listener {
    fn look(&mut self, db: &mut OperatorDb) -> Result<()> {
        let now = db.clock().now();
        let since = *self.listens_since.get_or_insert(now);
        let heard = match self.hear(db) {
            Ok(heard) => heard,
            Err(error) => {
                // Whatever the reason is, nothing was heard.
                tracing::warn!(error = format!("{error:#}"), "the backup environment is not heard");
                let heard = last_heard(db)?.map_or(since, |at| at.max(since));
                return self.judge(db, heard, Some(&error));
            }
        };
        self.judge(db, heard.map_or(since, |at| at.max(since)), None)?;
        self.judge_drills(db, since)
    }

    /// Where it drills by itself, one has to pass each week.
    fn judge_drills(&self, db: &mut OperatorDb, since: DateTime<Utc>) -> Result<()> {
        let Some(said) = newest(db)? else { return Ok(()) };
        let passed = said.drill_passed_at.unwrap_or(since);
        if said.drills && db.clock().now() > passed + DRILL_OVERDUE {
            let content = letters::drill_overdue(passed, said.drill.as_ref());
            alarms::raise(db, &self.readers, DRILL, content).map(|_| ())
        } else {
            alarms::end(db, &self.readers, DRILL, letters::well_again("the drill")).map(|_| ())
        }
    }

    /// Reads the statement, and keeps it where it is newer. Gives when the newest was written.
    fn hear(&self, db: &mut OperatorDb) -> Result<Option<DateTime<Utc>>> {
        let latest = db.clock().now() + CLOCKS;
        let known = last_heard(db)?;
        let store = Store::at("the local store", &self.store)?;
        let Some(statement) = attendance::find(&store, &self.signers)? else { return Ok(known) };
        if statement.written_at > latest {
            bail!(
                "it says that it is of {}: the clock there or the one here is wrong, and it would be taken for the newest",
                statement.written_at
            );
        }
        if known.is_some_and(|known| statement.written_at <= known) {
            return Ok(known);
        }
        let written_at = statement.written_at;
        self.take(db, statement)?;
        Ok(Some(written_at))
    }

    fn take(&self, db: &mut OperatorDb, mut statement: Statement) -> Result<()> {
        let (entries, now) = (std::mem::take(&mut statement.entries), db.clock().now());
        let row = (
            backup_attendance::written_at.eq(statement.written_at),
            backup_attendance::received_at.eq(now),
            backup_attendance::statement.eq(serde_json::to_value(&statement)?),
        );
        let entries = entries.into_iter().filter_map(believed).collect();
        let are_new = db.on_the_platform(|conn| {
            let new = book::missing(conn, entries)?;
            for entry in &new {
                Book::new(None).write(conn, entry)?;
            }
            diesel::insert_into(backup_attendance::table)
                .values((backup_attendance::only_one.eq(true), row.clone()))
                .on_conflict(backup_attendance::only_one)
                .do_update()
                .set(row)
                .execute(conn.sql())?;
            Ok(!new.is_empty())
        })?;
        if are_new { book::shell::look_after(&self.book, db) } else { Ok(()) }
    }

    fn judge(
        &self,
        db: &mut OperatorDb,
        heard: DateTime<Utc>,
        because: Option<&anyhow::Error>,
    ) -> Result<()> {
        if db.clock().now() > heard + PATIENCE {
            alarms::raise(db, &self.readers, SILENCE, letters::silent(heard, because)).map(|_| ())
        } else if because.is_none() {
            alarms::end(db, &self.readers, SILENCE, letters::well_again("the backup environment")).map(|_| ())
        } else {
            Ok(())
        }
    }
}

/// What it said last.
pub fn newest(db: &mut OperatorDb) -> Result<Option<Statement>> {
    let newest = backup_attendance::table.select(backup_attendance::statement);
    let found: Option<serde_json::Value> = newest.first(db.global()).optional()?;
    Ok(found.map(serde_json::from_value).transpose()?)
}

/// When the newest statement was written that is known. One of a day that has not come says nothing of today.
fn last_heard(db: &mut OperatorDb) -> Result<Option<DateTime<Utc>>> {
    let latest = db.clock().now() + CLOCKS;
    let newest = backup_attendance::table.select(backup_attendance::written_at);
    let newest: Option<DateTime<Utc>> = newest.first(db.global()).optional()?;
    Ok(newest.filter(|at| *at <= latest))
}

/// What it did it did itself, and it does nothing but this.
fn believed(entry: Entry) -> Option<Entry> {
    let does = [Action::VerifySet, Action::RestoreSet, Action::PruneSets, Action::Drill];
    does.iter().any(|action| action.key() == entry.action).then(|| Entry { doer: Doer::attendant(), ..entry })
}
