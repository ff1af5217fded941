//! Lists of the organization that projects choose from: status, approval status, type, priority.

use serde::{Deserialize, Serialize};

use crate::{
    Check,
    check::{self, Violations},
    ids::ProjectParameterId,
};

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ProjectParameterKind {
    /// Where a project stands in its life.
    Status,
    /// Whether it is approved; independent of the status.
    ApprovalStatus,
    /// What sort of project it is.
    Type,
    /// How urgent it is.
    Priority,
}

impl ProjectParameterKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Status, Self::ApprovalStatus, Self::Type, Self::Priority];

    /// The word in the database, the API and the translations.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::ApprovalStatus => "approval_status",
            Self::Type => "type",
            Self::Priority => "priority",
        }
    }

    /// The kind with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// One entry of such a list. `GET /api/v1/project-parameters` gives all, by kind and order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectParameter {
    /// The id.
    pub id: ProjectParameterId,
    /// For `If-Match` and the merge.
    pub version: i32,
    /// The list it stands in.
    pub kind: ProjectParameterKind,
    /// The name in English.
    pub name_en: String,
    /// The name in Spanish.
    pub name_es: String,
    /// The colour as `#rrggbb`.
    pub colour: String,
    /// The order in the list, from 1.
    pub order: i32,
    /// Whether new projects get it. Exactly one entry of each list is the default.
    pub default_for_new_projects: bool,
    /// Whether it is of the system (`Draft`, `Closed`): may be renamed, not deleted.
    pub system: bool,
    /// How many projects have it.
    pub projects: i64,
}

/// An entry to be added, at the end of its list. `POST /api/v1/project-parameters`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewProjectParameter {
    /// The list.
    pub kind: ProjectParameterKind,
    /// The name in English, unique in the list.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name_en: String,
    /// The name in Spanish, unique in the list.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name_es: String,
    /// The colour as `#rrggbb`.
    #[cfg_attr(feature = "openapi", schema(pattern = "^#[0-9a-fA-F]{6}$"))]
    pub colour: String,
    /// Whether new projects get it; the entry that was the default no longer is.
    #[serde(default)]
    pub default_for_new_projects: bool,
}

/// A change of an entry. `PATCH /api/v1/project-parameters/{id}` with `If-Match`; absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectParameterPatch {
    /// The name in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name_en: Option<String>,
    /// The name in Spanish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name_es: Option<String>,
    /// The colour as `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(pattern = "^#[0-9a-fA-F]{6}$"))]
    pub colour: Option<String>,
    /// The place in the list, from 1; the others make room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<i32>,
    /// `true` makes it the default instead of the one that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_for_new_projects: Option<bool>,
}

/// An entry in passing: in a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectParameterName {
    /// The id.
    pub id: ProjectParameterId,
    /// The name in English.
    pub name_en: String,
    /// The name in Spanish.
    pub name_es: String,
    /// The colour as `#rrggbb`.
    pub colour: String,
}

impl Check for NewProjectParameter {
    fn check(&self, violations: &mut Violations) {
        violations.add("/name_en", check::name(&self.name_en));
        violations.add("/name_es", check::name(&self.name_es));
        violations.add("/colour", check::colour(&self.colour));
    }
}

impl Check for ProjectParameterPatch {
    fn check(&self, violations: &mut Violations) {
        use crate::{Violation, ViolationCode};
        if let Some(name) = &self.name_en {
            violations.add("/name_en", check::name(name));
        }
        if let Some(name) = &self.name_es {
            violations.add("/name_es", check::name(name));
        }
        if let Some(colour) = &self.colour {
            violations.add("/colour", check::colour(colour));
        }
        if self.order.is_some_and(|order| order < 1) {
            let violation = Violation::limit(ViolationCode::OutOfRange, 1, "The first place is 1.");
            violations.add("/order", Err(violation));
        }
        if self.default_for_new_projects == Some(false) {
            let violation = Violation::new(
                ViolationCode::AtLeastOne,
                "One entry is always the default: make another one the default instead.",
            );
            violations.add("/default_for_new_projects", Err(violation));
        }
    }
}
