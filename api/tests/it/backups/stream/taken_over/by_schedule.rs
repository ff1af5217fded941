//! The backup environment drills by itself: one is made for real by `portico ops attend`, and the next one is due in a week.

use std::{
    fs,
    process::{Child, Stdio},
    time::Duration,
};

use api::{
    clock::Clock,
    config::{MailConfig, MailWay, backups::AttendConfig, standby::DrillConfig},
    ops::{
        attend::Attendant,
        attendance::{self, AttendanceKey, Statement},
        book::Action,
        retention::Place,
        signing::Signers,
    },
};
use chrono::TimeDelta;
use shared::console::{BookOutcome, LongAction, TakeOverStep};

use super::{
    super::{Scene, program},
    ground::{app_folder, folder_of_owner, hand_over, set_of_files},
};
use crate::harness::{as_owner, signal, until_within};

/// How long a drill may take here.
const PATIENCE: Duration = Duration::from_mins(3);

/// `portico ops attend`, which is ended with this.
struct Attending(Child);

impl Drop for Attending {
    fn drop(&mut self) {
        signal("-TERM", self.0.id());
        self.0.wait().expect("it ends");
    }
}

/// What the backup environment says, where it has said anything.
fn said(scene: &Scene) -> Option<Statement> {
    let own = Signers::parse(&AttendanceKey::of(&scene.vaults.identity).public()).expect("a key");
    attendance::find(scene.vaults.environment().store(Place::Local), &own).expect("it is read")
}

#[test]
fn the_backup_environment_drills_by_itself_and_again_after_a_week() {
    let scene = Scene::start("schedule");
    scene.wait_for_base();
    set_of_files(&scene, &folder_of_owner(&scene, "files"), &app_folder(&scene));
    scene.wait_for_all();
    scene.end_stream();
    hand_over(&["local", "off-site", "vault", "second-vault"].map(|name| scene.vaults.at(name)));
    let below = folder_of_owner(&scene, "drills");
    let config = scene.vaults.restore_config();
    let mut command = as_owner(&program(&scene.vaults));
    command.args(["ops", "attend"]).env_clear().envs(scene.vaults.variables(&config.stores));
    command.env("PATH", "/usr/bin:/bin").env("PORTICO_RESTORE_IDENTITY", &config.identity);
    command.env("PORTICO_BACKUP_SIGNERS", &config.signers).env("PORTICO_DRILL_DIR", &below);
    let log = fs::File::create(scene.vaults.at("attend.log")).expect("a file for the log");
    command.stdout(log.try_clone().expect("the same file")).stderr(log).stdin(Stdio::null());
    let attending = Attending(command.spawn().expect("it starts"));
    let drills = |statement: Statement| {
        statement.under_way.is_some_and(|under_way| under_way.action == LongAction::Drill)
    };
    until_within(PATIENCE, "it is seen that it drills", || said(&scene).is_some_and(drills));
    until_within(PATIENCE, "one is made", || said(&scene).is_some_and(|said| said.drill.is_some()));
    drop(attending);
    let statement = said(&scene).expect("it has spoken");
    let drill = statement.drill.expect("one was made");
    let log = fs::read_to_string(scene.vaults.at("attend.log")).expect("it is read");
    assert!(drill.passed && drill.is_drill && drill.organizations == 2, "{drill:?}\n{log}");
    let steps: Vec<_> = drill.steps.iter().map(|step| step.step).collect();
    assert_eq!(steps, TakeOverStep::ALL);
    assert_eq!((statement.drills, statement.drill_passed_at), (true, Some(drill.began_at)));
    let is_it = |entry: &&api::ops::book::Entry| entry.action == Action::Drill.key();
    let noted: Vec<_> = statement.entries.iter().filter(is_it).map(|entry| entry.outcome).collect();
    assert_eq!(noted, [BookOutcome::Succeeded], "for the operations book, once");
    assert_eq!(fs::read_dir(&below).expect("it is read").count(), 0, "it is thrown away");

    // Whoever goes on where it ended makes the next one when the week is over. As root it fails, and then it was made all the same.
    let clock = Clock::fixed(drill.began_at + TimeDelta::days(7) - TimeDelta::seconds(1));
    let attend = AttendConfig {
        restore: config,
        scratch_database_url: None,
        scratch_work: None,
        mail: MailConfig {
            way: MailWay::Nowhere,
            sender: "Portico <portico@portico.test>".to_owned(),
            public_origin: "https://portico.test".to_owned(),
        },
        operators_mail: Vec::new(),
        drill: Some(DrillConfig { directory: below, proxy: None, program: program(&scene.vaults) }),
    };
    let mut attendant = Attendant::open(&attend, clock.clone()).expect("the backup environment is set up");
    assert_eq!(attendant.look().drilled, None, "not before");
    clock.advance(TimeDelta::seconds(1));
    assert!(attendant.look().drilled.is_some(), "a week is over");
}
