//! Disks of this machine that are full: nothing that was written in part counts, it is said which disk it is, and it goes on once
//! there is room.
//!
//! A small disk is mounted where that may be done. Where it may not, a process that may write no more than so many bytes goes
//! the same way.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use api::ops::{
    restore::Plan,
    retention::{Place, SetKind},
    stores::Store,
};
use chrono::TimeDelta;
use serde_json::json;
use shared::{ProblemCode, session::CurrentSession};

use super::{Scene, files_below, photo, plan, things, watched::Watched};
use crate::{
    harness::{Database, SmallDisk, TestApp, TestOrganization, png},
    promises::catalogue::line,
};

/// What the system says.
const FULL: &str = "No space left on device";
const TOO_LARGE: &str = "File too large";

/// Nothing in a store was begun and not ended.
fn nothing_is_begun(store: &Path) {
    let begun: Vec<_> =
        files_below(store).into_iter().filter(|path| path.to_string_lossy().contains('#')).collect();
    assert!(begun.is_empty(), "{begun:?}");
}

fn change(app: &TestApp, project: &str) {
    for organization in [&app.acme, &app.norte] {
        organization.admin(app).post("/projects", &json!({"name": project})).expect(201);
    }
}

#[test]
fn of_a_local_store_that_is_full_operators_hear_and_the_next_set_is_whole_once_there_is_room() {
    let (mut it, mut seen) = (Watched::of(Scene::start()), 0);
    let local = it.vaults.at("local");
    let Some(disk) = SmallDisk::over(&local, 16 << 10) else { return };
    Store::prepare(&local).expect("it is a store");
    it.after(TimeDelta::zero());
    let before = it.sets_in(Place::Local, SetKind::Database);
    let objects = |it: &Watched| files_below(&it.vaults.at("local/objects")).len();
    let (objects_before, told) = (objects(&it), it.told(&mut seen));
    assert!(told.len() == 2 && told.iter().all(|subject| subject.starts_with("Backed up: ")), "{told:?}");
    // The rows of one organization fit, and not those of the next one.
    change(&it.app, "Too much");
    let pages = |organization: &TestOrganization| {
        let objects = files_below(&local.join(format!("objects/{}", organization.id)));
        let sizes = objects.iter().map(|object| object.metadata().expect("its size").len());
        sizes.max().expect("an object").div_ceil(4096)
    };
    disk.fill_but((pages(&it.app.acme).max(pages(&it.app.norte)) + 1) * 4);
    it.after(TimeDelta::hours(2));
    let [alarm] = &it.alarms()[..] else { panic!("{:?}", it.alarms()) };
    for said in ["backup of rows: No rows could be backed up", "the rows of ", "the local store", FULL] {
        assert!(alarm.contains(said), "{said} in {alarm}");
    }
    assert_eq!(it.told(&mut seen), ["No rows could be backed up"]);
    let mails = it.app.mails_to("operations@portico.test");
    assert!(mails.last().expect("a mail").text.contains(FULL), "the mail says why");
    assert_eq!(it.sets_in(Place::Local, SetKind::Database), before, "no half set has a name");
    assert_eq!(it.sets_in(Place::OffSite, SetKind::Database), before);
    nothing_is_begun(&local);
    assert!(objects(&it) > objects_before, "some of it was put");
    it.after(TimeDelta::minutes(1));
    assert_eq!(it.told(&mut seen), Vec::<String>::new(), "said once");
    // What was there before is as it was.
    it.vaults.environment().verify(Place::Local, &before[0]).expect("it holds");
    disk.make_room();
    it.after(TimeDelta::minutes(15));
    assert_eq!(it.alarms(), Vec::<String>::new());
    let mut told = it.told(&mut seen);
    told.retain(|subject| !subject.starts_with("Backed up: "));
    assert_eq!(told, ["The rows are backed up again"]);
    let sets = it.sets_in(Place::Local, SetKind::Database);
    assert_eq!((sets.len(), &it.sets_in(Place::OffSite, SetKind::Database)), (2, &sets));
    for place in Place::ALL {
        it.vaults.environment().verify(place, &sets[1]).expect("it holds");
    }
}

#[test]
fn a_restore_for_whose_files_there_is_no_room_leaves_the_target_as_it_was() {
    let scene = Scene::start();
    photo(&scene.app.acme.admin(&scene.app), [1, 2, 3]);
    scene.files();
    let made = scene.rows();
    let (target, parent) = (Database::empty(), scene.vaults.at("restored"));
    // One page: not even both pictures.
    let Some(mut disk) = SmallDisk::over(&parent, 4) else { return };
    let before = things(&target);
    let with_files = Plan { files_into: Some(parent.join("files")), ..plan(&made, &target) };
    let environment = scene.vaults.environment();
    let error = format!("{:#}", environment.restore(&with_files).expect_err("there is no room"));
    assert!(error.contains(FULL) && error.contains("cannot be written"), "{error}");
    assert_eq!(things(&target), before, "no row is there");
    assert_eq!(fs::read_dir(&parent).expect("it is read").count(), 0, "no file is left, nor a folder");
    disk.grow(1 << 10);
    let restored = environment.restore(&with_files).expect("there is room");
    assert_eq!((restored.files, restored.missing_files), (2, 0));
    assert_eq!(files_below(&parent.join("files")).len(), 2);
}

#[test]
fn a_picture_for_which_there_is_no_room_is_refused_and_comes_in_once_there_is() {
    let app = TestApp::start();
    let folder = app.database.files();
    let Some(disk) = SmallDisk::over(&folder, 256) else { return };
    disk.fill_but(0);
    let admin = app.acme.admin(&app);
    let upload = || {
        let session: CurrentSession = admin.get("/session").expect(200).json();
        admin.upload("/profile/photo", session.version, &png([1, 2, 3]))
    };
    let problem = upload().expect(503).problem();
    assert_eq!(problem.code, ProblemCode::FilesUnavailable);
    assert!(problem.detail.is_some_and(|why| why.contains("Try again later")), "it says what to do");
    let rows = || line(&mut app.database.superuser(), "SELECT count(*)::text AS line FROM files");
    let objects = || files_below(&folder).into_iter().filter(|path| !path.ends_with("filling")).count();
    assert_eq!((rows().as_str(), objects()), ("0", 0), "nothing is there in part");
    // Everything else goes on.
    admin.post("/projects", &json!({"name": "New"})).expect(201);
    disk.make_room();
    let session: CurrentSession = upload().expect(200).json();
    admin.get(&format!("/pictures/{}", session.photo.expect("a photo"))).expect(200);
    assert_eq!((rows().as_str(), objects()), ("2", 2));
}

/// The same program, which may write no file of more than so many blocks of 512 bytes.
fn held_to(blocks: u32, command: &Command) -> Output {
    let mut held = Command::new("sh");
    // Without the signal that would end it, it hears of it where it writes.
    let script = "trap '' XFSZ; ulimit -f \"$1\"; shift; exec \"$@\"";
    held.args(["-c", script, "sh", &blocks.to_string()]).arg(command.get_program()).args(command.get_args());
    held.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    held.output().expect("sh runs")
}

/// What a program says that has failed as it could not write.
fn why_not(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains(TOO_LARGE), "{said}");
    said
}

#[test]
fn a_set_a_restore_and_an_export_that_cannot_be_written_say_so_and_nothing_is_left_of_them() {
    let scene = Scene::start();
    photo(&scene.app.acme.admin(&scene.app), [1, 2, 3]);
    let database = &scene.app.database;
    let files = scene.ops(&["backup", "--files"]);
    assert!(files.status.success(), "{files:?}");
    let url = database.url("portico_backup");
    let production = |arguments: &[&str]| scene.vaults.production_program(arguments, &url, &database.files());

    let said = why_not(&held_to(1, &production(&["ops", "backup"])));
    assert!(said.contains("the rows of ") && said.contains("the local store"), "{said}");
    let sets = || scene.vaults.environment().store(Place::Local).list("sets").expect("a list");
    assert_eq!(sets().len(), 1, "{:?}: that of the files alone", sets());
    nothing_is_begun(&scene.vaults.at("local"));
    let output = scene.ops(&["backup"]);
    assert!(output.status.success(), "{output:?}");
    let listed = sets();
    let set = listed.iter().find_map(|path| path.strip_prefix("sets/database-")).expect("one of rows");
    let set = format!("database-{}", set.strip_suffix(".manifest").expect("a manifest"));
    assert!(scene.vaults.program(&["ops", "verify", &set]).status.success(), "{set}");

    let to = scene.vaults.at("acme.export");
    let arguments = ["org", "export", "acme", "--to", &to.display().to_string()];
    why_not(&held_to(1, &production(&arguments)));
    assert!(!to.exists(), "what was begun is removed");
    let output = production(&arguments).output().expect("it runs");
    assert!(output.status.success() && to.exists(), "{output:?}");

    let (target, into) = (Database::empty(), scene.vaults.at("restored/files"));
    let (owner, folder) = (target.url("portico_owner"), into.display().to_string());
    let arguments = ["ops", "restore", "--to", &set, "--into", &owner, "--files-into", &folder];
    let before = things(&target);
    let said = why_not(&held_to(0, &scene.vaults.environment_program(&arguments)));
    assert!(said.contains("cannot be written"), "{said}");
    assert_eq!(things(&target), before, "no row is there");
    assert_eq!(fs::read_dir(scene.vaults.at("restored")).expect("it is read").count(), 0, "nor a file");
    let output = scene.vaults.program(&arguments);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(files_below(&into).len(), 2);
}
