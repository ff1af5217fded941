//! Sessions and the accounts behind them, in the database.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde::Serialize;
use shared::{
    ids::{SessionId, UserId},
    session::OwnSession,
};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::cookies::{RefreshToken, Secret};
use crate::{
    ApiError,
    db::{
        AccessScope, Entity, TenantConn,
        record::Recorded,
        schema::{sessions, users},
    },
};

/// A session ends when it was not used for so long.
pub const IDLE: TimeDelta = TimeDelta::days(7);
/// A session ends at the latest after so long.
pub const ABSOLUTE: TimeDelta = TimeDelta::days(30);
/// A refresh token that was just replaced is still taken for so long: two tabs may use it at one moment.
const GRACE: TimeDelta = TimeDelta::seconds(20);

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBecause {
    /// The person signed out.
    SignedOut,
    /// The person ended it from another session.
    EndedByPerson,
    /// The password was changed.
    PasswordChanged,
    /// The person was deactivated, or may no longer sign in.
    Deactivated,
    /// A refresh token that had been used was shown again.
    TokenReused,
}

impl EndedBecause {
    const fn key(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::EndedByPerson => "ended_by_person",
            Self::PasswordChanged => "password_changed",
            Self::Deactivated => "deactivated",
            Self::TokenReused => "token_reused",
        }
    }
}

/// An account that may sign in, with the hash of its password.
#[derive(Debug, Clone)]
pub struct Account {
    /// The person.
    pub user: UserId,
    /// The hash; absent where no password is set.
    pub password_hash: Option<String>,
}

/// The account, where it may sign in.
pub fn find_account(conn: &mut TenantConn<'_>, user: UserId) -> Result<Option<Account>, ApiError> {
    let found: Option<Option<String>> = users::table
        .filter(users::id.eq(user.0).and(users::active).and(diesel::dsl::not(users::no_login)))
        .select(users::password_hash)
        .first(conn.sql())
        .optional()?;
    Ok(found.map(|password_hash| Account { user, password_hash }))
}

/// Whether this device has signed in to the account before.
pub fn knows_device(conn: &mut TenantConn<'_>, user: UserId, device_hash: &[u8]) -> Result<bool, ApiError> {
    let known =
        sessions::table.filter(sessions::user_id.eq(user.0).and(sessions::device_hash.eq(device_hash)));
    Ok(diesel::select(diesel::dsl::exists(known)).get_result(conn.sql())?)
}

/// What a new session is made of.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The person.
    pub user: UserId,
    /// The device in words.
    pub device: String,
    /// The hash of the device's mark.
    pub device_hash: Vec<u8>,
    /// The address it begins from.
    pub address: String,
    /// The new hash of the password, where its cost grew.
    pub rehashed: Option<String>,
}

/// Begins a session. The account is looked at once more under a lock, since it may have been deactivated while the
/// password was being verified.
pub fn create_session(
    conn: &mut TenantConn<'_>,
    new: NewSession,
    verified_hash: Option<&str>,
) -> Result<Option<RefreshToken>, ApiError> {
    let now = conn.clock().now();
    let still: Option<Option<String>> = users::table
        .filter(users::id.eq(new.user.0).and(users::active).and(diesel::dsl::not(users::no_login)))
        .select(users::password_hash)
        .for_update()
        .first(conn.sql())
        .optional()?;
    if still.is_none_or(|hash| hash.as_deref() != verified_hash) {
        return Ok(None);
    }
    let token = RefreshToken { session: SessionId(conn.clock().new_id()), secret: Secret::random() };
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(token.session.0),
            sessions::user_id.eq(new.user.0),
            sessions::refresh_hash.eq(token.secret.hash()),
            sessions::rotated_at.eq(now),
            sessions::device.eq(&new.device),
            sessions::device_hash.eq(&new.device_hash),
            sessions::address.eq(&new.address),
            sessions::created_at.eq(now),
            sessions::last_used_at.eq(now),
            sessions::idle_until.eq(now + IDLE),
            sessions::expires_at.eq(now + ABSOLUTE),
        ))
        .execute(conn.sql())?;
    diesel::update(users::table.filter(users::id.eq(new.user.0)))
        .set(users::last_sign_in_at.eq(now))
        .execute(conn.sql())?;
    if let Some(hash) = new.rehashed {
        diesel::update(users::table.filter(users::id.eq(new.user.0)))
            .set(users::password_hash.eq(hash))
            .execute(conn.sql())?;
    }
    let begun = serde_json::json!({ "user_id": new.user, "device": new.device });
    conn.record(Recorded::created(Entity::Session, token.session, &new.device, &begun));
    Ok(Some(token))
}

/// What showing a refresh token leads to.
#[expect(missing_debug_implementations, reason = "a token is not for showing")]
pub enum Refreshed {
    /// The session goes on, with a new token.
    Rotated { user: UserId, token: RefreshToken, until: DateTime<Utc> },
    /// The session goes on; another tab has the new token already.
    WithinGrace { user: UserId },
    /// There is no such session, or it is over. Where a token was reused it has been ended just now.
    Over,
}

/// Shows a refresh token.
pub fn refresh(
    conn: &mut TenantConn<'_>,
    shown: &RefreshToken,
    address: &str,
) -> Result<Refreshed, ApiError> {
    type Row = (Uuid, Vec<u8>, Option<Vec<u8>>, DateTime<Utc>, DateTime<Utc>, DateTime<Utc>, String);
    let now = conn.clock().now();
    let found: Option<Row> = sessions::table
        .filter(sessions::id.eq(shown.session.0).and(sessions::ended_at.is_null()))
        .select((
            sessions::user_id,
            sessions::refresh_hash,
            sessions::previous_hash,
            sessions::rotated_at,
            sessions::idle_until,
            sessions::expires_at,
            sessions::device,
        ))
        .for_update()
        .first(conn.sql())
        .optional()?;
    let Some((user, current, previous, rotated_at, idle_until, expires_at, device)) = found else {
        return Ok(Refreshed::Over);
    };
    let user = UserId(user);
    if now >= idle_until || now >= expires_at || find_account(conn, user)?.is_none() {
        return Ok(Refreshed::Over);
    }
    let hash = shown.secret.hash();
    if bool::from(hash.ct_eq(&current)) {
        let token = RefreshToken { session: shown.session, secret: Secret::random() };
        let until = (now + IDLE).min(expires_at);
        diesel::update(sessions::table.filter(sessions::id.eq(shown.session.0)))
            .set((
                sessions::refresh_hash.eq(token.secret.hash()),
                sessions::previous_hash.eq(Some(hash)),
                sessions::rotated_at.eq(now),
                sessions::last_used_at.eq(now),
                sessions::idle_until.eq(until),
                sessions::address.eq(address),
            ))
            .execute(conn.sql())?;
        return Ok(Refreshed::Rotated { user, token, until });
    }
    let was_current = previous.is_some_and(|previous| bool::from(hash.ct_eq(&previous)));
    if was_current && now - rotated_at <= GRACE {
        return Ok(Refreshed::WithinGrace { user });
    }
    if was_current {
        tracing::warn!(session = %shown.session, %user, device, "a used refresh token was shown again");
        end(conn, user, Which::Only(shown.session), EndedBecause::TokenReused)?;
    }
    Ok(Refreshed::Over)
}

/// Which of a person's live sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Every one.
    All,
    /// This one.
    Only(SessionId),
    /// Every one but this.
    AllBut(SessionId),
}

/// Ends live sessions of the person. Gives how many.
pub fn end(
    conn: &mut TenantConn<'_>,
    user: UserId,
    which: Which,
    because: EndedBecause,
) -> Result<usize, ApiError> {
    let now = conn.clock().now();
    let live =
        sessions::table.into_boxed().filter(sessions::user_id.eq(user.0).and(sessions::ended_at.is_null()));
    let chosen = match which {
        Which::All => live,
        Which::Only(session) => live.filter(sessions::id.eq(session.0)),
        Which::AllBut(session) => live.filter(sessions::id.ne(session.0)),
    };
    let ending: Vec<(Uuid, String)> = chosen.select((sessions::id, sessions::device)).load(conn.sql())?;
    if ending.is_empty() {
        return Ok(0);
    }
    let ids: Vec<Uuid> = ending.iter().map(|(id, _)| *id).collect();
    diesel::update(sessions::table.filter(sessions::id.eq_any(&ids)))
        .set((sessions::ended_at.eq(now), sessions::ended_because.eq(because.key())))
        .execute(conn.sql())?;
    for (id, device) in &ending {
        let ended = serde_json::json!({ "user_id": user, "ended_because": because });
        conn.record(Recorded::deleted(Entity::Session, *id, device, &ended));
    }
    conn.access_changed(AccessScope::User(user));
    Ok(ending.len())
}

/// The person's live sessions, last used first.
pub fn list_own(
    conn: &mut TenantConn<'_>,
    user: UserId,
    current: SessionId,
) -> Result<Vec<OwnSession>, ApiError> {
    type Row = (Uuid, String, String, DateTime<Utc>, DateTime<Utc>, DateTime<Utc>);
    let now = conn.clock().now();
    let rows: Vec<Row> = sessions::table
        .filter(sessions::user_id.eq(user.0).and(sessions::ended_at.is_null()))
        .filter(sessions::idle_until.gt(now).and(sessions::expires_at.gt(now)))
        .order((sessions::last_used_at.desc(), sessions::id))
        .select((
            sessions::id,
            sessions::device,
            sessions::address,
            sessions::created_at,
            sessions::last_used_at,
            sessions::idle_until,
        ))
        .load(conn.sql())?;
    Ok(rows
        .into_iter()
        .map(|(id, device, address, created_at, last_used_at, expires_at)| OwnSession {
            id: SessionId(id),
            current: SessionId(id) == current,
            device,
            address,
            created_at,
            last_used_at,
            expires_at,
        })
        .collect())
}
