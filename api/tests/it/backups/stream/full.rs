//! The memory that the stream receives into is full: it is said, the log stays on the server, and nothing is lost.

use api::{
    clock::Clock,
    config::{FilesConfig, MailConfig, MailWay, WorkConfig, backups::BackupConfig, book::BookConfig},
    work::Worker,
};
use chrono::TimeDelta;

use super::Scene;
use crate::{
    harness::{SmallDisk, keys_directory},
    promises::catalogue::lines,
};

/// What the system says.
const FULL: &str = "No space left on device";

/// Production's worker, which watches the stream.
fn worker(scene: &Scene, clock: &Clock) -> Worker {
    let url = scene.cluster.database_url("portico_backup");
    let backups = scene.vaults.backup_config(url, scene.vaults.at("files"));
    let config = WorkConfig {
        operator_database_url: scene.cluster.database_url("portico_operator"),
        keys_directory: keys_directory(),
        workers: 1,
        mail: MailConfig {
            way: MailWay::Nowhere,
            sender: "Portico <portico@portico.test>".to_owned(),
            public_origin: "https://portico.test".to_owned(),
        },
        admin_listen: None,
        files: FilesConfig::Nowhere,
        backups: Some(BackupConfig { attendance_keys: None, files: FilesConfig::Nowhere, ..backups }),
        expects_stream: true,
        operators_mail: vec!["operations@portico.test".to_owned()],
        book: BookConfig::default(),
    };
    Worker::open(&config, clock.clone()).expect("the worker comes in")
}

#[test]
fn memory_that_is_full_is_an_alarm_and_once_there_is_room_nothing_is_missing() {
    let scene = Scene::start("full");
    scene.wait_for_base();
    scene.end_stream();
    // A file of the log has 16 MiB: not even the first one fits.
    let Some(mut memory) = SmallDisk::over(&scene.memory, 8 << 10) else { return };
    scene.begin();
    scene.write(1);
    scene.until("it says why nothing is received", || {
        let deaf = scene.state().and_then(|state| state.deaf);
        deaf.is_some_and(|deaf| deaf.why.contains(FULL))
    });
    // People go on meanwhile.
    for id in 2..300 {
        scene.write(id);
    }
    let clock = Clock::fixed(Clock::system().now() + TimeDelta::seconds(31));
    let mut worker = worker(&scene, &clock);
    let alarms = || {
        let raised = "SELECT message AS line FROM alarms WHERE name = 'stream' AND ended_at IS NULL";
        lines(&mut scene.cluster.superuser(), raised)
    };
    worker.work_off().expect("the work is done");
    let [alarm] = &alarms()[..] else { panic!("{:?}", alarms()) };
    let says = "The stream of the database's log has stopped";
    assert!(alarm.starts_with(says) && alarm.contains("receives nothing") && alarm.contains(FULL), "{alarm}");

    memory.grow(256 << 10);
    scene.wait_for_all();
    worker.work_off().expect("the work is done");
    assert_eq!(alarms(), Vec::<String>::new(), "it is over");
    assert!(scene.state().is_some_and(|state| !state.has_gap), "the server has kept all of it");
    let recovered = scene.recovered("end");
    assert_eq!(recovered.ids(), (1..300).collect::<Vec<_>>());
}
