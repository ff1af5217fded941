//! Signing in, going on, ending.

mod confirm;
mod events;
mod forged;
mod links;

use chrono::TimeDelta;
use serde_json::json;
use shared::{
    ProblemCode,
    session::{AccessToken, CurrentSession, OwnSession, SignInOutcome},
};

use crate::harness::{Client, PASSWORD, TestApp};

pub fn sign_in(client: &Client, email: &str, password: &str) -> AccessToken {
    let answer = client.post("/session", &json!({"email": email, "password": password})).expect(200);
    match answer.json() {
        SignInOutcome::SignedIn(token) => token,
        SignInOutcome::ChooseOrganization { .. } => panic!("one organization was meant"),
    }
}

#[test]
fn the_company_admin_signs_in_and_is_told_who_they_are() {
    let app = TestApp::start();
    let client = app.client(&app.acme);
    let token = sign_in(&client, " ADMIN@acme.example", PASSWORD);
    let client = client.with_token(&token.access_token);
    let session: CurrentSession = client.get("/session").expect(200).json();
    assert_eq!(session.email, "admin@acme.example");
    assert!(session.company_admin);
    assert_eq!(session.organization.slug, "acme");
    assert!(session.permissions.values().all(|operations| operations.is_within(shared::Operations::ALL)));
}

#[test]
fn wrong_password_and_unknown_account_answer_alike() {
    let app = TestApp::start();
    let client = app.client(&app.acme);
    let answer = |email: &str| {
        let mut problem = client
            .post("/session", &json!({"email": email, "password": "cuatro gatos"}))
            .expect(401)
            .problem();
        problem.request_id = None;
        problem
    };
    let (known, unknown) = (answer("admin@acme.example"), answer("nobody@acme.example"));
    assert_eq!(known.code, ProblemCode::WrongCredentials);
    assert_eq!(known, unknown);
    // An account of the other organization is nobody here.
    assert_eq!(answer("admin@norte.example"), unknown);
}

#[test]
fn at_the_shared_host_the_person_chooses_where_the_password_fits_twice() {
    let app = TestApp::start();
    let admin = app.norte.admin(&app);
    let me: CurrentSession = admin.get("/session").expect(200).json();
    let patch = json!({"email": "admin@acme.example"});
    admin.patch(&format!("/users/{}", me.user), me.version, &patch).expect(200);

    let client = app.shared_client();
    let body = json!({"email": "admin@acme.example", "password": PASSWORD});
    let SignInOutcome::ChooseOrganization { organizations } =
        client.post("/session", &body).expect(200).json()
    else {
        panic!("both fit")
    };
    let slugs: Vec<&str> = organizations.iter().map(|one| one.slug.as_str()).collect();
    assert_eq!(slugs, ["acme", "norte"]);
    let chosen = json!({"email": "admin@acme.example", "password": PASSWORD, "organization": "norte"});
    let SignInOutcome::SignedIn(token) = client.post("/session", &chosen).expect(200).json() else {
        panic!("one was chosen")
    };
    assert_eq!(token.organization.slug, "norte");
    client.post("/session/refresh", &json!({"organization": "norte"})).expect(200);
    client.post("/session/refresh", &json!({"organization": "acme"})).expect(401);
}

#[test]
fn a_refresh_token_changes_at_each_use_and_a_copied_one_ends_the_session() {
    let app = TestApp::start();
    let client = app.client(&app.acme);
    sign_in(&client, "admin@acme.example", PASSWORD);
    let (name, first) =
        client.cookies().into_iter().find(|(name, _)| name.contains("refresh")).expect("a cookie");
    client.post("/session/refresh", &json!({})).expect(200);
    let second = client.cookies()[&name].clone();
    assert_ne!(first, second);

    // Another tab that still held the old one goes on, for a moment.
    client.set_cookie(&name, &first);
    client.post("/session/refresh", &json!({})).expect(200);
    assert_eq!(client.cookies()[&name], first, "the newer cookie is not overwritten");

    app.clock.advance(TimeDelta::seconds(21));
    client.post("/session/refresh", &json!({})).expect(401);
    client.set_cookie(&name, &second);
    client.post("/session/refresh", &json!({})).expect(401);
}

#[test]
fn a_token_that_was_used_long_ago_ends_the_session_too() {
    let app = TestApp::start();
    let client = app.client(&app.acme);
    sign_in(&client, "admin@acme.example", PASSWORD);
    let (name, first) =
        client.cookies().into_iter().find(|(name, _)| name.contains("refresh")).expect("a cookie");
    for _ in 0..2 {
        client.post("/session/refresh", &json!({})).expect(200);
    }
    let newest = client.cookies()[&name].clone();
    // One of another making, for the same session, ends nothing: it was never a token of it.
    let made_up = format!("{}x{}", &first[..first.len() - 60], &first[first.len() - 59..]);
    client.set_cookie(&name, &made_up);
    client.post("/session/refresh", &json!({})).expect(401);
    client.set_cookie(&name, &newest);
    client.post("/session/refresh", &json!({})).expect(200);
    let newest = client.cookies()[&name].clone();

    client.set_cookie(&name, &first);
    client.post("/session/refresh", &json!({})).expect(401);
    client.set_cookie(&name, &newest);
    client.post("/session/refresh", &json!({})).expect(401);
}

#[test]
fn an_account_with_the_same_email_elsewhere_helps_nobody_to_guess() {
    let app = TestApp::start();
    // The admin of Norte takes the e-mail of Acme's, with a password of their own.
    let norte = app.norte.admin(&app);
    let me: CurrentSession = norte.get("/session").expect(200).json();
    norte
        .patch(&format!("/users/{}", me.user), me.version, &json!({"email": "admin@acme.example"}))
        .expect(200);
    let new = json!({"old_password": PASSWORD, "new_password": "cinco perros en la playa"});
    norte.put("/profile/password", &new).expect(204);

    let attacker = app.shared_client();
    let own = json!({"email": "admin@acme.example", "password": "cinco perros en la playa"});
    let guess = json!({"email": "admin@acme.example", "password": "not this one"});
    attacker.post("/session", &own).expect(200);
    let outcomes: Vec<u16> = (0..12)
        .map(|_| {
            let guessed = attacker.post("/session", &guess).status;
            attacker.post("/session", &own);
            guessed
        })
        .collect();
    assert!(outcomes.contains(&429), "{outcomes:?}");
    // Signing in to the own account has not opened the other one either.
    let right = json!({"email": "admin@acme.example", "password": PASSWORD, "organization": "acme"});
    attacker.post("/session", &right).expect(429);
}

#[test]
fn guesses_at_one_moment_do_not_slip_in_together() {
    let app = TestApp::start();
    let guess = json!({"email": "admin@acme.example", "password": "not this one"});
    let client = app.client(&app.acme);
    for _ in 0..6 {
        client.post("/session", &guess).expect(401);
    }
    app.clock.advance(TimeDelta::seconds(2));
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let guessers: Vec<_> =
            (0..12).map(|_| scope.spawn(|| app.client(&app.acme).post("/session", &guess).status)).collect();
        guessers.into_iter().map(|guesser| guesser.join().expect("a status")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 11, "{statuses:?}");
}

#[test]
fn a_network_waits_half_a_minute_at_most_and_is_forgiven_fast() {
    let app = TestApp::start();
    let from = |address: &str| app.client(&app.acme).with_header("x-forwarded-for", address);
    for number in 0..115 {
        let guess = json!({"email": format!("nobody{number}@acme.example"), "password": "not this one"});
        let answer = from("203.0.113.9").post("/session", &guess);
        if answer.status == 429 {
            app.clock.advance(TimeDelta::seconds(
                answer.header("retry-after").expect("a wait").parse().expect("seconds"),
            ));
        }
    }
    let right = json!({"email": "admin@acme.example", "password": PASSWORD});
    from("203.0.114.9").post("/session", &right).expect(200);
    app.clock.advance(TimeDelta::seconds(31));
    from("203.0.113.10").post("/session", &right).expect(200);
}

#[test]
fn guessing_the_old_password_is_slowed_too() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let wrong = json!({"old_password": "not this one", "new_password": "cinco perros en la playa"});
    for _ in 0..6 {
        admin.put("/profile/password", &wrong).expect(422);
    }
    admin.put("/profile/password", &wrong).expect(429);
    app.clock.advance(TimeDelta::seconds(1));
    let right = json!({"old_password": PASSWORD, "new_password": "cinco perros en la playa"});
    admin.put("/profile/password", &right).expect(204);
}

#[test]
fn the_organization_of_a_host_is_found_among_many_with_the_same_email() {
    let app = TestApp::start();
    let url = app.database.url("portico_operator");
    let clock = api::clock::Clock::fixed(app.clock.now() - TimeDelta::days(2));
    let mut operator = api::db::operator::OperatorDb::open(&url, clock).expect("the operator comes in");
    for number in 0..9 {
        let new = api::organizations::NewOrganization {
            slug: format!("older-{number}"),
            admin_email: "admin@acme.example".to_owned(),
            ..crate::harness::starting_organizations()[0].clone()
        };
        api::organizations::create(&mut operator, &new).expect("an organization is made");
    }
    sign_in(&app.client(&app.acme), "admin@acme.example", PASSWORD);
    let chosen = json!({"email": "admin@acme.example", "password": PASSWORD, "organization": "older-3"});
    app.shared_client().post("/session", &chosen).expect(200);
}

#[test]
fn nobody_has_more_sessions_than_anybody_may() {
    let app = TestApp::start();
    let first = app.acme.admin(&app);
    for _ in 0..50 {
        app.clock.advance(TimeDelta::seconds(1));
        app.acme.admin(&app);
    }
    app.clock.advance(TimeDelta::seconds(1));
    sign_in(&app.client(&app.acme), "admin@acme.example", PASSWORD);
    first.get("/session").expect(401);
    let newest = app.acme.admin(&app);
    let own: Vec<OwnSession> = newest.get("/profile/sessions").expect(200).json();
    assert_eq!(own.len(), 51, "fifty, and the one that the harness has just made past the limit");
}

#[test]
fn a_session_ends_when_idle_and_at_the_latest_after_its_lifetime() {
    let app = TestApp::start();
    let client = app.client(&app.acme);
    sign_in(&client, "admin@acme.example", PASSWORD);
    for _ in 0..4 {
        app.clock.advance(TimeDelta::days(6));
        client.post("/session/refresh", &json!({})).expect(200);
    }
    app.clock.advance(TimeDelta::days(6));
    client.post("/session/refresh", &json!({})).expect(401);

    sign_in(&client, "admin@acme.example", PASSWORD);
    app.clock.advance(TimeDelta::days(7));
    client.post("/session/refresh", &json!({})).expect(401);
}

#[test]
fn an_access_token_lives_ten_minutes_and_for_its_own_organization() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    admin.get("/session").expect(200);
    let token = admin.token().expect("a token").to_owned();
    app.client(&app.norte).with_token(&token).get("/session").expect(401);
    app.shared_client().with_token(&token).get("/session").expect(200);
    app.server.client("unknown.example").with_token(&token).get("/session").expect(404);
    app.clock.advance(TimeDelta::minutes(10));
    admin.get("/session").expect(401);
}

#[test]
fn a_password_change_ends_the_other_sessions_on_every_server() {
    let app = TestApp::start();
    let second = app.second_server();
    let (here, there) = (app.acme.admin(&app), app.acme.admin(&app));
    let there_too = there.at(&second);
    there_too.get("/session").expect(200);
    let wrong = json!({"old_password": "cuatro gatos", "new_password": "password1"});
    let problem = here.put("/profile/password", &wrong).expect(422).problem();
    let pointers: Vec<&str> = problem.errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/new_password", "/old_password"]);
    let right = json!({"old_password": PASSWORD, "new_password": "cinco perros en la playa"});
    here.put("/profile/password", &right).expect(204);
    here.get("/session").expect(200);
    there.get("/session").expect(401);
    within_a_second(|| there_too.get("/session").status == 401);
    let client = app.client(&app.acme);
    client.post("/session", &json!({"email": "admin@acme.example", "password": PASSWORD})).expect(401);
    sign_in(&client, "admin@acme.example", "cinco perros en la playa");
}

#[test]
fn people_see_their_sessions_and_end_them() {
    let app = TestApp::start();
    let (here, there) = (app.acme.admin(&app), app.acme.admin(&app));
    let stranger = app.norte.admin(&app);
    let own: Vec<OwnSession> = here.get("/profile/sessions").expect(200).json();
    assert_eq!(own.len(), 2);
    assert_eq!(
        own.iter().filter(|session| session.current).map(|session| session.id).collect::<Vec<_>>(),
        [here.session]
    );
    stranger.delete(&format!("/profile/sessions/{}", there.session), 1).expect(404);
    here.delete(&format!("/profile/sessions/{}", there.session), 1).expect(204);
    here.delete(&format!("/profile/sessions/{}", there.session), 1).expect(404);
    there.get("/session").expect(401);
    here.delete("/session", 1).expect(204);
    here.get("/session").expect(401);
}

#[test]
fn guessing_is_slowed_and_a_known_browser_is_not() {
    let app = TestApp::start();
    let known = app.client(&app.acme);
    sign_in(&known, "admin@acme.example", PASSWORD);
    let stranger = app.client(&app.acme).with_header("x-forwarded-for", "203.0.113.9");
    let guess = json!({"email": "admin@acme.example", "password": "not this one"});
    for _ in 0..6 {
        stranger.post("/session", &guess).expect(401);
    }
    let slowed = stranger.post("/session", &guess).expect(429);
    assert_eq!(slowed.header("retry-after"), Some("1"));
    let right = json!({"email": "admin@acme.example", "password": PASSWORD});
    stranger.post("/session", &right).expect(429);
    // Neither the known browser nor somebody elsewhere is.
    known.post("/session", &right).expect(200);
    app.client(&app.acme).with_header("x-forwarded-for", "198.51.100.7").post("/session", &right).expect(200);
    app.clock.advance(TimeDelta::seconds(2));
    stranger.post("/session", &right).expect(200);
}

/// Waits until something is so, and fails when it is not within a second.
#[track_caller]
pub fn within_a_second(is_so: impl Fn() -> bool) {
    let started = std::time::Instant::now();
    while !is_so() {
        assert!(started.elapsed() < std::time::Duration::from_secs(1), "not within a second");
        crate::harness::a_moment();
    }
}
