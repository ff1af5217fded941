//! What has been tried of backups, a row each, and the lock that keeps two from being made at once.

use anyhow::{Result, anyhow};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::{
    backup::Made,
    retention::SetKind,
    timetable::{self, History},
};
use crate::db::operator::{OperatorDb, tables::backup_runs};

/// The number of the lock of those who make sets, which nothing else of this database uses.
pub const LOCK: i64 = 0x706f_7274_6963_6f01;

/// Ends what somebody began who is gone. Whoever asks holds the lock, so nobody else is at it.
pub fn end_interrupted(db: &mut OperatorDb) -> Result<()> {
    let now = db.clock().now();
    diesel::update(backup_runs::table.filter(backup_runs::finished_at.is_null()))
        .set((
            backup_runs::finished_at.eq(now),
            backup_runs::error.eq("whoever made it was lost before it was done"),
        ))
        .execute(db.global())?;
    Ok(())
}

/// What has been tried of one kind until now. What seems to have begun later counts for nothing: a clock ran ahead then.
pub fn history(db: &mut OperatorDb, kind: SetKind) -> Result<History> {
    let now = db.clock().now();
    let of_kind =
        || backup_runs::table.filter(backup_runs::kind.eq(kind.word()).and(backup_runs::started_at.le(now)));
    let newest_good: Option<DateTime<Utc>> = of_kind()
        .filter(backup_runs::set_name.is_not_null())
        .select(diesel::dsl::max(backup_runs::started_at))
        .first(db.global())?;
    let first_try: Option<DateTime<Utc>> =
        of_kind().select(diesel::dsl::min(backup_runs::started_at)).first(db.global())?;
    let since = timetable::slot(kind, now).max(newest_good.unwrap_or(DateTime::UNIX_EPOCH));
    let (last_failure, failures): (Option<DateTime<Utc>>, i64) = of_kind()
        .filter(backup_runs::error.is_not_null().and(backup_runs::cancelled_by.is_null()))
        .filter(backup_runs::started_at.ge(since))
        .select((diesel::dsl::max(backup_runs::finished_at), diesel::dsl::count_star()))
        .first(db.global())?;
    let last_cancelled: Option<DateTime<Utc>> = of_kind()
        .filter(backup_runs::set_name.is_null().and(backup_runs::cancelled_by.is_not_null()))
        .filter(backup_runs::started_at.gt(newest_good.unwrap_or(DateTime::UNIX_EPOCH)))
        .select(diesel::dsl::max(backup_runs::started_at))
        .first(db.global())?;
    let failures = failures.try_into().unwrap_or(u32::MAX);
    Ok(History { newest_good, first_try, last_failure, failures, last_cancelled })
}

/// Writes down that one begins.
pub fn begin(db: &mut OperatorDb, kind: SetKind) -> Result<Uuid> {
    let (id, now) = (db.clock().new_id(), db.clock().now());
    diesel::insert_into(backup_runs::table)
        .values((backup_runs::id.eq(id), backup_runs::kind.eq(kind.word()), backup_runs::started_at.eq(now)))
        .execute(db.global())?;
    Ok(id)
}

/// Writes down what came of it, and who has cancelled it where it did not come to its end.
pub fn end(db: &mut OperatorDb, id: Uuid, outcome: &Result<Made>, cancelled_by: Option<&str>) -> Result<()> {
    let now = db.clock().now();
    let run = backup_runs::table.find(id);
    let written = match outcome {
        Ok(made) => diesel::update(run)
            .set((
                backup_runs::finished_at.eq(now),
                backup_runs::set_name.eq(&made.manifest.set),
                backup_runs::manifest_hash.eq(made.manifest_hash.0.to_vec()),
                backup_runs::objects.eq(i32::try_from(made.manifest.objects().count())?),
                backup_runs::objects_unchanged.eq(i32::try_from(made.unchanged)?),
                backup_runs::bytes.eq(made.manifest.objects().map(|object| i64_of(object.size)).sum::<i64>()),
                backup_runs::bytes_put.eq(i64_of(made.put)),
                backup_runs::off_site_at.eq(made.off_site.is_ok().then_some(now)),
                backup_runs::off_site_error.eq(made
                    .off_site
                    .as_ref()
                    .err()
                    .map(|error| format!("{error:#}"))),
                backup_runs::cancelled_by.eq(cancelled_by),
            ))
            .execute(db.global())?,
        Err(error) => diesel::update(run)
            .set((
                backup_runs::finished_at.eq(now),
                backup_runs::error.eq(format!("{error:#}")),
                backup_runs::cancelled_by.eq(cancelled_by),
            ))
            .execute(db.global())?,
    };
    if written == 1 { Ok(()) } else { Err(anyhow!("the run {id} is not there any more")) }
}

/// Whether a set is not off-site yet, and nobody has said that it should wait for the next one.
pub fn waits_for_off_site(db: &mut OperatorDb) -> Result<bool> {
    let waiting = waiting().filter(backup_runs::cancelled_by.is_null());
    Ok(diesel::select(diesel::dsl::exists(waiting)).get_result(db.global())?)
}

/// Writes down that all sets are off-site.
pub fn nothing_waits(db: &mut OperatorDb) -> Result<()> {
    let now = db.clock().now();
    diesel::update(waiting())
        .set((
            backup_runs::off_site_at.eq(now),
            backup_runs::off_site_error.eq(None::<String>),
            backup_runs::cancelled_by.eq(None::<String>),
        ))
        .execute(db.global())?;
    Ok(())
}

/// Writes down why they are not, and who has cancelled it where somebody has: then they wait for the next set.
pub fn waits_because(db: &mut OperatorDb, error: &anyhow::Error, cancelled_by: Option<&str>) -> Result<()> {
    let why = (
        backup_runs::off_site_error.eq(format!("{error:#}")),
        // `None` leaves it as it is.
        cancelled_by.map(|by| backup_runs::cancelled_by.eq(by)),
    );
    diesel::update(waiting()).set(why).execute(db.global())?;
    Ok(())
}

#[diesel::dsl::auto_type]
fn waiting() -> _ {
    backup_runs::table.filter(backup_runs::set_name.is_not_null().and(backup_runs::off_site_at.is_null()))
}

fn i64_of(bytes: u64) -> i64 {
    bytes.try_into().unwrap_or(i64::MAX)
}
