//! Sending the same POST again under an `Idempotency-Key`.

use std::{collections::BTreeSet, sync::Barrier};

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use shared::{Menu, Operation, Operations, Page, ProblemCode, project::ProjectRow};

use crate::harness::{Actor, Client, TestApp};

fn projects(actor: &Actor) -> usize {
    let page: Page<ProjectRow> = actor.get("/projects?limit=500").expect(200).json();
    page.items.len()
}

fn creator(app: &TestApp) -> Actor {
    let operations = Operations::of(&[Operation::Insert, Operation::View]);
    app.acme.person().grant(Menu::Projects, operations).create(app)
}

#[test]
fn a_key_is_of_one_person_and_one_operation() {
    let app = TestApp::start();
    let (admin, other, stranger) = (app.acme.admin(&app), creator(&app), app.norte.admin(&app));
    let body = json!({"name": "Apollo"});
    let ids: BTreeSet<String> = [&admin, &other, &stranger]
        .map(|actor| actor.keyed(&app, "shared-key").post("/projects", &body).expect(201))
        .iter()
        .map(|answer| answer.json::<Value>()["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 3);
    let role = json!({"name": "R", "licence_type": "team_member", "grants": {}});
    let answer = admin.keyed(&app, "shared-key").post("/roles", &role).expect(201);
    assert_eq!(answer.header("idempotent-replayed"), None);
}

#[test]
fn a_key_of_another_place_is_refused() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let project = |name: &str| admin.post("/projects", &json!({"name": name})).expect(201).json::<Value>();
    let (one, other) = (project("One"), project("Other"));
    let member: Value = admin.get("/users?limit=1").expect(200).json::<Value>()["items"][0].clone();
    let keyed = admin.keyed(&app, "same");
    let team = |project: &Value| format!("/projects/{}/team", project["id"].as_str().expect("an id"));
    let new = creator(&app);
    let body = json!({"user_id": new.id, "position": "guest"});
    assert!(member["id"].is_string());
    keyed.post(&team(&one), &body).expect(201);
    let refused = keyed.post(&team(&other), &body).expect(409);
    assert_eq!(refused.problem().code, ProblemCode::IdempotencyKeyReused);
}

#[test]
fn a_key_is_good_for_24_hours_and_goes_with_time() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let keyed = |key: &str| app.sign_in(&app.acme, admin.id, admin.email.clone()).keyed(&app, key);
    let body = json!({"name": "Apollo"});
    for old in ["a", "b", "c"] {
        keyed(old).post("/projects", &body).expect(201);
    }
    app.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    let replay = keyed("a").post("/projects", &body).expect(201);
    assert_eq!(replay.header("idempotent-replayed"), Some("true"));
    app.clock.advance(TimeDelta::seconds(1));
    let anew = keyed("a").post("/projects", &body).expect(201);
    assert_eq!(anew.header("idempotent-replayed"), None, "the day is over");
    assert_eq!(projects(&app.sign_in(&app.acme, admin.id, admin.email.clone())), 4);
    assert_eq!(rows(&app), 1, "what is over went along");
}

fn rows(app: &TestApp) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        count: i64,
    }
    let count: Count = diesel::RunQueryDsl::get_result(
        diesel::sql_query("SELECT count(*) AS count FROM idempotency_keys"),
        &mut app.database.superuser(),
    )
    .expect("a count");
    count.count
}

#[test]
fn a_refusal_is_the_answer_too_but_what_may_pass_is_not() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let role = json!({"name": "Taken", "licence_type": "team_member", "grants": {}});
    let taken: Value = admin.post("/roles", &role).expect(201).json();
    let keyed = admin.keyed(&app, "refused");
    let first = keyed.post("/roles", &role).expect(422);
    // The way is free now; the request is the same, and so is its answer.
    let path = format!("/roles/{}", taken["id"].as_str().expect("an id"));
    admin.delete(&path, 1).expect(204);
    let again = keyed.post("/roles", &role).expect(422);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let without_id = |answer: &crate::harness::Answer| {
        let mut problem = answer.problem();
        problem.request_id = None;
        problem
    };
    assert_eq!(without_id(&again), without_id(&first));
    admin.keyed(&app, "new").post("/roles", &role).expect(201);

    // What cannot be read at all, and what broke on our side, is no answer for good.
    let keyed = admin.keyed(&app, "later");
    keyed.post("/roles", &json!({"name": ""})).expect(422);
    let mut sql = app.database.superuser();
    sql.batch_execute("ALTER TABLE projects RENAME TO projects_away").expect("it is broken");
    keyed.post("/projects", &json!({"name": "Apollo"})).expect(500);
    sql.batch_execute("ALTER TABLE projects_away RENAME TO projects").expect("it is mended");
    let answer = keyed.post("/projects", &json!({"name": "Apollo"})).expect(201);
    assert_eq!(answer.header("idempotent-replayed"), None);
    let role = json!({"name": "Later", "licence_type": "team_member", "grants": {}});
    keyed.post("/roles", &role).expect(201);
}

#[test]
fn a_position_that_came_later_counts_and_so_does_one_that_went() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let project: Value = admin.post("/projects", &json!({"name": "Apollo"})).expect(201).json();
    let manager = app.acme.person().role("Project Manager").create(&app);
    let team = format!("/projects/{}/team", project["id"].as_str().expect("an id"));
    let new = json!({"user_id": creator(&app).id, "position": "guest"});
    let keyed = manager.keyed(&app, "again");
    keyed.post(&team, &new).expect(404);
    admin.post(&team, &json!({"user_id": manager.id, "position": "manager"})).expect(201);
    let done = keyed.post(&team, &new).expect(201);
    assert_eq!(done.header("idempotent-replayed"), None);
    let path = format!("{team}/{}", manager.id);
    admin.delete(&path, 1).expect(204);
    keyed.post(&team, &new).expect(404);
}

#[test]
fn keys_that_cannot_be_one_are_refused_before_anything_is_done() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    for key in ["", "two words", "\"open", &"k".repeat(201)] {
        let refused = admin.keyed(&app, key).post("/projects", &json!({"name": "Apollo"})).expect(400);
        assert_eq!(refused.problem().code, ProblemCode::MalformedBody, "{key}");
        assert!(refused.problem().detail.is_some_and(|detail| detail.contains("Idempotency-Key")), "{key}");
    }
    let twice = admin.keyed(&app, "one").with_header("idempotency-key", "two");
    twice.post("/projects", &json!({"name": "Apollo"})).expect(400);
    assert_eq!(projects(&admin), 0);
    // A quoted key is the same as the bare one.
    admin.keyed(&app, "\"k\"").post("/projects", &json!({"name": "Apollo"})).expect(201);
    let again = admin.keyed(&app, "k").post("/projects", &json!({"name": "Apollo"})).expect(201);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    // Elsewhere it has no meaning and does no harm.
    admin.keyed(&app, "two words").get("/projects").expect(200);
    let body = json!({"email": admin.email, "password": crate::harness::PASSWORD});
    app.client(&app.acme).with_header("idempotency-key", "k").post("/session", &body).expect(200);
}

#[test]
fn of_many_at_once_one_works() {
    const MANY: usize = 12;
    let app = TestApp::start();
    let second = app.second_server();
    let admin = app.acme.admin(&app);
    let clients: Vec<Client> = (0..MANY)
        .map(|number| {
            let server = if number % 2 == 0 { &app.server } else { &second };
            admin.at(server).with_header("idempotency-key", "at-once")
        })
        .collect();
    let barrier = Barrier::new(MANY);
    let answers: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = clients
            .iter()
            .map(|client| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    client.post("/projects", &json!({"name": "Once"}))
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    assert_eq!(projects(&admin), 1);
    let mut ids = BTreeSet::new();
    for answer in &answers {
        if answer.status == 409 {
            assert_eq!(answer.problem().code, ProblemCode::IdempotencyKeyInUse);
            assert_eq!(answer.header("retry-after"), Some("1"));
        } else {
            assert_eq!(answer.status, 201, "{}", answer.text);
            ids.insert(answer.json::<Value>()["id"].to_string());
        }
    }
    assert_eq!(ids.len(), 1);
    let done = answers.iter().filter(|one| one.status == 201 && one.header("idempotent-replayed").is_none());
    assert_eq!(done.count(), 1);
}
