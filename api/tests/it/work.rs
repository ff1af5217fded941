//! The worker: who takes what, for how long, and what becomes of it.

use api::{
    config::MailWay,
    db::{
        operator::OperatorDb,
        queue::{self, End, Hold},
    },
    mail::{self, Mail, Occasion, Recipient},
    work::{LEASE, Worker},
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types};
use shared::Language;

use crate::harness::{Database, TestApp};

const KINDS: &[&str] = &["send_mail"];

/// Leaves the job of a mail to this address behind.
pub fn leave_mail(app: &TestApp, email: &str, mail: Mail) {
    let recipient = Recipient::Address { email: email.to_owned(), language: Language::En };
    operator(app)
        .in_organization(app.acme.id, |conn| mail::send(conn, recipient, mail))
        .expect("a job is left");
}

pub fn some_mail(app: &TestApp) -> Mail {
    Mail::NewDevice { occasion: Occasion { at: app.clock.now(), address: None, device: None } }
}

fn operator(app: &TestApp) -> OperatorDb {
    OperatorDb::open(&app.database.url("portico_operator"), app.clock.clone()).expect("the operator comes in")
}

/// A job as it stands in the table.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
pub struct Job {
    #[diesel(sql_type = sql_types::Text)]
    pub state: String,
    #[diesel(sql_type = sql_types::Integer)]
    pub attempts: i32,
    #[diesel(sql_type = sql_types::Timestamptz)]
    pub due_at: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Text)]
    pub last_error: String,
    #[diesel(sql_type = sql_types::Text)]
    pub payload: String,
    #[diesel(sql_type = sql_types::Text)]
    pub id: String,
}

/// All jobs, oldest first.
pub fn jobs(database: &Database) -> Vec<Job> {
    let all =
        "SELECT state, attempts, due_at, coalesce(last_error, '') AS last_error, payload::text, id::text
               FROM jobs ORDER BY created_at, id";
    sql_query(all).load(&mut database.superuser()).expect("jobs are read")
}

/// The only job.
#[track_caller]
pub fn job(database: &Database) -> Job {
    let mut all = jobs(database);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[test]
fn a_job_is_taken_by_one_and_held_until_its_lease_ends() {
    let app = TestApp::start();
    leave_mail(&app, "ana@people.example", some_mail(&app));
    let (mut one, mut other) = (operator(&app), operator(&app));
    let take = |db: &mut OperatorDb| {
        let now = app.clock.now();
        queue::take(db.global(), KINDS, now, now + LEASE).expect("the table answers")
    };
    let held = take(&mut one).expect("there is a job");
    assert_eq!(take(&mut other), None, "it is held");

    // The heartbeat prolongs the lease, so long work is not taken for dead.
    app.clock.advance(LEASE - TimeDelta::seconds(1));
    let until = app.clock.now() + LEASE;
    assert_eq!(queue::prolong(one.global(), &held, until).expect("it is written"), Hold::Kept);
    app.clock.advance(LEASE - TimeDelta::seconds(1));
    assert_eq!(take(&mut other), None, "it is still held");

    // Its worker goes silent: another one takes it, and the first one may write nothing any more.
    app.clock.advance(TimeDelta::seconds(1));
    let again = take(&mut other).expect("it is due again");
    assert_eq!((again.id, again.attempts), (held.id, 2));
    let now = app.clock.now();
    assert_eq!(queue::prolong(one.global(), &held, until).expect("it is asked"), Hold::Lost);
    assert_eq!(queue::hand_over(one.global(), &held, now).expect("it is asked"), Hold::Lost);
    assert_eq!(queue::end(one.global(), &held, &End::Done, now).expect("it is asked"), Hold::Lost);
    assert_eq!(job(&app.database).state, "running");
    assert_eq!(queue::end(other.global(), &again, &End::Done, now).expect("it is written"), Hold::Kept);
    let done = job(&app.database);
    assert_eq!((done.state.as_str(), done.payload.as_str()), ("done", "{}"), "its content is not kept");
}

#[test]
fn a_job_of_a_transaction_that_did_not_commit_was_never_there() {
    let app = TestApp::start();
    let recipient = Recipient::Address { email: "ana@people.example".to_owned(), language: Language::En };
    let mail = some_mail(&app);
    let refused = operator(&app).in_organization(app.acme.id, |conn| {
        mail::send(conn, recipient.clone(), mail.clone())?;
        Err::<(), _>(api::ApiError::NotFound)
    });
    assert!(refused.is_err());
    assert!(jobs(&app.database).is_empty());
    operator(&app)
        .in_organization(app.acme.id, |conn| {
            mail::send_once(conn, "key", recipient.clone(), mail.clone())?;
            mail::send_once(conn, "key", recipient.clone(), mail.clone())
        })
        .expect("both are left");
    assert_eq!(jobs(&app.database).len(), 1, "of jobs with one key there is one");
}

#[test]
fn without_a_way_mails_wait_and_lose_no_attempt() {
    let app = TestApp::start();
    leave_mail(&app, "ana@people.example", some_mail(&app));
    let config = app.database.work_config(MailWay::Nowhere);
    let mut worker = Worker::open(&config, app.clock.clone()).expect("the worker comes in");
    assert_eq!(worker.work_off().expect("there is nothing to do"), 0);
    let waiting = job(&app.database);
    assert_eq!((waiting.state.as_str(), waiting.attempts), ("waiting", 0));
}

#[derive(Debug, PartialEq, QueryableByName)]
struct Schedule {
    #[diesel(sql_type = sql_types::Timestamptz)]
    due_at: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Bool)]
    running: bool,
    #[diesel(sql_type = sql_types::Integer)]
    attempts: i32,
}

fn schedule(sql: &mut PgConnection, name: &str) -> Schedule {
    sql_query("SELECT due_at, running, attempts FROM schedules WHERE name = $1")
        .bind::<sql_types::Text, _>(name)
        .get_result(sql)
        .expect("it has a row")
}

#[test]
fn what_recurs_runs_once_over_all_workers_and_forgets_what_was_done() {
    let app = TestApp::start();
    let sql = &mut app.database.superuser();
    leave_mail(&app, "ana@people.example", some_mail(&app));
    assert_eq!(app.work_off(), 1);
    let name = "forget finished jobs";
    let instant = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
    assert_eq!(schedule(sql, name).due_at, instant("2026-03-03T03:17:00Z"));

    // A day and a half later, and two workers that look at one moment.
    app.clock.advance(TimeDelta::hours(36));
    let (mut one, mut other) = (app.worker(), app.worker());
    let ran: Vec<bool> = std::thread::scope(|scope| {
        let both = [scope.spawn(|| work_schedules(&mut one)), scope.spawn(|| work_schedules(&mut other))];
        both.map(|thread| thread.join().expect("it works")).concat()
    });
    // All schedules were due: each ran once.
    assert_eq!(ran.len(), api::work::schedules::ALL.len());
    assert_eq!(
        schedule(sql, name),
        Schedule { due_at: instant("2026-03-04T03:17:00Z"), running: false, attempts: 0 }
    );
    assert_eq!(jobs(&app.database).len(), 1, "what was done is kept for a month");
    app.clock.advance(TimeDelta::days(30));
    app.work_off();
    assert!(jobs(&app.database).is_empty());
}

fn work_schedules(worker: &mut Worker) -> Vec<bool> {
    let mut ran = Vec::new();
    while worker.work_one_schedule().expect("it runs") {
        ran.push(true);
    }
    ran
}

#[test]
fn a_schedule_whose_worker_was_lost_is_taken_up() {
    let app = TestApp::start();
    app.work_off();
    let sql = &mut app.database.superuser();
    let name = "forget finished jobs";
    sql_query("UPDATE schedules SET running = true, attempts = 1, due_at = $1")
        .bind::<sql_types::Timestamptz, _>(app.clock.now() + LEASE)
        .execute(sql)
        .expect("a worker has it");
    app.work_off();
    assert!(schedule(sql, name).running, "its lease has not ended");
    app.clock.advance(LEASE);
    app.work_off();
    assert!(!schedule(sql, name).running);
}
