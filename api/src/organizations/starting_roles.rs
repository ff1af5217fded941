//! The roles that every new organization starts with. All may be changed, copied and deleted afterwards.

use std::collections::BTreeMap;

use diesel::prelude::*;
use shared::{Menu, Operation, Operations, ids::RoleId, licence::Function};

use crate::{
    ApiError,
    access::store::licence_rules,
    db::{
        Entity, TenantConn,
        record::Recorded,
        schema::{role_grants, roles},
    },
};

struct StartingRole {
    name: &'static str,
    description: &'static str,
    licence_type: &'static str,
    functions: &'static [Function],
    default_for_new_users: bool,
}

const STARTING_ROLES: [StartingRole; 5] = [
    StartingRole {
        name: "Full Access",
        description: "Sees and changes everything in the organization.",
        licence_type: "full_access",
        functions: &Function::ALL,
        default_for_new_users: false,
    },
    StartingRole {
        name: "Corporate Portfolio Access",
        description: "Sees all programs, projects and services, and changes none.",
        licence_type: "portfolio_access",
        functions: &[],
        default_for_new_users: false,
    },
    StartingRole {
        name: "Project Manager",
        description: "Creates projects and services and leads those on which they are Manager.",
        licence_type: "project_manager",
        functions: &[Function::ProjectManager, Function::ServiceManager],
        default_for_new_users: false,
    },
    StartingRole {
        name: "Team Member",
        description: "Reads the projects they work on, and reports on their own tasks.",
        licence_type: "team_member",
        functions: &[],
        default_for_new_users: true,
    },
    StartingRole {
        name: "Project Guest",
        description: "Sees what a project shows to guests.",
        licence_type: "project_guest",
        functions: &[],
        default_for_new_users: false,
    },
];

/// Inserts the starting roles: each grants what its licence unlocks, where the operation means something.
pub fn insert(conn: &mut TenantConn<'_>) -> Result<(), ApiError> {
    let types = licence_rules(conn)?;
    for role in STARTING_ROLES {
        let ceiling = types.get(role.licence_type).map(|rules| rules.ceiling.clone()).unwrap_or_default();
        insert_role(conn, &role, &granted(&ceiling))?;
    }
    Ok(())
}

/// The ceiling without operations that mean nothing on their screen.
fn granted(ceiling: &BTreeMap<Menu, Operations>) -> BTreeMap<Menu, Operations> {
    ceiling
        .iter()
        .map(|(menu, ceiling)| {
            let meaningful: Vec<Operation> = ceiling
                .iter()
                .filter(|operation| menu.meaning(*operation, shared::Language::En).is_some())
                .collect();
            (*menu, Operations::of(&meaningful))
        })
        .filter(|(_, operations)| !operations.is_empty())
        .collect()
}

fn insert_role(
    conn: &mut TenantConn<'_>,
    role: &StartingRole,
    grants: &BTreeMap<Menu, Operations>,
) -> Result<(), ApiError> {
    let (id, now) = (RoleId(conn.clock().new_id()), conn.clock().now());
    let functions: Vec<&str> = role.functions.iter().map(|function| function.key()).collect();
    diesel::insert_into(roles::table)
        .values((
            roles::id.eq(id.0),
            roles::name.eq(role.name),
            roles::description.eq(role.description),
            roles::licence_type.eq(role.licence_type),
            roles::functions.eq(&functions),
            roles::default_for_new_users.eq(role.default_for_new_users),
            roles::created_at.eq(now),
            roles::updated_at.eq(now),
        ))
        .execute(conn.sql())?;
    let rows: Vec<_> = grants
        .iter()
        .map(|(menu, operations)| {
            (
                role_grants::role_id.eq(id.0),
                role_grants::menu.eq(menu.key()),
                role_grants::can_insert.eq(operations.insert),
                role_grants::can_update.eq(operations.update),
                role_grants::can_delete.eq(operations.delete),
                role_grants::can_view.eq(operations.view),
            )
        })
        .collect();
    diesel::insert_into(role_grants::table).values(&rows).execute(conn.sql())?;
    let made = serde_json::json!({"name": role.name, "licence_type": role.licence_type, "functions": functions,
        "default_for_new_users": role.default_for_new_users, "grants": grants});
    conn.record(Recorded::created(Entity::Role, id, role.name, &made));
    Ok(())
}
