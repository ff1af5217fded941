//! One project in the database: created, read, changed, deleted.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::Serialize;
use serde_json::json;
use shared::{
    Menu, Position,
    check::{Violations, normal_name},
    ids::{ProjectId, ProjectParameterId},
    project::{NewProject, Project, ProjectDeletion, ProjectOptions, ProjectPatch, dates_in_order},
    project_parameter::ProjectParameterKind::{self, ApprovalStatus, Priority, Status, Type},
};
use uuid::Uuid;

use super::{history, rules, tabs::Viewed, team};
use crate::{
    ApiError,
    access::Caller,
    db::{
        Entity, ProjectPlace, TenantConn,
        record::Recorded,
        schema::{general_data, project_positions, projects},
        unique::reference_gone,
    },
    project_parameters::{Choices, choices, choices_with},
};

/// What people may change of a project.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = projects, treat_none_as_null = true)]
struct Fields {
    name: String,
    description: String,
    project_code: String,
    cost_centre: String,
    status_id: Uuid,
    approval_status_id: Uuid,
    type_id: Uuid,
    priority_id: Uuid,
    start_date: Option<NaiveDate>,
    end_date: Option<NaiveDate>,
}

impl Fields {
    fn chosen(&self) -> [(ProjectParameterKind, Uuid); 4] {
        [
            (Status, self.status_id),
            (ApprovalStatus, self.approval_status_id),
            (Type, self.type_id),
            (Priority, self.priority_id),
        ]
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = projects)]
struct Row {
    version: i32,
    code: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[diesel(embed)]
    fields: Fields,
}

/// What of a project is worth keeping in the history: words instead of ids, which stay right when the entry that
/// was chosen is renamed or removed.
#[derive(Serialize)]
struct Remembered<'a> {
    code: &'a str,
    name: &'a str,
    description: &'a str,
    project_code: &'a str,
    cost_centre: &'a str,
    status: String,
    approval_status: String,
    #[serde(rename = "type")]
    project_type: String,
    priority: String,
    start_date: Option<NaiveDate>,
    end_date: Option<NaiveDate>,
    /// Who was on the team, in the record of a deletion.
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<Vec<String>>,
}

fn row(conn: &mut TenantConn<'_>, project: ProjectId) -> Result<Row, ApiError> {
    Ok(projects::table.filter(projects::id.eq(project.0)).select(Row::as_select()).first(conn.sql())?)
}

/// The project as the person at this place sees it.
pub fn get(conn: &mut TenantConn<'_>, place: ProjectPlace, caller: &Caller) -> Result<Project, ApiError> {
    let row = row(conn, place.project)?;
    let chosen = row.fields.chosen();
    let choices = choices_with(conn, |choices| choices.have(chosen))?;
    to_project(row, place, caller, &choices)
}

/// Creates a project. Whoever creates it becomes its Manager; where none of their roles carries the function, the
/// position counts as Team Member until one does, as everywhere.
pub fn create(conn: &mut TenantConn<'_>, caller: &Caller, new: NewProject) -> Result<Project, ApiError> {
    let choices = choices(conn)?;
    let fields = new_fields(new, &choices)?;
    let code = next_code(conn, caller)?;
    let (id, now, user) = (ProjectId(conn.clock().new_id()), conn.clock().now(), conn.actor().user());
    diesel::insert_into(projects::table)
        .values((
            projects::id.eq(id.0),
            projects::code.eq(&code),
            projects::created_at.eq(now),
            projects::created_by.eq(user),
            projects::updated_at.eq(now),
            projects::updated_by.eq(user),
            &fields,
        ))
        .execute(conn.sql())
        .map_err(reference_gone)?;
    let after = remembered(&code, &fields, &choices)?;
    conn.record(Recorded::created(Entity::Project, id, &fields.name, &after).on(id));
    team::store::insert(conn, id, caller.user(), &caller.person.name, Position::Manager)?;
    let place = ProjectPlace { project: id, assigned: Some(Position::Manager) };
    to_project(row(conn, id)?, place, caller, &choices)
}

/// The next displayed code. The row of the counter is locked until the end of the transaction, so no code is given
/// twice and none is lost.
fn next_code(conn: &mut TenantConn<'_>, caller: &Caller) -> Result<String, ApiError> {
    let next: i32 = diesel::update(general_data::table)
        .set(general_data::next_project_number.eq(general_data::next_project_number + 1))
        .returning(general_data::next_project_number)
        .get_result(conn.sql())?;
    Ok(rules::displayed_code(caller.organization.number, caller.today(), next - 1))
}

/// Changes a project that is in the version that the client has read.
pub fn update(
    conn: &mut TenantConn<'_>,
    place: ProjectPlace,
    caller: &Caller,
    version: i32,
    patch: ProjectPatch,
) -> Result<Project, ApiError> {
    let choices = choices(conn)?;
    let before = row(conn, place.project)?;
    if before.version != version {
        return Err(ApiError::stale(&to_project(before, place, caller, &choices)?));
    }
    let fields = patched(&before.fields, patch, &choices)?;
    if fields == before.fields {
        return to_project(before, place, caller, &choices);
    }
    let (now, user) = (conn.clock().now(), conn.actor().user());
    diesel::update(projects::table.filter(projects::id.eq(place.project.0)))
        .set((
            &fields,
            projects::version.eq(projects::version + 1),
            projects::updated_at.eq(now),
            projects::updated_by.eq(user),
        ))
        .execute(conn.sql())
        .map_err(reference_gone)?;
    let was = remembered(&before.code, &before.fields, &choices)?;
    let is = remembered(&before.code, &fields, &choices)?;
    let change = Recorded::updated(Entity::Project, place.project, &fields.name, &was, &is);
    conn.record(change.on(place.project));
    to_project(row(conn, place.project)?, place, caller, &choices)
}

/// What goes with a project when it is deleted.
pub fn deletion(conn: &mut TenantConn<'_>, project: ProjectId) -> Result<ProjectDeletion, ApiError> {
    let on_project = project_positions::table.filter(project_positions::project_id.eq(project.0));
    let positions = on_project.count().get_result(conn.sql())?;
    Ok(ProjectDeletion { positions, changes: history::count(conn, project)? })
}

/// Deletes a project with its team and its history; the audit log keeps what was.
pub fn delete(
    conn: &mut TenantConn<'_>,
    place: ProjectPlace,
    caller: &Caller,
    version: i32,
) -> Result<(), ApiError> {
    let choices = choices(conn)?;
    let before = row(conn, place.project)?;
    if before.version != version {
        // Whoever may delete a project need not read it.
        return Err(if Viewed::by(caller, place).has(Menu::ProjectGeneral) {
            ApiError::stale(&to_project(before, place, caller, &choices)?)
        } else {
            ApiError::stale(&json!({ "id": place.project, "version": before.version }))
        });
    }
    let team = team::store::list(conn, place.project, caller.today())?;
    let names = team.into_iter().map(|one| format!("{} ({})", one.user.name, one.position.key()));
    let was =
        Remembered { team: Some(names.collect()), ..remembered(&before.code, &before.fields, &choices)? };
    history::delete(conn, place.project)?;
    // The positions go with it, by their foreign key.
    diesel::delete(projects::table.filter(projects::id.eq(place.project.0))).execute(conn.sql())?;
    let change = Recorded::deleted(Entity::Project, place.project, &before.fields.name, &was);
    conn.record(change.on(place.project));
    Ok(())
}

/// The choices of a project's form.
pub fn options(conn: &mut TenantConn<'_>) -> Result<ProjectOptions, ApiError> {
    let choices = choices(conn)?;
    Ok(ProjectOptions {
        statuses: choices.of(Status),
        approval_statuses: choices.of(ApprovalStatus),
        types: choices.of(Type),
        priorities: choices.of(Priority),
    })
}

/// The choices of a body, each looked up in its own list.
struct Chosen<'a> {
    choices: &'a Choices,
    unknown: Violations,
}

impl Chosen<'_> {
    /// The id where it stands in this list; otherwise the pointer is at fault.
    fn of(
        &mut self,
        pointer: &str,
        kind: ProjectParameterKind,
        chosen: Option<ProjectParameterId>,
        otherwise: Uuid,
    ) -> Uuid {
        let Some(ProjectParameterId(id)) = chosen else { return otherwise };
        if self.choices.find(kind, id).is_none()
            && let ApiError::Invalid(violations) = ApiError::unknown_reference(pointer)
        {
            self.unknown.0.extend(violations.0);
        }
        id
    }

    fn check(self) -> Result<(), ApiError> {
        if self.unknown.is_empty() { Ok(()) } else { Err(ApiError::Invalid(self.unknown)) }
    }
}

fn new_fields(new: NewProject, choices: &Choices) -> Result<Fields, ApiError> {
    let mut chosen = Chosen { choices, unknown: Violations::default() };
    let fields = Fields {
        name: normal_name(&new.name),
        description: new.description,
        project_code: normal_name(&new.project_code),
        cost_centre: normal_name(&new.cost_centre),
        status_id: chosen.of("/status_id", Status, new.status_id, choices.default_of(Status)?),
        approval_status_id: chosen.of(
            "/approval_status_id",
            ApprovalStatus,
            new.approval_status_id,
            choices.default_of(ApprovalStatus)?,
        ),
        type_id: chosen.of("/type_id", Type, new.type_id, choices.default_of(Type)?),
        priority_id: chosen.of("/priority_id", Priority, new.priority_id, choices.default_of(Priority)?),
        start_date: new.start_date,
        end_date: new.end_date,
    };
    chosen.check()?;
    Ok(fields)
}

fn patched(before: &Fields, patch: ProjectPatch, choices: &Choices) -> Result<Fields, ApiError> {
    let line = |new: Option<String>, old: &String| new.map_or_else(|| old.clone(), |text| normal_name(&text));
    let mut chosen = Chosen { choices, unknown: Violations::default() };
    let fields = Fields {
        name: line(patch.name, &before.name),
        description: patch.description.unwrap_or_else(|| before.description.clone()),
        project_code: line(patch.project_code, &before.project_code),
        cost_centre: line(patch.cost_centre, &before.cost_centre),
        status_id: chosen.of("/status_id", Status, patch.status_id, before.status_id),
        approval_status_id: chosen.of(
            "/approval_status_id",
            ApprovalStatus,
            patch.approval_status_id,
            before.approval_status_id,
        ),
        type_id: chosen.of("/type_id", Type, patch.type_id, before.type_id),
        priority_id: chosen.of("/priority_id", Priority, patch.priority_id, before.priority_id),
        start_date: patch.start_date.unwrap_or(before.start_date),
        end_date: patch.end_date.unwrap_or(before.end_date),
    };
    // The body could be judged only where it had both dates.
    chosen.unknown.add("/end_date", dates_in_order(fields.start_date, fields.end_date));
    chosen.check()?;
    Ok(fields)
}

fn remembered<'a>(code: &'a str, fields: &'a Fields, choices: &Choices) -> Result<Remembered<'a>, ApiError> {
    let word = |kind, id| choices.get(kind, id).map(|name| name.name_en);
    Ok(Remembered {
        code,
        name: &fields.name,
        description: &fields.description,
        project_code: &fields.project_code,
        cost_centre: &fields.cost_centre,
        status: word(Status, fields.status_id)?,
        approval_status: word(ApprovalStatus, fields.approval_status_id)?,
        project_type: word(Type, fields.type_id)?,
        priority: word(Priority, fields.priority_id)?,
        start_date: fields.start_date,
        end_date: fields.end_date,
        team: None,
    })
}

fn to_project(
    row: Row,
    place: ProjectPlace,
    caller: &Caller,
    choices: &Choices,
) -> Result<Project, ApiError> {
    let fields = row.fields;
    Ok(Project {
        id: place.project,
        version: row.version,
        code: row.code,
        name: fields.name,
        description: fields.description,
        project_code: fields.project_code,
        cost_centre: fields.cost_centre,
        status: choices.get(Status, fields.status_id)?,
        approval_status: choices.get(ApprovalStatus, fields.approval_status_id)?,
        project_type: choices.get(Type, fields.type_id)?,
        priority: choices.get(Priority, fields.priority_id)?,
        start_date: fields.start_date,
        end_date: fields.end_date,
        access: caller.holder().project_access(place.assigned, caller.today()),
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::projects::tabs::tab_of;

    #[test]
    fn whatever_is_remembered_stands_on_a_tab() {
        let remembered = Remembered {
            code: "",
            name: "",
            description: "",
            project_code: "",
            cost_centre: "",
            status: String::new(),
            approval_status: String::new(),
            project_type: String::new(),
            priority: String::new(),
            start_date: None,
            end_date: None,
            team: Some(Vec::new()),
        };
        let remembered = serde_json::to_value(remembered).expect("JSON");
        for field in remembered.as_object().expect("an object").keys() {
            assert!(tab_of(Entity::Project.key(), field).is_some(), "{field}");
        }
    }
}
