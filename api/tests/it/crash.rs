//! `kill -9` of the server, and of the database, in the middle of writes: what was acknowledged is there.

mod database;

use std::{
    collections::HashSet,
    io::Write,
    net::TcpStream,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use serde_json::json;
use shared::{
    Page,
    project::{Project, ProjectRow},
};

use crate::harness::{ACME, Database, Program};

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let database = Database::create();
    let mut program = Program::start(&database);
    let (acknowledged, killed) = (Mutex::new(HashSet::new()), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (client, acknowledged, killed) = (program.signed_in(), &acknowledged, &killed);
            scope.spawn(move || {
                for number in 0.. {
                    let body = json!({"name": format!("Project {writer}-{number}")});
                    let Some(answer) = client.try_post("/projects", &body) else {
                        assert!(killed.load(Ordering::SeqCst), "the server went before it was killed");
                        return;
                    };
                    let project: Project = answer.expect(201).json();
                    acknowledged.lock().expect("nobody panicked").insert(project.id);
                }
            });
        }
        while acknowledged.lock().expect("nobody panicked").len() < 60 {
            crate::harness::a_moment();
        }
        killed.store(true, Ordering::SeqCst);
        program.child.kill().expect("SIGKILL is sent");
    });
    drop(program);

    let program = Program::start(&database);
    let client = program.signed_in();
    let (mut found, mut after) = (HashSet::new(), None::<String>);
    loop {
        let query = after.map_or(String::new(), |cursor| format!("&after={cursor}"));
        let page: Page<ProjectRow> = client.get(&format!("/projects?limit=500{query}")).expect(200).json();
        found.extend(page.items.iter().map(|project| project.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let acknowledged = acknowledged.into_inner().expect("nobody panicked");
    let lost: Vec<_> = acknowledged.difference(&found).collect();
    assert!(lost.is_empty(), "{} of {} acknowledged projects are lost", lost.len(), acknowledged.len());
    // Each writer may have had one write under way whose answer it never saw.
    assert!(
        found.len() <= acknowledged.len() + 4,
        "{} found, {} acknowledged",
        found.len(),
        acknowledged.len()
    );
}

/// The server is killed when the row is committed and before the client has read its answer; the client sends the same
/// again, as it must, and there is one row.
#[test]
fn a_request_sent_again_after_kill_9_is_done_once() {
    let database = Database::create();
    let mut program = Program::start(&database);
    let client = program.signed_in();
    for round in 0..3 {
        let (key, body) = (format!("round-{round}"), json!({"name": format!("Kept {round}")}));
        let mut socket = TcpStream::connect(program.address).expect("it connects");
        let text = body.to_string();
        write!(
            socket,
            "POST /api/v1/projects HTTP/1.1\r\nhost: {ACME}\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\nidempotency-key: {key}\r\ncontent-length: {}\r\n\r\n{text}",
            client.token().expect("signed in"),
            text.len()
        )
        .expect("it is sent");
        let (started, mut sql) = (Instant::now(), database.superuser());
        while named(&mut sql, &format!("Kept {round}")).is_empty() {
            assert!(started.elapsed() < Duration::from_secs(20), "the project is not there after 20 s");
            crate::harness::a_moment();
        }
        program.child.kill().expect("SIGKILL is sent");
        drop((socket, program));

        program = Program::start(&database);
        let again = program.signed_in().with_header("idempotency-key", &key).post("/projects", &body);
        assert_eq!(again.header("idempotent-replayed"), Some("true"), "{}", again.text);
        let project: Project = again.expect(201).json();
        assert_eq!(named(&mut sql, &format!("Kept {round}")), [project.id.to_string()]);
    }
}

/// The ids of all projects.
pub fn projects(sql: &mut PgConnection) -> Vec<String> {
    ids(sql_query("SELECT id::text AS id FROM projects").load(sql))
}

/// The ids of the projects with this name.
fn named(sql: &mut PgConnection, name: &str) -> Vec<String> {
    let query = sql_query("SELECT id::text AS id FROM projects WHERE name = $1").bind::<Text, _>(name);
    ids(query.load(sql))
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Text)]
    id: String,
}

fn ids(rows: diesel::QueryResult<Vec<Id>>) -> Vec<String> {
    rows.expect("projects are read").into_iter().map(|row| row.id).collect()
}
