//! Guessing at tokens is slowed by network, and nobody else is by it.

use api::access::api_token::Secret;
use chrono::TimeDelta;
use shared::{Menu, ProblemCode};

use super::V;
use crate::harness::{Answer, Client, TestApp, Token};

/// Tokens that are none and cost nothing: the free ones, and one more.
const AT_ONCE: usize = 21;

fn from(app: &TestApp, address: &str) -> Client {
    app.client(&app.acme).with_header("x-forwarded-for", address)
}

/// A well-formed token of the organization that nobody has.
fn guess(app: &TestApp, token: &Token, address: &str) -> Answer {
    let secret = Secret::random(&token.secret[4..12]);
    from(app, address).with_token(secret.text()).get("/users")
}

#[track_caller]
fn waits(answer: &Answer, seconds: &str) {
    assert_eq!(answer.status, 429, "{}", answer.text);
    assert_eq!(answer.problem().code, ProblemCode::TooManyAttempts);
    assert_eq!(answer.header("retry-after"), Some(seconds));
}

#[test]
fn whoever_guesses_waits_longer_and_longer_and_learns_nothing_of_a_right_one() {
    let app = TestApp::start();
    let second = app.second_server();
    let person = app.acme.person().grant(Menu::Users, V).create(&app);
    let (settled, other) =
        (person.api_token(&app, &[(Menu::Users, V)]), person.api_token(&app, &[(Menu::Users, V)]));
    settled.from(&app, "203.0.113.7").get("/users").expect(200);
    for _ in 0..AT_ONCE {
        assert_eq!(
            guess(&app, &other, "203.0.113.9").expect(401).problem().code,
            ProblemCode::Unauthenticated
        );
    }
    waits(&guess(&app, &other, "203.0.113.9"), "1");
    // The network waits, on every server, and a right guess is answered as a wrong one.
    waits(&guess(&app, &other, "203.0.113.200"), "1");
    waits(&other.from(&app, "203.0.113.9").get("/users"), "1");
    let there = other.at(&second).with_header("x-forwarded-for", "203.0.113.9");
    waits(&there.get("/users"), "1");
    // What was used from there before goes on, and so does everybody elsewhere.
    settled.from(&app, "203.0.113.8").get("/users").expect(200);
    other.from(&app, "198.51.100.7").get("/users").expect(200);
    guess(&app, &other, "198.51.100.7").expect(401);
    // A wait that is over has not been forgotten.
    app.clock.advance(TimeDelta::seconds(1));
    guess(&app, &other, "203.0.113.9").expect(401);
    waits(&guess(&app, &other, "203.0.113.9"), "2");
    app.clock.advance(TimeDelta::seconds(2));
    other.from(&app, "203.0.113.9").get("/users").expect(200);
    guess(&app, &other, "203.0.113.9").expect(401);
    waits(&guess(&app, &other, "203.0.113.9"), "4");
    other.from(&app, "203.0.113.9").get("/users").expect(200);
    // Never longer than half a minute, and nothing is held against a network for long.
    for _ in 0..10 {
        app.clock.advance(TimeDelta::seconds(30));
        guess(&app, &other, "203.0.113.9").expect(401);
    }
    app.clock.advance(TimeDelta::minutes(5));
    for _ in 0..AT_ONCE {
        guess(&app, &other, "203.0.113.9").expect(401);
    }
}

/// A token that is genuine and answered as if there were none is counted as if there were none, or the wait would tell.
#[test]
fn a_stolen_token_from_elsewhere_waits_like_one_that_is_none() {
    let app = TestApp::start();
    let person = app.acme.person().grant(Menu::Users, V).create(&app);
    let token = person.api_token_for(&app, &[(Menu::Users, V)], &["192.0.2.0/24"]);
    let answers = |show: &dyn Fn() -> Answer| -> Vec<(u16, ProblemCode)> {
        (0..=AT_ONCE).map(|_| show()).map(|answer| (answer.status, answer.problem().code)).collect()
    };
    let stolen = answers(&|| token.from(&app, "203.0.113.9").get("/users"));
    let guessed = answers(&|| guess(&app, &token, "198.51.100.9"));
    assert_eq!(stolen, guessed);
    assert_eq!(stolen.last().map(|(status, _)| *status), Some(429));
    token.from(&app, "192.0.2.1").get("/users").expect(200);
}

/// At the shared host the organization is a guess, too.
#[test]
fn organizations_are_not_guessed_either() {
    let app = TestApp::start();
    let nowhere = Secret::random("zzzzzzzz");
    let show = || {
        let client = app.shared_client().with_header("x-forwarded-for", "203.0.113.9");
        client.with_token(nowhere.text()).get("/users")
    };
    for _ in 0..AT_ONCE {
        show().expect(401);
    }
    waits(&show(), "1");
    // At the host of another organization it is a slip and no guess: it can never be right.
    for _ in 0..=AT_ONCE {
        from(&app, "198.51.100.9").with_token(nowhere.text()).get("/users").expect(401);
    }
}
