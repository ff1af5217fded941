//! The list of people: filters, sorts, keyset pages. Three statements at most, however many rows.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::sql,
    pg::Pg,
    prelude::*,
    sql_types::{Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::{Deserialize, Serialize};
use shared::{
    Page,
    page::{Direction, Sort},
    user::{User, UserFilter, UserSort},
};
use uuid::Uuid;

use super::read::{UserRow, roles_of};
use crate::{
    ApiError,
    db::{
        TenantConn,
        like::containing,
        schema::{user_roles, users},
    },
    http::cursor::{self, Place, SortKey, possible_instant, possible_text},
};

type Query<'a> = users::BoxedQuery<'a, Pg>;

/// The licence used, as its type's place in the order: keys would sort by their letters.
const LICENCE_RANK: &str =
    "(SELECT licence_types.rank FROM licence_types WHERE licence_types.key = users.licence_used)";

/// What a row is sorted by, as the cursor keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SortValue {
    Names(String, String),
    Email(String),
    Rank(Option<i16>),
    At(Option<DateTime<Utc>>),
}

impl SortKey for SortValue {
    fn is_possible(&self) -> bool {
        match self {
            Self::Names(one, two) => possible_text(one) && possible_text(two),
            Self::Email(email) => possible_text(email),
            Self::Rank(_) => true,
            Self::At(at) => at.is_none_or(possible_instant),
        }
    }
}

/// One page of people.
pub fn list(conn: &mut TenantConn<'_>, filter: &UserFilter) -> Result<Page<User>, ApiError> {
    let sort = cursor::sort::<UserSort>(filter.sort.as_deref())?;
    let limit = cursor::limit(filter.limit)?;
    let after = cursor::after::<SortValue, _>(filter.after.as_deref(), sort)?;
    let query = match after {
        Some(place) => begin_after(filtered(filter), sort, place)?,
        None => filtered(filter),
    };
    let rows: Vec<(UserRow, Option<i16>)> = query
        .order(sql::<Text>(&order_by(sort)))
        .limit(limit + 1)
        .select((UserRow::as_select(), sql::<Nullable<SmallInt>>(LICENCE_RANK)))
        .load(conn.sql())?;
    let ids: Vec<Uuid> = rows.iter().map(|(row, _)| row.id).collect();
    let mut roles = roles_of(conn, &ids)?;
    let mut page = cursor::page(
        rows,
        limit,
        sort,
        |row| place(row, sort.field),
        |(row, _)| {
            let held = roles.remove(&row.id).unwrap_or_default();
            row.with_roles(held)
        },
    )?;
    if filter.total == Some(true) {
        page.total = Some(filtered(filter).count().get_result(conn.sql())?);
    }
    Ok(page)
}

fn filtered(filter: &UserFilter) -> Query<'_> {
    let mut query = users::table.into_boxed();
    if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let pattern = containing(text);
        let first_last = users::first_name.concat(" ").concat(users::last_name);
        let last_first = users::last_name.concat(" ").concat(users::first_name);
        query = query.filter(
            first_last
                .ilike(pattern.clone())
                .or(last_first.ilike(pattern.clone()))
                .or(users::email.ilike(pattern)),
        );
    }
    if let Some(active) = filter.active {
        query = query.filter(users::active.eq(active));
    }
    if let Some(role) = filter.role {
        let holders = user_roles::table.filter(user_roles::role_id.eq(role.0)).select(user_roles::user_id);
        query = query.filter(users::id.eq_any(holders));
    }
    if let Some(licence_type) = &filter.licence_used {
        query = query.filter(users::licence_used.eq(licence_type));
    }
    if let Some(no_login) = filter.no_login {
        query = query.filter(users::no_login.eq(no_login));
    }
    if let Some(company_admin) = filter.company_admin {
        query = query.filter(users::company_admin.eq(company_admin));
    }
    query
}

/// The columns of a sort.
fn columns(field: UserSort) -> &'static [&'static str] {
    match field {
        UserSort::LastName => &["users.last_name", "users.first_name"],
        UserSort::FirstName => &["users.first_name", "users.last_name"],
        UserSort::Email => &["users.email"],
        UserSort::LicenceUsed => &[LICENCE_RANK],
        UserSort::LastSignInAt => &["users.last_sign_in_at"],
        UserSort::CreatedAt => &["users.created_at"],
    }
}

fn order_by(sort: Sort<UserSort>) -> String {
    let descending = sort.direction == Direction::Descending;
    let direction = if descending { "DESC" } else { "ASC" };
    // Said only where there can be nulls: elsewhere it would keep the index from being used.
    let nulls = match sort.field {
        UserSort::LicenceUsed | UserSort::LastSignInAt if descending => " NULLS LAST",
        _ => "",
    };
    let columns = columns(sort.field).iter().map(|column| format!("{column} {direction}{nulls}, "));
    format!("{}users.id {direction}", columns.collect::<String>())
}

/// The rows behind this place. Rows without a value come last in both directions.
fn begin_after(
    query: Query<'_>,
    sort: Sort<UserSort>,
    place: Place<SortValue>,
) -> Result<Query<'_>, ApiError> {
    let Place { value, id } = place;
    let columns = columns(sort.field).join(", ");
    let operator = if sort.direction == Direction::Descending { "<" } else { ">" };
    let behind = format!("(({columns}, users.id) {operator} (");
    let or_null = format!(")) OR {columns} IS NULL)");
    let null_and_behind = format!("({columns} IS NULL AND users.id {operator} ");
    Ok(match (sort.field, value) {
        (UserSort::LastName | UserSort::FirstName, SortValue::Names(one, two)) => query.filter(
            sql::<Bool>(&behind)
                .bind::<Text, _>(one)
                .sql(", ")
                .bind::<Text, _>(two)
                .sql(", ")
                .bind::<SqlUuid, _>(id)
                .sql("))"),
        ),
        (UserSort::Email, SortValue::Email(email)) => query
            .filter(sql::<Bool>(&behind).bind::<Text, _>(email).sql(", ").bind::<SqlUuid, _>(id).sql("))")),
        (UserSort::CreatedAt, SortValue::At(Some(at))) => query.filter(
            sql::<Bool>(&behind).bind::<Timestamptz, _>(at).sql(", ").bind::<SqlUuid, _>(id).sql("))"),
        ),
        (UserSort::LastSignInAt, SortValue::At(Some(at))) => query.filter(
            sql::<Bool>(&format!("({behind}"))
                .bind::<Timestamptz, _>(at)
                .sql(", ")
                .bind::<SqlUuid, _>(id)
                .sql(&or_null),
        ),
        (UserSort::LicenceUsed, SortValue::Rank(Some(rank))) => query.filter(
            sql::<Bool>(&format!("({behind}"))
                .bind::<SmallInt, _>(rank)
                .sql(", ")
                .bind::<SqlUuid, _>(id)
                .sql(&or_null),
        ),
        (UserSort::LastSignInAt, SortValue::At(None)) | (UserSort::LicenceUsed, SortValue::Rank(None)) => {
            query.filter(sql::<Bool>(&null_and_behind).bind::<SqlUuid, _>(id).sql(")"))
        }
        _ => {
            let message = "This is not a cursor of this list and this sort. Begin at the first page.";
            return Err(cursor::parameter("after", message.to_owned()));
        }
    })
}

fn place((row, rank): &(UserRow, Option<i16>), field: UserSort) -> Place<SortValue> {
    let value = match field {
        UserSort::LastName => SortValue::Names(row.last_name.clone(), row.first_name.clone()),
        UserSort::FirstName => SortValue::Names(row.first_name.clone(), row.last_name.clone()),
        UserSort::Email => SortValue::Email(row.email.clone()),
        UserSort::LicenceUsed => SortValue::Rank(*rank),
        UserSort::LastSignInAt => SortValue::At(row.last_sign_in_at),
        UserSort::CreatedAt => SortValue::At(Some(row.created_at)),
    };
    Place { value, id: row.id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_without_a_value_come_last_in_both_directions() {
        let order = |text: &str| order_by(Sort::parse(text).expect("a sort"));
        for (sort, expected) in [
            ("last_name", "users.last_name ASC, users.first_name ASC, users.id ASC"),
            ("-email", "users.email DESC, users.id DESC"),
            ("last_sign_in_at", "users.last_sign_in_at ASC, users.id ASC"),
            ("-last_sign_in_at", "users.last_sign_in_at DESC NULLS LAST, users.id DESC"),
        ] {
            assert_eq!(order(sort), expected);
        }
    }
}
