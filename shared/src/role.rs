//! Roles: who may do what, within a licence.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Check, Menu, Operations, Violation, ViolationCode,
    check::{self, Violations},
    ids::RoleId,
    licence::Function,
};

/// What a role grants, menu by menu. A menu that is absent grants nothing.
pub type Grants = BTreeMap<Menu, Operations>;

/// A role. `GET /api/v1/roles/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// For `If-Match` and the merge.
    pub version: i32,
    /// The name, unique in the organization.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The licence type's key.
    pub licence_type: String,
    /// Whether the licence is held and valid today; where it is not, the role grants nothing.
    pub licence_valid: bool,
    /// The functions, each within the licence's.
    pub functions: Vec<Function>,
    /// Whether new users get it. Exactly one role is the default.
    pub default_for_new_users: bool,
    /// What it grants.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<Menu, Operations>))]
    pub grants: Grants,
    /// How many people hold it, deactivated ones included.
    pub holders: i64,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A role to be made. `POST /api/v1/roles`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRole {
    /// The name, unique in the organization.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: String,
    /// What it is for.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 10000))]
    pub description: String,
    /// The licence type's key.
    pub licence_type: String,
    /// The functions, each within the licence's.
    #[serde(default)]
    pub functions: Vec<Function>,
    /// Whether new users get it; the role that was the default no longer is.
    #[serde(default)]
    pub default_for_new_users: bool,
    /// What it grants. Insert, Update and Delete imply View.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<Menu, Operations>))]
    pub grants: Grants,
}

/// A change of a role. `PATCH /api/v1/roles/{id}` with `If-Match`; absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RolePatch {
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 10000))]
    pub description: Option<String>,
    /// The licence type's key. Its holders then use seats of that type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence_type: Option<String>,
    /// All functions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub functions: Option<Vec<Function>>,
    /// `true` makes it the default instead of the one that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_for_new_users: Option<bool>,
    /// All grants: what is not named is no longer granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<BTreeMap<Menu, Operations>>))]
    pub grants: Option<Grants>,
}

/// The copy of a role to be made. `POST /api/v1/roles/{id}/copy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleCopy {
    /// The name of the copy.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: String,
}

/// A role in passing: in a user's row, in a picker.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleName {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
}

/// A role as somebody who manages people chooses it. `GET /api/v1/users/options`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleChoice {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// The licence type's key.
    pub licence_type: String,
    /// Whether the licence is held and valid today; where it is not, the role grants nothing.
    pub licence_valid: bool,
    /// Whether new users get it. Exactly one role is the default.
    pub default_for_new_users: bool,
}

impl Check for NewRole {
    fn check(&self, violations: &mut Violations) {
        violations.add("/name", check::name(&self.name));
        violations.add("/description", check::long_text(&self.description));
        check_functions(violations, &self.functions);
        check_grants(violations, &self.grants);
    }
}

impl Check for RolePatch {
    fn check(&self, violations: &mut Violations) {
        if let Some(name) = &self.name {
            violations.add("/name", check::name(name));
        }
        if let Some(description) = &self.description {
            violations.add("/description", check::long_text(description));
        }
        if let Some(functions) = &self.functions {
            check_functions(violations, functions);
        }
        if self.default_for_new_users == Some(false) {
            violations.add(
                "/default_for_new_users",
                Err(Violation::new(
                    ViolationCode::AtLeastOne,
                    "One role is always the default: make another one the default instead.",
                )),
            );
        }
        if let Some(grants) = &self.grants {
            check_grants(violations, grants);
        }
    }
}

impl Check for RoleCopy {
    fn check(&self, violations: &mut Violations) {
        violations.add("/name", check::name(&self.name));
    }
}

fn check_functions(violations: &mut Violations, functions: &[Function]) {
    violations.add("/functions", check::list(functions));
}

fn check_grants(violations: &mut Violations, grants: &Grants) {
    for menu in grants.keys().filter(|menu| menu.is_heading()) {
        violations.add(
            &format!("/grants/{}", menu.key()),
            Err(Violation::new(ViolationCode::NotFound, "This is a heading: grant the menus under it.")),
        );
    }
}
