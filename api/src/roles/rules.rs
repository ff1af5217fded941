//! The rules of roles: what one may be made of.

use serde::Serialize;
use shared::{
    Language, Menu, Operation, Operations, ProblemCode, Violation, ViolationCode,
    check::{Violations, normal_name},
    licence::Function,
    role::{Grants, NewRole, Role, RoleCopy, RolePatch},
};

use crate::{ApiError, access::person::LicenceRules};

/// Everything of a role that people decide on; also what its history keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoleContent {
    pub name: String,
    pub description: String,
    pub licence_type: String,
    pub functions: Vec<Function>,
    pub default_for_new_users: bool,
    pub grants: Grants,
}

impl RoleContent {
    /// What a new role is to be.
    pub fn of_new(new: NewRole) -> Self {
        Self {
            name: normal_name(&new.name),
            description: new.description.trim().to_owned(),
            licence_type: new.licence_type,
            functions: sorted(new.functions),
            default_for_new_users: new.default_for_new_users,
            grants: closed(new.grants),
        }
    }

    /// What a role is.
    pub fn of(role: &Role) -> Self {
        Self {
            name: role.name.clone(),
            description: role.description.clone(),
            licence_type: role.licence_type.clone(),
            functions: sorted(role.functions.clone()),
            default_for_new_users: role.default_for_new_users,
            grants: role.grants.clone(),
        }
    }

    /// What a role's copy is to be.
    pub fn of_copy(original: &Role, copy: &RoleCopy) -> Self {
        Self { name: normal_name(&copy.name), default_for_new_users: false, ..Self::of(original) }
    }

    /// The role with the patch applied.
    #[must_use]
    pub fn patched(self, patch: RolePatch) -> Self {
        let trimmed = |text: String| text.trim().to_owned();
        Self {
            name: patch.name.map_or(self.name, |name| normal_name(&name)),
            description: patch.description.map_or(self.description, trimmed),
            licence_type: patch.licence_type.unwrap_or(self.licence_type),
            functions: patch.functions.map_or(self.functions, sorted),
            default_for_new_users: patch.default_for_new_users.unwrap_or(self.default_for_new_users),
            grants: patch.grants.map_or(self.grants, closed),
        }
    }

    /// Whether licence type, functions and grants are the same, so that nobody gains or loses anything.
    pub fn allows_the_same_as(&self, other: &Self) -> bool {
        self.licence_type == other.licence_type
            && self.functions == other.functions
            && self.grants == other.grants
    }

    /// What the role grants now and did not grant before. With another licence all of it counts, since that licence
    /// may be valid where the former one was not.
    pub fn granted_beyond(&self, before: &Self) -> Grants {
        if self.licence_type != before.licence_type {
            return self.grants.clone();
        }
        let beyond = |menu: &Menu, operations: &Operations| {
            let former = before.grants.get(menu).copied().unwrap_or_default();
            let new: Vec<Operation> = operations.iter().filter(|one| !former.has(*one)).collect();
            Operations::of(&new)
        };
        self.grants.iter().map(|(menu, operations)| (*menu, beyond(menu, operations))).collect()
    }

    /// Holds functions and grants against the licence type: one violation for each that goes beyond it.
    pub fn check_within(&self, licence: &LicenceRules) -> Violations {
        let mut violations = Violations::default();
        let beyond: Vec<&str> = self
            .functions
            .iter()
            .filter(|function| !licence.functions.contains(function))
            .map(|function| function.key())
            .collect();
        if !beyond.is_empty() {
            let message = format!("The licence does not carry {}.", beyond.join(", "));
            violations.add("/functions", Err(Violation::new(ViolationCode::BeyondLicence, message)));
        }
        for (menu, granted) in &self.grants {
            let ceiling = licence.ceiling.get(menu).copied().unwrap_or_default();
            let names = |keep: &dyn Fn(Operation) -> bool| {
                let kept: Vec<&str> = granted.iter().filter(|one| keep(*one)).map(Operation::key).collect();
                (!kept.is_empty()).then(|| kept.join(", "))
            };
            let locked = names(&|operation| !ceiling.has(operation));
            let meaningless = names(&|operation| menu.meaning(operation, Language::En).is_none());
            let message = match (locked, meaningless) {
                (Some(locked), _) => format!("The licence does not unlock {locked} here."),
                (None, Some(meaningless)) => format!("There is nothing to {meaningless} here."),
                (None, None) => continue,
            };
            let violation = Violation::new(ViolationCode::BeyondLicence, message);
            violations.add(&format!("/grants/{}", menu.key()), Err(violation));
        }
        violations
    }
}

/// Whether a role may be deleted.
pub fn may_delete(role: &Role) -> Result<(), ApiError> {
    if role.holders > 0 {
        let detail = format!("{} people hold this role. Give them another one first.", role.holders);
        return Err(ApiError::Conflict(ProblemCode::InUse, detail));
    }
    if role.default_for_new_users {
        let detail = "New users get this role. Make another one the default first.";
        return Err(ApiError::Conflict(ProblemCode::Conflict, detail.to_owned()));
    }
    Ok(())
}

/// Grants with View where another operation implies it, without menus on which nothing is granted.
fn closed(grants: Grants) -> Grants {
    grants
        .into_iter()
        .map(|(menu, operations): (_, Operations)| (menu, operations.closed()))
        .filter(|(_, operations)| !operations.is_empty())
        .collect()
}

fn sorted(mut functions: Vec<Function>) -> Vec<Function> {
    functions.sort_unstable();
    functions
}

#[cfg(test)]
mod tests;
