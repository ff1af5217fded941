//! What the worker does about backups by itself.

mod away;

use std::fs;

use api::{
    config::{MailWay, WorkConfig, backups::BackupConfig},
    ops::{
        manifest,
        retention::{Place, SetKind},
        runs,
    },
    work::Worker,
};
use chrono::TimeDelta;
use diesel::connection::SimpleConnection as _;

use super::{Scene, Vaults};
use crate::{
    harness::{MailServer, TestApp},
    promises::catalogue::{line, lines},
};

const OPERATIONS: &str = "operations@portico.test";

/// An installation whose worker makes backups.
pub(super) struct Watched {
    pub(super) app: TestApp,
    pub(super) vaults: Vaults,
    worker: Worker,
}

impl Watched {
    fn start() -> Self {
        Self::of(Scene::start())
    }

    /// What a scene has, with a worker.
    pub(super) fn of(scene: Scene) -> Self {
        let Scene { app, vaults, .. } = scene;
        let worker = Worker::open(&config(&app, &vaults), app.clock.clone()).expect("the worker comes in");
        Self { app, vaults, worker }
    }

    /// Lets so much time pass, and does all that is due then.
    pub(super) fn after(&mut self, time: TimeDelta) {
        self.app.clock.advance(time);
        self.worker.work_off().expect("the work is done");
    }

    /// The subjects of the mails that operations has got since the last look.
    pub(super) fn told(&self, seen: &mut usize) -> Vec<String> {
        let mails = self.app.mails_to(OPERATIONS);
        let new = mails.iter().skip(*seen).map(|mail| mail.subject.clone()).collect();
        *seen = mails.len();
        new
    }

    fn sets(&self, kind: SetKind) -> usize {
        self.sets_in(Place::Local, kind).len()
    }

    /// The names of a kind's sets in a store.
    pub(super) fn sets_in(&self, place: Place, kind: SetKind) -> Vec<String> {
        let environment = self.vaults.environment();
        let sets = manifest::sets(environment.store(place), kind).expect("a list");
        sets.into_iter().map(|(set, _)| set).collect()
    }

    /// The messages of the alarms that are raised, each behind its name.
    pub(super) fn alarms(&self) -> Vec<String> {
        let raised =
            "SELECT name || ': ' || message AS line FROM alarms WHERE ended_at IS NULL ORDER BY name";
        lines(&mut self.app.database.superuser(), raised)
    }
}

fn config(app: &TestApp, vaults: &Vaults) -> WorkConfig {
    let backups = vaults.backup_config(app.database.url("portico_backup"), app.database.files());
    WorkConfig {
        // Nobody attends here, which is not what is looked at.
        backups: Some(BackupConfig { attendance_keys: None, ..backups }),
        operators_mail: vec![OPERATIONS.to_owned()],
        ..app.database.work_config(MailWay::Smtp(MailServer::shared().url()))
    }
}

#[test]
fn each_slot_gets_one_set_and_operators_are_told() {
    let (mut scene, mut seen) = (Watched::start(), 0);
    scene.after(TimeDelta::zero());
    assert_eq!((scene.sets(SetKind::Database), scene.sets(SetKind::Files)), (1, 1));
    let told = scene.told(&mut seen);
    assert!(told.len() == 2 && told.iter().all(|subject| subject.starts_with("Backed up: ")), "{told:?}");
    let mails = scene.app.mails_to(OPERATIONS);
    let mail = mails.iter().find(|mail| mail.subject.contains("database-")).expect("a mail");
    let sql = &mut scene.app.database.superuser();
    let hash =
        line(sql, "SELECT encode(manifest_hash, 'hex') AS line FROM backup_runs WHERE kind = 'database'");
    for said in ["Size: ", "Duration: ", hash.as_str(), "Local store: whole", "Off-site store: whole"] {
        assert!(mail.text.contains(said), "{said} in {}", mail.text);
    }
    // Not again in the same two hours.
    scene.after(TimeDelta::minutes(30));
    assert_eq!((scene.sets(SetKind::Database), scene.told(&mut seen).len()), (1, 0));
    scene.after(TimeDelta::hours(2));
    assert_eq!((scene.sets(SetKind::Database), scene.sets(SetKind::Files)), (2, 1));
    scene.after(TimeDelta::days(1));
    assert_eq!((scene.sets(SetKind::Database), scene.sets(SetKind::Files)), (3, 2));
    let runs =
        "SELECT count(*)::text AS line FROM backup_runs WHERE off_site_at IS NOT NULL AND error IS NULL";
    assert_eq!(line(sql, runs), "5");
    let book = "SELECT count(*)::text AS line FROM operations_book
                WHERE action = 'make_set' AND outcome = 'succeeded' AND actor_name = 'portico work'";
    assert_eq!(line(sql, book), "5");
}

#[test]
fn after_a_clock_that_ran_ahead_each_slot_gets_one_set_again() {
    let mut scene = Watched::start();
    scene.after(TimeDelta::zero());
    scene.after(TimeDelta::days(40));
    assert_eq!((scene.sets(SetKind::Database), scene.sets(SetKind::Files)), (2, 2));
    // Set right again, in the two hours and on the day of the first ones.
    scene.after(-TimeDelta::days(40));
    assert_eq!((scene.sets(SetKind::Database), scene.sets(SetKind::Files)), (2, 2));
    scene.after(TimeDelta::hours(2));
    scene.after(TimeDelta::minutes(1));
    assert_eq!(scene.sets(SetKind::Database), 3);
    scene.after(TimeDelta::days(1));
    scene.after(TimeDelta::minutes(1));
    assert_eq!((scene.sets(SetKind::Database), scene.sets(SetKind::Files)), (4, 3));
}

#[test]
fn what_fails_is_said_once_tried_again_and_said_to_be_over() {
    let (mut scene, mut seen) = (Watched::start(), 0);
    let local = scene.vaults.at("local");
    // A file where the folder should be.
    fs::rename(&local, scene.vaults.at("aside")).expect("it goes");
    fs::write(&local, "").expect("it is written");
    scene.after(TimeDelta::zero());
    let told = scene.told(&mut seen);
    assert_eq!(told.iter().filter(|subject| subject.contains("could be backed up")).count(), 2, "{told:?}");
    let tries = |scene: &Watched| {
        let sql = "SELECT count(*)::text AS line FROM backup_runs WHERE kind = 'database' AND error LIKE '%local store%'";
        line(&mut scene.app.database.superuser(), sql)
    };
    assert_eq!(tries(&scene), "1");
    for (minutes, expected) in [(0, "1"), (1, "2"), (1, "2"), (1, "3")] {
        scene.after(TimeDelta::minutes(minutes));
        assert_eq!(tries(&scene), expected);
    }
    assert_eq!(scene.told(&mut seen), Vec::<String>::new(), "said once");
    fs::remove_file(&local).expect("it is removed");
    // The empty place of a disk that is not mounted is no store either.
    fs::create_dir(&local).expect("it is made");
    scene.after(TimeDelta::minutes(15));
    let said =
        "SELECT count(*)::text AS line FROM backup_runs WHERE error LIKE '%its disk may not be mounted%'";
    assert_ne!(line(&mut scene.app.database.superuser(), said), "0");
    assert_eq!(fs::read_dir(&local).expect("it is read").count(), 0, "nothing was put there");
    fs::remove_dir(&local).expect("it is removed");
    fs::rename(scene.vaults.at("aside"), &local).expect("it comes back");
    scene.after(TimeDelta::minutes(15));
    let mut told = scene.told(&mut seen);
    told.retain(|subject| !subject.starts_with("Backed up: "));
    assert_eq!(told, ["The rows are backed up again", "The files are backed up again"]);
    let raised = "SELECT count(*)::text AS line FROM alarms WHERE ended_at IS NULL";
    assert_eq!(line(&mut scene.app.database.superuser(), raised), "0");
}

#[test]
fn while_off_site_is_away_it_is_said_once_and_everything_follows_when_it_is_back() {
    let (mut scene, mut seen) = (Watched::start(), 0);
    let off_site = scene.vaults.at("off-site");
    fs::rename(&off_site, scene.vaults.at("aside")).expect("it goes");
    fs::write(&off_site, "").expect("it is written");
    scene.after(TimeDelta::zero());
    scene.after(TimeDelta::hours(2));
    let told = scene.told(&mut seen);
    let alarms = told.iter().filter(|subject| *subject == "Backups do not reach the off-site store").count();
    let alone = told.iter().filter(|subject| subject.starts_with("Backed up, but not off-site: ")).count();
    assert_eq!((alarms, alone), (1, 3), "{told:?}");
    fs::remove_file(&off_site).expect("it is removed");
    fs::rename(scene.vaults.at("aside"), &off_site).expect("it comes back");
    // Not tried all the time, and no new set is needed for it.
    scene.after(TimeDelta::minutes(4));
    assert_eq!(scene.told(&mut seen), Vec::<String>::new());
    scene.after(TimeDelta::minutes(1));
    assert_eq!(scene.told(&mut seen), ["Backups reach the off-site store again"]);
    let sql = &mut scene.app.database.superuser();
    let waiting =
        "SELECT set_name AS line FROM backup_runs WHERE off_site_at IS NULL OR off_site_error IS NOT NULL";
    assert_eq!(lines(sql, waiting), Vec::<String>::new());
}

#[test]
fn of_many_workers_one_makes_sets_and_who_hangs_is_noticed() {
    let (mut scene, mut seen) = (Watched::start(), 0);
    let config = config(&scene.app, &scene.vaults);
    let mut other = Worker::open(&config, scene.app.clock.clone()).expect("the worker comes in");
    scene.after(TimeDelta::zero());
    other.work_off().expect("the work is done");
    assert_eq!((scene.sets(SetKind::Database), scene.told(&mut seen).len()), (1, 2));
    // Another one holds the lock, and hangs.
    let clock = scene.app.clock.clone();
    let url = scene.app.database.url("portico_operator");
    let mut hangs = api::db::operator::OperatorDb::open(&url, clock).expect("it comes in");
    assert!(hangs.lock(runs::LOCK).expect("asked"));
    runs::begin(&mut hangs, SetKind::Database).expect("it begins");
    scene.after(TimeDelta::hours(2));
    assert_eq!((scene.sets(SetKind::Database), scene.told(&mut seen).len()), (1, 0));
    scene.after(TimeDelta::minutes(16));
    let told = scene.told(&mut seen);
    assert!(told.len() == 1 && told[0].starts_with("No backup of the rows since 2026-"), "{told:?}");
    // Gone with its connection, and with it the lock.
    drop(hangs);
    scene.after(TimeDelta::minutes(1));
    assert_eq!(scene.sets(SetKind::Database), 2);
    let sql = &mut scene.app.database.superuser();
    let lost = "SELECT count(*)::text AS line FROM backup_runs WHERE error LIKE 'whoever made it was lost%'";
    assert_eq!(line(sql, lost), "1");
    assert!(scene.told(&mut seen).contains(&"The rows are backed up again".to_owned()));
}

#[test]
fn letters_wait_for_the_mail_server() {
    let scene = Scene::start();
    let nowhere = WorkConfig { ..config(&scene.app, &scene.vaults) };
    let away = WorkConfig {
        mail: api::config::MailConfig {
            way: MailWay::Smtp("smtp://127.0.0.1:1?tls=none".to_owned()),
            ..nowhere.mail.clone()
        },
        ..nowhere.clone()
    };
    let mut worker = Worker::open(&away, scene.app.clock.clone()).expect("the worker comes in");
    worker.work_off().expect("the work is done");
    let sql = &mut scene.app.database.superuser();
    let waiting = "SELECT count(*)::text AS line FROM operator_letters WHERE sent_at IS NULL AND last_error LIKE '%cannot be reached%'";
    assert_eq!(line(sql, waiting), "2");
    let mut worker = Worker::open(&nowhere, scene.app.clock.clone()).expect("the worker comes in");
    scene.app.clock.advance(TimeDelta::minutes(1));
    worker.work_off().expect("the work is done");
    assert_eq!(scene.app.mails_to(OPERATIONS).len(), 2);
    // Old ones go.
    scene.app.clock.advance(TimeDelta::days(91));
    sql.batch_execute(
        "UPDATE schedules SET due_at = '2026-01-01T00:00:00Z' WHERE name = 'forget letters to operators'",
    )
    .expect("due");
    worker.work_one_schedule().expect("it is done");
    let left = "SELECT count(*)::text AS line FROM operator_letters";
    assert_eq!(line(sql, left), "0");
}

#[test]
fn the_stream_is_watched_by_what_it_says_of_itself() {
    use api::ops::{
        stores::Store,
        stream::state::{self, Reach, State},
    };

    let Scene { app, vaults, .. } = Scene::start();
    let config = WorkConfig { expects_stream: true, ..config(&app, &vaults) };
    let worker = Worker::open(&config, app.clock.clone()).expect("the worker comes in");
    let mut watched = Watched { app, vaults, worker };
    let mut seen = 0;
    watched.after(TimeDelta::seconds(1));
    watched.told(&mut seen);
    let store = Store::open("the local store", &watched.vaults.at("local")).expect("a store");
    let now = watched.app.clock.now();
    let well = State {
        at: now,
        began_at: now,
        system: "1".to_owned(),
        deaf: None,
        has_gap: false,
        local: Reach::default(),
        off_site: Reach::default(),
        newest_base: Some(now),
        base_error: None,
    };
    let of_stream = |watched: &Watched, seen: &mut usize| -> Vec<String> {
        watched.told(seen).into_iter().filter(|subject| subject.contains("stream")).collect()
    };
    watched.after(TimeDelta::seconds(61));
    let stopped = "The stream of the database's log has stopped".to_owned();
    assert_eq!(of_stream(&watched, &mut seen), [stopped], "it has never run");
    let waiting = Reach { waiting_since: Some(now), ..Reach::default() };
    state::write(&store, &State { at: watched.app.clock.now(), off_site: waiting, ..well.clone() })
        .expect("said");
    watched.after(TimeDelta::seconds(1));
    let away = "The stream of the database's log does not reach the off-site store".to_owned();
    let told = of_stream(&watched, &mut seen);
    assert!(
        told.contains(&"Well again: stream".to_owned()) && told.contains(&away) && told.len() == 2,
        "{told:?}"
    );
    state::write(&store, &State { at: watched.app.clock.now(), ..well }).expect("said");
    watched.after(TimeDelta::seconds(1));
    assert_eq!(of_stream(&watched, &mut seen), ["Well again: stream to the off-site store"]);
    watched.after(TimeDelta::seconds(1));
    assert_eq!(of_stream(&watched, &mut seen), Vec::<String>::new(), "once");
}
