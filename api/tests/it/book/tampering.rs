//! What a superuser of the database does to the book is found out, and the first row named that is not as it was written.

use api::ops::book::{
    Action, BookKeys, Entry, chain,
    lines::{EntryLine, Line},
    set_back,
    verify::{self, Known},
};
use chrono::TimeDelta;
use diesel::connection::SimpleConnection as _;

use super::{Scene, unsigned};
use crate::{harness::keys_directory, promises::catalogue::line};

/// How many rows there are before anything is done to them.
const ROWS: usize = 9;

/// As a superuser: triggers do not stand in the way.
fn tamper(scene: &Scene, sql: &str) {
    let sql = format!("SET session_replication_role = replica; {sql}; RESET session_replication_role");
    scene.database.superuser().batch_execute(&sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
}

fn scene() -> Scene {
    let scene = Scene::new();
    scene.write(ROWS);
    let report = scene.verified();
    assert_eq!((report.bad, report.entries, report.unsigned, report.off_site), (None, 9, 0, 9));
    scene
}

#[test]
fn whatever_is_changed_in_a_row_is_found() {
    let scene = scene();
    for (column, change) in [
        ("id", "'ffffffff-ffff-7fff-bfff-ffffffffffff'"),
        ("at", "at + interval '1 microsecond'"),
        ("actor_kind", "'operator'"),
        ("actor_id", "'ffffffff-ffff-7fff-bfff-ffffffffffff'"),
        ("actor_name", "'nobody@machine'"),
        ("team", "'security'"),
        ("action", "'prune_sets'"),
        ("subject", "subject || ' '"),
        ("outcome", "CASE outcome WHEN 'failed' THEN 'succeeded' ELSE 'failed' END"),
        ("details", "replace(details, ':', ': ')"),
        ("written_at", "written_at + interval '1 microsecond'"),
        ("hash", "set_byte(hash, 7, get_byte(hash, 7) # 1)"),
    ] {
        for place in [1, 5, 9] {
            let kept =
                format!("CREATE TEMP TABLE kept AS SELECT * FROM operations_book WHERE sequence = {place}");
            let change = format!("UPDATE operations_book SET {column} = {change} WHERE sequence = {place}");
            let back = format!(
                "DELETE FROM operations_book WHERE sequence = {place}; INSERT INTO operations_book SELECT * FROM kept; \
                 DROP TABLE kept"
            );
            let sql = &mut scene.database.superuser();
            sql.batch_execute(&format!("SET session_replication_role = replica; {kept}; {change}"))
                .expect("done");
            assert_eq!(scene.bad().sequence, Some(place), "{column} of row {place}");
            sql.batch_execute(&format!("{back}; RESET session_replication_role")).expect("taken back");
            assert_eq!(scene.verified().bad, None, "{column}");
        }
    }
}

/// Not even what the table itself would not take hides a row, or keeps the rest from being looked at.
#[test]
fn what_nobody_could_have_written_is_named() {
    for (constraint, change) in [
        ("operations_book_actor_kind_check", "actor_kind = 'nobody'"),
        ("operations_book_outcome_check", "outcome = 'maybe'"),
        ("operations_book_hash_check", "hash = '\\x00'"),
    ] {
        let scene = scene();
        tamper(
            &scene,
            &format!(
                "ALTER TABLE operations_book DROP CONSTRAINT {constraint}; UPDATE operations_book SET {change} WHERE sequence = 4"
            ),
        );
        assert_eq!(scene.bad().sequence, Some(4), "{change}");
    }
    let scene = scene();
    tamper(&scene, "UPDATE operations_book SET team = 'nobody' WHERE sequence = 6");
    assert_eq!(scene.bad().sequence, Some(6));
}

#[test]
fn removed_rows_are_found() {
    for (sql, first) in [
        ("DELETE FROM operations_book WHERE sequence = 1", 1),
        ("DELETE FROM operations_book WHERE sequence = 5", 5),
        ("DELETE FROM operations_book WHERE sequence BETWEEN 3 AND 6", 3),
        // And those behind moved up.
        (
            "DELETE FROM operations_book WHERE sequence = 5;
             UPDATE operations_book SET sequence = sequence - 1 WHERE sequence = 6;
             UPDATE operations_book SET sequence = sequence - 1 WHERE sequence = 7;
             UPDATE operations_book SET sequence = sequence - 1 WHERE sequence = 8;
             UPDATE operations_book SET sequence = sequence - 1 WHERE sequence = 9",
            5,
        ),
    ] {
        let scene = scene();
        tamper(&scene, sql);
        assert_eq!(scene.bad().sequence, Some(first), "{sql}");
    }
}

#[test]
fn reordered_rows_are_found() {
    let scene = scene();
    tamper(
        &scene,
        "UPDATE operations_book SET sequence = 100 WHERE sequence = 4;
         UPDATE operations_book SET sequence = 4 WHERE sequence = 7;
         UPDATE operations_book SET sequence = 7 WHERE sequence = 100",
    );
    assert_eq!(scene.bad().sequence, Some(4));
}

/// The end is cut off: with its heads, nothing in the database tells of it. What stands off-site does.
#[test]
fn a_book_that_was_cut_off_is_found_by_the_head_off_site() {
    let scene = scene();
    tamper(&scene, "DELETE FROM operations_book WHERE sequence > 6");
    let bad = scene.bad();
    assert_eq!(bad.sequence, Some(7));
    assert!(bad.what.contains("the signed head goes to row 7"), "{bad}");
    tamper(&scene, "DELETE FROM operations_book_heads WHERE sequence > 6");
    let bad = scene.bad();
    assert_eq!(bad.sequence, Some(7));
    assert!(bad.what.contains("a signed head off-site goes to row 7"), "{bad}");
    // Without the store it would not be.
    let alone = Known { heads: Vec::new(), ..scene.known() };
    assert_eq!(verify::verify(scene.exported().lines(), &alone).bad, None);
    // All of it, too.
    tamper(&scene, "DELETE FROM operations_book; DELETE FROM operations_book_heads");
    assert_eq!(scene.bad().sequence, Some(1));
    // And going on behind the cut hides nothing.
    scene.write(12);
    let bad = scene.bad();
    assert_eq!(bad.sequence, Some(1));
    assert!(bad.what.contains("was written anew"), "{bad}");
}

/// Neither a note that the head was brought, nor a head that stands in its place, keeps ours from going off-site.
#[test]
fn nothing_in_the_database_keeps_a_head_from_going_off_site() {
    let scene = scene();
    tamper(
        &scene,
        "UPDATE operations_book_brought SET sequence = 10;
         INSERT INTO operations_book_heads SELECT 10, hash, signed_at, key_id, signature FROM operations_book_heads
         WHERE sequence = 9",
    );
    scene.write(1);
    assert_eq!(scene.heads().len(), 10);
    tamper(
        &scene,
        "DELETE FROM operations_book WHERE sequence > 9; DELETE FROM operations_book_heads WHERE sequence > 9",
    );
    let bad = scene.bad();
    assert_eq!(bad.sequence, Some(10));
    assert!(bad.what.contains("a signed head off-site goes to row 10"), "{bad}");
}

/// Written anew with all hashes behind the change. Whoever can do that has no key.
#[test]
fn a_book_that_was_chained_anew_is_found() {
    let scene = scene();
    chain_anew(&scene, 4);
    let bad = scene.bad();
    assert_eq!(bad.sequence, Some(4));
    assert!(bad.what.contains("the signed head at row 4 says otherwise"), "{bad}");
    // The heads too, whose signatures do not hold.
    tamper(
        &scene,
        "UPDATE operations_book_heads h SET hash = b.hash FROM operations_book b WHERE b.sequence = h.sequence",
    );
    let bad = scene.bad();
    assert_eq!(bad.sequence, Some(4));
    assert!(bad.what.contains("the signature of its head does not hold"), "{bad}");
    // Without any head here, by those off-site.
    tamper(&scene, "DELETE FROM operations_book_heads");
    let bad = scene.bad();
    assert_eq!(bad.sequence, Some(4));
    assert!(bad.what.contains("the head off-site at row 4 says otherwise"), "{bad}");
    // And once the key's holder has signed for what he found, by those off-site all the same.
    scene.write(1);
    assert_eq!(scene.bad().sequence, Some(4));
}

/// A key that the file brings along is believed by nobody who knows the right one.
#[test]
fn another_key_is_found() {
    let scene = scene();
    let folder = scene.folder.join("other-keys");
    api::ops::book::keys::create(&folder, &scene.clock).expect("a key is made");
    let other = BookKeys::read(&folder).expect("it is read").public().to_vec();
    let known = Known { keys: other, ..scene.known() };
    assert_eq!(verify::verify(scene.exported().lines(), &known).bad.expect("found").sequence, Some(1));
    let believed = Known { keys: Vec::new(), ..scene.known() };
    assert_eq!(verify::verify(scene.exported().lines(), &believed).bad, None);
}

#[test]
fn a_file_that_was_cut_off_or_changed_is_found() {
    let scene = scene();
    let exported = scene.exported();
    let (lines, known): (Vec<&str>, _) =
        (exported.lines().collect(), Known { heads: Vec::new(), ..scene.known() });
    for end in 0..lines.len() {
        assert!(
            verify::verify(lines[..end].iter().copied(), &known).bad.is_some(),
            "cut off behind line {end}"
        );
    }
    for index in 0..lines.len() {
        let without = lines.iter().enumerate().filter(|(one, _)| *one != index).map(|(_, line)| *line);
        // A head alone may go: the ones behind it vouch for all before them, and without the last one a row waits.
        let is_head = lines[index].starts_with("{\"head\"");
        assert_eq!(verify::verify(without, &known).bad.is_none(), is_head, "without line {index}");
    }
    let twice = lines.iter().chain(&lines).copied();
    assert!(verify::verify(twice, &known).bad.is_some());
}

/// A row without a signature waits for a worker; one that has waited for long is reported.
#[test]
fn rows_that_nobody_has_signed_for_are_told() {
    let scene = scene();
    unsigned(&scene, "both stores");
    let report = scene.verified();
    assert_eq!((report.bad, report.entries, report.unsigned), (None, 10, 1));
    // However many come behind it.
    scene.clock.advance(TimeDelta::minutes(40));
    unsigned(&scene, "both stores");
    assert_eq!(scene.verified().bad, None);
    scene.clock.advance(TimeDelta::minutes(40));
    unsigned(&scene, "both stores");
    assert_eq!(scene.bad().sequence, Some(10));
    scene.write(1);
    assert_eq!(scene.verified().bad, None, "whoever has the key signs for all before");
}

/// After a restore the book is shorter. Who has the key says why, and it verifies again; who has not cannot.
#[test]
fn a_book_that_was_set_back_is_explained_by_who_has_the_key() {
    let scene = scene();
    tamper(
        &scene,
        "DELETE FROM operations_book WHERE sequence > 5; DELETE FROM operations_book_heads WHERE sequence > 5",
    );
    scene.clock.advance(TimeDelta::minutes(1));
    // Somebody has signed in, say, before it was noticed.
    scene.write(2);
    assert_eq!(scene.bad().sequence, Some(6));
    let keys = BookKeys::read(&keys_directory()).expect("a key");
    let heads = scene.heads();
    let said = scene.db().run(|conn| set_back::resume(conn, &keys, &heads, "restored after the fire"));
    let said = said.expect("it is said").expect("there is something to say");
    assert_eq!((said.from, said.to), (6, 9));
    let report = scene.verified();
    assert_eq!(report.bad, None);
    assert_eq!(report.explained, [(8, "restored after the fire".to_owned())]);
    assert_eq!(
        scene.db().run(|conn| set_back::resume(conn, &keys, &scene.heads(), "x")).expect("asked"),
        None
    );
    scene.write(6);
    assert_eq!(scene.verified().bad, None);
    // What is cut off later is not explained by it.
    tamper(
        &scene,
        "DELETE FROM operations_book WHERE sequence > 10; DELETE FROM operations_book_heads WHERE sequence > 10",
    );
    assert_eq!(scene.bad().sequence, Some(11));
    tamper(
        &scene,
        "DELETE FROM operations_book WHERE sequence > 8; DELETE FROM operations_book_heads WHERE sequence > 8",
    );
    assert_eq!(scene.bad().sequence, Some(9));
}

/// Moved to another place, or made up, an explanation explains nothing.
#[test]
fn an_explanation_that_is_not_signed_for_its_place_counts_for_nothing() {
    let scene = scene();
    let last: EntryLine = row(&scene, 9);
    tamper(
        &scene,
        "DELETE FROM operations_book WHERE sequence > 5; DELETE FROM operations_book_heads WHERE sequence > 5",
    );
    let other = scene.folder.join("forged");
    api::ops::book::keys::create(&other, &scene.clock).expect("a key is made");
    let forger = BookKeys::read(&other).expect("it is read");
    let mut said = verify::SetBack {
        from: 6,
        to: 9,
        hash: last.hash,
        because: "nothing to see here".to_owned(),
        at: scene.clock.now(),
        signature: last_signature(&scene),
    };
    let previous = row(&scene, 5).hash.0;
    said.signature = forger.sign_message(&said.message(6, &previous));
    let entry = Entry::new(&scene.clock, api::ops::book::Doer::shell(), Action::ResumeBook, "rows 6 to 9");
    let entry = entry.with(&serde_json::to_value(&said).expect("JSON"));
    // Even where the book's own key signs for the row, as it does for every row that it finds.
    let keys = BookKeys::read(&keys_directory()).expect("a key");
    scene.db().run(|conn| api::ops::book::Book::new(Some(keys)).write(conn, &entry)).expect("it is written");
    assert_eq!(scene.bad().sequence, Some(6));
}

fn last_signature(scene: &Scene) -> api::audit::lines::Bytes<64> {
    scene.heads().last().expect("a head").signature
}

fn row(scene: &Scene, place: i64) -> EntryLine {
    let rows = scene.exported();
    let mut rows = rows.lines().filter_map(|line| match serde_json::from_str(line).expect("a line") {
        Line::Row(row) => Some(row),
        _ => None,
    });
    rows.find(|row| row.sequence == place).expect("it is there")
}

/// Changes a row and puts right hashes behind it.
fn chain_anew(scene: &Scene, from: i64) {
    let mut previous = row(scene, from - 1).hash.0;
    for place in from..=i64::try_from(ROWS).expect("few") {
        let mut one = row(scene, place);
        if place == from {
            "something else".clone_into(&mut one.entry.subject);
        }
        previous = chain::link(&previous, place, one.written_at, &one.entry);
        let hash = blake3::Hash::from_bytes(previous).to_hex();
        tamper(
            scene,
            &format!(
                "UPDATE operations_book SET hash = '\\x{hash}', subject = '{}' WHERE sequence = {place}",
                one.entry.subject
            ),
        );
    }
    let sql = &mut scene.database.superuser();
    assert_eq!(line(sql, "SELECT subject AS line FROM operations_book WHERE sequence = 4"), "something else");
}
