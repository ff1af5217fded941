//! Signing in at the console with real codes, by a clock that stands still until it is moved.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::{
    Page, ProblemCode,
    console::{BookEntry, BookOutcome, OperatorSession, OperatorToken, Team},
};

use crate::{
    harness::{Client, OPERATOR_PASSWORD, TestConsole, TestOperator, at, registry},
    promises::catalogue::line,
};

#[test]
fn password_and_code_let_an_operator_in() {
    let console = TestConsole::start();
    let ada = console.operator("Ada@Ops.example", &[Team::Security, Team::Support]);
    let client = console.client();
    let answer = console.try_sign_in(&client, &ada, OPERATOR_PASSWORD, 0).expect(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("set-cookie"), None);
    let token: OperatorToken = answer.json();
    assert_eq!(token.expires_at, console.clock.now() + TimeDelta::hours(8));
    let signed_in = console.client().with_token(&token.token);
    let session: OperatorSession = signed_in.get(&at("/session")).expect(200).json();
    assert_eq!(session.email, "ada@ops.example");
    assert_eq!(session.teams, [Team::Support, Team::Security]);
    signed_in.delete(&at("/session"), 1).expect(204);
    assert_eq!(signed_in.get(&at("/session")).status, 401);
}

#[test]
fn what_is_wrong_is_answered_alike() {
    let console = TestConsole::start();
    let ada = console.operator("ada@ops.example", &[Team::Operations]);
    let eva = console.operator("eva@ops.example", &[Team::Operations]);
    registry(&console.database, &console.clock).deactivate("eva@ops.example").expect("she is deactivated");
    let client = console.client();
    let code = ada.code(&console.clock, 0);
    let answers = [
        console.try_sign_in(&client, &ada, "another password", 0),
        console.try_sign_in(&client, &ada, OPERATOR_PASSWORD, 3600),
        console.try_sign_in(&client, &eva, OPERATOR_PASSWORD, 0),
        client.post(
            &at("/session"),
            &json!({"email": "nobody@ops.example", "password": OPERATOR_PASSWORD, "code": code}),
        ),
    ];
    let told = answers.map(|answer| {
        let mut problem = answer.expect(401).problem();
        assert_eq!(problem.code, ProblemCode::WrongCredentials);
        assert!(problem.request_id.take().is_some());
        problem
    });
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:#?}");
}

#[test]
fn a_code_is_accepted_once_and_one_step_early_or_late() {
    let console = TestConsole::start();
    let ada = console.operator("ada@ops.example", &[Team::Operations]);
    let client = console.client();
    let sign_in = |seconds| console.try_sign_in(&client, &ada, OPERATOR_PASSWORD, seconds).status;
    // A clock that is late by a step, then the same code again, then the present one.
    assert_eq!([sign_in(-30), sign_in(-30), sign_in(0), sign_in(0)], [200, 401, 200, 401]);
    // What was a valid code before the last accepted one is none any more.
    assert_eq!([sign_in(30), sign_in(0)], [200, 401]);
    console.clock.advance(TimeDelta::hours(1));
    assert_eq!([sign_in(60), sign_in(-60)], [401, 401]);
    assert_eq!(sign_in(30), 200);
}

/// Two requests with one code at one moment: one gets in.
#[test]
fn a_code_that_comes_twice_at_once_opens_once() {
    let console = TestConsole::start();
    let ada = console.operator("ada@ops.example", &[Team::Operations]);
    let mut statuses = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| console.try_sign_in(&console.client(), &ada, OPERATOR_PASSWORD, 0).status)
            })
            .collect();
        tries.into_iter().map(|one| one.join().expect("it answers")).collect::<Vec<_>>()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401, 401, 401]);
}

#[test]
fn guessing_is_slowed_and_not_locked() {
    let console = TestConsole::start();
    let ada = console.operator("ada@ops.example", &[Team::Operations]);
    let client = console.client();
    let guess = || console.try_sign_in(&client, &ada, "not this one", 0);
    for _ in 0..6 {
        assert_eq!(guess().status, 401);
    }
    let refused = guess().expect(429);
    assert_eq!(refused.problem().code, ProblemCode::TooManyAttempts);
    assert_eq!(refused.header("retry-after"), Some("1"));
    // What is right is not looked at either while one has to wait, and is once one has waited.
    assert_eq!(console.try_sign_in(&client, &ada, OPERATOR_PASSWORD, 0).status, 429);
    console.clock.advance(TimeDelta::seconds(1));
    assert_eq!(guess().status, 401);
    assert_eq!(guess().expect(429).header("retry-after"), Some("2"));
    console.clock.advance(TimeDelta::seconds(2));
    assert_eq!(console.try_sign_in(&client, &ada, OPERATOR_PASSWORD, 0).status, 200);
    // That one was right makes good for those before it.
    assert_eq!(guess().status, 401);
}

/// Who has the password and guesses codes from many addresses is slowed as well, and the book tells of it.
#[test]
fn guessing_codes_from_many_addresses_is_slowed() {
    let console = TestConsole::with(&["10.0.0.0/8"], 1);
    let ada = console.operator("ada@ops.example", &[Team::Security]);
    let from = |number: u32| {
        let address = format!("10.{}.{}.1", number / 250, number % 250);
        console.client().with_header("x-forwarded-for", &address)
    };
    for number in 0..6 {
        assert_eq!(console.try_sign_in(&from(number), &ada, OPERATOR_PASSWORD, 3600).status, 401);
    }
    // By now not even the right code opens, and nothing tells that it was right.
    assert_eq!(console.try_sign_in(&from(6), &ada, OPERATOR_PASSWORD, 0).status, 401);
    console.clock.advance(TimeDelta::seconds(30));
    let answer = console.try_sign_in(&from(7), &ada, OPERATOR_PASSWORD, 0).expect(200);
    let ada = from(7).with_token(&answer.json::<OperatorToken>().token);
    let book: Page<BookEntry> = ada.get(&at("/operations-book?action=sign_in")).expect(200).json();
    let outcomes: Vec<BookOutcome> = book.items.iter().map(|entry| entry.outcome).collect();
    assert_eq!(outcomes.iter().filter(|one| **one == BookOutcome::Refused).count(), 6);
    assert_eq!(outcomes[0], BookOutcome::Succeeded);
}

#[test]
fn a_session_is_short_and_ends_at_once() {
    let console = TestConsole::start();
    let ada = console.operator("ada@ops.example", &[Team::Operations]);
    let mut shell = registry(&console.database, &console.clock);
    let status = |client: &Client| client.get(&at("/session")).status;

    let client = console.signed_in(&ada);
    console.clock.advance(TimeDelta::minutes(14));
    assert_eq!(status(&client), 200);
    console.clock.advance(TimeDelta::minutes(14));
    assert_eq!(status(&client), 200, "it was used meanwhile");
    console.clock.advance(TimeDelta::minutes(15));
    assert_eq!(status(&client), 401, "it was not used");

    let client = console.signed_in(&ada);
    for _ in 0..34 {
        console.clock.advance(TimeDelta::minutes(14));
        assert_eq!(status(&client), 200);
    }
    console.clock.advance(TimeDelta::minutes(5));
    assert_eq!(status(&client), 401, "eight hours at the longest, however it is used");

    let client = console.signed_in(&ada);
    shell.deactivate("ada@ops.example").expect("she is deactivated");
    assert_eq!(status(&client), 401);

    let url = shell.reset("ada@ops.example", OPERATOR_PASSWORD).expect("she is let in again");
    let ada = TestOperator::new("ada@ops.example", &url);
    let client = console.signed_in(&ada);
    shell.reset("ada@ops.example", "cinco faros en la costa").expect("another password");
    assert_eq!(status(&client), 401);
}

#[test]
fn another_password_asks_for_the_old_one_and_a_code_and_ends_all_sessions() {
    let console = TestConsole::start();
    let ada = console.operator("ada@ops.example", &[Team::Operations]);
    let (client, other) = (console.signed_in(&ada), console.signed_in(&ada));
    let change = |old: &str, new: &str, code: &str| {
        let body = json!({"old_password": old, "new_password": new, "code": code});
        client.put(&at("/session/password"), &body)
    };
    let (new, code) = ("cinco faros en la costa", ada.code(&console.clock, 0));
    let used = ada.code(&console.clock, -30);
    for (old, new, code, pointer) in [
        ("not this one", new, &*code, "/old_password"),
        (OPERATOR_PASSWORD, "short", &code, "/new_password"),
        (OPERATOR_PASSWORD, "ada@ops.example", &code, "/new_password"),
        (OPERATOR_PASSWORD, new, &used, "/code"),
        (OPERATOR_PASSWORD, new, "12345", "/code"),
    ] {
        let problem = change(old, new, code).expect(422).problem();
        assert_eq!(problem.errors[0].pointer, pointer, "{old} {new} {code}");
    }
    change(OPERATOR_PASSWORD, new, &code).expect(204);
    assert_eq!([client.get(&at("/session")).status, other.get(&at("/session")).status], [401, 401]);
    assert_eq!(console.try_sign_in(&console.client(), &ada, new, 0).status, 401, "its code was used");
    assert_eq!(console.try_sign_in(&console.client(), &ada, OPERATOR_PASSWORD, 30).status, 401);
    let answer = console.try_sign_in(&console.client(), &ada, new, 30).expect(200);
    // Whoever finds a console open is slowed.
    let found_open = console.client().with_token(&answer.json::<OperatorToken>().token);
    let guess = || {
        let body = json!({"old_password": "not this one", "new_password": new, "code": "123456"});
        found_open.put(&at("/session/password"), &body).status
    };
    assert_eq!([(); 7].map(|()| guess()), [422, 422, 422, 422, 422, 422, 429]);
}

#[test]
fn who_comes_from_elsewhere_gets_nothing() {
    let console = TestConsole::with(&["10.1.0.0/16"], 1);
    let ada = console.operator("ada@ops.example", &[Team::Operations]);
    let from = |address: &str| console.client().with_header("x-forwarded-for", address);
    for (address, status) in [("10.1.2.3", 200), ("10.2.2.3", 404), ("127.0.0.1", 404), ("2001:db8::1", 404)]
    {
        let answer = console.try_sign_in(&from(address), &ada, OPERATOR_PASSWORD, 0);
        assert_eq!(answer.status, status, "{address}");
        console.clock.advance(TimeDelta::seconds(30));
    }
    let problem = from("10.2.2.3").get(&at("/session")).expect(404).problem();
    assert_eq!(problem.code, ProblemCode::NotFound);
    assert_eq!(from("10.2.2.3").get("//").status, 404);
}

#[test]
fn the_database_keeps_no_secret_that_opens() {
    let console = TestConsole::start();
    let url = registry(&console.database, &console.clock)
        .create("ada@ops.example", "Ada", &[Team::Security], OPERATOR_PASSWORD)
        .expect("she is made");
    let ada = TestOperator::new("ada@ops.example", &url);
    let answer = console.try_sign_in(&console.client(), &ada, OPERATOR_PASSWORD, 0).expect(200);
    let token = answer.json::<OperatorToken>().token;
    let secret = totp_rs::Totp::from_url(&url).expect("it is read").secret().as_ref().to_vec();
    let sql = &mut console.database.superuser();
    let sealed = line(sql, "SELECT encode(second_factor, 'hex') AS line FROM operators");
    let sealed: Vec<u8> = (0..sealed.len() / 2)
        .map(|index| u8::from_str_radix(&sealed[2 * index..2 * index + 2], 16).expect("hexadecimal"))
        .collect();
    assert!(!sealed.windows(secret.len()).any(|some| some == secret));
    for table in ["operators", "operator_sessions", "operations_book"] {
        let rows = line(sql, &format!("SELECT string_agg(t::text, ' ') AS line FROM {table} t"));
        for secret in [OPERATOR_PASSWORD, &token, "otpauth"] {
            assert!(!rows.contains(secret), "{table}");
        }
    }
}

/// A name that is no field, and a body that is none, come behind 401.
#[test]
fn bodies_are_read_by_the_same_rules() {
    let console = TestConsole::start();
    let problem = |body: &Value| console.client().post(&at("/session"), body).problem();
    let code = problem(&json!({"email": "ada@ops.example", "password": "x", "code": "12345"}));
    assert_eq!((code.status, code.errors[0].pointer.as_str()), (422, "/code"));
    let more = problem(&json!({"email": "ada@ops.example", "password": "x", "code": "123456", "team": "x"}));
    assert_eq!(more.errors[0].pointer, "/team");
    let broken = console.client().post(&at("/operators"), &json!({"colour": 1}));
    assert_eq!(broken.status, 401);
}
