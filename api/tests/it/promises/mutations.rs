//! Promise: whatever changes something leaves its audit and history rows in the same transaction, asks for the version
//! where there is one, and leaves nothing where it is refused.

use std::collections::BTreeSet;

use api::{
    db::{Entity, record::classes},
    http::{guards::Access, route::Route, routes},
};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Bool, Nullable, Text, Uuid as SqlUuid},
};
use serde_json::{Value, json};
use shared::ProblemCode;
use utoipa::openapi::RefOr;
use uuid::Uuid;

use super::{
    catalogue::{line, lines, state, tenant_tables},
    samples::{Sample, method, sample},
    scene::{Player, Scene, Stage},
};
use crate::harness::{Answer, PASSWORD, TestApp, said};

/// Changes without an audit row, each with the reason.
const NOT_RECORDED: &[(&str, &str)] = &[
    ("check_invitation", "it changes nothing, and is a POST so that the token stands in no address"),
    ("check_recovery", "it changes nothing, and is a POST so that the token stands in no address"),
    (
        "refresh_session",
        "a rotated credential is no change of anything; a reused one ends the session and is recorded",
    ),
    ("simulate_licence", "it changes nothing: its transaction is READ ONLY"),
    ("simulate_role", "it changes nothing: its transaction is READ ONLY"),
    ("simulate_user", "it changes nothing: its transaction is READ ONLY"),
    ("request_recovery", "nobody knows yet whether it concerns anybody; the use of a link is recorded"),
];

/// PATCH and DELETE without a version, each with the reason.
const WITHOUT_VERSION: [(&str, &str); 3] = [
    ("end_other_sessions", "sessions have no versions: ended is ended"),
    ("end_session", "sessions have no versions: ended is ended"),
    ("sign_out", "sessions have no versions: ended is ended"),
];

fn mutating() -> impl Iterator<Item = Route> {
    routes::all().into_iter().filter(|route| route.method() != "GET")
}

/// Whether it takes JSON. What is wrong with files, `it::pictures` tries.
fn takes_body(route: &Route) -> bool {
    let body = route.operation.request_body.as_ref();
    body.is_some_and(|body| matches!(body, RefOr::T(body) if body.content.contains_key("application/json")))
}

/// Somebody who may do everything, and no company admin stands in the way of being demoted.
fn player(app: &TestApp) -> Player {
    Player::of(app, app.acme.person().company_admin().create(app))
}

/// Does what the route is for.
fn act(app: &TestApp, route: &Route, scene: &Scene, player: &Player) -> Answer {
    let sample = sample(route, scene, player);
    let answer = if matches!(route.access, Access::Public(_)) {
        let anyone = app.client(&app.acme);
        if route.name == "refresh_session" {
            let body = json!({"email": player.actor.email, "password": PASSWORD});
            anyone.post("/session", &body).expect(200);
        }
        sample.send(route, &anyone)
    } else {
        sample.send(route, &player.actor)
    };
    assert!((200..300).contains(&answer.status), "{route:?}: {} {}", answer.status, answer.text);
    answer
}

#[derive(QueryableByName)]
struct Audited {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    actor_kind: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    actor_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    session_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    request_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    entity: String,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = BigInt)]
    transaction: i64,
    /// Whether the history has the same, written in the same transaction.
    #[diesel(sql_type = Bool)]
    in_history: bool,
}

impl Audited {
    fn what(&self) -> String {
        format!("{} {}", self.entity, self.action)
    }
}

fn audited(sql: &mut PgConnection, since: i64) -> Vec<Audited> {
    sql_query(
        "SELECT a.id, a.actor_kind, a.actor_id, a.session_id, a.request_id, a.entity, a.action,
                a.xmin::text::bigint AS transaction,
                EXISTS (SELECT 1 FROM changes c WHERE c.org_id = a.org_id AND c.id = a.id AND c.entity = a.entity
                        AND c.entity_id = a.entity_id AND c.kind = a.action AND c.at = a.at
                        AND c.changed_by IS NOT DISTINCT FROM a.actor_id AND c.xmin = a.xmin) AS in_history
         FROM audit_log a WHERE a.xmin::text::bigint >= $1 ORDER BY a.id",
    )
    .bind::<BigInt, _>(since)
    .load(sql)
    .expect("the audit log is read")
}

/// The transactions since then that left rows in tenant tables, but for the records themselves.
fn transactions(sql: &mut PgConnection, since: i64) -> BTreeSet<i64> {
    let mut found = BTreeSet::new();
    for table in tenant_tables(sql)
        .iter()
        .filter(|table| !["audit_log", "audit_parts", "changes", "person_keys"].contains(&table.as_str()))
    {
        let query =
            format!("SELECT DISTINCT xmin::text AS line FROM {table} WHERE xmin::text::bigint >= {since}");
        found.extend(lines(sql, &query).iter().map(|xmin| xmin.parse::<i64>().expect("a number")));
    }
    // What an organization asks for is written down beside its own rows.
    let query = format!("SELECT xmin::text AS line FROM client_requests WHERE xmin::text::bigint >= {since}");
    found.extend(lines(sql, &query).iter().map(|xmin| xmin.parse::<i64>().expect("a number")));
    found
}

/// Who has done it: the player, but where somebody comes who was not there.
fn acting(route: &Route, scene: &Scene, player: &Player, sql: &mut PgConnection) -> Uuid {
    if route.name == "accept_invitation" {
        let email = &scene.invitation.email;
        let query = format!("SELECT id::text AS line FROM users WHERE email = '{email}'");
        return line(sql, &query).parse().expect("an id");
    }
    player.actor.id.0
}

fn count(sql: &mut PgConnection, table: &str) -> i64 {
    line(sql, &format!("SELECT count(*)::text AS line FROM {table}")).parse().expect("a number")
}

#[test]
fn every_change_is_recorded_in_its_own_transaction() {
    let app = TestApp::start();
    let sql = &mut app.database.superuser();
    let mut table = Vec::new();
    for route in mutating() {
        let scene = Scene::set(&app, &app.acme);
        let player = player(&app);
        let since: i64 = line(sql, "SELECT pg_current_xact_id()::text AS line").parse().expect("a number");
        let (audit_rows, change_rows) = (count(sql, "audit_log"), count(sql, "changes"));
        let answer = act(&app, &route, &scene, &player);
        let request: Uuid = answer.header("x-request-id").expect("an id").parse().expect("an id");
        let rows = audited(sql, since);
        let written = transactions(sql, since);
        if NOT_RECORDED.iter().any(|(name, _)| *name == route.name) {
            assert!(
                rows.iter().all(|row| row.request_id != Some(request)),
                "{route:?} is on the list in vain"
            );
            continue;
        }
        assert!(!rows.is_empty(), "{route:?} leaves no audit row");
        let acting = acting(&route, &scene, &player, sql);
        for row in &rows {
            assert_eq!(row.actor_kind, "user", "{route:?}");
            assert_eq!(row.actor_id, Some(acting), "{route:?}");
            let said = said(sql, row.id);
            assert_eq!(said.address.as_deref(), Some("127.0.0.1"), "{route:?}");
            assert!(said.label.is_some_and(|label| !label.is_empty()), "{route:?}");
            assert_eq!(row.request_id, Some(request), "{route:?}");
            if !matches!(route.access, Access::Public(_)) {
                assert_eq!(row.session_id, Some(player.actor.session.0), "{route:?}");
            }
            assert!(
                row.in_history,
                "{route:?}: {} {} is not in the history as it is in the log",
                row.what(),
                row.id
            );
            // Before and after say what the action says.
            assert_eq!(said.before.is_empty(), row.action == "created", "{route:?}: {}", row.what());
            assert_eq!(said.after.is_empty(), row.action == "deleted", "{route:?}: {}", row.what());
            let entity = Entity::from_key(&row.entity).expect("a kind of thing");
            for field in said.before.keys().chain(said.after.keys()) {
                let class = classes::of(entity, field);
                assert!(
                    class.is_some(),
                    "say in record/classes.rs what {} {field} tells of people",
                    row.entity
                );
            }
            assert_eq!(row.transaction, rows[0].transaction, "{route:?}: two transactions");
        }
        assert!(
            written.iter().all(|xmin| *xmin == rows[0].transaction),
            "{route:?}: something was changed elsewhere"
        );
        assert!(!written.is_empty() || route.method() == "DELETE", "{route:?}: records of nothing");
        let new_changes = count(sql, "changes") - change_rows;
        let new_audit_rows = count(sql, "audit_log") - audit_rows;
        assert_eq!(new_audit_rows, i64::try_from(rows.len()).expect("few"), "{route:?}");
        // A deleted project takes the history that nobody can reach any more along.
        assert!(new_changes == new_audit_rows || route.name == "delete_project", "{route:?}: {new_changes}");
        let whats: Vec<String> = rows.iter().map(Audited::what).collect();
        table.push(format!("{:<26}{}", route.name, whats.join(", ")));
    }
    table.sort();
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn a_version_is_asked_for_wherever_something_is_changed_or_removed() {
    for route in routes::all().iter().filter(|route| ["PATCH", "DELETE"].contains(&route.method())) {
        let is_listed = WITHOUT_VERSION.iter().any(|(name, _)| *name == route.name);
        assert_ne!(route.takes_version, is_listed, "{route:?}");
    }
    assert!(routes::all().iter().all(|route| route.method() != "GET" || !route.takes_version));
}

#[test]
fn a_missing_or_stale_version_is_refused_and_a_weak_one_taken() {
    let app = TestApp::start();
    for route in routes::all().into_iter().filter(|route| route.takes_version) {
        let scene = Scene::set(&app, &app.acme);
        let player = player(&app);
        let sample = sample(&route, &scene, &player);
        let version = sample.version.expect("a sample with its version");
        let before = state(&mut app.database.superuser());

        let missing = Sample { version: None, ..sample.clone() }.send(&route, &player.actor);
        assert_eq!(missing.status, 428, "{route:?}: {}", missing.text);
        assert_eq!(missing.problem().code, ProblemCode::VersionRequired, "{route:?}");
        for stale in [version - 1, version + 1] {
            let answer = Sample { version: Some(stale), ..sample.clone() }.send(&route, &player.actor);
            assert_eq!(answer.status, 412, "{route:?}: {}", answer.text);
            let problem = answer.problem();
            assert_eq!(problem.code, ProblemCode::StaleVersion, "{route:?}");
            let current = problem.current.expect("the present state");
            assert_eq!(current["version"], json!(version), "{route:?}");
            assert!(
                !takes_body(&route) || knows(&current, &sample),
                "{route:?}: {current} cannot be merged with"
            );
        }
        for garbage in ["3", "\"x\"", "*", "\"1\", \"2\""] {
            let answer = with_if_match(&app, &route, &player, &sample, garbage);
            assert_eq!(answer.status, 400, "{route:?} with {garbage}: {}", answer.text);
        }
        assert_eq!(state(&mut app.database.superuser()), before, "{route:?}");

        let weak = with_if_match(&app, &route, &player, &sample, &format!("W/\"{version}\""));
        assert!((200..300).contains(&weak.status), "{route:?}: {}", weak.text);
        if weak.status == 200 {
            assert_eq!(weak.header("etag"), Some(format!("\"{}\"", version + 1).as_str()), "{route:?}");
        }
    }
}

/// The present state has the fields that the request would change, for the field-by-field merge.
fn knows(current: &Value, sample: &Sample) -> bool {
    let fields = sample.body.as_ref().and_then(Value::as_object).into_iter().flatten();
    fields.map(|(field, _)| field).all(|field| current.get(field).is_some())
}

fn with_if_match(app: &TestApp, route: &Route, player: &Player, sample: &Sample, tag: &str) -> Answer {
    let client = app
        .client(&app.acme)
        .with_token(player.actor.token().expect("signed in"))
        .with_header("if-match", tag);
    Sample { version: None, ..sample.clone() }.send(route, &client)
}

#[test]
fn what_is_refused_leaves_nothing() {
    let app = TestApp::start();
    let stage = Stage::of(&app);
    for route in mutating().filter(takes_body) {
        let scene = stage.scene(&route);
        let player = player(&app);
        let sample = sample(&route, &scene, &player);
        let client = match route.access {
            Access::Public(_) => &app.client(&app.acme),
            _ => &*player.actor,
        };
        let before = state(&mut app.database.superuser());
        let mut body = sample.body.clone().expect("a body");
        body["no_such_field"] = json!(1);
        let answer = sample.with_body(body).send(&route, client);
        assert_eq!(answer.status, 422, "{route:?}: {}", answer.text);
        assert_eq!(answer.problem().errors[0].pointer, "/no_such_field", "{route:?}");

        let path = sample.path(&route);
        let broken = client.send(method(&route), &path, sample.version, Some(b"{\"broken".to_vec()));
        assert_eq!(broken.status, 400, "{route:?}: {}", broken.text);
        assert_eq!(broken.problem().code, ProblemCode::MalformedBody, "{route:?}");
        let twice = format!("{} {{}}", sample.body.clone().expect("a body"));
        let twice = client.send(method(&route), &path, sample.version, Some(twice.into_bytes()));
        assert_eq!(twice.status, 400, "{route:?}: {}", twice.text);
        assert_eq!(state(&mut app.database.superuser()), before, "{route:?}");
    }
}
