//! What people may do, over real servers: changed rights within a second everywhere, licences that end, reach.

use std::time::Duration;

use api::access::cache::{AccessCache, LIMIT};
use diesel::{RunQueryDsl, connection::SimpleConnection, sql_query};
use serde_json::json;
use shared::{Menu, Operation, Operations, access::DenialReason, role::Role, session::CurrentSession};

use crate::{
    harness::{Actor, TestApp, TestServer},
    sessions::within_a_second,
};

/// The role by its name.
fn role(admin: &Actor, name: &str) -> Role {
    let roles: Vec<Role> = admin.get("/roles").expect(200).json();
    roles.into_iter().find(|role| role.name == name).expect("the role is there")
}

/// Takes an operation on a menu away from a role.
fn take_away(admin: &Actor, role: &Role, menu: Menu, operation: Operation) {
    let mut grants = role.grants.clone();
    let left = grants.get(&menu).copied().unwrap_or_default().without(operation);
    grants.insert(menu, left);
    admin.patch(&format!("/roles/{}", role.id), role.version, &json!({ "grants": grants })).expect(200);
}

#[test]
fn a_role_that_changes_changes_what_its_holders_may_do_on_every_server_within_a_second() {
    let app = TestApp::start();
    let second = app.second_server();
    let admin = app.acme.admin(&app);
    let lead = app.acme.person().role("Project Manager").create(&app);
    let there = lead.at(&second);
    lead.post("/projects", &json!({"name": "Before"})).expect(201);
    there.post("/projects", &json!({"name": "Before, there"})).expect(201);

    take_away(&admin, &role(&admin, "Project Manager"), Menu::Projects, Operation::Insert);

    let denied = lead.post("/projects", &json!({"name": "After"})).expect(403).problem();
    let denial = denied.denial.expect("the reason");
    assert_eq!(denial.reason, DenialReason::NotGranted);
    assert_eq!(denial.roles, ["Project Manager"]);
    assert_eq!(
        denied.detail.as_deref(),
        Some("None of your roles (Project Manager) grants Insert on Projects.")
    );
    within_a_second(|| there.post("/projects", &json!({"name": "After, there"})).status == 403);
    let session: CurrentSession = there.get("/session").expect(200).json();
    assert_eq!(session.permissions[&Menu::Projects], Operations::ALL.without(Operation::Insert));
}

#[test]
fn a_deactivated_person_is_out_on_every_server_within_a_second() {
    let app = TestApp::start();
    let second = app.second_server();
    let admin = app.acme.admin(&app);
    let person = app.acme.person().role("Team Member").create(&app);
    let there = person.at(&second);
    there.get("/session").expect(200);
    person.get("/session").expect(200);
    admin
        .send(ureq::http::Method::POST, &format!("/users/{}/deactivate", person.id), Some(1), None)
        .expect(200);
    person.get("/session").expect(401);
    within_a_second(|| there.get("/session").status == 401);
}

#[test]
fn nothing_is_kept_longer_than_half_a_minute_when_notifications_are_lost() {
    assert_eq!(LIMIT, Duration::from_secs(30));
    let app = TestApp::start();
    // The same rule with a limit that a test can wait for.
    let server =
        TestServer::start(&app.database, &app.clock, AccessCache::with_limit(Duration::from_millis(300)));
    let person = app.acme.person().grant(Menu::Users, Operations::VIEW).create(&app);
    let there = person.at(&server);
    there.get("/users").expect(200);
    // Straight in the database: nobody is told.
    app.database.superuser().batch_execute("UPDATE users SET active = false").expect("deactivated");
    within_a_second(|| there.get("/users").status == 401);
}

#[test]
fn a_server_that_lost_its_connection_for_changes_forgets_what_it_knew() {
    let app = TestApp::start();
    let person = app.acme.person().grant(Menu::Users, Operations::VIEW).create(&app);
    person.get("/users").expect(200);
    let mut sql = app.database.superuser();
    sql.batch_execute("UPDATE users SET active = false").expect("deactivated");
    person.get("/users").expect(200);
    let ended = sql_query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    )
    .execute(&mut sql)
    .expect("the listener's connection is ended");
    assert_eq!(ended, 1);
    // Found by the next look at the connection, which is asked ten times a second.
    within_a_second(|| person.get("/users").status == 401);
}

#[test]
fn a_licence_that_ends_takes_its_roles_with_it_at_midnight_of_the_organization() {
    let app = TestApp::start();
    // Noon of the day before in Mexico City is 18:00 UTC; midnight there is 06:00 UTC.
    let mut sql = app.database.superuser();
    sql.batch_execute(
        "UPDATE licences SET valid_until = '2026-03-02' WHERE licence_type = 'project_manager'",
    )
    .expect("the licences end");
    let lead = app.norte.person().role("Project Manager").create(&app);
    lead.post("/projects", &json!({"name": "Puente"})).expect(201);
    let hours = |hours| app.clock.advance(chrono::TimeDelta::hours(hours));
    hours(20); // 05:00 UTC of the next day, 23:00 there.
    let late = app.sign_in(&app.norte, lead.id, lead.email.clone());
    late.get("/projects").expect(200);
    hours(1); // Midnight there.
    let denied = app.sign_in(&app.norte, lead.id, lead.email.clone()).get("/projects").expect(403).problem();
    assert_eq!(denied.denial.map(|denial| denial.reason), Some(DenialReason::LicenceNotValid));
    let session: CurrentSession =
        app.sign_in(&app.norte, lead.id, lead.email.clone()).get("/session").expect(200).json();
    assert_eq!(session.roles_without_licence, ["Project Manager"]);
    assert!(session.permissions.is_empty());
}

#[test]
fn an_organization_that_is_suspended_is_out_and_comes_back() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    admin.get("/session").expect(200);
    let url = app.database.url("portico_operator");
    let mut operator =
        api::db::operator::OperatorDb::open(&url, app.clock.clone()).expect("the operator comes in");
    api::organizations::suspend(&mut operator, "acme").expect("suspended");
    within_a_second(|| admin.get("/session").status == 403);
    app.client(&app.acme)
        .post("/session", &json!({"email": admin.email, "password": crate::harness::PASSWORD}))
        .expect(403);
    app.norte.admin(&app).get("/session").expect(200);
    api::organizations::resume(&mut operator, "acme").expect("resumed");
    within_a_second(|| admin.get("/session").status == 200);
}

#[test]
fn a_host_says_whose_it_is_and_nothing_else_does() {
    let app = TestApp::start();
    let url = app.database.url("portico_operator");
    let mut operator =
        api::db::operator::OperatorDb::open(&url, app.clock.clone()).expect("the operator comes in");
    api::organizations::add_domain(&mut operator, "acme", "Projects.Acme.example").expect("a domain");
    assert!(api::organizations::add_domain(&mut operator, "norte", "projects.acme.example").is_err());
    let page = |host: &str| app.server.client(host).get("/sign-in-page");
    for (host, slug) in [
        ("acme.portico.test", "acme"),
        ("projects.acme.example:8443", "acme"),
        ("NORTE.portico.test", "norte"),
    ] {
        let page: shared::session::SignInPage = page(host).expect(200).json();
        assert_eq!(page.organization.map(|organization| organization.slug).as_deref(), Some(slug), "{host}");
    }
    let shared: shared::session::SignInPage = page("app.portico.test").expect(200).json();
    assert_eq!(shared.organization, None);
    for host in ["nobody.portico.test", "portico.test", "a.acme.portico.test", "127.0.0.1", "example.org"] {
        page(host).expect(404);
    }
    // What a client writes into headers does not choose the organization.
    let admin = app.acme.admin(&app);
    let forged = app.server.client("acme.portico.test").with_header("x-forwarded-host", "norte.portico.test");
    let page: shared::session::SignInPage = forged.get("/sign-in-page").expect(200).json();
    assert_eq!(page.organization.map(|organization| organization.slug).as_deref(), Some("acme"));
    let elsewhere =
        app.server.client("norte.portico.test").with_header("x-forwarded-host", "acme.portico.test");
    elsewhere.with_token(admin.token().expect("a token")).get("/session").expect(401);
}
