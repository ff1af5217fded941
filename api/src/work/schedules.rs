//! What recurs by the clock, for the whole installation. Each has a row in `schedules`, so that any number of workers
//! runs each once; one that was missed while no worker ran is made up for once.

use std::str::FromStr as _;

use anyhow::{Context as _, Result};
use chrono::{DateTime, TimeDelta, Utc};
use croner::Cron;
use diesel::{prelude::*, sql_types};

use super::{
    LEASE,
    pulse::{Leased, Pulse},
};
use crate::{
    api_tokens::ends,
    db::{
        operator::{OperatorDb, tables::schedules},
        queue,
    },
    mail::operators,
};

/// Something that recurs.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// Its name, which stays: its row has it.
    pub name: &'static str,
    /// When, in UTC, as cron writes it: minute, hour, day of the month, month, day of the week. Not on the hour, so that
    /// not everything runs at once.
    pub pattern: &'static str,
    /// Does it. Where it fails it is tried again, a minute later and then less and less often.
    pub work: fn(&mut OperatorDb) -> Result<()>,
}

/// All that recurs.
pub const ALL: &[Schedule] = &[
    Schedule { name: "forget denied access", pattern: "31 3 * * *", work: forget_denied_access },
    Schedule { name: "forget finished jobs", pattern: "17 3 * * *", work: forget_finished_jobs },
    Schedule { name: "forget idempotency keys", pattern: "23 * * * *", work: forget_idempotency_keys },
    Schedule { name: "forget letters to operators", pattern: "41 3 * * *", work: operators::forget },
    Schedule { name: "tell of API tokens that end", pattern: "0 6 * * *", work: ends::tell },
];

/// What was done is kept so long for its key, which keeps the same cause from leaving the same work behind twice.
const DONE_KEPT: TimeDelta = TimeDelta::days(30);
/// A dead letter waits for an operator so long.
const DEAD_KEPT: TimeDelta = TimeDelta::days(90);
/// The longest that a schedule which fails waits for its next try.
const LONGEST_DELAY: TimeDelta = TimeDelta::hours(1);

/// Refused requests are kept so long.
const DENIED_KEPT: TimeDelta = TimeDelta::days(90);

fn forget_denied_access(db: &mut OperatorDb) -> Result<()> {
    use crate::db::{operator::tables::denied_access_elsewhere, schema::denied_access};

    let over = db.clock().now() - DENIED_KEPT;
    let here =
        diesel::delete(denied_access::table.filter(denied_access::minute.lt(over))).execute(db.global())?;
    let elsewhere =
        diesel::delete(denied_access_elsewhere::table.filter(denied_access_elsewhere::minute.lt(over)))
            .execute(db.global())?;
    tracing::info!(here, elsewhere, "refused requests");
    Ok(())
}

fn forget_finished_jobs(db: &mut OperatorDb) -> Result<()> {
    let now = db.clock().now();
    let forgotten = queue::forget(db.global(), now - DONE_KEPT, now - DEAD_KEPT)?;
    tracing::info!(forgotten, "finished jobs");
    Ok(())
}

fn forget_idempotency_keys(db: &mut OperatorDb) -> Result<()> {
    use crate::db::schema::idempotency_keys;

    let now = db.clock().now();
    let over = idempotency_keys::table.filter(idempotency_keys::expires_at.lt(now));
    let forgotten = diesel::delete(over).execute(db.global())?;
    tracing::info!(forgotten, "idempotency keys");
    Ok(())
}

impl Schedule {
    /// The first time after an instant.
    fn next(&self, after: DateTime<Utc>) -> Result<DateTime<Utc>> {
        let pattern =
            Cron::from_str(self.pattern).with_context(|| format!("{:?} is no pattern", self.pattern))?;
        pattern
            .find_next_occurrence(&after, false)
            .with_context(|| format!("{} never comes again", self.name))
    }
}

/// A schedule that a worker holds.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct Taken {
    #[diesel(sql_type = sql_types::Text)]
    name: String,
    #[diesel(sql_type = sql_types::Integer)]
    attempts: i32,
    #[diesel(sql_type = sql_types::BigInt)]
    fence: i64,
}

/// Runs the one of these that has been due for longest. Says whether there was one.
pub(super) fn work_one(db: &mut OperatorDb, schedules: &[Schedule], pulse: &Pulse) -> Result<bool> {
    let now = db.clock().now();
    enter(db, schedules, now)?;
    let Some(taken) = take(db, schedules, now)? else { return Ok(false) };
    let Some(schedule) = schedules.iter().find(|one| one.name == taken.name) else { return Ok(false) };
    let outcome = {
        let _beating = pulse.hold(Leased::Schedule(taken.clone()));
        (schedule.work)(db)
    };
    let now = db.clock().now();
    let (next, error) = match outcome {
        Ok(()) => (schedule.next(now)?, None),
        Err(error) => {
            tracing::error!(schedule = taken.name, error = format!("{error:#}"), "a schedule failed");
            (now + super::jobs::delay(taken.attempts).min(LONGEST_DELAY), Some(format!("{error:#}")))
        }
    };
    settle(db, &taken, next, error.as_deref(), now)?;
    Ok(true)
}

/// Gives a row to each that has none yet.
fn enter(db: &mut OperatorDb, schedules: &[Schedule], now: DateTime<Utc>) -> Result<()> {
    for schedule in schedules {
        diesel::insert_into(schedules::table)
            .values((schedules::name.eq(schedule.name), schedules::due_at.eq(schedule.next(now)?)))
            .on_conflict_do_nothing()
            .execute(db.global())?;
    }
    Ok(())
}

/// Takes the one that has been due for longest, until the lease ends; one whose worker went silent is due again.
fn take(db: &mut OperatorDb, schedules: &[Schedule], now: DateTime<Utc>) -> Result<Option<Taken>> {
    let names: Vec<&str> = schedules.iter().map(|one| one.name).collect();
    let taken = diesel::sql_query(
        "WITH due AS MATERIALIZED (
             SELECT name FROM schedules WHERE due_at <= $1 AND name = ANY ($3)
             ORDER BY due_at, name LIMIT 1 FOR UPDATE SKIP LOCKED)
         UPDATE schedules SET running = true, due_at = $2, attempts = attempts + 1, fence = fence + 1
         FROM due WHERE schedules.name = due.name
         RETURNING schedules.name, attempts, fence",
    )
    .bind::<sql_types::Timestamptz, _>(now)
    .bind::<sql_types::Timestamptz, _>(now + LEASE)
    .bind::<sql_types::Array<sql_types::Text>, _>(names);
    Ok(taken.get_result(db.global()).optional()?)
}

/// Says that the worker is still at it.
pub(super) fn prolong(db: &mut OperatorDb, taken: &Taken, until: DateTime<Utc>) -> Result<()> {
    let still =
        schedules::table.filter(schedules::name.eq(&taken.name).and(schedules::fence.eq(taken.fence)));
    diesel::update(still).set(schedules::due_at.eq(until)).execute(db.global())?;
    Ok(())
}

/// Writes what came of it, unless another worker has taken it meanwhile.
fn settle(
    db: &mut OperatorDb,
    taken: &Taken,
    next: DateTime<Utc>,
    error: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    let still =
        schedules::table.filter(schedules::name.eq(&taken.name).and(schedules::fence.eq(taken.fence)));
    diesel::update(still)
        .set((
            schedules::due_at.eq(next),
            schedules::running.eq(false),
            schedules::last_error.eq(error),
            // `None` leaves these two as they are.
            error.is_none().then_some(schedules::attempts.eq(0)),
            error.is_none().then_some(schedules::last_succeeded_at.eq(now)),
        ))
        .execute(db.global())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_time_is_after_this_one() {
        for (pattern, after, expected) in [
            ("17 3 * * *", "2026-03-02T09:00:00Z", "2026-03-03T03:17:00Z"),
            ("17 3 * * *", "2026-03-02T03:16:59Z", "2026-03-02T03:17:00Z"),
            ("17 3 * * *", "2026-03-02T03:17:00Z", "2026-03-03T03:17:00Z"),
            ("17 3 * * *", "2026-03-02T03:17:00.5Z", "2026-03-03T03:17:00Z"),
            ("0 * * * *", "2026-12-31T23:30:00Z", "2027-01-01T00:00:00Z"),
        ] {
            let schedule = Schedule { name: "", pattern, work: |_| Ok(()) };
            let after: DateTime<Utc> = after.parse().expect("an instant");
            let expected: DateTime<Utc> = expected.parse().expect("an instant");
            assert_eq!(schedule.next(after).expect("a time"), expected, "{pattern} after {after}");
        }
    }

    #[test]
    fn every_pattern_comes_again_and_again() {
        for schedule in ALL {
            let mut at: DateTime<Utc> = "2026-03-28T22:00:00Z".parse().expect("an instant");
            for _ in 0..100 {
                let next = schedule.next(at).expect("it comes again");
                assert!(next > at && next - at <= TimeDelta::days(32), "{}: {at}, {next}", schedule.name);
                at = next;
            }
        }
    }

    #[test]
    fn names_are_unique() {
        let names: std::collections::HashSet<&str> = ALL.iter().map(|one| one.name).collect();
        assert_eq!(names.len(), ALL.len());
    }
}
