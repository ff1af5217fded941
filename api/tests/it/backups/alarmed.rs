//! What goes wrong with a store off-site while nobody looks: the worker alarms, local sets go on, and the rest follows once it is
//! over.

use std::time::Duration;

use api::ops::retention::{Place, SetKind};
use chrono::TimeDelta;
use serde_json::json;
use shared::console::{BackupOverview, Team};

use super::{
    OffSite, Scene,
    off_site::{bytes, s3, store},
    watched::Watched,
};
use crate::{
    harness::{Disk, Fault, Proxy, S3Server, SftpServer, TestConsole, Whose, at},
    promises::catalogue::line,
};

const AWAY: &str = "Backups do not reach the off-site store";
const BACK: &str = "Backups reach the off-site store again";

/// A store that production reaches through something, and its worker.
struct Alarmed {
    it: Watched,
    proxy: Proxy,
    seen: usize,
}

impl Alarmed {
    fn start(server: &Proxied) -> Self {
        let mut scene = Scene::start_with(|name| server.off_site(name));
        let proxy = Proxy::start(server.address(), Fault::None);
        // Whoever says nothing is not waited for long.
        scene.vaults.patience = Duration::from_secs(2);
        let place = server.at(proxy.address(), scene.app.database.name());
        scene.reach(place);
        let mut it = Self { it: Watched::of(scene), proxy, seen: 0 };
        it.it.after(TimeDelta::zero());
        assert_eq!(it.it.alarms(), Vec::<String>::new());
        it.told();
        it
    }

    /// What operators were told, but for each set that was made.
    fn told(&mut self) -> Vec<String> {
        let mut told = self.it.told(&mut self.seen);
        told.retain(|subject| !subject.starts_with("Backed up"));
        told
    }

    /// The next set is due, and somebody has changed something since the last one.
    fn next_set(&mut self, project: &str) {
        let app = &self.it.app;
        app.acme.admin(app).post("/projects", &json!({"name": project})).expect(201);
        self.it.after(TimeDelta::hours(2));
    }

    /// While this goes wrong the local store gets its sets, and it is said once which store is at fault and why.
    fn is_alarmed(&mut self, fault: Fault, store: &str, why: &str) {
        let sets = |it: &Watched, place| it.sets_in(place, SetKind::Database);
        let (local, off_site) = (sets(&self.it, Place::Local).len(), sets(&self.it, Place::OffSite));
        self.proxy.set(fault);
        self.next_set(&format!("{fault:?}"));
        assert_eq!(sets(&self.it, Place::Local).len(), local + 1, "{fault:?}: local sets go on");
        assert_eq!(sets(&self.it, Place::OffSite), off_site, "{fault:?}: nothing is there in part");
        assert_eq!(self.told(), [AWAY], "{fault:?}");
        let [alarm] = &self.it.alarms()[..] else { panic!("{fault:?}: {:?}", self.it.alarms()) };
        let is_said = alarm.contains(&format!("the off-site store ({store}")) && alarm.contains(why);
        assert!(is_said && alarm.contains("is not off-site"), "{fault:?}: {alarm}");
        let mails = self.it.app.mails_to("operations@portico.test");
        let mail = mails.iter().rfind(|mail| mail.subject == AWAY).expect("a mail");
        assert!(
            mail.text.contains(why) && mail.text.contains("Local sets go on"),
            "{fault:?}: {}",
            mail.text
        );
    }

    /// Once it is over, what is missing follows by itself, and holds there.
    fn is_over(&mut self, fault: Fault) {
        self.proxy.set(Fault::None);
        self.it.after(TimeDelta::minutes(5));
        assert_eq!(self.told(), [BACK], "{fault:?}");
        assert_eq!(self.it.alarms(), Vec::<String>::new(), "{fault:?}");
        let local = self.it.sets_in(Place::Local, SetKind::Database);
        assert_eq!(self.it.sets_in(Place::OffSite, SetKind::Database), local, "{fault:?}");
        let newest = local.last().expect("a set");
        self.it.vaults.environment().verify(Place::OffSite, newest).expect("it holds");
        let waiting = "SELECT count(*)::text AS line FROM backup_runs
                       WHERE off_site_at IS NULL OR off_site_error IS NOT NULL OR error IS NOT NULL";
        assert_eq!(line(&mut self.it.app.database.superuser(), waiting), "0", "{fault:?}");
    }
}

/// A server that is asked through a proxy.
enum Proxied {
    S3,
    Sftp(SftpServer),
}

impl Proxied {
    fn address(&self) -> std::net::SocketAddr {
        match self {
            Self::S3 => S3Server::shared().address(),
            Self::Sftp(server) => server.address(),
        }
    }

    fn off_site(&self, name: &str) -> OffSite {
        match self {
            Self::S3 => s3(name),
            Self::Sftp(server) => OffSite {
                production: server.place(Whose::Production),
                environment: server.place(Whose::Environment),
            },
        }
    }

    fn at(&self, address: std::net::SocketAddr, name: &str) -> api::config::backups::StorePlace {
        match self {
            Self::S3 => S3Server::shared().place_at(address, Whose::Production, name),
            Self::Sftp(server) => server.place_at(address, Whose::Production),
        }
    }
}

#[test]
fn whatever_is_wrong_with_a_bucket_is_an_alarm_until_it_is_over_and_all_of_it_follows() {
    let mut it = Alarmed::start(&Proxied::S3);
    let bucket = format!("s3://backups/{}", it.it.app.database.name());
    for (fault, why) in [
        (Fault::Answer("403 Forbidden"), "403 Forbidden"),
        (Fault::Answer("507 Insufficient Storage"), "507 Insufficient Storage"),
        (Fault::CutAfter(100), "rror sending request"),
        (Fault::Silence, "timed out"),
    ] {
        it.is_alarmed(fault, &bucket, why);
        it.it.after(TimeDelta::minutes(5));
        assert_eq!(it.told(), Vec::<String>::new(), "tried again, and said once");
        it.is_over(fault);
    }
    // What it has taken as something else is not believed before somebody has removed it there.
    let flips = Fault::Flip("/objects/");
    it.is_alarmed(flips, &bucket, "did not confirm its checksum");
    it.proxy.set(Fault::None);
    it.it.after(TimeDelta::minutes(5));
    assert_eq!(it.told(), Vec::<String>::new(), "said once");
    let why = "SELECT off_site_error AS line FROM backup_runs WHERE off_site_error IS NOT NULL";
    let why = line(&mut it.it.app.database.superuser(), why);
    assert!(why.contains("remove it there, in the backup environment"), "{why}");
    let path = why.split_whitespace().find(|word| word.starts_with("objects/")).expect("it says which");
    let tests = store(S3Server::shared().place(Whose::Tests, it.it.app.database.name()));
    tests.delete(path).expect("it goes");
    it.is_over(flips);
}

#[test]
fn whatever_is_wrong_with_the_way_to_a_server_of_sftp_is_an_alarm_until_it_is_over() {
    let server = Proxied::Sftp(SftpServer::start());
    let mut it = Alarmed::start(&server);
    for (fault, why) in [(Fault::CutAfter(2_000), "it cannot be reached"), (Fault::Silence, "timed out")] {
        it.is_alarmed(fault, "sftp://", why);
        it.is_over(fault);
    }
}

#[test]
fn a_server_of_sftp_whose_disk_is_full_is_an_alarm_until_there_is_room() {
    let Some(server) = SftpServer::start_on(Disk::Small(4096)) else {
        println!("this machine lets nobody make a small disk: not looked at");
        return;
    };
    let environment = store(server.place(Whose::Environment));
    let server = Proxied::Sftp(server);
    let mut it = Alarmed::start(&server);
    let mut filling = 0;
    for kib in [512, 64, 8, 1] {
        while environment.put_new(&format!("filling/{filling}"), &bytes(kib << 10)).is_ok() {
            filling += 1;
        }
    }
    it.is_alarmed(Fault::None, "sftp://", "the server's disk is full");
    for path in environment.list("filling").expect("a list") {
        environment.delete(&path).expect("it goes");
    }
    it.is_over(Fault::None);
}

#[test]
fn the_console_shows_the_alarm_as_long_as_it_lasts() {
    let mut it = Alarmed::start(&Proxied::S3);
    let console = TestConsole::of(&it.it.app);
    let alarms = |it: &Alarmed| {
        // Time passes, and operators' sessions end.
        let email = format!("at{}@ops.example", it.it.app.clock.now().timestamp());
        let operations = console.enter(&email, &[Team::Operations]);
        operations.get(&at("/backups")).expect(200).json::<BackupOverview>().alarms
    };
    it.proxy.set(Fault::Answer("507 Insufficient Storage"));
    it.next_set("New");
    let raised = alarms(&it);
    let [alarm] = &raised[..] else { panic!("{raised:?}") };
    assert!(alarm.message.starts_with(AWAY) && alarm.message.contains("507"), "{alarm:?}");
    it.proxy.set(Fault::None);
    it.it.after(TimeDelta::minutes(5));
    assert_eq!(alarms(&it), []);
}
