//! Doing one job: who does which kind, and what follows when it fails.

use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    LEASE,
    pulse::{Leased, Pulse},
};
use crate::{
    config::WorkConfig,
    db::{
        operator::OperatorDb,
        queue::{self, End, Held, Hold},
    },
    jobs::Job,
    mail::post::Post,
};

/// Attempts at a job that this version cannot read, and so does not know how often to try.
const ATTEMPTS_AT_WHAT_IS_UNKNOWN: i32 = 12;

/// How often it is tried to write what became of a job, and the pause between: together less than a lease.
const TRIES_TO_WRITE: u32 = 40;
const PAUSE: Duration = Duration::from_secs(1);

/// What an operator is told who finds such a dead letter.
const MAY_HAVE_ARRIVED: &str = "It may have arrived: look, and let it be tried again where it has not.";

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It did not work, and may work later.
    Failed(String),
    /// It will never work.
    Hopeless(String),
    /// Nobody knows whether it is done, so it is not done again.
    Unknown(String),
    /// Another worker has the job by now; this one has nothing to say any more.
    Lost,
}

/// What the jobs are done with. Shared by all workers of a process.
pub(super) struct Workshop {
    post: Post,
}

impl Workshop {
    pub(super) fn open(config: &WorkConfig) -> Result<Self> {
        Ok(Self { post: Post::open(&config.mail)? })
    }

    /// The kinds of jobs that can be done here. The others wait, and lose no attempt by it.
    fn kinds(&self) -> &'static [&'static str] {
        if self.post.goes_anywhere() { &["send_mail"] } else { &[] }
    }

    /// When the next job is due.
    pub(super) fn next_due(&self, db: &mut OperatorDb) -> Result<Option<DateTime<Utc>>> {
        Ok(queue::next_due(db.global(), self.kinds())?)
    }

    /// Takes the job that has been due for longest and does it. Says whether there was one.
    pub(super) fn work_one(&self, db: &mut OperatorDb, pulse: &Pulse) -> Result<bool> {
        let now = db.clock().now();
        let Some(held) = queue::take(db.global(), self.kinds(), now, now + LEASE)? else { return Ok(false) };
        let beating = pulse.hold(Leased::Job(held.clone()));
        let outcome = self.attempt(db, &held).unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")));
        let now = db.clock().now();
        let Some(end) = end(outcome, &held, now) else {
            tracing::warn!(job = %held.id, "lost a job: its lease had ended");
            return Ok(true);
        };
        match &end {
            End::Done => tracing::info!(job = %held.id, "done"),
            End::Again(at, error) => tracing::warn!(job = %held.id, error, again_at = %at, "failed"),
            End::Dead(error) => tracing::error!(job = %held.id, error, "given up"),
        }
        write_end(db, &held, &end, now)?;
        drop(beating);
        Ok(true)
    }

    fn attempt(&self, db: &mut OperatorDb, held: &Held) -> Result<Outcome> {
        if let Some(since) = held.handing_over_since {
            return Ok(Outcome::Unknown(format!("A worker was lost while it handed this over, at {since}")));
        }
        if held.attempts > most_attempts(held) {
            return Ok(Outcome::Hopeless("Each worker that tried this was lost.".to_owned()));
        }
        match held.job() {
            Ok(Job::SendMail(mail)) => self.post.send(db, held, &mail),
            Err(error) => Ok(Outcome::Failed(format!("this version cannot read it: {error}"))),
        }
    }
}

/// Writes what became of the job. What was done cannot be done again, so a lost database is waited for as long as the
/// job is held.
fn write_end(db: &mut OperatorDb, held: &Held, end: &End, now: DateTime<Utc>) -> Result<()> {
    for _ in 0..TRIES_TO_WRITE {
        match queue::end(db.global(), held, end, now) {
            Ok(Hold::Kept) => return Ok(()),
            Ok(Hold::Lost) => {
                tracing::warn!(job = %held.id, "lost a job when it was done: its lease had ended");
                return Ok(());
            }
            Err(error) => tracing::error!(job = %held.id, %error, "what became of a job cannot be written"),
        }
        std::thread::sleep(PAUSE);
        if let Err(error) = db.reopen() {
            tracing::error!(error = format!("{error:#}"), "no database");
        }
    }
    anyhow::bail!("what became of the job {} was not written", held.id)
}

fn most_attempts(held: &Held) -> i32 {
    held.job().map_or(ATTEMPTS_AT_WHAT_IS_UNKNOWN, |job| job.attempts())
}

/// What is written of the job, where anything is.
fn end(outcome: Outcome, held: &Held, now: DateTime<Utc>) -> Option<End> {
    match outcome {
        Outcome::Done => Some(End::Done),
        Outcome::Lost => None,
        Outcome::Hopeless(error) => Some(End::Dead(error)),
        Outcome::Unknown(error) => Some(End::Dead(format!("{error}. {MAY_HAVE_ARRIVED}"))),
        Outcome::Failed(error) => {
            let most = most_attempts(held);
            Some(if held.attempts < most {
                End::Again(now + delay(held.attempts), error)
            } else {
                End::Dead(format!("{error} (attempt {} of {most})", held.attempts))
            })
        }
    }
}

/// How long to wait after so many attempts: a minute, and twice as long each time. Eleven of them make a day and ten
/// hours.
pub(super) fn delay(attempts: i32) -> TimeDelta {
    TimeDelta::minutes(1 << (attempts - 1).clamp(0, 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double() {
        let minutes: Vec<i64> = (1..=12).map(|attempts| delay(attempts).num_minutes()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024]);
        assert_eq!(minutes[..11].iter().sum::<i64>() / 60, 34);
    }
}
