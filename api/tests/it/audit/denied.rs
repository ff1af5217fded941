//! Refused requests are counted, and a flood of them is counted and no more.

use api::{db::operator::OperatorDb, organizations};
use serde_json::json;
use shared::{Page, audit::DeniedAccess};

use crate::{
    harness::{Actor, TestApp, until},
    promises::catalogue::lines,
};

fn written(app: &TestApp) {
    let site = app.server.site.clone();
    actix_web::rt::System::new().block_on(async move { site.write_denied().await }).expect("it is written");
}

fn listed(admin: &Actor, query: &str) -> Vec<DeniedAccess> {
    admin.get(&format!("/denied-access{query}")).expect(200).json::<Page<DeniedAccess>>().items
}

#[test]
fn refusals_are_counted_by_minute_network_account_and_operation() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let clerk = app.acme.person().create(&app);
    for _ in 0..3 {
        clerk.get("/users").expect(403);
    }
    app.client(&app.acme).with_header("x-forwarded-for", "198.51.100.7").get("/users").expect(401);
    app.client(&app.acme).with_token("garbage").get("/projects").expect(401);
    app.shared_client().get("/users").expect(401);
    admin.get(&format!("/projects/{}", app.norte.id)).expect(404);
    written(&app);
    clerk.get("/users").expect(403);
    written(&app);
    let kinds: Vec<_> = listed(&admin, "")
        .into_iter()
        .map(|one| (one.network, one.user, one.operation, one.code, one.requests))
        .collect();
    let line = |network: &str, user, operation: &str, code: &str, requests: i64| {
        (Some(network.to_owned()), user, Some(operation.to_owned()), code.to_owned(), requests)
    };
    assert_eq!(kinds.len(), 3, "{kinds:?}");
    for expected in [
        line("127.0.0.0/24", Some(clerk.id), "list_users", "forbidden", 4),
        line("198.51.100.0/24", None, "list_users", "unauthenticated", 1),
        line("127.0.0.0/24", None, "list_projects", "unauthenticated", 1),
    ] {
        assert!(kinds.contains(&expected), "{expected:?} is not in {kinds:?}");
    }
    assert_eq!(listed(&admin, "?code=forbidden").len(), 1);
    assert_eq!(
        listed(&admin, &format!("?user={}", clerk.id))[0].user_name.as_deref().map(|name| &name[..3]),
        Some("Pat")
    );
    assert!(listed(&app.norte.admin(&app), "").is_empty());
    let elsewhere = lines(
        &mut app.database.superuser(),
        "SELECT concat_ws(' ', host, network, operation, code, requests) AS line FROM denied_access_elsewhere",
    );
    assert_eq!(elsewhere, ["app.portico.test 127.0.0.0/24 list_users unauthenticated 1"]);
}

/// Nobody who is counted here outlives the erasure of an organization.
#[test]
fn refusals_at_a_suspended_organization_do_not_name_it() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let mut operator = OperatorDb::open(&app.database.url("portico_operator"), app.clock.clone())
        .expect("the operator comes in");
    organizations::suspend(&mut operator, "acme").expect("it is suspended");
    until("nobody is let in", || admin.get("/projects").status == 403);
    app.client(&app.acme)
        .post("/session", &json!({"email": "ada@acme.example", "password": "x"}))
        .expect(403);
    written(&app);
    let query = "SELECT t::text AS line FROM denied_access_elsewhere t";
    let elsewhere = lines(&mut app.database.superuser(), query);
    assert!(elsewhere.iter().any(|line| line.contains("organization_suspended")), "{elsewhere:?}");
    assert!(!elsewhere.iter().any(|line| line.contains("acme")), "{elsewhere:?}");
}

#[test]
fn a_flood_fills_no_table() {
    let app = TestApp::start();
    for number in 0..260 {
        let address = format!("10.{}.{}.1", number / 200, number % 200);
        app.client(&app.acme).with_header("x-forwarded-for", &address).get("/users").expect(401);
    }
    written(&app);
    let sql = &mut app.database.superuser();
    let counted = lines(sql, "SELECT count(*) || ' ' || sum(requests) AS line FROM denied_access");
    assert_eq!(counted, ["201 260"]);
    let rest = lines(sql, "SELECT requests::text AS line FROM denied_access WHERE network IS NULL");
    assert_eq!(rest, ["60"]);
    // What is over is forgotten.
    app.clock.advance(chrono::TimeDelta::days(91));
    app.worker().work_off().expect("the schedule runs");
    app.clock.advance(chrono::TimeDelta::days(1));
    app.worker().work_off().expect("the schedule runs");
    assert_eq!(lines(sql, "SELECT count(*)::text AS line FROM denied_access"), ["0"]);
}
