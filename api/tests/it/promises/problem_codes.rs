//! Promise: every problem code, violation code and reason of a denial is what some request really gets, and is said in
//! every language.

use std::{path::Path, sync::mpsc};

use api::{access::cache::AccessCache, config::RateLimits, db::operator::OperatorDb, organizations};
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use shared::{
    Language, Menu, Operation, Operations, Position, ProblemCode, ViolationCode,
    access::{Denial, DenialReason},
    licence::Function,
};
use ureq::http::Method;

use super::scene::Scene;
use crate::harness::{Answer, PASSWORD, TestApp, TestServer, png};

#[test]
fn every_problem_code_is_what_some_request_gets() {
    let app = TestApp::start();
    for code in ProblemCode::ALL {
        let answer = problem(*code, &app);
        assert_eq!(answer.status, code.status(), "{code:?}: {}", answer.text);
        let problem = answer.problem();
        assert_eq!(problem.code, *code, "{}", answer.text);
        assert_eq!((problem.status, problem.title.as_str()), (code.status(), code.title()));
        assert!(
            problem.detail.is_some_and(|detail| detail.len() > 10),
            "{code:?}: what happened, and what to do"
        );
        assert_eq!(problem.request_id.as_deref(), answer.header("x-request-id"), "{code:?}");
        let again = problem.retry_after_seconds.map(|seconds| seconds.to_string());
        assert_eq!(answer.header("retry-after"), again.as_deref(), "{code:?}");
        let waits = matches!(
            code,
            ProblemCode::TooManyAttempts
                | ProblemCode::Busy
                | ProblemCode::FilesUnavailable
                | ProblemCode::OutcomeUnknown
                | ProblemCode::IdempotencyKeyInUse
                | ProblemCode::RateLimited
        );
        assert_eq!(again.is_some(), waits, "{code:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{code:?}");
    }
}

/// A request by an API token that gets this problem.
fn problem_of_token(code: ProblemCode, app: &TestApp) -> Answer {
    let token = app.acme.admin(app).api_token_for_everything(app);
    let mut sql = app.database.superuser();
    match code {
        ProblemCode::TokenRevoked => sql.batch_execute("UPDATE api_tokens SET revoked_at = created_at"),
        ProblemCode::TokenExpired => sql.batch_execute("UPDATE api_tokens SET expires_at = created_at"),
        _ => return token.get("/session"),
    }
    .expect("the token is changed");
    token.get("/users")
}

/// The role that new people get cannot be deleted.
fn conflict(app: &TestApp) -> Answer {
    let admin = app.acme.admin(app);
    let scene = Scene::set(app, &app.acme);
    let role = admin.get(&format!("/roles/{}", scene.role.id)).json::<Value>();
    let default = json!({"default_for_new_users": true});
    let version = i32::try_from(role["version"].as_i64().expect("a version")).expect("small");
    let role: Value = admin.patch(&format!("/roles/{}", scene.role.id), version, &default).expect(200).json();
    let version = i32::try_from(role["version"].as_i64().expect("a version")).expect("small");
    admin.delete(&format!("/roles/{}", scene.role.id), version)
}

/// A request that gets this problem.
#[expect(clippy::too_many_lines, reason = "one arm a problem, so that none is forgotten")]
fn problem(code: ProblemCode, app: &TestApp) -> Answer {
    let admin = app.acme.admin(app);
    let anyone = app.client(&app.acme);
    let own = format!("/users/{}", admin.id);
    match code {
        ProblemCode::Unauthenticated => anyone.get("/session"),
        ProblemCode::SessionRequired | ProblemCode::TokenRevoked | ProblemCode::TokenExpired => {
            problem_of_token(code, app)
        }
        ProblemCode::WrongCredentials => {
            anyone.post("/session", &json!({"email": admin.email, "password": "not this one"}))
        }
        ProblemCode::Forbidden => app.acme.person().create(app).get("/users"),
        ProblemCode::ConfirmationRequired => {
            let admin = app.acme.admin(app).unconfirmed(app);
            admin.patch(&own, 1, &json!({"email": "elsewhere@acme.example"}))
        }
        ProblemCode::NotFound => admin.get(&format!("/projects/{}", app.norte.id)),
        ProblemCode::MethodNotAllowed => admin.put("/projects", &json!({})),
        ProblemCode::Conflict => conflict(app),
        ProblemCode::InUse => {
            let scene = Scene::set(app, &app.acme);
            let status = scene.project.status.id;
            let entries: Vec<Value> = admin.get("/project-parameters").json();
            let entry = entries.iter().find(|entry| entry["id"] == json!(status)).expect("it is there");
            // The entries of the system may never be deleted; this one is just in use.
            let made =
                json!({"kind": entry["kind"], "name_en": "Used", "name_es": "Usado", "colour": "#000000"});
            let made: Value = admin.post("/project-parameters", &made).expect(201).json();
            let project = format!("/projects/{}", scene.project.id);
            admin.patch(&project, scene.project.version, &json!({"status_id": made["id"]})).expect(200);
            admin.delete(&format!("/project-parameters/{}", made["id"].as_str().expect("an id")), 1)
        }
        ProblemCode::IdempotencyKeyReused => {
            let keyed = admin.keyed(app, "once");
            keyed.post("/projects", &json!({"name": "One"})).expect(201);
            keyed.post("/projects", &json!({"name": "Other"}))
        }
        ProblemCode::IdempotencyKeyInUse => {
            let mut elsewhere = app.database.superuser();
            let name = format!("{} {} create_project under-way", app.acme.id, admin.id);
            elsewhere
                .batch_execute(&format!("BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('{name}', 0))"))
                .expect("it is locked");
            admin.keyed(app, "under-way").post("/projects", &json!({"name": "One"}))
        }
        ProblemCode::NoSeatFree => {
            let app = TestApp::start();
            app.database
                .superuser()
                .batch_execute("UPDATE licences SET seats = 0")
                .expect("no seats are left");
            let new = json!({"email": "one@more.example", "first_name": "One", "last_name": "More"});
            let answer = app.acme.admin(&app).post("/users", &new);
            assert_eq!(answer.problem().seats.and_then(|seats| seats.held), Some(0));
            answer
        }
        ProblemCode::InvitationsOff => {
            let app = TestApp::start();
            let admin = app.acme.admin(&app);
            admin.patch("/general-data", 1, &json!({"invitations": false})).expect(200);
            admin.post("/invitations", &json!({"email": "guest@people.example"}))
        }
        ProblemCode::LinkExpired | ProblemCode::LinkUsed | ProblemCode::LinkVoid => link(code),
        ProblemCode::LastCompanyAdmin => {
            let app = TestApp::start();
            let admin = app.acme.admin(&app);
            admin.patch(&format!("/users/{}", admin.id), 1, &json!({"company_admin": false}))
        }
        ProblemCode::StaleVersion => admin.patch(&own, 1000, &json!({"first_name": "Eva"})),
        ProblemCode::UnsupportedImage => admin.upload("/profile/photo", 1, b"GIF89a"),
        ProblemCode::BrokenImage => admin.upload("/profile/photo", 1, &png([1, 2, 3])[..50]),
        ProblemCode::TooManyPixels => {
            let mut image = png([1, 2, 3]);
            image[16..24].copy_from_slice(&[0, 0, 0x2e, 0, 0, 0, 0x2e, 0]);
            let sum = crc32fast::hash(&image[12..29]);
            image[29..33].copy_from_slice(&sum.to_be_bytes());
            admin.upload("/profile/photo", 1, &image)
        }
        ProblemCode::FilesUnavailable => {
            let server = TestServer::without_files(&app.database, &app.clock);
            admin.at(&server).upload("/profile/photo", 1, &png([1, 2, 3]))
        }
        ProblemCode::TooLarge => admin.post("/projects", &json!({"name": "x".repeat(2 * 1024 * 1024)})),
        ProblemCode::UnsupportedMediaType => {
            let token = admin.token().expect("signed in");
            let plain = app.client(&app.acme).with_token(token).with_header("content-type", "text/plain");
            plain.post("/projects", &json!({"name": "Apollo"}))
        }
        ProblemCode::MalformedBody => admin.send(Method::POST, "/projects", None, Some(b"{".to_vec())),
        ProblemCode::Invalid => admin.post("/projects", &json!({"name": ""})),
        ProblemCode::VersionRequired => admin.send(Method::PATCH, &own, None, Some(b"{}".to_vec())),
        ProblemCode::TooManyAttempts => {
            let stranger = app.client(&app.acme).with_header("x-forwarded-for", "203.0.113.77");
            let guess =
                || stranger.post("/session", &json!({"email": admin.email, "password": "not this one"}));
            (0..20).map(|_| guess()).find(|answer| answer.status != 401).expect("guessing is slowed")
        }
        ProblemCode::RateLimited => {
            let one = std::num::NonZeroU32::MIN;
            let limits = RateLimits { network: one, person: one, token: one, organization: one };
            let server = TestServer::with_limits(&app.database, &app.clock, AccessCache::default(), limits);
            admin.at(&server).get("/session").expect(200);
            admin.at(&server).get("/session")
        }
        ProblemCode::Internal => {
            let app = TestApp::start();
            let admin = app.acme.admin(&app);
            app.database.superuser().batch_execute("DROP TABLE project_positions").expect("it is broken");
            let answer = admin.get("/projects");
            assert!(!answer.text.contains("project_positions"), "the cause is not told: {}", answer.text);
            answer
        }
        ProblemCode::Busy => busy(app),
        ProblemCode::OutcomeUnknown => outcome_unknown(),
        ProblemCode::Fenced => {
            let app = TestApp::start();
            let admin = app.acme.admin(&app);
            let url = app.database.url("portico_operator");
            let mut operator = OperatorDb::open(&url, app.clock.clone()).expect("the operator comes in");
            api::db::epoch::note_later(&mut operator, 2, "a fire").expect("it is noted");
            assert_eq!(api::db::epoch::fence_tables(&mut operator).expect("they are fenced"), []);
            admin.get("/projects").expect(200);
            admin.post("/projects", &json!({"name": "Apollo"}))
        }
        ProblemCode::OrganizationSuspended => {
            let app = TestApp::start();
            let url = app.database.url("portico_operator");
            let mut operator = OperatorDb::open(&url, app.clock.clone()).expect("the operator comes in");
            organizations::suspend(&mut operator, "acme").expect("it is suspended");
            app.client(&app.acme)
                .post("/session", &json!({"email": "admin@acme.example", "password": PASSWORD}))
        }
    }
}

/// A link that works no more for this reason.
fn link(code: ProblemCode) -> Answer {
    let app = &TestApp::start();
    let anyone = app.client(&app.acme);
    let person = app.acme.person().create(app);
    let token = app.reset_token(&app.acme, person.id);
    if code == ProblemCode::LinkExpired {
        app.clock.advance(chrono::TimeDelta::minutes(30));
    } else if code == ProblemCode::LinkUsed {
        let new = json!({"token": token, "new_password": "cinco perros en la playa"});
        anyone.post("/password-recoveries/use", &new).expect(204);
    } else {
        let deactivate = format!("/users/{}/deactivate", person.id);
        app.acme.admin(app).send(Method::POST, &deactivate, Some(1), None).expect(200);
    }
    anyone.post("/password-recoveries/check", &json!({"token": token}))
}

/// More requests than a small server takes in, while a lock lets none of them end.
fn busy(app: &TestApp) -> Answer {
    // One connection, and 32 that may wait for it.
    const REQUESTS: usize = 40;
    let server = TestServer::with_connections(&app.database, &app.clock, AccessCache::default(), 1);
    let admin = app.acme.admin(app);
    admin.at(&server).get("/session").expect(200);
    let mut lock = app.database.superuser();
    lock.batch_execute("BEGIN; LOCK TABLE general_data IN ACCESS EXCLUSIVE MODE").expect("it is locked");
    std::thread::scope(|scope| {
        let (say, hear) = mpsc::channel();
        for _ in 0..REQUESTS {
            let (say, client) = (say.clone(), admin.at(&server));
            scope.spawn(move || say.send(client.get("/general-data")).expect("the test waits"));
        }
        let first = hear.recv().expect("somebody is sent away");
        lock.batch_execute("COMMIT").expect("it is unlocked");
        let others: Vec<Answer> = hear.iter().take(REQUESTS - 1).collect();
        assert!(others.iter().all(|answer| [200, 503].contains(&answer.status)));
        assert!(others.iter().any(|answer| answer.status == 200), "who waits is served");
        first
    })
}

/// A project that is made while the connection ends in the middle of the commit.
fn outcome_unknown() -> Answer {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let end = "CREATE FUNCTION end_it() RETURNS trigger LANGUAGE plpgsql AS $$ \
               BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(60); RETURN NULL; END $$; \
               CREATE CONSTRAINT TRIGGER end_it AFTER INSERT ON projects DEFERRABLE INITIALLY DEFERRED \
               FOR EACH ROW EXECUTE FUNCTION end_it()";
    app.database.superuser().batch_execute(end).expect("commits end the connection");
    admin.post("/projects", &json!({"name": "Apollo"}))
}

#[test]
fn every_violation_code_is_what_some_request_gets() {
    let app = TestApp::start();
    let scene = Scene::set(&app, &app.acme);
    for code in ViolationCode::ALL {
        let (answer, pointer) = violation(code, &scene);
        assert_eq!(answer.status, 422, "{code:?}: {}", answer.text);
        let errors = answer.problem().errors;
        let found = errors
            .iter()
            .find(|error| error.pointer == pointer)
            .unwrap_or_else(|| panic!("{code:?}: {errors:?}"));
        assert_eq!(found.code, code, "{errors:?}");
        assert!(found.message.ends_with('.'), "a whole sentence: {}", found.message);
        let bounds =
            matches!(code, ViolationCode::TooShort | ViolationCode::TooLong | ViolationCode::OutOfRange);
        assert!(found.limit.is_some() || !bounds, "{code:?} names its bound");
    }
}

/// A request whose body breaks this rule, and where.
fn violation(code: ViolationCode, scene: &Scene) -> (Answer, &'static str) {
    let admin = &scene.admin;
    let project = |body: Value| admin.post("/projects", &body);
    let role = |body: Value| {
        let mut role = json!({"name": "Some role", "licence_type": "team_member"});
        role.as_object_mut().expect("an object").extend(body.as_object().expect("an object").clone());
        admin.post("/roles", &role)
    };
    let password = |old: &str, new: &str| {
        admin.put("/profile/password", &json!({"old_password": old, "new_password": new}))
    };
    match code {
        ViolationCode::Required => (project(json!({})), "/name"),
        ViolationCode::TooShort => (password(PASSWORD, "gato"), "/new_password"),
        ViolationCode::TooLong => (project(json!({"name": "x".repeat(201)})), "/name"),
        ViolationCode::OutOfRange => (
            admin.patch("/general-data", scene.general_data.version, &json!({"first_weekday": 8})),
            "/first_weekday",
        ),
        ViolationCode::InvalidFormat => (project(json!({"name": "A", "start_date": "soon"})), "/start_date"),
        ViolationCode::UnknownField => (project(json!({"name": "A", "colour": "red"})), "/colour"),
        ViolationCode::NotUnique => (role(json!({"name": "TEAM member"})), "/name"),
        ViolationCode::NotFound => (project(json!({"name": "A", "type_id": scene.project.id})), "/type_id"),
        ViolationCode::EndBeforeStart => {
            let dates = json!({"name": "A", "start_date": "2026-03-02", "end_date": "2026-03-01"});
            (project(dates), "/end_date")
        }
        ViolationCode::BeyondLicence => (role(json!({"grants": {"users": {"view": true}}})), "/grants/users"),
        ViolationCode::CommonPassword => (password(PASSWORD, "passwordpassword"), "/new_password"),
        ViolationCode::PasswordIsIdentity => (password(PASSWORD, &admin.email), "/new_password"),
        ViolationCode::WrongPassword => {
            (password("not this one", "cinco perros en la playa"), "/old_password")
        }
        ViolationCode::FunctionMissing => {
            let manager = json!({"user_id": scene.person.id, "position": Position::Manager});
            (admin.post(&format!("/projects/{}/team", scene.project.id), &manager), "/position")
        }
        ViolationCode::Duplicate => (
            role(json!({"licence_type": "full_access", "functions": ["project_manager", "project_manager"]})),
            "/functions",
        ),
        ViolationCode::CannotTakeOver => {
            (admin.post("/account/hand-over", &json!({"user_id": admin.id})), "/user_id")
        }
        ViolationCode::NotAllowed => {
            let own = json!({"people": [{"id": admin.id, "version": 1}]});
            (admin.post("/users/bulk/deactivate", &own), "/people/0")
        }
        ViolationCode::ChangedMeanwhile => {
            let stale = json!({"people": [{"id": scene.person.id, "version": 1000}], "language": "es"});
            (admin.post("/users/bulk/update", &stale), "/people/0")
        }
        ViolationCode::AtLeastOne => {
            let person = format!("/users/{}", scene.person.id);
            (admin.patch(&person, scene.person.version, &json!({"roles": []})), "/roles")
        }
    }
}

#[test]
fn every_reason_of_a_denial_is_what_some_request_gets() {
    let app = TestApp::start();
    let scene = Scene::set(&app, &app.acme);
    for reason in DenialReason::ALL {
        let answer = denial(reason, &app, &scene);
        assert_eq!(answer.status, 403, "{reason:?}: {}", answer.text);
        let problem = answer.problem();
        let denial = problem.denial.expect("a refusal says why");
        assert_eq!(denial.reason, reason, "{denial:?}");
        assert_eq!(problem.detail, Some(denial.text(Language::En)));
    }
}

/// A request that is refused for this reason.
fn denial(reason: DenialReason, app: &TestApp, scene: &Scene) -> Answer {
    let person = app.acme.person();
    match reason {
        DenialReason::NoRole => person.create(app).get("/users"),
        DenialReason::NotGranted => person.grant(Menu::Home, Operations::VIEW).create(app).get("/users"),
        DenialReason::LicenceNotValid => {
            let app = TestApp::start();
            let ended = "UPDATE licences SET valid_until = DATE '2026-03-01'";
            app.database.superuser().batch_execute(ended).expect("all licences are over");
            app.acme.person().role("Full Access").create(&app).get("/users")
        }
        DenialReason::BeyondCeiling => {
            person.licence("project_guest").grant(Menu::Users, Operations::VIEW).create(app).get("/users")
        }
        DenialReason::CompanyAdminOnly => person.role("Full Access").create(app).get("/licence-consumption"),
        DenialReason::TokenScope => {
            let admin = person.company_admin().create(app);
            admin.api_token(app, &[(Menu::Projects, Operations::ALL)]).get("/users")
        }
        DenialReason::Position => {
            // As Manager they might; it is the position that does not let them.
            let might = person.licence("project_manager").function(Function::ProjectManager);
            let member = might.grant(Menu::MyProjects, Operations::ALL).create(app);
            let position = json!({"user_id": member.id, "position": Position::TeamMember});
            scene.admin.post(&format!("/projects/{}/team", scene.project.id), &position).expect(201);
            let patch = json!({"name": "Mine now"});
            member.patch(&format!("/projects/{}", scene.project.id), scene.project.version, &patch)
        }
    }
}

/// The app says every code in both languages: its texts are a `match` without a rest, each arm with a text a language.
#[test]
fn every_code_is_said_in_the_app_in_every_language() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/src/locales/problems.rs");
    let texts = std::fs::read_to_string(path).expect("the app's texts are there");
    for code in ProblemCode::ALL {
        assert!(texts.contains(&format!("ProblemCode::{code:?}")), "{code:?} is not said");
    }
    for code in ViolationCode::ALL {
        assert!(texts.contains(&format!("ViolationCode::{code:?}")), "{code:?} is not said");
    }
    assert!(!texts.contains("_ =>"), "a rest of the match would say the same of every new code");
}

#[test]
fn every_reason_of_a_denial_is_said_in_every_language() {
    for reason in DenialReason::ALL {
        let said = |language| {
            let roles = vec!["Reviewer".to_owned()];
            let position = Some(Position::Guest);
            Denial { menu: Menu::Users, operation: Operation::Update, reason, roles, position }.text(language)
        };
        let (english, spanish) = (said(Language::En), said(Language::Es));
        assert_ne!(english, spanish, "{reason:?}");
        for text in [english, spanish] {
            assert!(text.ends_with('.') && !text.contains("  ") && !text.contains("()"), "{text}");
        }
    }
}
