//! Tables of cases for what a role may be made of.

use std::collections::BTreeMap;

use chrono::DateTime;
use shared::{Menu, Position, ids::RoleId, licence::Reach};
use uuid::Uuid;

use super::*;

fn content(functions: &[Function], grants: &[(Menu, Operations)]) -> RoleContent {
    RoleContent {
        name: "Planner".to_owned(),
        description: String::new(),
        licence_type: "project_manager".to_owned(),
        functions: functions.to_vec(),
        default_for_new_users: false,
        grants: grants.iter().copied().collect(),
    }
}

fn licence() -> LicenceRules {
    LicenceRules {
        key: "project_manager".to_owned(),
        rank: 30,
        functions: vec![Function::ProjectManager],
        reach: Reach::Own,
        highest_position: Position::Manager,
        ceiling: BTreeMap::from([
            (Menu::Projects, Operations::ALL),
            (Menu::Users, Operations::VIEW),
            (Menu::GeneralData, Operations::ALL),
        ]),
    }
}

#[test]
fn what_goes_beyond_the_licence_is_named() {
    let update = Operations::VIEW.with(Operation::Update);
    let insert = Operations::VIEW.with(Operation::Insert);
    for (role, expected) in [
        (content(&[], &[]), vec![]),
        (content(&[Function::ProjectManager], &[(Menu::Projects, Operations::ALL)]), vec![]),
        (content(&[], &[(Menu::Users, Operations::VIEW)]), vec![]),
        (content(&[Function::ProgramManager], &[]), vec!["/functions"]),
        (content(&[], &[(Menu::Users, update)]), vec!["/grants/users"]),
        (content(&[], &[(Menu::Clients, Operations::VIEW)]), vec!["/grants/clients"]),
        (
            content(&[Function::ServiceManager], &[(Menu::Users, Operations::ALL), (Menu::AuditLog, update)]),
            vec!["/functions", "/grants/users", "/grants/audit_log"],
        ),
        // Within the ceiling, but there is nothing to insert in General Data.
        (content(&[], &[(Menu::GeneralData, update)]), vec![]),
        (content(&[], &[(Menu::GeneralData, insert)]), vec!["/grants/general_data"]),
    ] {
        let violations = role.check_within(&licence());
        let pointers: Vec<&str> = violations.0.iter().map(|(pointer, _)| pointer.as_str()).collect();
        assert_eq!(pointers, expected, "{role:?}");
        assert!(violations.0.iter().all(|(_, one)| one.code == ViolationCode::BeyondLicence), "{role:?}");
    }
}

#[test]
fn grants_are_closed_and_empty_ones_left_out() {
    let new = NewRole {
        name: " Planner ".to_owned(),
        description: String::new(),
        licence_type: "project_manager".to_owned(),
        functions: vec![Function::ServiceManager, Function::ProjectManager],
        default_for_new_users: false,
        grants: BTreeMap::from([
            (Menu::Projects, Operations::NONE.with(Operation::Delete)),
            (Menu::Users, Operations::NONE),
        ]),
    };
    let role = RoleContent::of_new(new);
    assert_eq!(role.name, "Planner");
    assert_eq!(role.functions, [Function::ProjectManager, Function::ServiceManager]);
    let expected = Operations { delete: true, view: true, ..Operations::NONE };
    assert_eq!(role.grants, BTreeMap::from([(Menu::Projects, expected)]));
}

#[test]
fn a_patch_leaves_what_it_does_not_name() {
    let before = content(&[Function::ProjectManager], &[(Menu::Projects, Operations::ALL)]);
    assert_eq!(before.clone().patched(RolePatch::default()), before);
    let patch = RolePatch { licence_type: Some("project_guest".to_owned()), ..RolePatch::default() };
    let after = before.clone().patched(patch);
    assert_eq!((&after.grants, &after.functions), (&before.grants, &before.functions));
    assert!(!after.allows_the_same_as(&before));
    let renamed = before.clone().patched(RolePatch { name: Some("Lead".to_owned()), ..RolePatch::default() });
    assert!(renamed.allows_the_same_as(&before));
}

#[test]
fn what_may_be_deleted() {
    let role = |holders, default_for_new_users| Role {
        id: RoleId(Uuid::nil()),
        version: 1,
        name: "Planner".to_owned(),
        description: String::new(),
        licence_type: "project_manager".to_owned(),
        licence_valid: true,
        functions: Vec::new(),
        default_for_new_users,
        grants: BTreeMap::new(),
        holders,
        updated_at: DateTime::UNIX_EPOCH,
    };
    for (holders, is_default, expected) in [
        (0, false, None),
        (2, false, Some(ProblemCode::InUse)),
        (0, true, Some(ProblemCode::Conflict)),
        (2, true, Some(ProblemCode::InUse)),
    ] {
        let refused = may_delete(&role(holders, is_default)).err().map(|error| error.to_problem().code);
        assert_eq!(refused, expected, "{holders} {is_default}");
    }
}

#[test]
fn what_is_newly_granted() {
    let (view, update) = (Operations::VIEW, Operations::VIEW.with(Operation::Update));
    let before = content(&[], &[(Menu::Users, view), (Menu::Home, view)]);
    let after = content(&[], &[(Menu::Users, update), (Menu::Clients, view)]);
    let beyond = after.granted_beyond(&before);
    assert_eq!(beyond[&Menu::Users], Operations::of(&[Operation::Update]));
    assert_eq!(beyond[&Menu::Clients], view);
    assert!(!beyond.contains_key(&Menu::Home));
    assert!(before.granted_beyond(&before).values().all(|operations| operations.is_empty()));
    let elsewhere = RoleContent { licence_type: "full_access".to_owned(), ..before.clone() };
    let former = RoleContent { licence_type: "portfolio_access".to_owned(), ..before };
    assert_eq!(elsewhere.granted_beyond(&former), elsewhere.grants);
}
