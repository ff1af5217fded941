//! The files of pictures: kept once, whole or not at all, and swept when nothing names them.

use std::{
    collections::BTreeSet,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
};

use api::{
    config::FilesConfig,
    files::{Files, ObjectName},
};
use chrono::TimeDelta;

use super::{photo, session};
use crate::{
    harness::{TestApp, TestOrganization, png},
    promises::catalogue::line,
};

/// The names of an organization's objects.
fn objects(app: &TestApp, organization: &TestOrganization) -> BTreeSet<String> {
    let Ok(entries) = std::fs::read_dir(folder(app, organization)) else { return BTreeSet::new() };
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("it is read").file_name();
    entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect()
}

fn folder(app: &TestApp, organization: &TestOrganization) -> PathBuf {
    app.database.files().join(organization.id.to_string())
}

/// The hashes in the names.
fn hashes(objects: &BTreeSet<String>) -> BTreeSet<String> {
    objects.iter().map(|name| name.split('.').next().expect("a hash").to_owned()).collect()
}

fn rows(app: &TestApp) -> usize {
    let sql = &mut app.database.superuser();
    line(sql, "SELECT count(*)::text AS line FROM files").parse().expect("a number")
}

/// What nothing names goes after a day, the rows first.
pub fn are_gone_after_two_rounds(app: &TestApp) {
    assert!(rows(app) > 0 && !objects(app, &app.acme).is_empty());
    app.clock.advance(TimeDelta::hours(25));
    app.work_off();
    assert_eq!(rows(app), 0);
    app.work_off();
    assert_eq!(objects(app, &app.acme), BTreeSet::new());
}

#[test]
fn the_same_is_kept_once_in_an_organization_and_not_recognized_in_another() {
    let app = TestApp::start();
    let (ana, ben) = (app.acme.person().create(&app), app.acme.person().create(&app));
    assert_ne!(photo(&ana, [7, 7, 7]), photo(&ben, [7, 7, 7]));
    assert_eq!((rows(&app), objects(&app, &app.acme).len()), (2, 2));
    photo(&app.norte.person().create(&app), [7, 7, 7]);
    let (here, there) = (hashes(&objects(&app, &app.acme)), hashes(&objects(&app, &app.norte)));
    assert_eq!((here.len(), there.len()), (2, 2));
    assert!(here.is_disjoint(&there));
    // One of the two goes: the other still has its photo, also a day later.
    ana.delete("/profile/photo", 2).expect(200);
    app.clock.advance(TimeDelta::hours(25));
    app.work_off();
    app.work_off();
    let ben = app.sign_in(&app.acme, ben.id, ben.email.clone());
    let picture = session(&ben).photo.expect("a photo");
    ben.get(&format!("/pictures/{picture}")).expect(200);
    assert_eq!(hashes(&objects(&app, &app.acme)), here);
}

#[test]
fn many_who_bring_the_same_at_one_moment_have_it_once() {
    let app = TestApp::start();
    let people: Vec<_> = (0..6).map(|_| app.acme.person().create(&app)).collect();
    let pictures: BTreeSet<_> = std::thread::scope(|scope| {
        let all: Vec<_> = people.iter().map(|one| scope.spawn(|| photo(one, [50, 60, 70]))).collect();
        all.into_iter().map(|one| one.join().expect("a photo")).collect()
    });
    assert_eq!((pictures.len(), rows(&app)), (6, 2));
    // Whoever came too late left objects that no row names; they go, and those that are named stay.
    app.clock.advance(TimeDelta::hours(25));
    app.work_off();
    assert_eq!(objects(&app, &app.acme).len(), 2);
    let somebody = app.acme.person().create(&app);
    for picture in pictures {
        somebody.get(&format!("/pictures/{picture}")).expect(200);
    }
}

#[test]
fn what_nothing_names_any_more_goes_after_a_day_and_not_before() {
    let app = TestApp::start();
    let ana = app.acme.person().create(&app);
    photo(&ana, [1, 0, 0]);
    ana.delete("/profile/photo", 2).expect(200);
    app.clock.advance(TimeDelta::hours(23));
    app.work_off();
    app.work_off();
    assert_eq!((rows(&app), objects(&app, &app.acme).len()), (2, 2));
    are_gone_after_two_rounds(&app);
}

/// A server that was killed when the object was there and its row was not: the same as an object without a row.
#[test]
fn the_object_of_an_upload_that_died_is_swept_and_what_is_not_ours_is_left_alone() {
    let app = TestApp::start();
    let ana = app.acme.person().create(&app);
    photo(&ana, [2, 0, 0]);
    let kept = objects(&app, &app.acme);
    let store = Files::open(&FilesConfig::Folder(app.database.files())).expect("it is there");
    let left = ObjectName { organization: app.acme.id, hash: [3; 32], id: app.clock.new_id() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(store.put(&left, "left behind".into())).expect("it is put");
    std::fs::write(folder(&app, &app.acme).join("notes.txt"), "somebody's").expect("it is written");
    app.work_off();
    assert_eq!(objects(&app, &app.acme).len(), kept.len() + 2);
    app.clock.advance(TimeDelta::hours(25));
    app.work_off();
    let with_notes: BTreeSet<String> = kept.into_iter().chain(["notes.txt".to_owned()]).collect();
    assert_eq!(objects(&app, &app.acme), with_notes);
}

#[test]
fn an_upload_that_is_cut_leaves_nothing() {
    let app = TestApp::start();
    let ana = app.acme.person().create(&app);
    let image = png([4, 5, 6]);
    let head = format!(
        "PUT /api/v1/profile/photo HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\nif-match: \"1\"\r\n\
         content-type: image/png\r\ncontent-length: {}\r\n\r\n",
        app.acme.host(),
        ana.token().expect("signed in"),
        image.len()
    );
    let mut socket = TcpStream::connect(app.server.address).expect("it listens");
    socket.write_all(head.as_bytes()).expect("it is sent");
    socket.write_all(&image[..image.len() / 2]).expect("it is sent");
    socket.shutdown(std::net::Shutdown::Write).expect("it is cut");
    let mut answer = Vec::new();
    // Whether it hears anything at all is all the same.
    drop(socket.read_to_end(&mut answer));
    assert!(!answer.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!((session(&ana).version, rows(&app)), (1, 0));
    assert_eq!(objects(&app, &app.acme), BTreeSet::new());
    photo(&ana, [4, 5, 6]);
}

#[test]
fn a_store_that_is_of_no_use_is_said_and_nothing_is_lost() {
    let app = TestApp::start();
    let ana = app.acme.person().create(&app);
    let picture = photo(&ana, [8, 0, 0]);
    let (there, away) = (folder(&app, &app.acme), app.database.files().join("away"));
    std::fs::rename(&there, &away).expect("it is moved");
    std::fs::write(&there, "in the way").expect("it is written");
    let refused = ana.upload("/profile/photo", 2, &png([0, 8, 0])).expect(503);
    assert_eq!(
        (refused.problem().code.key(), refused.header("retry-after")),
        ("files_unavailable", Some("30"))
    );
    let path = format!("/pictures/{picture}");
    assert_eq!(ana.get(&path).expect(503).problem().code.key(), "files_unavailable");
    assert_eq!((session(&ana).photo, rows(&app)), (Some(picture), 2));
    std::fs::remove_file(&there).expect("it is removed");
    std::fs::rename(&away, &there).expect("it is back");
    ana.get(&path).expect(200);
    // A damaged file is never shown as if it were whole.
    for name in objects(&app, &app.acme) {
        let file = there.join(name);
        let mut bytes = std::fs::read(&file).expect("it is read");
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&file, bytes).expect("it is written");
    }
    assert_eq!(ana.get(&path).expect(503).problem().code.key(), "files_unavailable");
    photo(&ana, [0, 8, 0]);
}
