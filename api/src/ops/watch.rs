//! What the worker does about backups, by itself: it makes the sets that are due, brings off-site what waits, and says when
//! something is wrong.
//!
//! [`make_sets`] and [`look_for_missing`] are loops of their own: while a set hangs, somebody still notices that none is
//! made. What an operator has cancelled is no failure: it is written down as such, nobody is alarmed, and the next slot goes as
//! usual. Invariant: of all workers of an installation, one makes sets at a time.

use anyhow::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use shared::console::{ActionPhase, BookOutcome, LongAction};

use super::{
    alarms,
    backup::{Made, Production},
    book::{self, Action, Doer, Entry},
    letters, progress,
    retention::SetKind,
    runs, timetable,
    under_way::{About, Board, cancelled},
};
use crate::{
    config::{FilesConfig, WorkConfig, backups::BackupConfig, book::BookConfig},
    db::operator::OperatorDb,
    mail::operators,
    work::loops::Round,
};

/// How often it is tried to bring off-site what waits.
const BRING_EVERY: TimeDelta = TimeDelta::minutes(5);
/// The alarm about the off-site store.
const OFF_SITE: &str = "off-site store of backups";

/// Makes sets, where backups are set up.
pub fn make_sets(config: &WorkConfig) -> Result<Round> {
    let Some(backups) = config.backups.clone() else { return Ok(nothing()) };
    let mut maker = Maker::new(backups, config.operators_mail.clone(), config.book.clone());
    Ok(Box::new(move |db| maker.look(db)))
}

/// Notices that none was made, where backups are set up.
pub fn look_for_missing(config: &WorkConfig) -> Result<Round> {
    if config.backups.is_none() {
        return Ok(nothing());
    }
    let readers = config.operators_mail.clone();
    Ok(Box::new(move |db| {
        for kind in SetKind::ALL {
            let (history, now) = (runs::history(db, kind)?, db.clock().now());
            if let Some(since) = timetable::missing_since(kind, &history, now) {
                let content = letters::missing(kind, since, history.newest_good);
                alarms::raise(db, &readers, missing_alarm(kind), content)?;
            }
        }
        Ok(())
    }))
}

fn nothing() -> Round {
    Box::new(|_| Ok(()))
}

/// What makes sets, and tells how it went.
pub(super) struct Maker {
    backups: BackupConfig,
    readers: Vec<String>,
    book: BookConfig,
    tried_to_bring: Option<DateTime<Utc>>,
}

impl Maker {
    pub(super) const fn new(backups: BackupConfig, readers: Vec<String>, book: BookConfig) -> Self {
        Self { backups, readers, book, tried_to_bring: None }
    }

    fn look(&mut self, db: &mut OperatorDb) -> Result<()> {
        db.alone(runs::LOCK, |db| self.look_alone(db)).map(|_| ())
    }

    fn look_alone(&mut self, db: &mut OperatorDb) -> Result<()> {
        runs::end_interrupted(db)?;
        for kind in SetKind::ALL {
            if kind == SetKind::Files && self.backups.files == FilesConfig::Nowhere {
                continue;
            }
            let (history, now) = (runs::history(db, kind)?, db.clock().now());
            if timetable::is_due(kind, &history, now) {
                self.make(db, kind)?;
            }
        }
        self.bring(db)
    }

    /// Makes one, for whoever has the lock. What was made; none where it failed, which is told.
    pub(super) fn make(&mut self, db: &mut OperatorDb, kind: SetKind) -> Result<Option<Made>> {
        let run = runs::begin(db, kind)?;
        let telling = Board::of(db).begin(About::of_worker(LongAction::MakeSet, kind.word()));
        let mut outcome = telling.watch(|| self.production(db).and_then(|production| production.set(kind)));
        // What came to its end in spite of it was not cancelled.
        let is_done = outcome.as_ref().is_ok_and(|made| made.off_site.is_ok());
        let cancelled_by = telling.end().cancelled_by.filter(|_| !is_done);
        if let Some(by) = &cancelled_by {
            outcome = match outcome {
                Ok(made) => Ok(Made { off_site: made.off_site.map_err(|error| because(by, error)), ..made }),
                Err(error) => Err(because(by, error)),
            };
        }
        db.whole(|db| {
            runs::end(db, run, &outcome, cancelled_by.as_deref())?;
            match &outcome {
                Ok(made) => {
                    tracing::info!(set = made.manifest.set, seconds = made.seconds, "backed up");
                    operators::write(db, &self.readers, letters::made(made))
                }
                Err(_) => Ok(()),
            }
        })?;
        book::shell::note(&self.book, db, &entry(db, kind, &outcome))?;
        match outcome {
            Ok(made) => self.is_good(db, kind, &made, cancelled_by.is_some()).map(|()| Some(made)),
            Err(error) if cancelled_by.is_some() => {
                tracing::info!(kind = kind.word(), error = format!("{error:#}"), "a set was cancelled");
                Ok(None)
            }
            Err(error) => {
                tracing::error!(kind = kind.word(), error = format!("{error:#}"), "no set could be made");
                alarms::raise(db, &self.readers, failed_alarm(kind), letters::failed(kind, &error))
                    .map(|_| None)
            }
        }
    }

    fn is_good(
        &mut self,
        db: &mut OperatorDb,
        kind: SetKind,
        made: &Made,
        was_cancelled: bool,
    ) -> Result<()> {
        for alarm in [failed_alarm(kind), missing_alarm(kind)] {
            alarms::end(db, &self.readers, alarm, letters::works_again(kind, &made.manifest.set))?;
        }
        self.tried_to_bring = Some(db.clock().now());
        match &made.off_site {
            // All that waited came along.
            Ok(brought) => self.nothing_waits(db, *brought),
            Err(error) if was_cancelled => {
                tracing::info!(error = format!("{error:#}"), "bringing a set off-site was cancelled");
                Ok(())
            }
            Err(error) => {
                alarms::raise(db, &self.readers, OFF_SITE, letters::not_off_site(error)).map(|_| ())
            }
        }
    }

    /// Brings off-site what waits, every now and then.
    fn bring(&mut self, db: &mut OperatorDb) -> Result<()> {
        let now = db.clock().now();
        let was_tried = self.tried_to_bring.is_some_and(|at| at <= now && now < at + BRING_EVERY);
        if was_tried || !runs::waits_for_off_site(db)? {
            return Ok(());
        }
        self.tried_to_bring = Some(now);
        let telling = Board::of(db).begin(About::of_worker(LongAction::BringSets, "off_site"));
        let outcome = telling.watch(|| {
            progress::begins(ActionPhase::BringOffSite, "", None);
            self.production(db).and_then(|production| production.bring_off_site())
        });
        let cancelled_by = telling.end().cancelled_by;
        match outcome {
            Ok(brought) => self.nothing_waits(db, brought),
            Err(error) => {
                let error = match &cancelled_by {
                    Some(by) => because(by, error),
                    None => error,
                };
                runs::waits_because(db, &error, cancelled_by.as_deref())?;
                if cancelled_by.is_some() {
                    tracing::info!(error = format!("{error:#}"), "bringing sets off-site was cancelled");
                    return Ok(());
                }
                alarms::raise(db, &self.readers, OFF_SITE, letters::not_off_site(&error)).map(|_| ())
            }
        }
    }

    fn nothing_waits(&self, db: &mut OperatorDb, brought: usize) -> Result<()> {
        runs::nothing_waits(db)?;
        alarms::end(db, &self.readers, OFF_SITE, letters::off_site_again(brought)).map(|_| ())
    }

    /// Opened anew each time: a store that was out of reach may be there again.
    fn production(&self, db: &OperatorDb) -> Result<Production> {
        Production::open(&self.backups, db.clock().clone())
    }
}

/// Why something ended that was cancelled. What it was at may have failed in that moment, and says nothing of it.
fn because(by: &str, error: Error) -> Error {
    let why = cancelled(by);
    if format!("{error:#}").contains(&why) { error } else { error.context(why) }
}

/// What the book says of it.
fn entry(db: &OperatorDb, kind: SetKind, outcome: &Result<Made>) -> Entry {
    let entry = |subject| Entry::new(db.clock(), Doer::worker(), Action::MakeSet, subject);
    match outcome {
        Ok(made) => {
            let bytes: u64 = made.manifest.objects().map(|object| object.size).sum();
            let off_site =
                made.off_site.as_ref().map_or_else(|error| format!("{error:#}"), |_| "whole".to_owned());
            let details = json!({
                "set": made.manifest.set, "manifest_hash": made.manifest_hash.to_string(), "bytes": bytes,
                "bytes_put": made.put, "seconds": made.seconds, "local": "whole", "off_site": off_site,
            });
            entry(made.manifest.set.clone()).with(&details)
        }
        Err(error) => entry(kind.word().to_owned()).but(BookOutcome::Failed, &format!("{error:#}")),
    }
}

const fn failed_alarm(kind: SetKind) -> &'static str {
    match kind {
        SetKind::Database => "backup of rows",
        SetKind::Files => "backup of files",
    }
}

const fn missing_alarm(kind: SetKind) -> &'static str {
    match kind {
        SetKind::Database => "no backup of rows",
        SetKind::Files => "no backup of files",
    }
}
