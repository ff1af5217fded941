//! How long sessions last, as the organization sets it.

use chrono::TimeDelta;
use serde_json::json;
use shared::{
    ViolationCode,
    session::OwnSession,
    sign_in_settings::{IDLE_MINUTES, LIFETIME_MINUTES, SignInSettings},
};

use crate::harness::{Actor, PASSWORD, TestApp};

const PATH: &str = "/sign-in-settings";

fn set(admin: &Actor, idle: i32, lifetime: i32) -> SignInSettings {
    let now: SignInSettings = admin.get(PATH).expect(200).json();
    let patch = json!({"session_idle_minutes": idle, "session_lifetime_minutes": lifetime});
    admin.patch(PATH, now.version, &patch).expect(200).json()
}

#[test]
fn every_organization_has_them_and_they_stay_within_their_bounds() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let settings: SignInSettings = admin.get(PATH).expect(200).json();
    let first = SignInSettings { version: 1, session_idle_minutes: 10_080, session_lifetime_minutes: 43_200 };
    assert_eq!(settings, first);
    for (patch, pointer) in [
        (json!({"session_idle_minutes": IDLE_MINUTES.start() - 1}), "/session_idle_minutes"),
        (json!({"session_idle_minutes": IDLE_MINUTES.end() + 1}), "/session_idle_minutes"),
        (json!({"session_lifetime_minutes": LIFETIME_MINUTES.start() - 1}), "/session_lifetime_minutes"),
        (json!({"session_lifetime_minutes": LIFETIME_MINUTES.end() + 1}), "/session_lifetime_minutes"),
        // Never longer unused than in all.
        (json!({"session_lifetime_minutes": 10_079}), "/session_idle_minutes"),
    ] {
        let errors = admin.patch(PATH, 1, &patch).expect(422).problem().errors;
        assert_eq!(
            (errors[0].pointer.as_str(), errors[0].code),
            (pointer, ViolationCode::OutOfRange),
            "{patch}"
        );
        assert!(errors[0].limit.is_some());
    }
    assert_eq!(
        set(&admin, 15, 60),
        SignInSettings { version: 2, session_idle_minutes: 15, session_lifetime_minutes: 60 }
    );
    let elsewhere: SignInSettings = app.norte.admin(&app).get(PATH).expect(200).json();
    assert_eq!(elsewhere, first);
}

#[test]
fn new_sessions_last_as_long_as_is_set_and_use_prolongs_them() {
    let app = TestApp::start();
    set(&app.acme.admin(&app), 30, 120);
    let client = app.client(&app.acme);
    let refresh = |expected: u16| client.post("/session/refresh", &json!({})).expect(expected);
    client.post("/session", &json!({"email": "admin@acme.example", "password": PASSWORD})).expect(200);
    for _ in 0..4 {
        app.clock.advance(TimeDelta::minutes(29));
        refresh(200);
    }
    // 116 minutes have passed; at 120 it is over however much it is used.
    app.clock.advance(TimeDelta::minutes(4));
    refresh(401);
    client.post("/session", &json!({"email": "admin@acme.example", "password": PASSWORD})).expect(200);
    app.clock.advance(TimeDelta::minutes(30));
    refresh(401);
}

#[test]
fn use_without_renewal_prolongs_a_session_too() {
    let app = TestApp::start();
    set(&app.acme.admin(&app), 15, 60);
    let actor = app.acme.admin(&app);
    // Nine minutes in, by a token that lives ten.
    app.clock.advance(TimeDelta::minutes(9));
    actor.get("/session").expect(200);
    app.clock.advance(TimeDelta::minutes(14));
    let sessions: Vec<OwnSession> = app.acme.admin(&app).get("/profile/sessions").expect(200).json();
    let mine = sessions.iter().find(|one| one.id == actor.session).expect("it lasts");
    assert_eq!(mine.expires_at - mine.last_used_at, TimeDelta::minutes(15));
    app.clock.advance(TimeDelta::minutes(1));
    let sessions: Vec<OwnSession> = app.acme.admin(&app).get("/profile/sessions").expect(200).json();
    assert!(sessions.iter().all(|one| one.id != actor.session));
}

#[test]
fn a_longer_time_brings_no_session_back() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    set(&admin, 15, 60);
    let client = app.client(&app.acme);
    client.post("/session", &json!({"email": "admin@acme.example", "password": PASSWORD})).expect(200);
    app.clock.advance(TimeDelta::minutes(16));
    set(&app.acme.admin(&app), 10_080, 43_200);
    client.post("/session/refresh", &json!({})).expect(401);
}
