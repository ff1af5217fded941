//! API tokens over real servers: what they may, when they are refused, and what is noted of them.

use chrono::TimeDelta;
use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::Text};
use serde_json::{Value, json};
use shared::{
    Menu, Operation, Operations, Page, ProblemCode,
    access::DenialReason,
    project::{Project, ProjectRow},
    user::User,
};

use crate::{
    harness::{Answer, TestApp, Token},
    sessions::within_a_second,
};

mod ends;
mod guesses;
mod managed;

const V: Operations = Operations::VIEW;

/// The rows of a query as text.
fn lines(app: &TestApp, query: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let rows: Vec<Line> = sql_query(query).load(&mut app.database.superuser()).expect("rows");
    rows.into_iter().map(|row| row.line).collect()
}

/// Why the token was last refused.
fn last_refused(app: &TestApp, token: &Token) -> Vec<String> {
    let query =
        "SELECT last_refused_because || ' ' || last_refused_address AS line FROM api_tokens WHERE id = ";
    lines(app, &format!("{query}'{}' AND last_refused_at IS NOT NULL", token.id))
}

#[track_caller]
fn refused(answer: &Answer, code: ProblemCode) {
    assert_eq!(answer.status, 401, "{}", answer.text);
    assert_eq!(answer.problem().code, code);
}

#[test]
fn a_token_may_what_its_person_may_of_its_scopes() {
    let app = TestApp::start();
    let person = app.acme.person().grant(Menu::Users, V).grant(Menu::Projects, Operations::ALL).create(&app);
    let token = person.api_token(&app, &[(Menu::Users, Operations::ALL), (Menu::Projects, V)]);
    token.get("/users").expect(200);
    token.get("/projects").expect(200);
    // The person may, the scopes do not have it.
    let denied = token.post("/projects", &json!({"name": "Apollo"})).expect(403).problem();
    assert_eq!(
        denied.detail.as_deref(),
        Some("The scopes of this API token do not have Insert on Projects.")
    );
    let denial = denied.denial.expect("the reason");
    assert_eq!(
        (denial.menu, denial.operation, denial.reason),
        (Menu::Projects, Operation::Insert, DenialReason::TokenScope)
    );
    // The scopes have it, the person may not.
    let new = json!({"email": "x@y.example", "first_name": "X", "last_name": "Y"});
    let denial = token.post("/users", &new).expect(403).problem().denial.expect("the reason");
    assert_eq!(denial.reason, DenialReason::NotGranted);
    person.post("/projects", &json!({"name": "Apollo"})).expect(201);
}

/// The list, the page of a project and its history see through the same eyes.
#[test]
fn lists_and_projects_are_narrowed_to_the_scopes() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let project =
        |name: &str| -> Project { admin.post("/projects", &json!({"name": name})).expect(201).json() };
    let own = project("Apollo");
    let lead = app.acme.person().role("Project Manager").create(&app);
    let position = json!({"user_id": lead.id, "position": "manager"});
    admin.post(&format!("/projects/{}/team", own.id), &position).expect(201);
    let names = |token: &Token, path: &str| -> Vec<String> {
        let page: Page<ProjectRow> = token.get(path).expect(200).json();
        page.items.into_iter().map(|row| row.name).collect()
    };
    let path = format!("/projects/{}", own.id);

    let token = lead.api_token(&app, &[(Menu::MyProjects, V), (Menu::ProjectGeneral, V)]);
    assert_eq!(names(&token, "/my-projects"), ["Apollo"]);
    token.get("/projects").expect(403);
    let read: Project = token.get(&path).expect(200).json();
    let tabs: Vec<Menu> = read.access.tabs.keys().copied().collect();
    assert_eq!(tabs, [Menu::ProjectGeneral], "the Manager sees all tabs, money among them; the token one");
    assert_eq!(token.patch(&path, read.version, &json!({"name": "Mine"})).status, 403);
    token.get(&format!("{path}/team")).expect(403);

    // Without a way to projects there are none.
    let token = lead.api_token(&app, &[(Menu::ProjectGeneral, Operations::ALL)]);
    token.get("/my-projects").expect(403);
    token.get(&path).expect(403);

    // Complete access sees all projects; a token of it with My Projects alone sees those of its person.
    let other = project("Borealis");
    let member = json!({"user_id": lead.id, "position": "guest"});
    admin.post(&format!("/projects/{}/team", other.id), &member).expect(201);
    let stranger = app.acme.person().company_admin().create(&app);
    let token = stranger.api_token(&app, &[(Menu::MyProjects, Operations::ALL), (Menu::ProjectGeneral, V)]);
    assert!(names(&token, "/my-projects").is_empty());
    token.get(&path).expect(404);
    let token = stranger.api_token(&app, &[(Menu::Projects, V), (Menu::ProjectGeneral, V)]);
    assert_eq!(names(&token, "/projects").len(), 2);
    token.get(&path).expect(200);
}

#[test]
fn a_token_that_is_over_or_revoked_is_told_so() {
    let app = TestApp::start();
    let person = app.acme.person().grant(Menu::Users, V).create(&app);
    let token = person.api_token(&app, &[(Menu::Users, V)]);
    token.get("/users").expect(200);
    app.clock.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    token.get("/users").expect(200);
    app.clock.advance(TimeDelta::seconds(1));
    refused(&token.get("/users"), ProblemCode::TokenExpired);
    within_a_second(|| last_refused(&app, &token) == ["expired 127.0.0.1"]);

    let token = person.api_token(&app, &[(Menu::Users, V)]);
    app.database.superuser().batch_execute("UPDATE api_tokens SET revoked_at = created_at").expect("revoked");
    refused(&token.get("/users"), ProblemCode::TokenRevoked);
    within_a_second(|| last_refused(&app, &token) == ["revoked 127.0.0.1"]);
}

/// A stolen token learns nothing from being refused; its owner reads why.
#[test]
fn from_outside_of_its_ranges_a_token_is_like_none() {
    let app = TestApp::start();
    let person = app.acme.person().grant(Menu::Users, V).create(&app);
    let token = person.api_token_for(&app, &[(Menu::Users, V)], &["203.0.113.0/24", "2001:db8::/32"]);
    for address in ["203.0.113.7", "2001:db8::7"] {
        token.from(&app, address).get("/users").expect(200);
    }
    let answer = token.from(&app, "198.51.100.7").get("/users");
    let unknown = app.client(&app.acme).with_token(&format!("prt_{}", "0".repeat(58))).get("/users");
    let strip = |answer: &Answer| {
        let mut body: Value = answer.json();
        body["request_id"] = Value::Null;
        (answer.status, body)
    };
    assert_eq!(strip(&answer), strip(&unknown));
    refused(&answer, ProblemCode::Unauthenticated);
    within_a_second(|| last_refused(&app, &token) == ["address 198.51.100.7"]);
}

#[test]
fn at_the_shared_host_the_token_says_whose_it_is() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let token = admin.api_token(&app, &[(Menu::Users, V)]);
    let users = |host: &str| app.server.client(host).with_token(&token.secret).get("/users");
    let own = users("acme.portico.test").expect(200);
    assert_eq!(users("app.portico.test").expect(200).text, own.text);
    refused(&users("norte.portico.test"), ProblemCode::Unauthenticated);
    let url = app.database.url("portico_operator");
    let mut operator =
        api::db::operator::OperatorDb::open(&url, app.clock.clone()).expect("the operator comes in");
    api::organizations::suspend(&mut operator, "acme").expect("suspended");
    for host in ["acme.portico.test", "app.portico.test"] {
        within_a_second(|| users(host).status == 403);
        assert_eq!(users(host).problem().code, ProblemCode::OrganizationSuspended);
    }
}

#[test]
fn what_takes_rights_away_takes_them_from_tokens_on_every_server_within_a_second() {
    let app = TestApp::start();
    let second = app.second_server();
    let admin = app.acme.admin(&app);
    let person = app.acme.person().grant(Menu::Users, V).create(&app);
    let token = person.api_token(&app, &[(Menu::Users, V)]);
    let there = token.at(&second);
    token.get("/users").expect(200);
    there.get("/users").expect(200);
    // With another role.
    let path = format!("/users/{}", person.id);
    let before: Value = admin.get(&path).expect(200).json();
    let roles: Value = admin.get("/roles").expect(200).json();
    let guest = roles.as_array().expect("roles").iter().find(|role| role["name"] == "Project Guest");
    admin.patch(&path, 1, &json!({"roles": [guest.expect("it is there")["id"]]})).expect(200);
    token.get("/users").expect(403);
    within_a_second(|| there.get("/users").status == 403);
    let given = json!({"roles": [before["roles"][0]["id"]]});
    admin.patch(&path, 2, &given).expect(200);
    within_a_second(|| there.get("/users").status == 200);
    // Without the person.
    admin.send(ureq::http::Method::POST, &format!("{path}/deactivate"), Some(3), None).expect(200);
    refused(&token.get("/users"), ProblemCode::Unauthenticated);
    within_a_second(|| there.get("/users").status == 401);
    within_a_second(|| last_refused(&app, &token) == ["no_sign_in 127.0.0.1"]);
}

#[test]
fn the_last_use_is_noted_at_most_once_a_minute() {
    let app = TestApp::start();
    let person = app.acme.person().grant(Menu::Users, V).create(&app);
    let token = person.api_token(&app, &[(Menu::Users, V)]);
    let last_used = || {
        let query = "SELECT to_char(last_used_at AT TIME ZONE 'UTC', 'HH24:MI:SS') || ' ' || last_used_address AS line FROM api_tokens";
        lines(&app, &format!("{query} WHERE last_used_at IS NOT NULL"))
    };
    assert_eq!(last_used(), Vec::<String>::new());
    token.from(&app, "192.0.2.1").get("/users").expect(200);
    within_a_second(|| last_used() == ["09:00:00 192.0.2.1"]);
    app.clock.advance(TimeDelta::seconds(59));
    token.from(&app, "192.0.2.2").get("/users").expect(200);
    // Another server does not know what this one has written, the row does.
    token.at(&app.second_server()).with_header("x-forwarded-for", "192.0.2.3").get("/users").expect(200);
    app.clock.advance(TimeDelta::seconds(1));
    token.from(&app, "192.0.2.4").get("/users").expect(200);
    within_a_second(|| last_used() == ["09:01:00 192.0.2.4"]);
    let version = lines(&app, "SELECT version::text AS line FROM api_tokens");
    assert_eq!(version, ["1"], "a use is no change");
}

#[test]
fn the_first_use_from_a_network_is_recorded_before_the_request_goes_on() {
    let app = TestApp::start();
    let person = app.acme.person().grant(Menu::Users, V).create(&app);
    let token = person.api_token(&app, &[(Menu::Projects, V)]);
    let recorded = || {
        let query =
            "SELECT (fields -> 0 ->> 'after') AS line FROM changes WHERE entity = 'api_token' ORDER BY id";
        lines(&app, query)
    };
    // Refused as it is, it is a use.
    token.from(&app, "192.0.2.1").get("/users").expect(403);
    assert_eq!(recorded(), ["192.0.2.0/24"]);
    token.from(&app, "192.0.2.99").get("/users").expect(403);
    assert_eq!(recorded(), ["192.0.2.0/24"]);
    token.from(&app, "2001:db8::1").get("/users").expect(403);
    let second = app.second_server();
    token.at(&second).with_header("x-forwarded-for", "2001:db8::2").get("/users").expect(403);
    assert_eq!(recorded(), ["192.0.2.0/24", "2001:db8::/64"]);
    let by = lines(
        &app,
        "SELECT actor_kind || ' ' || (actor_id IS NOT NULL) || ' ' || (request_id IS NOT NULL) AS line
         FROM audit_log WHERE entity = 'api_token'",
    );
    assert_eq!(by, ["user true true"; 2]);
}

/// Whoever can use a token can use it for what it is for, and for nothing that would make it last.
#[test]
fn a_stolen_token_makes_no_session_no_password_and_no_account_beyond_its_scopes() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let token = admin.api_token_for_everything(&app);
    for answer in [
        token.get("/session"),
        token.delete("/session", 1),
        token.post("/session/confirm", &json!({"password": crate::harness::PASSWORD})),
        token.patch("/profile", 1, &json!({"first_name": "Eve"})),
        token.put(
            "/profile/password",
            &json!({"old_password": "x", "new_password": "siete barcos junto al faro"}),
        ),
        token.get("/profile/sessions"),
        token.get("/licence-consumption"),
    ] {
        assert_eq!(answer.status, 403, "{}", answer.text);
        assert_eq!(answer.problem().code, ProblemCode::SessionRequired);
    }
    let victim = app.acme.person().role("Team Member").create(&app);
    let path = format!("/users/{}", victim.id);
    for patch in
        [json!({"password": "siete barcos junto al faro"}), json!({"email": "eve@elsewhere.example"})]
    {
        let answer = token.patch(&path, 1, &patch);
        assert_eq!((answer.status, answer.problem().code), (403, ProblemCode::SessionRequired), "{patch}");
    }
    // To give complete access is for those who have it, and no token has.
    assert_eq!(token.patch(&path, 1, &json!({"company_admin": true})).status, 403);
    let new = |more: Value| {
        let mut new = json!({"email": format!("{}@new.example", app.clock.new_id()), "first_name": "Eve", "last_name": "Other"});
        new.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        new
    };
    // An account with a password would be a session that nothing narrows.
    let answer = token.post("/users", &new(json!({"password": "siete barcos junto al faro"})));
    assert_eq!((answer.status, answer.problem().code), (403, ProblemCode::SessionRequired));
    // So would one that sets its first password by a link.
    let answer = token.post("/users", &new(json!({})));
    assert_eq!((answer.status, answer.problem().code), (403, ProblemCode::SessionRequired));
    let made: User = token.post("/users", &new(json!({"no_login": true}))).expect(201).json();
    let answer = token.patch(&format!("/users/{}", made.id), made.version, &json!({"no_login": false}));
    assert_eq!((answer.status, answer.problem().code), (403, ProblemCode::SessionRequired));
    let answer = token.post("/invitations", &json!({"email": "eve@elsewhere.example"}));
    assert_eq!((answer.status, answer.problem().code), (403, ProblemCode::SessionRequired));
    // And one with a role that may more than the token, a way around its scopes.
    let narrow = admin.api_token(&app, &[(Menu::Users, Operations::ALL)]);
    let roles: Value = admin.get("/roles").expect(200).json();
    let lead = roles.as_array().expect("roles").iter().find(|role| role["name"] == "Project Manager");
    let answer =
        narrow.post("/users", &new(json!({"no_login": true, "roles": [lead.expect("it is there")["id"]]})));
    assert_eq!(answer.status, 403, "{}", answer.text);
    assert_eq!(answer.problem().denial.expect("the reason").reason, DenialReason::TokenScope);
}

/// The scheme's word in any case, as the standard has it.
#[test]
fn what_only_looks_like_a_token_is_refused() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let token = admin.api_token(&app, &[(Menu::Users, V)]);
    let with = |authorization: &str| {
        app.client(&app.acme).with_header("authorization", authorization).get("/users").status
    };
    let secret = &token.secret;
    assert_eq!(with(&format!("Bearer {secret}")), 200);
    assert_eq!(with(&format!("bearer   {secret} ")), 200);
    let mut slipped = secret.clone();
    slipped.replace_range(20..21, if &secret[20..21] == "a" { "b" } else { "a" });
    let other = api::access::api_token::Secret::random(&secret[4..12]);
    let nowhere = api::access::api_token::Secret::random("zzzzzzzz");
    for wrong in [
        format!("Bearer {slipped}"),
        format!("Bearer {}", other.text()),
        format!("Bearer {}", nowhere.text()),
        format!("Bearer {secret}x"),
        format!("Bearer {}", secret.to_uppercase()),
        format!("Basic {secret}"),
        secret.clone(),
        "Bearer prt_".to_owned(),
    ] {
        assert_eq!(with(&wrong), 401, "{wrong}");
    }
    // In the address it would be written into logs.
    assert_eq!(app.client(&app.acme).get(&format!("/users?access_token={secret}")).status, 401);
}
