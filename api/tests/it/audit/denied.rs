//! Refused requests are counted, and a flood of them is counted and no more.

use api::{db::operator::OperatorDb, organizations};
use diesel::{Connection as _, PgConnection, QueryResult, connection::SimpleConnection as _};
use serde_json::json;
use shared::{Page, audit::DeniedAccess};

use crate::{
    harness::{Actor, TestApp, TestOrganization, TestServer, until},
    promises::catalogue::lines,
    rate_limits::limited,
};

fn written(server: &TestServer) {
    let site = server.site.clone();
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
    written(&app.server);
    clerk.get("/users").expect(403);
    written(&app.server);
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

/// No organization outlives its erasure here: neither one that is suspended before it, nor one whose requests are refused
/// before anybody looks whose host it is.
#[test]
fn refusals_outside_of_an_organization_do_not_name_it() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let mut operator = OperatorDb::open(&app.database.url("portico_operator"), app.clock.clone())
        .expect("the operator comes in");
    organizations::suspend(&mut operator, "acme").expect("it is suspended");
    until("nobody is let in", || admin.get("/projects").status == 403);
    app.client(&app.acme)
        .post("/session", &json!({"email": "ada@acme.example", "password": "x"}))
        .expect(403);
    let server = limited(&app);
    let flooding =
        |host: &str| server.client(host).with_header("x-forwarded-for", "198.51.100.7").get("/projects");
    until("the network has asked often enough", || flooding("was-here-once.portico.test").status == 429);
    flooding(&app.norte.host()).expect(429);
    written(&server);
    written(&app.server);
    let query = "SELECT t::text AS line FROM denied_access_elsewhere t";
    let elsewhere = lines(&mut app.database.superuser(), query);
    for code in ["organization_suspended", "rate_limited"] {
        assert!(elsewhere.iter().any(|line| line.contains(code)), "{code}: {elsewhere:?}");
    }
    for name in ["acme", "norte", "was-here-once"] {
        assert!(!elsewhere.iter().any(|line| line.contains(name)), "{name}: {elsewhere:?}");
    }
}

/// Erases an organization's rows, as whoever owns all tables does.
fn erase(app: &TestApp, organization: &TestOrganization) -> QueryResult<()> {
    let mut owner = PgConnection::establish(&app.database.url("portico_owner")).expect("it comes in");
    owner.batch_execute(&format!("SELECT portico.erase_rows('{}')", organization.id))
}

#[test]
fn what_is_counted_of_an_organization_that_is_erased_meanwhile_hinders_nobody() {
    let app = TestApp::start();
    app.client(&app.acme).get("/users").expect(401);
    app.client(&app.norte).get("/users").expect(401);
    erase(&app, &app.acme).expect("it is erased");
    written(&app.server);
    let counted = "SELECT concat_ws(' ', org_id, operation, code) AS line FROM denied_access";
    let of_norte = format!("{} list_users unauthenticated", app.norte.id);
    assert_eq!(lines(&mut app.database.superuser(), counted), [of_norte]);
}

/// Versions before counted by whatever host was asked for.
#[test]
fn counts_by_an_organizations_hosts_go_with_it() {
    let app = TestApp::start();
    let sql = &mut app.database.superuser();
    let count = |host: &str| {
        format!(
            "INSERT INTO denied_access_elsewhere (id, minute, host, code, requests)
             VALUES (gen_random_uuid(), 'epoch', {host}, 'rate_limited', 1);"
        )
    };
    let own = |host: &str, organization: &TestOrganization| {
        format!("INSERT INTO organization_domains VALUES ('{host}', '{}');", organization.id)
    };
    sql.batch_execute(&own("work.acme.example", &app.acme)).expect("a domain");
    sql.batch_execute(&own("acme.norte.example", &app.norte)).expect("a domain");
    for host in [
        "'acme.portico.test'",
        "'ACME.portico.test.:8080'",
        "'Work.acme.example'",
        "'acme.norte.example'",
        "'acme-too.portico.test'",
        "'app.portico.test'",
        "NULL",
    ] {
        sql.batch_execute(&count(host)).expect("it is counted");
    }
    erase(&app, &app.acme).expect("it is erased");
    let bypassed = format!("SELECT portico.erase_rows('{}')", app.norte.id);
    let refused = sql.batch_execute(&bypassed).expect_err("whom the policy does not hold").to_string();
    assert!(refused.starts_with("row-level security does not hold "), "{refused}");
    let left = lines(sql, "SELECT coalesce(host, 'none') AS line FROM denied_access_elsewhere ORDER BY 1");
    assert_eq!(left, ["acme-too.portico.test", "acme.norte.example", "app.portico.test", "none"]);
    // What is brought back of before, or was erased before, is cleared of hosts whoever's they were.
    let migration = include_str!("../../../../migrations/schema/2026-11-30-220000_hosts_of_refusals/up.sql");
    sql.batch_execute(migration).expect("it runs");
    let left = lines(sql, "SELECT concat_ws(' ', host, code, requests) AS line FROM denied_access_elsewhere");
    assert_eq!(left, ["rate_limited 4"]);
}

#[test]
fn a_flood_fills_no_table() {
    let app = TestApp::start();
    for number in 0..260 {
        let address = format!("10.{}.{}.1", number / 200, number % 200);
        app.client(&app.acme).with_header("x-forwarded-for", &address).get("/users").expect(401);
    }
    written(&app.server);
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
