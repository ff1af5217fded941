//! Projects, their teams, and what a person may do on each.

mod list;
mod team;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use list::{ManagerName, ProjectFilter, ProjectRow, ProjectSort};
pub use team::{CandidateFilter, NewTeamMember, TeamMember, TeamMemberPatch};

use crate::{
    Check, Menu, Operations, Position, Violation, ViolationCode,
    check::{self, Violations},
    ids::{ProjectId, ProjectParameterId},
    patch,
    project_parameter::ProjectParameterName,
    user::UserName,
};

/// A project. `GET /api/v1/projects/{project}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Project {
    /// The id.
    pub id: ProjectId,
    /// For `If-Match` and the merge.
    pub version: i32,
    /// The displayed code, `PR-<organization's number>-<yymm><4 digits>`.
    pub code: String,
    /// The name.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// The organization's own code for it.
    pub project_code: String,
    /// The cost centre.
    pub cost_centre: String,
    /// Where it stands.
    pub status: ProjectParameterName,
    /// Whether it is approved.
    pub approval_status: ProjectParameterName,
    /// The type.
    #[serde(rename = "type")]
    pub project_type: ProjectParameterName,
    /// The priority.
    pub priority: ProjectParameterName,
    /// The first day.
    pub start_date: Option<NaiveDate>,
    /// The last day.
    pub end_date: Option<NaiveDate>,
    /// What the person who asks may do here.
    pub access: ProjectAccess,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A project as its page begins: what every list shows of it, and what the person who asks may do in it.
/// `GET /api/v1/projects/{project}/head`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectHead {
    /// The id.
    pub id: ProjectId,
    /// For `If-Match`, and to see that it was changed.
    pub version: i32,
    /// The displayed code, `PR-<organization's number>-<yymm><4 digits>`.
    pub code: String,
    /// The name.
    pub name: String,
    /// Where it stands.
    pub status: ProjectParameterName,
    /// The first day.
    pub start_date: Option<NaiveDate>,
    /// The last day.
    pub end_date: Option<NaiveDate>,
    /// What the person who asks may do here.
    pub access: ProjectAccess,
}

impl From<Project> for ProjectHead {
    fn from(project: Project) -> Self {
        let Project { id, version, code, name, status, start_date, end_date, access, .. } = project;
        Self { id, version, code, name, status, start_date, end_date, access }
    }
}

/// What a person may do on one project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectAccess {
    /// The position as assigned.
    pub assigned_position: Option<Position>,
    /// The position that counts.
    pub effective_position: Option<Position>,
    /// Why the position that counts is lower.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowered_because: Option<LoweredBecause>,
    /// For each tab what the person may do; absent tabs: nothing.
    pub tabs: BTreeMap<Menu, Operations>,
}

/// Why a position counts for less than was assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LoweredBecause {
    /// No role of the person has a licence that is valid today: none grants anything, whatever the position.
    NoValidLicence,
    /// The highest position of the person's valid licences is lower.
    Licence,
    /// No valid role of the person carries the function of a project manager.
    Function,
}

impl LoweredBecause {
    /// All of them, for tests and translations.
    pub const ALL: [Self; 3] = [Self::NoValidLicence, Self::Licence, Self::Function];
}

/// A project to be created; the creator becomes its Manager. `POST /api/v1/projects`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewProject {
    /// The name.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: String,
    /// What it is about.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 10000))]
    pub description: String,
    /// The organization's own code for it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 50))]
    pub project_code: String,
    /// The cost centre.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 50))]
    pub cost_centre: String,
    /// Where it stands; the default of the list where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_id: Option<ProjectParameterId>,
    /// Whether it is approved; the default of the list where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_status_id: Option<ProjectParameterId>,
    /// The type; the default of the list where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_id: Option<ProjectParameterId>,
    /// The priority; the default of the list where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_id: Option<ProjectParameterId>,
    /// The first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<NaiveDate>,
    /// The last day, not before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<NaiveDate>,
}

/// A change of a project. `PATCH /api/v1/projects/{project}` with `If-Match`; absent fields stay, null clears.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectPatch {
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: Option<String>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 10000))]
    pub description: Option<String>,
    /// The organization's own code for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 50))]
    pub project_code: Option<String>,
    /// The cost centre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 50))]
    pub cost_centre: Option<String>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_id: Option<ProjectParameterId>,
    /// Whether it is approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_status_id: Option<ProjectParameterId>,
    /// The type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_id: Option<ProjectParameterId>,
    /// The priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_id: Option<ProjectParameterId>,
    /// The first day.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Option<NaiveDate>>,
    /// The last day, not before the first.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    pub end_date: Option<Option<NaiveDate>>,
}

/// A project at a glance. `GET /api/v1/projects/{project}/home`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectHome {
    /// Where it stands.
    pub status: ProjectParameterName,
    /// Whether it is approved.
    pub approval_status: ProjectParameterName,
    /// The first day.
    pub start_date: Option<NaiveDate>,
    /// The last day.
    pub end_date: Option<NaiveDate>,
    /// Calendar days from the first to the last, both counted.
    pub days_total: Option<i64>,
    /// Calendar days that are over, today not counted; between 0 and `days_total`.
    pub days_elapsed: Option<i64>,
    /// The Managers, by name; none without View on the project's team.
    pub managers: Vec<UserName>,
    /// How many people are on the team, by their assigned position; empty without View on the project's team.
    pub team: BTreeMap<Position, i64>,
    /// The last changes of what stands on the tabs that one may view, the newest first, ten at most.
    pub recent_changes: Vec<crate::change::Change>,
}

/// The choices of a project's form. `GET /api/v1/projects/options`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectOptions {
    /// Statuses, in order.
    pub statuses: Vec<ProjectParameterName>,
    /// Approval statuses, in order.
    pub approval_statuses: Vec<ProjectParameterName>,
    /// Types, in order.
    pub types: Vec<ProjectParameterName>,
    /// Priorities, in order.
    pub priorities: Vec<ProjectParameterName>,
}

/// What goes with a project when it is deleted. `GET /api/v1/projects/{project}/deletion`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectDeletion {
    /// People who lose a position.
    pub positions: i64,
    /// Recorded changes that are no longer shown (the audit log keeps them).
    pub changes: i64,
}

impl Check for NewProject {
    fn check(&self, violations: &mut Violations) {
        violations.add("/name", check::name(&self.name));
        violations.add("/description", check::long_text(&self.description));
        violations.add("/project_code", check::short_text(&self.project_code, 50));
        violations.add("/cost_centre", check::short_text(&self.cost_centre, 50));
        check_dates(violations, self.start_date, self.end_date);
    }
}

impl Check for ProjectPatch {
    fn check(&self, violations: &mut Violations) {
        if let Some(name) = &self.name {
            violations.add("/name", check::name(name));
        }
        if let Some(description) = &self.description {
            violations.add("/description", check::long_text(description));
        }
        if let Some(code) = &self.project_code {
            violations.add("/project_code", check::short_text(code, 50));
        }
        if let Some(centre) = &self.cost_centre {
            violations.add("/cost_centre", check::short_text(centre, 50));
        }
        // Where only one date changes, the server checks it against the other one.
        if let (Some(start), Some(end)) = (self.start_date, self.end_date) {
            check_dates(violations, start, end);
        } else {
            check_dates(violations, self.start_date.flatten(), None);
            check_dates(violations, None, self.end_date.flatten());
        }
    }
}

/// Each date within the years that there are, and the two in their order.
fn check_dates(violations: &mut Violations, start: Option<NaiveDate>, end: Option<NaiveDate>) {
    if let Some(start) = start {
        violations.add("/start_date", check::date(start));
    }
    let end_alone = end.map_or(Ok(()), check::date);
    violations.add("/end_date", end_alone.and_then(|()| dates_in_order(start, end)));
}

/// An end that lies before its start is refused; either may be missing.
pub fn dates_in_order(start: Option<NaiveDate>, end: Option<NaiveDate>) -> Result<(), Violation> {
    match (start, end) {
        (Some(start), Some(end)) if end < start => {
            Err(Violation::new(ViolationCode::EndBeforeStart, "The end lies before the start."))
        }
        _ => Ok(()),
    }
}
