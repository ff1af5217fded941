//! Writes that are done once: what a write gave under an `Idempotency-Key` is kept in its own transaction, and given
//! again for a day to whoever sends the same request with the same key.
//!
//! Invariant: the row and the effect are committed together or not at all. A second request with the same key that
//! comes while the first is under way is refused at once instead of waiting, so that it holds no connection.

use chrono::TimeDelta;
use diesel::{
    connection::{AnsiTransactionManager, TransactionManager},
    prelude::*,
    sql_types::{Bool, Text},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use shared::{Problem, ProblemCode, ids::UserId};

use super::{TenantConn, schema::idempotency_keys};
use crate::{ApiError, access::Caller, http::idempotency::IdempotencyKey};

/// How long an answer is kept.
pub const LIFETIME: TimeDelta = TimeDelta::hours(24);
/// Rows that are over and go along with each new one, so that the table stays small by itself.
const CLEANED_EACH_TIME: i64 = 20;

/// What a write gives, which can be kept and given again. A part that is a secret is left out where it is kept: give
/// it as [`Unkept`].
#[diagnostic::on_unimplemented(
    message = "what a write gives must be able to be kept under an Idempotency-Key",
    note = "derive Serialize and Deserialize, and give secrets as `db::Unkept`"
)]
pub trait Kept: Serialize + DeserializeOwned {}

impl<T: Serialize + DeserializeOwned> Kept for T {}

/// A part of what a write gives that is never written down, such as a secret that is shown once. Given again, it is
/// absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unkept<T>(pub Option<T>);

impl<T> Serialize for Unkept<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de, T> serde::Deserialize<'de> for Unkept<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer).map(|()| Self(None))
    }
}

/// One write of a request that came with a key.
#[derive(Debug)]
pub(super) struct Step {
    key: IdempotencyKey,
    user: UserId,
    number: i16,
    text: String,
    fingerprint: Vec<u8>,
}

impl Step {
    /// The next write of this caller's request, where it came with a key; 400 where the key cannot be one. The
    /// request has been read by now, since handlers run behind their arguments.
    pub(super) fn of(caller: &Caller) -> Result<Option<Self>, ApiError> {
        let Some(key) = caller.idempotency_key.clone() else { return Ok(None) };
        let (text, fingerprint) = (key.text()?.to_owned(), key.fingerprint());
        let number = key.next_step();
        Ok(Some(Self { key, user: caller.user(), number, text, fingerprint }))
    }

    /// Nobody else works under this key until the transaction ends, or 409. The lock is on a hash of the key, of which
    /// two may collide: then one of them tries again a second later.
    fn lock(&self, conn: &mut TenantConn<'_>) -> Result<(), ApiError> {
        #[derive(QueryableByName)]
        struct Locked {
            #[diesel(sql_type = Bool)]
            locked: bool,
        }
        let name = format!("{} {} {} {}", conn.organization(), self.user, self.key.operation(), self.text);
        let row: Locked =
            diesel::sql_query("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked")
                .bind::<Text, _>(name)
                .get_result(conn.sql())?;
        if row.locked { Ok(()) } else { Err(ApiError::KeyUnderWay) }
    }

    /// What was given before, where it was.
    fn find<T: Kept>(&self, conn: &mut TenantConn<'_>) -> Result<Option<Result<T, ApiError>>, ApiError> {
        use idempotency_keys as keys;
        let now = conn.clock().now();
        let found: Option<(Vec<u8>, bool, Value)> = keys::table
            .find((self.user.0, self.key.operation(), &self.text, self.number))
            .filter(keys::expires_at.gt(now))
            .select((keys::fingerprint, keys::done, keys::answer))
            .first(conn.sql())
            .optional()?;
        let Some((fingerprint, done, answer)) = found else { return Ok(None) };
        if !self.key.is_of(&fingerprint) {
            return Err(reused("It came with another request before. Choose a new key for a new request."));
        }
        self.key.note_replay();
        // Another version of the server may have kept it.
        let unreadable =
            |_| reused("It was done, but its answer can no longer be given. Read what it made instead.");
        if done {
            return serde_json::from_value(answer).map(|value| Some(Ok(value))).map_err(unreadable);
        }
        let problem: Problem = serde_json::from_value(answer).map_err(unreadable)?;
        Ok(Some(Err(ApiError::Again(Box::new(problem)))))
    }

    fn keep(&self, conn: &mut TenantConn<'_>, done: bool, answer: &impl Serialize) -> Result<(), ApiError> {
        use idempotency_keys as keys;
        let now = conn.clock().now();
        let answer = serde_json::to_value(answer).map_err(ApiError::internal)?;
        let row = (
            keys::fingerprint.eq(&self.fingerprint),
            keys::done.eq(done),
            keys::answer.eq(answer),
            keys::created_at.eq(now),
            keys::expires_at.eq(now + LIFETIME),
        );
        let place = (
            keys::user_id.eq(self.user.0),
            keys::operation.eq(self.key.operation()),
            keys::key.eq(&self.text),
            keys::step.eq(self.number),
        );
        // One that is over may still be there.
        let there = keys::table.find((self.user.0, self.key.operation(), &self.text, self.number));
        let replaced = diesel::update(there).set(row.clone()).execute(conn.sql())?;
        if replaced == 0 {
            diesel::insert_into(keys::table).values((place, row)).execute(conn.sql())?;
        }
        clean(conn)
    }
}

fn reused(detail: &str) -> ApiError {
    ApiError::Conflict(ProblemCode::IdempotencyKeyReused, detail.to_owned())
}

/// Takes away some of the organization's rows that are over, passing by those that others hold.
fn clean(conn: &mut TenantConn<'_>) -> Result<(), ApiError> {
    let now = conn.clock().now();
    diesel::sql_query(
        "DELETE FROM idempotency_keys WHERE (user_id, operation, key, step) IN
            (SELECT user_id, operation, key, step FROM idempotency_keys WHERE expires_at <= $1
             LIMIT $2 FOR UPDATE SKIP LOCKED)",
    )
    .bind::<diesel::sql_types::Timestamptz, _>(now)
    .bind::<diesel::sql_types::BigInt, _>(CLEANED_EACH_TIME)
    .execute(conn.sql())?;
    Ok(())
}

/// Does the work, or gives again what it gave before under the same key. The inner failure is one that is kept, so the
/// transaction commits with it; the outer one rolls everything back.
pub(super) fn once<T: Kept>(
    conn: &mut TenantConn<'_>,
    step: Option<Step>,
    work: impl FnOnce(&mut TenantConn<'_>) -> Result<T, ApiError>,
) -> Result<Result<T, ApiError>, ApiError> {
    let Some(step) = step else { return work(conn).map(Ok) };
    step.lock(conn)?;
    if let Some(before) = step.find(conn)? {
        return Ok(before);
    }
    AnsiTransactionManager::begin_transaction(conn.sql())?;
    match work(conn) {
        Ok(value) => {
            AnsiTransactionManager::commit_transaction(conn.sql())?;
            step.keep(conn, true, &value)?;
            Ok(Ok(value))
        }
        Err(refusal) => {
            AnsiTransactionManager::rollback_transaction(conn.sql())?;
            let problem = refusal.to_problem();
            if !is_kept(problem.status) {
                return Err(refusal);
            }
            conn.forget_reports();
            step.keep(conn, false, &problem)?;
            Ok(Err(refusal))
        }
    }
}

/// Whether a refusal is the answer for good. What may pass by itself is none, and neither is what a right decides,
/// which is asked for each time.
const fn is_kept(status: u16) -> bool {
    status >= 400 && status < 500 && !matches!(status, 401 | 403 | 429)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_secret_is_not_kept() {
        let given = (7, Unkept(Some("prt_secret".to_owned())));
        let kept = serde_json::to_value(&given).expect("it is kept");
        assert_eq!(kept, serde_json::json!([7, null]));
        let again: (i32, Unkept<String>) = serde_json::from_value(kept).expect("it is read");
        assert_eq!(again, (7, Unkept(None)));
    }

    #[test]
    fn what_may_pass_is_not_kept() {
        let kept: Vec<u16> = [400, 401, 403, 404, 409, 412, 422, 429, 500, 503]
            .into_iter()
            .filter(|one| is_kept(*one))
            .collect();
        assert_eq!(kept, [400, 404, 409, 412, 422]);
    }
}
