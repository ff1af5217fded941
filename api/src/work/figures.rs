//! The figures of `portico work`: what waits, what was given up, and when things last went well. They are read from the
//! database when somebody asks, so each worker tells the same of the jobs.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use prometheus::{Gauge, GaugeVec, IntGaugeVec, Opts};

use super::schedules;
use crate::{
    ApiError,
    clock::Clock,
    db::{
        operator::OperatorDb,
        standing::{counted_jobs, last_successes, oldest_unsealed},
    },
    http::admin::Administered,
    ops::{alarms, attended, retention::SetKind, runs},
    telemetry::metrics::{Figures, fine_gauge, gauges},
};

/// The kinds of jobs there are, so that each has its figures before there is one.
const KINDS: [&str; 1] = ["send_mail"];
/// The states of a job that are counted.
const STATES: [&str; 3] = ["waiting", "running", "dead"];
/// A loop or a pair of hands that has not come round for so long is stuck.
const STUCK: Duration = Duration::from_mins(5);

/// When each thread of the crew last came round without an error. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Rounds(Arc<Mutex<Vec<Round>>>);

#[derive(Debug, Clone)]
struct Round {
    thread: String,
    at: DateTime<Utc>,
    /// The same by a clock that nobody sets.
    instant: Instant,
}

impl Rounds {
    /// A thread came round.
    pub(super) fn came_round(&self, name: &str, clock: &Clock) {
        let mut rounds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let round = Round { thread: name.to_owned(), at: clock.now(), instant: Instant::now() };
        match rounds.iter_mut().find(|one| one.thread == name) {
            Some(known) => *known = round,
            None => rounds.push(round),
        }
    }

    fn all(&self) -> Vec<Round> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// All figures of a worker.
pub struct WorkFigures {
    url: String,
    clock: Clock,
    rounds: Rounds,
    figures: Figures,
    asked: Asked,
}

struct Asked {
    jobs: IntGaugeVec,
    oldest: GaugeVec,
    done: GaugeVec,
    schedules: GaugeVec,
    rounds: GaugeVec,
    unsealed: Gauge,
    database: Gauge,
    backups: GaugeVec,
    restored: Gauge,
    heard: Gauge,
    alarms: Gauge,
}

impl std::fmt::Debug for WorkFigures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address holds a password.
        f.debug_struct("WorkFigures").field("rounds", &self.rounds).finish_non_exhaustive()
    }
}

impl WorkFigures {
    /// Makes them ready.
    pub fn new(url: &str, clock: Clock, rounds: Rounds) -> Result<Self, ApiError> {
        let figures = Figures::new("work")?;
        let asked = Asked {
            jobs: gauges("portico_jobs", "Jobs that are not done.", &["kind", "state"])?,
            oldest: seconds("portico_job_overdue_seconds", "How long the oldest job has been due.", "kind")?,
            done: seconds("portico_job_last_success_seconds", "When one was last done, since 1970.", "kind")?,
            schedules: seconds(
                "portico_schedule_last_success_seconds",
                "When what recurs last went well, since 1970.",
                "schedule",
            )?,
            rounds: seconds(
                "portico_worker_round_seconds",
                "When a thread of this worker last came round, since 1970.",
                "thread",
            )?,
            unsealed: fine_gauge(
                "portico_audit_unsealed_seconds",
                "How old the oldest row of the audit log is that is in no chain yet.",
            )?,
            database: fine_gauge("portico_database_up", "Whether the database answered.")?,
            backups: seconds(
                "portico_last_backup_seconds",
                "When the newest good set was begun, since 1970.",
                "kind",
            )?,
            restored: fine_gauge(
                "portico_last_verified_restore_seconds",
                "When the backup environment last restored a set and compared every row, since 1970.",
            )?,
            heard: fine_gauge(
                "portico_backup_environment_heard_seconds",
                "When the backup environment last said something, since 1970.",
            )?,
            alarms: fine_gauge("portico_alarms", "How many alarms are raised.")?,
        };
        figures.add(asked.jobs.clone())?;
        for one in [&asked.oldest, &asked.done, &asked.schedules, &asked.rounds, &asked.backups] {
            figures.add(one.clone())?;
        }
        let single = [&asked.unsealed, &asked.database, &asked.restored, &asked.heard, &asked.alarms];
        for one in single {
            figures.add(one.clone())?;
        }
        Ok(Self { url: url.to_owned(), clock, rounds, figures, asked })
    }

    fn text(&self) -> Result<String, ApiError> {
        for Round { thread, at, .. } in self.rounds.all() {
            self.asked.rounds.with_label_values(&[&thread]).set(since_1970(at));
        }
        let read = self.ask();
        self.asked.database.set(if read.is_ok() { 1.0 } else { 0.0 });
        if let Err(error) = read {
            tracing::warn!(error = format!("{error:#}"), "what waits cannot be counted");
        }
        self.figures.text()
    }

    fn ask(&self) -> anyhow::Result<()> {
        let (mut db, now) = (OperatorDb::open(&self.url, self.clock.clone())?, self.clock.now());
        let Asked { jobs, oldest, done, schedules: recurring, unsealed, .. } = &self.asked;
        for kind in KINDS {
            for state in STATES {
                jobs.with_label_values(&[kind, state]).set(0);
            }
            oldest.with_label_values(&[kind]).set(0.0);
        }
        for row in counted_jobs(&mut db)? {
            let kind = KINDS.iter().find(|kind| **kind == row.kind).copied().unwrap_or("other");
            match row.state.as_str() {
                "done" => done.with_label_values(&[kind]).set(row.finished_at.map_or(0.0, since_1970)),
                state => {
                    let Some(state) = STATES.iter().find(|one| **one == state) else { continue };
                    jobs.with_label_values(&[kind, state]).set(row.jobs);
                    if *state == "waiting" {
                        oldest.with_label_values(&[kind]).set(seconds_between(row.due_at, now));
                    }
                }
            }
        }
        let succeeded = last_successes(&mut db)?;
        for one in schedules::ALL {
            // A row that a version before this one has left behind has no figure.
            let at = succeeded.get(one.name).copied().flatten();
            recurring.with_label_values(&[one.name]).set(at.map_or(0.0, since_1970));
        }
        unsealed.set(oldest_unsealed(&mut db)?.map_or(0.0, |at| seconds_between(at, now)));
        self.ask_of_backups(&mut db)
    }

    fn ask_of_backups(&self, db: &mut OperatorDb) -> anyhow::Result<()> {
        let Asked { backups, restored, heard, alarms: raised, .. } = &self.asked;
        for kind in SetKind::ALL {
            let newest = runs::history(db, kind)?.newest_good;
            backups.with_label_values(&[kind.word()]).set(newest.map_or(0.0, since_1970));
        }
        let said = attended::newest(db)?;
        heard.set(said.as_ref().map_or(0.0, |said| since_1970(said.written_at)));
        restored.set(said.and_then(|said| said.restored).map_or(0.0, |trial| since_1970(trial.at)));
        raised.set(f64::from(alarms::raised(db)?));
        Ok(())
    }

    fn is_ready(&self) -> Result<(), ApiError> {
        if self.rounds.all().iter().any(|round| round.instant.elapsed() > STUCK) {
            return Err(ApiError::Busy);
        }
        OperatorDb::open(&self.url, self.clock.clone()).map_err(ApiError::internal)?;
        Ok(())
    }
}

impl Administered for WorkFigures {
    fn figures(&self) -> LocalBoxFuture<'_, Result<String, ApiError>> {
        // The thread that answers has nothing else to do: it may wait for the database.
        Box::pin(async { self.text() })
    }

    fn ready(&self) -> LocalBoxFuture<'_, Result<(), ApiError>> {
        Box::pin(async { self.is_ready() })
    }
}

fn seconds(name: &str, help: &str, label: &str) -> Result<GaugeVec, ApiError> {
    GaugeVec::new(Opts::new(name, help), &[label]).map_err(ApiError::internal)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since 1970 are far below what a float tells apart"
)]
fn since_1970(at: DateTime<Utc>) -> f64 {
    at.timestamp_millis() as f64 / 1000.0
}

fn seconds_between(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    (to - from).to_std().map_or(0.0, |passed| passed.as_secs_f64())
}
