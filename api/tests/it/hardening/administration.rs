//! Nobody hands out administration that they do not hold.

use serde_json::{Value, json};
use shared::{
    Menu, Operation, Operations, ProblemCode, access::DenialReason, invitation::Invitation, role::Role,
    user::User,
};
use ureq::http::Method;

use crate::{
    harness::{Actor, Answer, PASSWORD, TestApp},
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
    // What a role grants already may stay, and is not taken away by whoever lacks it: those who hold the role would be
    // open to them next.
    let full: Role = definer.patch(&path, full.version, &json!({"description": "All."})).expect(200).json();
    let mut grants = full.grants.clone();
    grants.remove(&Menu::Users);
    let narrower = json!({"grants": grants});
    refused(definer.patch(&path, full.version, &narrower), Menu::Users, Operation::Insert);
    let less: Role = admin.patch(&path, full.version, &narrower).expect(200).json();
    refused(
        definer.patch(&path, less.version, &json!({"grants": full.grants})),
        Menu::Users,
        Operation::Insert,
    );
    admin.patch(&path, less.version, &json!({"grants": full.grants})).expect(200);
}

#[test]
fn nobody_makes_a_role_with_administration_the_one_of_new_people() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let clerk =
        app.acme.person().grant(Menu::Users, Operations::ALL).grant(Menu::RoleDefinition, Operations::ALL);
    let clerk = clerk.create(&app);
    clerk.post("/invitations", &json!({"email": "mallory@elsewhere.example"})).expect(201);
    let full = role(&admin, "Full Access");
    let path = format!("/roles/{}", full.id);
    let default = json!({"default_for_new_users": true});
    refused(clerk.patch(&path, full.version, &default), Menu::GeneralData, Operation::Update);
    // An empty one may be; what it grants then is looked at when it is granted.
    let empty = json!({"name": "Newcomers", "licence_type": "full_access", "default_for_new_users": true, "grants": {}});
    let empty: Role = clerk.post("/roles", &empty).expect(201).json();
    let grants = json!({"grants": {"general_data": {"view": true, "update": true}}});
    refused(
        clerk.patch(&format!("/roles/{}", empty.id), empty.version, &grants),
        Menu::GeneralData,
        Operation::Update,
    );
    let full = role(&admin, "Full Access");
    admin.patch(&path, full.version, &default).expect(200);
}

#[test]
fn nobody_makes_somebody_mightier_small_first() {
    let app = TestApp::start();
    let clerk = app.acme.person().grant(Menu::Users, Operations::ALL).create(&app);
    let mighty = app.acme.person().role("Full Access").create(&app);
    let admin = app.acme.admin(&app);
    let person = user(&admin, &mighty);
    let member = role(&admin, "Team Member").id;
    let fewer = json!({"roles": [member]});
    refused(patch(&clerk, &person, &fewer), Menu::GeneralData, Operation::Update);
    let bulk = json!({"people": [{"id": person.id, "version": person.version}], "add_roles": [member],
        "remove_roles": [role(&admin, "Full Access").id], "dry_run": true});
    assert_eq!(clerk.post("/users/bulk/update", &bulk).json::<Value>()["refused"], json!(1));
    // One more takes nothing away.
    let both = json!({"roles": [role(&admin, "Full Access").id, member]});
    let person: User = patch(&clerk, &person, &both).expect(200).json();
    patch(&admin, &person, &fewer).expect(200);
}

#[test]
fn a_leaked_access_token_makes_nobody_who_may_decide() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app).unconfirmed(&app);
    let full = role(&admin, "Full Access").id;
    let unconfirmed = |answer: Answer| {
        assert_eq!(answer.status, 403, "{}", answer.text);
        assert_eq!(answer.problem().code, ProblemCode::ConfirmationRequired);
    };
    let new = |more: &Value| {
        let mut new = json!({"email": format!("{}@new.example", app.clock.new_id()), "first_name": "Eve", "last_name": "Other"});
        new.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        new
    };
    unconfirmed(admin.post("/users", &new(&json!({"roles": [full]}))));
    unconfirmed(admin.post("/users", &new(&json!({"password": "siete barcos junto al faro"}))));
    let person: User = admin.post("/users", &new(&json!({}))).expect(201).json();
    unconfirmed(patch(&admin, &person, &json!({"roles": [full]})));
    let bulk = |dry_run: bool| json!({"people": [{"id": person.id, "version": person.version}], "add_roles": [full], "dry_run": dry_run});
    unconfirmed(admin.post("/users/bulk/update", &bulk(false)));
    admin.post("/users/bulk/update", &bulk(true)).expect(200);
    admin.post("/session/confirm", &json!({"password": PASSWORD})).expect(204);
    admin.post("/users/bulk/update", &bulk(false)).expect(200);
}

#[test]
fn who_is_deactivated_comes_back_by_no_invitation_of_theirs() {
    let app = TestApp::start();
    let (admin, clerk) =
        (app.acme.admin(&app), app.acme.person().grant(Menu::Users, Operations::ALL).create(&app));
    let invite = |actor: &Actor, email: &str| -> Invitation {
        actor.post("/invitations", &json!({"email": email})).expect(201).json()
    };
    let own = invite(&clerk, "second.mailbox@people.example");
    let taken_over = invite(&clerk, "nia@people.example");
    let resend = format!("/invitations/{}/resend", taken_over.id);
    app.clock.advance(chrono::TimeDelta::minutes(6));
    admin.send(Method::POST, &resend, Some(taken_over.version), None).expect(200);
    let link = app.invitation_token(&app.acme, &own);
    let person = user(&admin, &clerk);
    let deactivate = format!("/users/{}/deactivate", person.id);
    admin.send(Method::POST, &deactivate, Some(person.version), None).expect(200);
    let answer = app.client(&app.acme).post("/invitations/check", &json!({"token": link})).expect(410);
    assert_eq!(answer.problem().code, ProblemCode::LinkVoid);
    let left: Vec<Invitation> = admin.get("/invitations").expect(200).json();
    assert_eq!(left.iter().map(|one| one.id).collect::<Vec<_>>(), [taken_over.id]);
}
