//! Promise: every route of the console says which teams may call it, and is enforced for each team; none is reached at the
//! tenants' server, and none of theirs at the console.

use std::{collections::BTreeSet, path::Path, rc::Rc};

use api::{
    console::{self, PREFIX},
    http::{guards::Access, openapi, route::Route, routes},
};
use diesel::connection::SimpleConnection as _;
use serde_json::{Value, json};
use shared::{
    ProblemCode,
    console::{CreatedOperator, EnrolmentPreview, Team},
};
use ureq::http::Method;

use crate::{
    harness::{Answer, Client, OPERATOR_PASSWORD, TestApp, TestConsole, TestOperator, at},
    promises::catalogue::lines,
};

fn method(route: &Route) -> Method {
    route.method().parse().expect("a method")
}

/// This body, where the method takes one.
fn body(route: &Route, bytes: &[u8]) -> Option<Vec<u8>> {
    matches!(route.method(), "POST" | "PUT" | "PATCH").then(|| bytes.to_vec())
}

#[test]
fn the_access_table_of_the_console() {
    let mut routes = console::routes();
    routes.sort_by(|one, two| (&one.path, one.method()).cmp(&(&two.path, two.method())));
    let table: Vec<String> = routes
        .iter()
        .map(|route| {
            let (method, path, name, access) = (route.method(), &route.path, route.name, route.access);
            assert_eq!(route.operation.operation_id.as_deref(), Some(name), "{route:?}");
            assert!(!route.takes_tokens && !route.by_link, "{route:?}");
            format!("{method:<7}{path:<28}  {name:<22}  {access}")
        })
        .collect();
    insta::assert_snapshot!(table.join("\n"));
}

/// `PORTICO_BLESS=1` writes the file anew; its changes are then seen where they are reviewed.
#[test]
#[expect(clippy::disallowed_methods, reason = "a setting of this test alone")]
fn the_committed_document_of_the_console_is_this_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/console.json");
    let document = openapi::console::document(&console::routes());
    let generated = document.to_pretty_json().expect("a document") + "\n";
    if std::env::var("PORTICO_BLESS").is_ok() {
        std::fs::write(&path, &generated).expect("the file is written");
    }
    let committed = std::fs::read_to_string(&path).expect("openapi/console.json is there");
    assert!(
        committed == generated,
        "openapi/console.json is of another version: run this with PORTICO_BLESS=1"
    );
    let document: Value = serde_json::from_str(&generated).expect("JSON");
    let mut there = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        there.extend(methods.as_object().expect("methods").keys().map(|one| format!("{one} {path}")));
    }
    let offered: BTreeSet<String> = console::routes()
        .iter()
        .map(|route| format!("{} {PREFIX}{}", route.method().to_lowercase(), route.path))
        .collect();
    assert_eq!(there, offered);
    for route in console::routes() {
        let operation = &document["paths"][format!("{PREFIX}{}", route.path)][route.method().to_lowercase()];
        assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 3), "{route:?}");
        let teams = match route.access {
            Access::Operator(teams) => json!(teams),
            _ => Value::Null,
        };
        assert_eq!(operation["x-access"]["teams"], teams, "{route:?}");
    }
    // The tenants' document says nothing of any of them.
    let tenants = openapi::document(&routes::all()).to_json().expect("a document");
    for word in ["/console", "operations-book", "OperatorSignIn", "pco_"] {
        assert!(!tenants.contains(word), "{word}");
    }
}

/// A set that could not be made.
const RUN: &str = "019ad000-0000-7000-8000-000000000001";

/// What a client asks for, and the client's own key.
const REQUEST: &str = "019ad000-0000-7000-8000-000000000002";
/// Something that is under way.
const ACTION: &str = "019ad000-0000-7000-8000-000000000003";
const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

fn with_a_run(console: &TestConsole) {
    let sql = format!(
        "INSERT INTO backup_runs (id, kind, started_at, finished_at, error)
         VALUES ('{RUN}', 'database', '2026-11-01', '2026-11-01', 'no room')"
    );
    console.database.superuser().batch_execute(&sql).expect("it is written");
}

/// Something that is under way, and that nobody has cancelled yet.
fn with_an_action(console: &TestConsole) {
    let now = console.clock.now().to_rfc3339();
    let sql = format!(
        "DELETE FROM actions_under_way;
         INSERT INTO actions_under_way (id, action, subject, started_by, started_at, can_be_cancelled, said_at, phase,
             phase_about, phase_began_at, measure, passed)
         VALUES ('{ACTION}', 'make_set', 'database', 'portico work', '{now}', true, '{now}', 'make_set', '', '{now}',
             'bytes', 1)"
    );
    console.database.superuser().batch_execute(&sql).expect("it is written");
}

/// A request of a client, in the state from which this route leads on. Laid again, it is as it was.
fn with_a_request(console: &TestConsole, route: &Route) {
    let state = match route.name {
        "authorize_client_request" => "verified",
        "execute_client_request" => "authorized",
        "deliver_client_copy" => "executed",
        _ => "requested",
    };
    let sql = format!(
        r#"DELETE FROM client_requests WHERE id = '{REQUEST}';
        INSERT INTO client_requests (id, kind, organization, requester, evidence, recipient, state, steps, preview,
            packaged_at, package_id, package_bytes, package_hash, package_kept_until)
        SELECT '{REQUEST}', 'copy', id, 'Ada', 'A letter', '{RECIPIENT}', '{state}',
            '[{{"step": "verify", "at": "2026-03-01T00:00:00Z", "operator": "{RUN}", "by": "eva@ops.example"}}]',
            '{{"at": "2026-03-01T00:00:00Z", "tables": [], "files": 0, "file_bytes": 0, "sets": 0}}',
            '2026-03-01', id, 1, '\x00', '2026-04-01'
        FROM organizations WHERE slug = 'acme'"#
    );
    console.database.superuser().batch_execute(&sql).expect("it is written");
}

/// Somebody to be changed, and what they would enrol with.
struct Scene {
    version: i32,
    path: String,
    enrolment: String,
    code: String,
    /// What the authenticator of whoever asks shows.
    own_code: String,
}

impl Scene {
    fn set(console: &TestConsole, security: &Client, number: usize) -> Self {
        let body =
            json!({"email": format!("scene{number}@ops.example"), "name": "Eva", "teams": ["support"]});
        let CreatedOperator { operator, enrolment, .. } =
            security.post(&at("/operators"), &body).expect(201).json();
        let preview: EnrolmentPreview = console
            .client()
            .post(&at("/enrolments/preview"), &json!({ "enrolment": enrolment }))
            .expect(200)
            .json();
        let code = TestOperator::new(&operator.email, &preview.otpauth_url).code(&console.clock, 0);
        Self {
            version: operator.version,
            path: format!("/operators/{}", operator.id),
            enrolment,
            code,
            own_code: String::new(),
        }
    }
}

/// A request to a route that succeeds for whoever may: path, version and body.
fn sample(route: &Route, scene: &Scene, number: usize) -> (String, Option<i32>, Option<Value>) {
    let Scene { version, path, enrolment, code, own_code } = scene;
    match route.name {
        "get_operator_session"
        | "sign_out_operator"
        | "list_client_requests"
        | "list_operators"
        | "list_book_entries"
        | "get_backup_overview"
        | "get_standby_overview"
        | "get_actions_under_way"
        | "list_backup_runs"
        | "sign_in_operator" => (route.path.clone(), None, None),
        "create_client_request" => {
            let body = json!({
                "kind": "erasure", "slug": "acme", "requester": "Ada", "evidence": "A letter", "recipient": RECIPIENT,
            });
            (route.path.clone(), None, Some(body))
        }
        name if route.path.starts_with("/client-requests/") => {
            let body = match name {
                "execute_client_request" => Some(json!({"slug": "acme"})),
                "refuse_client_request" | "withdraw_client_request" => {
                    Some(json!({"because": "They do not ask"}))
                }
                _ => None,
            };
            (route.path.replace("{request}", REQUEST), None, body)
        }
        "cancel_action_under_way" => (route.path.replace("{action}", ACTION), None, None),
        "get_backup_run" => (format!("/backup-runs/{RUN}"), None, None),
        "create_operator" => {
            let email = format!("new{number}@ops.example");
            (route.path.clone(), None, Some(json!({"email": email, "name": "Ivo", "teams": ["support"]})))
        }
        "update_operator" => (path.clone(), Some(*version), Some(json!({"teams": ["systems"]}))),
        "change_operator_password" => {
            let new = "cinco faros en la costa";
            let body = json!({"old_password": OPERATOR_PASSWORD, "new_password": new, "code": own_code});
            (route.path.clone(), None, Some(body))
        }
        "reset_operator" => (format!("{path}/reset"), None, None),
        "preview_enrolment" => (route.path.clone(), None, Some(json!({ "enrolment": enrolment }))),
        "enrol_operator" => {
            let body = json!({"enrolment": enrolment, "password": OPERATOR_PASSWORD, "code": code});
            (route.path.clone(), None, Some(body))
        }
        other => panic!("{other}: say here what succeeds"),
    }
}

fn send(client: &Client, route: &Route, scene: &Scene, number: usize) -> Answer {
    let (path, version, body) = sample(route, scene, number);
    let body = body.map(|body| serde_json::to_vec(&body).expect("a body"));
    client.send(method(route), &at(&path), version, body)
}

fn state(console: &TestConsole) -> Vec<String> {
    [
        "actions_under_way",
        "client_requests",
        "project_erasures",
        "operators",
        "operator_sessions",
        "operations_book",
        "operations_book_heads",
    ]
    .iter()
    .flat_map(|table| {
        let query = format!("SELECT '{table} ' || t::text AS line FROM {table} t ORDER BY 1");
        lines(&mut console.database.superuser(), &query)
    })
    .collect()
}

/// Somebody of each team, who asks for one route after the other while their session lasts.
struct Askers<'a> {
    console: &'a TestConsole,
    of_teams: Vec<(Team, TestOperator, Rc<Client>)>,
    made: usize,
}

impl Askers<'_> {
    /// Them, and what their authenticator shows.
    fn of(&mut self, team: Team) -> (Rc<Client>, String) {
        if !self.of_teams.iter().any(|(one, ..)| *one == team) {
            self.made += 1;
            let who = self.console.operator(&format!("{team}{}@ops.example", self.made), &[team]);
            let client = Rc::new(self.console.signed_in(&who));
            self.of_teams.push((team, who, client));
        }
        let (_, who, client) = self.of_teams.iter().find(|(one, ..)| *one == team).expect("they are there");
        (Rc::clone(client), who.code(&self.console.clock, 0))
    }

    /// Their session has ended.
    fn leave(&mut self, team: Team) {
        self.of_teams.retain(|(one, ..)| *one != team);
    }
}

#[test]
fn every_route_is_enforced_for_every_team() {
    let console = TestConsole::start();
    with_a_run(&console);
    let security = console.enter("security@ops.example", &[Team::Security]);
    let mut askers = Askers { console: &console, of_teams: Vec::new(), made: 0 };
    let mut number = 0;
    for route in console::routes() {
        let Access::Operator(teams) = route.access else {
            assert!(matches!(route.access, Access::Public(_)), "{route:?}");
            continue;
        };
        // Whoever is refused leaves it as it was.
        let mut untouched = None;
        for team in Team::ALL {
            number += 1;
            let mut scene = untouched.take().unwrap_or_else(|| Scene::set(&console, &security, number));
            let (client, own_code) = askers.of(*team);
            scene.own_code = own_code;
            with_a_request(&console, &route);
            with_an_action(&console);
            // Their session is written to when it is used after a while.
            client.get(&at("/session")).expect(200);
            let before = state(&console);
            // Nobody, and somebody with what is no token.
            for stranger in [console.client(), console.client().with_token("pco_nothing")] {
                let answer = send(&stranger, &route, &scene, number);
                assert_eq!(answer.status, 401, "{route:?}: {}", answer.text);
                assert_eq!(answer.problem().code, ProblemCode::Unauthenticated, "{route:?}");
            }
            let broken =
                client.send(method(&route), &at(&scene_path(&route, &scene)), None, body(&route, b"{"));
            assert_eq!(
                broken.status == 403,
                !teams.contains(team),
                "{route:?} {team}: before its body is read"
            );
            if teams.contains(team) {
                if matches!(route.name, "sign_out_operator" | "change_operator_password") {
                    askers.leave(*team);
                }
                if route.name == "sign_out_operator" {
                    // What was sent above has signed them out.
                    assert_eq!(broken.status, 204, "{route:?}");
                    continue;
                }
                let scene = if broken.status < 300 && route.name == "reset_operator" {
                    Scene::set(&console, &security, number + 1000)
                } else {
                    scene
                };
                with_a_request(&console, &route);
                with_an_action(&console);
                let answer = send(&client, &route, &scene, number);
                assert!(
                    (200..300).contains(&answer.status),
                    "{route:?} {team}: {} {}",
                    answer.status,
                    answer.text
                );
            } else {
                let answer = send(&client, &route, &scene, number);
                assert_eq!(answer.status, 403, "{route:?} {team}: {}", answer.text);
                let problem = answer.problem();
                assert_eq!(problem.code, ProblemCode::Forbidden, "{route:?}");
                assert!(problem.detail.is_some_and(|text| teams.iter().all(|one| text.contains(one.key()))));
                assert_eq!(state(&console), before, "{route:?} {team}");
                untouched = Some(scene);
            }
        }
    }
    assert!(number >= 7);
}

fn scene_path(route: &Route, scene: &Scene) -> String {
    sample(route, scene, 0).0
}

#[test]
fn who_is_in_two_teams_passes_where_one_does() {
    let console = TestConsole::start();
    let both = console.enter("both@ops.example", &[Team::Support, Team::Security]);
    both.get(&at("/operators")).expect(200);
    let neither = console.enter("neither@ops.example", &[Team::Support, Team::Functional, Team::Systems]);
    neither.get(&at("/operators")).expect(403);
}

#[test]
fn what_is_public_passes_without_a_session() {
    let console = TestConsole::start();
    let security = console.operator("security@ops.example", &[Team::Security]);
    let scene = Scene::set(&console, &console.signed_in(&security), 1);
    let mut public = BTreeSet::new();
    for route in console::routes().into_iter().filter(|route| matches!(route.access, Access::Public(_))) {
        public.insert(route.name);
        if route.name == "sign_in_operator" {
            console.try_sign_in(&console.client(), &security, OPERATOR_PASSWORD, 0).expect(200);
        } else {
            let answer = send(&console.client(), &route, &scene, 1);
            assert!((200..300).contains(&answer.status), "{route:?}: {}", answer.text);
        }
    }
    assert_eq!(
        public.into_iter().collect::<Vec<_>>(),
        ["enrol_operator", "preview_enrolment", "sign_in_operator"]
    );
}

#[test]
fn neither_server_offers_what_the_other_does() {
    let (app, console) = (TestApp::start(), TestConsole::start());
    let admin = app.acme.admin(&app);
    let security = console.enter("security@ops.example", &[Team::Security]);
    let id = app.acme.id.to_string();
    let filled = |path: &str| {
        let segments = path.split('/').map(|part| if part.starts_with('{') { id.as_str() } else { part });
        segments.collect::<Vec<_>>().join("/")
    };
    for route in console::routes() {
        let path = filled(&route.path);
        for path in [format!("/{PREFIX}{path}"), format!("//api/v1{PREFIX}{path}")] {
            for client in [&*admin, &app.client(&app.acme), &app.shared_client()] {
                let answer = client.send(method(&route), &path, Some(1), body(&route, b"{}"));
                assert_eq!(answer.status, 404, "{route:?} {path}");
            }
        }
    }
    for route in routes::all() {
        let path = filled(&route.path);
        for path in [format!("//api/v1{path}"), at(&format!("/api/v1{path}"))] {
            let answer = security.send(method(&route), &path, Some(1), body(&route, b"{}"));
            assert_eq!(answer.status, 404, "{route:?} {path}");
        }
    }
    // Nor does what lets somebody into the one let them into the other.
    let token = security.token().expect("signed in");
    assert_eq!(app.client(&app.acme).with_token(token).get("/session").status, 401);
    let token = admin.token().expect("signed in");
    assert_eq!(console.client().with_token(token).get(&at("/session")).status, 401);
    // The console has no documentation, no health and no app in public.
    for path in ["//livez", "//readyz", "//metrics", "//api/docs", "//api/openapi.json", "//"] {
        assert_eq!(console.client().get(path).status, 404, "{path}");
    }
}

/// The console's role has rights on tables without an organization, and on none of the others.
#[test]
fn the_consoles_role_reaches_no_row_of_an_organization() {
    let app = TestApp::start();
    let sql = &mut app.database.superuser();
    let reached = lines(
        sql,
        "SELECT c.relname::text AS line FROM pg_class c
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relnamespace = 'public'::regnamespace
           AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege('portico_console', c.oid, 'USAGE, SELECT, UPDATE')
                    ELSE has_any_column_privilege('portico_console', c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
                         OR has_table_privilege('portico_console', c.oid, 'DELETE, TRUNCATE, TRIGGER') END
         ORDER BY c.relname COLLATE \"C\"",
    );
    assert_eq!(
        reached,
        [
            "actions_under_way",
            "alarms",
            "backup_attendance",
            "backup_runs",
            "client_requests",
            "installation_epoch",
            "operations_book",
            "operations_book_brought",
            "operations_book_heads",
            "operator_sessions",
            "operators",
            // Which organization a request is about: its word and its name, and nothing else.
            "organizations",
            "project_erasures"
        ]
    );
    let callable = lines(
        sql,
        "SELECT p.proname::text AS line FROM pg_proc p
         WHERE p.pronamespace = 'portico'::regnamespace AND has_function_privilege('portico_console', p.oid, 'EXECUTE')
         ORDER BY p.proname COLLATE \"C\"",
    );
    assert_eq!(callable, ["forgive_attempt", "reserve_attempt"]);
}

#[test]
fn the_console_refuses_a_role_that_may_more() {
    use api::{clock::Clock, db::console::ConsoleDb};

    let database = crate::harness::Database::create();
    for role in ["portico_operator", "portico_owner"] {
        let refused = ConsoleDb::open(&database.url(role), 1, Clock::system()).expect_err("it may too much");
        assert!(refused.to_string().contains("Use portico_console."), "{refused}");
    }
    let refused = ConsoleDb::open(&database.superuser_url(), 1, Clock::system()).expect_err("it may all");
    assert!(refused.to_string().contains("Use portico_console."), "{refused}");
}
