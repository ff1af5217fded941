//! Forgotten passwords: who gets a link, what it does, and when it works no more.

use api::{
    db::operator::OperatorDb,
    organizations,
    recovery::{store, work},
};
use chrono::TimeDelta;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types};
use serde_json::{Value, json};
use shared::{ProblemCode, recovery::RecoveryPage, user::User};
use ureq::http::Method;

use crate::{
    harness::{Actor, Answer, Client, PASSWORD, TestApp},
    sessions::within_a_second,
};

const NEW: &str = "siete barcos junto al faro";

fn operator(app: &TestApp) -> OperatorDb {
    OperatorDb::open(&app.database.url("portico_operator"), app.clock.clone()).expect("the operator comes in")
}

/// Does what a worker does behind the answer.
fn work_off(app: &TestApp) {
    work::work(&mut operator(app)).expect("requests are taken up");
}

/// A mail that waits to be sent: to whom, and what it says.
pub struct Waiting {
    pub recipient: Value,
    pub mail: Value,
}

impl Waiting {
    /// What stands behind the `#` of its link.
    pub fn token(&self) -> String {
        let path = self.mail["path"].as_str().expect("a link");
        path.split_once('#').expect("the token is in the fragment").1.to_owned()
    }
}

/// The mails of a kind that wait to be sent, the oldest first.
pub fn mails(app: &TestApp, kind: &str) -> Vec<Waiting> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql_types::Jsonb)]
        payload: Value,
    }
    let rows: Vec<Row> = sql_query(
        "SELECT payload FROM jobs WHERE kind = 'send_mail' AND payload->'mail'->>'mail' = $1 ORDER BY created_at, id",
    )
    .bind::<sql_types::Text, _>(kind)
    .load(&mut app.database.superuser())
    .expect("the jobs are read");
    let waiting =
        |row: Row| Waiting { recipient: row.payload["recipient"].clone(), mail: row.payload["mail"].clone() };
    rows.into_iter().map(waiting).collect()
}

fn ask(client: &Client, email: &str) -> Answer {
    client.post("/password-recoveries", &json!({"email": email}))
}

fn reset(client: &Client, token: &str, password: &str) -> Answer {
    client.post("/password-recoveries/use", &json!({"token": token, "new_password": password}))
}

#[track_caller]
fn works_no_more(app: &TestApp, token: &str, code: ProblemCode) {
    let client = app.client(&app.acme);
    for answer in
        [client.post("/password-recoveries/check", &json!({"token": token})), reset(&client, token, NEW)]
    {
        assert_eq!(answer.expect(410).problem().code, code);
    }
}

#[test]
fn a_forgotten_password_is_set_anew_by_a_link() {
    let app = TestApp::start();
    let second = app.second_server();
    let client = app.client(&app.acme);
    let session = app.acme.admin(&app);
    let session_there = session.at(&second);
    session_there.get("/session").expect(200);
    assert_eq!(ask(&client, " Admin@Acme.example").expect(204).text, "");
    assert!(mails(&app, "recovery").is_empty(), "nobody has looked before the answer");
    work_off(&app);
    let sent = mails(&app, "recovery");
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].recipient, json!({"to": "person", "id": session.id}));
    let token = sent[0].token();
    assert!(sent[0].mail["path"].as_str().is_some_and(|path| path.starts_with("/reset-password#")));

    let shown = client.post("/password-recoveries/check", &json!({"token": token})).expect(200);
    let page: RecoveryPage = shown.json();
    assert_eq!((page.email.as_str(), page.organization.slug.as_str()), ("admin@acme.example", "acme"));
    assert_eq!(page.minimum_password_length, 15);
    for weak in ["gato", "passwordpassword", "admin@acme.example"] {
        let problem = reset(&client, &token, weak).expect(422).problem();
        assert_eq!(problem.errors[0].pointer, "/new_password");
    }
    reset(&client, &token, NEW).expect(204);

    session.get("/session").expect(401);
    within_a_second(|| session_there.get("/session").status == 401);
    let sign_in = |password: &str| {
        client.post("/session", &json!({"email": "admin@acme.example", "password": password})).status
    };
    assert_eq!((sign_in(PASSWORD), sign_in(NEW)), (401, 200));
    let told = mails(&app, "password_changed");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].mail["how"], json!({"by": "recovery"}));
    assert_eq!(told[0].mail["occasion"]["address"], json!("127.0.0.1"));
    works_no_more(&app, &token, ProblemCode::LinkUsed);
}

#[test]
fn who_cannot_sign_in_gets_the_same_answer_and_no_mail() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let person = |name: &str, no_login: bool| -> User {
        let new = json!({"email": format!("{name}@acme.example"), "first_name": name, "last_name": "Sample",
            "no_login": no_login});
        admin.post("/users", &new).expect(201).json()
    };
    person("planned", true);
    let former = person("former", false);
    let deactivate = format!("/users/{}/deactivate", former.id);
    admin.send(Method::POST, &deactivate, Some(former.version), None).expect(200);
    let client = app.client(&app.acme);
    for email in ["nobody@acme.example", "planned@acme.example", "former@acme.example", "admin@norte.example"]
    {
        let answer = ask(&client, email).expect(204);
        assert_eq!(answer.text, "", "{email}");
    }
    work_off(&app);
    assert!(mails(&app, "recovery").is_empty());
    // Who has no password yet is sent one all the same: by it they set their first one.
    person("new", false);
    ask(&client, "new@acme.example").expect(204);
    work_off(&app);
    assert_eq!(mails(&app, "recovery").len(), 1);
}

#[test]
fn at_the_shared_host_each_account_gets_a_mail_of_its_own() {
    let app = TestApp::start();
    let norte = app.norte.admin(&app);
    norte.patch(&format!("/users/{}", norte.id), 1, &json!({"email": "admin@acme.example"})).expect(200);
    let shared = app.shared_client();
    ask(&shared, "admin@acme.example").expect(204);
    work_off(&app);
    let sent = mails(&app, "recovery");
    assert_eq!(sent.len(), 2);
    let organization = |waiting: &Waiting| {
        let shown = shared.post("/password-recoveries/check", &json!({"token": waiting.token()})).expect(200);
        shown.json::<RecoveryPage>().organization.slug
    };
    let mut organizations: Vec<String> = sent.iter().map(organization).collect();
    organizations.sort();
    assert_eq!(organizations, ["acme", "norte"]);

    // A link is good at its own organization's host and nowhere else.
    for waiting in &sent {
        let here = if organization(waiting) == "acme" { (200, 404) } else { (404, 200) };
        let at = |host| {
            let shown = json!({"token": waiting.token()});
            app.client(host).post("/password-recoveries/check", &shown).status
        };
        assert_eq!((at(&app.acme), at(&app.norte)), here);
    }
    // Below `/o/norte/` that organization alone is meant.
    let chosen = json!({"email": "admin@acme.example", "organization": "norte"});
    shared.post("/password-recoveries", &chosen).expect(204);
    let unknown = json!({"email": "admin@acme.example", "organization": "no-such-place"});
    shared.post("/password-recoveries", &unknown).expect(204);
    work_off(&app);
    assert_eq!(mails(&app, "recovery").len(), 3);
}

/// What happens to somebody, with its name.
type Event<'a> = (&'a str, &'a dyn Fn(&Actor));

#[test]
fn what_makes_another_door_makes_open_links_void() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let patch = |person: &Actor, change: Value| {
        let user: User = admin.get(&format!("/users/{}", person.id)).expect(200).json();
        admin.patch(&format!("/users/{}", person.id), user.version, &change).expect(200);
    };
    let events: [Event<'_>; 5] = [
        ("another e-mail", &|person| patch(person, json!({"email": format!("new-{}", person.email)}))),
        ("another password", &|person| patch(person, json!({"password": "cinco perros en la playa"}))),
        ("no sign-in", &|person| patch(person, json!({"no_login": true}))),
        ("another link used", &|person| {
            let other = app.reset_token(&app.acme, person.id);
            reset(&app.client(&app.acme), &other, "nueve lobos en la colina").expect(204);
        }),
        ("deactivation", &|person| {
            let user: User = admin.get(&format!("/users/{}", person.id)).expect(200).json();
            let deactivate = format!("/users/{}/deactivate", person.id);
            admin.send(Method::POST, &deactivate, Some(user.version), None).expect(200);
        }),
    ];
    for (event, happen) in events {
        let person = app.acme.person().role("Team Member").create(&app);
        let token = app.reset_token(&app.acme, person.id);
        // What has nothing to do with the door leaves it open.
        patch(&person, json!({"first_name": "Pia"}));
        let shown = json!({"token": token});
        app.client(&app.acme).post("/password-recoveries/check", &shown).expect(200);
        happen(&person);
        let answer = app.client(&app.acme).post("/password-recoveries/check", &shown);
        assert_eq!(answer.status, 410, "{event}");
        works_no_more(&app, &token, ProblemCode::LinkVoid);
    }
    let token = app.reset_token(&app.acme, admin.id);
    let passwords = json!({"old_password": PASSWORD, "new_password": "cinco perros en la playa"});
    admin.put("/profile/password", &passwords).expect(204);
    works_no_more(&app, &token, ProblemCode::LinkVoid);
}

#[test]
fn of_uses_at_one_moment_one_works() {
    let app = TestApp::start();
    let person = app.acme.person().create(&app);
    let token = app.reset_token(&app.acme, person.id);
    let passwords: Vec<String> = (0..8).map(|number| format!("{NEW} {number}")).collect();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let users: Vec<_> = passwords
            .iter()
            .map(|password| scope.spawn(|| reset(&app.client(&app.acme), &token, password).status))
            .collect();
        users.into_iter().map(|user| user.join().expect("a status")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 410).count(), 7, "{statuses:?}");
    let works = |password: &String| {
        let right = json!({"email": person.email, "password": password});
        app.client(&app.acme)
            .with_header("x-forwarded-for", &format!("198.51.100.{}", password.len()))
            .post("/session", &right)
            .status
            == 200
    };
    let winner = statuses.iter().position(|status| *status == 204).expect("one worked");
    assert!(works(&passwords[winner]));
    assert_eq!(mails(&app, "password_changed").len(), 1, "told once");
}

#[test]
fn a_link_works_for_half_an_hour_after_it_was_asked_for() {
    let app = TestApp::start();
    let client = app.client(&app.acme);
    ask(&client, "admin@acme.example").expect(204);
    app.clock.advance(TimeDelta::minutes(10));
    work_off(&app);
    let token = mails(&app, "recovery")[0].token();
    app.clock.advance(TimeDelta::minutes(20) - TimeDelta::seconds(1));
    client.post("/password-recoveries/check", &json!({"token": token})).expect(200);
    app.clock.advance(TimeDelta::seconds(1));
    works_no_more(&app, &token, ProblemCode::LinkExpired);

    // Where no worker came for so long, nothing is sent that would work no more.
    ask(&client, "admin@acme.example").expect(204);
    app.clock.advance(TimeDelta::minutes(30));
    work_off(&app);
    assert_eq!(mails(&app, "recovery").len(), 1);
}

#[test]
fn a_mailbox_is_not_flooded_and_asking_is_slowed() {
    let app = TestApp::start();
    for address in 0..6 {
        let client = app.client(&app.acme).with_header("x-forwarded-for", &format!("198.51.{address}.7"));
        ask(&client, "admin@acme.example").expect(204);
    }
    work_off(&app);
    assert_eq!(mails(&app, "recovery").len(), 3);
    app.clock.advance(TimeDelta::minutes(30));
    ask(&app.client(&app.acme), "admin@acme.example").expect(204);
    work_off(&app);
    assert_eq!(mails(&app, "recovery").len(), 4);

    let statuses = |email: &str| -> Vec<u16> {
        let client = app.client(&app.acme).with_header("x-forwarded-for", "203.0.113.5");
        (0..6).map(|_| ask(&client, email).status).collect()
    };
    let (known, unknown) = (statuses("admin@acme.example"), statuses("nobody@acme.example"));
    assert_eq!(known, [204, 204, 204, 204, 429, 429]);
    assert_eq!(known, unknown);
}

#[test]
fn a_request_that_is_taken_up_twice_sends_one_mail() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let (id, until) = (app.clock.new_id(), app.clock.now() + TimeDelta::minutes(30));
    let mut operator = operator(&app);
    for _ in 0..2 {
        operator
            .in_organization(app.acme.id, |conn| store::send_link(conn, id, admin.id, "testtest", until))
            .expect("it is taken up");
    }
    assert_eq!(mails(&app, "recovery").len(), 1);
    // Workers beside each other do not get into each other's way.
    for email in ["admin@acme.example", "admin@norte.example"] {
        ask(&app.shared_client(), email).expect(204);
    }
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| work_off(&app));
        }
    });
    assert_eq!(mails(&app, "recovery").len(), 3);
}

#[test]
fn a_suspended_organization_sends_no_links_and_takes_none() {
    let app = TestApp::start();
    let token = app.reset_token(&app.acme, app.acme.admin(&app).id);
    organizations::suspend(&mut operator(&app), "acme").expect("it is suspended");
    let shared = app.shared_client();
    shared.post("/password-recoveries/check", &json!({"token": token})).expect(404);
    ask(&shared, "admin@acme.example").expect(204);
    work_off(&app);
    assert!(mails(&app, "recovery").is_empty());
}

#[test]
fn a_token_that_is_none_leads_nowhere() {
    let app = TestApp::start();
    let client = app.client(&app.acme);
    for token in
        ["x", "testtest.", "testtest.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "../../etc/passwd"]
    {
        client.post("/password-recoveries/check", &json!({"token": token})).expect(404);
        reset(&client, token, NEW).expect(404);
    }
    client.post("/password-recoveries/check", &json!({"token": ""})).expect(422);
}
