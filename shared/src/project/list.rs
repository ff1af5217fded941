//! Projects in a list, and what narrows and sorts it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Check, Position,
    check::{self, Violations},
    ids::{ProjectId, ProjectParameterId, UserId},
    page::SortField,
    project_parameter::ProjectParameterName,
};

/// A project in a list. `GET /api/v1/projects` (the management way) and `GET /api/v1/my-projects` (the desktop way).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectRow {
    /// The id.
    pub id: ProjectId,
    /// The displayed code, `PR-<organization's number>-<yymm><4 digits>`.
    pub code: String,
    /// The name.
    pub name: String,
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
    /// The Managers, by name. Whoever sees a project sees who leads it, guests too; how to write to them says the team.
    pub managers: Vec<ManagerName>,
    /// The position of the person who asks, after lowering; absent where there is none.
    pub my_position: Option<Position>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A Manager of a project, in a list: the name without the e-mail, which is for those who may view the team.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManagerName {
    /// The id.
    pub id: UserId,
    /// First and last name.
    pub name: String,
}

/// What a list of projects may be narrowed to; the query string.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ProjectFilter {
    /// Part of the name, of the displayed code, or of the project code where one may view the project's General.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 200))]
    pub q: Option<String>,
    /// Only with this status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ProjectParameterId>,
    /// Only with this approval status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_status: Option<ProjectParameterId>,
    /// Only of this type.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub project_type: Option<ProjectParameterId>,
    /// Only with this priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<ProjectParameterId>,
    /// Only where this person is Manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<UserId>,
    /// Only those that start on this day or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_from: Option<NaiveDate>,
    /// Only those that end on this day or earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_until: Option<NaiveDate>,
    /// `name` (default), `code`, `status`, `priority`, `start_date`, `end_date` or `updated_at`; `-` before it for
    /// descending. Status and priority sort by their order in the list; projects without a date come last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Rows of a page, 1 to 500; 50 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 500))]
    pub limit: Option<u16>,
    /// The cursor `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The fields of the rows that are wanted, `name,status`; all where absent. The id always comes along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<String>,
    /// Whether to count all rows of the filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<bool>,
}

/// What projects can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProjectSort {
    /// Name.
    Name,
    /// Displayed code.
    Code,
    /// The status's place in its list.
    Status,
    /// The priority's place in its list.
    Priority,
    /// The first day.
    StartDate,
    /// The last day.
    EndDate,
    /// The last change.
    UpdatedAt,
}

impl SortField for ProjectSort {
    const ALL: &'static [(Self, &'static str)] = &[
        (Self::Name, "name"),
        (Self::Code, "code"),
        (Self::Status, "status"),
        (Self::Priority, "priority"),
        (Self::StartDate, "start_date"),
        (Self::EndDate, "end_date"),
        (Self::UpdatedAt, "updated_at"),
    ];
}

impl Check for ProjectFilter {
    fn check(&self, violations: &mut Violations) {
        if let Some(text) = &self.q {
            violations.add("/q", check::short_text(text, check::NAME_LENGTH));
        }
        for (pointer, day) in [("/starts_from", self.starts_from), ("/ends_until", self.ends_until)] {
            if let Some(day) = day {
                violations.add(pointer, check::date(day));
            }
        }
    }
}
