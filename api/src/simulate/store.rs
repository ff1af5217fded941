//! Reading people as they are, and making of them what they would be.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use diesel::{dsl::count_star, prelude::*};
use shared::{
    Position,
    access::simulate::{AccessChange, LicenceChange, Simulation},
    ids::{LicenceId, RoleId, UserId},
    role::RolePatch,
    user::UserName,
};
use uuid::Uuid;

use crate::{
    ApiError,
    access::{
        Caller,
        person::Holder,
        simulate::{Somebody, first_difference, simulate},
        store::{held_roles, holders},
    },
    db::{
        TenantConn,
        schema::{project_positions, projects, roles, user_roles, users},
    },
    licences::{self, Candidate, SeatMove},
    roles as roles_domain, users as people,
};

/// What the patch of a role would come to.
pub fn role(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    id: RoleId,
    patch: RolePatch,
) -> Result<Simulation, ApiError> {
    let changed = roles_domain::changed(conn, caller, id, patch)?;
    let all = concerned(conn, Concerned::HoldersOf(id))?;
    let present = present(conn, &all)?;
    let become_other = |holder: &Holder| {
        let roles =
            holder.roles.iter().map(|role| if role.id == id { changed.clone() } else { role.clone() });
        Holder { roles: roles.collect(), ..holder.clone() }
    };
    let after = |row: &Row, holder: &Holder| (row.candidate, become_other(holder));
    outcome(conn, caller.today(), &all, &present, after)
}

/// What another access of one person would come to.
pub fn user(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    id: UserId,
    change: AccessChange,
) -> Result<Simulation, ApiError> {
    let changed = people::changed(conn, caller, id, change)?;
    let ids: Vec<Uuid> = changed.roles.iter().map(|role| role.id.0).collect();
    let roles = held_roles(conn, &ids)?;
    let all = concerned(conn, Concerned::Only(id))?;
    let present = present(conn, &all)?;
    let candidate = Candidate {
        active: changed.active,
        no_login: changed.no_login,
        company_admin: changed.company_admin,
    };
    let after = |_: &Row, holder: &Holder| {
        let (company_admin, roles) = (changed.company_admin, roles.clone());
        (candidate, Holder { company_admin, roles, ..holder.clone() })
    };
    outcome(conn, caller.today(), &all, &present, after)
}

/// What other seats or another end of a licence would come to, on the first day on which it makes a difference.
pub fn licence(
    conn: &mut TenantConn<'_>,
    today: NaiveDate,
    id: LicenceId,
    change: LicenceChange,
) -> Result<Simulation, ApiError> {
    let changed = licences::changed(conn, id, change)?;
    let day = first_difference(&changed.validity_before, &changed.validity_after, today).unwrap_or(today);
    let all = concerned(conn, Concerned::Licensed(&changed.licence_type))?;
    let present = present(conn, &all)?;
    let after = |row: &Row, holder: &Holder| {
        let mut holder = holder.clone();
        for role in holder.roles.iter_mut().filter(|role| role.licence.key == changed.licence_type) {
            role.validity.clone_from(&changed.validity_after);
        }
        (row.candidate, holder)
    };
    let simulation = outcome(conn, day, &all, &present, after)?;
    let seats = licences::held_effect(conn, &changed, day)?;
    // Fewer seats than are used are allowed; they stop further growth.
    Ok(Simulation { seats: seats.into_iter().collect(), refused: None, ..simulation })
}

/// Whom a change concerns.
#[derive(Clone, Copy)]
enum Concerned<'a> {
    Only(UserId),
    HoldersOf(RoleId),
    /// Those who hold a role of this licence type.
    Licensed(&'a str),
}

struct Row {
    user: UserName,
    candidate: Candidate,
}

impl Row {
    /// What the person holds; whoever cannot sign in, nothing.
    fn holding(candidate: Candidate, holder: &Holder) -> Holder {
        if candidate.active && !candidate.no_login { holder.clone() } else { Holder::default() }
    }
}

/// Id, first and last name, e-mail; whether active, without sign-in, company admin.
type Columns = (Uuid, String, String, String, bool, bool, bool);

/// Those concerned, by name.
fn concerned(conn: &mut TenantConn<'_>, which: Concerned<'_>) -> Result<Vec<Row>, ApiError> {
    let all = users::table.into_boxed();
    let chosen = match which {
        Concerned::Only(user) => all.filter(users::id.eq(user.0)),
        Concerned::HoldersOf(role) => {
            let held = user_roles::table.filter(user_roles::role_id.eq(role.0));
            all.filter(users::id.eq_any(held.select(user_roles::user_id)))
        }
        Concerned::Licensed(licence_type) => {
            let held = user_roles::table.inner_join(roles::table);
            let held = held.filter(roles::licence_type.eq(licence_type.to_owned()));
            all.filter(users::id.eq_any(held.select(user_roles::user_id)))
        }
    };
    let rows: Vec<Columns> = chosen
        .order((users::last_name, users::first_name, users::id))
        .select((
            users::id,
            users::first_name,
            users::last_name,
            users::email,
            users::active,
            users::no_login,
            users::company_admin,
        ))
        .load(conn.sql())?;
    let row = |(id, first_name, last_name, email, active, no_login, company_admin): Columns| Row {
        user: UserName { id: UserId(id), name: format!("{first_name} {last_name}"), email },
        candidate: Candidate { active, no_login, company_admin },
    };
    Ok(rows.into_iter().map(row).collect())
}

/// What they hold, and on how many projects they have which position.
struct Present {
    holders: HashMap<UserId, Holder>,
    positions: HashMap<Uuid, BTreeMap<Position, i64>>,
    projects: i64,
}

fn present(conn: &mut TenantConn<'_>, people: &[Row]) -> Result<Present, ApiError> {
    let ids: Vec<UserId> = people.iter().map(|row| row.user.id).collect();
    let raw: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let counted: Vec<(Uuid, String, i64)> = project_positions::table
        .filter(project_positions::user_id.eq_any(raw))
        .group_by((project_positions::user_id, project_positions::position))
        .select((project_positions::user_id, project_positions::position, count_star()))
        .load(conn.sql())?;
    let mut positions: HashMap<Uuid, BTreeMap<Position, i64>> = HashMap::new();
    for (user, position, projects) in counted {
        if let Some(position) = Position::from_key(&position) {
            positions.entry(user).or_default().insert(position, projects);
        }
    }
    let projects = projects::table.count().get_result(conn.sql())?;
    Ok(Present { holders: holders(conn, &ids)?, positions, projects })
}

fn outcome(
    conn: &mut TenantConn<'_>,
    day: NaiveDate,
    all: &[Row],
    present: &Present,
    after: impl Fn(&Row, &Holder) -> (Candidate, Holder),
) -> Result<Simulation, ApiError> {
    let (mut people, mut moves) = (Vec::new(), Vec::new());
    for row in all {
        let before = present.holders.get(&row.user.id).cloned().unwrap_or_default();
        let (candidate, after) = after(row, &before);
        moves.push(SeatMove::of((row.candidate, &before), (candidate, &after)));
        let opens = |candidate: Candidate| candidate.active && !candidate.no_login;
        if !opens(row.candidate) && !opens(candidate) {
            continue;
        }
        people.push(Somebody {
            user: row.user.clone(),
            before: Row::holding(row.candidate, &before),
            after: Row::holding(candidate, &after),
            positions: present.positions.get(&row.user.id.0).cloned().unwrap_or_default(),
        });
    }
    let outcome = simulate(&people, present.projects, day);
    let (seats, refused) = licences::seat_effects(conn, day, &moves)?;
    Ok(Simulation {
        day,
        people: i64::try_from(people.len()).map_err(ApiError::internal)?,
        gaining: outcome.gaining,
        losing: outcome.losing,
        screens: outcome.screens,
        effects: outcome.effects,
        seats,
        refused,
    })
}
