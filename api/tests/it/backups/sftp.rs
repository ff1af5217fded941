//! Stores behind SFTP: OpenSSH's server, with a key that may only add.

use std::{fs, io::Write as _};

use api::{
    clock::Clock,
    config::backups::{SftpPlace, StorePlace},
    ops::{manifest::manifest_path, retention::Place, stores::PART},
};
use chrono::TimeDelta;
use serde_json::json;

use super::{
    OffSite, Scene, all_rows, files_below,
    off_site::{bytes, store},
    photo, plan,
};
use crate::harness::{Database, Disk, Fault, Proxy, SftpServer, Whose};

fn scene(server: &SftpServer) -> Scene {
    let off_site = OffSite {
        production: server.place(Whose::Production),
        environment: server.place(Whose::Environment),
    };
    Scene::start_with(|_| off_site)
}

fn changed(place: StorePlace, change: impl FnOnce(&mut SftpPlace)) -> StorePlace {
    let StorePlace::Sftp(mut place) = place else { panic!("it is SFTP") };
    change(&mut place);
    StorePlace::Sftp(place)
}

#[test]
fn production_adds_to_a_folder_and_can_do_nothing_else_there() {
    let server = SftpServer::start();
    let scene = scene(&server);
    photo(&scene.app.acme.admin(&scene.app), [1, 2, 3]);
    let (files, rows) = (scene.files(), scene.rows());
    let environment = scene.vaults.environment();
    for made in [&files, &rows] {
        environment.verify(Place::OffSite, &made.manifest.set).expect("it holds");
    }
    let target = Database::empty();
    let with_files = api::ops::restore::Plan { files_into: Some(target.files()), ..plan(&rows, &target) };
    let restored = environment.restore(&with_files).expect("it is restored");
    assert_eq!((restored.organizations, restored.files, restored.missing_files), (2, 2, 0));
    assert!(all_rows(&scene.app.database) == all_rows(&target), "not the same rows");

    let production = store(server.place(Whose::Production));
    let object = &rows.manifest.streams[1].object;
    let manifest = manifest_path(&rows.manifest.set);
    let mut read = production.read(object).expect("it may ask");
    for (what, error) in [
        ("read", read.check().expect_err("no")),
        ("find", production.find(&manifest).expect_err("no")),
        ("list", production.list("sets").expect_err("no")),
        ("delete", production.delete(&object.path).expect_err("no")),
    ] {
        let said = format!("{error:#}");
        assert!(said.contains("refuses it to this key") || said.contains("privileges"), "{what}: {said}");
    }
    let error = production.put_new(&manifest, b"another").expect_err("it is taken").to_string();
    assert!(error.contains("already"), "{error}");
    fs::create_dir(server.files().join("empty")).expect("a folder");

    // Nor by another program, which asks for all that the protocol has.
    let mine = scene.vaults.at("mine");
    fs::write(&mine, bytes(1 << 20)).expect("it is written");
    let (mine, path) = (mine.display(), &object.path);
    for command in [
        format!("get {path} {mine}.got"),
        format!("put {mine} {path}"),
        format!("put -a {mine} {path}"),
        format!("put {mine} {manifest}"),
        format!("chmod 660 {path}"),
        format!("rename {path} elsewhere"),
        format!("rm {path}"),
        format!("rmdir {}/empty", server.files().display()),
        "ls sets".to_owned(),
        format!("ln -s {mine} link"),
    ] {
        let output = server.by_hand(Whose::Production, &command);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("ermission denied"), "{command}: {said}");
    }
    assert!(
        server.by_hand(Whose::Production, &format!("put {mine} added")).status.success(),
        "adding is let"
    );
    assert!(server.by_hand(Whose::Environment, "rm added").status.success());
    environment.verify(Place::OffSite, &rows.manifest.set).expect("it still holds");

    // What production could not remove is another name of what is there, and goes when it is old.
    let incoming = server.files().join("incoming");
    assert!(files_below(&incoming).len() > 6);
    environment.prune(Place::OffSite, Clock::system().now()).expect("it is pruned");
    assert!(files_below(&incoming).len() > 6);
    environment.prune(Place::OffSite, Clock::system().now() + TimeDelta::hours(25)).expect("it is pruned");
    assert_eq!(files_below(&incoming), Vec::<std::path::PathBuf>::new());
    environment.verify(Place::OffSite, &rows.manifest.set).expect("it still holds");
}

#[test]
fn what_is_there_is_whole_and_what_is_given_up_is_not_there() {
    let server = SftpServer::start();
    for whose in [Whose::Production, Whose::Environment] {
        let (off_site, environment) = (store(server.place(whose)), store(server.place(Whose::Environment)));
        for size in [0, 1, PART + 1, 2 * PART + 7] {
            let name = format!("objects/{whose:?}/{size}");
            let mut upload = off_site.upload(&name).expect("it begins");
            upload.write_all(&bytes(size)).expect("it is written");
            assert_eq!(environment.size(&name).expect("it is looked at"), None);
            let object = upload.finish().expect("it is there");
            environment.confirm(&object).expect("it is whole");
            // And is never another one.
            let mut upload = off_site.upload(&name).expect("it begins");
            upload.write_all(b"another").expect("it is written");
            upload.finish().expect_err("it is taken");
            environment.confirm(&object).expect("it is whole");
        }
        let mut upload = off_site.upload("objects/dropped").expect("it begins");
        upload.write_all(&bytes(2 * PART)).expect("it is written");
        drop(upload);
        assert_eq!(environment.size("objects/dropped").expect("it is looked at"), None);
    }
    let names = store(server.place(Whose::Environment)).list("").expect("a list");
    assert_eq!(names.len(), 8, "{names:?}");
}

#[test]
fn what_is_wrong_with_the_way_is_said_and_the_rest_follows() {
    let server = SftpServer::start();
    let mut scene = scene(&server);
    let other = SftpServer::start();
    let right = server.place(Whose::Production);
    let StorePlace::Sftp(of_other) = other.place(Whose::Production) else { panic!("it is SFTP") };
    let cut = Proxy::start(server.address(), Fault::CutAfter(20_000));
    let nobody = crate::harness::free_address().port();
    let cases = [
        (changed(right.clone(), |place| place.port = nobody), "Connection refused"),
        (
            changed(right.clone(), |place| place.host_keys = of_other.host_keys.clone()),
            "Host key verification failed",
        ),
        (
            changed(right.clone(), |place| place.private_key = of_other.private_key.clone()),
            "Permission denied (publickey)",
        ),
        (changed(right.clone(), |place| place.path = "/nowhere".to_owned()), "cannot write"),
        (server.place_at(cut.address(), Whose::Production), "is not off-site"),
    ];
    let mut sets = 0;
    for (place, why) in cases {
        scene.app.acme.admin(&scene.app).post("/projects", &json!({"name": why})).expect(201);
        scene.vaults.off_site.as_mut().expect("it is set").production = place;
        let output = scene.ops(&["backup"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(why), "{why}: {said}");
        assert!(said.contains("the set stands in the local store alone"), "{said}");
        sets += 1;
    }
    scene.vaults.off_site.as_mut().expect("it is set").production = right;
    let output = scene.ops(&["backup"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains(&format!("{} sets brought", sets + 1)), "{output:?}");
    let listed = scene.vaults.program(&["ops", "sets"]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert_eq!(listed.lines().filter(|line| line.ends_with("off-site")).count(), sets + 1, "{listed}");
    for set in listed.lines().filter_map(|line| line.split_whitespace().next()) {
        assert!(scene.vaults.program(&["ops", "verify", set]).status.success(), "{set}");
    }
}

#[test]
fn a_disk_that_is_full_is_said() {
    let Some(server) = SftpServer::start_on(Disk::Small(4096)) else {
        println!("this machine lets nobody make a small disk: not looked at");
        return;
    };
    let off_site = store(server.place(Whose::Production));
    off_site.put_new("sets/before", b"small").expect("it fits");
    let mut upload = off_site.upload("objects/big").expect("it begins");
    let error = anyhow::Error::new(upload.write_all(&bytes(2 * PART)).expect_err("it does not fit"));
    assert!(format!("{error:#}").contains("the server's disk is full"), "{error:#}");
    drop(upload);
    let environment = store(server.place(Whose::Environment));
    assert_eq!(environment.list("").expect("a list"), ["sets/before"]);
    assert_eq!(environment.find("sets/before").expect("read").as_deref(), Some(b"small".as_slice()));
    // Once there is room, it goes on.
    for left in environment.list("incoming").expect("a list") {
        environment.delete(&left).expect("it goes");
    }
    off_site.put_new("sets/after", b"small").expect("it fits");
    assert!(fs::exists(server.files()).expect("it is known"));
}
