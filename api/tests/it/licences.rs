//! Seats: who uses which, and that they are never overrun.

use api::{
    db::operator::OperatorDb,
    organizations::licences::{self, LicenceChange},
};
use diesel::{RunQueryDsl, sql_query, sql_types};
use serde_json::{Value, json};
use shared::{
    Menu, Operations, ProblemCode,
    access::DenialReason,
    ids::LicenceId,
    licence::{LicenceConsumption, LicenceType},
    problem::Seats,
    role::Role,
    user::User,
};

use crate::{
    harness::{Actor, Answer, TestApp, TestOrganization},
    roles::role,
    sessions::within_a_second,
    users::act,
};

/// Lets the organization hold so many seats of a type, and until when.
fn hold(app: &TestApp, organization: &TestOrganization, licence_type: &str, seats: i32, until: Option<&str>) {
    let rows = sql_query(
        "UPDATE licences SET seats = $3, valid_until = $4::date WHERE org_id = $1 AND licence_type = $2",
    )
    .bind::<sql_types::Uuid, _>(organization.id.0)
    .bind::<sql_types::Text, _>(licence_type)
    .bind::<sql_types::Integer, _>(seats)
    .bind::<sql_types::Nullable<sql_types::Text>, _>(until)
    .execute(&mut app.database.superuser())
    .expect("the licence is changed");
    assert_eq!(rows, 1);
}

fn new_user(number: usize, role: &Role) -> Value {
    json!({"email": format!("p{number}@acme.example"), "first_name": "Pat", "last_name": format!("Number {number}"),
           "roles": [role.id]})
}

fn create(admin: &Actor, number: usize, role: &Role) -> User {
    admin.post("/users", &new_user(number, role)).expect(201).json()
}

fn consumption(admin: &Actor, licence_type: &str) -> LicenceConsumption {
    let all: Vec<LicenceConsumption> = admin.get("/licence-consumption").expect(200).json();
    all.into_iter().find(|one| one.licence_type == licence_type).expect("every type is there")
}

#[track_caller]
fn assert_no_seat(answer: Answer, licence_type: &str, used: i64, held: i64) {
    let problem = answer.expect(409).problem();
    assert_eq!(problem.code, ProblemCode::NoSeatFree);
    let expected = Seats { licence_type: licence_type.to_owned(), used, held: Some(held) };
    assert_eq!(problem.seats, Some(expected));
}

#[test]
fn licence_types_are_listed_with_their_ceilings_the_highest_first() {
    let app = TestApp::start();
    let types: Vec<LicenceType> = app.acme.admin(&app).get("/licence-types").expect(200).json();
    let keys: Vec<&str> = types.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(keys, ["full_access", "portfolio_access", "project_manager", "team_member", "project_guest"]);
    assert!(types.iter().all(|one| !one.ceiling.contains_key(&Menu::ManageAccount)));
    assert_eq!(types[0].ceiling[&Menu::Users], Operations::ALL);
    assert_eq!(types[4].ceiling[&Menu::Home], Operations::VIEW);
}

#[test]
fn company_admins_alone_see_the_consumption() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let full = app.acme.person().role("Full Access").create(&app);
    let denial = full.get("/licence-consumption").expect(403).problem().denial.expect("the reason");
    assert_eq!(denial.reason, DenialReason::CompanyAdminOnly);
    let full_access = consumption(&admin, "full_access");
    assert_eq!((full_access.used, full_access.held, full_access.paid), (1, Some(1000), true));
    assert!(full_access.licences[0].valid_today);
    let guest = consumption(&admin, "project_guest");
    assert_eq!((guest.used, guest.paid), (0, false));
    assert!(!consumption(&admin, "team_member").paid);
    let stranger = app.norte.admin(&app);
    assert_eq!(consumption(&stranger, "full_access").used, 0);
}

#[test]
fn two_hundred_creations_at_one_moment_on_fifty_seats_give_fifty() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let member = role(&admin, "Team Member");
    hold(&app, &app.acme, "team_member", 50, None);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let (admin, member) = (&admin, &member);
        let threads: Vec<_> = (0..200)
            .map(|number| scope.spawn(move || admin.post("/users", &new_user(number, member)).status))
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 50, "{statuses:?}");
    // A server that is at its limit may say so, and has then changed nothing.
    assert!(statuses.iter().all(|status| matches!(status, 201 | 409 | 503)), "{statuses:?}");
    let used = consumption(&admin, "team_member");
    assert_eq!((used.used, used.held), (50, Some(50)));
}

#[test]
fn one_seat_of_the_highest_type_among_the_roles_is_used() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let (guest, manager) = (role(&admin, "Project Guest"), role(&admin, "Project Manager"));
    let user = create(&admin, 1, &guest);
    assert_eq!(user.licence_used.as_deref(), Some("project_guest"));
    let path = format!("/users/{}", user.id);
    let user: User =
        admin.patch(&path, user.version, &json!({"roles": [guest.id, manager.id]})).expect(200).json();
    assert_eq!(user.licence_used.as_deref(), Some("project_manager"));
    let count = |key| consumption(&admin, key).used;
    assert_eq!((count("project_manager"), count("project_guest")), (1, 0));
    let user: User = admin.patch(&path, user.version, &json!({"company_admin": true})).expect(200).json();
    assert_eq!(user.licence_used, None);
    assert_eq!(count("project_manager"), 0);
}

#[test]
fn every_way_to_a_seat_is_refused_where_none_is_free() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let (guest, member) = (role(&admin, "Project Guest"), role(&admin, "Team Member"));
    let path = |user: &User| format!("/users/{}", user.id);
    let holder = create(&admin, 1, &member);
    let guest_user = create(&admin, 2, &guest);
    let inactive: User = act(&admin, &create(&admin, 3, &member), "deactivate").expect(200).json();
    let no_login = create(&admin, 4, &member);
    let no_login: User =
        admin.patch(&path(&no_login), no_login.version, &json!({"no_login": true})).expect(200).json();
    let other_admin = create(&admin, 5, &member);
    let other_admin: User = admin
        .patch(&path(&other_admin), other_admin.version, &json!({"company_admin": true}))
        .expect(200)
        .json();
    hold(&app, &app.acme, "team_member", 1, None);
    assert_eq!(consumption(&admin, "team_member").used, 1);

    let refused = |answer| assert_no_seat(answer, "team_member", 1, 1);
    refused(admin.post("/users", &new_user(6, &member)));
    refused(admin.patch(&path(&guest_user), guest_user.version, &json!({"roles": [member.id]})));
    refused(act(&admin, &inactive, "reactivate"));
    refused(admin.patch(&path(&no_login), no_login.version, &json!({"no_login": false})));
    refused(admin.patch(&path(&other_admin), other_admin.version, &json!({"company_admin": false})));
    refused(admin.patch(
        &format!("/roles/{}", guest.id),
        guest.version,
        &json!({"licence_type": "team_member"}),
    ));
    // Nothing of all that was kept.
    assert_eq!(admin.get(&path(&guest_user)).expect(200).json::<User>(), guest_user);
    assert_eq!(admin.get(&path(&inactive)).expect(200).json::<User>(), inactive);
    // Once the seat is free, the next one gets it.
    act(&admin, &holder, "deactivate").expect(200);
    act(&admin, &inactive, "reactivate").expect(200);
    assert_eq!(consumption(&admin, "team_member").used, 1);
}

#[test]
fn more_used_than_held_is_shown_may_shrink_and_may_not_grow() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let member = role(&admin, "Team Member");
    let people: Vec<User> = (0..3).map(|number| create(&admin, number, &member)).collect();
    hold(&app, &app.acme, "team_member", 1, None);
    let shown = consumption(&admin, "team_member");
    assert_eq!((shown.used, shown.held), (3, Some(1)));
    assert_no_seat(admin.post("/users", &new_user(9, &member)), "team_member", 3, 1);
    // What does not grow goes on.
    let path = format!("/users/{}", people[0].id);
    admin.patch(&path, people[0].version, &json!({"first_name": "Paz"})).expect(200);
    act(&admin, &people[1], "deactivate").expect(200);
    assert_eq!(consumption(&admin, "team_member").used, 2);
}

#[test]
fn a_licence_that_is_over_holds_nothing_and_its_people_keep_their_seats() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let member = role(&admin, "Team Member");
    create(&admin, 1, &member);
    hold(&app, &app.acme, "team_member", 10, Some("2026-03-01"));
    let over = consumption(&admin, "team_member");
    assert_eq!((over.used, over.held, over.licences[0].valid_today), (1, Some(0), false));
    assert_no_seat(admin.post("/users", &new_user(2, &member)), "team_member", 1, 0);
    assert!(!role(&admin, "Team Member").licence_valid);
}

#[test]
fn a_licence_counts_by_the_day_of_the_organization() {
    let app = TestApp::start();
    let admin = app.norte.admin(&app);
    // In Mexico City it is still the day before until six in the morning, UTC.
    hold(&app, &app.norte, "team_member", 10, Some("2026-03-02"));
    assert!(consumption(&admin, "team_member").licences[0].valid_today);
    app.clock.advance(chrono::TimeDelta::hours(20));
    let admin = app.norte.admin(&app);
    assert!(
        consumption(&admin, "team_member").licences[0].valid_today,
        "05:00 UTC is 23:00 of the day before"
    );
    app.clock.advance(chrono::TimeDelta::hours(1));
    let admin = app.norte.admin(&app);
    assert!(!consumption(&admin, "team_member").licences[0].valid_today);
}

#[test]
fn a_role_that_changes_its_licence_moves_the_seats_of_its_holders() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let guest = role(&admin, "Project Guest");
    for number in 0..3 {
        create(&admin, number, &guest);
    }
    let path = format!("/roles/{}", guest.id);
    let wanted = json!({"licence_type": "team_member"});
    hold(&app, &app.acme, "team_member", 2, None);
    assert_no_seat(admin.patch(&path, guest.version, &wanted), "team_member", 0, 2);
    hold(&app, &app.acme, "team_member", 3, None);
    admin.patch(&path, guest.version, &wanted).expect(200);
    let count = |key| consumption(&admin, key).used;
    assert_eq!((count("team_member"), count("project_guest")), (3, 0));
}

#[test]
fn people_and_roles_changed_at_one_moment_neither_overrun_seats_nor_wait_for_each_other() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let (guest, manager) = (role(&admin, "Project Guest"), role(&admin, "Project Manager"));
    let people: Vec<User> = (0..8).map(|number| create(&admin, number, &guest)).collect();
    hold(&app, &app.acme, "project_manager", 5, None);
    hold(&app, &app.acme, "team_member", 5, None);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let (admin, guest, manager) = (&admin, &guest, &manager);
        let mut threads: Vec<_> = people
            .iter()
            .map(|user| {
                let patch = json!({"roles": [manager.id], "email": format!("new-{}", user.email)});
                scope.spawn(move || admin.patch(&format!("/users/{}", user.id), user.version, &patch).status)
            })
            .collect();
        threads.push(scope.spawn(move || {
            let patch = json!({"licence_type": "team_member"});
            admin.patch(&format!("/roles/{}", guest.id), guest.version, &patch).status
        }));
        threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");
    let count = |key| consumption(&admin, key).used;
    assert_eq!(count("project_manager"), 5);
    assert_eq!(count("project_manager") + count("team_member") + count("project_guest"), 8);
    assert!(count("team_member") <= 5);
}

#[test]
fn an_operator_ends_a_licence_and_its_holders_feel_it_at_once() {
    let app = TestApp::start();
    let manager = app.acme.person().role("Project Manager").create(&app);
    manager.get("/projects").expect(200);
    let url = app.database.url("portico_operator");
    let mut operator = OperatorDb::open(&url, app.clock.clone()).expect("the operator comes in");
    let held = licences::held(&mut operator, app.acme.id).expect("the licences");
    let (licence, used) =
        held.iter().find(|(one, _)| one.licence_type == "project_manager").expect("it is held");
    assert_eq!(*used, 1);
    let (id, today) = (LicenceId(licence.id), app.clock.now().date_naive());
    let yesterday = today.pred_opt().expect("a day");
    let until = |day| LicenceChange { valid_until: Some(Some(day)), ..LicenceChange::default() };

    let foreign = licences::change(&mut operator, app.norte.id, id, until(yesterday));
    assert!(foreign.expect_err("another organization's").to_string().contains("holds no licence"));
    let early = licence.valid_from.pred_opt().expect("a day");
    let refused = licences::change(&mut operator, app.acme.id, id, until(early));
    assert!(refused.expect_err("before it begins").to_string().contains("cannot end before"));
    let negative = LicenceChange { seats: Some(Some(-1)), ..LicenceChange::default() };
    assert!(licences::change(&mut operator, app.acme.id, id, negative).is_err());
    manager.get("/projects").expect(200);

    licences::change(&mut operator, app.acme.id, id, until(yesterday)).expect("it ends");
    within_a_second(|| manager.get("/projects").status == 403);
    let fewer = LicenceChange { seats: Some(Some(0)), valid_until: Some(None) };
    let after = licences::change(&mut operator, app.acme.id, id, fewer).expect("fewer than are used");
    assert_eq!((after.seats, after.valid_until), (Some(0), None));
    within_a_second(|| manager.get("/projects").status == 200);
    let admin = app.acme.admin(&app);
    let answer = admin.post("/users", &new_user(1, &role(&admin, "Project Manager")));
    assert_no_seat(answer, "project_manager", 1, 0);
}
