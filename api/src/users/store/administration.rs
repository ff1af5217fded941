//! Nobody hands out administration that they do not hold: what is asked of roles that are given, and of whoever would
//! get into the account of somebody who may decide more.

use shared::{
    ids::{RoleId, UserId},
    user::{User, UserPatch},
};

use crate::{
    ApiError,
    access::{
        Caller,
        person::Holder,
        store::{held_roles, holders},
    },
    db::TenantConn,
    users::rules::{self, Asking},
};

/// Whether the caller may change this of the person now: where it needs their password once more, that too.
pub fn check_change(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    present: &User,
    patch: &UserPatch,
) -> Result<(), ApiError> {
    check_permitted(conn, caller, present, patch)?;
    if rules::opens_sign_in(present, patch) {
        // By a token nobody is let in who stays when it is revoked.
        caller.session()?;
    }
    if rules::needs_confirmation(present, patch) {
        return caller.check_confirmed();
    }
    check_given_confirmed(conn, caller, &rules::newly_given(present, patch))
}

/// Whether the caller may change this of the person.
pub fn check_permitted(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    present: &User,
    patch: &UserPatch,
) -> Result<(), ApiError> {
    rules::check_change(Asking::of(caller), present, patch)?;
    if rules::opens_the_door(present, patch) || rules::takes_roles(present, patch) {
        check_not_above(conn, caller, present.id)?;
    }
    check_given(conn, caller, &rules::newly_given(present, patch))
}

/// Whether the caller may give these roles to somebody who does not have them. The roles are held by now, so that
/// nobody makes more of them meanwhile.
pub fn check_given(conn: &mut TenantConn<'_>, caller: &Caller, roles: &[RoleId]) -> Result<(), ApiError> {
    if roles.is_empty() || caller.holder().company_admin {
        return Ok(());
    }
    let ids: Vec<uuid::Uuid> = roles.iter().map(|role| role.0).collect();
    let given = Holder { roles: held_roles(conn, &ids)?, ..Holder::default() };
    caller.holder().check_hands_out(&given.unlocked(), caller.today()).map_err(ApiError::Forbidden)
}

/// Roles with administration are given by whoever has shown their password a moment ago: an access token that leaked is
/// not enough to make somebody who may decide.
pub fn check_given_confirmed(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    roles: &[RoleId],
) -> Result<(), ApiError> {
    if roles.is_empty() {
        return Ok(());
    }
    let ids: Vec<uuid::Uuid> = roles.iter().map(|role| role.0).collect();
    let given = Holder { roles: held_roles(conn, &ids)?, ..Holder::default() };
    if given.unlocks_administration() { caller.check_confirmed() } else { Ok(()) }
}

/// Whether the person decides over nothing that the caller does not decide over too.
pub fn check_not_above(conn: &mut TenantConn<'_>, caller: &Caller, user: UserId) -> Result<(), ApiError> {
    if caller.holder().company_admin {
        return Ok(());
    }
    let Some(person) = holders(conn, &[user])?.remove(&user) else { return Err(ApiError::NotFound) };
    caller.holder().check_not_below(&person.unlocked(), caller.today()).map_err(ApiError::Forbidden)
}
