//! The list of all people's tokens: filtered, sorted, page by page.

use chrono::{DateTime, Utc};
use diesel::{dsl::not, pg::Pg, prelude::*};
use serde::{Deserialize, Serialize};
use shared::{
    Page,
    api_token::{ApiToken, ApiTokenFilter, ApiTokenSort, ApiTokenState},
    page::{Direction, Sort},
};

use super::{Row, with_people};
use crate::{
    ApiError,
    db::{
        TenantConn,
        like::containing,
        schema::{api_tokens, users},
    },
    http::cursor::{self, Place, SortKey, possible_instant, possible_text},
};

type Query<'a> = api_tokens::BoxedQuery<'a, Pg>;

/// The tokens of all people, page by page, in five statements whatever its length.
pub fn list(conn: &mut TenantConn<'_>, filter: &ApiTokenFilter) -> Result<Page<ApiToken>, ApiError> {
    let sort = cursor::sort::<ApiTokenSort>(filter.sort.as_deref())?;
    let limit = cursor::limit(filter.limit)?;
    let after = cursor::after::<SortValue, _>(filter.after.as_deref(), sort)?;
    let now = conn.clock().now();
    let mut query = filtered(filter, now);
    if let Some(place) = after {
        query = begin_after(query, sort, place)?;
    }
    let rows: Vec<Row> = sorted(query, sort).limit(limit + 1).select(Row::as_select()).load(conn.sql())?;
    let page = cursor::page(rows, limit, sort, |row| place(row, sort.field), |row| row)?;
    let total = match filter.total {
        Some(true) => Some(filtered(filter, now).count().get_result(conn.sql())?),
        _ => None,
    };
    Ok(Page { items: with_people(conn, page.items)?, next: page.next, total })
}

/// What a row is sorted by, as the cursor keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SortValue {
    Name(String),
    At(DateTime<Utc>),
}

impl SortKey for SortValue {
    fn is_possible(&self) -> bool {
        match self {
            Self::Name(name) => possible_text(name),
            Self::At(at) => possible_instant(*at),
        }
    }
}

fn place(row: &Row, field: ApiTokenSort) -> Place<SortValue> {
    let value = match field {
        ApiTokenSort::Name => SortValue::Name(row.name.clone()),
        ApiTokenSort::ExpiresAt => SortValue::At(row.expires_at),
        ApiTokenSort::CreatedAt => SortValue::At(row.created_at),
    };
    Place { value, id: row.id }
}

fn sorted(query: Query<'_>, sort: Sort<ApiTokenSort>) -> Query<'_> {
    let descending = sort.direction == Direction::Descending;
    match (sort.field, descending) {
        (ApiTokenSort::Name, false) => query.order((api_tokens::name, api_tokens::id)),
        (ApiTokenSort::Name, true) => query.order((api_tokens::name.desc(), api_tokens::id.desc())),
        (ApiTokenSort::ExpiresAt, false) => query.order((api_tokens::expires_at, api_tokens::id)),
        (ApiTokenSort::ExpiresAt, true) => {
            query.order((api_tokens::expires_at.desc(), api_tokens::id.desc()))
        }
        (ApiTokenSort::CreatedAt, false) => query.order((api_tokens::created_at, api_tokens::id)),
        (ApiTokenSort::CreatedAt, true) => {
            query.order((api_tokens::created_at.desc(), api_tokens::id.desc()))
        }
    }
}

/// The rows behind this place.
fn begin_after(
    query: Query<'_>,
    sort: Sort<ApiTokenSort>,
    place: Place<SortValue>,
) -> Result<Query<'_>, ApiError> {
    use api_tokens::{created_at, expires_at, id, name};
    let Place { value, id: last } = place;
    let descending = sort.direction == Direction::Descending;
    Ok(match (sort.field, value, descending) {
        (ApiTokenSort::Name, SortValue::Name(of), false) => {
            query.filter(name.gt(of.clone()).or(name.eq(of).and(id.gt(last))))
        }
        (ApiTokenSort::Name, SortValue::Name(of), true) => {
            query.filter(name.lt(of.clone()).or(name.eq(of).and(id.lt(last))))
        }
        (ApiTokenSort::ExpiresAt, SortValue::At(at), false) => {
            query.filter(expires_at.gt(at).or(expires_at.eq(at).and(id.gt(last))))
        }
        (ApiTokenSort::ExpiresAt, SortValue::At(at), true) => {
            query.filter(expires_at.lt(at).or(expires_at.eq(at).and(id.lt(last))))
        }
        (ApiTokenSort::CreatedAt, SortValue::At(at), false) => {
            query.filter(created_at.gt(at).or(created_at.eq(at).and(id.gt(last))))
        }
        (ApiTokenSort::CreatedAt, SortValue::At(at), true) => {
            query.filter(created_at.lt(at).or(created_at.eq(at).and(id.lt(last))))
        }
        _ => return Err(cursor::parameter("after", "This cursor was not made by this list.".to_owned())),
    })
}

fn filtered(filter: &ApiTokenFilter, now: DateTime<Utc>) -> Query<'_> {
    let mut query = api_tokens::table.into_boxed();
    if let Some(words) = filter.q.as_deref().filter(|words| !words.trim().is_empty()) {
        let pattern = containing(words);
        let names = users::first_name.concat(" ").concat(users::last_name);
        let people = users::table
            .filter(names.ilike(pattern.clone()).or(users::email.ilike(pattern.clone())))
            .select(users::id);
        query = query.filter(api_tokens::name.ilike(pattern).or(api_tokens::user_id.eq_any(people)));
    }
    if let Some(user) = filter.user {
        query = query.filter(api_tokens::user_id.eq(user.0));
    }
    let present = || users::table.filter(users::active.and(not(users::no_login))).select(users::id);
    match filter.state {
        None => query,
        Some(ApiTokenState::Revoked) => query.filter(api_tokens::revoked_at.is_not_null()),
        Some(ApiTokenState::Expired) => {
            query.filter(api_tokens::revoked_at.is_null().and(api_tokens::expires_at.le(now)))
        }
        Some(ApiTokenState::Active) => query
            .filter(api_tokens::revoked_at.is_null().and(api_tokens::expires_at.gt(now)))
            .filter(api_tokens::user_id.eq_any(present())),
        Some(ApiTokenState::Idle) => query
            .filter(api_tokens::revoked_at.is_null().and(api_tokens::expires_at.gt(now)))
            .filter(api_tokens::user_id.ne_all(present())),
    }
}
