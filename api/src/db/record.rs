//! What changed: reported by a store, written as history and audit rows by the transaction's end.

mod backfill;
pub mod classes;
pub mod keys;
pub mod parts;
mod write;

use std::net::IpAddr;

use serde::Serialize;
use serde_json::{Map, Value};
use shared::{
    change::{ChangeKind, FieldChange},
    ids::UserId,
};
use uuid::Uuid;

pub(super) use backfill::run as bring_over;
pub(super) use write::write;

use self::classes::Class;
use crate::access::{Caller, Credential};

/// What kind of thing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entity {
    /// The organization itself, as operators manage it.
    Organization,
    /// General Data and settings.
    GeneralData,
    /// How people sign in.
    SignInSettings,
    /// A person.
    User,
    /// A role with its grants.
    Role,
    /// A licence that the organization holds.
    Licence,
    /// An invitation.
    Invitation,
    /// A session.
    Session,
    /// An API token.
    ApiToken,
    /// A project.
    Project,
    /// A person's position on a project.
    TeamMember,
    /// An entry of a list that projects choose from.
    ProjectParameter,
    /// The erasure of a person, with the person's id.
    Erasure,
    /// The erasure of projects, with the id of the request.
    ProjectErasure,
    /// What the organization asks of those who run the installation: a copy, or its erasure.
    DataRequest,
    /// What was taken out as a file: all of the organization, or its audit log. Its name says which.
    Export,
}

impl Entity {
    /// Every kind there is.
    pub const ALL: &[Self] = &[
        Self::Organization,
        Self::GeneralData,
        Self::SignInSettings,
        Self::User,
        Self::Role,
        Self::Licence,
        Self::Invitation,
        Self::Session,
        Self::ApiToken,
        Self::Project,
        Self::TeamMember,
        Self::ProjectParameter,
        Self::Erasure,
        Self::ProjectErasure,
        Self::DataRequest,
        Self::Export,
    ];

    /// The kind with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|entity| entity.key() == key)
    }

    /// The word in the database and the API.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::GeneralData => "general_data",
            Self::SignInSettings => "sign_in_settings",
            Self::User => "user",
            Self::Role => "role",
            Self::Licence => "licence",
            Self::Invitation => "invitation",
            Self::Session => "session",
            Self::ApiToken => "api_token",
            Self::Project => "project",
            Self::TeamMember => "team_member",
            Self::ProjectParameter => "project_parameter",
            Self::Erasure => "erasure",
            Self::ProjectErasure => "project_erasure",
            Self::DataRequest => "data_request",
            Self::Export => "export",
        }
    }
}

/// Who works, and from where.
#[derive(Debug, Clone)]
pub struct Actor {
    kind: &'static str,
    user: Option<UserId>,
    credential: Option<Credential>,
    address: Option<IpAddr>,
    request_id: Option<Uuid>,
}

impl Actor {
    /// A signed-in person.
    pub fn of(caller: &Caller) -> Self {
        Self {
            kind: "user",
            user: Some(caller.user()),
            credential: Some(caller.credential),
            address: Some(caller.address),
            request_id: Some(caller.request_id),
        }
    }

    /// Somebody who is signing in.
    pub fn at_the_door(user: Option<UserId>, address: IpAddr, request_id: Uuid) -> Self {
        Self { kind: "user", user, credential: None, address: Some(address), request_id: Some(request_id) }
    }

    /// Portico itself.
    pub const fn system() -> Self {
        Self { kind: "system", user: None, credential: None, address: None, request_id: None }
    }

    /// An operator at the command line.
    pub const fn operator() -> Self {
        Self { kind: "operator", user: None, credential: None, address: None, request_id: None }
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
    person: Option<Uuid>,
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

    /// The thing is this person's: what it tells of a person, it tells of them.
    #[must_use]
    pub fn of_person(self, person: UserId) -> Self {
        Self { person: Some(person.0), ..self }
    }

    fn of(
        entity: Entity,
        id: impl Into<Uuid>,
        label: &str,
        kind: ChangeKind,
        before: &impl Serialize,
        after: &impl Serialize,
    ) -> Self {
        let id = id.into();
        Self {
            entity,
            id,
            subject: None,
            person: (classes::label(entity) == Class::Person).then_some(id),
            label: label.to_owned(),
            kind,
            fields: differences(&object(before), &object(after)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kind == ChangeKind::Updated && self.fields.is_empty()
    }

    fn side(&self, pick: impl Fn(&FieldChange) -> &Value) -> Map<String, Value> {
        self.fields.iter().map(|field| (field.field.clone(), pick(field).clone())).collect()
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
