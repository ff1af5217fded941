//! The rules of people: who may change what of whom.

use std::collections::HashSet;

use shared::{
    Menu, Operation, ProblemCode,
    access::{Denial, DenialReason},
    check::{normal_email, normal_name},
    ids::{RoleId, UserId},
    role::RoleName,
    user::{User, UserPatch},
};

use crate::{ApiError, access::Caller};

/// Who asks for a change.
#[derive(Debug, Clone, Copy)]
pub struct Asking {
    /// The person.
    pub user: UserId,
    /// Whether they have complete access.
    pub company_admin: bool,
}

impl Asking {
    /// The person who asks.
    pub fn of(caller: &Caller) -> Self {
        Self { user: caller.user(), company_admin: caller.holder().company_admin }
    }
}

/// Whether this may be changed. Only company admins make and unmake company admins, and what would let somebody in
/// as a company admin, or keep one out, is theirs too: e-mail, password, sign-in. One's own password is changed in
/// the profile, where the old one is asked for.
pub fn check_change(asking: Asking, present: &User, patch: &UserPatch) -> Result<(), ApiError> {
    check_not_erased(present)?;
    let makes_or_unmakes_admin = patch.company_admin.is_some_and(|wanted| wanted != present.company_admin);
    let opens_an_admins_door = present.company_admin && opens_the_door(present, patch);
    if (makes_or_unmakes_admin || opens_an_admins_door) && !asking.company_admin {
        return Err(company_admin_only());
    }
    if asking.user == present.id && patch.password.is_some() {
        return Err(conflict("Change your own password in your profile, where the old one is asked for."));
    }
    if asking.user == present.id && !present.no_login && patch.no_login == Some(true) {
        return Err(conflict("You cannot take your own sign-in away. Ask somebody else to do it."));
    }
    if asking.user == present.id && !asking.company_admin && changes_roles(present, patch) {
        return Err(conflict(
            "You cannot change your own roles. Ask a company admin or somebody else to do it.",
        ));
    }
    Ok(())
}

/// Whether the patch would let somebody in as this person, or keep them out.
pub fn opens_the_door(present: &User, patch: &UserPatch) -> bool {
    patch.password.is_some()
        || patch.email.as_ref().is_some_and(|email| normal_email(email) != present.email)
        || patch.no_login.is_some_and(|wanted| wanted != present.no_login)
}

/// Whether the patch changes by what the person comes in, or gives or takes complete access: then whoever asks has to
/// have shown their own password a moment ago.
pub fn needs_confirmation(present: &User, patch: &UserPatch) -> bool {
    patch.password.is_some()
        || patch.email.as_ref().is_some_and(|email| normal_email(email) != present.email)
        || patch.company_admin.is_some_and(|wanted| wanted != present.company_admin)
}

/// The roles of the patch that the person does not have yet.
pub fn newly_given(present: &User, patch: &UserPatch) -> Vec<RoleId> {
    let held: HashSet<RoleId> = present.roles.iter().map(|role| role.id).collect();
    patch.roles.iter().flatten().copied().filter(|role| !held.contains(role)).collect()
}

/// Whether the patch takes roles away that the person has.
pub fn takes_roles(present: &User, patch: &UserPatch) -> bool {
    let takes = |wanted: &Vec<RoleId>| present.roles.iter().any(|role| !wanted.contains(&role.id));
    patch.roles.as_ref().is_some_and(takes)
}

/// Whether somebody who cannot sign in could from now on.
pub fn opens_sign_in(present: &User, patch: &UserPatch) -> bool {
    present.no_login && patch.no_login == Some(false)
}

fn changes_roles(present: &User, patch: &UserPatch) -> bool {
    let held: HashSet<RoleId> = present.roles.iter().map(|role| role.id).collect();
    patch.roles.as_ref().is_some_and(|wanted| wanted.iter().copied().collect::<HashSet<_>>() != held)
}

/// Whether the person may be erased: whoever still works here is deactivated first.
pub fn check_erasure(asking: Asking, present: &User) -> Result<(), ApiError> {
    if present.company_admin && !asking.company_admin {
        return Err(company_admin_only());
    }
    check_not_erased(present)?;
    if present.active {
        return Err(conflict("Deactivate this person first. Whoever is active cannot be erased."));
    }
    Ok(())
}

/// What was erased is nobody any more.
fn check_not_erased(present: &User) -> Result<(), ApiError> {
    if present.erased {
        return Err(conflict("This person was erased. Nothing of them can be changed or brought back."));
    }
    Ok(())
}

/// Whether the person may be deactivated or reactivated. To let a company admin in again is to give complete access.
pub fn check_activity(asking: Asking, present: &User, wanted: bool) -> Result<(), ApiError> {
    check_not_erased(present)?;
    if present.company_admin && !asking.company_admin {
        return Err(company_admin_only());
    }
    if asking.user == present.id && !wanted {
        return Err(conflict("You cannot deactivate yourself. Ask somebody else to do it."));
    }
    Ok(())
}

/// Whether the person is one of those of whom one must remain.
pub fn is_acting_admin(user: &User) -> bool {
    user.company_admin && user.active && !user.no_login
}

/// Whether a patch could make somebody no longer an acting company admin: then the organization is locked first.
pub fn may_end_admin(patch: &UserPatch) -> bool {
    patch.company_admin == Some(false) || patch.no_login == Some(true)
}

/// The person with the patch applied; the roles have been looked up already.
pub fn apply(present: &User, patch: UserPatch, roles: Option<Vec<RoleName>>) -> User {
    let normal = |text: String| normal_name(&text);
    User {
        email: patch.email.map_or_else(|| present.email.clone(), |email| normal_email(&email)),
        first_name: patch.first_name.map_or_else(|| present.first_name.clone(), normal),
        last_name: patch.last_name.map_or_else(|| present.last_name.clone(), normal),
        language: patch.language.unwrap_or(present.language),
        no_login: patch.no_login.unwrap_or(present.no_login),
        company_admin: patch.company_admin.unwrap_or(present.company_admin),
        roles: roles.unwrap_or_else(|| present.roles.clone()),
        ..present.clone()
    }
}

/// The answer where the last acting company admin would be gone.
pub fn last_company_admin() -> ApiError {
    let detail =
        "This is the last company admin who is active and can sign in. Make somebody else one first.";
    ApiError::Conflict(ProblemCode::LastCompanyAdmin, detail.to_owned())
}

/// The answer to whoever is none.
pub fn company_admin_only() -> ApiError {
    ApiError::Forbidden(Denial {
        menu: Menu::ManageAccount,
        operation: Operation::Update,
        reason: DenialReason::CompanyAdminOnly,
        roles: Vec::new(),
        position: None,
    })
}

fn conflict(detail: &str) -> ApiError {
    ApiError::Conflict(ProblemCode::Conflict, detail.to_owned())
}

#[cfg(test)]
mod tests;
