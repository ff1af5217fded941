//! The history of an entity, field by field.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Check, check::Violations, ids::ChangeId, page::SortField};

/// What happened to an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ChangeKind {
    /// It was created.
    Created,
    /// Some of its fields were changed.
    Updated,
    /// It was removed.
    Deleted,
}

impl ChangeKind {
    /// The word in the database and the API.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }

    /// The kind with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Created, Self::Updated, Self::Deleted].into_iter().find(|kind| kind.key() == key)
    }
}

/// One recorded change. `GET /api/v1/projects/{project}/changes`, the newest first: what stands on the tabs that one may
/// view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    /// The id.
    pub id: ChangeId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who did it; absent when the system did.
    pub by: Option<String>,
    /// What kind of thing changed: `project`, `team_member`.
    pub entity: String,
    /// What it is called, as it was then.
    pub label: String,
    /// What happened.
    pub kind: ChangeKind,
    /// The fields that one may view, with what they were and became.
    pub fields: Vec<FieldChange>,
}

/// One field that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldChange {
    /// The field's name in the API.
    pub field: String,
    /// What it was; null where it was not.
    pub before: serde_json::Value,
    /// What it became; null where it no longer is.
    pub after: serde_json::Value,
}

/// Which page of a history; the query string of `GET /api/v1/projects/{project}/changes`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ChangeFilter {
    /// Rows of a page, 1 to 500; 50 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 500))]
    pub limit: Option<u16>,
    /// The cursor `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl Check for ChangeFilter {
    fn check(&self, _: &mut Violations) {}
}

/// What a history is sorted by: the newest change comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeSort {
    /// When it happened.
    At,
}

impl SortField for ChangeSort {
    const ALL: &'static [(Self, &'static str)] = &[(Self::At, "at")];
}
