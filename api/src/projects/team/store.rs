//! Positions on projects, in the database. Every write holds the project's lock, which `Db::in_project` takes.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;
use shared::{
    Position, ProblemCode,
    check::Violations,
    ids::{ProjectId, UserId},
    licence::Function,
    project::{NewTeamMember, TeamMember},
    user::UserName,
};
use uuid::Uuid;

use super::rules;
use crate::{
    ApiError,
    access::{
        Caller,
        person::Holder,
        store::{held_roles, holders},
    },
    db::{
        Entity, ProjectPlace, TenantConn,
        like::containing,
        record::Recorded,
        schema::{project_positions, roles, users},
        unique::not_unique,
    },
};

/// How many candidates are offered at once.
const CANDIDATES: i64 = 20;
/// The constraint that lets nobody be on a team twice.
const UNIQUE: &[(&str, &str)] = &[("project_positions_pkey", "/user_id")];

/// Somebody on a team, before what the position is worth was decided.
pub struct Positioned {
    /// The person.
    pub user: UserName,
    /// The position as assigned.
    pub position: Position,
    version: i32,
    active: bool,
}

/// The team by assigned position and name.
pub fn people(conn: &mut TenantConn<'_>, project: ProjectId) -> Result<Vec<Positioned>, ApiError> {
    type Row = (String, i32, Uuid, String, String, String, bool);
    let rows: Vec<Row> = project_positions::table
        .inner_join(users::table.on(users::id.eq(project_positions::user_id)))
        .filter(project_positions::project_id.eq(project.0))
        .order((users::first_name, users::last_name, users::id))
        .select((
            project_positions::position,
            project_positions::version,
            users::id,
            users::first_name,
            users::last_name,
            users::email,
            users::active,
        ))
        .load(conn.sql())?;
    let positioned = |(position, version, id, first_name, last_name, email, active): Row| {
        let user = UserName { id: UserId(id), name: format!("{first_name} {last_name}"), email };
        Position::from_key(&position).map(|position| Positioned { user, position, version, active })
    };
    let mut people: Vec<Positioned> = rows.into_iter().filter_map(positioned).collect();
    // The highest first; the order by name stays within each.
    people.sort_by_key(|one| std::cmp::Reverse(one.position));
    Ok(people)
}

/// The team with what each position is worth on this day, Managers first; in as many statements for one person as
/// for a thousand.
pub fn list(
    conn: &mut TenantConn<'_>,
    project: ProjectId,
    today: NaiveDate,
) -> Result<Vec<TeamMember>, ApiError> {
    let people = people(conn, project)?;
    let ids: Vec<UserId> = people.iter().map(|one| one.user.id).collect();
    let mut holders = holders(conn, &ids)?;
    let member = |one: Positioned| {
        let holder = holders.remove(&one.user.id).unwrap_or_default();
        to_member(one, &holder, today)
    };
    Ok(people.into_iter().map(member).collect())
}

fn to_member(one: Positioned, holder: &Holder, today: NaiveDate) -> TeamMember {
    let (effective_position, lowered_because) =
        holder.effective_position(one.position, Function::ProjectManager, today);
    TeamMember {
        user: one.user,
        version: one.version,
        position: one.position,
        effective_position,
        lowered_because,
        active: one.active,
    }
}

fn get(
    conn: &mut TenantConn<'_>,
    project: ProjectId,
    user: UserId,
    today: NaiveDate,
) -> Result<TeamMember, ApiError> {
    let mut team = people(conn, project)?;
    let index = team.iter().position(|one| one.user.id == user).ok_or(ApiError::NotFound)?;
    let holder = holders(conn, &[user])?.remove(&user).unwrap_or_default();
    Ok(to_member(team.swap_remove(index), &holder, today))
}

/// Active people who are not on the team yet, by name: those whose name or e-mail has the words in it.
pub fn candidates(
    conn: &mut TenantConn<'_>,
    project: ProjectId,
    words: &str,
) -> Result<Vec<UserName>, ApiError> {
    let pattern = containing(words);
    let on_team = project_positions::table
        .filter(project_positions::project_id.eq(project.0))
        .select(project_positions::user_id);
    let full_name = users::first_name.concat(" ").concat(users::last_name);
    let found: Vec<(Uuid, String, String, String)> = users::table
        .filter(users::active)
        .filter(users::id.ne_all(on_team))
        .filter(full_name.ilike(pattern.clone()).or(users::email.ilike(pattern)))
        .order((users::first_name, users::last_name, users::id))
        .limit(CANDIDATES)
        .select((users::id, users::first_name, users::last_name, users::email))
        .load(conn.sql())?;
    let name = |(id, first_name, last_name, email)| UserName {
        id: UserId(id),
        name: format!("{first_name} {last_name}"),
        email,
    };
    Ok(found.into_iter().map(name).collect())
}

/// Puts somebody on the team.
pub fn create(
    conn: &mut TenantConn<'_>,
    project: ProjectId,
    new: &NewTeamMember,
    today: NaiveDate,
) -> Result<TeamMember, ApiError> {
    let found: Option<(String, String)> = users::table
        .filter(users::id.eq(new.user_id.0).and(users::active))
        .select((users::first_name, users::last_name))
        // Nobody is deactivated between this look and the end of the transaction.
        .for_share()
        .first(conn.sql())
        .optional()?;
    let Some((first_name, last_name)) = found else { return Err(ApiError::unknown_reference("/user_id")) };
    let name = format!("{first_name} {last_name}");
    check_function(conn, new.user_id, &name, new.position)?;
    insert(conn, project, new.user_id, &name, new.position)?;
    get(conn, project, new.user_id, today)
}

/// Writes a position that has been checked.
pub fn insert(
    conn: &mut TenantConn<'_>,
    project: ProjectId,
    user: UserId,
    name: &str,
    position: Position,
) -> Result<(), ApiError> {
    let (now, by) = (conn.clock().now(), conn.actor().user());
    diesel::insert_into(project_positions::table)
        .values((
            project_positions::project_id.eq(project.0),
            project_positions::user_id.eq(user.0),
            project_positions::position.eq(position.key()),
            project_positions::created_at.eq(now),
            project_positions::created_by.eq(by),
            project_positions::updated_at.eq(now),
            project_positions::updated_by.eq(by),
        ))
        .execute(conn.sql())
        .map_err(not_unique(UNIQUE))?;
    let after = json!({ "position": position });
    conn.record(Recorded::created(Entity::TeamMember, user, name, &after).on(project));
    Ok(())
}

/// Gives somebody of the team another position.
pub fn update(
    conn: &mut TenantConn<'_>,
    place: ProjectPlace,
    caller: &Caller,
    user: UserId,
    version: i32,
    position: Position,
) -> Result<TeamMember, ApiError> {
    let before = get_version(conn, place, caller, user, version)?;
    if before.position == position {
        return Ok(before);
    }
    check_function(conn, user, &before.user.name, position)?;
    check_manager_stays(conn, place, caller, &before, Some(position))?;
    let (now, by) = (conn.clock().now(), conn.actor().user());
    diesel::update(project_positions::table.find((place.project.0, user.0)))
        .set((
            project_positions::position.eq(position.key()),
            project_positions::version.eq(project_positions::version + 1),
            project_positions::updated_at.eq(now),
            project_positions::updated_by.eq(by),
        ))
        .execute(conn.sql())?;
    let state = |position: Position| json!({ "position": position });
    let (was, is) = (state(before.position), state(position));
    let change = Recorded::updated(Entity::TeamMember, user, &before.user.name, &was, &is);
    conn.record(change.on(place.project));
    get(conn, place.project, user, caller.today())
}

/// Takes somebody off the team.
pub fn delete(
    conn: &mut TenantConn<'_>,
    place: ProjectPlace,
    caller: &Caller,
    user: UserId,
    version: i32,
) -> Result<(), ApiError> {
    let before = get_version(conn, place, caller, user, version)?;
    check_manager_stays(conn, place, caller, &before, None)?;
    diesel::delete(project_positions::table.find((place.project.0, user.0))).execute(conn.sql())?;
    let was = json!({ "position": before.position });
    conn.record(Recorded::deleted(Entity::TeamMember, user, &before.user.name, &was).on(place.project));
    Ok(())
}

fn get_version(
    conn: &mut TenantConn<'_>,
    place: ProjectPlace,
    caller: &Caller,
    user: UserId,
    version: i32,
) -> Result<TeamMember, ApiError> {
    let present = get(conn, place.project, user, caller.today())?;
    if present.version == version { Ok(present) } else { Err(ApiError::stale(&present)) }
}

/// Refuses to make somebody Manager whose roles don't carry the function, and names the roles that would.
fn check_function(
    conn: &mut TenantConn<'_>,
    user: UserId,
    name: &str,
    position: Position,
) -> Result<(), ApiError> {
    let holder = holders(conn, &[user])?.remove(&user).unwrap_or_default();
    if rules::may_hold(&holder, position) {
        return Ok(());
    }
    let ids: Vec<Uuid> = roles::table.select(roles::id).load(conn.sql())?;
    let all = held_roles(conn, &ids)?;
    let would = all.into_iter().filter(|role| role.carries(Function::ProjectManager)).map(|role| role.name);
    let mut violations = Violations::default();
    violations.add("/position", Err(rules::function_missing(name, &would.collect::<Vec<_>>())));
    Err(ApiError::Invalid(violations))
}

/// Refuses to leave a project without a Manager, which only those who see all projects could put right again; they
/// may do it.
fn check_manager_stays(
    conn: &mut TenantConn<'_>,
    place: ProjectPlace,
    caller: &Caller,
    member: &TeamMember,
    becomes: Option<Position>,
) -> Result<(), ApiError> {
    let others: i64 = project_positions::table
        .filter(project_positions::project_id.eq(place.project.0))
        .filter(project_positions::user_id.ne(member.user.id.0))
        .filter(project_positions::position.eq(Position::Manager.key()))
        .count()
        .get_result(conn.sql())?;
    if rules::keeps_manager(others, member.position, becomes)
        || caller.holder().sees_all_projects(caller.today())
    {
        return Ok(());
    }
    Err(ApiError::Conflict(
        ProblemCode::Conflict,
        format!(
            "{} is the last Manager of this project. Make somebody else Manager first.",
            member.user.name
        ),
    ))
}
