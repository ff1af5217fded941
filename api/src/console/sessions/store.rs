//! The rows of sessions.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use sha2::{Digest as _, Sha256};
use shared::{console::Team, ids::OperatorId};
use uuid::Uuid;

use crate::{
    ApiError, clock,
    console::OperatorCaller,
    db::console::{
        ConsoleConn,
        tables::{operator_sessions as sessions, operators},
    },
};

/// How long a session lasts at the longest.
pub const LONGEST: TimeDelta = TimeDelta::hours(8);
/// How long it lasts without being used.
pub const IDLE: TimeDelta = TimeDelta::minutes(15);
/// That it was used is noted so often.
const NOTED: TimeDelta = TimeDelta::minutes(1);

/// A new session: its token, which is shown once, and when it ends.
pub fn begin(
    conn: &mut ConsoleConn<'_>,
    operator: Uuid,
    address: &str,
) -> Result<(String, DateTime<Utc>), ApiError> {
    let (now, id) = (conn.clock().now(), conn.clock().new_id());
    let mut bytes = [0; 32];
    clock::random(&mut bytes);
    let (token, until) = (format!("pco_{}", URL_SAFE_NO_PAD.encode(bytes)), now + LONGEST);
    // Those that are over are of no use to anybody.
    let over = sessions::expires_at.le(now).or(sessions::last_used_at.le(now - IDLE));
    diesel::delete(sessions::table.filter(over)).execute(conn.sql())?;
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::operator_id.eq(operator),
            sessions::token_hash.eq(hash(&token)),
            sessions::address.eq(address),
            sessions::created_at.eq(now),
            sessions::last_used_at.eq(now),
            sessions::expires_at.eq(until),
        ))
        .execute(conn.sql())?;
    Ok((token, until))
}

/// Whose session this token is, where it lives.
pub fn caller(conn: &mut ConsoleConn<'_>, token: &str) -> Result<Option<OperatorCaller>, ApiError> {
    type Row = (Uuid, DateTime<Utc>, DateTime<Utc>, Uuid, String, String, Vec<String>);
    let now = conn.clock().now();
    let found: Option<Row> = sessions::table
        .inner_join(operators::table)
        .filter(sessions::token_hash.eq(hash(token)).and(operators::active))
        .filter(sessions::expires_at.gt(now).and(sessions::last_used_at.gt(now - IDLE)))
        .select((
            sessions::id,
            sessions::expires_at,
            sessions::last_used_at,
            operators::id,
            operators::email,
            operators::name,
            operators::teams,
        ))
        .first(conn.sql())
        .optional()?;
    let Some((session, expires_at, last_used_at, operator, email, name, teams)) = found else {
        return Ok(None);
    };
    if now - last_used_at >= NOTED {
        diesel::update(sessions::table.find(session))
            .set(sessions::last_used_at.eq(now))
            .execute(conn.sql())?;
    }
    let teams = teams.iter().filter_map(|key| Team::from_key(key)).collect();
    Ok(Some(OperatorCaller { operator: OperatorId(operator), session, email, name, teams, expires_at }))
}

/// Ends a session.
pub fn end(conn: &mut ConsoleConn<'_>, session: Uuid) -> Result<(), ApiError> {
    diesel::delete(sessions::table.find(session)).execute(conn.sql())?;
    Ok(())
}

/// Ends all sessions of an operator.
pub fn end_all(conn: &mut ConsoleConn<'_>, operator: Uuid) -> Result<usize, ApiError> {
    Ok(diesel::delete(sessions::table.filter(sessions::operator_id.eq(operator))).execute(conn.sql())?)
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}
