//! `kill -9` of the database and of the server, in turn, under writes that are sent again under their
//! `Idempotency-Key`: each is there once, and so is each that was acknowledged.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use serde_json::json;
use shared::project::Project;

use crate::harness::{ACME, Client, OwnCluster, Program, free_address, until};

const WRITERS: usize = 6;

#[derive(Debug, QueryableByName)]
struct Kept {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    name: String,
}

#[test]
fn what_was_acknowledged_survives_the_databases_kill_9_and_is_there_once() {
    let mut cluster = OwnCluster::start("kill");
    let (url, address) = (cluster.database_url("portico_app"), free_address());
    // Who sends the same again and again without a pause is soon too many.
    let plenty =
        ["PORTICO_RATE_LIMIT_PERSON", "PORTICO_RATE_LIMIT_ORGANIZATION"].map(|name| (name, "1000000"));
    let mut program = Program::serve(&url, address, &plenty);
    let token = program.signed_in().token().expect("signed in").to_owned();
    // By name, as whoever wrote it was told.
    let acknowledged: Mutex<BTreeMap<String, String>> = Mutex::default();
    let (sent_again, over) = (Mutex::new(BTreeMap::<u16, usize>::new()), AtomicBool::new(false));
    let count = || acknowledged.lock().expect("nobody panicked").len();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (token, acknowledged, sent_again, over) = (&token, &acknowledged, &sent_again, &over);
            scope.spawn(move || {
                for number in (0..).take_while(|_| !over.load(Ordering::SeqCst)) {
                    let name = format!("Killed-{writer}-{number}");
                    let client =
                        Client::new(address, ACME).with_token(token).with_header("idempotency-key", &name);
                    // As a client must: the same again, until it is acknowledged.
                    let project: Project = loop {
                        match client.try_post("/projects", &json!({"name": name})) {
                            Some(answer) if answer.status == 201 => break answer.json(),
                            answer => {
                                let status = answer.as_ref().map_or(0, |answer| answer.status);
                                // Nobody there, too busy, or the first one is not done yet: all of them say to try again.
                                assert!(
                                    [0, 409, 503].contains(&status),
                                    "{status}: {:?}",
                                    answer.map(|one| one.text)
                                );
                                *sent_again.lock().expect("nobody panicked").entry(status).or_default() += 1;
                            }
                        }
                    };
                    acknowledged.lock().expect("nobody panicked").insert(name, project.id.to_string());
                }
            });
        }
        for round in 0..3 {
            let before = count();
            until("writes are acknowledged", || count() > before + 30);
            if round == 1 {
                program.child.kill().expect("SIGKILL is sent");
            }
            cluster.kill();
            cluster.start_again();
            if round == 1 {
                // The port is the same, so that the writers find it.
                program.wait();
                program = Program::serve(&url, address, &plenty);
            }
        }
        let before = count();
        until("writes are acknowledged again", || count() > before + 30);
        over.store(true, Ordering::SeqCst);
    });
    let sent_again = sent_again.into_inner().expect("nobody panicked");
    assert!(sent_again.values().sum::<usize>() >= WRITERS, "the kills were felt: {sent_again:?}");
    let all = sql_query("SELECT id::text AS id, name FROM projects ORDER BY name");
    let kept: Vec<Kept> = all.load(&mut cluster.superuser()).expect("projects are read");
    let rows = kept.len();
    let kept: BTreeMap<String, String> = kept.into_iter().map(|row| (row.name, row.id)).collect();
    assert_eq!(kept.len(), rows, "none is there twice");
    // Every writer ends with an acknowledged write, so there is none that nobody was told of either.
    assert_eq!(kept, acknowledged.into_inner().expect("nobody panicked"));
}
