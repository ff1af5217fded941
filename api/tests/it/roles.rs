//! Roles over the API: what they may be made of, the one default, copies, and what stands in the way of deleting.

use serde_json::json;
use shared::{
    Menu, Operation, Operations, Problem, ProblemCode, ViolationCode, licence::Function, role::Role,
};

use crate::harness::{Actor, TestApp};

fn roles(admin: &Actor) -> Vec<Role> {
    admin.get("/roles").expect(200).json()
}

/// The role of this name.
pub fn role(admin: &Actor, name: &str) -> Role {
    roles(admin).into_iter().find(|role| role.name == name).expect("the role is there")
}

fn path(role: &Role) -> String {
    format!("/roles/{}", role.id)
}

fn violations(problem: &Problem) -> Vec<(&str, ViolationCode)> {
    problem.errors.iter().map(|error| (error.pointer.as_str(), error.code)).collect()
}

#[test]
fn every_organization_starts_with_five_roles_by_name() {
    let app = TestApp::start();
    let found = roles(&app.acme.admin(&app));
    let names: Vec<&str> = found.iter().map(|role| role.name.as_str()).collect();
    assert_eq!(
        names,
        ["Corporate Portfolio Access", "Full Access", "Project Guest", "Project Manager", "Team Member"]
    );
    let defaults: Vec<&str> =
        found.iter().filter(|role| role.default_for_new_users).map(|role| role.name.as_str()).collect();
    assert_eq!(defaults, ["Team Member"]);
    assert!(found.iter().all(|role| role.licence_valid && role.holders == 0 && !role.grants.is_empty()));
}

#[test]
fn a_role_is_made_with_view_where_another_operation_implies_it() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let new = json!({"name": "  Planner ", "licence_type": "project_manager", "functions": ["project_manager"],
        "grants": {"projects": {"insert": true}, "clients": {"view": true}, "home": {}}});
    let answer = admin.post("/roles", &new).expect(201);
    assert_eq!(answer.header("etag"), Some("\"1\""));
    let made: Role = answer.json();
    assert_eq!((made.name.as_str(), made.version), ("Planner", 1));
    assert_eq!(made.functions, [Function::ProjectManager]);
    assert_eq!(made.grants[&Menu::Projects], Operations::VIEW.with(Operation::Insert));
    assert_eq!(made.grants.len(), 2);
    assert_eq!(admin.get(&path(&made)).expect(200).json::<Role>(), made);
}

#[test]
fn nothing_goes_beyond_the_licence() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let new = json!({"name": "Too much", "licence_type": "project_manager", "functions": ["program_manager"],
        "grants": {"users": {"view": true}, "manage_account": {"view": true}, "clients": {"update": true},
                   "projects": {"view": true}}});
    let problem = admin.post("/roles", &new).expect(422).problem();
    let beyond = ViolationCode::BeyondLicence;
    assert_eq!(
        violations(&problem),
        [
            ("/functions", beyond),
            ("/grants/clients", beyond),
            ("/grants/users", beyond),
            ("/grants/manage_account", beyond)
        ]
    );
    // A licence type alone is held against the grants that are there.
    let manager = role(&admin, "Project Manager");
    let patch = json!({"licence_type": "project_guest"});
    let problem = admin.patch(&path(&manager), manager.version, &patch).expect(422).problem();
    assert_eq!(violations(&problem).first(), Some(&("/functions", beyond)));
    assert!(violations(&problem).contains(&("/grants/projects", beyond)));
    // With the grants that fit it passes, as one change.
    let patch = json!({"licence_type": "project_guest", "functions": [], "grants": {"home": {"view": true}}});
    let changed: Role = admin.patch(&path(&manager), manager.version, &patch).expect(200).json();
    assert_eq!((changed.licence_type.as_str(), changed.grants.len()), ("project_guest", 1));
    let problem =
        admin.post("/roles", &json!({"name": "Unknown", "licence_type": "platinum"})).expect(422).problem();
    assert_eq!(violations(&problem), [("/licence_type", ViolationCode::NotFound)]);
    let problem = admin
        .post(
            "/roles",
            &json!({"name": "Nothing to insert", "licence_type": "full_access",
                    "grants": {"general_data": {"insert": true}}}),
        )
        .expect(422)
        .problem();
    assert_eq!(violations(&problem), [("/grants/general_data", beyond)]);
}

#[test]
fn names_are_unique_whatever_their_case() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let not_unique = [("/name", ViolationCode::NotUnique)];
    let answer = admin.post("/roles", &json!({"name": "team MEMBER", "licence_type": "team_member"}));
    assert_eq!(violations(&answer.expect(422).problem()), not_unique);
    let guest = role(&admin, "Project Guest");
    let answer = admin.patch(&path(&guest), guest.version, &json!({"name": " Full access"}));
    assert_eq!(violations(&answer.expect(422).problem()), not_unique);
    let answer = admin.post(&format!("{}/copy", path(&guest)), &json!({"name": "project guest"}));
    assert_eq!(violations(&answer.expect(422).problem()), not_unique);
    // Its own name in another case is no other one's; another organization's names are its own.
    admin.patch(&path(&guest), guest.version, &json!({"name": "project guest"})).expect(200);
    let there = app.norte.admin(&app);
    admin.post("/roles", &json!({"name": "Planner", "licence_type": "team_member"})).expect(201);
    there.post("/roles", &json!({"name": "Planner", "licence_type": "team_member"})).expect(201);
}

#[test]
fn a_copy_has_everything_but_name_and_default() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let member = role(&admin, "Team Member");
    let copy: Role =
        admin.post(&format!("{}/copy", path(&member)), &json!({"name": "Juniors"})).expect(201).json();
    assert!(member.default_for_new_users && !copy.default_for_new_users);
    assert_eq!(copy.grants, member.grants);
    assert_eq!((&copy.licence_type, &copy.description), (&member.licence_type, &member.description));
    assert_ne!(copy.id, member.id);
}

#[test]
fn exactly_one_role_is_the_default() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let (guest, member) = (role(&admin, "Project Guest"), role(&admin, "Team Member"));
    let yes = json!({"default_for_new_users": true});
    let guest: Role = admin.patch(&path(&guest), guest.version, &yes).expect(200).json();
    assert!(guest.default_for_new_users);
    let former = role(&admin, "Team Member");
    assert!(!former.default_for_new_users && former.version > member.version);
    let no = json!({"default_for_new_users": false});
    let problem = admin.patch(&path(&guest), guest.version, &no).expect(422).problem();
    assert_eq!(violations(&problem), [("/default_for_new_users", ViolationCode::AtLeastOne)]);
    let new = json!({"name": "Newest", "licence_type": "project_guest", "default_for_new_users": true});
    admin.post("/roles", &new).expect(201);
    let defaults = |admin: &Actor| -> Vec<String> {
        roles(admin).into_iter().filter(|role| role.default_for_new_users).map(|role| role.name).collect()
    };
    assert_eq!(defaults(&admin), ["Newest"]);

    // All of them at one moment: each in turn, and the last one stays.
    let all = roles(&admin);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let (admin, yes) = (&admin, &yes);
        let threads: Vec<_> = all
            .iter()
            .map(|role| scope.spawn(move || admin.patch(&path(role), role.version, yes).status))
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    assert!(statuses.iter().all(|status| matches!(status, 200 | 412)), "{statuses:?}");
    assert_eq!(defaults(&admin).len(), 1);
}

#[test]
fn a_role_is_deleted_only_when_nobody_holds_it_and_never_the_default() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    for _ in 0..2 {
        app.acme.person().role("Project Guest").create(&app);
    }
    let guest = role(&admin, "Project Guest");
    assert_eq!(guest.holders, 2);
    let problem = admin.delete(&path(&guest), guest.version).expect(409).problem();
    assert_eq!(problem.code, ProblemCode::InUse);
    assert!(problem.detail.expect("the count").starts_with("2 people"));
    let member = role(&admin, "Team Member");
    let problem = admin.delete(&path(&member), member.version).expect(409).problem();
    assert_eq!(problem.code, ProblemCode::Conflict);
    let manager = role(&admin, "Project Manager");
    admin.delete(&path(&manager), manager.version + 1).expect(412);
    admin.delete(&path(&manager), manager.version).expect(204);
    admin.get(&path(&manager)).expect(404);
    admin.delete(&path(&manager), manager.version).expect(404);
}

#[test]
fn a_stale_change_is_told_the_present_state() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let guest = role(&admin, "Project Guest");
    let present: Role =
        admin.patch(&path(&guest), guest.version, &json!({"description": "Mine"})).expect(200).json();
    let problem =
        admin.patch(&path(&guest), guest.version, &json!({"description": "Theirs"})).expect(412).problem();
    assert_eq!(problem.current, Some(serde_json::to_value(&present).expect("a role")));
    // A change that changes nothing is none.
    let same: Role =
        admin.patch(&path(&guest), present.version, &json!({"description": "Mine"})).expect(200).json();
    assert_eq!(same, present);
}

#[test]
fn roles_of_another_organization_are_not_there() {
    let app = TestApp::start();
    let (admin, stranger) = (app.acme.admin(&app), app.norte.admin(&app));
    let guest = role(&admin, "Project Guest");
    stranger.get(&path(&guest)).expect(404);
    stranger.patch(&path(&guest), guest.version, &json!({"name": "Mine"})).expect(404);
    stranger.delete(&path(&guest), guest.version).expect(404);
    stranger.post(&format!("{}/copy", path(&guest)), &json!({"name": "Mine"})).expect(404);
}
