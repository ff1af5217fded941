//! API tokens in the database, as requests need them.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde_json::json;
use shared::{
    Menu, Operations,
    api_token::{RefusedBecause, Scopes},
    ids::{ApiTokenId, UserId},
};
use uuid::Uuid;

use super::ApiToken;
use crate::{
    ApiError,
    access::network::network,
    db::{
        AccessScope, Entity, TenantConn,
        record::Recorded,
        schema::{api_token_networks, api_token_scopes, api_tokens},
    },
};

/// The last use is written at most so often.
pub const WRITTEN_EVERY: TimeDelta = TimeDelta::minutes(1);
/// Networks remembered of one token; one that was forgotten is recorded as new again.
const NETWORKS: i64 = 100;

/// Whose token has this hash; absent where there is none.
pub fn find(conn: &mut TenantConn<'_>, hash: &[u8; 32]) -> Result<Option<(UserId, ApiTokenId)>, ApiError> {
    let found: Option<(Uuid, Uuid)> = api_tokens::table
        .filter(api_tokens::secret_hash.eq(hash.as_slice()))
        .select((api_tokens::user_id, api_tokens::id))
        .first(conn.sql())
        .optional()?;
    Ok(found.map(|(user, token)| (UserId(user), ApiTokenId(token))))
}

/// All tokens of a person, those that are over included: whoever shows one is told so.
pub fn of_person(conn: &mut TenantConn<'_>, user: UserId) -> Result<HashMap<ApiTokenId, ApiToken>, ApiError> {
    type Row = (Uuid, String, Vec<String>, DateTime<Utc>, Option<DateTime<Utc>>);
    let rows: Vec<Row> = api_tokens::table
        .filter(api_tokens::user_id.eq(user.0))
        .select((
            api_tokens::id,
            api_tokens::name,
            api_tokens::address_ranges,
            api_tokens::expires_at,
            api_tokens::revoked_at,
        ))
        .load(conn.sql())?;
    let ids: Vec<Uuid> = rows.iter().map(|(id, ..)| *id).collect();
    let mut scopes = scopes(conn, &ids)?;
    let mut networks: HashMap<Uuid, HashSet<String>> = HashMap::new();
    let known: Vec<(Uuid, String)> = api_token_networks::table
        .filter(api_token_networks::token_id.eq_any(&ids))
        .select((api_token_networks::token_id, api_token_networks::network))
        .load(conn.sql())?;
    for (token, network) in known {
        networks.entry(token).or_default().insert(network);
    }
    rows.into_iter()
        .map(|(id, name, ranges, expires_at, revoked_at)| {
            let ranges = ranges.iter().map(|range| range.parse()).collect::<Result<_, _>>();
            let token = ApiToken {
                id: ApiTokenId(id),
                user,
                name,
                scopes: scopes.remove(&id).unwrap_or_default(),
                // One that cannot be read must not let everybody in.
                ranges: ranges.map_err(ApiError::internal)?,
                expires_at,
                revoked: revoked_at.is_some(),
                networks: networks.remove(&id).unwrap_or_default(),
            };
            Ok((token.id, token))
        })
        .collect()
}

/// The scopes of these tokens. A menu that a later version has taken away counts for nothing any more.
pub fn scopes(conn: &mut TenantConn<'_>, tokens: &[Uuid]) -> Result<HashMap<Uuid, Scopes>, ApiError> {
    let rows: Vec<(Uuid, String, bool, bool, bool, bool)> = api_token_scopes::table
        .filter(api_token_scopes::token_id.eq_any(tokens))
        .select((
            api_token_scopes::token_id,
            api_token_scopes::menu,
            api_token_scopes::can_insert,
            api_token_scopes::can_update,
            api_token_scopes::can_delete,
            api_token_scopes::can_view,
        ))
        .load(conn.sql())?;
    let mut scopes: HashMap<Uuid, Scopes> = HashMap::new();
    for (token, menu, insert, update, delete, view) in rows {
        if let Some(menu) = Menu::from_key(&menu) {
            scopes.entry(token).or_default().insert(menu, Operations { insert, update, delete, view });
        }
    }
    Ok(scopes)
}

/// Remembers that the token is used from this network, and records it, where it is for the first time. Of two requests
/// at one moment one does.
pub fn note_network(conn: &mut TenantConn<'_>, token: &ApiToken, address: IpAddr) -> Result<(), ApiError> {
    let (now, network) = (conn.clock().now(), network(address));
    let inserted = diesel::insert_into(api_token_networks::table)
        .values((
            api_token_networks::token_id.eq(token.id.0),
            api_token_networks::network.eq(&network),
            api_token_networks::first_used_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn.sql())?;
    if inserted == 0 {
        return Ok(());
    }
    let beyond: Vec<String> = api_token_networks::table
        .filter(api_token_networks::token_id.eq(token.id.0))
        .order((api_token_networks::first_used_at.desc(), api_token_networks::network))
        .offset(NETWORKS)
        .select(api_token_networks::network)
        .load(conn.sql())?;
    if !beyond.is_empty() {
        let forgotten = api_token_networks::table
            .filter(api_token_networks::token_id.eq(token.id.0))
            .filter(api_token_networks::network.eq_any(beyond));
        diesel::delete(forgotten).execute(conn.sql())?;
    }
    let (before, after) = (json!({ "network": null }), json!({ "network": network }));
    conn.record(
        Recorded::updated(Entity::ApiToken, token.id, &token.name, &before, &after).of_person(token.user),
    );
    // Every server knows the network from now on.
    conn.access_changed(AccessScope::User(token.user));
    Ok(())
}

/// That a token was used or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub at: DateTime<Utc>,
    /// From where.
    pub address: IpAddr,
    /// Why it was refused, where it was.
    pub refused: Option<RefusedBecause>,
}

/// Writes when tokens were last used or refused; a row that was written within the last minute stays as it is.
pub fn note_seen(conn: &mut TenantConn<'_>, seen: &[(ApiTokenId, Seen)]) -> Result<(), ApiError> {
    for (token, seen) in seen {
        let row = api_tokens::table.filter(api_tokens::id.eq(token.0));
        let before = seen.at - WRITTEN_EVERY;
        let address = seen.address.to_string();
        match seen.refused {
            None => {
                let due = api_tokens::last_used_at.is_null().or(api_tokens::last_used_at.le(before));
                diesel::update(row.filter(due))
                    .set((api_tokens::last_used_at.eq(seen.at), api_tokens::last_used_address.eq(address)))
                    .execute(conn.sql())?;
            }
            Some(because) => {
                let due = api_tokens::last_refused_at.is_null().or(api_tokens::last_refused_at.le(before));
                diesel::update(row.filter(due))
                    .set((
                        api_tokens::last_refused_at.eq(seen.at),
                        api_tokens::last_refused_address.eq(address),
                        api_tokens::last_refused_because.eq(because.key()),
                    ))
                    .execute(conn.sql())?;
            }
        }
    }
    Ok(())
}
