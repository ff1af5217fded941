//! People over the API: adding, changing, deactivating.

mod hand_over;
mod list;
mod many;

use api::db::record::parts::Content;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types};
use serde_json::{Value, json};
use shared::{
    Menu, Operation, Operations, Problem, ProblemCode, ViolationCode, access::DenialReason, user::User,
};
use ureq::http::Method;

use crate::{
    harness::{Actor, Answer, PASSWORD, TestApp, said},
    roles::role,
    sessions::within_a_second,
};

/// Deactivates or reactivates.
pub fn act(admin: &Actor, user: &User, verb: &str) -> Answer {
    admin.send(Method::POST, &format!("{}/{verb}", path(user)), Some(user.version), None)
}

fn path(user: &User) -> String {
    format!("/users/{}", user.id)
}

fn get(admin: &Actor, user: &User) -> User {
    admin.get(&path(user)).expect(200).json()
}

fn me(actor: &Actor) -> User {
    actor.get(&format!("/users/{}", actor.id)).expect(200).json()
}

fn new(email: &str) -> Value {
    json!({"email": email, "first_name": "Ana", "last_name": "Pérez"})
}

fn create(admin: &Actor, new: &Value) -> User {
    admin.post("/users", new).expect(201).json()
}

fn violations(problem: &Problem) -> Vec<(&str, ViolationCode)> {
    problem.errors.iter().map(|error| (error.pointer.as_str(), error.code)).collect()
}

fn signs_in(app: &TestApp, email: &str, password: &str) -> bool {
    let body = json!({"email": email, "password": password});
    app.client(&app.acme).post("/session", &body).status == 200
}

/// Somebody who may do everything with people, and is no company admin.
fn clerk(app: &TestApp) -> Actor {
    app.acme.person().grant(Menu::Users, Operations::ALL).create(app)
}

#[test]
fn a_person_is_added_with_the_default_role_and_signs_in() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let mut body = new(" Ana@Acme.example ");
    body["password"] = json!("cuatro perros al sol");
    let answer = admin.post("/users", &body).expect(201);
    assert_eq!(answer.header("etag"), Some("\"1\""));
    let ana: User = answer.json();
    assert_eq!((ana.email.as_str(), ana.active, ana.has_password), ("ana@acme.example", true, true));
    assert_eq!(ana.roles.iter().map(|role| role.name.as_str()).collect::<Vec<_>>(), ["Team Member"]);
    assert_eq!(ana.licence_used.as_deref(), Some("team_member"));
    assert_eq!(ana.language.code(), "en");
    assert_eq!(get(&admin, &ana), ana);
    assert!(signs_in(&app, "ANA@acme.example", "cuatro perros al sol"));
    assert!(get(&admin, &ana).last_sign_in_at.is_some());
}

#[test]
fn what_is_wrong_with_a_person_is_named() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let with = |field: &str, value: Value| {
        let mut body = new("ana@acme.example");
        body[field] = value;
        body
    };
    let nobody = "00000000-0000-7000-8000-000000000000";
    let member = role(&admin, "Team Member").id;
    let there = role(&app.norte.admin(&app), "Team Member").id;
    for (body, pointer, code) in [
        (with("email", json!("Admin@acme.example")), "/email", ViolationCode::NotUnique),
        (with("email", json!("ana")), "/email", ViolationCode::InvalidFormat),
        (with("first_name", json!(" ")), "/first_name", ViolationCode::Required),
        (with("roles", json!([])), "/roles", ViolationCode::AtLeastOne),
        (with("roles", json!([member, member])), "/roles", ViolationCode::Duplicate),
        (with("roles", json!([member, nobody])), "/roles/1", ViolationCode::NotFound),
        (with("roles", json!([there])), "/roles/0", ViolationCode::NotFound),
        (with("password", json!("short")), "/password", ViolationCode::TooShort),
        (with("password", json!("aaaaaaaaaaaaaaaaaa")), "/password", ViolationCode::CommonPassword),
        (with("password", json!("ana@acme.example")), "/password", ViolationCode::PasswordIsIdentity),
        (with("company_admin", json!(true)), "/company_admin", ViolationCode::UnknownField),
    ] {
        let problem = admin.post("/users", &body).expect(422).problem();
        assert_eq!(violations(&problem), [(pointer, code)], "{body}");
    }
    // In the other organization the e-mail is free.
    app.norte.admin(&app).post("/users", &new("admin@acme.example")).expect(201);
}

#[test]
fn a_person_is_changed_field_by_field() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let ana = create(&admin, &new("ana@acme.example"));
    let (guest, manager) = (role(&admin, "Project Guest"), role(&admin, "Project Manager"));
    let patch = json!({"last_name": " Núñez ", "language": "es", "roles": [manager.id, guest.id]});
    let changed: User = admin.patch(&path(&ana), ana.version, &patch).expect(200).json();
    assert_eq!((changed.first_name.as_str(), changed.last_name.as_str()), ("Ana", "Núñez"));
    let names: Vec<&str> = changed.roles.iter().map(|role| role.name.as_str()).collect();
    assert_eq!(names, ["Project Guest", "Project Manager"]);
    assert_eq!(changed.version, 2);
    let stale = admin.patch(&path(&ana), ana.version, &json!({"first_name": "Eva"})).expect(412).problem();
    assert_eq!(stale.current, Some(serde_json::to_value(&changed).expect("a person")));
    let same: User =
        admin.patch(&path(&ana), changed.version, &json!({"first_name": "Ana"})).expect(200).json();
    assert_eq!(same, changed, "what changes nothing leaves the version");
    let problem =
        admin.patch(&path(&ana), changed.version, &json!({"email": admin.email})).expect(422).problem();
    assert_eq!(violations(&problem), [("/email", ViolationCode::NotUnique)]);
    let stranger = app.norte.admin(&app);
    stranger.get(&path(&ana)).expect(404);
    stranger.patch(&path(&ana), changed.version, &json!({"first_name": "Eva"})).expect(404);
    act(&stranger, &changed, "deactivate").expect(404);
}

#[test]
fn whoever_is_deactivated_is_out_at_once_and_comes_back() {
    let app = TestApp::start();
    let second = app.second_server();
    let admin = app.acme.admin(&app);
    let member = app.acme.person().role("Team Member").create(&app);
    let there = member.at(&second);
    there.get("/session").expect(200);
    let user = me_of(&admin, &member);
    assert_eq!(user.licence_used.as_deref(), Some("team_member"));
    let gone: User = act(&admin, &user, "deactivate").expect(200).json();
    assert!(!gone.active && gone.licence_used.is_none() && !gone.roles.is_empty());
    member.get("/session").expect(401);
    within_a_second(|| there.get("/session").status == 401);
    act(&admin, &user, "reactivate").expect(412);
    let back: User = act(&admin, &gone, "reactivate").expect(200).json();
    assert_eq!((back.active, back.licence_used.as_deref()), (true, Some("team_member")));
    // The old session is over for good.
    member.get("/session").expect(401);
}

fn me_of(admin: &Actor, actor: &Actor) -> User {
    admin.get(&format!("/users/{}", actor.id)).expect(200).json()
}

#[test]
fn who_cannot_sign_in_has_no_session() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let member = app.acme.person().role("Team Member").create(&app);
    let user = me_of(&admin, &member);
    let planned: User =
        admin.patch(&path(&user), user.version, &json!({"no_login": true})).expect(200).json();
    assert_eq!(planned.licence_used, None);
    member.get("/session").expect(401);
}

#[test]
fn a_password_set_by_somebody_else_ends_all_sessions() {
    let app = TestApp::start();
    let clerk = clerk(&app);
    let mut body = new("ana@acme.example");
    body["password"] = json!("cuatro perros al sol");
    let ana = create(&clerk, &body);
    let session = app.sign_in(&app.acme, ana.id, ana.email.clone());
    session.get("/session").expect(200);
    let weak = clerk.patch(&path(&ana), ana.version, &json!({"password": "short"})).expect(422).problem();
    assert_eq!(violations(&weak), [("/password", ViolationCode::TooShort)]);
    session.get("/session").expect(200);
    let set = json!({"password": "cinco gallinas en el corral"});
    clerk.patch(&path(&ana), ana.version, &set).expect(200);
    session.get("/session").expect(401);
    assert!(!signs_in(&app, "ana@acme.example", "cuatro perros al sol"));
    assert!(signs_in(&app, "ana@acme.example", "cinco gallinas en el corral"));
    // One's own is changed in the profile, where the old one is asked for.
    let own = me(&clerk);
    assert_conflict(clerk.patch(&path(&own), own.version, &set), ProblemCode::Conflict);
}

#[track_caller]
fn assert_conflict(answer: Answer, code: ProblemCode) {
    assert_eq!(answer.expect(409).problem().code, code);
}

#[track_caller]
fn assert_company_admin_only(answer: Answer) {
    let denial = answer.expect(403).problem().denial.expect("the reason");
    assert_eq!((denial.menu, denial.operation), (Menu::ManageAccount, Operation::Update));
    assert_eq!(denial.reason, DenialReason::CompanyAdminOnly);
}

#[test]
fn company_admins_are_the_affair_of_company_admins() {
    let app = TestApp::start();
    let (admin, clerk) = (app.acme.admin(&app), clerk(&app));
    let (of_admin, of_clerk) = (me(&admin), me(&clerk));
    let by_clerk = |user: &User, patch: Value| clerk.patch(&path(user), user.version, &patch);
    assert_company_admin_only(by_clerk(&of_clerk, json!({"company_admin": true})));
    assert_company_admin_only(by_clerk(&of_admin, json!({"company_admin": false})));
    assert_company_admin_only(by_clerk(&of_admin, json!({"password": "seis patos en el lago"})));
    assert_company_admin_only(by_clerk(&of_admin, json!({"password": "x"})));
    assert_company_admin_only(by_clerk(&of_admin, json!({"email": "mine@acme.example"})));
    assert_company_admin_only(by_clerk(&of_admin, json!({"no_login": true})));
    assert_company_admin_only(act(&clerk, &of_admin, "deactivate"));
    by_clerk(&of_admin, json!({"first_name": "Adela"})).expect(200);
    assert!(signs_in(&app, "admin@acme.example", PASSWORD));
    let promoted: User =
        admin.patch(&path(&of_clerk), of_clerk.version, &json!({"company_admin": true})).expect(200).json();
    assert!(promoted.company_admin);
    clerk.get("/licence-consumption").expect(200);
}

#[test]
fn nobody_locks_themself_out() {
    let app = TestApp::start();
    let clerk = clerk(&app);
    let own = me(&clerk);
    assert_conflict(act(&clerk, &own, "deactivate"), ProblemCode::Conflict);
    assert_conflict(clerk.patch(&path(&own), own.version, &json!({"no_login": true})), ProblemCode::Conflict);
    clerk.get("/session").expect(200);
}

#[test]
fn one_active_company_admin_always_remains() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let own = me(&admin);
    let demote = json!({"company_admin": false});
    assert_conflict(admin.patch(&path(&own), own.version, &demote), ProblemCode::LastCompanyAdmin);

    // One who is deactivated, or cannot sign in, does not count.
    let second = app.acme.person().company_admin().create(&app);
    let of_second = me(&second);
    let gone: User = act(&admin, &of_second, "deactivate").expect(200).json();
    assert_conflict(admin.patch(&path(&own), own.version, &demote), ProblemCode::LastCompanyAdmin);
    let back: User = act(&admin, &gone, "reactivate").expect(200).json();
    let mute: User = admin.patch(&path(&back), back.version, &json!({"no_login": true})).expect(200).json();
    assert_conflict(admin.patch(&path(&own), own.version, &demote), ProblemCode::LastCompanyAdmin);
    admin.patch(&path(&mute), mute.version, &json!({"no_login": false})).expect(200);
    admin.patch(&path(&own), own.version, &demote).expect(200);
}

#[test]
fn company_admins_who_remove_each_other_at_one_moment_leave_one() {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql_types::BigInt)]
        count: i64,
    }
    let app = TestApp::start();
    let first = app.acme.admin(&app);
    let others: Vec<Actor> = (0..5).map(|_| app.acme.person().company_admin().create(&app)).collect();
    let all: Vec<&Actor> = std::iter::once(&first).chain(&others).collect();
    let people: Vec<User> = all.iter().map(|actor| me(actor)).collect();
    // Each takes the next one's place away, in three ways.
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = all
            .iter()
            .enumerate()
            .map(|(index, actor)| {
                let next = &people[(index + 1) % people.len()];
                scope.spawn(move || match index % 3 {
                    0 => actor.patch(&path(next), next.version, &json!({"company_admin": false})).status,
                    1 => actor.patch(&path(next), next.version, &json!({"no_login": true})).status,
                    _ => act(actor, next, "deactivate").status,
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    // Whoever was removed before asking is out (401), or only a person without roles (403).
    assert!(statuses.iter().all(|status| matches!(status, 200 | 401 | 403 | 409)), "{statuses:?}");
    let row: Row = sql_query(
        "SELECT count(*) AS count FROM users WHERE org_id = $1 AND company_admin AND active AND NOT no_login",
    )
    .bind::<sql_types::Uuid, _>(app.acme.id.0)
    .get_result(&mut app.database.superuser())
    .expect("a count");
    assert!(row.count >= 1, "{statuses:?}");
}

#[test]
fn a_person_needs_the_operation_on_users() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let ana = create(&admin, &new("ana@acme.example"));
    let viewer = app.acme.person().grant(Menu::Users, Operations::VIEW).create(&app);
    viewer.get("/users").expect(200);
    viewer.get(&path(&ana)).expect(200);
    viewer.post("/users", &new("eva@acme.example")).expect(403);
    viewer.patch(&path(&ana), ana.version, &json!({"first_name": "Eva"})).expect(403);
    act(&viewer, &ana, "deactivate").expect(403);
    act(&viewer, &ana, "reactivate").expect(403);
    viewer.get("/roles").expect(403);
}

#[test]
fn the_history_is_in_words_and_never_holds_a_password() {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql_types::Uuid)]
        id: uuid::Uuid,
        #[diesel(sql_type = sql_types::Text)]
        kept: String,
    }
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let mut body = new("ana@acme.example");
    body["password"] = json!("cuatro perros al sol");
    let ana = create(&admin, &body);
    let patch =
        json!({"password": "cinco gallinas en el corral", "roles": [role(&admin, "Project Guest").id]});
    admin.patch(&path(&ana), ana.version, &patch).expect(200);
    let sql = &mut app.database.superuser();
    let rows: Vec<Row> = sql_query("SELECT id, fields::text AS kept FROM changes WHERE entity_id = $1")
        .bind::<sql_types::Uuid, _>(ana.id.0)
        .load(sql)
        .expect("the history");
    assert_eq!(rows.len(), 2, "two changes, each in the history and in the audit log");
    let logged: Vec<Content> = rows.iter().map(|row| said(sql, row.id)).collect();
    let all = rows.into_iter().map(|row| row.kept).collect::<String>() + &json!(logged).to_string();
    for word in ["Team Member", "Project Guest", "\"password\"", "\"old\"", "\"new\""] {
        assert!(all.contains(word), "{word}: {all}");
    }
    for secret in ["perros", "gallinas", "argon2"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}
