//! How backups stand, as the console shows it: by what the worker wrote down, and what the backup environment says.

use std::{fs, path::PathBuf};

use api::{
    config::{MailConfig, MailWay, WorkConfig, backups::AttendConfig},
    ops::{attend::Attendant, attendance},
    work::Worker,
};
use chrono::TimeDelta;
use shared::{
    Page,
    console::{
        BackupKind, BackupOverview, BackupRun, BookEntry, BookOutcome, CopyState, SlotLength, SlotState, Team,
    },
};

use crate::{
    backups::Vaults,
    harness::{Client, TestConsole, at},
};

/// Both environments, and somebody at the console.
struct Installation {
    console: TestConsole,
    vaults: Vaults,
    worker: Worker,
    client: Client,
}

impl Installation {
    fn start() -> Self {
        let console = TestConsole::start();
        let vaults = Vaults::new(console.database.name());
        let database = &console.database;
        let config = WorkConfig {
            backups: Some(vaults.backup_config(database.url("portico_backup"), database.files())),
            ..database.work_config(MailWay::Nowhere)
        };
        let worker = Worker::open(&config, console.clock.clone()).expect("the worker comes in");
        let client = console.enter("operations@ops.example", &[Team::Operations]);
        Self { console, vaults, worker, client }
    }

    fn attendant(&self) -> Attendant {
        let config = AttendConfig {
            restore: self.vaults.restore_config(),
            scratch_database_url: None,
            scratch_work: None,
            mail: MailConfig {
                way: MailWay::Nowhere,
                sender: "Portico <portico@portico.test>".to_owned(),
                public_origin: "https://portico.test".to_owned(),
            },
            operators_mail: Vec::new(),
            drill: None,
        };
        Attendant::open(&config, self.console.clock.clone()).expect("the backup environment is set up")
    }

    fn work(&mut self) {
        self.worker.work_off().expect("the work is done");
    }

    fn after(&mut self, time: TimeDelta) {
        self.console.clock.advance(time);
        self.work();
        // Whoever does nothing for so long is signed out.
        let operator = format!("later{}@ops.example", self.console.clock.now().timestamp());
        self.client = self.console.enter(&operator, &[Team::Operations]);
    }

    fn overview(&self) -> BackupOverview {
        self.client.get(&at("/backups")).expect(200).json()
    }

    fn runs(&self, query: &str) -> Vec<BackupRun> {
        self.client.get(&at(&format!("/backup-runs{query}"))).expect(200).json::<Page<BackupRun>>().items
    }

    /// What the backup environment did, the newest first: set and outcome.
    fn attended(&self) -> Vec<(String, BookOutcome)> {
        let entries: Page<BookEntry> = self.client.get(&at("/operations-book?limit=500")).expect(200).json();
        let of_it = entries.items.into_iter().filter(|entry| entry.actor_name == "portico ops attend");
        of_it.map(|entry| (entry.subject, entry.outcome)).collect()
    }

    fn statement(&self) -> PathBuf {
        self.vaults.at("local").join(attendance::PATH)
    }
}

fn states(overview: &BackupOverview) -> Vec<CopyState> {
    overview.tiers[0].slots[0].copies.iter().map(|copy| copy.state).collect()
}

#[test]
fn a_set_is_shown_as_put_and_then_as_verified_and_the_book_knows_it() {
    let mut it = Installation::start();
    let nothing = it.overview();
    assert_eq!(nothing.tiers.len(), 5);
    assert!(nothing.attendance.is_none() && nothing.alarms.is_empty());
    it.work();
    let put = it.overview();
    let finest = &put.tiers[0];
    assert_eq!((finest.kind, finest.slot, finest.planned), (BackupKind::Database, SlotLength::TwoHours, 84));
    assert_eq!(finest.slots[0].state, SlotState::Kept);
    assert_eq!(states(&put), [CopyState::Put, CopyState::Put]);
    let mut attendant = it.attendant();
    attendant.look();
    it.work();
    let verified = it.overview();
    assert_eq!(states(&verified), [CopyState::Verified, CopyState::Verified]);
    let attendance = verified.attendance.expect("it was heard");
    assert!(!attendance.silent && attendance.wrong.is_empty() && attendance.pruned_at.is_some());
    for store in &verified.stores {
        assert!(store.sets == 2 && store.bytes.is_some_and(|bytes| bytes > 0), "{store:?}");
    }
    let (runs, attended) = (it.runs(""), it.attended());
    assert_eq!((runs.len(), attended.len()), (2, 4), "{attended:?}");
    for run in &runs {
        let set = run.set.clone().expect("a set");
        let said = attended.iter().filter(|entry| **entry == (set.clone(), BookOutcome::Succeeded));
        assert_eq!(said.count(), 2, "{set}");
        let one: BackupRun = it.client.get(&at(&format!("/backup-runs/{}", run.id))).expect(200).json();
        assert_eq!(one, *run);
    }
    assert_eq!(it.runs("?kind=files").len(), 1);
    assert_eq!(it.runs("?failed=true"), []);
    it.client.get(&at("/backup-runs?kind=tapes")).expect(422);
    // Said again, nothing is written twice; after a restart nothing is read twice.
    it.after(TimeDelta::minutes(10));
    assert_eq!(it.attendant().look().verified, []);
    it.work();
    assert_eq!(it.attended().len(), 4);
}

#[test]
fn what_does_not_hold_is_shown_with_its_reason() {
    let mut it = Installation::start();
    it.work();
    let mut attendant = it.attendant();
    attendant.look();
    it.after(TimeDelta::hours(2));
    let set = it.runs("?kind=database")[0].set.clone().expect("a set");
    let manifest = it.vaults.at("off-site").join(format!("sets/{set}.manifest"));
    fs::write(manifest, "nothing").expect("it is written");
    attendant.look();
    it.work();
    let overview = it.overview();
    assert_eq!(states(&overview), [CopyState::Verified, CopyState::Damaged]);
    let error = overview.tiers[0].slots[0].copies[1].error.clone().expect("a reason");
    assert!(error.contains("manifest"), "{error}");
    assert!(overview.attendance.expect("it was heard").wrong.iter().any(|wrong| wrong.about.contains(&set)));
    assert!(it.attended().contains(&(set, BookOutcome::Failed)));
    // Looked at again, it is not written down again.
    let entries = it.attended().len();
    it.after(TimeDelta::minutes(10));
    attendant.look();
    it.work();
    assert_eq!(it.attended().len(), entries);
    // Nor is it by the next one after a restart.
    it.after(TimeDelta::minutes(10));
    it.attendant().look();
    it.work();
    assert_eq!(it.attended().len(), entries);
    assert_eq!(states(&it.overview()), [CopyState::Verified, CopyState::Damaged]);
}

#[test]
fn silence_of_the_backup_environment_is_an_alarm_and_nothing_is_believed_that_it_did_not_sign() {
    let mut it = Installation::start();
    it.work();
    let mut attendant = it.attendant();
    attendant.look();
    it.after(TimeDelta::minutes(30));
    assert!(it.overview().attendance.expect("it was heard").silent);
    assert_eq!(it.overview().alarms, []);
    it.after(TimeDelta::minutes(31));
    let alarms = it.overview().alarms;
    assert_eq!(alarms.iter().map(|alarm| alarm.name.as_str()).collect::<Vec<_>>(), ["backup environment"]);
    assert!(alarms[0].message.starts_with("The backup environment is silent"), "{alarms:?}");
    attendant.look();
    let signed = fs::read_to_string(it.statement()).expect("it was said");
    // Somebody who may write into the store says something else.
    fs::write(it.statement(), signed.replacen("verified_at\":\"2", "verified_at\":\"3", 1))
        .expect("it is written");
    it.after(TimeDelta::minutes(1));
    assert_eq!(it.overview().alarms.len(), 1, "it is as good as silent");
    fs::write(it.statement(), &signed).expect("it is written");
    it.after(TimeDelta::minutes(1));
    assert_eq!(it.overview().alarms, []);
    // Nor does a clock that ran ahead silence it for a year.
    it.console.clock.advance(TimeDelta::days(365));
    let ahead = it.attendant().look();
    assert_eq!(ahead.wrong, Vec::<String>::new());
    it.console.clock.advance(-TimeDelta::days(365));
    it.after(TimeDelta::minutes(1));
    let said = it.overview().attendance.expect("it was heard").written_at;
    assert!(said <= it.console.clock.now(), "{said}");
    attendant.look();
    it.after(TimeDelta::minutes(1));
    // What it said before does not come back.
    let newest = it.overview().attendance.expect("it was heard").written_at;
    it.console.clock.advance(TimeDelta::minutes(10));
    attendant.look();
    it.after(TimeDelta::zero());
    fs::write(it.statement(), &signed).expect("it is written");
    it.after(TimeDelta::minutes(1));
    assert!(it.overview().attendance.expect("it was heard").written_at > newest);
}
