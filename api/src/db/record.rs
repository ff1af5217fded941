//! What changed: reported by a store, written as history and audit rows by the transaction's end.

use std::net::IpAddr;

use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};
use shared::{
    change::{ChangeKind, FieldChange},
    ids::{SessionId, UserId},
};
use uuid::Uuid;

use super::{
    TenantConn,
    schema::{audit_log, changes},
};
use crate::{
    ApiError,
    access::{Caller, Credential},
};

/// What kind of thing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entity {
    /// The organization itself, as operators manage it.
    Organization,
    /// General Data and settings.
    GeneralData,
    /// A person.
    User,
    /// A role with its grants.
    Role,
    /// A licence that the organization holds.
    Licence,
    /// A session.
    Session,
    /// A project.
    Project,
    /// A person's position on a project.
    TeamMember,
    /// An entry of a list that projects choose from.
    ProjectParameter,
}

impl Entity {
    /// The word in the database and the API.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::GeneralData => "general_data",
            Self::User => "user",
            Self::Role => "role",
            Self::Licence => "licence",
            Self::Session => "session",
            Self::Project => "project",
            Self::TeamMember => "team_member",
            Self::ProjectParameter => "project_parameter",
        }
    }
}

/// Who works, and from where.
#[derive(Debug, Clone)]
pub struct Actor {
    kind: &'static str,
    user: Option<UserId>,
    session: Option<SessionId>,
    address: Option<IpAddr>,
    request_id: Option<Uuid>,
}

impl Actor {
    /// A signed-in person.
    pub fn of(caller: &Caller) -> Self {
        let session = match caller.credential {
            Credential::Session(session) => Some(session),
            Credential::Token(_) => None,
        };
        Self {
            kind: "user",
            user: Some(caller.user()),
            session,
            address: Some(caller.address),
            request_id: Some(caller.request_id),
        }
    }

    /// Somebody who is signing in.
    pub fn at_the_door(user: Option<UserId>, address: IpAddr, request_id: Uuid) -> Self {
        Self { kind: "user", user, session: None, address: Some(address), request_id: Some(request_id) }
    }

    /// Portico itself.
    pub const fn system() -> Self {
        Self { kind: "system", user: None, session: None, address: None, request_id: None }
    }

    /// An operator at the command line.
    pub const fn operator() -> Self {
        Self { kind: "operator", user: None, session: None, address: None, request_id: None }
    }

    /// The person, for `created_by` and `updated_by`.
    pub fn user(&self) -> Option<Uuid> {
        self.user.map(Uuid::from)
    }
}

/// One reported change.
#[derive(Debug, Clone)]
pub struct Recorded {
    entity: Entity,
    id: Uuid,
    subject: Option<Uuid>,
    label: String,
    kind: ChangeKind,
    fields: Vec<FieldChange>,
}

impl Recorded {
    /// Something was created; `after` is what of it is worth keeping.
    pub fn created(entity: Entity, id: impl Into<Uuid>, label: &str, after: &impl Serialize) -> Self {
        Self::of(entity, id, label, ChangeKind::Created, &(), after)
    }

    /// Something was changed: the fields that differ are kept.
    pub fn updated<T: Serialize>(
        entity: Entity,
        id: impl Into<Uuid>,
        label: &str,
        before: &T,
        after: &T,
    ) -> Self {
        Self::of(entity, id, label, ChangeKind::Updated, before, after)
    }

    /// Something was removed; `before` is what of it is worth keeping.
    pub fn deleted(entity: Entity, id: impl Into<Uuid>, label: &str, before: &impl Serialize) -> Self {
        Self::of(entity, id, label, ChangeKind::Deleted, before, &())
    }

    /// The change belongs to the history of this project.
    #[must_use]
    pub fn on(self, project: impl Into<Uuid>) -> Self {
        Self { subject: Some(project.into()), ..self }
    }

    fn of(
        entity: Entity,
        id: impl Into<Uuid>,
        label: &str,
        kind: ChangeKind,
        before: &impl Serialize,
        after: &impl Serialize,
    ) -> Self {
        Self {
            entity,
            id: id.into(),
            subject: None,
            label: label.to_owned(),
            kind,
            fields: differences(&object(before), &object(after)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kind == ChangeKind::Updated && self.fields.is_empty()
    }

    fn side(&self, pick: impl Fn(&FieldChange) -> &Value) -> Value {
        Value::Object(self.fields.iter().map(|field| (field.field.clone(), pick(field).clone())).collect())
    }
}

fn object(value: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

/// The fields that differ, by name. What says only that a row was written (version, stamps) is no change.
fn differences(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<FieldChange> {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| !matches!(name.as_str(), "version" | "created_at" | "updated_at"))
        .map(|name| FieldChange {
            field: name.clone(),
            before: before.get(name).cloned().unwrap_or(Value::Null),
            after: after.get(name).cloned().unwrap_or(Value::Null),
        })
        .filter(|field| field.before != field.after)
        .collect()
}

/// Writes the history and the audit rows of all that was recorded.
pub(super) fn write(conn: &mut TenantConn<'_>, recorded: Vec<Recorded>) -> Result<(), ApiError> {
    for change in recorded {
        let (clock, actor) = (conn.clock().clone(), conn.actor().clone());
        let (id, at) = (clock.new_id(), clock.now());
        let fields = serde_json::to_value(&change.fields).map_err(ApiError::internal)?;
        let before = (change.kind != ChangeKind::Created).then(|| change.side(|field| &field.before));
        let after = (change.kind != ChangeKind::Deleted).then(|| change.side(|field| &field.after));
        diesel::insert_into(changes::table)
            .values((
                changes::id.eq(id),
                changes::at.eq(at),
                changes::changed_by.eq(actor.user()),
                changes::entity.eq(change.entity.key()),
                changes::entity_id.eq(change.id),
                changes::subject_id.eq(change.subject),
                changes::label.eq(&change.label),
                changes::kind.eq(change.kind.key()),
                changes::fields.eq(fields),
            ))
            .execute(conn.sql())?;
        diesel::insert_into(audit_log::table)
            .values((
                audit_log::id.eq(id),
                audit_log::at.eq(at),
                audit_log::actor_kind.eq(actor.kind),
                audit_log::actor_id.eq(actor.user()),
                audit_log::session_id.eq(actor.session.map(Uuid::from)),
                audit_log::address.eq(actor.address.map(|address| address.to_string())),
                audit_log::request_id.eq(actor.request_id),
                audit_log::entity.eq(change.entity.key()),
                audit_log::entity_id.eq(change.id),
                audit_log::action.eq(change.kind.key()),
                audit_log::before.eq(before),
                audit_log::after.eq(after),
            ))
            .execute(conn.sql())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_kept() {
        let before = json!({"name": "A", "version": 1, "end": null, "same": [1]});
        let after = json!({"name": "B", "version": 2, "end": "2026-01-01", "same": [1]});
        let change = Recorded::updated(Entity::Project, Uuid::nil(), "A", &before, &after);
        let fields: Vec<&str> = change.fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(fields, ["end", "name"]);
        assert!(Recorded::updated(Entity::Project, Uuid::nil(), "A", &before, &before).is_empty());
        assert!(!Recorded::created(Entity::Project, Uuid::nil(), "A", &after).is_empty());
    }
}
