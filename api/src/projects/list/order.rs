//! The order of a list of projects, and where in it a page begins.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    dsl::array_position,
    pg::Pg,
    prelude::*,
    sql_types::{Array, Uuid as SqlUuid},
};
use serde::{Deserialize, Serialize};
use shared::{
    check,
    page::{Direction, Sort},
    project::ProjectSort,
    project_parameter::ProjectParameterKind::{Priority, Status},
};
use uuid::Uuid;

use super::Row;
use crate::{
    db::schema::projects,
    http::cursor::{Place, SortKey, possible_instant, possible_text},
    project_parameters::Choices,
};

/// The value that a row is sorted by, in a cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    Text(String),
    Order(i32),
    Day(Option<NaiveDate>),
    Instant(DateTime<Utc>),
}

/// Sorts by a column that is never null, and begins after the place. The first comparison alone is what an index
/// can begin at.
macro_rules! sorted_by {
    ($query:ident, $direction:expr, $column:expr, $after:expr) => {
        match $direction {
            Direction::Ascending => {
                let query = $query.order(($column.asc(), projects::id.asc()));
                match $after {
                    Some((value, id)) => query
                        .filter($column.ge(value.clone()))
                        .filter($column.gt(value).or(projects::id.gt(id))),
                    None => query,
                }
            }
            Direction::Descending => {
                let query = $query.order(($column.desc(), projects::id.desc()));
                match $after {
                    Some((value, id)) => query
                        .filter($column.le(value.clone()))
                        .filter($column.lt(value).or(projects::id.lt(id))),
                    None => query,
                }
            }
        }
    };
}

/// Sorts by a date. Projects without one come last in both directions.
macro_rules! sorted_by_day {
    ($query:ident, $direction:expr, $column:expr, $after:expr) => {
        match $direction {
            Direction::Ascending => {
                let query = $query.order(($column.asc().nulls_last(), projects::id.asc()));
                match $after {
                    Some((Some(day), id)) => query.filter(
                        $column.gt(day).or($column.eq(day).and(projects::id.gt(id))).or($column.is_null()),
                    ),
                    Some((None, id)) => query.filter($column.is_null()).filter(projects::id.gt(id)),
                    None => query,
                }
            }
            Direction::Descending => {
                let query = $query.order(($column.desc().nulls_last(), projects::id.desc()));
                match $after {
                    Some((Some(day), id)) => query.filter(
                        $column.lt(day).or($column.eq(day).and(projects::id.lt(id))).or($column.is_null()),
                    ),
                    Some((None, id)) => query.filter($column.is_null()).filter(projects::id.lt(id)),
                    None => query,
                }
            }
        }
    };
}

/// Sorts the projects, and begins after the place.
pub fn sorted(
    query: projects::BoxedQuery<'static, Pg>,
    sort: Sort<ProjectSort>,
    after: Option<&Place<Key>>,
    choices: &Choices,
) -> projects::BoxedQuery<'static, Pg> {
    let direction = sort.direction;
    // The place of each entry in its list is known here, so the database need not look it up for every project.
    let status = || array_position::<Array<SqlUuid>, SqlUuid, _, _>(choices.ids(Status), projects::status_id);
    let priority =
        || array_position::<Array<SqlUuid>, SqlUuid, _, _>(choices.ids(Priority), projects::priority_id);
    match sort.field {
        ProjectSort::Name => sorted_by!(query, direction, projects::name, after.and_then(Place::text)),
        ProjectSort::Code => sorted_by!(query, direction, projects::code, after.and_then(Place::text)),
        ProjectSort::Status => {
            sorted_by!(query, direction, status().assume_not_null(), after.and_then(Place::order))
        }
        ProjectSort::Priority => {
            sorted_by!(query, direction, priority().assume_not_null(), after.and_then(Place::order))
        }
        ProjectSort::StartDate => {
            sorted_by_day!(query, direction, projects::start_date, after.and_then(Place::day))
        }
        ProjectSort::EndDate => {
            sorted_by_day!(query, direction, projects::end_date, after.and_then(Place::day))
        }
        ProjectSort::UpdatedAt => {
            sorted_by!(query, direction, projects::updated_at, after.and_then(Place::instant))
        }
    }
}

impl Key {
    /// The value of a row.
    pub(super) fn of(row: &Row, field: ProjectSort, choices: &Choices) -> Self {
        match field {
            ProjectSort::Name => Self::Text(row.name.clone()),
            ProjectSort::Code => Self::Text(row.code.clone()),
            ProjectSort::Status => Self::Order(choices.place(Status, row.status_id).unwrap_or(0)),
            ProjectSort::Priority => Self::Order(choices.place(Priority, row.priority_id).unwrap_or(0)),
            ProjectSort::StartDate => Self::Day(row.start_date),
            ProjectSort::EndDate => Self::Day(row.end_date),
            ProjectSort::UpdatedAt => Self::Instant(row.updated_at),
        }
    }

    /// Whether rows sorted by this column have such a value; a cursor that was tampered with need not.
    pub fn fits(&self, field: ProjectSort) -> bool {
        match self {
            Self::Text(_) => matches!(field, ProjectSort::Name | ProjectSort::Code),
            Self::Order(_) => matches!(field, ProjectSort::Status | ProjectSort::Priority),
            Self::Day(_) => matches!(field, ProjectSort::StartDate | ProjectSort::EndDate),
            Self::Instant(_) => field == ProjectSort::UpdatedAt,
        }
    }
}

impl SortKey for Key {
    fn is_possible(&self) -> bool {
        match self {
            Self::Text(text) => possible_text(text),
            Self::Order(_) => true,
            Self::Day(day) => day.is_none_or(|day| check::date(day).is_ok()),
            Self::Instant(at) => possible_instant(*at),
        }
    }
}

impl Place<Key> {
    fn text(&self) -> Option<(String, Uuid)> {
        if let Key::Text(text) = &self.value { Some((text.clone(), self.id)) } else { None }
    }

    fn order(&self) -> Option<(i32, Uuid)> {
        if let Key::Order(order) = self.value { Some((order, self.id)) } else { None }
    }

    fn day(&self) -> Option<(Option<NaiveDate>, Uuid)> {
        if let Key::Day(day) = self.value { Some((day, self.id)) } else { None }
    }

    fn instant(&self) -> Option<(DateTime<Utc>, Uuid)> {
        if let Key::Instant(instant) = self.value { Some((instant, self.id)) } else { None }
    }
}
