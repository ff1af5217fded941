//! Rate limits: by network, person and organization, and what an answer says of them.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    num::NonZeroU32,
    time::{Duration, Instant},
};

use api::{
    access::{api_token::Secret, cache::AccessCache},
    config::RateLimits,
};
use chrono::TimeDelta;
use serde_json::json;
use shared::{Menu, Operations, ProblemCode};

use crate::{
    harness::{Client, TestApp, TestServer},
    projects::statements::{count_from_now_on, during},
};

fn quota(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("a quota")
}

/// A server with small limits, beside the one without.
pub(crate) fn limited(app: &TestApp) -> TestServer {
    let limits = RateLimits { network: quota(6), person: quota(4), token: quota(4), organization: quota(10) };
    TestServer::with_limits(&app.database, &app.clock, AccessCache::default(), limits)
}

#[test]
fn a_person_who_floods_is_refused_and_nobody_else() {
    let app = TestApp::start();
    let server = limited(&app);
    let (flooding, colleague) =
        (app.acme.admin(&app).at(&server), app.acme.person().create(&app).at(&server));
    let left: Vec<String> = (0..4)
        .map(|_| flooding.get("/session").expect(200).header("ratelimit").expect("a figure").to_owned())
        .collect();
    assert_eq!(left[0], "\"person\";r=3;t=15, \"organization\";r=9;t=6");
    assert_eq!(left[3], "\"person\";r=0;t=60, \"organization\";r=6;t=24");
    let refused = flooding.get("/session").expect(429);
    assert_eq!(refused.problem().code, ProblemCode::RateLimited);
    assert_eq!(refused.header("retry-after"), Some("15"));
    assert_eq!(refused.header("ratelimit"), Some("\"person\";r=0;t=15"));
    assert_eq!(refused.header("ratelimit-policy"), Some("\"person\";q=4;w=60"));
    // What was refused took nothing from what the organization shares.
    let other = colleague.get("/session").expect(200);
    assert_eq!(other.header("ratelimit"), Some("\"person\";r=3;t=15, \"organization\";r=5;t=30"));
    assert_eq!(other.header("ratelimit-policy"), Some("\"person\";q=4;w=60, \"organization\";q=10;w=60"));
    app.clock.advance(TimeDelta::seconds(15));
    flooding.get("/session").expect(200);
}

#[test]
fn whoever_goes_on_asking_waits_for_each_refusal() {
    let app = TestApp::start();
    let (limits, delay) = (
        RateLimits { network: quota(6), person: quota(1), token: quota(4), organization: quota(10) },
        Duration::from_millis(300),
    );
    let server = TestServer::with_slow_refusals(&app.database, &app.clock, limits, delay);
    let flooding = app.acme.admin(&app).at(&server);
    flooding.get("/session").expect(200);
    let asked = Instant::now();
    flooding.get("/session").expect(429);
    assert!(asked.elapsed() >= delay);
}

#[test]
fn an_organization_that_floods_does_not_eat_anothers_share() {
    let app = TestApp::start();
    let server = limited(&app);
    let people: Vec<_> = (0..4).map(|_| app.acme.person().create(&app).at(&server)).collect();
    let statuses: Vec<u16> =
        (0..3).flat_map(|_| people.iter().map(|person| person.get("/session").status)).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 10, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 2, "{statuses:?}");
    let refused = people[0].get("/session").expect(429);
    assert_eq!(refused.header("ratelimit-policy"), Some("\"person\";q=4;w=60, \"organization\";q=10;w=60"));
    app.norte.admin(&app).at(&server).get("/session").expect(200);
}

#[test]
fn a_network_is_counted_while_nobody_is_known_and_bad_tokens_with_it() {
    let app = TestApp::start();
    let server = limited(&app);
    let from = |address: &str| server.client(&app.acme.host()).with_header("x-forwarded-for", address);
    for _ in 0..3 {
        let answer = from("192.0.2.1").get("/sign-in-page").expect(200);
        assert_eq!(answer.header("ratelimit-policy"), Some("\"network\";q=6;w=60"));
        from("192.0.2.2").with_token("garbage").get("/session").expect(401);
    }
    let refused = from("192.0.2.3").post("/session", &json!({"email": "a@b.c", "password": "x"})).expect(429);
    assert_eq!(refused.problem().code, ProblemCode::RateLimited);
    from("192.0.2.3").with_token("garbage").get("/session").expect(429);
    from("198.51.100.1").get("/sign-in-page").expect(200);
    // Who is signed in is not counted with the strangers of the same network.
    let admin = app.acme.admin(&app).at(&server).with_header("x-forwarded-for", "192.0.2.4");
    admin.get("/session").expect(200);
}

/// Each would be a look into the database otherwise, for whoever makes them up by the thousand.
#[test]
fn tokens_that_are_made_up_are_looked_for_as_often_as_a_network_may_ask() {
    count_from_now_on();
    let app = TestApp::start();
    let server = limited(&app);
    let person = app.acme.person().grant(Menu::Users, Operations::VIEW).create(&app);
    let token = person.api_token(&app, &[(Menu::Users, Operations::VIEW)]);
    let own = token.at(&server).with_header("x-forwarded-for", "192.0.2.1");
    let made_up = |address: &str| {
        let secret = Secret::random(&token.secret[4..12]);
        let client = server.client(&app.acme.host()).with_header("x-forwarded-for", address);
        client.with_token(secret.text()).get("/users")
    };
    own.get("/users").expect(200);
    // With the first look for a genuine one, these are what the network may ask.
    for left in (0..5).rev() {
        let answer = made_up("192.0.2.2").expect(401);
        let figure = answer.header("ratelimit").expect("a figure");
        assert!(figure.starts_with(&format!("\"network\";r={left};")), "counted once: {figure}");
    }
    let asked = during(&app, || {
        for _ in 0..200 {
            assert_eq!(made_up("192.0.2.2").expect(429).problem().code, ProblemCode::RateLimited);
        }
    });
    assert!(asked < 50, "{asked} statements for 200 requests: what is refused is not looked for");
    // What the server knows goes on, and so does everybody elsewhere.
    own.get("/users").expect(200);
    made_up("198.51.100.1").expect(401);
}

/// Requests of strangers that are measured together. What the server writes of them by itself, every few seconds, is far
/// less than a statement each.
const STRANGERS: usize = 100;

fn statements(app: &TestApp, request: impl Fn(usize)) -> usize {
    during(app, || (0..STRANGERS).for_each(&request))
}

#[test]
fn a_stranger_who_is_refused_costs_no_query() {
    count_from_now_on();
    let app = TestApp::start();
    let server = limited(&app);
    let from = |host: &str| server.client(host).with_header("x-forwarded-for", "192.0.2.1");
    for _ in 0..6 {
        from(&app.acme.host()).get("/sign-in-page").expect(200);
    }
    let refused = |client: Client| {
        client.get("/token").expect(429);
    };
    let unknown_token = |number: usize| {
        let secret = Secret::random(&format!("acme{number:04}"));
        refused(from("app.portico.test").with_token(secret.text()));
    };
    for (what, request) in [
        ("hosts of nobody", &(|number| refused(from(&format!("nobody{number}.example")))) as &dyn Fn(usize)),
        ("tokens of nobody", &unknown_token),
        ("nobody at a host that is there", &|_| refused(from(&app.norte.host()))),
    ] {
        let statements = statements(&app, request);
        assert!(statements < STRANGERS / 2, "{what}: {statements}");
    }
}

#[test]
fn what_strangers_ask_again_and_again_is_asked_for_once() {
    count_from_now_on();
    let app = TestApp::start();
    let nobody = app.server.client("nobody.example");
    let statements_of = statements(&app, |_| {
        nobody.get("/sign-in-page").expect(404);
    });
    assert!(statements_of < STRANGERS / 2, "{statements_of}");
    let statements_of = statements(&app, |_| assert!(nobody.answers("//readyz")));
    assert!(statements_of < STRANGERS / 2, "{statements_of}");
}

/// Somebody with an API token is counted by it, and with the strangers of their network only until the token is known.
#[test]
fn a_token_that_is_known_is_not_counted_with_strangers() {
    let app = TestApp::start();
    let server = limited(&app);
    let token = app.acme.admin(&app).api_token(&app, &[(Menu::Users, Operations::ALL)]);
    let own = token.at(&server).with_header("x-forwarded-for", "192.0.2.1");
    let answer = own.get("/token").expect(200);
    assert_eq!(answer.header("ratelimit-policy"), Some("\"token\";q=4;w=60, \"organization\";q=10;w=60"));
    let stranger = server.client(&app.acme.host()).with_header("x-forwarded-for", "192.0.2.2");
    for _ in 0..5 {
        stranger.get("/sign-in-page").expect(200);
    }
    stranger.get("/sign-in-page").expect(429);
    own.get("/token").expect(200);
}

#[test]
fn an_escape_in_the_address_leads_past_no_limit() {
    let app = TestApp::start();
    let server = limited(&app);
    let admin = app.acme.admin(&app).at(&server);
    let token = admin.token().expect("they are signed in");
    let ask = |target: &str| {
        let mut stream = TcpStream::connect(server.address).expect("the server listens");
        let host = app.acme.host();
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it is answered");
        answer.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok()).expect("a status")
    };
    let spellings = ["/api/v1/session", "/%61pi/v1/session", "/api/%761/session", "/api/v1/sessio%6e"];
    let statuses: Vec<u16> = spellings.into_iter().cycle().take(8).map(ask).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 429, 429, 429, 429]);
}
