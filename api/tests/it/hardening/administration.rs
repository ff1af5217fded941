//! Nobody hands out administration that they do not hold.

use serde_json::{Value, json};
use shared::{Menu, Operation, Operations, ProblemCode, access::DenialReason, role::Role, user::User};
use ureq::http::Method;

use crate::{
    harness::{Actor, Answer, TestApp},
    roles::role,
};

fn user(admin: &Actor, actor: &Actor) -> User {
    admin.get(&format!("/users/{}", actor.id)).expect(200).json()
}

fn patch(actor: &Actor, user: &User, patch: &Value) -> Answer {
    actor.patch(&format!("/users/{}", user.id), user.version, patch)
}

#[track_caller]
fn refused(answer: Answer, menu: Menu, operation: Operation) {
    let denial = answer.expect(403).problem().denial.expect("the reason");
    assert_eq!((denial.menu, denial.operation), (menu, operation));
    assert_eq!(denial.reason, DenialReason::NotGranted);
    assert!(!denial.roles.is_empty(), "the roles of whoever asks");
}

#[test]
fn nobody_changes_their_own_roles() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let clerk = app.acme.person().grant(Menu::Users, Operations::ALL).create(&app);
    let own = user(&admin, &clerk);
    let kept = own.roles[0].id;
    for roles in [
        json!([role(&admin, "Full Access").id]),
        json!([kept, role(&admin, "Team Member").id]),
        json!([role(&admin, "Team Member").id]),
    ] {
        let problem = patch(&clerk, &own, &json!({"roles": roles})).expect(409).problem();
        assert_eq!(problem.code, ProblemCode::Conflict);
    }
    // To name those that one has is no change.
    patch(&clerk, &own, &json!({"roles": [kept]})).expect(200);
    let of_admin = user(&admin, &admin);
    patch(&admin, &of_admin, &json!({"roles": [role(&admin, "Full Access").id]})).expect(200);
}

#[test]
fn nobody_gives_a_role_with_administration_that_they_do_not_hold() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let clerk = app.acme.person().grant(Menu::Users, Operations::ALL).create(&app);
    let (full, guest) = (role(&admin, "Full Access").id, role(&admin, "Project Guest").id);
    let new = |name: &str, role: shared::ids::RoleId| json!({"email": format!("{name}@acme.example"), "first_name": "Ana", "last_name": "Pérez", "roles": [role]});
    refused(clerk.post("/users", &new("ana", full)), Menu::GeneralData, Operation::Update);
    admin.post("/users", &new("ana", full)).expect(201);
    let eva: User = clerk.post("/users", &new("eva", guest)).expect(201).json();
    refused(patch(&clerk, &eva, &json!({"roles": [guest, full]})), Menu::GeneralData, Operation::Update);
    // What is not administration is given freely.
    let manager = role(&admin, "Project Manager").id;
    let eva: User = patch(&clerk, &eva, &json!({"roles": [guest, manager]})).expect(200).json();
    // So is what the clerk holds, and no operation more.
    let grants = |name: &str, grants: Value| -> Role {
        admin
            .post("/roles", &json!({"name": name, "licence_type": "full_access", "grants": grants}))
            .expect(201)
            .json()
    };
    let same = grants("Same", json!({"users": {"insert": true, "update": true, "delete": true}}));
    let more = grants("More", json!({"users": {"view": true}, "role_definition": {"view": true}}));
    patch(&clerk, &eva, &json!({"roles": [same.id]})).expect(200);
    let eva: User = clerk.get(&format!("/users/{}", eva.id)).expect(200).json();
    refused(patch(&clerk, &eva, &json!({"roles": [more.id]})), Menu::RoleDefinition, Operation::View);
    // A role that the person has already may stay beside another one.
    let boss = app.acme.person().role("Full Access").create(&app);
    patch(&clerk, &user(&admin, &boss), &json!({"roles": [full, guest]})).expect(200);
    // Neither does the default for new users pass by.
    let version = more.version;
    admin.patch(&format!("/roles/{}", more.id), version, &json!({"default_for_new_users": true})).expect(200);
    let mut anybody = new("any", guest);
    anybody.as_object_mut().expect("an object").remove("roles");
    refused(clerk.post("/users", &anybody), Menu::RoleDefinition, Operation::View);
}

#[test]
fn nobody_gets_into_the_account_of_somebody_mightier() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let clerk = app.acme.person().grant(Menu::Users, Operations::ALL).create(&app);
    let equal = app.acme.person().grant(Menu::Users, Operations::ALL).create(&app);
    let boss = app.acme.person().role("Full Access").create(&app);
    let act = |actor: &Actor, user: &User, verb: &str| {
        actor.send(Method::POST, &format!("/users/{}/{verb}", user.id), Some(user.version), None)
    };
    let of_boss = user(&admin, &boss);
    for change in [
        json!({"email": "mine@acme.example"}),
        json!({"password": "seis patos en el lago"}),
        json!({"no_login": true}),
    ] {
        refused(patch(&clerk, &of_boss, &change), Menu::GeneralData, Operation::Update);
    }
    refused(act(&clerk, &of_boss, "deactivate"), Menu::GeneralData, Operation::Update);
    boss.get("/session").expect(200);
    let gone: User = act(&admin, &of_boss, "deactivate").expect(200).json();
    refused(act(&clerk, &gone, "reactivate"), Menu::GeneralData, Operation::Update);
    // A name opens nothing, and whoever decides over no more is the clerk's to manage.
    patch(&clerk, &gone, &json!({"first_name": "Bea", "email": gone.email})).expect(200);
    let of_equal: User = patch(&clerk, &user(&admin, &equal), &json!({"password": "seis patos en el lago"}))
        .expect(200)
        .json();
    act(&clerk, &of_equal, "deactivate").expect(200);
}

#[test]
fn nobody_puts_into_a_role_what_they_do_not_hold() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let definer = app.acme.person().grant(Menu::RoleDefinition, Operations::ALL).create(&app);
    let new =
        |name: &str, grants: Value| json!({"name": name, "licence_type": "full_access", "grants": grants});
    refused(
        definer.post("/roles", &new("A", json!({"users": {"view": true}}))),
        Menu::Users,
        Operation::View,
    );
    let grants = json!({"role_definition": {"update": true}, "projects": {"insert": true}});
    let made: Role = definer.post("/roles", &new("A", grants)).expect(201).json();
    // Not into the role that one holds oneself, either.
    let own = user(&admin, &definer).roles[0].id;
    for id in [made.id, own] {
        let grants = json!({"grants": {"role_definition": {"update": true}, "users": {"update": true}}});
        refused(definer.patch(&format!("/roles/{id}"), 1, &grants), Menu::Users, Operation::Update);
    }
    let full = role(&admin, "Full Access");
    let path = format!("/roles/{}", full.id);
    refused(
        definer.post(&format!("{path}/copy"), &json!({"name": "Mine"})),
        Menu::GeneralData,
        Operation::Update,
    );
    let member = role(&admin, "Team Member").id;
    definer.post(&format!("/roles/{member}/copy"), &json!({"name": "Juniors"})).expect(201);
    // What a role grants already may stay, and may be taken away.
    let full: Role = definer.patch(&path, full.version, &json!({"description": "All."})).expect(200).json();
    let mut grants = full.grants.clone();
    grants.remove(&Menu::Users);
    let less: Role = definer.patch(&path, full.version, &json!({"grants": grants})).expect(200).json();
    refused(
        definer.patch(&path, less.version, &json!({"grants": full.grants})),
        Menu::Users,
        Operation::Insert,
    );
    admin.patch(&path, less.version, &json!({"grants": full.grants})).expect(200);
}
