//! Links for a new password, in the database. Locks in the order of everybody: the person, then what is theirs.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use shared::ids::UserId;
use uuid::Uuid;

use crate::{
    ApiError,
    db::{
        AccessScope, Entity, TenantConn,
        record::Recorded,
        schema::{password_resets as resets, users},
    },
    general_data,
    link_token::{LinkEnd, LinkToken, check_open},
    mail::{self, Mail, Occasion, PasswordChange},
    sessions::store::{self as sessions, EndedBecause, Which},
};

/// A link works for so long after it was asked for.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(30);
/// Open links of one account at most: who asks more often has the mails already, and strangers fill no mailbox.
const LINKS_AT_ONCE: i64 = 3;
/// What is over is kept so long, to say why a link works no more.
const REMEMBERED: TimeDelta = TimeDelta::days(7);

/// A link that works.
#[derive(Debug, Clone)]
pub struct OpenReset {
    /// Whose.
    pub user: UserId,
    /// Their e-mail.
    pub email: String,
    /// The least length of a new password.
    pub minimum_password_length: i16,
}

/// The link, where it still works.
pub fn get_open(conn: &mut TenantConn<'_>, id: Uuid) -> Result<OpenReset, ApiError> {
    let now = conn.clock().now();
    let (user, email, expires_at, ended): (Uuid, String, DateTime<Utc>, Option<String>) = resets::table
        .inner_join(users::table)
        .filter(resets::id.eq(id))
        .select((resets::user_id, users::email, resets::expires_at, resets::ended_because))
        .first(conn.sql())?;
    check_open(ended.as_deref().and_then(LinkEnd::from_key), expires_at, now)?;
    let settings = general_data::settings_for_people(conn)?;
    Ok(OpenReset { user: UserId(user), email, minimum_password_length: settings.minimum_password_length })
}

/// Makes a link for the account and leaves the mail with it behind, where the account can sign in and has not got
/// links enough. `id` is the request's: taken up twice, it still makes one link.
pub fn send_link(
    conn: &mut TenantConn<'_>,
    id: Uuid,
    user: UserId,
    short_id: &str,
    expires_at: DateTime<Utc>,
) -> Result<(), ApiError> {
    let now = conn.clock().now();
    // Of two requests at one moment the second one sees the link of the first.
    let person = users::table
        .filter(users::id.eq(user.0).and(users::active).and(diesel::dsl::not(users::no_login)))
        .select(users::id)
        .for_no_key_update();
    let found: Option<Uuid> = person.first(conn.sql()).optional()?;
    if found.is_none() {
        return Ok(());
    }
    let theirs = || resets::table.filter(resets::user_id.eq(user.0));
    diesel::delete(theirs().filter(resets::expires_at.lt(now - REMEMBERED))).execute(conn.sql())?;
    let open: i64 = theirs()
        .filter(resets::ended_at.is_null().and(resets::expires_at.gt(now)))
        .count()
        .get_result(conn.sql())?;
    if open >= LINKS_AT_ONCE {
        return Ok(());
    }
    let token = LinkToken::random(short_id);
    let made = diesel::insert_into(resets::table)
        .values((
            resets::id.eq(id),
            resets::user_id.eq(user.0),
            resets::token_hash.eq(token.hash()),
            resets::created_at.eq(now),
            resets::expires_at.eq(expires_at),
        ))
        .on_conflict_do_nothing()
        .execute(conn.sql())?;
    if made == 0 {
        return Ok(());
    }
    let path = format!("/reset-password#{}", token.text());
    mail::send(conn, user, Mail::Recovery { path, expires_at })
}

/// What a used link does.
#[derive(Debug, Clone)]
pub struct Recovering {
    /// The link.
    pub reset: Uuid,
    /// Whose.
    pub user: UserId,
    /// The hash of the new password.
    pub password_hash: String,
    /// When and from where.
    pub occasion: Occasion,
}

/// Sets the new password. The link is looked at once more under the person's lock, since it may have been used, or
/// made void, while the password was being hashed.
pub fn recover(conn: &mut TenantConn<'_>, new: Recovering) -> Result<(), ApiError> {
    let (now, user) = (conn.clock().now(), new.user);
    let (first_name, last_name, had_password): (String, String, bool) = users::table
        .filter(users::id.eq(user.0))
        .select((users::first_name, users::last_name, users::password_hash.is_not_null()))
        .for_no_key_update()
        .first(conn.sql())?;
    get_open(conn, new.reset)?;
    diesel::update(resets::table.filter(resets::id.eq(new.reset)))
        .set((resets::ended_at.eq(now), resets::ended_because.eq(LinkEnd::Used.key())))
        .execute(conn.sql())?;
    end_links(conn, user)?;
    diesel::update(users::table.filter(users::id.eq(user.0)))
        .set((
            users::password_hash.eq(new.password_hash),
            users::version.eq(users::version + 1),
            users::updated_at.eq(now),
            users::updated_by.eq(Some(user.0)),
        ))
        .execute(conn.sql())?;
    let label = format!("{first_name} {last_name}");
    let before = serde_json::json!({ "password": had_password.then_some("old") });
    let after = serde_json::json!({ "password": "new" });
    conn.record(Recorded::updated(Entity::User, user, &label, &before, &after));
    mail::send(conn, user, Mail::PasswordChanged { how: PasswordChange::Recovery, occasion: new.occasion })?;
    sessions::end(conn, user, Which::All, EndedBecause::PasswordChanged)?;
    conn.access_changed(AccessScope::User(user));
    Ok(())
}

/// Makes the person's open links void: what they were sent for no longer holds. Gives how many.
pub fn end_links(conn: &mut TenantConn<'_>, user: UserId) -> Result<usize, ApiError> {
    let now = conn.clock().now();
    let open = resets::table.filter(resets::user_id.eq(user.0).and(resets::ended_at.is_null()));
    Ok(diesel::update(open)
        .set((resets::ended_at.eq(now), resets::ended_because.eq(LinkEnd::Void.key())))
        .execute(conn.sql())?)
}
