//! Tokens as people manage them: made, shown once, changed, listed, revoked.

use serde_json::{Value, json};
use shared::{
    Menu, Operations, Page, ProblemCode, ViolationCode,
    api_token::{ApiToken, ApiTokenOptions, ApiTokenState, CreatedApiToken, CurrentAccess},
};

use super::{V, lines};
use crate::{
    harness::{Actor, TestApp},
    sessions::within_a_second,
};

const OWN: &str = "/profile/api-tokens";

fn new() -> Value {
    json!({"name": "Reports", "expires_on": "2026-12-31", "scopes": {"users": {"update": true}, "projects": {"view": true}},
        "address_ranges": ["127.0.0.0/8", "127.0.0.1"]})
}

fn create(actor: &Actor) -> (ApiToken, String) {
    let made: CreatedApiToken = actor.post(OWN, &new()).expect(201).json();
    (made.token, made.secret.expect("it is shown this once"))
}

#[test]
fn a_token_is_made_and_says_what_it_is_good_for() {
    let app = TestApp::start();
    let person = app.acme.person().grant(Menu::Users, V).create(&app);
    let (token, secret) = create(&person);
    assert_eq!(token.scopes[&Menu::Users], V.with(shared::Operation::Update), "Update implies View");
    assert_eq!(token.address_ranges, ["127.0.0.0/8", "127.0.0.1/32"]);
    assert_eq!(
        token.expires_at,
        "2027-01-01T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().expect("an instant")
    );
    let kept = lines(
        &app,
        "SELECT t::text AS line FROM api_tokens t UNION ALL SELECT content FROM audit_parts WHERE content IS NOT NULL",
    );
    assert!(
        !kept.is_empty() && kept.iter().all(|line| !line.contains(&secret[13..])),
        "the secret is kept nowhere"
    );
    let by_token = app.client(&app.acme).with_token(&secret);
    let access: CurrentAccess = by_token.get("/token").expect(200).json();
    assert_eq!(access.token.map(|one| (one.id, one.name)), Some((token.id, "Reports".to_owned())));
    assert_eq!((access.user.id, access.expires_at), (person.id, token.expires_at));
    assert_eq!(access.permissions, [(Menu::Users, V)].into(), "what the person may, of the scopes");
    assert_eq!(access.scopes, Some(token.scopes.clone()));
    let own: CurrentAccess = person.get("/token").expect(200).json();
    assert_eq!((own.token, own.scopes), (None, None));
    within_a_second(|| {
        let listed: Vec<ApiToken> = person.get(OWN).expect(200).json();
        listed[0].last_used.as_ref().is_some_and(|used| used.address == "127.0.0.1")
    });
}

#[test]
fn what_a_token_may_not_be() {
    let app = TestApp::start();
    let person = app.acme.person().grant(Menu::Users, V).create(&app);
    for (field, value, pointer, code) in [
        ("name", json!(" "), "/name", ViolationCode::Required),
        ("expires_on", json!("2026-03-01"), "/expires_on", ViolationCode::OutOfRange),
        ("expires_on", json!("2027-03-04"), "/expires_on", ViolationCode::OutOfRange),
        ("scopes", json!({}), "/scopes", ViolationCode::AtLeastOne),
        (
            "scopes",
            json!({"manage_account": {"view": true}}),
            "/scopes/manage_account",
            ViolationCode::NotFound,
        ),
        ("scopes", json!({"integrations": {"view": true}}), "/scopes/integrations", ViolationCode::NotFound),
        ("address_ranges", json!(["office"]), "/address_ranges/0", ViolationCode::InvalidFormat),
    ] {
        let mut body = new();
        body[field] = value;
        let problem = person.post(OWN, &body).expect(422).problem();
        assert_eq!((problem.errors[0].pointer.as_str(), problem.errors[0].code), (pointer, code));
    }
    let mut endless = new();
    endless.as_object_mut().expect("an object").remove("expires_on");
    assert_eq!(person.post(OWN, &endless).expect(422).problem().errors[0].code, ViolationCode::Required);
    for _ in 0..50 {
        person.post(OWN, &new()).expect(201);
    }
    assert_eq!(person.post(OWN, &new()).expect(409).problem().code, ProblemCode::Conflict);
}

#[test]
fn a_change_counts_on_every_server_within_a_second_and_a_wider_one_asks_for_the_password() {
    let app = TestApp::start();
    let second = app.second_server();
    let person = app.acme.person().grant(Menu::Users, V).grant(Menu::Projects, V).create(&app);
    let (token, secret) = create(&person);
    let (here, there) =
        (app.client(&app.acme).with_token(&secret), second.client("acme.portico.test").with_token(&secret));
    there.get("/users").expect(200);
    let person = person.unconfirmed(&app);
    let path = format!("{OWN}/{}", token.id);
    // Less, and another name: nobody is asked for anything.
    let less = json!({"name": "Projects", "scopes": {"projects": {"view": true}}});
    let changed: ApiToken = person.patch(&path, 1, &less).expect(200).json();
    assert_eq!((changed.version, changed.name.as_str()), (2, "Projects"));
    here.get("/users").expect(403);
    within_a_second(|| there.get("/users").status == 403);
    for wider in [json!({"scopes": {"users": {"view": true}}}), json!({"address_ranges": []})] {
        let refused = person.patch(&path, 2, &wider).expect(403).problem();
        assert_eq!(refused.code, ProblemCode::ConfirmationRequired, "{wider}");
    }
    person.patch(&path, 1, &json!({"name": "Stale"})).expect(412);
    person.delete(&path, 2).expect(204);
    assert_eq!(here.get("/projects").expect(401).problem().code, ProblemCode::TokenRevoked);
    within_a_second(|| there.get("/projects").status == 401);
    // What is over stays over.
    assert_eq!(
        person.patch(&path, 3, &json!({"name": "Again"})).expect(409).problem().code,
        ProblemCode::Conflict
    );
    let listed: Vec<ApiToken> = person.get(OWN).expect(200).json();
    assert_eq!(listed[0].state, ApiTokenState::Revoked);
}

#[test]
fn nobody_manages_the_tokens_of_others_without_integrations() {
    let app = TestApp::start();
    let person = app.acme.person().grant(Menu::Users, V).create(&app);
    let (token, secret) = create(&person);
    let stranger = app.acme.person().company_admin().create(&app);
    let path = format!("{OWN}/{}", token.id);
    stranger.patch(&path, 1, &json!({"name": "Mine"})).expect(404);
    stranger.delete(&path, 1).expect(404);
    let keeper = app
        .acme
        .person()
        .grant(Menu::Integrations, Operations::of(&[shared::Operation::Delete]))
        .create(&app);
    let find = |query: &str| -> Vec<ApiToken> {
        keeper.get(&format!("/api-tokens?{query}")).expect(200).json::<Page<ApiToken>>().items
    };
    for (query, expected) in [
        ("q=repor", 1),
        (&format!("q={}", &person.email[..20]), 1),
        ("q=100%25", 0),
        ("state=active", 1),
        ("state=idle", 0),
        ("state=expired", 0),
        ("state=revoked", 0),
        (&format!("user={}", stranger.id), 0),
        ("sort=-name&total=true", 1),
    ] {
        assert_eq!(find(query).len(), expected, "{query}");
    }
    assert_eq!(find("state=active")[0].user.id, person.id);
    app.norte.admin(&app).delete(&format!("/api-tokens/{}", token.id), 1).expect(404);
    keeper.delete(&format!("/api-tokens/{}", token.id), 1).expect(204);
    assert_eq!(app.client(&app.acme).with_token(&secret).get("/users").status, 401);
    assert_eq!(find("state=revoked").len(), 1);
    person.get("/api-tokens").expect(403);
}

#[test]
fn pages_of_all_tokens_follow_each_other() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    for days in 0..5 {
        let mut body = new();
        body["name"] = json!(format!("Token {days}"));
        body["expires_on"] = json!(format!("2026-04-{:02}", 30 - days / 2));
        admin.post(OWN, &body).expect(201);
    }
    for sort in ["expires_at", "-expires_at", "name", "-name", "created_at", "-created_at"] {
        let whole: Page<ApiToken> = admin.get(&format!("/api-tokens?sort={sort}")).expect(200).json();
        let (mut after, mut found) = (String::new(), Vec::new());
        loop {
            let path = format!("/api-tokens?sort={sort}&limit=2&after={after}");
            let page: Page<ApiToken> = admin.get(&path).expect(200).json();
            found.extend(page.items);
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        assert_eq!(found, whole.items, "{sort}");
        assert_eq!(found.len(), 5);
    }
}

/// The choices of the form are what the person may, by roles, and by some position on a project.
#[test]
fn the_choices_are_what_the_person_may() {
    let app = TestApp::start();
    let lead = app.acme.person().role("Project Manager").create(&app);
    let choices: ApiTokenOptions = lead.get(&format!("{OWN}/options")).expect(200).json();
    assert_eq!(choices.scopes[&Menu::ProjectGeneral], Operations::ALL, "as Manager");
    assert_eq!(choices.scopes.get(&Menu::Users), None);
    let admin: ApiTokenOptions = app.acme.admin(&app).get(&format!("{OWN}/options")).expect(200).json();
    assert!(admin.scopes.keys().all(|menu| !menu.is_beyond_tokens()));
    assert_eq!(admin.scopes.len(), Menu::screens().filter(|menu| !menu.is_beyond_tokens()).count());
}
