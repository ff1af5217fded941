//! What a hostile or careless client may not do: take over by giving, break the server with values that it cannot
//! keep, or pass for somebody else with characters that nobody sees.

mod administration;

use api::{db::operator::OperatorDb, organizations};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types};
use serde_json::{Value, json};
use shared::{ProblemCode, ViolationCode, project_parameter::ProjectParameter, user::User};

use crate::harness::{Actor, Answer, PASSWORD, TestApp};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = sql_types::Text)]
    text: String,
}

fn texts(app: &TestApp, query: &str) -> Vec<String> {
    let rows: Vec<Row> = sql_query(query).load(&mut app.database.superuser()).expect("rows");
    rows.into_iter().map(|row| row.text).collect()
}

fn violations(answer: Answer) -> Vec<(String, ViolationCode)> {
    let errors = answer.expect(422).problem().errors;
    errors.into_iter().map(|error| (error.pointer, error.code)).collect()
}

fn person(email: &str) -> Value {
    json!({"email": email, "first_name": "Ana", "last_name": "Pérez"})
}

#[test]
fn long_lists_are_refused_before_they_are_looked_at_and_answers_stay_small() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let ids = |count: usize| -> Vec<uuid::Uuid> { (0..count).map(|_| app.clock.new_id()).collect() };
    let with = |roles: Vec<uuid::Uuid>| {
        let mut body = person("ana@acme.example");
        body["roles"] = json!(roles);
        body
    };
    for count in [101, 25_000] {
        let errors = admin.post("/users", &with(ids(count))).expect(422).problem().errors;
        assert_eq!((errors.len(), errors[0].pointer.as_str(), errors[0].limit), (1, "/roles", Some(100)));
        assert_eq!(errors[0].code, ViolationCode::TooLong);
    }
    let answer = admin.post("/users", &with(ids(100))).expect(422);
    assert_eq!(answer.problem().errors.len(), 50, "as many as anybody reads");
    let functions = json!({"name": "R", "licence_type": "full_access",
        "functions": vec!["project_manager"; 10_000]});
    assert_eq!(
        violations(admin.post("/roles", &functions)),
        [("/functions".to_owned(), ViolationCode::TooLong)]
    );
    let mut unknown = person("ana@acme.example");
    unknown["x".repeat(500_000)] = json!(1);
    let answer = admin.post("/users", &unknown).expect(422);
    assert!(answer.text.len() < 4_000, "{} bytes", answer.text.len());
}

fn cursor(sort: &str, value: &Value) -> String {
    let cursor = json!({"sort": sort, "value": value, "id": uuid::Uuid::nil()});
    URL_SAFE_NO_PAD.encode(cursor.to_string())
}

#[test]
fn queries_that_the_database_cannot_answer_are_refused_by_name() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let long_ago = "-9999-01-01T00:00:00Z";
    let (format, range) = (ViolationCode::InvalidFormat, ViolationCode::OutOfRange);
    let after =
        |list: &str, sort: &str, value: Value| format!("{list}?sort={sort}&after={}", cursor(sort, &value));
    for (path, pointer, code) in [
        ("/users?q=%00".to_owned(), "?q", format),
        ("/users?q=a%0Ab".to_owned(), "?q", format),
        ("/users?licence_used=a%00".to_owned(), "?licence_used", format),
        ("/users?sort=%00".to_owned(), "?sort", format),
        ("/projects?q=a%00".to_owned(), "?q", format),
        ("/my-projects?q=a%00".to_owned(), "?q", format),
        ("/projects?starts_from=-9999-01-01".to_owned(), "?starts_from", range),
        ("/projects?ends_until=-9999-01-01".to_owned(), "?ends_until", range),
        ("/my-projects?ends_until=%2B262142-01-01".to_owned(), "?ends_until", range),
        (after("/users", "last_name", json!({"names": ["a\0", "b"]})), "?after", format),
        (after("/users", "email", json!({"email": "a\0"})), "?after", format),
        (after("/users", "created_at", json!({"at": long_ago})), "?after", format),
        (after("/users", "last_sign_in_at", json!({"at": long_ago})), "?after", format),
        (after("/projects", "name", json!({"text": "a\0"})), "?after", format),
        (after("/projects", "start_date", json!({"day": "-9999-01-01"})), "?after", format),
        (after("/projects", "end_date", json!({"day": "+262142-01-01"})), "?after", format),
        (after("/projects", "updated_at", json!({"instant": long_ago})), "?after", format),
    ] {
        assert_eq!(violations(admin.get(&path)), [(pointer.to_owned(), code)], "{path}");
    }
    // As the server makes them they are taken.
    for path in [
        after("/users", "created_at", json!({"at": "2026-03-02T09:00:00Z"})),
        after("/projects", "start_date", json!({"day": "2026-03-02"})),
        after("/projects", "updated_at", json!({"instant": "2026-03-02T09:00:00Z"})),
    ] {
        admin.get(&path).expect(200);
    }
}

#[test]
fn bodies_that_the_database_cannot_keep_are_refused_by_name() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let shared = app.shared_client();
    let slug = [("/organization".to_owned(), ViolationCode::InvalidFormat)];
    assert_eq!(violations(shared.post("/session/refresh", &json!({"organization": "a\0"}))), slug);
    let sign_in = json!({"email": admin.email, "password": PASSWORD, "organization": "a\0"});
    assert_eq!(violations(shared.post("/session", &sign_in)), slug);
    let out = |field: &str| vec![(field.to_owned(), ViolationCode::OutOfRange)];
    for (field, day) in [
        ("start_date", "-9999-01-01"),
        ("start_date", "+262142-01-01"),
        ("end_date", "+262142-01-01"),
        ("end_date", "1899-12-31"),
    ] {
        let pointer = format!("/{field}");
        assert_eq!(
            violations(admin.post("/projects", &json!({"name": "A", field: day}))),
            out(&pointer),
            "{day}"
        );
    }
    let project: Value =
        admin.post("/projects", &json!({"name": "A", "start_date": "1900-01-01"})).expect(201).json();
    let path = format!("/projects/{}", project["id"].as_str().expect("an id"));
    assert_eq!(violations(admin.patch(&path, 1, &json!({"end_date": "2201-01-01"}))), out("/end_date"));
    assert_eq!(violations(admin.patch(&path, 1, &json!({"start_date": "1600-01-01"}))), out("/start_date"));
    admin.patch(&path, 1, &json!({"start_date": null, "end_date": "2200-12-31"})).expect(200);
}

#[test]
fn whoever_waits_too_long_for_a_lock_is_asked_to_try_again() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    admin.get("/roles").expect(200);
    let mut lock = app.database.superuser();
    lock.batch_execute("BEGIN; LOCK TABLE role_grants IN ACCESS EXCLUSIVE MODE").expect("it is locked");
    let answer = admin.get("/roles").expect(503);
    assert_eq!((answer.problem().code, answer.header("retry-after")), (ProblemCode::Busy, Some("1")));
    lock.batch_execute("COMMIT").expect("it is unlocked");
    admin.get("/roles").expect(200);
    let roles = texts(&app, "SELECT rolname::text AS text FROM pg_roles WHERE rolname LIKE 'portico%'").len();
    let set = "SELECT unnest(setconfig) AS text FROM pg_db_role_setting JOIN pg_roles ON oid = setrole
               WHERE rolname LIKE 'portico%' AND setdatabase = 0";
    let set = texts(&app, set);
    let with = |setting: &str| set.iter().filter(|one| *one == setting).count();
    assert!(roles >= 6, "{roles} roles");
    assert_eq!(with("lc_messages=C"), roles, "the database's words are told apart");
    assert_eq!(with("jit=off"), roles, "no statement is compiled");
}

#[test]
fn one_person_is_one_account_however_the_name_was_typed() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let (composed, decomposed) = ("Jos\u{e9}@x.org", "Jose\u{301}@x.org");
    let mut new = person(decomposed);
    new["first_name"] = json!("Jose\u{301}");
    new["password"] = json!("cuatro perros al sol");
    let jose: User = admin.post("/users", &new).expect(201).json();
    assert_eq!((jose.email.as_str(), jose.first_name.as_str()), ("jos\u{e9}@x.org", "Jos\u{e9}"));
    let taken = [("/email".to_owned(), ViolationCode::NotUnique)];
    assert_eq!(violations(admin.post("/users", &person(composed))), taken);
    for email in [composed, decomposed, "JOSE\u{301}@x.org"] {
        let sign_in = json!({"email": email, "password": "cuatro perros al sol"});
        app.client(&app.acme).post("/session", &sign_in).expect(200);
    }
    let role = |name: &str| json!({"name": name, "licence_type": "team_member"});
    admin.post("/roles", &role("Se\u{f1}or")).expect(201);
    let taken = [("/name".to_owned(), ViolationCode::NotUnique)];
    assert_eq!(violations(admin.post("/roles", &role("Sen\u{303}or"))), taken);
}

#[test]
fn names_hide_nothing() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    for (name, code) in [
        ("Ada\u{200b}", ViolationCode::InvalidFormat),
        ("\u{202e}adA", ViolationCode::InvalidFormat),
        ("A\u{200d}da", ViolationCode::InvalidFormat),
        ("\u{3164}", ViolationCode::Required),
    ] {
        let mut new = person("ana@acme.example");
        new["first_name"] = json!(name);
        assert_eq!(violations(admin.post("/users", &new)), [("/first_name".to_owned(), code)], "{name:?}");
        let role = json!({"name": name, "licence_type": "team_member"});
        assert_eq!(violations(admin.post("/roles", &role)), [("/name".to_owned(), code)], "{name:?}");
    }
    let hidden = [("/email".to_owned(), ViolationCode::InvalidFormat)];
    assert_eq!(violations(admin.post("/users", &person("ad\u{200b}min@acme.example"))), hidden);
    admin.post("/roles", &json!({"name": "👩\u{200d}🚀 Crew", "licence_type": "team_member"})).expect(201);
}

#[test]
fn what_operators_do_to_an_organization_is_in_its_audit_log() {
    let app = TestApp::start();
    let url = app.database.url("portico_operator");
    let mut operator = OperatorDb::open(&url, app.clock.clone()).expect("the operator comes in");
    organizations::suspend(&mut operator, "acme").expect("suspended");
    organizations::resume(&mut operator, "acme").expect("resumed");
    organizations::add_domain(&mut operator, "acme", "projects.acme.example").expect("a domain");
    organizations::add_domain(&mut operator, "acme", "projects.acme.example").expect("it is there already");
    let query = format!(
        "SELECT concat_ws(' ', actor_kind, action, content::jsonb -> 'before', content::jsonb -> 'after') AS text
         FROM audit_log a JOIN audit_parts p ON p.audit_id = a.id AND p.number = 0
         WHERE a.org_id = '{0}' AND entity = 'organization' AND entity_id = '{0}' ORDER BY a.id OFFSET 1",
        app.acme.id
    );
    assert_eq!(
        texts(&app, &query),
        [
            r#"operator updated {"state": "active"} {"state": "suspended"}"#,
            r#"operator updated {"state": "suspended"} {"state": "active"}"#,
            r#"operator updated {"domain": null} {"domain": "projects.acme.example"}"#,
        ]
    );
    app.acme.admin(&app).get("/session").expect(200);
}

#[test]
fn entries_that_make_room_are_in_the_history() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let entries = |admin: &Actor| -> Vec<ProjectParameter> {
        let all: Vec<ProjectParameter> = admin.get("/project-parameters").expect(200).json();
        all.into_iter().filter(|one| one.kind.key() == "priority").collect()
    };
    let before = entries(&admin);
    let path = format!("/project-parameters/{}", before[2].id);
    admin.patch(&path, before[2].version, &json!({"order": 1})).expect(200);
    let moved = texts(
        &app,
        "SELECT concat_ws(' ', entity_id, content::jsonb -> 'before' ->> 'order', content::jsonb -> 'after' ->> 'order') AS text
         FROM audit_log a JOIN audit_parts p ON p.audit_id = a.id AND p.number = 0
         WHERE entity = 'project_parameter' AND action = 'updated' ORDER BY content::jsonb -> 'after' ->> 'order'",
    );
    let line = |index: usize, from: i32, to: i32| format!("{} {from} {to}", before[index].id);
    assert_eq!(moved, [line(2, 3, 1), line(0, 1, 2), line(1, 2, 3)]);
    assert_eq!(entries(&admin)[0].id, before[2].id);
}
