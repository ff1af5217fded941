//! Roles in the database.

mod read;

use chrono::NaiveDate;
use diesel::prelude::*;
use shared::{
    ViolationCode,
    ids::RoleId,
    role::{Grants, NewRole, Role, RoleCopy, RolePatch},
};

pub use read::{choices, get, list};

use super::rules::{self, RoleContent};
use crate::{
    ApiError,
    access::{
        Caller,
        person::HeldRole,
        store::{held_roles, licence_rules, licence_validity},
    },
    db::{
        AccessScope, Entity, TenantConn,
        record::Recorded,
        schema::{role_grants, roles},
        unique::{not_unique, reference_gone},
    },
    general_data::lock_organization,
    licences::seats::{self, Concerned},
};

const UNIQUE: &[(&str, &str)] = &[("roles_by_name", "/name")];

/// Makes a role.
pub fn create(conn: &mut TenantConn<'_>, caller: &Caller, new: NewRole) -> Result<Role, ApiError> {
    let content = RoleContent::of_new(new);
    check_within_licence(conn, &content)?;
    check_hands_out(caller, &content.grants)?;
    insert(conn, &content, caller.today())
}

/// Makes a role with everything of another one but its name.
pub fn copy(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    original: RoleId,
    copy: &RoleCopy,
) -> Result<Role, ApiError> {
    let original = get(conn, original, caller.today())?;
    check_hands_out(caller, &original.grants)?;
    insert(conn, &RoleContent::of_copy(&original, copy), caller.today())
}

/// Applies the patch to the version that was read.
pub fn update(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    id: RoleId,
    version: i32,
    patch: RolePatch,
) -> Result<Role, ApiError> {
    let today = caller.today();
    // The locks in their one order: seats, organization, the role itself.
    // Invitations keep seats of the role that is the default.
    let moves_seats = patch.licence_type.is_some() || patch.default_for_new_users.is_some();
    let seats = if moves_seats { Some(seats::lock(conn, today)?) } else { None };
    if patch.default_for_new_users.is_some() {
        lock_organization(conn)?;
    }
    let role = get_locked(conn, id, version, today)?;
    let before = RoleContent::of(&role);
    let after = before.clone().patched(patch);
    if after == before {
        return Ok(role);
    }
    check_change(conn, caller, &before, &after)?;
    if after.default_for_new_users && !before.default_for_new_users {
        take_default_away(conn, today)?;
    }
    save(conn, id, &after)?;
    if after.grants != before.grants {
        diesel::delete(role_grants::table.filter(role_grants::role_id.eq(id.0))).execute(conn.sql())?;
        insert_grants(conn, id, &after)?;
    }
    if let Some(seats) = seats {
        seats::settle(conn, &seats, Concerned::HoldersOf(id))?;
    }
    conn.record(Recorded::updated(Entity::Role, id, &after.name, &before, &after));
    conn.access_changed(AccessScope::Everyone);
    get(conn, id, today)
}

/// Deletes the version that was read, where nobody holds it and it is not the default.
pub fn delete(conn: &mut TenantConn<'_>, id: RoleId, version: i32, today: NaiveDate) -> Result<(), ApiError> {
    let role = get_locked(conn, id, version, today)?;
    rules::may_delete(&role)?;
    diesel::delete(roles::table.filter(roles::id.eq(id.0))).execute(conn.sql()).map_err(reference_gone)?;
    conn.record(Recorded::deleted(Entity::Role, id, &role.name, &RoleContent::of(&role)));
    Ok(())
}

/// The role, held still: from now on nobody is given it, and what is read of it stays so.
fn get_locked(
    conn: &mut TenantConn<'_>,
    id: RoleId,
    version: i32,
    today: NaiveDate,
) -> Result<Role, ApiError> {
    let _locked: uuid::Uuid =
        roles::table.filter(roles::id.eq(id.0)).select(roles::id).for_update().first(conn.sql())?;
    let role = get(conn, id, today)?;
    if role.version == version {
        Ok(role)
    } else {
        Err(ApiError::Stale(serde_json::to_value(&role).map_err(ApiError::internal)?))
    }
}

/// The role with the patch, as its holders would hold it; refused as the change itself would be. Nothing is written.
pub fn changed(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    id: RoleId,
    patch: RolePatch,
) -> Result<HeldRole, ApiError> {
    let before = RoleContent::of(&get(conn, id, caller.today())?);
    let after = before.clone().patched(patch);
    check_change(conn, caller, &before, &after)?;
    let held = held_roles(conn, &[id.0])?.pop().ok_or(ApiError::NotFound)?;
    // What was not changed is within a licence type that there is; a changed one has been looked up above.
    let licence = licence_rules(conn)?.remove(&after.licence_type).unwrap_or(held.licence);
    let validity = licence_validity(conn)?.remove(&after.licence_type).unwrap_or_default();
    let RoleContent { name, functions, grants, .. } = after;
    Ok(HeldRole { name, licence, validity, functions, grants, ..held })
}

/// Whether the caller may make this of the role.
fn check_change(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    before: &RoleContent,
    after: &RoleContent,
) -> Result<(), ApiError> {
    if after.default_for_new_users && !before.default_for_new_users {
        // Whoever comes in by an invitation gets it, and nobody is asked then.
        check_hands_out(caller, &after.grants)?;
    }
    if after.allows_the_same_as(before) {
        return Ok(());
    }
    check_within_licence(conn, after)?;
    // Nor does anybody make less of those who may decide more: their accounts would be open to them next.
    caller
        .holder()
        .check_not_below(&before.granted_beyond(after), caller.today())
        .map_err(ApiError::Forbidden)?;
    check_hands_out(caller, &after.granted_beyond(before))
}

fn check_within_licence(conn: &mut TenantConn<'_>, content: &RoleContent) -> Result<(), ApiError> {
    let types = licence_rules(conn)?;
    let Some(licence) = types.get(&content.licence_type) else {
        let message = format!("One of {} is needed.", types.into_keys().collect::<Vec<_>>().join(", "));
        return Err(ApiError::invalid("/licence_type", ViolationCode::NotFound, message));
    };
    let violations = content.check_within(licence);
    if violations.is_empty() { Ok(()) } else { Err(ApiError::Invalid(violations)) }
}

/// Nobody puts into a role what they may not do themself of administration.
fn check_hands_out(caller: &Caller, grants: &Grants) -> Result<(), ApiError> {
    caller.holder().check_hands_out(grants, caller.today()).map_err(ApiError::Forbidden)
}

/// The role that was the default is so no longer.
fn take_default_away(conn: &mut TenantConn<'_>, today: NaiveDate) -> Result<(), ApiError> {
    let former: Option<uuid::Uuid> =
        roles::table.filter(roles::default_for_new_users).select(roles::id).first(conn.sql()).optional()?;
    let Some(former) = former.map(RoleId) else { return Ok(()) };
    let before = RoleContent::of(&get(conn, former, today)?);
    let after = RoleContent { default_for_new_users: false, ..before.clone() };
    save(conn, former, &after)?;
    conn.record(Recorded::updated(Entity::Role, former, &after.name, &before, &after));
    Ok(())
}

fn insert(conn: &mut TenantConn<'_>, content: &RoleContent, today: NaiveDate) -> Result<Role, ApiError> {
    // Invitations keep seats of the role that is the default.
    let seats = if content.default_for_new_users { Some(seats::lock(conn, today)?) } else { None };
    if content.default_for_new_users {
        lock_organization(conn)?;
        take_default_away(conn, today)?;
    }
    let (id, now) = (RoleId(conn.clock().new_id()), conn.clock().now());
    let user = conn.actor().user();
    diesel::insert_into(roles::table)
        .values((
            roles::id.eq(id.0),
            roles::name.eq(&content.name),
            roles::description.eq(&content.description),
            roles::licence_type.eq(&content.licence_type),
            roles::functions.eq(function_keys(content)),
            roles::default_for_new_users.eq(content.default_for_new_users),
            roles::created_at.eq(now),
            roles::created_by.eq(user),
            roles::updated_at.eq(now),
            roles::updated_by.eq(user),
        ))
        .execute(conn.sql())
        .map_err(not_unique(UNIQUE))?;
    insert_grants(conn, id, content)?;
    if let Some(seats) = seats {
        seats::settle(conn, &seats, Concerned::HoldersOf(id))?;
    }
    conn.record(Recorded::created(Entity::Role, id, &content.name, content));
    get(conn, id, today)
}

fn save(conn: &mut TenantConn<'_>, id: RoleId, content: &RoleContent) -> Result<(), ApiError> {
    let (now, user) = (conn.clock().now(), conn.actor().user());
    let rows = diesel::update(roles::table.filter(roles::id.eq(id.0)))
        .set((
            roles::name.eq(&content.name),
            roles::description.eq(&content.description),
            roles::licence_type.eq(&content.licence_type),
            roles::functions.eq(function_keys(content)),
            roles::default_for_new_users.eq(content.default_for_new_users),
            roles::version.eq(roles::version + 1),
            roles::updated_at.eq(now),
            roles::updated_by.eq(user),
        ))
        .execute(conn.sql())
        .map_err(not_unique(UNIQUE))?;
    if rows == 1 { Ok(()) } else { Err(ApiError::NotFound) }
}

fn insert_grants(conn: &mut TenantConn<'_>, id: RoleId, content: &RoleContent) -> Result<(), ApiError> {
    let rows: Vec<_> = content
        .grants
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
    Ok(())
}

fn function_keys(content: &RoleContent) -> Vec<&'static str> {
    content.functions.iter().map(|function| function.key()).collect()
}
