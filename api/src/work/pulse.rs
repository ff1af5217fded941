//! The heartbeat: prolongs the leases of all that is under way in this process, from a thread and a connection of its
//! own, so that work which takes long is not taken for dead.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;

use super::{LEASE, schedules};
use crate::db::{
    operator::OperatorDb,
    queue::{self, Held, Hold},
};

/// What is held until its lease ends.
#[derive(Debug, Clone)]
pub(super) enum Leased {
    Job(Held),
    Schedule(schedules::Taken),
}

/// All that is under way in this process.
#[derive(Debug, Clone, Default)]
pub(super) struct Pulse(Arc<Mutex<UnderWay>>);

#[derive(Debug, Default)]
struct UnderWay {
    number: u64,
    held: Vec<(u64, Leased)>,
}

impl Pulse {
    /// Keeps the lease alive until the value that is given back is dropped.
    pub(super) fn hold(&self, leased: Leased) -> Beating {
        let mut under_way = self.lock();
        under_way.number += 1;
        let number = under_way.number;
        under_way.held.push((number, leased));
        Beating { pulse: self.clone(), number }
    }

    /// Prolongs every lease that is held at this moment.
    pub(super) fn beat(&self, db: &mut OperatorDb) -> Result<()> {
        let held: Vec<Leased> = self.lock().held.iter().map(|(_, leased)| leased.clone()).collect();
        let until = db.clock().now() + LEASE;
        for leased in held {
            match leased {
                Leased::Job(job) => {
                    if queue::prolong(db.global(), &job, until)? == Hold::Lost {
                        // Done in this moment, or lost: its worker finds out when it writes.
                        tracing::debug!(job = %job.id, "no lease to prolong");
                    }
                }
                Leased::Schedule(taken) => schedules::prolong(db, &taken, until)?,
            }
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, UnderWay> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something that is under way.
#[derive(Debug)]
pub(super) struct Beating {
    pulse: Pulse,
    number: u64,
}

impl Drop for Beating {
    fn drop(&mut self) {
        self.pulse.lock().held.retain(|(number, _)| *number != self.number);
    }
}
