//! The whole chain behind one answer: why somebody may do something, or may not.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Denial;
use crate::{
    Check, Menu, Operation, Position, Violation, ViolationCode,
    check::Violations,
    ids::{ProjectId, RoleId, UserId},
    licence::Reach,
    project::LoweredBecause,
    user::UserName,
};

/// What is asked; the query string of `GET /api/v1/access/explain`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ExplainFilter {
    /// Who; oneself where absent. Asking about somebody else needs `users` View.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// On which screen.
    pub menu: Menu,
    /// Which operation.
    pub operation: Operation,
    /// On which project; for its tabs only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectId>,
}

/// The chain from licence to verdict, for allow and deny. `GET /api/v1/access/explain`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explanation {
    /// Who was asked about.
    pub user: UserName,
    /// The screen.
    pub menu: Menu,
    /// The operation.
    pub operation: Operation,
    /// The project, where one was asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ExplainedProject>,
    /// The day for which this holds, in the organization's time zone.
    pub day: NaiveDate,
    /// Whether the person may do it.
    pub allowed: bool,
    /// The first link that is missing, as a refused request says it. Absent where it is allowed, where the project is
    /// not even seen, and where the person cannot sign in at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denial: Option<Denial>,
    /// Whether the person can come in, and whether more need be asked.
    pub account: AccountLink,
    /// Each role, by name.
    pub roles: Vec<RoleLink>,
    /// What the position on the project comes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionLink>,
    /// What the API token of this request leaves of it; absent for people who are signed in themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenLink>,
}

/// A project in an explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExplainedProject {
    /// The id.
    pub id: ProjectId,
    /// The displayed code.
    pub code: String,
    /// The name.
    pub name: String,
    /// Whether the person who was asked about sees it at all.
    pub seen: bool,
}

/// The person's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountLink {
    /// Whether it is active.
    pub active: bool,
    /// Whether it cannot sign in.
    pub no_login: bool,
    /// Complete access, without limits of licence or role.
    pub company_admin: bool,
}

impl AccountLink {
    /// Whether the person can come in at all.
    pub const fn opens(self) -> bool {
        self.active && !self.no_login
    }
}

/// What one role comes to. It allows the operation where nothing in it is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleLink {
    /// The id.
    pub id: RoleId,
    /// The name.
    pub name: String,
    /// The key of its licence type.
    pub licence_type: String,
    /// Whether the organization holds that licence on this day.
    pub licence_valid: bool,
    /// The days on which it is held.
    pub licences: Vec<LicenceSpan>,
    /// Whether the licence type unlocks the operation here.
    pub within_ceiling: bool,
    /// Whether the role grants the operation here.
    pub granted: bool,
    /// How far the licence type reaches.
    pub reach: Reach,
    /// On a project: whether the role leads there, by View on Projects and the licence's reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leads_to_project: Option<bool>,
    /// Whether this role alone is enough.
    pub allows: bool,
}

/// Days on which a licence is held, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LicenceSpan {
    /// The first day.
    pub from: NaiveDate,
    /// The last day; absent when it does not end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

/// What a position comes to: the desktop way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PositionLink {
    /// The position as assigned; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<Position>,
    /// The position that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<Position>,
    /// Why it is lower than the assigned one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowered_because: Option<LoweredBecause>,
    /// Whether a valid role grants the operation on My Projects.
    pub my_projects: bool,
    /// Whether the position that counts opens the operation on this tab.
    pub opens: bool,
    /// Whether the position is enough.
    pub allows: bool,
}

/// What an API token leaves of what its person may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenLink {
    /// The token's name.
    pub name: String,
    /// Whether its scopes have the operation on this screen.
    pub allows: bool,
}

impl Check for ExplainFilter {
    fn check(&self, violations: &mut Violations) {
        if self.menu.is_heading() {
            let message = "This is a heading: ask about a screen under it.";
            violations.add("/menu", Err(Violation::new(ViolationCode::NotFound, message)));
        } else if self.project.is_some() && !self.menu.is_of_project() {
            let message = "This screen is no part of a project. Leave the project out.";
            violations.add("/project", Err(Violation::new(ViolationCode::NotFound, message)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tabs_have_a_project() {
        let project = Some(ProjectId(uuid::Uuid::nil()));
        for (menu, project, expected) in [
            (Menu::Users, None, None),
            (Menu::ProjectTeam, project, None),
            (Menu::Projects, project, None),
            (Menu::ProjectTeam, None, None),
            (Menu::Users, project, Some("/project")),
            (Menu::Management, None, Some("/menu")),
            (Menu::Management, project, Some("/menu")),
        ] {
            let filter = ExplainFilter { user: None, menu, operation: Operation::View, project };
            let violations = filter.violations();
            let pointer = violations.0.first().map(|(pointer, _)| pointer.as_str());
            assert_eq!(pointer, expected, "{menu:?} {project:?}");
        }
    }
}
