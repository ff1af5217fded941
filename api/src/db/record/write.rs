//! Writing what was recorded: history, audit rows and their parts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::{Map, Value};
use shared::change::ChangeKind;
use uuid::Uuid;

use super::{
    Recorded,
    classes::{self, Class},
    keys::{self, KeyState},
    parts::{Body, Content, Part},
};
use crate::{
    ApiError,
    access::Credential,
    db::{
        Entity, TenantConn,
        schema::{audit_log, audit_parts, changes},
    },
};

/// Rows of one INSERT, so that its parameters stay below what the protocol takes, and what is made of a large import at
/// once stays small.
const ROWS: usize = 250;

/// The parts of one audit row before they are sealed, by whom they identify.
#[derive(Debug, Default)]
pub(super) struct Said {
    plain: Content,
    people: BTreeMap<Uuid, Content>,
    texts: Vec<Content>,
}

impl Said {
    /// Sorts the fields of a change by what they tell of people. `before` is absent where there was nothing, `after`
    /// where nothing is left. `person` is whom the thing is or belongs to.
    pub(super) fn of(
        entity: Entity,
        person: Uuid,
        label: Option<&str>,
        before: Option<Map<String, Value>>,
        after: Option<Map<String, Value>>,
    ) -> Self {
        let mut said = Self::default();
        if let Some(label) = label {
            let content = Content { label: Some(label.to_owned()), ..Content::default() };
            said.add(classes::label(entity), person, content);
        }
        let (mut before, mut after) = (before.unwrap_or_default(), after.unwrap_or_default());
        let names: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
        for name in names {
            let class = classes::of(entity, &name).unwrap_or_else(|| {
                tracing::error!(entity = entity.key(), field = name, "a field that nobody has classified");
                Class::Person
            });
            let side = |values: &mut Map<String, Value>| {
                values.remove(&name).map(|value| (name.clone(), value)).into_iter().collect()
            };
            let content =
                Content { before: side(&mut before), after: side(&mut after), ..Content::default() };
            said.add(class, person, content);
        }
        said
    }

    /// Says from where somebody has done it.
    pub(super) fn done_at(mut self, actor: Option<Uuid>, address: Option<String>) -> Self {
        if let Some(address) = address {
            let content = Content { address: Some(address), ..Content::default() };
            match actor {
                Some(person) => self.add(Class::Person, person, content),
                None => self.plain.merge(content),
            }
        }
        self
    }

    fn add(&mut self, class: Class, id: Uuid, content: Content) {
        match class {
            Class::Plain => self.plain.merge(content),
            Class::Text => self.texts.push(content),
            Class::Person => self.people.entry(id).or_default().merge(content),
        }
    }

    pub(super) fn people(&self) -> impl Iterator<Item = Uuid> {
        self.people.keys().copied()
    }

    /// The parts in their order. Of somebody who was erased nothing is known that would have to be sealed.
    pub(super) fn into_parts(
        mut self,
        audit_id: Uuid,
        keys: &HashMap<Uuid, KeyState>,
    ) -> Result<Vec<Part>, ApiError> {
        let mut sealed = Vec::new();
        for (person, content) in self.people {
            match keys.get(&person) {
                Some(KeyState::Held(key)) => sealed.push((person, key, content)),
                Some(KeyState::Destroyed) => self.plain.merge(content),
                None => return Err(ApiError::internal(anyhow::anyhow!("a person without a key"))),
            }
        }
        let mut parts = Vec::new();
        for content in std::iter::once(self.plain).filter(|plain| !plain.is_empty()).chain(self.texts) {
            parts.push(Part::clear(&content).map_err(ApiError::internal)?);
        }
        for (person, key, content) in sealed {
            let number = i16::try_from(parts.len()).map_err(ApiError::internal)?;
            parts.push(Part::sealed(&content, person, key, audit_id, number).map_err(ApiError::internal)?);
        }
        Ok(parts)
    }
}

/// Inserts the parts of audit rows.
pub(super) fn insert_parts(
    connection: &mut diesel::PgConnection,
    rows: Vec<(Uuid, Vec<Part>)>,
) -> Result<(), ApiError> {
    let mut values = Vec::new();
    for (audit_id, parts) in rows {
        for (number, part) in parts.into_iter().enumerate() {
            let (salt, content, sealed) = match part.body {
                Body::Clear { salt, content } => (Some(salt.to_vec()), Some(content), None),
                Body::Sealed(sealed) => (None, None, Some(sealed)),
            };
            values.push((
                audit_parts::audit_id.eq(audit_id),
                audit_parts::number.eq(i16::try_from(number).map_err(ApiError::internal)?),
                audit_parts::person_id.eq(part.person),
                audit_parts::commitment.eq(part.commitment.to_vec()),
                audit_parts::salt.eq(salt),
                audit_parts::content.eq(content),
                audit_parts::sealed.eq(sealed),
            ));
        }
    }
    for chunk in values.chunks(ROWS) {
        diesel::insert_into(audit_parts::table).values(chunk).execute(connection)?;
    }
    Ok(())
}

/// Writes the history and the audit rows of all that was recorded.
pub(in crate::db) fn write(conn: &mut TenantConn<'_>, recorded: Vec<Recorded>) -> Result<(), ApiError> {
    let clock = conn.clock().clone();
    let mut stamped = recorded.into_iter().map(|change| (clock.new_id(), clock.now(), change));
    loop {
        // What is written goes from memory.
        let chunk: Vec<(Uuid, DateTime<Utc>, Recorded)> = stamped.by_ref().take(ROWS).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        write_history(conn, &chunk)?;
        write_audit_log(conn, &chunk)?;
    }
}

fn write_history(
    conn: &mut TenantConn<'_>,
    recorded: &[(Uuid, DateTime<Utc>, Recorded)],
) -> Result<(), ApiError> {
    let by = conn.actor().user();
    let mut values = Vec::new();
    for (id, at, change) in recorded {
        let fields = serde_json::to_value(&change.fields).map_err(ApiError::internal)?;
        values.push((
            changes::id.eq(*id),
            changes::at.eq(*at),
            changes::changed_by.eq(by),
            changes::entity.eq(change.entity.key()),
            changes::entity_id.eq(change.id),
            changes::subject_id.eq(change.subject),
            changes::label.eq(&change.label),
            changes::kind.eq(change.kind.key()),
            changes::fields.eq(fields),
        ));
    }
    diesel::insert_into(changes::table).values(&values).execute(conn.sql())?;
    Ok(())
}

fn write_audit_log(
    conn: &mut TenantConn<'_>,
    recorded: &[(Uuid, DateTime<Utc>, Recorded)],
) -> Result<(), ApiError> {
    let actor = conn.actor().clone();
    let (session, token) = match actor.credential {
        Some(Credential::Session(session) | Credential::Link(session)) => (Some(session.0), None),
        Some(Credential::Token(token)) => (None, Some(token.0)),
        None => (None, None),
    };
    let rows: Vec<_> = recorded
        .iter()
        .map(|(id, at, change)| {
            (
                audit_log::id.eq(*id),
                audit_log::at.eq(*at),
                audit_log::actor_kind.eq(actor.kind),
                audit_log::actor_id.eq(actor.user()),
                audit_log::session_id.eq(session),
                audit_log::token_id.eq(token),
                audit_log::request_id.eq(actor.request_id),
                audit_log::entity.eq(change.entity.key()),
                audit_log::entity_id.eq(change.id),
                audit_log::action.eq(change.kind.key()),
            )
        })
        .collect();
    diesel::insert_into(audit_log::table).values(&rows).execute(conn.sql())?;
    let address = actor.address.map(|address| address.to_string());
    let said: Vec<(Uuid, Said)> = recorded
        .iter()
        .map(|(id, _, change)| {
            let before = (change.kind != ChangeKind::Created).then(|| change.side(|field| &field.before));
            let after = (change.kind != ChangeKind::Deleted).then(|| change.side(|field| &field.after));
            let person = change.person.unwrap_or(change.id);
            let said = Said::of(change.entity, person, Some(&change.label), before, after);
            // Where nobody is known to have done it, the address still is from where somebody's own was touched.
            (*id, said.done_at(actor.user().or(change.person), address.clone()))
        })
        .collect();
    let people: BTreeSet<Uuid> = said.iter().flat_map(|(_, said)| said.people()).collect();
    let keys = keys::held(conn.sql(), &people)?;
    let mut rows = Vec::new();
    for (id, said) in said {
        rows.push((id, said.into_parts(id, &keys)?));
    }
    insert_parts(conn.sql(), rows)
}
