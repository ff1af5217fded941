//! Mails over a real SMTP server: what they say, that each is tried until it is sent, and that it is sent once.

mod process;

use std::collections::BTreeSet;

use api::{config::MailWay, mail::Mail, work::Worker};
use chrono::TimeDelta;
use diesel::{RunQueryDsl, sql_query, sql_types::Text};
use serde_json::json;
use shared::user::User;

use crate::{
    harness::{Actor, PASSWORD, TestApp},
    work::{job, jobs, leave_mail, some_mail},
};

fn change_password(actor: &Actor) {
    let passwords = json!({"old_password": PASSWORD, "new_password": "cuatro gatos en la niebla"});
    actor.put("/profile/password", &passwords).expect(204);
}

#[test]
fn a_mail_is_read_in_both_languages_as_text_and_as_html() {
    let app = TestApp::start();
    for organization in [&app.acme, &app.norte] {
        change_password(&organization.admin(&app));
    }
    assert_eq!(app.work_off(), 2);

    let acme = app.mails_to("admin@acme.example");
    let [english] = acme.as_slice() else { panic!("{acme:?}") };
    assert_eq!(english.subject, "Your password for Acme Works was changed");
    assert_eq!(english.to, "Ada Admin <admin@acme.example>");
    assert_eq!(english.header("from"), [format!("Portico <{}>", app.database.mail_sender())]);
    assert_eq!(english.header("content-language"), ["en"]);
    assert_eq!(english.header("auto-submitted"), ["auto-generated"]);
    assert_eq!(english.header("message-id").len(), 1);
    assert_eq!(english.header("date"), ["Mon, 02 Mar 2026 09:00:00 +0000"]);
    assert!(english.defects.is_empty(), "{:?}", english.defects);
    let norte = app.mails_to("admin@norte.example");
    let [spanish] = norte.as_slice() else { panic!("{norte:?}") };
    assert_eq!(spanish.header("content-language"), ["es"]);
    for mail in [english, spanish] {
        // Whatever the text says, the HTML says too.
        for line in mail.text.lines().filter(|line| !line.is_empty() && *line != "-- ") {
            let value = line.split_once(": ").map_or(line, |(_, value)| value);
            let value = api::mail::letter::escaped(value.trim_end_matches(':'));
            assert!(mail.html.contains(&value), "{value:?} is not in {}", mail.html);
        }
    }
    insta::assert_snapshot!("password_changed_in_english", english.text);
    insta::assert_snapshot!(
        "password_changed_in_spanish",
        format!("{}\n\n{}", spanish.subject, spanish.text)
    );
}

#[test]
fn a_server_that_asks_for_patience_gets_it() {
    let app = TestApp::start();
    // 450 to the recipient, and 451 when all was said: two times each.
    for early in ["busy", "tired"] {
        let email = format!("{early}.{}@people.example", app.clock.new_id());
        leave_mail(&app, &email, some_mail(&app));
        assert_eq!(app.work_off(), 1);
        let failed = jobs(&app.database).pop().expect("there is a job");
        assert_eq!((failed.state.as_str(), failed.attempts), ("waiting", 1));
        assert_eq!(failed.due_at, app.clock.now() + TimeDelta::minutes(1));
        assert!(failed.last_error.contains("45"), "{}", failed.last_error);
        assert_eq!(app.work_off(), 0, "not before its time");
        app.clock.advance(TimeDelta::minutes(1));
        assert_eq!(app.work_off(), 1);
        app.clock.advance(TimeDelta::minutes(2));
        assert_eq!(app.work_off(), 1);
        assert_eq!(app.mails_to(&email).len(), 1);
        let done = jobs(&app.database).pop().expect("there is a job");
        assert_eq!((done.state.as_str(), done.attempts, done.last_error.as_str()), ("done", 3, ""));
    }
}

#[test]
fn what_no_server_takes_is_tried_for_a_day_and_a_half_and_then_given_up() {
    let app = TestApp::start();
    leave_mail(&app, "ana@people.example", some_mail(&app));
    // A port on which nobody listens.
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = socket.local_addr().expect("it has a port").port();
    drop(socket);
    let config = app.database.work_config(MailWay::Smtp(format!("smtp://127.0.0.1:{port}?tls=none")));
    let mut worker = Worker::open(&config, app.clock.clone()).expect("nothing is connected to yet");
    let begun = app.clock.now();
    for attempt in 1..=12 {
        assert_eq!(worker.work_off().expect("it fails in order"), 1, "attempt {attempt}");
        let tried = job(&app.database);
        assert_eq!(tried.attempts, attempt);
        app.clock.advance((tried.due_at - app.clock.now()).max(TimeDelta::zero()));
    }
    let dead = job(&app.database);
    assert_eq!(dead.state, "dead");
    assert!(dead.last_error.contains("Connection refused"), "{}", dead.last_error);
    assert!(dead.last_error.ends_with("(attempt 12 of 12)"), "{}", dead.last_error);
    assert_eq!((app.clock.now() - begun).num_hours(), 34);

    // An operator has mended it, and lets it be tried again.
    let revived = api::db::queue::revive(&mut app.database.superuser(), None, app.clock.now());
    assert_eq!(revived.expect("it is written"), 1);
    assert_eq!(app.work_off(), 1);
    assert_eq!(app.mails_to("ana@people.example").len(), 1);
}

#[test]
fn what_a_server_refuses_for_good_is_given_up_at_once_and_says_why() {
    let app = TestApp::start();
    for (email, expected) in [
        (
            "refused@people.example",
            "The server refuses the recipient: permanent error (550): 5.1.1 nobody of that name",
        ),
        ("full@people.example", "The server refused it: permanent error (552): 5.2.2 the mailbox is full"),
        ("not an address", "The e-mail cannot be written to: "),
    ] {
        leave_mail(&app, email, some_mail(&app));
        assert_eq!(app.work_off(), 1);
        let dead = jobs(&app.database).pop().expect("there is a job");
        assert_eq!((dead.state.as_str(), dead.attempts), ("dead", 1), "{email}");
        assert!(dead.last_error.starts_with(expected), "{}", dead.last_error);
    }
    assert!(app.mails().is_empty());
}

#[test]
fn a_server_that_hangs_up_over_the_text_may_have_it_so_it_is_not_sent_again() {
    let app = TestApp::start();
    leave_mail(&app, "cut@people.example", some_mail(&app));
    assert_eq!(app.work_off(), 1);
    let dead = job(&app.database);
    assert_eq!(dead.state, "dead");
    assert!(dead.last_error.starts_with("The server was lost while it took it"), "{}", dead.last_error);
    assert!(dead.last_error.contains("It may have arrived"), "{}", dead.last_error);
}

#[test]
fn many_workers_at_one_moment_send_each_mail_once() {
    let app = TestApp::start();
    let expected: BTreeSet<String> = (0..60).map(|number| format!("number{number}@people.example")).collect();
    for email in &expected {
        leave_mail(&app, email, some_mail(&app));
    }
    let tried: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..6).map(|_| scope.spawn(|| app.work_off())).collect();
        workers.into_iter().map(|worker| worker.join().expect("it works")).sum()
    });
    assert_eq!(tried, expected.len());
    let by_address = app.mails_by_address();
    assert_eq!(by_address.keys().cloned().collect::<BTreeSet<_>>(), expected);
    assert!(by_address.values().all(|count| *count == 1), "{by_address:?}");
    let ids: BTreeSet<String> = app.mails().iter().map(|mail| mail.header("message-id").join(" ")).collect();
    assert_eq!(ids.len(), expected.len());
}

#[test]
fn a_link_that_is_over_is_not_sent() {
    let app = TestApp::start();
    let expires_at = app.clock.now() + TimeDelta::minutes(30);
    let recovery = |path: &str| Mail::Recovery { path: path.to_owned(), expires_at };
    leave_mail(&app, "early@people.example", recovery("/recovery#early"));
    assert_eq!(app.work_off(), 1);
    let sent = app.mails_to("early@people.example");
    assert_eq!(sent[0].link(), "/recovery#early");
    assert!(sent[0].text.contains("https://acme.portico.test/recovery#early"), "{}", sent[0].text);
    assert!(sent[0].html.contains("href=\"https://acme.portico.test/recovery#early\""), "{}", sent[0].html);

    leave_mail(&app, "late@people.example", recovery("/recovery#late"));
    app.clock.advance(TimeDelta::minutes(30));
    assert_eq!(app.work_off(), 1);
    assert!(app.mails_to("late@people.example").is_empty());
    let dead = jobs(&app.database).pop().expect("there is a job");
    assert_eq!(dead.state, "dead");
    assert!(dead.last_error.starts_with("Not sent: its link was over"), "{}", dead.last_error);
}

#[test]
fn a_link_leads_to_the_organizations_own_domain() {
    let app = TestApp::start();
    let sql = &mut app.database.superuser();
    sql_query(
        "INSERT INTO organization_domains (host, organization_id) VALUES ('projects.acme.example', $1)",
    )
    .bind::<diesel::sql_types::Uuid, _>(app.acme.id.0)
    .execute(sql)
    .expect("a domain");
    let expires_at = app.clock.now() + TimeDelta::days(7);
    let path = "/invitation#secret".to_owned();
    let invitation = Mail::Invitation { path, inviter: "Ana Ruiz".to_owned(), expires_at };
    leave_mail(&app, "new@people.example", invitation);
    app.work_off();
    let mail = &app.mails_to("new@people.example")[0];
    assert_eq!(mail.subject, "Ana Ruiz invites you to Acme Works");
    assert!(mail.text.contains("https://projects.acme.example/invitation#secret"), "{}", mail.text);
}

/// Names come from people, and a name with a line break would be a header of its own.
#[test]
fn no_name_adds_to_the_header_or_to_the_html() {
    let app = TestApp::start();
    let sql = &mut app.database.superuser();
    let hostile = "Eve\r\nBcc: victim@people.example\r\n\r\n<script>alert(1)</script> \"&'";
    for statement in [
        "UPDATE users SET first_name = $1, last_name = $1 WHERE email = 'admin@acme.example'",
        "UPDATE organizations SET name = $1 WHERE slug = 'acme'",
    ] {
        sql_query(statement).bind::<Text, _>(hostile).execute(sql).expect("it is written");
    }
    change_password(&app.acme.admin(&app));
    let expires_at = app.clock.now() + TimeDelta::days(7);
    let path = "/invitation#\"><script>".to_owned();
    leave_mail(
        &app,
        "new@people.example",
        Mail::Invitation { path, inviter: hostile.to_owned(), expires_at },
    );
    assert_eq!(app.work_off(), 2);
    let mails = app.mails();
    assert_eq!(mails.len(), 2);
    for mail in mails {
        assert_eq!(mail.envelope_to.len(), 1);
        assert!(mail.header("bcc").is_empty(), "{:?}", mail.headers);
        assert_eq!(mail.header("subject").len(), 1);
        assert!(mail.subject.contains("Eve Bcc: victim@people.example"), "{}", mail.subject);
        assert!(mail.defects.is_empty(), "{:?}", mail.defects);
        assert!(!mail.html.contains("<script"), "{}", mail.html);
        assert!(
            mail.html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &quot;&amp;&#39;"),
            "{}",
            mail.html
        );
    }
}

#[test]
fn a_mail_goes_where_the_person_is_by_then_and_to_nobody_who_is_gone() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let person = |name: &str| -> User {
        let new = json!({"email": format!("{name}@people.example"), "first_name": name, "last_name": "Mora",
            "password": PASSWORD});
        admin.post("/users", &new).expect(201).json()
    };
    let set_password = |user: &User| -> User {
        let patch = json!({"password": "cuatro gatos en la niebla"});
        admin.patch(&format!("/users/{}", user.id), user.version, &patch).expect(200).json()
    };
    let (moved, gone) = (set_password(&person("moved")), set_password(&person("gone")));
    let patch = json!({"language": "es", "first_name": "Mudada"});
    admin.patch(&format!("/users/{}", moved.id), moved.version, &patch).expect(200);
    admin
        .send(ureq::http::Method::POST, &format!("/users/{}/deactivate", gone.id), Some(gone.version), None)
        .expect(200);
    app.work_off();
    let mails = app.mails_to("moved@people.example");
    assert!(mails[0].text.starts_with("Hola, Mudada:"), "{}", mails[0].text);
    assert!(mails[0].text.contains("Ada Admin ha puesto una contraseña nueva"), "{}", mails[0].text);
    assert!(app.mails_to("gone@people.example").is_empty());
    assert!(jobs(&app.database).iter().all(|job| job.state == "done"));
}

#[test]
fn an_address_beyond_ascii_is_written_to() {
    let app = TestApp::start();
    leave_mail(&app, "josé@correo.example", some_mail(&app));
    app.work_off();
    assert_eq!(app.mails_to("josé@correo.example").len(), 1, "{:?}", jobs(&app.database));
}

#[test]
fn the_secret_of_a_link_is_not_kept_when_the_mail_is_sent() {
    let app = TestApp::start();
    let expires_at = app.clock.now() + TimeDelta::minutes(30);
    leave_mail(&app, "ana@people.example", Mail::Recovery { path: "/recovery#hush".to_owned(), expires_at });
    assert!(job(&app.database).payload.contains("hush"));
    app.work_off();
    assert_eq!(job(&app.database).payload, "{}");
}

fn sign_in(client: &crate::harness::Client, email: &str) {
    client.post("/session", &json!({"email": email, "password": PASSWORD})).expect(200);
}

#[test]
fn a_browser_that_the_account_never_had_is_told_of_but_not_the_first_one() {
    let app = TestApp::start();
    let email = "admin@acme.example";
    let first =
        app.client(&app.acme).with_header("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0");
    sign_in(&first, email);
    sign_in(&first, email);
    app.work_off();
    assert!(app.mails().is_empty(), "the first browser, and the same one again");

    let other = app
        .client(&app.acme)
        .with_header("user-agent", "Mozilla/5.0 (iPhone) Version/18.0 Mobile Safari/604.1")
        .with_header("x-forwarded-for", "192.0.2.7");
    sign_in(&other, email);
    sign_in(&other, email);
    app.work_off();
    let mails = app.mails_to(email);
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(mail.subject, "New sign-in to Acme Works");
    for fact in ["Device: Safari on iPhone", "Address: 192.0.2.7", "When: 2 March 2026, 09:00 (UTC)"] {
        assert!(mail.text.contains(fact), "{}", mail.text);
    }
    assert_eq!(mail.link(), "/profile");
}

#[test]
fn an_administrators_change_is_told_to_the_person_and_an_e_mails_to_the_former_one_too() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let new = json!({"email": "former@people.example", "first_name": "Rosa", "last_name": "Mora", "password": PASSWORD});
    let user: User = admin.post("/users", &new).expect(201).json();
    let patch =
        json!({"email": "New@people.example", "password": "cuatro gatos en la niebla", "language": "es"});
    let user: User = admin.patch(&format!("/users/{}", user.id), user.version, &patch).expect(200).json();
    // The same e-mail again is no change.
    let patch = json!({"email": "new@people.example", "last_name": "Mora Gil"});
    admin.patch(&format!("/users/{}", user.id), user.version, &patch).expect(200);
    app.work_off();
    let former = app.mails_to("former@people.example");
    assert_eq!(former.len(), 1, "{former:?}");
    assert_eq!(former[0].subject, "Your e-mail at Acme Works was changed");
    assert!(
        former[0].text.contains("Ada Admin has changed the e-mail of your account at Acme Works from former@people.example to new@people.example."),
        "{}",
        former[0].text
    );
    let subjects: BTreeSet<String> =
        app.mails_to("new@people.example").into_iter().map(|mail| mail.subject).collect();
    let expected = ["Tu contraseña de Acme Works ha cambiado", "Tu correo en Acme Works ha cambiado"];
    assert_eq!(subjects, expected.map(str::to_owned).into());
}

#[test]
fn whoever_passwords_are_tried_at_hears_of_it_once_a_day() {
    let app = TestApp::start();
    let email = "admin@acme.example";
    let attempt = |client: &crate::harness::Client, email: &str, password: &str| {
        client.post("/session", &json!({"email": email, "password": password})).status
    };
    // From their own browser people may mistype as often as they like.
    let own = app.client(&app.acme).with_header("x-forwarded-for", "198.51.100.1");
    assert_eq!(attempt(&own, email, PASSWORD), 200);
    while attempt(&own, email, "surely not this one") != 429 {}
    app.work_off();
    assert!(app.mails().is_empty(), "{:?}", app.mails());

    let stranger = app
        .client(&app.acme)
        .with_header("user-agent", "curl/8.9")
        .with_header("x-forwarded-for", "192.0.2.7");
    let guess = || {
        while attempt(&stranger, email, "surely not this one") != 429 {}
        // The same for whom there is no account: nobody is told, and nothing stays.
        while attempt(&stranger, "nobody@acme.example", "surely not this one") != 429 {}
        app.work_off();
    };
    guess();
    let mails = app.mails();
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(mail.envelope_to, [email]);
    assert_eq!(mail.subject, "Somebody tries passwords at your account at Acme Works");
    assert!(mail.text.contains("Device: curl"), "{}", mail.text);
    assert!(mail.text.contains("Address: 192.0.2.7"), "{}", mail.text);
    let left = sql_query("SELECT 1 FROM guesses").execute(&mut app.database.superuser());
    assert_eq!(left.expect("notes are counted"), 0);

    app.clock.advance(TimeDelta::hours(1));
    guess();
    assert_eq!(app.mails().len(), 1, "once a day");
    app.clock.advance(TimeDelta::days(1));
    guess();
    assert_eq!(app.mails().len(), 2);
}

/// A stolen access token is no quieter door to try passwords at than the sign-in is.
#[test]
fn whoever_guesses_where_a_password_confirms_is_told_of_too() {
    let app = TestApp::start();
    let email = "admin@acme.example";
    // In their own browser people may mistype as often as they like.
    let own = app.client(&app.acme).with_header("x-forwarded-for", "198.51.100.1");
    let token = crate::sessions::sign_in(&own, email, PASSWORD).access_token;
    let own = own.with_token(&token);
    let attempt = |client: &crate::harness::Client, password: &str| {
        client.post("/session/confirm", &json!({"password": password})).status
    };
    while attempt(&own, "surely not this one") != 429 {}
    app.work_off();
    assert!(app.mails().is_empty(), "{:?}", app.mails());

    let thief = app
        .client(&app.acme)
        .with_token(&token)
        .with_header("user-agent", "curl/8.9")
        .with_header("x-forwarded-for", "192.0.2.7");
    while attempt(&thief, "surely not this one") != 429 {}
    app.work_off();
    let mails = app.mails();
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(mail.envelope_to, [email]);
    assert_eq!(mail.subject, "Somebody tries passwords at your account at Acme Works");
    assert!(mail.text.contains("Device: curl"), "{}", mail.text);
    assert!(mail.text.contains("Address: 192.0.2.7"), "{}", mail.text);
    // It is one count and one mail a day for both doors.
    let sign_in = json!({"email": email, "password": "surely not this one"});
    let stranger = app.client(&app.acme).with_header("x-forwarded-for", "192.0.2.7");
    stranger.post("/session", &sign_in).expect(429);
    app.work_off();
    assert_eq!(app.mails().len(), 1);
}
