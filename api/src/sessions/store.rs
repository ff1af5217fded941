//! Sessions and the accounts behind them, in the database.

mod refresh;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use shared::{
    ids::{SessionId, UserId},
    session::OwnSession,
};
use uuid::Uuid;

use super::cookies::RefreshToken;
use crate::{
    ApiError,
    access::{span::Stored, store::lifetimes},
    db::{
        AccessScope, Entity, TenantConn,
        record::Recorded,
        schema::{sessions, users},
    },
    mail::{self, Mail, Occasion},
};
pub use refresh::{Refreshed, refresh};

/// Live sessions of one person at most; the one longest unused makes room.
const SESSIONS_PER_PERSON: i64 = 50;

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
    /// The person began more sessions than anybody may have.
    Crowded,
}

impl EndedBecause {
    const fn key(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::EndedByPerson => "ended_by_person",
            Self::PasswordChanged => "password_changed",
            Self::Deactivated => "deactivated",
            Self::TokenReused => "token_reused",
            Self::Crowded => "crowded",
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

/// The e-mail of the account.
pub fn email(conn: &mut TenantConn<'_>, user: UserId) -> Result<String, ApiError> {
    Ok(users::table.filter(users::id.eq(user.0)).select(users::email).first(conn.sql())?)
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

/// A session that has begun.
#[expect(missing_debug_implementations, reason = "a token is not for showing")]
pub struct Begun {
    /// The browser's refresh token.
    pub token: RefreshToken,
    /// When it ends where it is not used before.
    pub until: DateTime<Utc>,
}

/// Begins a session. The account is looked at once more under a lock, since it may have been deactivated while the
/// password was being verified.
pub fn create_session(
    conn: &mut TenantConn<'_>,
    new: NewSession,
    verified_hash: Option<&str>,
) -> Result<Option<Begun>, ApiError> {
    let (now, lifetimes) = (conn.clock().now(), lifetimes(conn)?);
    let still: Option<(Option<String>, Option<DateTime<Utc>>)> = users::table
        .filter(users::id.eq(new.user.0).and(users::active).and(diesel::dsl::not(users::no_login)))
        .select((users::password_hash, users::last_sign_in_at))
        .for_update()
        .first(conn.sql())
        .optional()?;
    let Some((_, last_sign_in_at)) = still.filter(|(hash, _)| hash.as_deref() == verified_hash) else {
        return Ok(None);
    };
    end_oldest(conn, new.user)?;
    // Whoever signs in for the first time has no device that they know yet.
    if last_sign_in_at.is_some() && !knows_device(conn, new.user, &new.device_hash)? {
        tell_of_device(conn, &new)?;
    }
    let token = RefreshToken::first(SessionId(conn.clock().new_id()));
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(token.session.0),
            sessions::user_id.eq(new.user.0),
            sessions::family_hash.eq(token.family.hash()),
            sessions::refresh_hash.eq(token.secret.hash()),
            sessions::rotated_at.eq(now),
            sessions::device.eq(&new.device),
            sessions::device_hash.eq(&new.device_hash),
            sessions::address.eq(&new.address),
            sessions::created_at.eq(now),
            sessions::last_used_at.eq(now),
            sessions::idle_until.eq(now + lifetimes.idle),
            sessions::expires_at.eq(now + lifetimes.absolute),
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
    conn.record(Recorded::created(Entity::Session, token.session, &new.device, &begun).of_person(new.user));
    // The person's other browsers show their sessions.
    conn.access_changed(AccessScope::User(new.user));
    Ok(Some(Begun { token, until: now + lifetimes.idle }))
}

/// The person hears that somebody came in from a browser that the account was not used from before.
fn tell_of_device(conn: &mut TenantConn<'_>, new: &NewSession) -> Result<(), ApiError> {
    let occasion = Occasion {
        at: conn.clock().now(),
        address: new.address.parse().ok(),
        device: Some(new.device.clone()),
    };
    mail::send(conn, new.user, Mail::NewDevice { occasion })
}

/// Notes that the person has shown their password to this session. A password that was changed, and a session that was
/// ended, while the password was being verified do not count.
pub fn confirm(
    conn: &mut TenantConn<'_>,
    user: UserId,
    session: SessionId,
    verified_hash: Option<&str>,
) -> Result<(), ApiError> {
    let now = conn.clock().now();
    let still: Option<Option<String>> = users::table
        .filter(users::id.eq(user.0).and(users::active).and(diesel::dsl::not(users::no_login)))
        .select(users::password_hash)
        .for_share()
        .first(conn.sql())
        .optional()?;
    if still.is_none_or(|hash| hash.as_deref() != verified_hash) {
        return Err(ApiError::Unauthenticated);
    }
    let this = sessions::table.filter(sessions::id.eq(session.0).and(sessions::ended_at.is_null()));
    let (device, before): (String, Option<DateTime<Utc>>) = this
        .select((sessions::device, sessions::confirmed_at))
        .for_update()
        .first(conn.sql())
        .optional()?
        .ok_or(ApiError::Unauthenticated)?;
    diesel::update(sessions::table.filter(sessions::id.eq(session.0)))
        .set(sessions::confirmed_at.eq(Some(now)))
        .execute(conn.sql())?;
    let at = |instant: Option<DateTime<Utc>>| serde_json::json!({ "confirmed_at": instant });
    conn.record(
        Recorded::updated(Entity::Session, session, &device, &at(before), &at(Some(now))).of_person(user),
    );
    conn.access_changed(AccessScope::User(user));
    Ok(())
}

/// Writes down that a session is used, and until when it now lasts unused. One that was ended meanwhile stays ended.
pub fn note_use(
    conn: &mut TenantConn<'_>,
    session: SessionId,
    idle_until: DateTime<Utc>,
    address: &str,
) -> Result<(), ApiError> {
    let now = conn.clock().now();
    diesel::update(sessions::table.filter(sessions::id.eq(session.0)))
        .filter(sessions::ended_at.is_null().and(sessions::last_used_at.lt(now)))
        .set((
            sessions::last_used_at.eq(now),
            sessions::idle_until.eq(idle_until),
            sessions::address.eq(address),
        ))
        .execute(conn.sql())?;
    Ok(())
}

/// Takes the person's row before their sessions: those who change a person and end their sessions lock in this
/// order, and so does everybody else.
fn hold_person(conn: &mut TenantConn<'_>, user: UserId) -> Result<(), ApiError> {
    let person = users::table.filter(users::id.eq(user.0)).select(users::id).for_key_share();
    let _held: Option<Uuid> = person.first(conn.sql()).optional()?;
    Ok(())
}

/// Ends the oldest sessions of somebody who has as many as anybody may, to make room for one more.
fn end_oldest(conn: &mut TenantConn<'_>, user: UserId) -> Result<(), ApiError> {
    let beyond: Vec<Uuid> = sessions::table
        .filter(sessions::user_id.eq(user.0).and(sessions::ended_at.is_null()))
        .order((sessions::last_used_at.desc(), sessions::id))
        .offset(SESSIONS_PER_PERSON - 1)
        .select(sessions::id)
        .load(conn.sql())?;
    for session in beyond {
        end(conn, user, Which::Only(SessionId(session)), EndedBecause::Crowded)?;
    }
    Ok(())
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
    hold_person(conn, user)?;
    let live = sessions::table.filter(sessions::user_id.eq(user.0).and(sessions::ended_at.is_null()));
    let mut chosen = live.select(sessions::id).into_boxed();
    chosen = match which {
        Which::All => chosen,
        Which::Only(session) => chosen.filter(sessions::id.eq(session.0)),
        Which::AllBut(session) => chosen.filter(sessions::id.ne(session.0)),
    };
    let chosen: Vec<Uuid> = chosen.load(conn.sql())?;
    // Of two that end a session at one moment, one does.
    let ended: Vec<(Uuid, String)> =
        diesel::update(sessions::table.filter(sessions::id.eq_any(chosen).and(sessions::ended_at.is_null())))
            .set((sessions::ended_at.eq(now), sessions::ended_because.eq(because.key())))
            .returning((sessions::id, sessions::device))
            .get_results(conn.sql())?;
    if ended.is_empty() {
        return Ok(0);
    }
    for (id, device) in &ended {
        let record = serde_json::json!({ "user_id": user, "ended_because": because });
        conn.record(Recorded::deleted(Entity::Session, *id, device, &record).of_person(user));
    }
    conn.access_changed(AccessScope::User(user));
    Ok(ended.len())
}

/// The person's live sessions, last used first.
pub fn list_own(
    conn: &mut TenantConn<'_>,
    user: UserId,
    current: SessionId,
) -> Result<Vec<OwnSession>, ApiError> {
    type Row = (Uuid, String, String, DateTime<Utc>, DateTime<Utc>, DateTime<Utc>, DateTime<Utc>);
    let (now, lifetimes) = (conn.clock().now(), lifetimes(conn)?);
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
            sessions::expires_at,
        ))
        .load(conn.sql())?;
    let session = |(id, device, address, created_at, last_used_at, idle_until, expires_at): Row| {
        let stored = Stored { created_at, last_used_at, idle_until, expires_at };
        let ends_at = lifetimes.bound(stored).ends_at();
        let (id, current) = (SessionId(id), SessionId(id) == current);
        OwnSession { id, current, device, address, created_at, last_used_at, expires_at: ends_at }
    };
    Ok(rows.into_iter().map(session).filter(|session| now < session.expires_at).collect())
}
