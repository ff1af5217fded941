//! Stores behind the S3 protocol: production puts and can do nothing else, the backup environment reads.

use std::io::{Read as _, Write as _};

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use api::{
    config::backups::{StoreConfig, StorePlace},
    ops::{
        environment::Environment,
        manifest::{manifest_path, set_name},
        retention::{Place, SetKind},
        stores::{PART, Store},
    },
};
use chrono::TimeDelta;
use serde_json::json;

use super::{OffSite, Scene, all_rows, photo, plan, whole};
use crate::harness::{Database, Fault, Proxy, S3Server, Whose};

/// Production's and the backup environment's view of what is below a prefix.
pub(super) fn s3(prefix: &str) -> OffSite {
    let place = |whose| S3Server::shared().place(whose, prefix);
    OffSite { production: place(Whose::Production), environment: place(Whose::Environment) }
}

pub(super) fn store(place: StorePlace) -> Store {
    let config =
        StoreConfig { place, provider: "tests".to_owned(), patience: std::time::Duration::from_secs(10) };
    Store::at("the store", &config).expect("it is set up")
}

pub(super) fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at % 251).expect("less")).collect()
}

#[test]
fn production_puts_into_a_bucket_and_can_do_nothing_else_there() {
    let scene = Scene::start_with(s3);
    photo(&scene.app.acme.admin(&scene.app), [1, 2, 3]);
    let (files, rows) = (scene.files(), scene.rows());
    let prefix = scene.app.database.name();

    // The backup environment reads, and restores.
    let environment = scene.vaults.environment();
    for made in [&files, &rows] {
        environment.verify(Place::OffSite, &made.manifest.set).expect("it holds");
    }
    let target = Database::empty();
    let with_files = api::ops::restore::Plan { files_into: Some(target.files()), ..plan(&rows, &target) };
    let restored = environment.restore(&with_files).expect("it is restored");
    assert_eq!((restored.organizations, restored.files, restored.missing_files), (2, 2, 0));
    assert!(all_rows(&scene.app.database) == all_rows(&target), "not the same rows");

    // With production's key nothing is read, looked at, listed, removed or written over.
    let production = store(S3Server::shared().place(Whose::Production, prefix));
    let before = S3Server::shared().names(prefix);
    let object = &rows.manifest.streams[1].object;
    let manifest = manifest_path(&rows.manifest.set);
    let read = production.read(object).expect_err("no");
    let refusals = [
        ("read", read),
        ("find", production.find(&manifest).expect_err("no")),
        ("size", production.size(&manifest).expect_err("no")),
        ("list", production.list("sets").expect_err("no")),
        ("delete", production.delete(&object.path).expect_err("no")),
        ("delete a manifest", production.delete(&manifest).expect_err("no")),
    ];
    for (what, error) in refusals {
        let said = format!("{error:#}");
        assert!(said.contains("403") || said.contains("privileges"), "{what}: {said}");
    }
    let error = production.put_new(&manifest, b"another").expect_err("it is taken").to_string();
    assert!(error.contains("already"), "{error}");
    assert_eq!(S3Server::shared().names(prefix), before);
    environment.verify(Place::OffSite, &rows.manifest.set).expect("it still holds");

    // Nor does anything open with what production has: it has no identity, and one that it makes up opens nothing.
    let mut config = scene.vaults.restore_config();
    Identity::generate().to_string().expose_secret().clone_into(&mut config.identity);
    let error = Environment::open(&config).expect("set up").verify(Place::OffSite, &rows.manifest.set);
    assert!(format!("{:#}", error.expect_err("no")).contains("does not open"));
}

/// The program itself, from the variables that operators set.
#[test]
fn the_program_brings_sets_to_a_bucket_and_restores_them_from_there() {
    let scene = Scene::start_with(s3);
    scene.app.acme.admin(&scene.app).post("/projects", &json!({"name": "Bridge"})).expect(201);
    let output = scene.ops(&["backup"]);
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success() && said.contains("off-site   1 sets brought"), "{said}");
    let set = said.lines().find_map(|line| line.strip_prefix("set        ")).expect("it says the set");
    // Production may not list the bucket, and knows what it has brought.
    let listed = String::from_utf8(scene.ops(&["sets"]).stdout).expect("text");
    assert!(listed.contains(set) && listed.contains("off-site"), "{listed}");
    let target = Database::empty();
    let into = target.url("portico_owner");
    for arguments in [
        vec!["ops", "sets"],
        vec!["ops", "verify", set],
        vec!["ops", "restore", "--as-it-was", "--to", set, "--into", &into],
        vec!["ops", "prune"],
    ] {
        let output = scene.vaults.program(&arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(all_rows(&scene.app.database) == all_rows(&target), "not the same rows");
}

#[test]
fn what_is_there_is_not_sent_again() {
    let prefix_proxy = Proxy::start(S3Server::shared().address(), Fault::None);
    let mut scene = Scene::start_with(s3);
    let prefix = scene.app.database.name().to_owned();
    let through = S3Server::shared().place_at(prefix_proxy.address(), Whose::Production, &prefix);
    scene.vaults.off_site.as_mut().expect("it is set").production = through;
    scene.production_anew();
    let first = scene.rows();
    let objects = || {
        let names = S3Server::shared().names(&prefix);
        names.iter().filter(|name| name.starts_with("objects/")).count()
    };
    assert_eq!(objects(), 3);
    let sent = prefix_proxy.sent();
    let same = scene.rows();
    assert_eq!((same.unchanged, objects()), (3, 3));
    // Its manifest goes twice, and nothing else.
    let manifest = std::fs::metadata(scene.vaults.at("local").join(manifest_path(&same.manifest.set)));
    let manifest = usize::try_from(manifest.expect("it is there").len()).expect("small");
    let now = prefix_proxy.sent() - sent;
    assert!(now > 2 * manifest && now < 2 * manifest + 4000, "{now} bytes for twice {manifest}");

    // What was lost there is put again once its record is gone, and earlier sets hold again.
    let tests = store(S3Server::shared().place(Whose::Tests, &prefix));
    let lost = &first.manifest.streams[1].object;
    tests.delete(&lost.path).expect("it goes");
    let environment = scene.vaults.environment();
    environment.verify(Place::OffSite, &first.manifest.set).expect_err("it is lost");
    let is_of_lost = |file: &&std::path::PathBuf| file.ends_with(&lost.path);
    let noted = super::files_below(&scene.vaults.at("local/brought"));
    std::fs::remove_file(noted.iter().find(is_of_lost).expect("it is noted")).expect("it is removed");
    scene.rows();
    environment.verify(Place::OffSite, &first.manifest.set).expect("it holds");

    // A run that was ended before it could note what it brought: it comes again, and finds it there.
    let records = scene.vaults.at("local/brought");
    std::fs::remove_dir_all(&records).expect("they are removed");
    let again = scene.rows();
    assert_eq!((again.off_site.expect("all is there"), objects()), (4, 3));
    for made in [&first.manifest.set, &same.manifest.set, &again.manifest.set] {
        scene.vaults.environment().verify(Place::OffSite, made).expect("it holds");
    }
}

#[test]
fn a_name_that_somebody_else_has_taken_is_left_to_them_and_said() {
    let scene = Scene::start_with(s3);
    let prefix = scene.app.database.name();
    let tests = store(S3Server::shared().place(Whose::Tests, prefix));
    let set = set_name(SetKind::Database, scene.app.clock.now() + TimeDelta::hours(2));
    tests.put_new(&manifest_path(&set), b"theirs").expect("it is put");
    scene.app.clock.advance(TimeDelta::hours(2));
    let refused = |made: api::ops::backup::Made| format!("{:#}", made.off_site.expect_err("it is taken"));
    let said = refused(scene.production.database_set().expect("the local set is made"));
    assert!(said.contains(&set) && said.contains("somebody else makes sets"), "{said}");
    // It stays so, and keeps no other from coming.
    scene.app.clock.advance(TimeDelta::hours(2));
    let next = scene.production.database_set().expect("the local set is made");
    let next_set = next.manifest.set.clone();
    assert!(refused(next).contains("somebody else makes sets"));
    assert_eq!(tests.find(&manifest_path(&set)).expect("read").as_deref(), Some(b"theirs".as_slice()));
    let environment = scene.vaults.environment();
    environment.verify(Place::OffSite, &next_set).expect("it holds");
    // Settled, it comes.
    tests.delete(&manifest_path(&set)).expect("it goes");
    assert_eq!(scene.rows().off_site.expect("all is there"), 2);
    environment.verify(Place::OffSite, &set).expect("it holds");
}

#[test]
fn what_is_big_goes_in_parts_and_what_is_given_up_leaves_nothing() {
    let scene = Scene::start();
    let (server, prefix) = (S3Server::shared(), scene.app.database.name());
    let (local, off_site) = (
        Store::open("the local store", &scene.vaults.at("local")).expect("a folder"),
        store(server.place(Whose::Production, prefix)),
    );
    let now = scene.app.clock.now();
    off_site.note_in(&local, "unfinished", now);
    let environment = store(server.place(Whose::Environment, prefix));
    for size in [0, 1, PART, PART + 1, 2 * PART + 7] {
        let mut upload = off_site.upload(&format!("objects/{size}")).expect("it begins");
        upload.write_all(&bytes(size)).expect("it is written");
        let object = upload.finish().expect("it is there");
        let (mut read, mut found) = (environment.read(&object).expect("it is there"), Vec::new());
        read.read_to_end(&mut found).expect("it is read");
        read.check().expect("it is whole");
        assert!(found == bytes(size), "{size}");
    }
    assert_eq!((server.names(prefix).len(), server.uploads(prefix)), (5, 0));

    // Given up in the middle.
    let begin = |name: &str| {
        let mut upload = off_site.upload(name).expect("it begins");
        upload.write_all(&bytes(2 * PART)).expect("it is written");
        assert_eq!(server.uploads(prefix), 1);
        upload
    };
    drop(begin("objects/dropped"));
    assert_eq!((server.names(prefix).len(), server.uploads(prefix)), (5, 0));

    // Ended by force: nothing can give it up then, and a later run does, once it can't be another one's.
    std::mem::forget(begin("objects/killed"));
    assert_eq!(local.list("unfinished").expect("a list").len(), 1);
    assert_eq!(off_site.give_up(now).expect("it looks"), 0);
    assert_eq!(off_site.give_up(now + TimeDelta::hours(1)).expect("it is given up"), 1);
    assert_eq!((server.names(prefix).len(), server.uploads(prefix)), (5, 0));
    assert_eq!(local.list("unfinished").expect("a list"), Vec::<String>::new());

    // A name that is taken is not taken again, whatever the size.
    for size in [1, PART + 1] {
        let mut upload = off_site.upload(&format!("objects/{size}")).expect("it begins");
        upload.write_all(&vec![7; size]).expect("it is written");
        upload.finish().expect_err("it is taken");
    }
    assert_eq!((server.names(prefix).len(), server.uploads(prefix)), (5, 0));
}

#[test]
fn pruning_leaves_what_is_on_its_way() {
    let scene = Scene::start_with(s3);
    let (server, prefix) = (S3Server::shared(), scene.app.database.name());
    let tests = store(server.place(Whose::Tests, prefix));
    let first = scene.rows();
    scene.app.acme.admin(&scene.app).post("/projects", &json!({"name": "New"})).expect(201);
    let second = scene.rows();
    // As if the second had not arrived for days: it is announced, and its objects are there.
    tests.delete(&manifest_path(&second.manifest.set)).expect("it goes");
    let environment = scene.vaults.environment();
    let later = scene.app.clock.now() + TimeDelta::days(3);
    let count = |folder: &str| server.names(prefix).iter().filter(|name| name.starts_with(folder)).count();
    let before = count("objects/");
    let pruned = environment.prune(Place::OffSite, later).expect("it is pruned");
    assert_eq!((pruned.kept, pruned.objects, count("objects/")), (1, 0, before));
    // Once nobody waits for it any more, it goes: first what is said of it, then what that names.
    let much_later = scene.app.clock.now() + TimeDelta::days(91);
    environment.prune(Place::OffSite, much_later).expect("it is pruned");
    assert_eq!((count("announced/"), count("objects/")), (1, before));
    let pruned = environment.prune(Place::OffSite, much_later).expect("it is pruned");
    assert!(pruned.objects > 0);
    environment.verify(Place::OffSite, &first.manifest.set).expect("it holds");

    // What the rule drops goes with what was said of it, and locally with the records of it.
    for _ in 0..3 {
        scene.app.clock.advance(TimeDelta::minutes(10));
        whole(scene.production.database_set().expect("a set is made"));
    }
    let (records, now) = (scene.vaults.at("local/brought"), scene.app.clock.now());
    let records = || super::files_below(&records).len();
    let (sets, said, noted) = (count("sets/"), count("announced/"), records());
    for place in [Place::OffSite, Place::Local] {
        let pruned = environment.prune(place, now + TimeDelta::hours(25)).expect("it is pruned");
        assert!(!pruned.sets.is_empty(), "{pruned:?}");
    }
    assert!(count("sets/") < sets && count("announced/") < said && records() < noted);
    assert_eq!(count("sets/"), count("announced/"));
}
