//! Promise: sign-in, recovery, invitation and the choice of organization give the same status, the same body and the
//! same time whether or not there is an account.
//!
//! Times are taken over the real server, with its real cost of hashing. A sample of each side is taken in turn, and
//! which side comes first changes each time, so that whatever else the machine does meets both. Compared is the mean of
//! the differences within the pairs. A tenth of them at either end is left out: those are the pairs in which the
//! machine did something else, and they lie at both ends alike; a time that depends on the account would move all
//! pairs and not these alone. Nothing is measured twice.
//!
//! They need the machine to themselves, so they are left out of the tests that run side by side; `cargo xtask test it`
//! runs them after those, one by one.

use std::time::{Duration, Instant};

use diesel::{RunQueryDsl, sql_query, sql_types};
use serde_json::{Value, json};

use crate::harness::{Answer, TestApp};

/// Pairs, so that there are 500 samples of each side.
const PAIRS: usize = 500;
/// How much closer the means have to be, in milliseconds.
const CLOSER_THAN: f64 = 5.0;

/// One request of a side: its number chooses an address of its own, so that nothing is slowed.
type Side<'a> = &'a dyn Fn(usize) -> Answer;

/// An address in a network that no other sample comes from.
fn address(number: usize) -> String {
    format!("10.{}.{}.7", number / 256, number % 256)
}

/// What can be told from an answer but for its time.
fn told(answer: &Answer) -> (u16, Value, Vec<String>) {
    let mut body: Value = serde_json::from_str(&answer.text).unwrap_or(Value::Null);
    // What differs from each request to the next.
    for own in ["request_id", "id", "email"] {
        if let Some(member) = body.get_mut(own) {
            *member = Value::Null;
        }
    }
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        // What is left of a network's requests goes down with each of them, whatever it was.
        .filter(|(name, _)| !["x-request-id", "date", "ratelimit"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    headers.sort();
    (answer.status, body, headers)
}

#[track_caller]
#[expect(clippy::print_stdout, reason = "the figures are what is asked for")]
fn alike(what: &str, status: u16, known: Side<'_>, unknown: Side<'_>) {
    let timed = |side: Side<'_>, number: usize| {
        let started = Instant::now();
        let answer = side(number);
        (started.elapsed(), answer)
    };
    // Connections, caches and plans are there before anything counts.
    for number in 0..5 {
        for side in [known, unknown] {
            side(PAIRS + number);
        }
    }
    let mut differences: Vec<f64> = Vec::with_capacity(PAIRS);
    let mut sums = [Duration::ZERO; 2];
    for number in 0..PAIRS {
        let ((known_time, one), (unknown_time, other)) = if number % 2 == 0 {
            let first = timed(known, number);
            (first, timed(unknown, number))
        } else {
            let first = timed(unknown, number);
            (timed(known, number), first)
        };
        assert_eq!(one.status, status, "{what}: {}", one.text);
        assert_eq!(told(&one), told(&other), "{what}");
        sums = [sums[0] + known_time, sums[1] + unknown_time];
        differences.push((known_time.as_secs_f64() - unknown_time.as_secs_f64()) * 1000.0);
    }
    differences.sort_by(f64::total_cmp);
    let kept = &differences[PAIRS / 10..PAIRS - PAIRS / 10];
    let count = |number: usize| f64::from(u32::try_from(number).expect("few"));
    let difference = kept.iter().sum::<f64>() / count(kept.len());
    let mean = |sum: Duration| sum.as_secs_f64() * 1000.0 / count(PAIRS);
    println!(
        "{what}: {PAIRS} pairs, {:.2} ms and {:.2} ms, difference {difference:.3} ms",
        mean(sums[0]),
        mean(sums[1])
    );
    assert!(difference.abs() < CLOSER_THAN, "{what}: the means are {difference:.3} ms apart");
}

/// Lets the company admins of both organizations have one e-mail.
fn share_an_email(app: &TestApp) {
    sql_query("UPDATE users SET email = 'both@people.example' WHERE email LIKE 'admin@%'")
        .execute(&mut app.database.superuser())
        .expect("the e-mails are changed");
}

fn sign_in(app: &TestApp, host: &str, number: usize, email: &str, organization: Option<&str>) -> Answer {
    let mut body = json!({"email": email, "password": "not this one"});
    if let Some(slug) = organization {
        body["organization"] = json!(slug);
    }
    app.server.client(host).with_header("x-forwarded-for", &address(number)).post("/session", &body)
}

fn recover(app: &TestApp, host: &str, number: usize, email: &str) -> Answer {
    let client = app.server.client(host).with_header("x-forwarded-for", &address(number));
    client.post("/password-recoveries", &json!({"email": email}))
}

const SHARED: &str = "app.portico.test";

#[test]
#[ignore = "needs the machine to itself"]
fn sign_in_at_an_organizations_host() {
    let app = TestApp::start();
    let host = app.acme.host();
    let side = |email: &'static str| {
        let (app, host) = (&app, &host);
        move |number| sign_in(app, host, number, email, None)
    };
    let (known, unknown) = (side("admin@acme.example"), side("nobody@acme.example"));
    alike("sign-in at an organization's host", 401, &known, &unknown);
}

/// Each sample verifies as many passwords as an e-mail can have accounts, which takes its time.
#[test]
#[ignore = "needs the machine to itself"]
fn sign_in_at_the_shared_host() {
    let app = TestApp::start();
    share_an_email(&app);
    let side = |email: &'static str| {
        let app = &app;
        move |number| sign_in(app, SHARED, number, email, None)
    };
    let (twice, nowhere) = (side("both@people.example"), side("nobody@people.example"));
    alike("sign-in at the shared host, two accounts and none", 401, &twice, &nowhere);
}

#[test]
#[ignore = "needs the machine to itself"]
fn the_choice_of_an_organization() {
    let app = TestApp::start();
    let side = |email: &'static str, organization: &'static str| {
        let app = &app;
        move |number| sign_in(app, SHARED, number, email, Some(organization))
    };
    let here = side("admin@acme.example", "acme");
    let elsewhere = side("admin@acme.example", "norte");
    alike("choice of an organization with an account and of one without", 401, &here, &elsewhere);
    // Numbers begin anew, and what was counted above must not slow what is below.
    app.clock.advance(chrono::TimeDelta::days(1));
    let none = side("admin@acme.example", "no-such-place");
    alike("choice of an organization and of none", 401, &here, &none);
}

#[test]
#[ignore = "needs the machine to itself"]
fn recovery() {
    let app = TestApp::start();
    share_an_email(&app);
    let own = app.acme.host();
    let at = |host: &str, email: &'static str| {
        let (app, host) = (&app, host.to_owned());
        move |number| recover(app, &host, number, email)
    };
    let (known, unknown) = (at(&own, "both@people.example"), at(&own, "nobody@people.example"));
    alike("recovery at an organization's host", 204, &known, &unknown);
    app.clock.advance(chrono::TimeDelta::days(1));
    let (twice, nowhere) = (at(SHARED, "both@people.example"), at(SHARED, "nobody@people.example"));
    alike("recovery at the shared host, two accounts and none", 204, &twice, &nowhere);
}

/// Who invites sees the people of their own organization anyway. What they may not learn is who has an account in
/// another one.
#[test]
#[ignore = "needs the machine to itself"]
fn invitation() {
    let app = TestApp::start();
    let sql = &mut app.database.superuser();
    sql_query("UPDATE licences SET seats = NULL").execute(sql).expect("there are seats for all");
    sql_query(
        "INSERT INTO users (org_id, id, email, first_name, last_name, language, created_at, updated_at)
         SELECT $1, ('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'known' || n || '@people.example', 'Pat',
                'Person', 'en', $2, $2 FROM generate_series(0, $3) n",
    )
    .bind::<sql_types::Uuid, _>(app.norte.id.0)
    .bind::<sql_types::Timestamptz, _>(app.clock.now())
    .bind::<sql_types::Integer, _>(i32::try_from(PAIRS + 10).expect("few"))
    .execute(sql)
    .expect("people are there");
    let inviter = app.acme.admin(&app);
    let side = |name: &'static str| {
        let inviter = &inviter;
        let app = &app;
        move |number: usize| {
            if number.is_multiple_of(100) {
                // An organization may send so many mails and no more; both sides begin anew alike.
                sql_query("DELETE FROM sign_in_failures")
                    .execute(&mut app.database.superuser())
                    .expect("forgotten");
            }
            inviter.post("/invitations", &json!({"email": format!("{name}{number}@people.example")}))
        }
    };
    let (elsewhere, nowhere) = (side("known"), side("other"));
    alike("invitation", 201, &elsewhere, &nowhere);
}
