//! Production is gone, or is only thought to be: what was streamed comes back elsewhere, in five steps.

mod by_schedule;
mod ground;

use std::{fs, path::PathBuf};

use api::ops::standby::proxy::Proxy as Told;
use chrono::TimeDelta;
use serde_json::json;
use shared::{
    ProblemCode,
    console::{StepOutcome, TakeOverStep},
};

use self::ground::{
    Proxy, Started, all_of, app_folder, fence, folder_of_owner, hand_over, report, set_of_files, standby,
    start_command, waiting,
};
use super::{Scene, program, under_writes};
use crate::{
    backups::{files_below, holds, photo},
    harness::{ACME, Client, PASSWORD, Program, free_address, give_to_owner, signed_in, until},
};

#[test]
fn a_drill_passes_with_the_database_killed_under_writes_and_leaves_nothing_behind() {
    let mut scene = Scene::start("drill");
    scene.wait_for_base();
    set_of_files(&scene, &folder_of_owner(&scene, "files"), &app_folder(&scene));
    let url = scene.cluster.database_url("postgres");
    let (acknowledged, ()) = under_writes(&url, 4, |acknowledged| {
        until("much is written", || acknowledged.lock().expect("nobody panicked").len() > 2_000);
        scene.cluster.kill();
    });
    let newest = *acknowledged.lock().expect("nobody panicked").values().max().expect("some");
    // What it was given before is put; it cannot be asked whether all of it is.
    scene.end_stream();
    hand_over(&["local", "off-site", "vault", "second-vault"].map(|name| scene.vaults.at(name)));
    let (below, book) = (folder_of_owner(&scene, "drills"), folder_of_owner(&scene, "book"));
    let program = program(&scene.vaults);
    let drill = |arguments: &[&str]| {
        let below = below.display().to_string();
        let arguments = [&["drill", "--below", &below][..], arguments].concat();
        standby(&scene, &program, &arguments, &[("PORTICO_BOOK_WAITING", &book)])
    };
    let output = drill(&[]);
    assert!(output.status.success(), "{}", all_of(&output));
    let [entry] = waiting(&book).try_into().expect("one entry");
    assert_eq!((&entry["action"], &entry["outcome"]), (&json!("drill"), &json!("succeeded")));
    let passed = report(&entry);
    let steps: Vec<_> = passed.steps.iter().map(|step| step.step).collect();
    assert_eq!(steps, TakeOverStep::ALL);
    assert!(
        passed.passed && passed.is_drill && passed.epoch.is_none() && passed.organizations == 2,
        "{passed:?}"
    );
    assert!(passed.steps.iter().all(|step| step.seconds >= 0.0) && passed.seconds < 300.0, "{passed:?}");
    let of = |step| passed.steps.iter().find(|one| one.step == step).expect("it was done");
    assert!(of(TakeOverStep::CheckVersion).details.contains("is this program"), "{passed:?}");
    assert!(of(TakeOverStep::GeneralCheck).details.contains("signed in"), "{passed:?}");
    assert_eq!(of(TakeOverStep::Redirect).outcome, StepOutcome::Skipped, "no proxy for drills");
    let missed = newest - passed.last_commit.expect("a commit");
    assert!(missed < TimeDelta::seconds(1), "lost {missed}");
    assert_eq!(fs::read_dir(&below).expect("it is read").count(), 0, "it is thrown away");
    assert!(!scene.vaults.at("off-site/fence").exists(), "nobody has taken over");

    // What one has left that was killed goes with the next.
    fs::create_dir_all(below.join("drill-killed/cluster")).expect("a folder");
    give_to_owner(&below.join("drill-killed"));
    give_to_owner(&below.join("drill-killed/cluster"));
    // A damaged copy of the application ends it, and nothing is left behind.
    let folder = scene.vaults.at("off-site/objects/platform");
    let copy =
        files_below(&folder).into_iter().find(|path| path.display().to_string().contains("application."));
    let copy = copy.expect("a copy");
    let mut bytes = fs::read(&copy).expect("it is read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&copy, bytes).expect("it is written");
    let output = drill(&[]);
    assert!(!output.status.success(), "{}", all_of(&output));
    let failed = waiting(&book).iter().map(report).find(|report| !report.passed).expect("one has failed");
    let ended = failed.steps.last().expect("a step");
    assert_eq!((ended.step, ended.outcome), (TakeOverStep::CheckVersion, StepOutcome::Failed));
    assert!(ended.details.contains("is damaged"), "{failed:?}");
    assert_eq!(fs::read_dir(&below).expect("it is read").count(), 0, "it is thrown away");
}

#[test]
fn the_shipped_program_tells_caddy_to_let_nobody_in_and_where_to_lead_everybody() {
    let scene = Scene::start("proxy");
    let upstream = free_address();
    let _server = Program::serve(&scene.cluster.database_url("portico_app"), upstream, &[]);
    let proxy = Proxy::start(&scene, &upstream.to_string());
    // Whoever comes while nobody is let in is told why, people and programs.
    let told = Told::new(proxy.command.clone());
    told.block("The \"old\" room is {under} water").expect("it is told");
    let refused = proxy.client().get("/projects");
    let problem = refused.problem();
    assert_eq!((refused.status, problem.code), (503, ProblemCode::Busy));
    assert_eq!(problem.detail.as_deref(), Some("The old room is under water"));
    let page = proxy.client().get("//");
    assert!(page.status == 503 && page.text.ends_with("The old room is under water"), "{}", page.text);
    told.open(&upstream.to_string()).expect("it is told");
    proxy.client().get("//readyz").expect(200);
    // What it is told is text to it, whatever it says.
    told.open("127.0.0.1:1 }\n}\nimport /etc/passwd").expect_err("no such configuration");
}

#[test]
fn the_standby_takes_over_and_the_old_primary_refuses_writes_whenever_it_comes_back() {
    let mut scene = Scene::start("activated");
    scene.wait_for_base();
    let files = folder_of_owner(&scene, "files");
    let told_files = files.display().to_string();
    let (old, new) = (free_address(), free_address());
    let serve = |scene: &Scene| {
        let url = scene.cluster.database_url("portico_app");
        Program::serve(&url, old, &[("PORTICO_FILES_DIR", &told_files), ("PORTICO_TRUSTED_PROXIES", "1")])
    };
    let server = serve(&scene);
    let proxy = Proxy::start(&scene, &old.to_string());
    let admin = signed_in(proxy.client());
    photo(&admin, [7, 80, 200]);
    admin.post("/projects", &json!({"name": "Before the flood"})).expect(201);
    set_of_files(&scene, &files, &app_folder(&scene));
    scene.wait_for_all();
    hand_over(&["local", "off-site", "vault", "second-vault"].map(|name| scene.vaults.at(name)));

    // What it keeps near is sealed.
    let program = program(&scene.vaults);
    let (mirror, book) = (folder_of_owner(&scene, "mirror"), folder_of_owner(&scene, "book"));
    let output =
        standby(&scene, &program, &["standby", "fetch", "--once"], &[("PORTICO_STANDBY_MIRROR", &mirror)]);
    assert!(output.status.success() && all_of(&output).contains("1 base backups"), "{}", all_of(&output));
    let mirrored = files_below(&mirror);
    assert!(
        mirrored.len() > 3
            && mirrored.iter().all(|path| {
                let bytes = fs::read(path).expect("it is read");
                !holds(&bytes, "Before the flood") && !holds(&bytes, "admin@acme")
            })
    );

    // Production goes on, since it is only thought to be gone; the address leads elsewhere.
    let start = start_command(&scene, &new.to_string());
    let _started = Started(start.parent().expect("a folder").to_owned());
    let taken = folder_of_owner(&scene, "taken");
    let (cluster, restored) =
        (taken.join("cluster").display().to_string(), taken.join("files").display().to_string());
    let activate = |more: &[&str]| {
        let because = ["standby", "activate", "--because", "The \"old\" room is {under} water"];
        let into = ["--into-directory", &cluster, "--files-into", &restored];
        let upstream = PathBuf::from(new.to_string());
        standby(
            &scene,
            &program,
            &[&because[..], &into, more].concat(),
            &[
                ("PORTICO_STANDBY_MIRROR", &mirror),
                ("PORTICO_PROXY_COMMAND", &proxy.command),
                ("PORTICO_STANDBY_START_COMMAND", &start),
                ("PORTICO_STANDBY_UPSTREAM", &upstream),
                ("PORTICO_BOOK_WAITING", &book),
            ],
        )
    };
    let output = activate(&[]);
    assert!(!output.status.success() && all_of(&output).contains("Say --yes"), "{}", all_of(&output));
    // What cannot be done is found out before anybody is fenced: there is something in the folder.
    fs::create_dir_all(taken.join("files/old")).expect("a folder");
    hand_over(std::slice::from_ref(&taken));
    let output = activate(&["--yes"]);
    assert!(!output.status.success() && all_of(&output).contains("is not empty"), "{}", all_of(&output));
    assert!(!scene.vaults.at("off-site/fence").exists(), "nobody has taken over");
    fs::remove_dir_all(taken.join("files/old")).expect("what was there is there");
    admin.post("/projects", &json!({"name": "Nothing has happened"})).expect(201);
    scene.wait_for_all();
    let output =
        standby(&scene, &program, &["standby", "fetch", "--once"], &[("PORTICO_STANDBY_MIRROR", &mirror)]);
    assert!(output.status.success(), "{}", all_of(&output));
    let output = activate(&["--yes"]);
    let log = fs::read_to_string(start.with_file_name("log")).unwrap_or_default();
    assert!(output.status.success(), "{}{log}", all_of(&output));
    let done = waiting(&book).iter().map(report).find(|report| report.passed).expect("it is in the book");
    assert_eq!(
        (done.epoch, done.files, done.missing_files, done.steps.len()),
        (Some(2), 2, 0, 5),
        "{done:?}"
    );
    assert!(done.steps.iter().all(|step| step.outcome == StepOutcome::Done), "{done:?}");

    // Whoever comes by the address is where the data is, and goes on.
    let client = signed_in(proxy.client());
    let projects = client.get("/projects").expect(200).text;
    assert!(projects.contains("Before the flood") && projects.contains("Nothing has happened"), "{projects}");
    client.post("/projects", &json!({"name": "After the flood"})).expect(201);
    let session: shared::session::CurrentSession = client.get("/session").expect(200).json();
    let picture = session.photo.expect("a photo");
    assert!(!client.get(&format!("/pictures/{picture}")).expect(200).bytes.is_empty());

    // The old primary does not know yet that it is one: once its worker looks, it refuses, and again after it was away.
    let direct = signed_in(Client::new(old, ACME));
    let told = fence(&scene);
    assert!(
        !told.status.success() && all_of(&told).contains("epoch 2 has taken the place of epoch 1"),
        "{}",
        all_of(&told)
    );
    assert_eq!(direct.post("/projects", &json!({"name": "Lost"})).problem().code, ProblemCode::Fenced);
    drop(server);
    scene.cluster.kill();
    scene.cluster.start_again();
    let server = serve(&scene);
    let again = Client::new(server.address, ACME);
    let refused = again.post("/session", &json!({"email": "admin@acme.example", "password": PASSWORD}));
    assert_eq!(refused.problem().code, ProblemCode::Fenced);
    assert!(!fence(&scene).status.success());
    assert!(!client.get("/projects").expect(200).text.contains("Lost"));
}
