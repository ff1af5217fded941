//! The book is added to and never changed, in the transaction of what it tells of; and nothing that was done is forgotten
//! because something was not there.

use std::{fs, os::unix::fs::PermissionsExt as _};

use api::{
    ApiError,
    config::book::BookConfig,
    db::operator::OperatorDb,
    ops::book::{
        Action, Book, Doer, Entry,
        shell::{self, Written},
        waiting,
    },
};
use chrono::TimeDelta;
use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};

use super::{Scene, unsigned};
use crate::promises::catalogue::{line, lines};

const CHANGES: [&str; 6] = [
    "UPDATE operations_book SET subject = subject",
    "DELETE FROM operations_book",
    "TRUNCATE operations_book",
    "UPDATE operations_book_heads SET key_id = key_id",
    "DELETE FROM operations_book_heads",
    "TRUNCATE operations_book_heads",
];

#[test]
fn no_role_changes_the_book() {
    let scene = Scene::new();
    scene.write(2);
    let roles = lines(
        &mut scene.database.superuser(),
        "SELECT rolname::text AS line FROM pg_roles WHERE rolname LIKE 'portico%' AND rolname <> 'portico_owner' ORDER BY 1",
    );
    assert_eq!(roles.len(), 5, "{roles:?}");
    for role in &roles {
        for change in CHANGES.into_iter().chain([
            "DROP TABLE operations_book",
            "ALTER TABLE operations_book DISABLE TRIGGER ALL",
            "DROP TRIGGER keep_operations_book ON operations_book",
        ]) {
            let mut sql = PgConnection::establish(&scene.database.url(role)).expect("it connects");
            let refused = sql.batch_execute(change).expect_err(change).to_string();
            let words = ["permission denied", "must be owner"];
            assert!(words.iter().any(|word| refused.starts_with(word)), "{role}: {change}: {refused}");
        }
    }
    // Whoever was granted too much is stopped by the trigger, and so is a superuser who does not go around it.
    let sql = &mut scene.database.superuser();
    sql.batch_execute("GRANT ALL ON operations_book, operations_book_heads TO portico_console")
        .expect("granted");
    for change in CHANGES {
        for url in [scene.database.url("portico_console"), scene.database.superuser_url()] {
            let mut other = PgConnection::establish(&url).expect("it connects");
            let refused = other.batch_execute(change).expect_err(change).to_string();
            assert_eq!(refused, "the operations book is added to and never changed", "{change}");
        }
    }
    // The owner may, so that a restore can.
    let mut owner = PgConnection::establish(&scene.database.url("portico_owner")).expect("it connects");
    owner.batch_execute("BEGIN; TRUNCATE operations_book; ROLLBACK").expect("the owner may");
}

#[test]
fn what_fails_leaves_no_row() {
    let scene = Scene::new();
    let entry = Entry::new(&scene.clock, Doer::shell(), Action::PruneSets, "both stores");
    let failed: Result<(), ApiError> = scene.db().run(|conn| {
        Book::new(None).write(conn, &entry)?;
        Err(ApiError::NotFound)
    });
    assert!(failed.is_err());
    let sql = &mut scene.database.superuser();
    assert_eq!(line(sql, "SELECT count(*)::text AS line FROM operations_book"), "0");
}

/// Many write at once: each has a place of its own, and the chain holds.
#[test]
fn who_writes_at_once_comes_one_after_the_other() {
    let scene = Scene::new();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let scene = &scene;
            scope.spawn(move || (0..5).for_each(|index| unsigned(scene, &format!("{number}.{index}"))));
        }
    });
    scene.write(1);
    let report = scene.verified();
    assert_eq!((report.bad, report.entries, report.unsigned), (None, 41, 0));
}

/// The same entry brought twice stands in the book once.
#[test]
fn an_entry_is_written_once() {
    let scene = Scene::new();
    let entry = Entry::new(&scene.clock, Doer::shell(), Action::PruneSets, "both stores");
    for _ in 0..2 {
        scene.db().run(|conn| Book::new(None).write(conn, &entry)).expect("it is written");
    }
    let sql = &mut scene.database.superuser();
    assert_eq!(line(sql, "SELECT count(*)::text AS line FROM operations_book"), "1");
}

#[test]
fn what_cannot_be_written_waits_and_is_brought() {
    let scene = Scene::new();
    let folder = scene.folder.join("waiting");
    let gone = BookConfig {
        database_url: Some("postgres://portico_console@127.0.0.1:1/portico".to_owned()),
        waiting: Some(folder.clone()),
        ..scene.config.clone()
    };
    let entry = |subject: &str| {
        scene.clock.advance(TimeDelta::minutes(1));
        Entry::new(&scene.clock, Doer::shell(), Action::MakeSet, subject)
    };
    for subject in ["one", "two"] {
        let written = shell::write(&gone, &scene.clock, &entry(subject)).expect("it is kept");
        let Written::Waiting { because, file } = written else { panic!("{written:?}") };
        assert!(because.contains("PostgreSQL does not answer"), "{because}");
        let mode = fs::metadata(file).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Without a folder it is said, with all that it says.
    let nowhere = BookConfig { waiting: None, ..gone };
    let written = shell::write(&nowhere, &scene.clock, &entry("three")).expect("it is said");
    assert!(matches!(written, Written::Nowhere { .. }), "{written:?}");

    let back = BookConfig { waiting: Some(folder.clone()), ..scene.config.clone() };
    let written = shell::write(&back, &scene.clock, &entry("four")).expect("it is written");
    assert!(matches!(written, Written::InBook { not_off_site: None }), "{written:?}");
    let sql = &mut scene.database.superuser();
    let told = lines(
        sql,
        "SELECT subject || ' ' || (written_at > at)::text AS line FROM operations_book ORDER BY sequence",
    );
    assert_eq!(told, ["one true", "two true", "four false"]);
    assert_eq!(waiting::all(&folder).expect("read").len(), 0);
    assert_eq!(scene.verified().bad, None);
}

/// What its writer could not do a worker does: brings what waits, signs, and brings the head off-site.
#[test]
fn a_worker_looks_after_the_book() {
    let scene = Scene::new();
    let folder = scene.folder.join("waiting");
    unsigned(&scene, "without a key");
    scene.clock.advance(TimeDelta::minutes(1));
    let entry = Entry::new(&scene.clock, Doer::shell(), Action::MakeSet, "while the database was away");
    waiting::keep(&folder, &entry).expect("it is kept");
    let config = BookConfig { waiting: Some(folder.clone()), ..scene.config.clone() };
    let mut db =
        OperatorDb::open(&scene.database.url("portico_operator"), scene.clock.clone()).expect("it comes in");
    // The store is out of reach at first: a file stands where its folder should.
    fs::rename(scene.folder.join("off-site"), scene.folder.join("aside")).expect("it goes");
    fs::write(scene.folder.join("off-site"), "").expect("a file");
    shell::look_after(&config, &mut db).expect("the rest is done");
    assert_eq!(waiting::all(&folder).expect("read").len(), 0);
    fs::remove_file(scene.folder.join("off-site")).expect("it is removed");
    fs::rename(scene.folder.join("aside"), scene.folder.join("off-site")).expect("it is back");
    assert_eq!(scene.heads().len(), 0);
    shell::look_after(&config, &mut db).expect("all is done");
    assert_eq!(scene.heads().iter().map(|head| head.sequence).collect::<Vec<_>>(), [2]);
    shell::look_after(&config, &mut db).expect("nothing is to be done");
    let report = scene.verified();
    assert_eq!((report.bad, report.entries, report.unsigned, report.off_site), (None, 2, 0, 1));
    // Of two that write by turns, each brings its head.
    scene.write(1);
    assert_eq!(scene.verified().off_site, 2);
}
