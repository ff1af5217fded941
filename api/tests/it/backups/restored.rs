//! What comes back, and into what.

use std::fs;

use api::{
    clock::Clock,
    db::{migrate, refill::Occupied},
    ops::{
        progress,
        retention::Place,
        stream::recover::{Cancelled, Silent},
    },
};
use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};
use serde_json::json;

use super::{Scene, Vaults, all_rows, files_below, photo, plan, things, whole};
use crate::{
    harness::{Database, Program, free_address},
    promises::catalogue::{line, lines},
};

/// Something in every corner: people, rights, projects, photos, a sealed audit log, rows of nobody.
fn furnished() -> Scene {
    let scene = Scene::start();
    for organization in [&scene.app.acme, &scene.app.norte] {
        let admin = organization.admin(&scene.app);
        for name in ["Bridge", "Ünïcödé \u{1f4a7} \"quoted\"", "\\.", "\\N"] {
            admin.post("/projects", &json!({"name": name})).expect(201);
        }
        photo(&admin, [9, 8, 7]);
        organization.person().create(&scene.app);
    }
    scene.app.work_off();
    // What strangers leave behind belongs to nobody, or to an organization that they meant.
    let norte = scene.app.norte.id;
    scene
        .app
        .database
        .superuser()
        .batch_execute(&format!(
            "INSERT INTO recovery_requests VALUES (md5('1')::uuid, 'a', NULL, '2026-03-02T09:00:00Z'),
                 (md5('2')::uuid, 'b', '{norte}', '2026-03-02T09:00:00Z'), (md5('3')::uuid, 'c', md5('nobody')::uuid, '2026-03-02T09:00:00Z');
             UPDATE projects SET name = E'tab\\t, end\\n\\\\.\\n, return\\r, bell\\x07' WHERE name = E'\\\\N';
             INSERT INTO sign_in_failures VALUES ('key', 3, '2026-03-02T09:00:00.000001Z', 'infinity')"
        ))
        .expect("rows");
    scene
}

#[test]
fn every_row_and_every_file_comes_back_and_portico_runs_on_it() {
    let scene = furnished();
    let (files, rows) = (scene.files(), scene.rows());
    let environment = scene.vaults.environment();
    let verified = environment.verify(Place::OffSite, &rows.manifest.set).expect("it holds");
    assert_eq!((verified.streams, verified.files), (3, 0));
    let verified_files = environment.verify(Place::Local, &files.manifest.set).expect("it holds");
    assert_eq!((verified_files.streams, verified_files.files), (0, 4));

    let target = Database::empty();
    let plan = api::ops::restore::Plan { files_into: Some(target.files()), ..plan(&rows, &target) };
    let restored = environment.restore(&plan).expect("it is restored");
    assert_eq!((restored.organizations, restored.files, restored.missing_files), (2, 4, 0));
    assert_eq!(restored.rows, verified.rows);
    assert!(all_rows(&scene.app.database) == all_rows(&target), "not the same rows");
    let names = |database: &Database| -> Vec<String> {
        let below = files_below(&database.files());
        below
            .iter()
            .map(|path| path.strip_prefix(database.files()).expect("below").display().to_string())
            .collect()
    };
    assert_eq!(names(&scene.app.database), names(&target));
    // Protection and keys are those that migrations make.
    let schema = "SELECT c.relname || c.relrowsecurity || c.relforcerowsecurity || coalesce(c.relacl::text, '') || coalesce(
                      (SELECT string_agg(conname || pg_get_constraintdef(k.oid) || convalidated, ';' ORDER BY conname) FROM pg_constraint k
                       WHERE k.conrelid = c.oid), '')
                      || coalesce((SELECT string_agg(tgname || tgenabled::text, ';' ORDER BY tgname) FROM pg_trigger t
                                   WHERE t.tgrelid = c.oid AND NOT tgisinternal), '') AS line
                  FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY c.relname";
    assert_eq!(lines(&mut scene.app.database.superuser(), schema), lines(&mut target.superuser(), schema));

    let folder = target.files().display().to_string();
    let url = target.url("portico_app");
    let program = Program::serve(&url, free_address(), &[("PORTICO_FILES_DIR", folder.as_str())]);
    let admin = program.signed_in();
    let listed = admin.get("/projects").expect(200).text;
    assert!(listed.contains("Bridge") && listed.contains("Ünïcödé"), "{listed}");
    let session: shared::session::CurrentSession = admin.get("/session").expect(200).json();
    let picture = session.photo.expect("a photo");
    assert!(!admin.get(&format!("/pictures/{picture}")).expect(200).bytes.is_empty());
    // The next organization gets a number that nobody has.
    let number = line(&mut target.superuser(), "SELECT nextval('organization_number')::text AS line");
    let taken = lines(&mut target.superuser(), "SELECT number::text AS line FROM organizations");
    assert!(!taken.contains(&number));
}

#[test]
fn what_is_not_wanted_any_more_ends_and_leaves_everything_as_it_was() {
    let scene = furnished();
    scene.files();
    let made = scene.rows();
    let cancelled = Cancelled::default();
    cancelled.set();
    let given_up = |work: &dyn Fn() -> anyhow::Result<()>| {
        let watcher = Box::new(Silent { is_cancelled: cancelled.clone() });
        let ended = format!("{:#}", progress::watched(watcher, work).expect_err("it is given up"));
        assert!(ended.contains("it was cancelled"), "{ended}");
    };
    let (target, environment) = (Database::empty(), scene.vaults.environment());
    let (files, empty) = (target.files(), things(&target));
    let with_files = api::ops::restore::Plan { files_into: Some(files.clone()), ..plan(&made, &target) };
    given_up(&|| environment.restore(&with_files).map(|_| ()));
    assert_eq!(things(&target), empty);
    assert!(!files.exists());
    given_up(&|| environment.verify(Place::OffSite, &made.manifest.set).map(|_| ()));
    // Something is to be put.
    scene.app.acme.admin(&scene.app).post("/projects", &json!({"name": "New"})).expect(201);
    let stores = || files_below(&scene.vaults.at("local"));
    let before = stores();
    scene.app.clock.advance(chrono::TimeDelta::hours(2));
    given_up(&|| scene.production.database_set().map(|_| ()));
    assert_eq!(stores(), before);
    // And then it goes on as ever.
    scene.rows();
    assert!(environment.restore(&with_files).expect("it comes back").rows > 0);
}

#[test]
fn off_site_alone_is_enough() {
    let scene = furnished();
    let files = scene.files();
    let made = scene.rows();
    fs::remove_dir_all(scene.vaults.at("local")).expect("it is lost");
    let (target, before) = (Database::empty(), all_rows(&scene.app.database));
    let (url, folder) = (target.url("portico_owner"), target.files().display().to_string());
    let arguments = ["ops", "restore", "--as-it-was", "--to", &made.manifest.set, "--into", &url];
    let output = scene.vaults.program(&[&arguments[..], &["--files-into", &folder]].concat());
    assert!(output.status.success(), "{output:?}");
    assert!(all_rows(&target) == before, "not the same rows");
    assert_eq!(files_below(&target.files()).len(), files.manifest.files.len());
    // Of the one that is lost, nothing comes.
    let lost = scene.vaults.program(&[&arguments[..], &["--from", "local"]].concat());
    assert!(
        !lost.status.success() && String::from_utf8_lossy(&lost.stderr).contains("local store"),
        "{lost:?}"
    );
}

#[test]
fn a_target_that_holds_something_is_refused_unless_told_twice() {
    let scene = furnished();
    let made = scene.rows();
    let target = Database::create();
    let before = all_rows(&target);
    let url = target.url("portico_owner");
    let restore = |more: &[&str]| {
        let arguments = ["ops", "restore", "--as-it-was", "--to", &made.manifest.set, "--into", &url];
        let output = scene.vaults.program(&[&arguments[..], more].concat());
        (output.status.success(), String::from_utf8(output.stderr).expect("text"))
    };
    let name = target.name();
    for (more, said) in [
        (vec![], "the target is not empty"),
        (vec!["--replace", "portico"], "not portico: nothing was changed"),
        (vec!["--replace", name], "Say --yes"),
        (vec!["--yes"], "--replace"),
    ] {
        let (done, why) = restore(&more);
        assert!(!done && why.contains(said), "{more:?}: {why}");
        assert!(before == all_rows(&target), "{more:?}");
    }
    let (done, why) = restore(&["--replace", name, "--yes"]);
    assert!(done, "{why}");
    assert!(all_rows(&scene.app.database) == all_rows(&target));
    // Other roles would own what comes.
    let empty = Database::empty();
    for url in [empty.superuser_url(), empty.url("portico_operator"), empty.url("portico_app")] {
        let error =
            scene.vaults.environment().restore(&api::ops::restore::Plan { into: url, ..plan(&made, &empty) });
        assert!(error.expect_err("refused").to_string().contains("Restore as portico_owner"));
        assert_eq!(things(&empty), ["public"]);
    }
    // Not only tables are something.
    for made in
        ["CREATE FUNCTION own() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE TYPE own AS ENUM ('one')"]
    {
        let target = Database::empty();
        target.superuser().batch_execute(made).expect("it is made");
        let error = scene.vaults.environment().restore(&self::plan(&scene.rows(), &target));
        assert!(error.expect_err(made).to_string().contains("the target is not empty"), "{made}");
    }
}

#[test]
fn a_set_of_files_that_does_not_hold_keeps_nothing_back_that_another_holds() {
    let scene = Scene::start();
    photo(&scene.app.acme.person().create(&scene.app), [1, 2, 3]);
    let (old, new) = (scene.files(), scene.files());
    let made = scene.rows();
    let spoil = |set: &str| {
        let path = scene.vaults.at("off-site").join(format!("sets/{set}.manifest"));
        fs::write(path, "nothing").expect("it is written");
    };
    let restore = |target: &Database| {
        let plan = api::ops::restore::Plan { files_into: Some(target.files()), ..plan(&made, target) };
        scene.vaults.environment().restore(&plan)
    };
    spoil(&old.manifest.set);
    let restored = restore(&Database::empty()).expect("the newer one has them");
    assert_eq!((restored.files, restored.missing_files), (2, 0));
    spoil(&new.manifest.set);
    let error = restore(&Database::empty()).expect_err("none has them").to_string();
    assert!(error.contains("a set of files does not hold"), "{error}");
}

#[test]
fn files_that_no_set_holds_are_said_and_a_folder_that_is_not_empty_stays() {
    let scene = Scene::start();
    let ana = scene.app.acme.person().create(&scene.app);
    photo(&ana, [1, 2, 3]);
    scene.files();
    let ben = scene.app.acme.person().create(&scene.app);
    photo(&ben, [3, 2, 1]);
    let made = scene.rows();
    let (environment, target) = (scene.vaults.environment(), Database::empty());
    let with_files = |without_missing_files| api::ops::restore::Plan {
        files_into: Some(target.files()),
        without_missing_files,
        ..plan(&made, &target)
    };
    let error = environment.restore(&with_files(false)).expect_err("two are missing").to_string();
    assert!(error.starts_with("2 files that the rows name are in no file set"), "{error}");
    assert!(!target.files().exists() && things(&target) == ["public"]);
    fs::create_dir_all(target.files()).expect("a folder");
    fs::write(target.files().join("somebody's"), "own").expect("a file");
    let error = environment.restore(&with_files(true)).expect_err("it is not empty").to_string();
    assert!(error.contains("is not empty") && things(&target) == ["public"], "{error}");
    fs::remove_file(target.files().join("somebody's")).expect("it is removed");
    // Nor does it touch what stands where it would gather them.
    let beside = target.files().with_extension("restoring");
    fs::create_dir_all(&beside).expect("a folder");
    let error = environment.restore(&with_files(true)).expect_err("somebody's").to_string();
    assert!(error.contains("no restore has made it") && beside.exists(), "{error}");
    // What a restore has left that was killed is in nobody's way.
    fs::write(beside.join(".portico-restoring"), []).expect("a file");
    let restored = environment.restore(&with_files(true)).expect("it is restored");
    assert_eq!((restored.files, restored.missing_files), (2, 2));
    assert_eq!(files_below(&target.files()).len(), 2);
}

/// A set of before an update comes back under the version after it: its own migrations, its rows, then the later ones.
#[test]
fn a_set_of_an_older_schema_is_brought_up() {
    const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/schema");
    let old = Database::empty();
    let mut owner = PgConnection::establish(&old.url("portico_owner")).expect("it connects");
    let migrations = || FileBasedMigrations::from_path(FOLDER).expect("the folder is read");
    while owner.has_pending_migration(migrations()).expect("asked") {
        owner.run_next_migration(migrations()).expect("up");
    }
    owner.revert_last_migration(migrations()).expect("the last one is not there yet");
    let grants = include_str!("../../../../migrations/replaceable/backup.sql");
    owner.batch_execute(grants).expect("the role may read");
    let id = "00000000-0000-7000-8000-00000000000a";
    old.superuser()
        .batch_execute(&format!(
            "INSERT INTO organizations VALUES ('{id}', 7, 'abcdefgh', 'old', 'Old Works', 'active', '2025-01-01T00:00:00Z');
             INSERT INTO general_data (org_id, id, currency, time_zone, language, created_at, updated_at)
                 VALUES ('{id}', '{id}', 'EUR', 'UTC', 'en', '2025-01-01T00:00:00Z', '2025-01-01T00:00:00Z')"
        ))
        .expect("rows of before");
    let vaults = Vaults::new(old.name());
    let production = vaults.production(old.url("portico_backup"), vaults.at("files"), &Clock::system());
    let made = whole(production.database_set().expect("a set is made"));
    let target = Database::empty();
    let environment = vaults.environment();
    let restored = environment.restore(&plan(&made, &target)).expect("it is restored");
    assert_eq!(restored.organizations, 1);
    let sql = &mut target.superuser();
    assert_eq!(line(sql, "SELECT name AS line FROM organizations"), "Old Works");
    let known = std::fs::read_dir(FOLDER).expect("the folder").count();
    assert_eq!(line(sql, "SELECT count(*)::text AS line FROM __diesel_schema_migrations"), known.to_string());
    assert_eq!(made.manifest.schema.len(), known - 1);
    assert!(migrate::up(&target.url("portico_owner")).expect("up to date").is_empty());
    // Told to replace, it does so as well.
    let again = api::ops::restore::Plan { occupied: Occupied::Replace, ..plan(&made, &target) };
    environment.restore(&again).expect("it is restored");
}

/// Whoever was sent away since must not be let in by a backup, and no mail comes twice.
#[test]
fn what_belonged_to_the_moment_of_the_set_ends_with_the_restore() {
    let scene = furnished();
    let norte = scene.app.norte.id;
    scene
        .app
        .database
        .superuser()
        .batch_execute(&format!(
            "INSERT INTO password_resets (org_id, id, user_id, token_hash, created_at, expires_at)
                 SELECT org_id, md5(id::text)::uuid, id, 'hash', '2026-03-02T09:00:00Z', '2026-03-09T09:00:00Z'
                 FROM users WHERE org_id = '{norte}' LIMIT 1;
             INSERT INTO jobs (org_id, id, kind, payload, due_at, created_at)
                 VALUES ('{norte}', md5('job')::uuid, 'send_mail', '{{}}', '2026-03-02T09:00:00Z', '2026-03-02T09:00:00Z')"
        ))
        .expect("rows");
    let sessions = "SELECT count(*)::text AS line FROM sessions WHERE ended_at IS NULL";
    let live: usize = line(&mut scene.app.database.superuser(), sessions).parse().expect("a number");
    let made = scene.rows();
    let target = Database::empty();
    let now = scene.app.clock.now();
    let plan = api::ops::restore::Plan { settle_at: Some(now), ..plan(&made, &target) };
    let restored = scene.vaults.environment().restore(&plan).expect("it is restored");
    let settled = restored.settled.expect("it was to end");
    assert!(live > 3, "{live}");
    assert_eq!(settled, api::db::settle::Settled { sessions: live, links: 4, jobs: 1, tokens: 0 });
    let sql = &mut target.superuser();
    assert_eq!(line(sql, sessions), "0");
    for (table, ended) in [
        ("sessions", "ended_because = 'restored'"),
        ("password_resets", "ended_because = 'void'"),
        ("jobs", "state = 'dead' AND last_error LIKE 'it waited in a backup%'"),
    ] {
        assert_ne!(
            line(sql, &format!("SELECT count(*)::text AS line FROM {table} WHERE {ended}")),
            "0",
            "{table}"
        );
    }
    assert_eq!(line(sql, "SELECT count(*)::text AS line FROM recovery_requests"), "0");
    // The rest is what it was.
    let rest = |database: &Database| -> Vec<String> {
        let ends = ["sessions ", "password_resets ", "jobs ", "recovery_requests ", "link_lookups "];
        all_rows(database)
            .into_iter()
            .filter(|row| !ends.iter().any(|table| row.starts_with(table)))
            .collect()
    };
    assert!(rest(&scene.app.database) == rest(&target), "not the same rows");
}
