//! What takes long is seen at the console while it is under way, and ends when somebody cancels it there.
//!
//! What is to be seen is held by a lock on a table that it reads, until it was seen: nothing here waits for a time to pass.

mod imported;

use std::{net::TcpListener, thread::JoinHandle};

use api::{
    config::{
        FilesConfig, MailConfig, MailWay, WorkConfig,
        backups::{AttendConfig, BackupConfig},
    },
    ops::{
        attend::Attendant,
        attendance, manifest,
        retention::{Place, SetKind},
        signing::Signers,
    },
    work::Worker,
};
use chrono::TimeDelta;
use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};
use shared::console::{
    ActionPhase, ActionUnderWay, ActionsUnderWay, BackupPlace, Cancelling, LongAction, Team,
};

use super::{Scene, files_below, off_site::s3};
use crate::{
    harness::{Client, Database, Fault, MailServer, Proxy, S3Server, TestConsole, Whose, at, until},
    promises::catalogue::{line, lines},
};

const OPERATIONS: &str = "operations@portico.test";

/// Whoever reads or removes this table waits until it is let go.
pub(super) struct Held(PgConnection);

impl Held {
    pub(super) fn table(database: &Database, table: &str) -> Self {
        // One of its own: where the test fails, it ends with it.
        let mut connection = PgConnection::establish(&database.superuser_url()).expect("it comes in");
        let lock = format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
        connection.batch_execute(&lock).expect("it is held");
        Self(connection)
    }

    pub(super) fn let_go(mut self) {
        self.0.batch_execute("COMMIT").expect("it is let go");
    }
}

/// What an operator sees.
pub(super) fn seen(who: &Client) -> Vec<ActionUnderWay> {
    who.get(&at("/actions-under-way")).expect(200).json::<ActionsUnderWay>().actions
}

/// Asks for it to be cancelled. Gives the status.
pub(super) fn cancel(who: &Client, action: &ActionUnderWay) -> u16 {
    let id = action.id.expect("it is one of production's");
    who.post(&at(&format!("/actions-under-way/{id}/cancel")), &serde_json::json!({})).status
}

/// Waits until an action is in this phase.
pub(super) fn at_phase(who: &Client, action: LongAction, phase: ActionPhase) -> ActionUnderWay {
    let find = || seen(who).into_iter().find(|one| one.action == action && one.progress.phase == phase);
    until(&format!("{action} is at {phase}"), || find().is_some());
    find().expect("it is held there")
}

fn config(scene: &Scene) -> WorkConfig {
    let (app, vaults) = (&scene.app, &scene.vaults);
    let backups = vaults.backup_config(app.database.url("portico_backup"), app.database.files());
    WorkConfig {
        backups: Some(BackupConfig { attendance_keys: None, ..backups }),
        operators_mail: vec![OPERATIONS.to_owned()],
        ..app.database.work_config(MailWay::Smtp(MailServer::shared().url()))
    }
}

fn working(mut worker: Worker) -> JoinHandle<Worker> {
    std::thread::spawn(move || {
        worker.work_off().expect("the work is done");
        worker
    })
}

fn sets(scene: &Scene, kind: SetKind, place: Place) -> usize {
    manifest::sets(scene.vaults.environment().store(place), kind).expect("a list").len()
}

#[test]
fn a_set_is_seen_while_it_is_made_and_cancelled_and_the_next_slot_goes_as_usual() {
    let scene = Scene::start();
    let console = TestConsole::of(&scene.app);
    let operations = console.enter("operations@ops.example", &[Team::Operations]);
    let support = console.enter("support@ops.example", &[Team::Support]);
    assert_eq!(seen(&operations), []);
    let worker = Worker::open(&config(&scene), scene.app.clock.clone()).expect("the worker comes in");
    let held = Held::table(&scene.app.database, "projects");
    let worker = working(worker);
    // The rows of nobody are sealed before those of the first organization.
    until("bytes have passed", || seen(&operations).iter().any(|one| one.progress.passed > 0));
    let action = at_phase(&operations, LongAction::MakeSet, ActionPhase::MakeSet);
    assert_eq!((action.subject.as_str(), action.started_by.as_str()), ("database", "portico work"));
    assert!(action.progress.about.starts_with("database-") && !action.silent, "{action:?}");
    assert_eq!(seen(&support).len(), 1, "support sees it");
    assert_eq!(cancel(&support, &action), 403, "and cannot cancel it");
    assert_eq!(cancel(&operations, &action), 200);
    assert_eq!(cancel(&operations, &action), 409, "asked already");
    let heard = at_phase(&operations, LongAction::MakeSet, ActionPhase::TakeBack);
    assert_eq!(heard.cancelling, Cancelling::Asked);
    assert_eq!(heard.cancel_requested_by.as_deref(), Some("operations@ops.example"));
    held.let_go();
    let mut worker = worker.join().expect("it goes on");
    assert_eq!(seen(&operations), []);
    assert_eq!(cancel(&operations, &action), 409, "it is over");
    // Nothing of it is named; the files, which nobody has cancelled, are backed up.
    for place in Place::ALL {
        assert_eq!(sets(&scene, SetKind::Database, place), 0);
        assert_eq!(sets(&scene, SetKind::Files, place), 1);
    }
    let half = files_below(&scene.vaults.at("local"))
        .into_iter()
        .filter(|path| path.to_string_lossy().contains('#'));
    assert_eq!(half.count(), 0, "what was being written is given up");
    let sql = &mut scene.app.database.superuser();
    let runs =
        lines(sql, "SELECT cancelled_by || ': ' || error AS line FROM backup_runs WHERE kind = 'database'");
    let [run] = &runs[..] else { panic!("{runs:?}") };
    assert!(run.starts_with("operations@ops.example: "), "{run}");
    assert!(run.contains("operations@ops.example has cancelled it at the console"), "{run}");
    assert_eq!(lines(sql, "SELECT name AS line FROM alarms"), Vec::<String>::new(), "it is no alarm");
    let book = "SELECT action || ' ' || outcome || ' ' || subject AS line FROM operations_book
                WHERE action IN ('cancel_action', 'make_set') ORDER BY sequence";
    let book = lines(sql, book);
    assert_eq!(book[..2], ["cancel_action succeeded make_set database", "make_set failed database"]);
    // Not again in the same slot, and nobody is told that one is missing.
    for _ in 0..2 {
        scene.app.clock.advance(TimeDelta::minutes(20));
        worker.work_off().expect("the work is done");
    }
    assert_eq!(line(sql, "SELECT count(*)::text AS line FROM backup_runs WHERE kind = 'database'"), "1");
    scene.app.clock.advance(TimeDelta::hours(1));
    worker.work_off().expect("the work is done");
    for place in Place::ALL {
        assert_eq!(sets(&scene, SetKind::Database, place), 1);
    }
    assert_eq!(lines(sql, "SELECT name AS line FROM alarms"), Vec::<String>::new());
    assert_eq!(lines(sql, "SELECT id::text AS line FROM actions_under_way"), Vec::<String>::new());
}

/// The set stands in the local store, and goes with the next one: the worker does not try again before.
#[test]
fn bringing_a_set_off_site_is_cancelled_and_goes_on_with_the_next_one() {
    // Somebody who takes connections, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = silent.local_addr().expect("it listens");
    let mut scene = Scene::start_with(s3);
    scene.reach(S3Server::shared().place_at(address, Whose::Production, scene.app.database.name()));
    let console = TestConsole::of(&scene.app);
    let operations = console.enter("operations@ops.example", &[Team::Operations]);
    let config = config(&scene);
    let backups =
        config.backups.clone().map(|backups| BackupConfig { files: FilesConfig::Nowhere, ..backups });
    let worker = Worker::open(&WorkConfig { backups, ..config }, scene.app.clock.clone());
    let worker = working(worker.expect("the worker comes in"));
    // Nothing of it is there yet: the first thing that is put waits for an answer.
    let action = at_phase(&operations, LongAction::MakeSet, ActionPhase::BringOffSite);
    assert_eq!(cancel(&operations, &action), 200);
    at_phase(&operations, LongAction::MakeSet, ActionPhase::TakeBack);
    drop(silent);
    let mut worker = worker.join().expect("it goes on");
    let _server = Proxy::start_at(address, S3Server::shared().address(), Fault::None);
    let sql = &mut scene.app.database.superuser();
    let waiting = "SELECT cancelled_by AS line FROM backup_runs
                   WHERE set_name IS NOT NULL AND off_site_at IS NULL AND off_site_error LIKE '%has cancelled it%'";
    let by = ["operations@ops.example".to_owned()];
    assert_eq!(lines(sql, waiting), by);
    assert_eq!(sets(&scene, SetKind::Database, Place::Local), 1);
    assert_eq!(lines(sql, "SELECT name AS line FROM alarms"), Vec::<String>::new(), "it is no alarm");
    scene.app.clock.advance(TimeDelta::minutes(10));
    worker.work_off().expect("the work is done");
    assert_eq!(lines(sql, waiting), by, "nobody goes on before the next set");
    scene.app.clock.advance(TimeDelta::hours(1));
    worker.work_off().expect("the work is done");
    assert_eq!(lines(sql, waiting), Vec::<String>::new());
    assert_eq!(
        line(sql, "SELECT count(*)::text AS line FROM backup_runs WHERE off_site_at IS NOT NULL"),
        "2"
    );
    assert_eq!(sets(&scene, SetKind::Database, Place::OffSite), 2);
}

#[test]
fn what_a_shell_does_at_production_is_seen_and_cancelled_too() {
    let scene = Scene::start();
    let console = TestConsole::of(&scene.app);
    let operations = console.enter("operations@ops.example", &[Team::Operations]);
    let database = &scene.app.database;
    let export = database.files().join("acme.export");
    let to = export.display().to_string();
    for (arguments, action) in [
        (&["ops", "backup"][..], LongAction::MakeSet),
        (&["org", "export", "acme", "--to", &to][..], LongAction::ExportOrganization),
    ] {
        let url = database.url("portico_backup");
        let mut command = scene.vaults.production_program(arguments, &url, &database.files());
        command.env("PORTICO_OPERATOR_DATABASE_URL", database.url("portico_operator"));
        command.env("USER", "ada").stderr(std::process::Stdio::piped());
        let held = Held::table(database, "projects");
        let running = command.spawn().expect("it starts");
        until("it is seen", || seen(&operations).iter().any(|one| one.action == action));
        // By the machine's clock, as the program goes by it: at the console's own it may be silent.
        let sql = &mut database.superuser();
        let now = scene.app.clock.now().to_rfc3339();
        let asks = format!(
            "UPDATE actions_under_way SET cancel_requested_at = '{now}', cancel_requested_by = 'eva@ops.example'"
        );
        sql.batch_execute(&asks).expect("it is asked");
        let heard = || seen(&operations).iter().any(|one| one.progress.phase == ActionPhase::TakeBack);
        until("it has heard", heard);
        let by = seen(&operations).remove(0).started_by;
        assert!(by.starts_with("ada@"), "{by}");
        held.let_go();
        let output = running.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{said}");
        assert!(said.contains("eva@ops.example has cancelled it at the console"), "{said}");
        assert_eq!(seen(&operations), []);
    }
    assert_eq!(sets(&scene, SetKind::Database, Place::Local), 0);
    assert!(!export.exists(), "what was begun is removed");
}

#[test]
fn what_nothing_is_heard_of_is_said_to_be_silent_and_goes_in_the_end() {
    let scene = Scene::start();
    let console = TestConsole::of(&scene.app);
    let operations = console.enter("operations@ops.example", &[Team::Operations]);
    let now = scene.app.clock.now().to_rfc3339();
    let sql = &mut scene.app.database.superuser();
    sql.batch_execute(&format!(
        "INSERT INTO actions_under_way (id, action, subject, started_by, started_at, can_be_cancelled, said_at, phase,
             phase_about, phase_began_at, measure, passed, expected)
         VALUES ('019ad000-0000-7000-8000-000000000003', 'import_organization', 'acme.export', 'ada@one', '{now}', true,
             '{now}', 'read_export', '', '{now}', 'bytes', 10, 40)"
    ))
    .expect("it is written");
    let mut worker = Worker::open(&config(&scene), scene.app.clock.clone()).expect("the worker comes in");
    worker.work_off().expect("the work is done");
    let action = seen(&operations).remove(0);
    assert_eq!((action.silent, action.cancelling), (false, Cancelling::Possible));
    scene.app.clock.advance(TimeDelta::seconds(61));
    worker.work_off().expect("the work is done");
    let action = seen(&operations).remove(0);
    assert_eq!((action.silent, action.cancelling), (true, Cancelling::Silent));
    assert_eq!(cancel(&operations, &action), 409, "nobody would hear of it");
    scene.app.clock.advance(TimeDelta::minutes(14));
    worker.work_off().expect("the work is done");
    assert_eq!(seen(&operations), []);
}

#[test]
fn what_the_backup_environment_does_is_seen_by_what_it_says_and_is_not_cancelled_from_here() {
    let scene = Scene::start();
    scene.rows();
    let scratch = Database::empty();
    let attend = AttendConfig {
        restore: scene.vaults.restore_config(),
        scratch_database_url: Some(scratch.url("portico_owner")),
        scratch_work: None,
        mail: MailConfig {
            way: MailWay::Smtp(MailServer::shared().url()),
            sender: format!("Portico <{}>", scene.app.database.mail_sender()),
            public_origin: "https://portico.test".to_owned(),
        },
        operators_mail: vec![OPERATIONS.to_owned()],
        drill: None,
    };
    let mut attendant =
        Attendant::open(&attend, scene.app.clock.clone()).expect("the backup environment is set up");
    assert!(attendant.look().restored.is_some(), "something is there that gives way");
    scene.app.clock.advance(TimeDelta::days(1));
    let backups =
        scene.vaults.backup_config(scene.app.database.url("portico_backup"), scene.app.database.files());
    let signers = Signers::parse(backups.attendance_keys.as_deref().expect("a key")).expect("a key");
    let config = WorkConfig { backups: Some(backups), ..config(&scene) };
    let mut worker = Worker::open(&config, scene.app.clock.clone()).expect("the worker comes in");
    let console = TestConsole::of(&scene.app);
    let operations = console.enter("operations@ops.example", &[Team::Operations]);
    let held = Held::table(&scratch, "projects");
    let looking = std::thread::spawn(move || {
        let look = attendant.look();
        (attendant, look)
    });
    let environment = scene.vaults.environment();
    let said = || attendance::find(environment.store(Place::Local), &signers).expect("it is read");
    until("it says what it is at", || said().is_some_and(|said| said.under_way.is_some()));
    worker.work_off().expect("the work is done");
    let action = seen(&operations).remove(0);
    assert_eq!(
        (action.action, action.place, action.cancelling),
        (LongAction::RestoreSet, Some(BackupPlace::OffSite), Cancelling::AtItsMachine)
    );
    assert!(action.subject.starts_with("database-") && action.id.is_none(), "{action:?}");
    held.let_go();
    let (_attendant, look) = looking.join().expect("it goes on");
    assert!(look.restored.is_some(), "{look:?}");
    // It is said that it is over with what comes next.
    scene.app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(said().expect("it speaks").under_way, None);
}
