//! Drills by schedule: who makes them when, and who hears that none has passed. One that passes is made for real in
//! `stream/taken_over/by_schedule.rs`, by the user who may run clusters.

use std::{fs, path::Path};

use api::{
    config::{
        MailConfig, MailWay, WorkConfig,
        backups::{AttendConfig, BackupConfig},
        standby::DrillConfig,
    },
    ops::{
        attend::{Attendant, Look},
        attendance::{self, AttendanceKey, Statement},
        retention::Place,
        signing::{Purpose, Signers},
        stream::base,
    },
    work::Worker,
};
use chrono::TimeDelta;
use shared::console::TakeOverReport;

use super::{Scene, Vaults};
use crate::{
    harness::{MailServer, TestApp},
    promises::catalogue::lines,
};

/// Those of production, and those of the backup environment.
const OPERATIONS: &str = "operations@portico.test";
const ENVIRONMENT: &str = "environment@portico.test";
/// What is said of a drill that has failed.
const FAILED: &str = "Something is wrong with the drill";

/// What attends to the sets here, and drills below this folder.
fn attendant(scene: &Scene, below: &Path) -> Attendant {
    let config = AttendConfig {
        restore: scene.vaults.restore_config(),
        scratch_database_url: None,
        scratch_work: None,
        mail: MailConfig {
            way: MailWay::Smtp(MailServer::shared().url()),
            sender: format!("Portico <{}>", scene.app.database.mail_sender()),
            public_origin: "https://portico.test".to_owned(),
        },
        operators_mail: vec![ENVIRONMENT.to_owned()],
        drill: Some(DrillConfig {
            directory: below.to_owned(),
            proxy: None,
            program: env!("CARGO_BIN_EXE_portico").into(),
        }),
    };
    Attendant::open(&config, scene.app.clock.clone()).expect("the backup environment is set up")
}

/// A base backup off-site that nobody can bring back: every drill fails, in its first step.
fn hopeless_base(scene: &Scene) {
    let name = scene.app.clock.now().format("%Y%m%dT%H%M%SZ-hopeless").to_string();
    let path = scene.vaults.at("off-site").join(base::manifest_path("4711", &name));
    fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
    fs::write(path, "no manifest").expect("it is written");
}

/// How often operators of the backup environment were told that the drill has failed.
fn told(scene: &Scene) -> usize {
    let mails = scene.app.mails_to(ENVIRONMENT);
    mails.iter().filter(|mail| mail.subject == FAILED).count()
}

/// Looks after so much time.
fn after(scene: &Scene, attendant: &mut Attendant, time: TimeDelta) -> Look {
    scene.app.clock.advance(time);
    attendant.look()
}

/// What was said last in the name of the backup environment.
fn said(vaults: &Vaults) -> Statement {
    let own = Signers::parse(&AttendanceKey::of(&vaults.identity).public()).expect("a key");
    let store = vaults.environment();
    attendance::find(store.store(Place::Local), &own).expect("it is read").expect("it has spoken")
}

/// Lets it say something else a moment later, as one does whose drill has passed.
fn says_that_one_has_passed(app: &TestApp, vaults: &Vaults) {
    app.clock.advance(TimeDelta::seconds(1));
    let (before, now) = (said(vaults), app.clock.now());
    let report = before.drill.clone().expect("one was made");
    let passed = TakeOverReport { began_at: now, passed: true, ..report };
    let statement = Statement { written_at: now, drill: Some(passed), drill_passed_at: Some(now), ..before };
    let key = AttendanceKey::of(&vaults.identity);
    let signed = key.sign(Purpose::Attendance, &statement).expect("it is signed");
    let environment = vaults.environment();
    environment.store(Place::Local).put_over(attendance::PATH, &signed).expect("it is said");
}

#[test]
fn without_a_base_backup_there_is_no_drill_and_one_that_failed_is_made_again_after_a_day_and_said_once() {
    let scene = Scene::start();
    let below = scene.vaults.at("drills");
    let mut attendant = attendant(&scene, &below);
    assert_eq!(attendant.look(), Look::default(), "there is nothing to drill with");
    assert_eq!((said(&scene.vaults).drills, said(&scene.vaults).drill), (true, None));
    hopeless_base(&scene);
    let day = TimeDelta::days(1);
    let moment = TimeDelta::seconds(1);
    // Nobody waits for the week to pass before the first one.
    for (time, drilled) in [
        (TimeDelta::zero(), Some(false)),
        (day - moment, None),
        (moment, Some(false)),
        (day - moment, None),
        (moment, Some(false)),
    ] {
        let look = after(&scene, &mut attendant, time);
        assert_eq!(look.drilled, drilled, "after {time}");
        assert!(look.wrong.iter().any(|why| why.contains("nothing was begun")), "{look:?}");
        assert_eq!(told(&scene), 1, "said once, and not again each day");
    }
    let mails = scene.app.mails_to(ENVIRONMENT);
    let mail = mails.iter().find(|mail| mail.subject == FAILED).expect("a mail");
    assert!(mail.text.contains("nothing was begun"), "{}", mail.text);
    assert_eq!(fs::read_dir(&below).expect("it is read").count(), 0, "nothing is left behind");
    // Another process remembers when the last one was.
    let mut another = self::attendant(&scene, &below);
    assert_eq!(after(&scene, &mut another, day - moment).drilled, None);
    assert_eq!(after(&scene, &mut another, moment).drilled, Some(false));
    let said = said(&scene.vaults);
    let failed = said.drill.expect("it is said");
    assert_eq!((failed.passed, failed.began_at), (false, scene.app.clock.now()));
    assert_eq!(said.drill_passed_at, None);
}

#[test]
fn after_one_that_passed_the_next_is_made_in_a_week_and_when_the_clock_goes_back() {
    let scene = Scene::start();
    hopeless_base(&scene);
    let below = scene.vaults.at("drills");
    assert_eq!(attendant(&scene, &below).look().drilled, Some(false));
    says_that_one_has_passed(&scene.app, &scene.vaults);
    let passed_at = scene.app.clock.now();
    let mut attendant = attendant(&scene, &below);
    for day in 1..=6 {
        assert_eq!(after(&scene, &mut attendant, TimeDelta::days(1)).drilled, None, "day {day}");
    }
    assert_eq!(after(&scene, &mut attendant, TimeDelta::hours(23)).drilled, None);
    assert_eq!(after(&scene, &mut attendant, TimeDelta::hours(1)).drilled, Some(false), "a week is over");
    // That one failed, and the one that passed is still known.
    let known = said(&scene.vaults);
    assert_eq!(known.drill_passed_at, Some(passed_at));
    assert!(!known.drill.expect("the last one").passed);
    assert_eq!(after(&scene, &mut attendant, TimeDelta::days(1)).drilled, Some(false), "after a day");
    // A clock that ran ahead keeps nobody from drilling for a year.
    assert_eq!(after(&scene, &mut attendant, -TimeDelta::days(2)).drilled, Some(false));
}

#[test]
fn production_is_alarmed_when_none_has_passed_for_eight_days_until_one_does() {
    let scene = Scene::start();
    hopeless_base(&scene);
    let mut attendant = attendant(&scene, &scene.vaults.at("drills"));
    let backups =
        scene.vaults.backup_config(scene.app.database.url("portico_backup"), scene.app.database.files());
    let config = WorkConfig {
        backups: Some(BackupConfig { files: api::config::FilesConfig::Nowhere, ..backups }),
        operators_mail: vec![OPERATIONS.to_owned()],
        ..scene.app.database.work_config(MailWay::Smtp(MailServer::shared().url()))
    };
    let mut worker = Worker::open(&config, scene.app.clock.clone()).expect("the worker comes in");
    let mut after = |time: TimeDelta, looks: bool| {
        scene.app.clock.advance(time);
        if looks {
            attendant.look();
        }
        worker.work_off().expect("the work is done");
        let mails = scene.app.mails_to(OPERATIONS).into_iter().map(|mail| mail.subject);
        mails.filter(|subject| subject.contains("drill")).collect::<Vec<_>>()
    };
    let alarms = || {
        let raised = "SELECT message AS line FROM alarms WHERE name = 'drill' AND ended_at IS NULL";
        lines(&mut scene.app.database.superuser(), raised)
    };
    // Each day one fails, and it is said there; here nobody is alarmed before the eight days are over.
    for _ in 0..=8 {
        assert_eq!(after(TimeDelta::days(1), true), Vec::<String>::new());
        assert_eq!(alarms(), Vec::<String>::new());
    }
    let overdue = "The drill is overdue".to_owned();
    assert_eq!(after(TimeDelta::seconds(1), true), std::slice::from_ref(&overdue));
    let [alarm] = &alarms()[..] else { panic!("{:?}", alarms()) };
    assert!(alarm.contains("The last one failed at") && alarm.contains("nothing was begun"), "{alarm}");
    assert_eq!(after(TimeDelta::days(1), true), std::slice::from_ref(&overdue), "once");
    // In the book stands each that was made, as something of the backup environment's.
    let book =
        "SELECT DISTINCT actor_name || ' ' || outcome || ' ' || (details::json #>> '{report,passed}') AS line
                FROM operations_book WHERE action = 'drill'";
    assert_eq!(lines(&mut scene.app.database.superuser(), book), ["portico ops attend failed false"]);
    // One has passed, and the week begins anew.
    says_that_one_has_passed(&scene.app, &scene.vaults);
    let over = [overdue.clone(), "Well again: the drill".to_owned()];
    assert_eq!(after(TimeDelta::seconds(1), false), over);
    assert_eq!(alarms(), Vec::<String>::new());
    assert_eq!(after(TimeDelta::days(8) - TimeDelta::seconds(1), false), over);
    assert_eq!(alarms(), Vec::<String>::new());
    assert_eq!(after(TimeDelta::seconds(1), false).last(), Some(&overdue));
    assert_eq!(alarms().len(), 1);
}
