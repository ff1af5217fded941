//! Work that a transaction leaves behind: the job table.
//!
//! A job is a row that is written in the transaction that causes it, by `conn.enqueue(…)`: where that transaction does
//! not commit, there was never a job. [`crate::work`] does them.
//!
//! A new kind of job: give [`Job`] a variant with what it needs to know, as small as can be and without secrets where
//! possible, say in [`Job::attempts`] how often it is tried, and in `work/jobs.rs` who does it.
//!
//! Where the same cause may be met twice, `NewJob::once` gives the job a key: of jobs with the same key, an
//! organization has one, for as long as the job is kept (30 days after it was done).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    ApiError,
    db::{TenantConn, queue, schema::jobs},
    mail::SendMail,
};

/// What there is to do, with what the worker has to know for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload", rename_all = "snake_case")]
pub enum Job {
    /// One mail to one person.
    SendMail(SendMail),
}

impl Job {
    /// How often it is tried before it is given up. With the delays between them, twelve attempts take a day and a
    /// half.
    pub const fn attempts(&self) -> i32 {
        match self {
            Self::SendMail(_) => 12,
        }
    }
}

/// A job to be enqueued. A plain [`Job`] is one that may run at once.
#[derive(Debug, Clone)]
pub struct NewJob {
    job: Job,
    key: Option<String>,
    not_before: Option<DateTime<Utc>>,
}

impl NewJob {
    /// Of jobs with this key the organization gets one; the others are left out silently.
    #[must_use]
    pub fn once(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// Runs at this instant or later.
    #[must_use]
    pub fn not_before(self, instant: DateTime<Utc>) -> Self {
        Self { not_before: Some(instant), ..self }
    }
}

impl From<Job> for NewJob {
    fn from(job: Job) -> Self {
        Self { job, key: None, not_before: None }
    }
}

impl TenantConn<'_> {
    /// Leaves work behind for `portico work`: it is there once this transaction commits, and not before.
    pub fn enqueue(&mut self, new: impl Into<NewJob>) -> Result<(), ApiError> {
        let NewJob { job, key, not_before } = new.into();
        let (id, now) = (self.clock().new_id(), self.clock().now());
        let (kind, payload) = queue::to_row(&job)?;
        let due_at = not_before.unwrap_or(now);
        diesel::insert_into(jobs::table)
            .values((
                jobs::id.eq(id),
                jobs::kind.eq(kind),
                jobs::payload.eq(payload),
                jobs::idempotency_key.eq(key),
                jobs::due_at.eq(due_at),
                jobs::created_at.eq(now),
            ))
            // Without naming the key's columns, which would need the right to read them.
            .on_conflict_do_nothing()
            .execute(self.sql())?;
        if due_at <= now {
            queue::wake_workers(self.sql())?;
        }
        Ok(())
    }
}
