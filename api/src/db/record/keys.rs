//! The keys of people who are named in the audit log. A key is made when it is first needed; a destroyed one is never
//! made again.

use std::collections::{BTreeSet, HashMap};

use diesel::{PgConnection, prelude::*};
use uuid::Uuid;

use super::parts::PersonKey;
use crate::db::schema::person_keys;

/// What is known of a person's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// It seals and opens.
    Held(PersonKey),
    /// An erasure has destroyed it; what is said of the person since is a pseudonym.
    Destroyed,
}

/// The keys of these people, for reading: whoever has none is left out.
pub fn find(connection: &mut PgConnection, people: &BTreeSet<Uuid>) -> QueryResult<HashMap<Uuid, KeyState>> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, Option<Vec<u8>>)> = person_keys::table
        .filter(person_keys::person_id.eq_any(people))
        .select((person_keys::person_id, person_keys::key))
        .load(connection)?;
    Ok(rows
        .into_iter()
        .map(|(person, key)| {
            let key = key.and_then(|bytes| PersonKey::from_bytes(&bytes));
            (person, key.map_or(KeyState::Destroyed, KeyState::Held))
        })
        .collect())
}

/// The keys of these people, for writing: made where they are missing.
pub(super) fn held(
    connection: &mut PgConnection,
    people: &BTreeSet<Uuid>,
) -> QueryResult<HashMap<Uuid, KeyState>> {
    let found = find(connection, people)?;
    // In one order, so that two who meet the same people for the first time do not wait for each other.
    let new: Vec<_> = people
        .iter()
        .filter(|person| !found.contains_key(person))
        .map(|person| {
            (person_keys::person_id.eq(*person), person_keys::key.eq(PersonKey::random().0.to_vec()))
        })
        .collect();
    if new.is_empty() {
        return Ok(found);
    }
    diesel::insert_into(person_keys::table).values(&new).on_conflict_do_nothing().execute(connection)?;
    find(connection, people)
}
