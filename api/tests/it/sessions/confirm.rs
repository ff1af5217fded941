//! The password once more, before what changes who may do what.

use chrono::TimeDelta;
use serde_json::json;
use shared::{ProblemCode, ViolationCode, user::User};

use crate::harness::{Actor, Answer, Client, PASSWORD, TestApp};

/// Gives somebody another e-mail, which asks for it.
fn move_elsewhere(app: &TestApp, client: &Client) -> Answer {
    let id = app.acme.person().create(app).id;
    let admin = app.acme.admin(app);
    let user: User = admin.get(&format!("/users/{id}")).expect(200).json();
    client.patch(&format!("/users/{id}"), user.version, &json!({"email": format!("new-{id}@acme.example")}))
}

fn asks(answer: Answer) {
    assert_eq!(answer.expect(403).problem().code, ProblemCode::ConfirmationRequired);
}

fn confirm(client: &Client, password: &str) -> Answer {
    client.post("/session/confirm", &json!({"password": password}))
}

fn unconfirmed(app: &TestApp) -> Actor {
    app.acme.admin(app).unconfirmed(app)
}

#[test]
fn a_confirmation_holds_for_five_minutes_of_this_session_on_every_server() {
    let app = TestApp::start();
    let second = app.second_server();
    let (here, other) = (unconfirmed(&app), unconfirmed(&app));
    let there = here.at(&second);
    asks(move_elsewhere(&app, &here));
    asks(move_elsewhere(&app, &there));

    confirm(&here, PASSWORD).expect(204);
    move_elsewhere(&app, &here).expect(200);
    // At once, though the other server has kept that the session was not confirmed.
    move_elsewhere(&app, &there).expect(200);
    asks(move_elsewhere(&app, &other));

    app.clock.advance(TimeDelta::seconds(299));
    move_elsewhere(&app, &here).expect(200);
    app.clock.advance(TimeDelta::seconds(1));
    asks(move_elsewhere(&app, &here));
    asks(move_elsewhere(&app, &there));
}

#[test]
fn what_changes_nobodys_way_in_asks_for_nothing() {
    let app = TestApp::start();
    let admin = unconfirmed(&app);
    let user: User = admin
        .post("/users", &json!({"email": "ana@acme.example", "first_name": "Ana", "last_name": "Pérez"}))
        .expect(201)
        .json();
    let path = format!("/users/{}", user.id);
    // The same e-mail in other letters is no other e-mail.
    let same = json!({"first_name": "Eva", "email": "ANA@acme.example", "company_admin": false});
    let user: User = admin.patch(&path, user.version, &same).expect(200).json();
    for change in [
        json!({"email": "eva@acme.example"}),
        json!({"password": "siete barcos junto al faro"}),
        json!({"company_admin": true}),
    ] {
        asks(admin.patch(&path, user.version, &change));
    }
    let unchanged: User = admin.get(&path).expect(200).json();
    assert_eq!(unchanged, user);
}

#[test]
fn the_sign_in_is_no_confirmation() {
    let app = TestApp::start();
    let client = app.client(&app.acme);
    let token = super::sign_in(&client, "admin@acme.example", PASSWORD).access_token;
    let client = client.with_token(&token);
    asks(move_elsewhere(&app, &client));
    confirm(&client, PASSWORD).expect(204);
    client.post("/session/refresh", &json!({})).expect(200);
    move_elsewhere(&app, &client).expect(200);
}

#[test]
fn a_wrong_password_confirms_nothing_and_guessing_is_slowed_as_at_the_sign_in() {
    let app = TestApp::start();
    let admin = unconfirmed(&app);
    for _ in 0..6 {
        let errors = confirm(&admin, "not this one").expect(422).problem().errors;
        assert_eq!((errors[0].pointer.as_str(), errors[0].code), ("/password", ViolationCode::WrongPassword));
    }
    asks(move_elsewhere(&app, &admin));
    confirm(&admin, PASSWORD).expect(429);
    // It is the same count: no further door to try passwords at.
    let sign_in = json!({"email": "admin@acme.example", "password": PASSWORD});
    app.client(&app.acme).post("/session", &sign_in).expect(429);
    app.clock.advance(TimeDelta::seconds(1));
    confirm(&admin, PASSWORD).expect(204);
    move_elsewhere(&app, &admin).expect(200);
    // What was right takes the count back.
    app.client(&app.acme)
        .post("/session", &json!({"email": "admin@acme.example", "password": "no"}))
        .expect(401);
}

#[test]
fn whoever_has_no_password_confirms_nothing() {
    let app = TestApp::start();
    let person = app.acme.person().company_admin().create(&app).unconfirmed(&app);
    confirm(&person, PASSWORD).expect(422);
    confirm(&person, "").expect(422);
    asks(move_elsewhere(&app, &person));
}
