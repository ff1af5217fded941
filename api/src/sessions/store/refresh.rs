//! Going on by a refresh token, which changes at each use.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use shared::ids::UserId;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{EndedBecause, Which, end, find_account, hold_person};
use crate::{
    ApiError,
    access::{span::Stored, store::lifetimes},
    db::{TenantConn, schema::sessions},
    sessions::cookies::RefreshToken,
};

/// A refresh token that was just replaced is still taken for so long: two tabs may use it at one moment.
const GRACE: TimeDelta = TimeDelta::seconds(20);

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

/// A session as refreshing needs it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct Refreshing {
    family_hash: Vec<u8>,
    refresh_hash: Vec<u8>,
    previous_hash: Option<Vec<u8>>,
    rotated_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
    idle_until: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    device: String,
}

impl Refreshing {
    const fn stored(&self) -> Stored {
        Stored {
            created_at: self.created_at,
            last_used_at: self.last_used_at,
            idle_until: self.idle_until,
            expires_at: self.expires_at,
        }
    }
}

/// Shows a refresh token. One of this session's that is neither the present one nor, for a moment, the one before
/// has been copied: the session ends.
pub fn refresh(
    conn: &mut TenantConn<'_>,
    shown: &RefreshToken,
    address: &str,
) -> Result<Refreshed, ApiError> {
    let now = conn.clock().now();
    let this = sessions::table.filter(sessions::id.eq(shown.session.0).and(sessions::ended_at.is_null()));
    let owner: Option<Uuid> = this.select(sessions::user_id).first(conn.sql()).optional()?;
    let Some(user) = owner.map(UserId) else { return Ok(Refreshed::Over) };
    hold_person(conn, user)?;
    let found: Option<Refreshing> =
        this.select(Refreshing::as_select()).for_update().first(conn.sql()).optional()?;
    let Some(session) = found else { return Ok(Refreshed::Over) };
    let lifetimes = lifetimes(conn)?;
    let bounds = lifetimes.bound(session.stored());
    let is_over = now >= bounds.ends_at();
    if is_over || !same(&shown.family.hash(), &session.family_hash) || find_account(conn, user)?.is_none() {
        return Ok(Refreshed::Over);
    }
    let hash = shown.secret.hash();
    if same(&hash, &session.refresh_hash) {
        let until = (now + lifetimes.idle).min(bounds.expires_at);
        return rotate(conn, shown, user, address, until);
    }
    let was_current = session.previous_hash.is_some_and(|previous| same(&hash, &previous));
    if was_current && now - session.rotated_at <= GRACE {
        return Ok(Refreshed::WithinGrace { user });
    }
    tracing::warn!(session = %shown.session, %user, device = session.device, "a used refresh token was shown again");
    end(conn, user, Which::Only(shown.session), EndedBecause::TokenReused)?;
    Ok(Refreshed::Over)
}

fn rotate(
    conn: &mut TenantConn<'_>,
    shown: &RefreshToken,
    user: UserId,
    address: &str,
    until: DateTime<Utc>,
) -> Result<Refreshed, ApiError> {
    let (now, token) = (conn.clock().now(), shown.next());
    diesel::update(sessions::table.filter(sessions::id.eq(shown.session.0)))
        .set((
            sessions::refresh_hash.eq(token.secret.hash()),
            sessions::previous_hash.eq(Some(shown.secret.hash())),
            sessions::rotated_at.eq(now),
            sessions::last_used_at.eq(now),
            sessions::idle_until.eq(until),
            sessions::address.eq(address),
        ))
        .execute(conn.sql())?;
    Ok(Refreshed::Rotated { user, token, until })
}

fn same(one: &[u8], two: &[u8]) -> bool {
    one.ct_eq(two).into()
}
