//! What is simulated is what saving does: each change is looked at, made, and held against what people then may do.

use std::collections::BTreeMap;

use api::{
    db::operator::OperatorDb,
    organizations::licences::{self, LicenceChange},
};
use diesel::connection::SimpleConnection;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};
use shared::{
    Menu, Operations, Page, Position, ProblemCode, ViolationCode,
    access::simulate::{PositionEffect, SeatEffect, Simulation},
    ids::{LicenceId, UserId},
    licence::{LicenceConsumption, LicenceType},
    project::{Project, ProjectRow},
    role::Role,
    session::CurrentSession,
    user::User,
};

use crate::{
    harness::{Actor, Answer, TestApp},
    roles::role,
};

type Permissions = BTreeMap<Menu, Operations>;

/// What somebody may do and how many projects they see, as the API tells them.
fn standing(who: &Actor) -> (Permissions, i64) {
    let session: CurrentSession = who.get("/session").expect(200).json();
    let total = |path: &str| -> i64 {
        let page: Page<ProjectRow> = who.get(&format!("{path}?total=true")).expect(200).json();
        page.total.expect("the total was asked for")
    };
    let views = |menu| session.permissions.get(&menu).is_some_and(|operations: &Operations| operations.view);
    let seen = if views(Menu::Projects) {
        total("/projects")
    } else if views(Menu::MyProjects) {
        total("/my-projects")
    } else {
        0
    };
    (session.permissions, seen)
}

fn beyond(of: &Permissions, than: &Permissions) -> Permissions {
    let more = |(menu, operations): (&Menu, &Operations)| {
        (*menu, operations.minus(than.get(menu).copied().unwrap_or_default()))
    };
    of.iter().map(more).filter(|(_, operations)| !operations.is_empty()).collect()
}

/// Holds a simulation against what people could do before and can do now.
fn assert_came_true(simulation: &Simulation, before: &[(Permissions, i64)], people: &[Actor], what: &str) {
    let (mut gaining, mut losing) = (0, 0);
    for (who, (was, saw)) in people.iter().zip(before) {
        let (is, sees) = standing(who);
        let (gained, lost) = (beyond(&is, was), beyond(was, &is));
        let effect = simulation.effects.iter().find(|effect| effect.user.id == who.id);
        let told = effect.map(|one| (one.gains.clone(), one.loses.clone())).unwrap_or_default();
        assert_eq!(told, (gained, lost), "{what}: {}", who.email);
        if let Some(effect) = effect {
            assert_eq!(
                (effect.projects_before, effect.projects_after),
                (*saw, sees),
                "{what}: {}",
                who.email
            );
            let moved = |up: bool| effect.positions.iter().any(|one| (one.after > one.before) == up);
            gaining += i64::from(!effect.gains.is_empty() || sees > *saw || moved(true));
            losing += i64::from(!effect.loses.is_empty() || sees < *saw || moved(false));
        } else {
            assert_eq!(*saw, sees, "{what}: {}", who.email);
        }
    }
    assert_eq!((simulation.gaining, simulation.losing), (gaining, losing), "{what}");
}

fn simulate_role(admin: &Actor, role: &Role, patch: &Value) -> Answer {
    admin.post(&format!("/access/simulate/roles/{}", role.id), patch)
}

fn project(admin: &Actor, name: &str) -> Project {
    admin.post("/projects", &json!({"name": name})).expect(201).json()
}

fn join(admin: &Actor, project: &Project, user: UserId, position: Position) {
    let member = json!({"user_id": user, "position": position});
    admin.post(&format!("/projects/{}/team", project.id), &member).expect(201);
}

fn give(admin: &Actor, who: &Actor, roles: &[&Role]) {
    let user: User = admin.get(&format!("/users/{}", who.id)).expect(200).json();
    let roles: Vec<_> = roles.iter().map(|role| role.id).collect();
    admin.patch(&format!("/users/{}", who.id), user.version, &json!({ "roles": roles })).expect(200);
}

/// Some licence type with grants and functions within it.
fn any_patch(types: Vec<LicenceType>) -> impl Strategy<Value = Value> {
    let grants = proptest::collection::vec((0..Menu::ALL.len(), any::<[bool; 4]>()), 0..25);
    (0..types.len(), grants, any::<bool>()).prop_map(move |(index, grants, leads)| {
        let licence = &types[index];
        let granted = grants.into_iter().filter_map(|(menu, [insert, update, delete, view])| {
            let ceiling = *licence.ceiling.get(&Menu::ALL[menu])?;
            let granted = Operations { insert, update, delete, view }.intersection(ceiling);
            // An operation may mean nothing on a screen; View always does.
            let granted = if granted.is_empty() { granted } else { Operations::VIEW };
            Some((Menu::ALL[menu].key(), granted.intersection(ceiling)))
        });
        let grants: BTreeMap<_, _> = granted.filter(|(_, operations)| !operations.is_empty()).collect();
        let functions: &[_] = if leads { &licence.functions } else { &[] };
        json!({"licence_type": licence.key, "grants": grants, "functions": functions})
    })
}

#[test]
fn a_role_that_changes_does_what_was_simulated() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let types: Vec<LicenceType> = admin.get("/licence-types").expect(200).json();
    let changing = role(&admin, "Project Manager");
    let other = role(&admin, "Team Member");
    let people: Vec<Actor> = (0..3).map(|_| app.acme.person().role("Project Manager").create(&app)).collect();
    give(&admin, &people[1], &[&changing, &other]);
    give(&admin, &people[2], &[&other]);
    let projects: Vec<Project> = ["Apollo", "Borealis", "Cassini"].map(|name| project(&admin, name)).into();
    join(&admin, &projects[0], people[0].id, Position::Manager);
    join(&admin, &projects[1], people[0].id, Position::Guest);
    join(&admin, &projects[1], people[1].id, Position::TeamMember);

    let mut runner = TestRunner::deterministic();
    let patches = any_patch(types);
    for round in 0..25 {
        let patch = patches.new_tree(&mut runner).expect("a patch").current();
        let present = role(&admin, "Project Manager");
        let before: Vec<_> = people.iter().map(standing).collect();
        let simulation: Simulation = simulate_role(&admin, &present, &patch).expect(200).json();
        assert_eq!(role(&admin, "Project Manager"), present, "nothing is saved");
        assert_eq!(simulation.people, 2, "those who hold it");
        let used = |key: &str| consumption(&admin, key).used;
        admin.patch(&format!("/roles/{}", present.id), present.version, &patch).expect(200);
        assert_came_true(&simulation, &before, &people, &format!("round {round}: {patch}"));
        for seats in &simulation.seats {
            assert_eq!(used(&seats.licence_type), seats.used_after, "round {round}: {patch}");
        }
    }
}

fn consumption(admin: &Actor, licence_type: &str) -> LicenceConsumption {
    let all: Vec<LicenceConsumption> = admin.get("/licence-consumption").expect(200).json();
    all.into_iter().find(|one| one.licence_type == licence_type).expect("every type is there")
}

#[test]
fn other_roles_of_a_person_do_what_was_simulated() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let names =
        ["Full Access", "Corporate Portfolio Access", "Project Manager", "Team Member", "Project Guest"];
    let roles = names.map(|name| role(&admin, name));
    let people = [app.acme.person().role("Team Member").create(&app)];
    let path = format!("/users/{}", people[0].id);
    join(&admin, &project(&admin, "Apollo"), people[0].id, Position::TeamMember);
    project(&admin, "Borealis");
    let choose = proptest::sample::subsequence(vec![0, 1, 2, 3, 4], 1..=3);
    let mut runner = TestRunner::deterministic();
    for round in 0..20 {
        let chosen = choose.new_tree(&mut runner).expect("roles").current();
        let ids: Vec<_> = chosen.iter().map(|index| roles[*index].id).collect();
        let change = json!({ "roles": ids });
        let user: User = admin.get(&path).expect(200).json();
        let before: Vec<_> = people.iter().map(standing).collect();
        let simulation: Simulation =
            admin.post(&format!("/access/simulate{path}"), &change).expect(200).json();
        admin.patch(&path, user.version, &change).expect(200);
        assert_came_true(&simulation, &before, &people, &format!("round {round}: {chosen:?}"));
        let after: User = admin.get(&path).expect(200).json();
        let moved = simulation.seats.iter().find(|one| one.used_after > one.used_before);
        let expected = moved.map(|one| one.licence_type.clone());
        assert!(expected.is_none() || after.licence_used == expected, "round {round}: {chosen:?}");
        assert_eq!(after.licence_used == user.licence_used, moved.is_none(), "round {round}: {chosen:?}");
    }
    // Without the sign-in nothing is left, and the seat is free.
    let closed: Simulation =
        admin.post(&format!("/access/simulate{path}"), &json!({"no_login": true})).expect(200).json();
    assert_eq!((closed.gaining, closed.losing, closed.effects[0].projects_after), (0, 1, 0));
    assert_eq!(closed.seats.iter().map(|one| one.used_after - one.used_before).sum::<i64>(), -1);
    let admin_now: Simulation =
        admin.post(&format!("/access/simulate{path}"), &json!({"company_admin": true})).expect(200).json();
    assert!(admin_now.effects[0].gains.contains_key(&Menu::ManageAccount));
}

#[test]
fn a_licence_that_ends_does_what_was_simulated_on_its_day() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let lead = app.acme.person().role("Project Manager").create(&app);
    let bystander = app.acme.person().role("Team Member").create(&app);
    let apollo = project(&admin, "Apollo");
    join(&admin, &apollo, lead.id, Position::Manager);
    let licence = consumption(&admin, "project_manager").licences[0].id;
    let change = json!({"valid_until": "2026-03-10", "seats": 3});
    let path = format!("/access/simulate/licences/{licence}");
    let simulation: Simulation = admin.post(&path, &change).expect(200).json();
    assert_eq!(simulation.day, "2026-03-11".parse().expect("a day"));
    assert_eq!((simulation.people, simulation.gaining, simulation.losing), (1, 0, 1));
    let seats = SeatEffect {
        licence_type: "project_manager".to_owned(),
        used_before: 1,
        used_after: 1,
        held_before: Some(1000),
        held_after: Some(0),
    };
    assert_eq!(simulation.seats, [seats]);
    let lowered = PositionEffect {
        assigned: Position::Manager,
        before: Position::Manager,
        after: Position::TeamMember,
        projects: 1,
    };
    assert_eq!(simulation.effects[0].positions, [lowered]);

    let url = app.database.url("portico_operator");
    let mut operator = OperatorDb::open(&url, app.clock.clone()).expect("the operator comes in");
    let change: LicenceChange = serde_json::from_value(change).expect("a change");
    let told = licences::simulate(&mut operator, app.acme.id, licence, change).expect("it is simulated");
    assert_eq!(told, simulation, "operators are told the same");
    licences::change(&mut operator, app.acme.id, licence, change).expect("it is changed");
    app.server.site.db.access().forget_all();
    let (again, guest) = (|| app.sign_in(&app.acme, lead.id, lead.email.clone()), &bystander);
    let before = [standing(&again()), standing(guest)];
    assert!(before[0].0.contains_key(&Menu::Projects), "until then nothing changes");
    app.clock.advance(chrono::TimeDelta::days(9));
    let people = [again(), app.sign_in(&app.acme, bystander.id, bystander.email.clone())];
    assert_came_true(&simulation, &before, &people, "the day after");
}

#[test]
fn only_a_difference_is_told() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let lead = role(&admin, "Project Manager");
    let _holder = app.acme.person().role("Project Manager").create(&app);
    for patch in [json!({}), json!({"name": "Leads"}), json!({"grants": lead.grants})] {
        let simulation: Simulation = simulate_role(&admin, &lead, &patch).expect(200).json();
        assert!(simulation.is_empty() && simulation.people == 1, "{patch}: {simulation:?}");
    }
    let licence = consumption(&admin, "project_manager").licences[0].id;
    let path = format!("/access/simulate/licences/{licence}");
    let simulation: Simulation = admin.post(&path, &json!({"valid_until": null})).expect(200).json();
    assert!(simulation.is_empty());
    assert_eq!(simulation.day, "2026-03-02".parse().expect("a day"));
    let unlimited: Simulation = admin.post(&path, &json!({"seats": null})).expect(200).json();
    assert_eq!(unlimited.seats.iter().map(|one| one.held_after).collect::<Vec<_>>(), [None]);
    let early = admin.post(&path, &json!({"valid_until": "2019-12-31"})).expect(422).problem();
    assert_eq!(
        (early.errors[0].pointer.as_str(), early.errors[0].code),
        ("/valid_until", ViolationCode::EndBeforeStart)
    );
    let negative = admin.post(&path, &json!({"seats": -1})).expect(422).problem();
    assert_eq!(negative.errors[0].code, ViolationCode::OutOfRange);
    admin
        .post(&format!("/access/simulate/licences/{}", LicenceId(app.clock.new_id())), &json!({}))
        .expect(404);
}

#[test]
fn what_would_be_refused_is_refused_or_told() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let guest = role(&admin, "Project Guest");
    let people: Vec<Actor> = (0..3).map(|_| app.acme.person().role("Project Guest").create(&app)).collect();
    app.database
        .superuser()
        .batch_execute("UPDATE licences SET seats = 2 WHERE licence_type = 'team_member'")
        .expect("two seats are left");
    let patch = json!({"licence_type": "team_member"});
    let simulation: Simulation = simulate_role(&admin, &guest, &patch).expect(200).json();
    let told = simulation.refused.expect("it would be refused");
    let refused = admin.patch(&format!("/roles/{}", guest.id), guest.version, &patch).expect(409).problem();
    assert_eq!(refused.seats, Some(told));
    assert_eq!(simulation.people, i64::try_from(people.len()).expect("few"));

    // Beyond the licence, beyond what the caller holds of administration, and one's own roles.
    let beyond =
        simulate_role(&admin, &guest, &json!({"grants": {"users": {"view": true}}})).expect(422).problem();
    assert_eq!(beyond.errors[0].code, ViolationCode::BeyondLicence);
    let clerk = app
        .acme
        .person()
        .grant(Menu::Users, Operations::ALL)
        .grant(Menu::RoleDefinition, Operations::ALL)
        .create(&app);
    let full = role(&admin, "Full Access");
    let handed =
        clerk.post(&format!("/access/simulate/users/{}", people[0].id), &json!({"roles": [full.id]}));
    assert_eq!(handed.expect(403).problem().denial.map(|denial| denial.menu), Some(Menu::GeneralData));
    let own = clerk.post(&format!("/access/simulate/users/{}", clerk.id), &json!({"roles": [guest.id]}));
    assert_eq!(own.expect(409).problem().code, ProblemCode::Conflict);
    let last = admin.post(&format!("/access/simulate/users/{}", admin.id), &json!({"company_admin": false}));
    assert_eq!(last.expect(409).problem().code, ProblemCode::LastCompanyAdmin);
}

#[test]
fn looking_needs_no_password_once_more_where_saving_does() {
    let app = TestApp::start();
    let person = app.acme.person().grant(Menu::Home, Operations::VIEW).create(&app);
    let admin = app.acme.admin(&app).unconfirmed(&app);
    let change = json!({"company_admin": true});
    let seen: Simulation =
        admin.post(&format!("/access/simulate/users/{}", person.id), &change).expect(200).json();
    assert_eq!(seen.gaining, 1);
    let refused = admin.patch(&format!("/users/{}", person.id), 1, &change).expect(403).problem();
    assert_eq!(refused.code, ProblemCode::ConfirmationRequired);
}

/// Who may define roles sees how many gain and lose, and neither who they are nor the licences of the organization.
#[test]
fn a_look_ahead_shows_nothing_that_one_may_not_see() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let held = app.acme.person().role("Team Member").create(&app);
    let definer = app.acme.person().grant(Menu::RoleDefinition, Operations::ALL).create(&app);
    let clerk =
        app.acme.person().grant(Menu::Users, Operations::ALL).grant(Menu::RoleDefinition, Operations::ALL);
    let clerk = clerk.create(&app);
    let path = format!("/access/simulate/roles/{}", role(&admin, "Team Member").id);
    let seen = |who: &Actor| -> Simulation {
        who.post(&path, &json!({"licence_type": "project_manager"})).expect(200).json()
    };
    assert!(!seen(&admin).seats.is_empty());
    assert!(seen(&clerk).seats.is_empty());
    let change = json!({"grants": {"home": {"view": true}}});
    let seen = |who: &Actor| -> Simulation { who.post(&path, &change).expect(200).json() };
    let (all, some, few) = (seen(&admin), seen(&clerk), seen(&definer));
    assert!(all.effects.iter().any(|effect| effect.user.id == held.id));
    assert_eq!(some.effects, all.effects);
    assert_eq!((few.losing, few.people), (all.losing, all.people));
    assert!(few.losing > 0 && few.effects.is_empty() && few.seats.is_empty());
}
