//! The team of a project: who has which position.

use serde::{Deserialize, Serialize};

use super::LoweredBecause;
use crate::{
    Check, Position,
    check::{self, Violations},
    ids::UserId,
    user::UserName,
};

/// A person of a project's team. `GET /api/v1/projects/{project}/team` lists all, Managers first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TeamMember {
    /// The person.
    pub user: UserName,
    /// For `If-Match`.
    pub version: i32,
    /// The position as assigned.
    pub position: Position,
    /// The position that counts.
    pub effective_position: Position,
    /// Why the position counts for less than was assigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowered_because: Option<LoweredBecause>,
    /// Whether the person is active.
    pub active: bool,
}

/// A person to be put on the team. `POST /api/v1/projects/{project}/team`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewTeamMember {
    /// The person.
    pub user_id: UserId,
    /// The position. Manager is refused where no role of the person carries the function.
    pub position: Position,
}

/// Another position. `PATCH /api/v1/projects/{project}/team/{user}` with `If-Match`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TeamMemberPatch {
    /// The position.
    pub position: Position,
}

/// Whom to look for; the query string of `GET /api/v1/projects/{project}/team/candidates`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct CandidateFilter {
    /// Part of a name or of the e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 200))]
    pub q: Option<String>,
}

impl Check for CandidateFilter {
    fn check(&self, violations: &mut Violations) {
        if let Some(text) = &self.q {
            violations.add("/q", check::short_text(text, check::NAME_LENGTH));
        }
    }
}

impl Check for NewTeamMember {
    fn check(&self, _: &mut Violations) {}
}

impl Check for TeamMemberPatch {
    fn check(&self, _: &mut Violations) {}
}
