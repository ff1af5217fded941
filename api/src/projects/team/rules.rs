//! Who may be Manager, and that a project keeps one.

use shared::{Position, Violation, ViolationCode, licence::Function};

use crate::access::person::Holder;

/// Whether somebody may be given this position. To be Manager takes a role that carries the function; whether its
/// licence is valid today does not matter here, since the position counts for less while it is not.
pub fn may_hold(holder: &Holder, position: Position) -> bool {
    position != Position::Manager
        || holder.company_admin
        || holder.roles.iter().any(|role| role.carries(Function::ProjectManager))
}

/// Why somebody cannot be Manager, with the roles of the organization that would let them.
pub fn function_missing(person: &str, roles_that_would: &[String]) -> Violation {
    let roles = match roles_that_would {
        [] => "No role of the organization carries it.".to_owned(),
        names => format!("These would: {}.", names.join(", ")),
    };
    let message = format!("None of the roles of {person} carries the function of a project manager. {roles}");
    Violation::new(ViolationCode::FunctionMissing, message)
}

/// Whether a project keeps a Manager when somebody's position becomes another one, or none. A project that has none
/// may stay without.
pub fn keeps_manager(other_managers: i64, was: Position, becomes: Option<Position>) -> bool {
    other_managers > 0 || was != Position::Manager || becomes == Some(Position::Manager)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use shared::{ids::RoleId, licence::Reach};

    use super::*;
    use crate::access::person::{HeldRole, LicenceRules};

    /// A role with these functions under a licence with those, which is valid on no day.
    fn role(functions: &[Function], licence_functions: &[Function]) -> HeldRole {
        HeldRole {
            id: RoleId(uuid::Uuid::nil()),
            name: "A role".to_owned(),
            licence: LicenceRules {
                key: "a_licence".to_owned(),
                rank: 1,
                functions: licence_functions.to_vec(),
                reach: Reach::Own,
                highest_position: Position::Manager,
                ceiling: BTreeMap::new(),
            },
            validity: Vec::new(),
            functions: functions.to_vec(),
            grants: BTreeMap::new(),
        }
    }

    #[test]
    fn a_manager_needs_the_function() {
        use Function::{ProjectManager, ServiceManager};
        use Position::{Guest, Manager, TeamMember};
        let carrying = || role(&[ProjectManager], &[ProjectManager, ServiceManager]);
        let service = || role(&[ServiceManager], &[ProjectManager, ServiceManager]);
        // The licence type has lost the function since the role was given it.
        let beyond = || role(&[ProjectManager], &[]);
        for (case, company_admin, roles, position, expected) in [
            ("a role carries it", false, vec![carrying()], Manager, true),
            ("one of two roles carries it", false, vec![service(), carrying()], Manager, true),
            ("another function", false, vec![service()], Manager, false),
            ("beyond the licence", false, vec![beyond()], Manager, false),
            ("no role", false, vec![], Manager, false),
            ("company admin", true, vec![], Manager, true),
            ("team member needs none", false, vec![], TeamMember, true),
            ("guest needs none", false, vec![service()], Guest, true),
        ] {
            let holder = Holder { company_admin, members_see_money: false, roles, scopes: None };
            assert_eq!(may_hold(&holder, position), expected, "{case}");
        }
    }

    #[test]
    fn the_roles_that_would_are_named() {
        for (roles, expected) in [
            (vec![], "No role of the organization carries it."),
            (vec!["Full Access".to_owned()], "These would: Full Access."),
            (vec!["Full Access".to_owned(), "PMO".to_owned()], "These would: Full Access, PMO."),
        ] {
            let violation = function_missing("Ana Ruiz", &roles);
            assert_eq!(violation.code, ViolationCode::FunctionMissing);
            assert!(violation.message.contains("Ana Ruiz"), "{}", violation.message);
            assert!(violation.message.ends_with(expected), "{}", violation.message);
        }
    }

    #[test]
    fn the_last_manager_stays() {
        use Position::{Guest, Manager, TeamMember};
        for (others, was, becomes, expected) in [
            (0, Manager, None, false),
            (0, Manager, Some(TeamMember), false),
            (0, Manager, Some(Guest), false),
            (0, Manager, Some(Manager), true),
            (1, Manager, None, true),
            (1, Manager, Some(Guest), true),
            (0, TeamMember, None, true),
            (0, Guest, Some(TeamMember), true),
            (0, TeamMember, Some(Manager), true),
        ] {
            assert_eq!(keeps_manager(others, was, becomes), expected, "{others} {was:?} {becomes:?}");
        }
    }
}
