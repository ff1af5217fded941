//! Many people at once: changed together, brought in a file, taken along in one.
//!
//! Everything here is all or nothing: where one of them is refused nothing is changed, and each says why. Looked at
//! before (`dry_run`), every person's fate is told.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::{
    Check, FieldProblem, Language, Violation, ViolationCode,
    check::{self, Violations},
    ids::{RoleId, UserId},
    problem::Seats,
};

/// The most people that are changed together.
pub const TOGETHER: usize = 500;

/// Somebody, in the version that one has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenUser {
    /// The person.
    pub id: UserId,
    /// The version, as `If-Match` would name it.
    pub version: i32,
}

crate::object::only!(SeenUser);

/// A change of many people. `POST /api/v1/users/bulk/update`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkUpdate {
    /// Whom, each in the version that one has seen.
    pub people: Vec<SeenUser>,
    /// Roles that all of them get.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_roles: Vec<RoleId>,
    /// Roles that none of them keeps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_roles: Vec<RoleId>,
    /// The language of all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Lets those in again who are deactivated.
    #[serde(default)]
    pub reactivate: bool,
    /// Only tells what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// The deactivation of many people. `POST /api/v1/users/bulk/deactivate`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkDeactivation {
    /// Whom, each in the version that one has seen.
    pub people: Vec<SeenUser>,
    /// Only tells what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// A file of people. `POST /api/v1/users/import`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserImport {
    /// The file, CSV or XLSX, in base64.
    pub content: String,
    /// Only tells what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// What becomes of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Fate {
    /// Added.
    Created,
    /// Changed.
    Updated,
    /// As it is already.
    Unchanged,
    /// Refused, with the reasons.
    Refused,
}

/// What becomes, or has become, of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserFate {
    /// The line of the file, or the place in the request.
    pub line: u32,
    /// The e-mail.
    pub email: String,
    /// First and last name.
    pub name: String,
    /// What becomes of them.
    pub fate: Fate,
    /// What is wrong, with line and column: `/rows/3/email`, or the place in the request: `/people/0`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<FieldProblem>,
}

/// What becomes, or has become, of many people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManyUsers {
    /// Whether it was done. Nothing is where one is refused.
    pub applied: bool,
    /// How many are added.
    pub created: i64,
    /// How many are changed.
    pub updated: i64,
    /// How many are already as they should be.
    pub unchanged: i64,
    /// How many are refused.
    pub refused: i64,
    /// The seats that are missing for all of them together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<Seats>,
    /// Each of them, where it was only looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<UserFate>,
}

/// The people of a file to be made. `GET /api/v1/users/export`; the filters are those of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct UserExport {
    /// `csv` (default) or `xlsx`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub format: Option<FileFormat>,
    /// Part of a name or of the e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 200))]
    pub q: Option<String>,
    /// Only active or only deactivated people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Only people who hold this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleId>,
    /// Only people who use a seat of this licence type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence_used: Option<String>,
    /// Only people who cannot, or who can, sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_login: Option<bool>,
    /// Only company admins, or all but them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_admin: Option<bool>,
}

/// A kind of file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FileFormat {
    /// Comma-separated.
    #[default]
    Csv,
    /// A workbook.
    Xlsx,
}

impl UserImport {
    /// A request with this file.
    pub fn of(bytes: &[u8], dry_run: bool) -> Self {
        Self { content: STANDARD.encode(bytes), dry_run }
    }

    /// The file.
    pub fn bytes(&self) -> Result<Vec<u8>, Violation> {
        let decoded = STANDARD.decode(self.content.as_bytes());
        decoded.map_err(|_| Violation::new(ViolationCode::InvalidFormat, "This is not base64."))
    }
}

impl Check for UserImport {
    fn check(&self, violations: &mut Violations) {
        violations.add("/content", self.bytes().map(drop));
    }
}

impl Check for BulkUpdate {
    fn check(&self, violations: &mut Violations) {
        violations.add("/people", people(&self.people));
        violations.add("/add_roles", check::list(&self.add_roles));
        violations.add("/remove_roles", check::list(&self.remove_roles));
        if self.add_roles.iter().any(|role| self.remove_roles.contains(role)) {
            let message = "A role cannot be given and taken at once.";
            violations.add("/remove_roles", Err(Violation::new(ViolationCode::Duplicate, message)));
        }
    }
}

impl Check for BulkDeactivation {
    fn check(&self, violations: &mut Violations) {
        violations.add("/people", people(&self.people));
    }
}

impl Check for UserExport {
    fn check(&self, violations: &mut Violations) {
        if let Some(text) = &self.q {
            violations.add("/q", check::short_text(text, check::NAME_LENGTH));
        }
        if let Some(licence_type) = &self.licence_used {
            violations.add("/licence_used", check::short_text(licence_type, check::NAME_LENGTH));
        }
    }
}

fn people(people: &[SeenUser]) -> Result<(), Violation> {
    let limit = i64::try_from(TOGETHER).unwrap_or(i64::MAX);
    let mut ids: Vec<UserId> = people.iter().map(|one| one.id).collect();
    ids.sort_unstable();
    ids.dedup();
    if people.is_empty() {
        Err(Violation::new(ViolationCode::AtLeastOne, "At least one person is needed."))
    } else if people.len() > TOGETHER {
        let message = format!("At most {TOGETHER} people are changed at once.");
        Err(Violation::limit(ViolationCode::TooLong, limit, message))
    } else if ids.len() < people.len() {
        Err(Violation::new(ViolationCode::Duplicate, "Somebody is named twice."))
    } else {
        Ok(())
    }
}
