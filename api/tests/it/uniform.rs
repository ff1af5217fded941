//! Promise: sign-in, recovery, invitation and the choice of organization give the same status, the same body and the
//! same time whether or not there is an account.
//!
//! Times are taken over real servers, with their real cost of hashing. A sample of each side is taken in turn, and
//! which side comes first changes each time, so that whatever else the machine does meets both. Compared is the mean of
//! the differences within the pairs. A tenth of them at either end is left out: those are the pairs in which the
//! machine did something else, and they lie at both ends alike; a time that depends on the account would move all
//! pairs and not these alone. Nothing is measured twice.
//!
//! The pairs are shared out over lanes, one for each core, with a server and a database for each lane: hashing keeps
//! one core busy at a time. A lane takes a sample after the other.
//!
//! They need the machine to themselves, so they are left out of the tests that run side by side; `cargo xtask test it`
//! runs them after those, one by one.

use std::{
    thread,
    time::{Duration, Instant},
};

use diesel::{RunQueryDsl, sql_query, sql_types};
use serde_json::{Value, json};

use crate::harness::{Actor, Answer, TestApp};

/// Pairs, so that there are 500 samples of each side.
const PAIRS: usize = 500;
/// How much closer the means have to be, in milliseconds.
const CLOSER_THAN: f64 = 5.0;

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

/// What was measured of one pair.
#[derive(Debug, Clone, Copy)]
struct Pair {
    known: Duration,
    unknown: Duration,
}

impl Pair {
    /// How much longer the known side took, in milliseconds.
    fn difference(self) -> f64 {
        (self.known.as_secs_f64() - self.unknown.as_secs_f64()) * 1000.0
    }
}

/// One request of each side, `pairs` times, at a scene of their own. A side gets the number of its request, which
/// chooses an address of its own, so that nothing is slowed.
fn lane<S>(
    what: &str,
    status: u16,
    pairs: usize,
    scene: &S,
    known: &impl Fn(&S, usize) -> Answer,
    unknown: &impl Fn(&S, usize) -> Answer,
) -> Vec<Pair> {
    fn timed(side: impl FnOnce() -> Answer) -> (Duration, Answer) {
        let started = Instant::now();
        let answer = side();
        (started.elapsed(), answer)
    }
    // Connections, caches and plans are there before anything counts.
    for number in pairs..pairs + 5 {
        known(scene, number);
        unknown(scene, number);
    }
    let pair = |number: usize| {
        let ((known, one), (unknown, other)) = if number.is_multiple_of(2) {
            let first = timed(|| known(scene, number));
            (first, timed(|| unknown(scene, number)))
        } else {
            let first = timed(|| unknown(scene, number));
            (timed(|| known(scene, number)), first)
        };
        assert_eq!(one.status, status, "{what}: {}", one.text);
        assert_eq!(told(&one), told(&other), "{what}");
        Pair { known, unknown }
    };
    (0..pairs).map(pair).collect()
}

#[track_caller]
#[expect(clippy::print_stdout, reason = "the figures are what is asked for")]
fn alike<S>(
    what: &str,
    status: u16,
    scene: impl Fn() -> S + Sync,
    known: impl Fn(&S, usize) -> Answer + Sync,
    unknown: impl Fn(&S, usize) -> Answer + Sync,
) {
    let lanes = thread::available_parallelism().map_or(1, usize::from);
    let pairs: Vec<Pair> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes)
            .map(|_| scope.spawn(|| lane(what, status, PAIRS.div_ceil(lanes), &scene(), &known, &unknown)))
            .collect();
        lanes.into_iter().flat_map(|lane| lane.join().expect("the lane ends well")).collect()
    });
    let mut differences: Vec<f64> = pairs.iter().map(|pair| pair.difference()).collect();
    differences.sort_by(f64::total_cmp);
    let kept = &differences[pairs.len() / 10..pairs.len() - pairs.len() / 10];
    let count = |number: usize| f64::from(u32::try_from(number).expect("few"));
    let difference = kept.iter().sum::<f64>() / count(kept.len());
    let mean = |side: fn(&Pair) -> Duration| {
        pairs.iter().map(side).sum::<Duration>().as_secs_f64() * 1000.0 / count(pairs.len())
    };
    println!(
        "{what}: {} pairs, {:.2} ms and {:.2} ms, difference {difference:.3} ms",
        pairs.len(),
        mean(|pair| pair.known),
        mean(|pair| pair.unknown)
    );
    assert!(difference.abs() < CLOSER_THAN, "{what}: the means are {difference:.3} ms apart");
}

/// Where the company admins of both organizations have one e-mail.
fn with_a_shared_email() -> TestApp {
    let app = TestApp::start();
    sql_query("UPDATE users SET email = 'both@people.example' WHERE email LIKE 'admin@%'")
        .execute(&mut app.database.superuser())
        .expect("the e-mails are changed");
    app
}

const SHARED: &str = "app.portico.test";

/// Tries a wrong password at a host.
fn sign_in(email: &str, organization: Option<&str>) -> impl Fn(&TestApp, &str, usize) -> Answer + Sync {
    let mut body = json!({"email": email, "password": "not this one"});
    if let Some(slug) = organization {
        body["organization"] = json!(slug);
    }
    move |app, host, number| {
        app.server.client(host).with_header("x-forwarded-for", &address(number)).post("/session", &body)
    }
}

fn recover(app: &TestApp, host: &str, number: usize, email: &str) -> Answer {
    let client = app.server.client(host).with_header("x-forwarded-for", &address(number));
    client.post("/password-recoveries", &json!({"email": email}))
}

#[test]
#[ignore = "needs the machine to itself"]
fn sign_in_at_an_organizations_host() {
    let side = |email| {
        let sign_in = sign_in(email, None);
        move |app: &TestApp, number| sign_in(app, &app.acme.host(), number)
    };
    let (known, unknown) = (side("admin@acme.example"), side("nobody@acme.example"));
    alike("sign-in at an organization's host", 401, TestApp::start, known, unknown);
}

/// Each sample verifies as many passwords as an e-mail can have accounts, which takes its time.
#[test]
#[ignore = "needs the machine to itself"]
fn sign_in_at_the_shared_host() {
    let side = |email| {
        let sign_in = sign_in(email, None);
        move |app: &TestApp, number| sign_in(app, SHARED, number)
    };
    let (twice, nowhere) = (side("both@people.example"), side("nobody@people.example"));
    alike("sign-in at the shared host, two accounts and none", 401, with_a_shared_email, twice, nowhere);
}

#[test]
#[ignore = "needs the machine to itself"]
fn the_choice_of_an_organization() {
    let side = |organization| {
        let sign_in = sign_in("admin@acme.example", Some(organization));
        move |app: &TestApp, number| sign_in(app, SHARED, number)
    };
    let what = "choice of an organization with an account and of one without";
    alike(what, 401, TestApp::start, side("acme"), side("norte"));
    alike("choice of an organization and of none", 401, TestApp::start, side("acme"), side("no-such-place"));
}

#[test]
#[ignore = "needs the machine to itself"]
fn recovery() {
    let own =
        |email: &'static str| move |app: &TestApp, number| recover(app, &app.acme.host(), number, email);
    let (known, unknown) = (own("both@people.example"), own("nobody@people.example"));
    alike("recovery at an organization's host", 204, with_a_shared_email, known, unknown);
    let shared = |email: &'static str| move |app: &TestApp, number| recover(app, SHARED, number, email);
    let (twice, nowhere) = (shared("both@people.example"), shared("nobody@people.example"));
    alike("recovery at the shared host, two accounts and none", 204, with_a_shared_email, twice, nowhere);
}

/// Who invites sees the people of their own organization anyway. What they may not learn is who has an account in
/// another one.
#[test]
#[ignore = "needs the machine to itself"]
fn invitation() {
    let side = |name: &'static str| {
        move |(app, inviter): &(TestApp, Actor), number: usize| {
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
    alike("invitation", 201, with_people_elsewhere, elsewhere, nowhere);
}

/// Who invites, and people of another organization whom they cannot see.
fn with_people_elsewhere() -> (TestApp, Actor) {
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
    (app, inviter)
}
