//! The erasure of one person: a pseudonym stands where they were named, and the key is destroyed that opened what the
//! audit log says of them. What they did stays. `portico.erase_person` does it, in the order that it needs; the ledger and
//! the audit row stand in the same transaction.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid},
};
use serde_json::json;
use shared::{
    Language, Menu,
    ids::UserId,
    user::{ErasurePreview, Traces, User},
};

use super::{
    rules::{self, Asking},
    store,
};
use crate::{
    ApiError,
    access::Caller,
    db::{
        AccessScope, Entity, TenantConn,
        record::Recorded,
        schema::{erasures, users},
    },
    ops::retention,
};

/// What stands where somebody was named. Made of the id alone, so that a restored database gets the same.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pseudonym {
    first_name: &'static str,
    last_name: String,
    email: String,
}

impl Pseudonym {
    fn of(user: UserId) -> Self {
        let id = user.0.simple().to_string().to_uppercase();
        let tail = id.get(id.len().saturating_sub(12)..).unwrap_or_default();
        let email = format!("person-{}@erased.invalid", tail.to_lowercase());
        Self { first_name: "Person", last_name: tail.to_owned(), email }
    }

    fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// What screens are called. Whoever was called like one took no word of the house along.
fn house_words() -> Vec<&'static str> {
    Menu::ALL.iter().flat_map(|menu| Language::ALL.map(|language| menu.label(language))).collect()
}

/// What an erasure would change.
pub fn preview(conn: &mut TenantConn<'_>, user: UserId) -> Result<ErasurePreview, ApiError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        place: String,
        #[diesel(sql_type = BigInt)]
        traces: i64,
    }
    let present = store::get(conn, user)?;
    let rows: Vec<Row> = sql_query("SELECT place, traces FROM portico.person_traces($1, $2) ORDER BY place")
        .bind::<SqlUuid, _>(user.0)
        .bind::<Array<Text>, _>(house_words())
        .load(conn.sql())?;
    let traces = rows.into_iter().map(|row| Traces { place: row.place, rows: row.traces }).collect();
    Ok(ErasurePreview {
        pseudonym: Pseudonym::of(user).name(),
        possible: !present.active && !present.erased,
        traces,
        backups_lapse_on: retention::lapses_on(conn.clock().now()),
    })
}

/// Erases the version that was read.
pub fn erase(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    user: UserId,
    version: i32,
) -> Result<User, ApiError> {
    let present = store::get_to_erase(conn, caller, user, version)?;
    rules::check_erasure(Asking::of(caller), &present)?;
    let now = conn.clock().now();
    put_pseudonym(conn, user, present.photo.is_some(), now)?;
    store::get(conn, user)
}

/// Erases somebody once more in a database that was brought back to before it, whatever they were then. Says whether they were there
/// and had not been erased.
pub fn again(conn: &mut TenantConn<'_>, user: UserId, at: DateTime<Utc>) -> Result<bool, ApiError> {
    let present = match store::get(conn, user) {
        Err(ApiError::NotFound) => return Ok(false),
        found => found?,
    };
    if present.erased {
        return Ok(false);
    }
    diesel::update(users::table.find(user.0)).set(users::active.eq(false)).execute(conn.sql())?;
    put_pseudonym(conn, user, present.photo.is_some(), at)?;
    Ok(true)
}

fn put_pseudonym(
    conn: &mut TenantConn<'_>,
    user: UserId,
    has_photo: bool,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Array<Text>)]
        taken: Vec<String>,
    }
    let pseudonym = Pseudonym::of(user);
    let Row { taken } = sql_query("SELECT portico.erase_person($1, $2, $3, $4, $5, $6) AS taken")
        .bind::<SqlUuid, _>(user.0)
        .bind::<Text, _>(pseudonym.first_name)
        .bind::<Text, _>(&pseudonym.last_name)
        .bind::<Text, _>(&pseudonym.email)
        .bind::<Timestamptz, _>(now)
        .bind::<Array<Text>, _>(house_words())
        .get_result(conn.sql())?;
    diesel::insert_into(erasures::table)
        .values((
            erasures::user_id.eq(user.0),
            erasures::erased_at.eq(now),
            erasures::erased_by.eq(conn.actor().user()),
        ))
        .execute(conn.sql())?;
    let said = json!({ "taken_parts": taken, "photo": has_photo.then_some("gone") });
    conn.record(Recorded::created(Entity::Erasure, user, &pseudonym.name(), &said));
    conn.access_changed(AccessScope::User(user));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_says_nothing_but_the_id() {
        let user: UserId = "0198c2a4-0000-7000-8000-0000deadbeef".parse().expect("an id");
        let pseudonym = Pseudonym::of(user);
        assert_eq!(pseudonym.name(), "Person 0000DEADBEEF");
        assert_eq!(pseudonym.email, "person-0000deadbeef@erased.invalid");
        assert_eq!(shared::check::email(&pseudonym.email), Ok(()));
    }
}
