//! The lists in the database.

use std::collections::HashMap;

use diesel::{
    prelude::*,
    sql_types::{BigInt, Uuid as SqlUuid},
};
use serde::Serialize;
use shared::{
    ProblemCode,
    check::normal_name,
    ids::ProjectParameterId,
    project_parameter::{NewProjectParameter, ProjectParameter, ProjectParameterKind, ProjectParameterPatch},
};
use uuid::Uuid;

use super::rules::{self, CannotDelete};
use crate::{
    ApiError,
    db::{Entity, TenantConn, record::Recorded, schema::project_parameters, unique::not_unique},
};

/// The unique names, with the fields that they are in.
const UNIQUE: &[(&str, &str)] =
    &[("project_parameters_by_name_en", "/name_en"), ("project_parameters_by_name_es", "/name_es")];

#[derive(Queryable, Selectable)]
#[diesel(table_name = project_parameters)]
struct Row {
    id: Uuid,
    version: i32,
    kind: String,
    name_en: String,
    name_es: String,
    colour: String,
    sort_order: i32,
    default_for_new_projects: bool,
    system: bool,
}

impl Row {
    fn into_parameter(self, projects: &HashMap<Uuid, i64>) -> Result<ProjectParameter, ApiError> {
        let kind = ProjectParameterKind::from_key(&self.kind)
            .ok_or_else(|| ApiError::internal(anyhow::anyhow!("there is no list {}", self.kind)))?;
        Ok(ProjectParameter {
            id: ProjectParameterId(self.id),
            version: self.version,
            kind,
            name_en: self.name_en,
            name_es: self.name_es,
            colour: self.colour,
            order: self.sort_order,
            default_for_new_projects: self.default_for_new_projects,
            system: self.system,
            projects: projects.get(&self.id).copied().unwrap_or(0),
        })
    }
}

/// All entries, by kind and order, with how many projects have each.
pub fn list(conn: &mut TenantConn<'_>) -> Result<Vec<ProjectParameter>, ApiError> {
    let rows: Vec<Row> = project_parameters::table
        .order(project_parameters::sort_order)
        .select(Row::as_select())
        .load(conn.sql())?;
    let projects = projects_by_parameter(conn)?;
    let mut all: Vec<ProjectParameter> =
        rows.into_iter().map(|row| row.into_parameter(&projects)).collect::<Result<_, _>>()?;
    all.sort_by_key(|parameter| parameter.kind);
    Ok(all)
}

/// How many projects have each entry, whatever its list: one pass over the projects.
fn projects_by_parameter(conn: &mut TenantConn<'_>) -> Result<HashMap<Uuid, i64>, ApiError> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = BigInt)]
        projects: i64,
    }
    let counts: Vec<Count> = diesel::sql_query(
        "SELECT chosen.id, count(*) AS projects FROM projects CROSS JOIN LATERAL \
         (VALUES (status_id), (approval_status_id), (type_id), (priority_id)) AS chosen (id) GROUP BY chosen.id",
    )
    .load(conn.sql())?;
    Ok(counts.into_iter().map(|count| (count.id, count.projects)).collect())
}

fn get(conn: &mut TenantConn<'_>, id: ProjectParameterId) -> Result<ProjectParameter, ApiError> {
    let row: Row = project_parameters::table
        .filter(project_parameters::id.eq(id.0))
        .select(Row::as_select())
        .first(conn.sql())?;
    let projects = projects_by_parameter(conn)?;
    row.into_parameter(&projects)
}

/// Locks a list until the end of the transaction and says how many entries it has. Projects may still refer to them.
fn lock(conn: &mut TenantConn<'_>, kind: ProjectParameterKind) -> Result<i32, ApiError> {
    let in_list = || project_parameters::table.filter(project_parameters::kind.eq(kind.key()));
    let _locked: Vec<Uuid> = in_list()
        .order(project_parameters::id)
        .select(project_parameters::id)
        .for_no_key_update()
        .load(conn.sql())?;
    // Asked anew: the lock may have waited for somebody who added an entry.
    let entries: i64 = in_list().count().get_result(conn.sql())?;
    i32::try_from(entries).map_err(ApiError::internal)
}

/// The entry with its list locked, in the version that the client has read.
fn get_locked(
    conn: &mut TenantConn<'_>,
    id: ProjectParameterId,
    version: i32,
) -> Result<(ProjectParameter, i32), ApiError> {
    let kind = get(conn, id)?.kind;
    let entries = lock(conn, kind)?;
    let parameter = get(conn, id)?;
    if parameter.version == version { Ok((parameter, entries)) } else { Err(ApiError::stale(&parameter)) }
}

/// Adds an entry at the end of its list.
pub fn create(conn: &mut TenantConn<'_>, new: &NewProjectParameter) -> Result<ProjectParameter, ApiError> {
    let entries = lock(conn, new.kind)?;
    let (id, now, user) =
        (ProjectParameterId(conn.clock().new_id()), conn.clock().now(), conn.actor().user());
    if new.default_for_new_projects {
        take_default(conn, new.kind)?;
    }
    diesel::insert_into(project_parameters::table)
        .values((
            project_parameters::id.eq(id.0),
            project_parameters::kind.eq(new.kind.key()),
            project_parameters::name_en.eq(normal_name(&new.name_en)),
            project_parameters::name_es.eq(normal_name(&new.name_es)),
            project_parameters::colour.eq(new.colour.to_lowercase()),
            project_parameters::sort_order.eq(entries + 1),
            project_parameters::default_for_new_projects.eq(new.default_for_new_projects),
            project_parameters::created_at.eq(now),
            project_parameters::created_by.eq(user),
            project_parameters::updated_at.eq(now),
            project_parameters::updated_by.eq(user),
        ))
        .execute(conn.sql())
        .map_err(not_unique(UNIQUE))?;
    let created = get(conn, id)?;
    conn.record(Recorded::created(Entity::ProjectParameter, id, &created.name_en, &recorded(&created)));
    conn.choices_changed();
    Ok(created)
}

/// Changes an entry: its names and colour, its place, and whether it is the default.
pub fn update(
    conn: &mut TenantConn<'_>,
    id: ProjectParameterId,
    version: i32,
    patch: ProjectParameterPatch,
) -> Result<ProjectParameter, ApiError> {
    let (before, entries) = get_locked(conn, id, version)?;
    let ProjectParameterPatch { name_en, name_es, colour, order, default_for_new_projects } = patch;
    let name = |new: Option<String>, old: &String| new.map_or_else(|| old.clone(), |name| normal_name(&name));
    let after = ProjectParameter {
        name_en: name(name_en, &before.name_en),
        name_es: name(name_es, &before.name_es),
        colour: colour.map_or_else(|| before.colour.clone(), |colour| colour.to_lowercase()),
        order: order.map_or(before.order, |wanted| rules::landing(wanted, entries)),
        default_for_new_projects: default_for_new_projects.unwrap_or(before.default_for_new_projects),
        ..before.clone()
    };
    if after == before {
        return Ok(before);
    }
    if after.default_for_new_projects && !before.default_for_new_projects {
        take_default(conn, before.kind)?;
    }
    make_room(conn, &before, after.order)?;
    let (now, user) = (conn.clock().now(), conn.actor().user());
    diesel::update(project_parameters::table.filter(project_parameters::id.eq(id.0)))
        .set((
            project_parameters::name_en.eq(&after.name_en),
            project_parameters::name_es.eq(&after.name_es),
            project_parameters::colour.eq(&after.colour),
            project_parameters::sort_order.eq(after.order),
            project_parameters::default_for_new_projects.eq(after.default_for_new_projects),
            project_parameters::version.eq(project_parameters::version + 1),
            project_parameters::updated_at.eq(now),
            project_parameters::updated_by.eq(user),
        ))
        .execute(conn.sql())
        .map_err(not_unique(UNIQUE))?;
    let (was, is) = (recorded(&before), recorded(&after));
    conn.record(Recorded::updated(Entity::ProjectParameter, id, &after.name_en, &was, &is));
    conn.choices_changed();
    get(conn, id)
}

/// Removes an entry that is neither of the system nor the default nor in use.
pub fn delete(conn: &mut TenantConn<'_>, id: ProjectParameterId, version: i32) -> Result<(), ApiError> {
    let (_, entries) = get_locked(conn, id, version)?;
    let row = project_parameters::table.filter(project_parameters::id.eq(id.0));
    // From here on no project can choose it, so the count that follows is the last word.
    let _locked: Uuid = row.select(project_parameters::id).for_update().first(conn.sql())?;
    let parameter = get(conn, id)?;
    rules::may_delete(&parameter).map_err(|cannot| {
        let code =
            if matches!(cannot, CannotDelete::InUse(_)) { ProblemCode::InUse } else { ProblemCode::Conflict };
        ApiError::Conflict(code, cannot.to_string())
    })?;
    make_room(conn, &parameter, entries)?;
    diesel::delete(row).execute(conn.sql())?;
    let was = recorded(&parameter);
    conn.record(Recorded::deleted(Entity::ProjectParameter, id, &parameter.name_en, &was));
    conn.choices_changed();
    Ok(())
}

/// Lets the others make room for the entry at its new place. Their versions stay: nobody who edits one of them is in
/// the way of that. The history says of each where it went.
fn make_room(conn: &mut TenantConn<'_>, parameter: &ProjectParameter, to: i32) -> Result<(), ApiError> {
    let Some(shift) = rules::shift(parameter.order, to) else { return Ok(()) };
    let moving = project_parameters::table
        .filter(project_parameters::kind.eq(parameter.kind.key()))
        .filter(project_parameters::sort_order.between(shift.first, shift.last));
    let mut moved: Vec<(Uuid, String, i32)> = diesel::update(moving)
        .set(project_parameters::sort_order.eq(project_parameters::sort_order + shift.by))
        .returning((project_parameters::id, project_parameters::name_en, project_parameters::sort_order))
        .get_results(conn.sql())?;
    moved.sort_by_key(|(_, _, order)| *order);
    for (id, name, order) in moved {
        let at = |order: i32| serde_json::json!({ "order": order });
        let (was, is) = (at(order - shift.by), at(order));
        conn.record(Recorded::updated(Entity::ProjectParameter, id, &name, &was, &is));
    }
    Ok(())
}

/// Takes the default from the entry that has it. Before another one gets it, since at no moment two may.
fn take_default(conn: &mut TenantConn<'_>, kind: ProjectParameterKind) -> Result<(), ApiError> {
    let (now, user) = (conn.clock().now(), conn.actor().user());
    let holder = project_parameters::table
        .filter(project_parameters::kind.eq(kind.key()).and(project_parameters::default_for_new_projects));
    let former: Vec<(Uuid, String)> = diesel::update(holder)
        .set((
            project_parameters::default_for_new_projects.eq(false),
            project_parameters::version.eq(project_parameters::version + 1),
            project_parameters::updated_at.eq(now),
            project_parameters::updated_by.eq(user),
        ))
        .returning((project_parameters::id, project_parameters::name_en))
        .get_results(conn.sql())?;
    for (id, name) in former {
        let state = |is: bool| serde_json::json!({ "default_for_new_projects": is });
        conn.record(Recorded::updated(Entity::ProjectParameter, id, &name, &state(true), &state(false)));
    }
    Ok(())
}

/// What of an entry is worth keeping in the history.
fn recorded(parameter: &ProjectParameter) -> impl Serialize {
    serde_json::json!({
        "kind": parameter.kind,
        "name_en": parameter.name_en,
        "name_es": parameter.name_es,
        "colour": parameter.colour,
        "order": parameter.order,
        "default_for_new_projects": parameter.default_for_new_projects,
    })
}
