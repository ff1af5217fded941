//! Tokens in the database, as people manage them.

mod list;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;
use shared::{
    ProblemCode,
    api_token::{ApiToken, ApiTokenPatch, ApiTokenState, LastRefused, LastUsed, NewApiToken, RefusedBecause},
    ids::{ApiTokenId, UserId},
    user::UserName,
};
use uuid::Uuid;

pub use list::list;

use super::rules::{self, Content};
use crate::{
    ApiError,
    access::{
        Caller,
        api_token::{Secret, store::scopes},
    },
    db::{
        AccessScope, Entity, TenantConn,
        record::Recorded,
        schema::{api_token_scopes, api_tokens, users},
    },
    general_data::time_zone,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_tokens)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    name: String,
    address_ranges: Vec<String>,
    expires_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    last_used_address: Option<String>,
    last_refused_at: Option<DateTime<Utc>>,
    last_refused_address: Option<String>,
    last_refused_because: Option<String>,
    revoked_at: Option<DateTime<Utc>>,
    version: i32,
    created_at: DateTime<Utc>,
}

/// The person's tokens: those that work first, the newest first.
pub fn list_own(conn: &mut TenantConn<'_>, user: UserId) -> Result<Vec<ApiToken>, ApiError> {
    let rows = api_tokens::table
        .filter(api_tokens::user_id.eq(user.0))
        .order((api_tokens::created_at.desc(), api_tokens::id.desc()))
        .select(Row::as_select())
        .load(conn.sql())?;
    let mut tokens = with_people(conn, rows)?;
    tokens.sort_by_key(|token| token.state != ApiTokenState::Active);
    Ok(tokens)
}

/// One of the person's tokens.
pub fn get_own(conn: &mut TenantConn<'_>, user: UserId, id: ApiTokenId) -> Result<ApiToken, ApiError> {
    let token = get(conn, id)?;
    if token.user.id == user { Ok(token) } else { Err(ApiError::NotFound) }
}

/// Makes a token of the caller's.
pub fn create(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    new: &NewApiToken,
    secret: &Secret,
) -> Result<ApiToken, ApiError> {
    let expires_at = rules::end_of(new.expires_on, caller.today(), caller.person.time_zone)?;
    make_room(conn, caller.user())?;
    let content = Content::of_new(new);
    let (id, now, user) = (ApiTokenId(conn.clock().new_id()), conn.clock().now(), caller.user());
    diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::id.eq(id.0),
            api_tokens::user_id.eq(user.0),
            api_tokens::name.eq(&content.name),
            api_tokens::secret_hash.eq(secret.hash().to_vec()),
            api_tokens::address_ranges.eq(&content.address_ranges),
            api_tokens::expires_at.eq(expires_at),
            api_tokens::created_at.eq(now),
            api_tokens::created_by.eq(Some(user.0)),
            api_tokens::updated_at.eq(now),
            api_tokens::updated_by.eq(Some(user.0)),
        ))
        .execute(conn.sql())?;
    insert_scopes(conn, id, &content)?;
    let made = json!({ "user_id": user, "name": content.name, "scopes": content.scopes,
        "address_ranges": content.address_ranges, "expires_at": expires_at });
    conn.record(Recorded::created(Entity::ApiToken, id, &content.name, &made).of_person(user));
    conn.access_changed(AccessScope::User(user));
    get(conn, id)
}

/// Changes a token of the caller's, in the version that was read.
pub fn update(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    id: ApiTokenId,
    version: i32,
    patch: &ApiTokenPatch,
) -> Result<ApiToken, ApiError> {
    let token = get_locked(conn, id, Some(caller.user()), version)?;
    if matches!(token.state, ApiTokenState::Revoked | ApiTokenState::Expired) {
        let detail = "This token works no more. Make another one instead.";
        return Err(ApiError::Conflict(ProblemCode::Conflict, detail.to_owned()));
    }
    let before = Content {
        name: token.name.clone(),
        scopes: token.scopes.clone(),
        address_ranges: token.address_ranges.clone(),
    };
    let after = before.patched(patch);
    if after == before {
        return Ok(token);
    }
    if after.is_wider_than(&before) {
        caller.check_confirmed()?;
    }
    let now = conn.clock().now();
    diesel::update(api_tokens::table.filter(api_tokens::id.eq(id.0)))
        .set((
            api_tokens::name.eq(&after.name),
            api_tokens::address_ranges.eq(&after.address_ranges),
            api_tokens::version.eq(api_tokens::version + 1),
            api_tokens::updated_at.eq(now),
            api_tokens::updated_by.eq(Some(caller.user().0)),
        ))
        .execute(conn.sql())?;
    if after.scopes != before.scopes {
        let former = api_token_scopes::table.filter(api_token_scopes::token_id.eq(id.0));
        diesel::delete(former).execute(conn.sql())?;
        insert_scopes(conn, id, &after)?;
    }
    conn.record(
        Recorded::updated(Entity::ApiToken, id, &after.name, &before, &after).of_person(caller.user()),
    );
    conn.access_changed(AccessScope::User(caller.user()));
    get(conn, id)
}

/// Revokes a token, in the version that was read: of this person, or of anybody.
pub fn revoke(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    id: ApiTokenId,
    of: Option<UserId>,
    version: i32,
) -> Result<(), ApiError> {
    let token = get_locked(conn, id, of, version)?;
    if token.revoked_at.is_some() {
        return Ok(());
    }
    let now = conn.clock().now();
    diesel::update(api_tokens::table.filter(api_tokens::id.eq(id.0)))
        .set((
            api_tokens::revoked_at.eq(Some(now)),
            api_tokens::revoked_by.eq(Some(caller.user().0)),
            api_tokens::version.eq(api_tokens::version + 1),
            api_tokens::updated_at.eq(now),
            api_tokens::updated_by.eq(Some(caller.user().0)),
        ))
        .execute(conn.sql())?;
    let (before, after) = (json!({ "revoked": false }), json!({ "revoked": true }));
    conn.record(
        Recorded::updated(Entity::ApiToken, id, &token.name, &before, &after).of_person(token.user.id),
    );
    conn.access_changed(AccessScope::User(token.user.id));
    Ok(())
}

fn get(conn: &mut TenantConn<'_>, id: ApiTokenId) -> Result<ApiToken, ApiError> {
    let row = api_tokens::table.filter(api_tokens::id.eq(id.0)).select(Row::as_select()).first(conn.sql())?;
    with_people(conn, vec![row])?.pop().ok_or(ApiError::NotFound)
}

/// The token, held still, in the version that was read.
fn get_locked(
    conn: &mut TenantConn<'_>,
    id: ApiTokenId,
    of: Option<UserId>,
    version: i32,
) -> Result<ApiToken, ApiError> {
    let owner: Uuid = api_tokens::table
        .filter(api_tokens::id.eq(id.0))
        .select(api_tokens::user_id)
        .for_update()
        .first(conn.sql())?;
    if of.is_some_and(|user| user.0 != owner) {
        return Err(ApiError::NotFound);
    }
    let token = get(conn, id)?;
    if token.version == version { Ok(token) } else { Err(ApiError::stale(&token)) }
}

/// Refuses one more where the person has as many as anybody may; of those that are over, the oldest make room. The
/// person's row is held, so that two at one moment do not overrun.
fn make_room(conn: &mut TenantConn<'_>, user: UserId) -> Result<(), ApiError> {
    let now = conn.clock().now();
    let _held: Uuid =
        users::table.filter(users::id.eq(user.0)).select(users::id).for_no_key_update().first(conn.sql())?;
    let all: Vec<(Uuid, DateTime<Utc>, Option<DateTime<Utc>>)> = api_tokens::table
        .filter(api_tokens::user_id.eq(user.0))
        .order((api_tokens::created_at.desc(), api_tokens::id.desc()))
        .select((api_tokens::id, api_tokens::expires_at, api_tokens::revoked_at))
        .load(conn.sql())?;
    let works = |token: &&(Uuid, DateTime<Utc>, Option<DateTime<Utc>>)| token.2.is_none() && now < token.1;
    let working = all.iter().filter(works).count();
    if working >= rules::MOST {
        let most = rules::MOST;
        let detail =
            format!("You have {working} tokens that work, and {most} is the most. Revoke one first.");
        return Err(ApiError::Conflict(ProblemCode::Conflict, detail));
    }
    let over = all.iter().filter(|token| !works(token)).map(|(id, ..)| *id);
    let beyond: Vec<Uuid> = over.skip(rules::MOST_KEPT - rules::MOST).collect();
    diesel::delete(api_tokens::table.filter(api_tokens::id.eq_any(beyond))).execute(conn.sql())?;
    Ok(())
}

fn insert_scopes(conn: &mut TenantConn<'_>, id: ApiTokenId, content: &Content) -> Result<(), ApiError> {
    let row = |(menu, operations): (&shared::Menu, &shared::Operations)| {
        (
            api_token_scopes::token_id.eq(id.0),
            api_token_scopes::menu.eq(menu.key()),
            api_token_scopes::can_insert.eq(operations.insert),
            api_token_scopes::can_update.eq(operations.update),
            api_token_scopes::can_delete.eq(operations.delete),
            api_token_scopes::can_view.eq(operations.view),
        )
    };
    let rows: Vec<_> = content.scopes.iter().map(row).collect();
    diesel::insert_into(api_token_scopes::table).values(&rows).execute(conn.sql())?;
    Ok(())
}

/// The rows with their people and scopes, in three statements.
fn with_people(conn: &mut TenantConn<'_>, rows: Vec<Row>) -> Result<Vec<ApiToken>, ApiError> {
    type Person = (Uuid, String, String, String, bool, bool);
    let (now, zone) = (conn.clock().now(), time_zone(conn)?);
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut scopes = scopes(conn, &ids)?;
    let owners: Vec<Uuid> = rows.iter().map(|row| row.user_id).collect();
    let people: Vec<Person> = users::table
        .filter(users::id.eq_any(owners))
        .select((
            users::id,
            users::first_name,
            users::last_name,
            users::email,
            users::active,
            users::no_login,
        ))
        .load(conn.sql())?;
    let people: HashMap<Uuid, (UserName, bool)> = people
        .into_iter()
        .map(|(id, first, last, email, active, no_login)| {
            (id, (UserName { id: UserId(id), name: format!("{first} {last}"), email }, active && !no_login))
        })
        .collect();
    rows.into_iter()
        .map(|row| {
            let (user, may_sign_in) = people.get(&row.user_id).cloned().ok_or(ApiError::NotFound)?;
            let last_used = row.last_used_at.zip(row.last_used_address);
            let because = row.last_refused_because.as_deref().and_then(RefusedBecause::from_key);
            let last_refused = row.last_refused_at.zip(row.last_refused_address).zip(because);
            Ok(ApiToken {
                id: ApiTokenId(row.id),
                version: row.version,
                name: row.name,
                user,
                state: rules::state(row.revoked_at.is_some(), row.expires_at, may_sign_in, now),
                scopes: scopes.remove(&row.id).unwrap_or_default(),
                address_ranges: row.address_ranges,
                created_at: row.created_at,
                expires_at: row.expires_at,
                expires_on: rules::last_day(row.expires_at, zone),
                last_used: last_used.map(|(at, address)| LastUsed { at, address }),
                last_refused: last_refused.map(|((at, address), because)| LastRefused {
                    at,
                    address,
                    because,
                }),
                revoked_at: row.revoked_at,
            })
        })
        .collect()
}
