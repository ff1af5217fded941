//! Lists of projects: filtered, sorted, page by page, in a constant number of statements.

mod order;

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{pg::Pg, prelude::*};
use shared::{
    Menu, Page, Position,
    ids::{ProjectId, UserId},
    licence::Function,
    page::Sort,
    project::{ManagerName, ProjectFilter, ProjectRow, ProjectSort},
    project_parameter::ProjectParameterKind::{self, ApprovalStatus, Priority, Status, Type},
};
use uuid::Uuid;

use self::order::{Key, sorted};
use super::visible::{own, visible, with_tab};
use crate::{
    ApiError,
    access::Caller,
    db::{
        TenantConn,
        like::containing,
        schema::{project_positions, projects, users},
    },
    http::cursor::{self, Place},
    project_parameters::{Choices, choices, choices_with},
};

/// By which way a list is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// MANAGEMENT › Projects: everything that the person sees.
    Management,
    /// My Projects: where the person has a position that counts.
    Desktop,
}

/// A list that was asked for, its parameters understood.
#[derive(Debug)]
pub struct Wanted {
    filter: ProjectFilter,
    sort: Sort<ProjectSort>,
    limit: i64,
    after: Option<Place<Key>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = projects)]
struct Row {
    id: Uuid,
    code: String,
    name: String,
    status_id: Uuid,
    approval_status_id: Uuid,
    type_id: Uuid,
    priority_id: Uuid,
    start_date: Option<NaiveDate>,
    end_date: Option<NaiveDate>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn chosen(&self) -> [(ProjectParameterKind, Uuid); 4] {
        [
            (Status, self.status_id),
            (ApprovalStatus, self.approval_status_id),
            (Type, self.type_id),
            (Priority, self.priority_id),
        ]
    }
}

/// A person's assigned position on a listed project.
struct Positioned {
    position: Position,
    user: ManagerName,
}

impl Wanted {
    /// Reads the query string. 422 where the sort, the limit or the cursor is none of this list.
    pub fn parse(filter: ProjectFilter) -> Result<Self, ApiError> {
        let sort = cursor::sort(filter.sort.as_deref())?;
        let limit = cursor::limit(filter.limit)?;
        let after: Option<Place<Key>> = cursor::after(filter.after.as_deref(), sort)?;
        let fits = after.as_ref().is_none_or(|place| place.value.fits(sort.field));
        let refused = || cursor::parameter("after", "This cursor was not made by this list.".to_owned());
        if fits { Ok(Self { filter, sort, limit, after }) } else { Err(refused()) }
    }
}

/// One page of the list, in four statements whatever its length, and one more for the total. One fewer where the lists
/// that projects choose from are kept.
pub fn page(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    way: Way,
    wanted: &Wanted,
) -> Result<Page<ProjectRow>, ApiError> {
    let (rows, choices) = rows(conn, caller, way, wanted)?;
    let total = match wanted.filter.total {
        Some(true) => Some(filtered(caller, way, &wanted.filter).count().get_result(conn.sql())?),
        _ => None,
    };
    let mut people = people(conn, caller.user(), &rows)?;
    let place = |row: &Row| Place { value: Key::of(row, wanted.sort.field, &choices), id: row.id };
    let page = cursor::page(rows, wanted.limit, wanted.sort, place, |row| {
        let people = people.remove(&row.id).unwrap_or_default();
        to_list(row, people, caller, &choices)
    })?;
    let items = page.items.into_iter().collect::<Result<_, _>>()?;
    Ok(Page { items, next: page.next, total })
}

/// The rows of the page, one more than asked for where there are more, and lists that have all that they chose.
fn rows(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    way: Way,
    wanted: &Wanted,
) -> Result<(Vec<Row>, Arc<Choices>), ApiError> {
    let load = |conn: &mut TenantConn<'_>, choices: &Choices| -> QueryResult<Vec<Row>> {
        sorted(filtered(caller, way, &wanted.filter), wanted.sort, wanted.after.as_ref(), choices)
            .limit(wanted.limit + 1)
            .select(Row::as_select())
            .load(conn.sql())
    };
    let known = |choices: &Choices, rows: &[Row]| rows.iter().all(|row| choices.have(row.chosen()));
    let choices = choices(conn)?;
    let rows = load(conn, &choices)?;
    if known(&choices, &rows) {
        return Ok((rows, choices));
    }
    // The lists were kept, and some project has an entry since that they lack: it has a place in the order, too.
    let choices = choices_with(conn, |choices| known(choices, &rows))?;
    Ok((load(conn, &choices)?, choices))
}

fn filtered(caller: &Caller, way: Way, filter: &ProjectFilter) -> projects::BoxedQuery<'static, Pg> {
    let mut query = projects::table.into_boxed().filter(visible(caller));
    if way == Way::Desktop {
        query = query.filter(own(caller));
    }
    if let Some(words) = filter.q.as_deref().filter(|words| !words.trim().is_empty()) {
        let pattern = containing(words);
        // The project code stands on General alone; name and displayed code are in the list itself.
        let by_project_code =
            with_tab(caller, Menu::ProjectGeneral).and(projects::project_code.ilike(pattern.clone()));
        query = query.filter(
            (projects::name.ilike(pattern.clone())).or(projects::code.ilike(pattern)).or(by_project_code),
        );
    }
    if let Some(status) = filter.status {
        query = query.filter(projects::status_id.eq(status.0));
    }
    if let Some(approval_status) = filter.approval_status {
        query = query.filter(projects::approval_status_id.eq(approval_status.0));
    }
    if let Some(project_type) = filter.project_type {
        query = query.filter(projects::type_id.eq(project_type.0));
    }
    if let Some(priority) = filter.priority {
        query = query.filter(projects::priority_id.eq(priority.0));
    }
    if let Some(manager) = filter.manager {
        let managed = project_positions::table
            .filter(project_positions::user_id.eq(manager.0))
            .filter(project_positions::position.eq(Position::Manager.key()))
            .select(project_positions::project_id);
        query = query.filter(projects::id.eq_any(managed));
    }
    if let Some(day) = filter.starts_from {
        query = query.filter(projects::start_date.ge(day));
    }
    if let Some(day) = filter.ends_until {
        query = query.filter(projects::end_date.le(day));
    }
    query
}

/// The Managers of the listed projects, and the position of the person who asks, by project and name.
fn people(
    conn: &mut TenantConn<'_>,
    caller: UserId,
    rows: &[Row],
) -> Result<HashMap<Uuid, Vec<Positioned>>, ApiError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let wanted =
        project_positions::position.eq(Position::Manager.key()).or(project_positions::user_id.eq(caller.0));
    let found: Vec<(Uuid, String, Uuid, String, String)> = project_positions::table
        .inner_join(users::table.on(users::id.eq(project_positions::user_id)))
        .filter(project_positions::project_id.eq_any(ids))
        .filter(wanted)
        .order((users::first_name, users::last_name, users::id))
        .select((
            project_positions::project_id,
            project_positions::position,
            users::id,
            users::first_name,
            users::last_name,
        ))
        .load(conn.sql())?;
    let mut people: HashMap<Uuid, Vec<Positioned>> = HashMap::new();
    for (project, position, id, first_name, last_name) in found {
        let Some(position) = Position::from_key(&position) else { continue };
        let user = ManagerName { id: UserId(id), name: format!("{first_name} {last_name}") };
        people.entry(project).or_default().push(Positioned { position, user });
    }
    Ok(people)
}

fn to_list(
    row: Row,
    people: Vec<Positioned>,
    caller: &Caller,
    choices: &Choices,
) -> Result<ProjectRow, ApiError> {
    let assigned = people.iter().find(|one| one.user.id == caller.user()).map(|one| one.position);
    let effective = assigned.map(|position| {
        caller.holder().effective_position(position, Function::ProjectManager, caller.today()).0
    });
    let managers = people.into_iter().filter(|one| one.position == Position::Manager);
    Ok(ProjectRow {
        id: ProjectId(row.id),
        code: row.code,
        name: row.name,
        status: choices.get(Status, row.status_id)?,
        approval_status: choices.get(ApprovalStatus, row.approval_status_id)?,
        project_type: choices.get(Type, row.type_id)?,
        priority: choices.get(Priority, row.priority_id)?,
        start_date: row.start_date,
        end_date: row.end_date,
        managers: managers.map(|one| one.user).collect(),
        my_position: effective,
        updated_at: row.updated_at,
    })
}
