//! The real program: woken by what is committed, killed in the middle, and what operators do at the command line.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use api::mail::Mail;

use crate::{
    harness::{Client, Database, MailServer, TestApp, until},
    work::{job, leave_mail, some_mail},
};

/// `portico work` in a process of its own, by the machine's clock.
struct Program(Child);

impl Program {
    fn start(database: &Database, smtp_url: &str, more: &[(&str, &Path)]) -> Self {
        let child = portico(database)
            .arg("work")
            .env("PORTICO_SMTP_URL", smtp_url)
            .env("PORTICO_MAIL_FROM", database.mail_sender())
            .env("PORTICO_DOMAIN", "portico.test")
            .envs(more.iter().copied())
            .stdout(Stdio::null())
            .spawn()
            .expect("the program starts");
        Self(child)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Already gone where the test has killed it.
        let _killed = self.0.kill();
        self.0.wait().expect("the program ends");
    }
}

fn portico(database: &Database) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
    command.env("PORTICO_OPERATOR_DATABASE_URL", database.url("portico_operator")).env("PORTICO_LOG", "warn");
    command.env("PORTICO_KEYS_DIR", crate::harness::keys_directory());
    command
}

fn said(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The server has the mail, and the worker is killed before it hears so. Nobody but the server knows, so the mail is not
/// sent again; an operator sees it, and what an operator lets be sent again can be told from a second mail.
#[test]
fn a_worker_killed_while_it_hands_over_does_not_send_twice() {
    let app = TestApp::start();
    let server = MailServer::start("mute", &[]);
    let sender = app.database.mail_sender();
    leave_mail(&app, "mute@people.example", some_mail(&app));
    let mut program = Program::start(&app.database, &server.url(), &[]);
    until("the server has the mail", || server.from(&sender).len() == 1);
    assert_eq!(job(&app.database).state, "running");
    program.0.kill().expect("SIGKILL is sent");
    drop(program);

    // The lease was taken by the machine's clock, so the test's is moved behind its end.
    let after = chrono::TimeDelta::hours(1) + (job(&app.database).due_at - app.clock.now());
    app.clock.advance(after);
    assert_eq!(app.work_off(), 1);
    let dead = job(&app.database);
    assert_eq!(dead.state, "dead");
    assert!(
        dead.last_error.starts_with("A worker was lost while it handed this over"),
        "{}",
        dead.last_error
    );
    assert_eq!(server.from(&sender).len() + app.mails().len(), 1, "it came once");

    let list = || said(portico(&app.database).args(["jobs", "list", "--dead"]).output().expect("it runs"));
    let listed = list();
    assert!(
        listed.contains(&dead.id) && listed.contains("acme") && listed.contains("It may have arrived"),
        "{listed}"
    );
    let retry = portico(&app.database).args(["jobs", "retry", &dead.id]).output().expect("it runs");
    assert_eq!(said(retry), "1 will be tried again\n");
    assert_eq!(list(), "");
    let again = portico(&app.database).args(["jobs", "retry", &dead.id]).output().expect("it runs");
    assert!(!again.status.success(), "only what was given up can be tried again");
    // By the machine's clock again.
    let config = app.database.work_config(api::config::MailWay::Smtp(MailServer::shared().url()));
    let worker = api::work::Worker::open(&config, api::clock::Clock::system());
    let mut worker = worker.expect("the worker comes in");
    // The mailbox of that name keeps the mail and says nothing, on every server: hence another recipient.
    diesel::RunQueryDsl::execute(
        diesel::sql_query("UPDATE jobs SET payload = replace(payload::text, 'mute@', 'heard@')::jsonb"),
        &mut app.database.superuser(),
    )
    .expect("it is written");
    assert_eq!(worker.work_off().expect("it is sent"), 1);
    let (first, second) = (&server.from(&sender)[0], &app.mails()[0]);
    assert_eq!(first.header("message-id"), second.header("message-id"));
}

/// Killed before anything could have been sent: nothing is lost, and the mail comes once.
#[test]
fn a_worker_killed_before_it_hands_over_loses_nothing() {
    let app = TestApp::start();
    leave_mail(&app, "ana@people.example", some_mail(&app));
    // A server that takes the connection and says nothing: the worker waits for its greeting.
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = socket.local_addr().expect("it has a port").port();
    // Never waits for a worker that has not come: one that cannot start fails the test.
    socket.set_nonblocking(true).expect("it is told not to wait");
    let mut program = Program::start(&app.database, &format!("smtp://127.0.0.1:{port}?tls=none"), &[]);
    let connection = std::cell::OnceCell::new();
    until("the worker comes", || {
        socket.accept().is_ok_and(|(connected, _)| connection.set(connected).is_ok())
    });
    program.0.kill().expect("SIGKILL is sent");
    drop((program, connection, socket));
    let held = job(&app.database);
    assert_eq!((held.state.as_str(), held.attempts), ("running", 1));
    app.clock.advance(held.due_at - app.clock.now());
    assert_eq!(app.work_off(), 1);
    assert_eq!(app.mails_to("ana@people.example").len(), 1);
    assert_eq!(job(&app.database).state, "done");
}

#[test]
fn a_worker_is_woken_by_what_is_committed() {
    let app = TestApp::start();
    let _program = Program::start(&app.database, &MailServer::shared().url(), &[]);
    // It is there once it has done a first job; from then on nothing but NOTIFY can be as quick.
    for (number, email) in ["first", "second", "third"].iter().enumerate() {
        let started = Instant::now();
        leave_mail(&app, &format!("{email}@people.example"), some_mail(&app));
        until("it is sent", || app.mails().len() == number + 1);
        assert!(number == 0 || started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    }
}

/// STARTTLS with a certificate that is checked, and a name with its password.
#[test]
fn a_server_that_asks_for_tls_and_a_name_gets_both() {
    let app = TestApp::start();
    let (certificate, key) = certificate();
    let words = ["--name", "portico", "--password", "a/b c", "--certificate"];
    let paths = [certificate.to_str().expect("text"), "--key", key.to_str().expect("text")];
    let server = MailServer::start("tls", &[&words[..], &paths[..]].concat());
    let sender = app.database.mail_sender();
    let url = |password: &str| format!("smtp://portico:{password}@localhost:{}", server.port());

    // A certificate of an authority that nobody knows, and a wrong password: the mail waits.
    leave_mail(&app, "ana@people.example", some_mail(&app));
    for (url, known, expected) in
        [(url("a%2Fb%20c"), false, "certificate"), (url("guessed"), true, "The server does not let us in")]
    {
        let known: &[(&str, &Path)] = if known { &[("SSL_CERT_FILE", &certificate)] } else { &[] };
        let program = Program::start(&app.database, &url, known);
        until(expected, || job(&app.database).last_error.contains(expected));
        assert_eq!(job(&app.database).state, "waiting");
        assert!(server.from(&sender).is_empty());
        // Gone before there is something to do again, or it takes it along.
        drop(program);
        let due = diesel::sql_query("UPDATE jobs SET due_at = created_at");
        diesel::RunQueryDsl::execute(due, &mut app.database.superuser()).expect("it is due again");
    }
    let _program = Program::start(&app.database, &url("a%2Fb%20c"), &[("SSL_CERT_FILE", &certificate)]);
    until("it is sent", || job(&app.database).state == "done");
    let mails = server.from(&sender);
    assert_eq!(mails.len(), 1);
    assert!(mails[0].encrypted);
}

/// A certificate for this machine that nobody has signed but itself.
fn certificate() -> (PathBuf, PathBuf) {
    let folder = std::env::temp_dir().join(format!("portico-test-certificate-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .expect("openssl runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (certificate, key)
}

/// What `cargo xtask run` does: mails are kept and shown to this machine, and sent to nobody.
#[test]
fn mails_that_are_shown_are_read_on_a_page_of_this_machine() {
    let app = TestApp::start();
    let folder = std::env::temp_dir().join(format!("portico-test-shelf-{}", app.database.name()));
    let address =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port");
    let child = portico(&app.database)
        .arg("work")
        .env("PORTICO_MAIL_FOLDER", &folder)
        .env("PORTICO_MAIL_PAGE", address.to_string())
        .env("PORTICO_PUBLIC_ORIGIN", "http://localhost:8080")
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let _program = Program(child);
    let here = Client::new(address, &format!("localhost:{}", address.port()));
    until("the page is there", || here.answers("//"));
    assert!(here.get("//").text.contains("No mail yet"));
    let expires_at = chrono::DateTime::parse_from_rfc3339("2100-01-01T00:00:00Z").expect("an instant").into();
    let (path, inviter) = ("/invitation#secret".to_owned(), "Ana <b>".to_owned());
    leave_mail(&app, "ana@people.example", Mail::Invitation { path, inviter, expires_at });
    until("the mail is there", || here.get("//").text.contains("ana@people.example"));

    let list = here.get("//").text;
    assert!(list.contains("Ana &lt;b&gt; invites you to Acme Works"), "{list}");
    let id = job(&app.database).id;
    assert!(list.contains(&format!("href=\"/mails/{id}\"")), "{list}");
    let one = here.get(&format!("//mails/{id}")).expect(200);
    let link = "href=\"http://acme.localhost:8080/invitation#secret\"";
    assert!(one.text.contains(link), "{}", one.text);
    let html = here.get(&format!("//mails/{id}/html")).expect(200);
    assert!(html.text.contains(link) && html.text.contains("<base target=\"_blank\">"), "{}", html.text);
    for answer in [&one, &html] {
        assert!(
            answer.header("content-security-policy").expect("a policy").starts_with("default-src 'none'")
        );
    }
    // A name that somebody of the web has pointed at this machine.
    Client::new(address, "mails.example.org").get("//").expect(404);
    here.get(&format!("//mails/{}", app.clock.new_id())).expect(404);
}

#[test]
fn there_is_no_page_where_mails_are_sent() {
    let app = TestApp::start();
    let both = portico(&app.database)
        .arg("work")
        .env("PORTICO_SMTP_URL", MailServer::shared().url())
        .env("PORTICO_MAIL_FOLDER", std::env::temp_dir())
        .output()
        .expect("it runs");
    assert!(!both.status.success());
    let said = String::from_utf8_lossy(&both.stderr).into_owned();
    assert!(said.contains("set one of the two"), "{said}");
}
