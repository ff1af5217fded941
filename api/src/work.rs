//! `portico work`: what is done behind people's backs. Jobs that transactions left behind, what recurs by the clock,
//! and loops that follow the database.
//!
//! Any number of workers may run beside each other. [`Worker`] is one pair of hands with its own connection, and does
//! one thing after the other; [`Crew`] is the process: several workers on threads, each woken by NOTIFY. Tests take a
//! [`Worker`] and let it do all that is due at the instant of their clock, by [`Worker::work_off`].
//!
//! A new kind of job: see [`crate::jobs`]. Something that recurs: add it to [`schedules::ALL`]. A loop that follows
//! what is committed: add it to [`loops::ALL`].

mod bell;
mod crew;
pub mod figures;
mod jobs;
pub mod loops;
mod pulse;
pub mod schedules;

use std::sync::Arc;

use anyhow::Result;
use chrono::TimeDelta;

pub use crew::Crew;
pub use jobs::Outcome;

use self::{jobs::Workshop, pulse::Pulse};
use crate::{clock::Clock, config::WorkConfig, db::operator::OperatorDb};

/// How long a worker holds what it has taken without a word. After that it counts as dead, and another one begins
/// anew.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);

/// One pair of hands.
#[expect(missing_debug_implementations, reason = "a connection has nothing to show")]
pub struct Worker {
    db: OperatorDb,
    workshop: Arc<Workshop>,
    loops: Vec<loops::Round>,
    pulse: Pulse,
}

impl Worker {
    /// Comes in by a connection of its own.
    pub fn open(config: &WorkConfig, clock: Clock) -> Result<Self> {
        let db = OperatorDb::open(&config.operator_database_url, clock)?;
        let loops = loops::ALL.iter().map(|one| (one.prepare)(config)).collect::<Result<_>>()?;
        Ok(Self { db, workshop: Arc::new(Workshop::open(config)?), loops, pulse: Pulse::default() })
    }

    /// Does everything that is due at this instant, until nothing is: schedules, loops, then jobs. Gives how many jobs
    /// were tried.
    pub fn work_off(&mut self) -> Result<usize> {
        let mut is_fenced = loops::is_fenced(&mut self.db)?;
        while !is_fenced && self.work_one_schedule()? {}
        for (one, round) in loops::ALL.iter().zip(&mut self.loops) {
            if one.when_fenced || !is_fenced {
                round(&mut self.db)?;
                is_fenced = loops::is_fenced(&mut self.db)?;
            }
        }
        let mut tried = 0;
        while !is_fenced && self.work_one_job()? {
            tried += 1;
        }
        Ok(tried)
    }

    /// Takes the schedule that has been due for longest and runs it. Says whether there was one.
    pub fn work_one_schedule(&mut self) -> Result<bool> {
        schedules::work_one(&mut self.db, schedules::ALL, &self.pulse)
    }

    /// Takes the job that has been due for longest and does it. Says whether there was one.
    pub fn work_one_job(&mut self) -> Result<bool> {
        self.workshop.work_one(&mut self.db, &self.pulse)
    }
}
