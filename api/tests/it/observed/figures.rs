//! Figures, in the administration network and nowhere else.

use std::collections::HashMap;

use api::http::routes;
use diesel::connection::SimpleConnection as _;
use serde_json::json;
use ureq::http::Method;

use crate::{
    harness::{ACME, Client, Database, Next, PASSWORD, Program, TestApp, free_address, until},
    work::{leave_mail, some_mail},
};

/// The figures that are given away, by name and labels.
fn figures(program: &Program) -> HashMap<String, f64> {
    let answer = program.operator().get("//metrics").expect(200);
    assert!(answer.header("content-type").expect("a type").starts_with("text/plain; version=0.0.4"));
    let lines = answer.text.lines().filter(|line| !line.starts_with('#'));
    let split = lines.map(|line| line.rsplit_once(' ').expect("a name and a number"));
    split.map(|(name, number)| (name.to_owned(), number.parse().expect("a number"))).collect()
}

fn requests(method: &str, template: &str, status: &str) -> String {
    format!("portico_http_requests_total{{method=\"{method}\",status=\"{status}\",template=\"{template}\"}}")
}

#[track_caller]
fn figure(figures: &HashMap<String, f64>, name: &str) -> f64 {
    *figures.get(name).unwrap_or_else(|| panic!("there is no {name}"))
}

/// Promise: each route is counted under its template, from the beginning.
#[test]
fn every_route_has_its_figures() {
    let database = Database::create();
    let program = Program::start(&database);
    let figures = figures(&program);
    for route in routes::all() {
        let template = format!("{}{}", routes::PREFIX, route.path);
        for status in ["1xx", "2xx", "3xx", "4xx", "5xx"] {
            figure(&figures, &requests(route.method(), &template, status));
        }
        let method = route.method();
        let count =
            format!("portico_http_request_seconds_count{{method=\"{method}\",template=\"{template}\"}}");
        assert!(figures.contains_key(&count), "{route:?}");
    }
}

#[test]
fn a_request_is_counted_where_it_belongs() {
    let database = Database::create();
    let limits = [("PORTICO_RATE_LIMIT_NETWORK", "8")];
    let program = Program::serve(&database.url("portico_app"), free_address(), &limits);
    let client = program.signed_in();
    let project: shared::project::Project =
        client.post("/projects", &json!({"name": "Counted"})).expect(201).json();
    client.get(&format!("/projects/{}", project.id)).expect(200);
    client.get("/projects/nobody").expect(404);
    client.send(Method::PUT, "/projects", None, None).expect(405);
    let stranger = Client::new(program.address, ACME);
    stranger.get("/projects").expect(401);
    for number in 0..4 {
        stranger.get(&format!("/there/is/none/{number}")).expect(404);
    }
    let stream = client.follow("/events");
    assert!(matches!(stream.next(), Next::Event(_)));
    until("too many are refused", || stranger.get("/projects").status == 429);

    let figures = figures(&program);
    let counted = |method, template, status| figure(&figures, &requests(method, template, status));
    let is = |figure: f64, number: u32| (figure - f64::from(number)).abs() < f64::EPSILON;
    assert!(is(counted("POST", "/api/v1/projects", "2xx"), 1));
    assert!(is(counted("GET", "/api/v1/projects/{project}", "2xx"), 1));
    // What is refused before its route is found is counted under it all the same.
    assert!(is(counted("GET", "/api/v1/projects/{project}", "4xx"), 1));
    assert!(counted("GET", "/api/v1/projects", "4xx") >= 2.0);
    assert!(counted("GET", "(unknown)", "4xx") >= 4.0);
    assert!(!figures.keys().any(|name| name.contains("/there/is")), "paths of strangers are no labels");
    for (name, least) in [
        ("portico_http_answers_total{status=\"404\"}", 5.0),
        ("portico_denied_total{code=\"unauthenticated\"}", 1.0),
        ("portico_rate_limited_total{limit=\"network\"}", 1.0),
        ("portico_live_streams", 1.0),
        ("portico_listener_connected", 1.0),
        ("portico_cache_looks_total{cache=\"people\",result=\"hit\"}", 1.0),
        ("portico_cache_looks_total{cache=\"people\",result=\"miss\"}", 1.0),
        ("portico_cache_looks_total{cache=\"organizations\",result=\"hit\"}", 1.0),
        ("portico_cache_looks_total{cache=\"tokens\",result=\"miss\"}", 0.0),
        ("portico_database_wait_seconds_count", 3.0),
        ("portico_database_connections{state=\"idle\"}", 1.0),
        ("portico_database_connections{state=\"in_use\"}", 0.0),
        ("portico_pool{pool=\"database\",state=\"limit\"}", 2.0),
        ("portico_pool{pool=\"database\",state=\"waiting\"}", 0.0),
        ("portico_pool{pool=\"passwords\",state=\"limit\"}", 1.0),
        ("portico_pool_refused_total{pool=\"sheets\"}", 0.0),
        ("process_resident_memory_bytes", 1_000_000.0),
        ("process_open_fds", 3.0),
        ("process_cpu_seconds_total", 0.0),
    ] {
        assert!(figure(&figures, name) >= least, "{name}: {}", figure(&figures, name));
    }
    assert!(is(figure(&figures, "portico_stopping"), 0));
    assert!(figures.keys().any(|name| name.starts_with("portico_build_info{") && name.contains("serve")));
}

/// Promise: no figure and no probe of the administration network is on the socket that tenants reach, and none of the API
/// on the other.
#[test]
fn what_is_for_operators_is_not_for_tenants() {
    let database = Database::create();
    let program = Program::start(&database);
    for host in [ACME, "app.portico.test", "localhost", "127.0.0.1"] {
        let client = Client::new(program.address, host);
        for path in ["//metrics", "//metrics/", "//api/metrics", "/metrics", "//admin/metrics"] {
            let answer = client.get(path).expect(404);
            assert!(!answer.text.contains("portico_"), "{host}{path}");
        }
    }
    let body = json!({"email": "admin@acme.example", "password": PASSWORD});
    let operator = Client::new(program.administration, ACME);
    operator.post("/session", &body).expect(404);
    operator.get("/projects").expect(404);
    assert_eq!(operator.get("//livez").expect(200).text, "alive\n");
    assert_eq!(operator.get("//readyz").expect(200).text, "ready\n");
}

#[test]
fn the_worker_tells_of_its_jobs() {
    let app = TestApp::start();
    leave_mail(&app, "ana@people.example", some_mail(&app));
    leave_mail(&app, "eva@people.example", some_mail(&app));
    diesel::RunQueryDsl::execute(
        diesel::sql_query(
            "UPDATE jobs SET state = 'dead', finished_at = created_at
             WHERE id = (SELECT id FROM jobs ORDER BY id LIMIT 1)",
        ),
        &mut app.database.superuser(),
    )
    .expect("one is given up");
    let backups = r#"
        INSERT INTO backup_runs (id, kind, started_at, finished_at, set_name, manifest_hash)
            VALUES (md5('1')::uuid, 'database', '2026-03-01', '2026-03-01', 'database-20260301T000000Z', 'x');
        INSERT INTO alarms VALUES (md5('1')::uuid, 'something', 'It is wrong', '2026-03-01', NULL),
            (md5('2')::uuid, 'else', 'It was wrong', '2026-03-01', '2026-03-01');
        INSERT INTO backup_attendance VALUES (true, '2026-03-01', '2026-03-01', '{
            "written_at": "2026-03-01T00:01:00Z", "sets": [], "wrong": [], "pruned_at": null, "stores": [], "entries": [],
            "restored": {"set": "database-20260301T000000Z", "at": "2026-03-01T00:00:30Z", "rows": 1, "seconds": 0.5}}')"#;
    app.database.superuser().batch_execute(backups).expect("rows");
    // Without a way for mails: they wait.
    let program = Program::work(&app.database, &[]);
    let figures = figures(&program);
    for (name, expected) in [
        ("portico_jobs{kind=\"send_mail\",state=\"waiting\"}", 1.0),
        ("portico_jobs{kind=\"send_mail\",state=\"dead\"}", 1.0),
        ("portico_jobs{kind=\"send_mail\",state=\"running\"}", 0.0),
        ("portico_database_up", 1.0),
        ("portico_alarms", 1.0),
        ("portico_last_backup_seconds{kind=\"database\"}", 1_772_323_200.0),
        ("portico_last_backup_seconds{kind=\"files\"}", 0.0),
        ("portico_last_verified_restore_seconds", 1_772_323_230.0),
        ("portico_backup_environment_heard_seconds", 1_772_323_260.0),
    ] {
        let said = figure(&figures, name);
        assert!((said - expected).abs() < f64::EPSILON, "{name}: {said}");
    }
    assert!(figure(&figures, "portico_job_overdue_seconds{kind=\"send_mail\"}") > 1000.0, "for months");
    for schedule in api::work::schedules::ALL {
        figure(&figures, &format!("portico_schedule_last_success_seconds{{schedule=\"{}\"}}", schedule.name));
    }
    until("each loop has come round", || {
        let figures = self::figures(&program);
        api::work::loops::ALL.iter().all(|one| {
            figures.contains_key(&format!("portico_worker_round_seconds{{thread=\"{}\"}}", one.name))
        })
    });
}
