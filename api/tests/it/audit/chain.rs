//! The sealer: committed rows in the order of their transactions, none skipped, none twice; and the file that proves it.

use std::process::Command;

use diesel::connection::SimpleConnection;
use serde_json::json;

use super::{exported, head_keys, operator, report, seal, seal_all, sealer, verified};
use crate::{
    harness::{TestApp, keys_directory},
    promises::catalogue::{line, lines},
};

#[test]
fn what_is_committed_is_sealed_and_what_is_under_way_is_waited_for() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let mut worker = sealer();
    let mut db = operator(&app);
    seal_all(&app, &mut worker, &mut db);
    assert_eq!(worker.look(&mut db).expect("sealed"), 0);

    // A transaction that began to write earlier and is not over yet.
    let mut slow = app.database.superuser();
    slow.batch_execute(&format!(
        "BEGIN; INSERT INTO audit_log (org_id, id, at, actor_kind, entity, entity_id, action)
         VALUES ('{0}', '{0}', '2026-03-02T09:00:00Z', 'system', 'session', '{0}', 'created');
         INSERT INTO audit_parts (org_id, audit_id, number, commitment) VALUES ('{0}', '{0}', 0, sha256('x'))",
        app.acme.id
    ))
    .expect("it is written");
    admin.post("/projects", &json!({"name": "Apollo"})).expect(201);
    assert_eq!(worker.look(&mut db).expect("sealed"), 0, "an earlier one may still come");
    slow.batch_execute("COMMIT").expect("it is over");
    assert_eq!(seal_all(&app, &mut worker, &mut db), 3);
    let order = lines(
        &mut app.database.superuser(),
        &format!(
            "SELECT audit_id::text AS line FROM audit_seals WHERE org_id = '{}' ORDER BY sequence DESC LIMIT 3",
            app.acme.id
        ),
    );
    assert_eq!(order[2], app.acme.id.to_string(), "in the order of the transactions, not of their ends");
}

#[test]
fn rows_from_another_cluster_are_sealed_too() {
    let app = TestApp::start();
    app.acme.admin(&app).post("/projects", &json!({"name": "Apollo"})).expect(201);
    // A dump brings the numbers of the transactions along.
    app.database
        .superuser()
        .batch_execute("UPDATE audit_log SET transaction = transaction + 1000000000")
        .expect("restored");
    let mut worker = sealer();
    let mut db = operator(&app);
    assert!(seal_all(&app, &mut worker, &mut db) > 2);
    app.acme.admin(&app).post("/projects", &json!({"name": "Borealis"})).expect(201);
    assert_eq!(seal_all(&app, &mut worker, &mut db), 2);
    assert_eq!(report(&app, &app.acme).bad, None);
}

#[test]
fn two_workers_make_one_chain() {
    const PROJECTS: usize = 40;
    let app = TestApp::start();
    std::thread::scope(|scope| {
        let mut workers = Vec::new();
        for organization in [&app.acme, &app.norte] {
            let admin = organization.admin(&app);
            workers.push(scope.spawn(move || {
                for number in 0..PROJECTS {
                    admin.post("/projects", &json!({"name": format!("Project {number}")})).expect(201);
                }
            }));
        }
        for _ in 0..2 {
            let app = &app;
            workers.push(scope.spawn(move || {
                let (mut worker, mut db) = (sealer(), operator(app));
                while lines(&mut app.database.superuser(), "SELECT id::text AS line FROM projects").len()
                    < 2 * PROJECTS
                {
                    worker.look(&mut db).expect("sealed");
                }
            }));
        }
        for worker in workers {
            worker.join().expect("it ends well");
        }
    });
    seal(&app);
    for organization in [&app.acme, &app.norte] {
        let found = report(&app, organization);
        assert_eq!(found.bad, None);
        let rows = line(
            &mut app.database.superuser(),
            &format!("SELECT count(*)::text AS line FROM audit_log WHERE org_id = '{}'", organization.id),
        );
        assert_eq!(found.sealed.to_string(), rows);
    }
}

#[test]
fn what_is_not_sealed_yet_is_reported() {
    let app = TestApp::start();
    seal(&app);
    app.acme.admin(&app).post("/projects", &json!({"name": "Apollo"})).expect(201);
    let found = report(&app, &app.acme);
    assert_eq!((found.unsealed, found.bad), (2, None), "a moment ago");
    app.clock.advance(chrono::TimeDelta::seconds(61));
    let bad = report(&app, &app.acme).bad.expect("nothing seals");
    assert!(bad.sequence.is_none() && bad.what.contains("no place in the chain"), "{bad}");
}

#[test]
fn the_command_line_exports_and_verifies() {
    let app = TestApp::start();
    seal(&app);
    let file = std::env::temp_dir().join(format!("portico-audit-{}.jsonl", app.acme.id));
    let portico = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_portico"))
            .args(arguments)
            .env("PORTICO_OPERATOR_DATABASE_URL", app.database.url("portico_operator"))
            .env("PORTICO_KEYS_DIR", keys_directory())
            .output()
            .expect("it runs");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
        )
    };
    let path = file.to_str().expect("a path");
    assert_eq!(portico(&["audit", "export", "acme", "--to", path]).0, Some(0));
    let key = head_keys().public()[0].public_key.to_string();
    let (status, said) = portico(&["audit", "verify", path, "--key", &key]);
    assert_eq!(status, Some(0), "{said}");
    let whole = verified(&exported(&app, &app.acme), super::Known::default());
    let (sequence, hash) = whole.head.expect("a head");
    let head = format!("{sequence}:{}", api::audit::lines::Bytes(hash));
    assert!(said.contains(&head), "{said}");

    // Another key, a file that is cut off, and one in which a word was changed.
    let other = portico(&["audit", "verify", path, "--key", &"A".repeat(43)]);
    assert!(other.0 == Some(1) && other.1.contains("row 1: "), "{other:?}");
    let text = std::fs::read_to_string(&file).expect("a text");
    let lines: Vec<&str> = text.lines().collect();
    std::fs::write(&file, lines[..8].join("\n")).expect("cut off");
    let cut = portico(&["audit", "verify", path, "--head", &head]);
    assert!(cut.0 == Some(1) && cut.1.contains("row 8: it is missing"), "{cut:?}");
    std::fs::write(&file, text.replacen("Full Access", "Fool Access", 1)).expect("changed");
    let changed = portico(&["audit", "verify", path]);
    assert!(changed.0 == Some(1) && changed.1.contains("of what it says was changed"), "{changed:?}");
    let whole = portico(&["audit", "verify", "--organization", "acme", "--head", &head]);
    assert_eq!(whole.0, Some(0), "{whole:?}");
    std::fs::remove_file(&file).expect("it is there");
}

/// The process itself: what was committed is sealed by itself, as fast as promised.
#[test]
fn a_crew_seals_by_itself() {
    let app = TestApp::start();
    seal(&app);
    let config = app.database.work_config(api::config::MailWay::Nowhere);
    let crew = api::work::Crew::start(&config, app.clock.clone()).expect("the crew comes");
    app.acme.admin(&app).post("/projects", &json!({"name": "Apollo"})).expect(201);
    let started = std::time::Instant::now();
    while super::unsealed(&app) > 0 {
        assert!(started.elapsed().as_secs() < 60, "nobody seals");
        crate::harness::a_moment();
    }
    crew.stop().expect("everybody goes home");
    assert_eq!(report(&app, &app.acme).bad, None);
}
