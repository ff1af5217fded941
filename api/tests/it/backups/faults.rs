//! What goes wrong with a store off-site: it is said, the program fails, and nothing is lost.

use std::{
    fs,
    io::Write as _,
    path::PathBuf,
    process::Output,
    time::{Duration, Instant},
};

use api::{
    clock::Clock,
    config::backups::{StoreConfig, StorePlace},
    ops::{
        manifest,
        retention::{Place, SetKind},
        stores::{PART, Store},
    },
};
use serde_json::json;

use super::{
    Scene,
    off_site::{bytes, s3, store},
};
use crate::harness::{Fault, Proxy, S3Server, Whose, free_address, until};

/// What is said where the set stands in the local store alone.
fn failed(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("the set stands in the local store alone"), "{said}");
    assert!(said.contains("the off-site store (s3://backups/"), "{said}");
    said
}

impl Scene {
    /// With a bucket that production reaches through something.
    fn through(proxy: &Proxy) -> Self {
        let mut scene = Self::start_with(s3);
        scene.reach(S3Server::shared().place_at(
            proxy.address(),
            Whose::Production,
            scene.app.database.name(),
        ));
        scene
    }

    pub(super) fn reach(&mut self, place: StorePlace) {
        self.vaults.off_site.as_mut().expect("it is set").production = place;
        self.production_anew();
    }

    /// Every set of the local store is off-site too, and holds there; nothing is left over.
    fn all_is_off_site(&self, sets: usize) {
        let environment = self.vaults.environment();
        let local = manifest::sets(environment.store(Place::Local), SetKind::Database).expect("a list");
        let off_site = manifest::sets(environment.store(Place::OffSite), SetKind::Database).expect("a list");
        assert_eq!((local.len(), &off_site), (sets, &local));
        for (set, _) in off_site {
            environment.verify(Place::OffSite, &set).expect("it holds");
        }
        assert_eq!(S3Server::shared().uploads(self.app.database.name()), 0);
    }
}

#[test]
fn a_store_that_is_down_is_said_at_once_and_what_is_missing_follows() {
    let address = free_address();
    let mut scene = Scene::start_with(s3);
    let place = S3Server::shared().place_at(address, Whose::Production, scene.app.database.name());
    scene.reach(place);
    for name in ["one", "two"] {
        let started = Instant::now();
        // By the machine's clock, which goes on: the sets have names of their own.
        scene.app.acme.admin(&scene.app).post("/projects", &json!({"name": name})).expect(201);
        scene.app.clock.advance(chrono::TimeDelta::hours(2));
        let made = scene.production.database_set().expect("the local set is made");
        let error = format!("{:#}", made.off_site.expect_err("nobody is there"));
        assert!(error.contains("the rest follows with the next set"), "{error}");
        assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    }
    let said = failed(&scene.ops(&["backup"]));
    assert!(said.contains("onnect"), "{said}");
    let _server = Proxy::start_at(address, S3Server::shared().address(), Fault::None);
    assert_eq!(scene.rows().off_site.expect("it is there again"), 4);
    scene.all_is_off_site(4);
}

#[test]
fn a_key_that_may_not_put_is_said() {
    let mut scene = Scene::start_with(s3);
    let prefix = scene.app.database.name().to_owned();
    scene.reach(S3Server::shared().place(Whose::Environment, &prefix));
    let said = failed(&scene.ops(&["backup"]));
    assert!(said.contains("403") && said.contains("AccessDenied"), "{said}");
    let StorePlace::S3(mut wrong) = S3Server::shared().place(Whose::Production, &prefix) else { panic!() };
    "a wrong one".clone_into(&mut wrong.secret_access_key);
    scene.reach(StorePlace::S3(wrong));
    let said = failed(&scene.ops(&["backup"]));
    assert!(said.contains("403") && said.contains("SignatureDoesNotMatch"), "{said}");
    assert!(!said.contains("a wrong one"), "{said}");
    scene.reach(S3Server::shared().place(Whose::Production, &prefix));
    let output = scene.ops(&["backup"]);
    assert!(output.status.success(), "{output:?}");
    scene.all_is_off_site(3);
}

#[test]
fn a_store_that_is_full_is_said() {
    let proxy = Proxy::start(S3Server::shared().address(), Fault::Answer("507 Insufficient Storage"));
    let scene = Scene::through(&proxy);
    let said = failed(&scene.ops(&["backup"]));
    assert!(said.contains("507 Insufficient Storage"), "{said}");
    // Asked again a few times, for it might have passed; then no more.
    assert!(proxy.connections() <= 4, "{}", proxy.connections());
    proxy.set(Fault::None);
    assert!(scene.ops(&["backup"]).status.success());
    scene.all_is_off_site(2);
}

#[test]
fn a_store_that_says_nothing_is_not_waited_for() {
    let proxy = Proxy::start(S3Server::shared().address(), Fault::Silence);
    let mut scene = Scene::through(&proxy);
    let mut config = scene.vaults.stores_of_production().off_site;
    config.patience = Duration::from_secs(1);
    let silent = Store::at("the off-site store", &config).expect("it is set up");
    let started = Instant::now();
    let error = silent.try_put_new("a", b"a").expect_err("nobody answers");
    assert!(format!("{error:#}").contains("timed out"), "{error:#}");
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    // In parts, each is tried again, and no more often than is bearable.
    let started = Instant::now();
    let mut upload = silent.upload("b").expect("nothing is asked yet");
    upload.write_all(&bytes(3 * PART)).expect_err("nobody answers");
    drop(upload);
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    // The whole run gives up with the first that fails.
    scene.vaults.patience = Duration::from_secs(1);
    let started = Instant::now();
    failed(&scene.ops(&["backup"]));
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    proxy.set(Fault::None);
    assert!(scene.ops(&["backup"]).status.success());
    scene.all_is_off_site(2);
}

#[test]
fn a_connection_that_is_cut_again_and_again_brings_what_it_can() {
    let proxy = Proxy::start(S3Server::shared().address(), Fault::CutAfter(40_000));
    let scene = Scene::through(&proxy);
    // More than goes through one connection; each object fits.
    let output = scene.ops(&["backup"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(proxy.connections() > 1, "it was never cut");
    scene.all_is_off_site(1);
    // Nothing fits.
    proxy.set(Fault::CutAfter(100));
    let said = failed(&scene.ops(&["backup"]));
    assert!(said.contains("is not off-site"), "{said}");
    proxy.set(Fault::None);
    assert!(scene.ops(&["backup"]).status.success());
    scene.all_is_off_site(3);
}

#[test]
fn a_part_that_is_cut_is_sent_again_and_where_none_arrives_nothing_is_there() {
    let (server, prefix) = (S3Server::shared(), format!("cut-{}", std::process::id()));
    let proxy = Proxy::start(server.address(), Fault::CutAfter(20 << 20));
    let off_site = store(server.place_at(proxy.address(), Whose::Production, &prefix));
    let put = |name: &str| {
        let mut upload = off_site.upload(name).expect("it begins");
        upload.write_all(&bytes(5 * PART + 9))?;
        upload.finish()
    };
    let object = put("objects/big").expect("it arrives");
    store(server.place(Whose::Environment, &prefix)).confirm(&object).expect("it is whole");
    assert!(proxy.connections() > 2, "{}", proxy.connections());
    proxy.set(Fault::CutAfter(3 << 20));
    // Through connections that know nothing of this yet, too.
    let off_site = store(server.place_at(proxy.address(), Whose::Production, &prefix));
    let mut upload = off_site.upload("objects/never").expect("it begins");
    let error = upload.write_all(&bytes(2 * PART)).expect_err("it is cut");
    assert!(format!("{error:#}").contains("cannot write objects/never"), "{error:#}");
    drop(upload);
    assert_eq!((server.names(&prefix), server.uploads(&prefix)), (vec!["objects/big".to_owned()], 0));
}

#[test]
fn a_slow_store_is_waited_for_as_long_as_it_takes_something() {
    let (server, prefix) = (S3Server::shared(), format!("slow-{}", std::process::id()));
    // A part takes two seconds or three; the whole object, longer than a single answer is waited for.
    let proxy = Proxy::start(server.address(), Fault::Slow(35_000));
    let config = StoreConfig {
        place: server.place_at(proxy.address(), Whose::Production, &prefix),
        provider: "tests".to_owned(),
        patience: Duration::from_secs(6),
    };
    let off_site = Store::at("the off-site store", &config).expect("it is set up");
    let mut upload = off_site.upload("objects/slow").expect("it begins");
    upload.write_all(&bytes(2 * PART + 1)).expect("it is written");
    let object = upload.finish().expect("it is there");
    store(server.place(Whose::Environment, &prefix)).confirm(&object).expect("it is whole");
}

/// A run that is killed has left nothing in part, and the next goes on with the object that was not there yet.
#[test]
fn a_run_that_is_killed_is_taken_up_where_it_was() {
    let proxy = Proxy::start(S3Server::shared().address(), Fault::Slow(300));
    let scene = Scene::through(&proxy);
    let prefix = scene.app.database.name();
    let names = |folder: &str| {
        let names = S3Server::shared().names(prefix);
        names.into_iter().filter(|name| name.starts_with(folder)).collect::<Vec<_>>()
    };
    let mut running = scene.spawn(&["backup"]);
    let records = scene.vaults.at("local/brought");
    let is_record = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "age");
    let noted = || records.exists() && super::files_below(&records).iter().any(is_record);
    until("an object is there and noted", noted);
    running.kill().expect("it is killed");
    running.wait().expect("it ends");
    scene.last.set(Clock::system().now().timestamp());
    let before: Vec<String> = super::files_below(&records)
        .iter()
        .filter(|file| is_record(file))
        .map(|file| file.to_string_lossy())
        .filter_map(|file| Some(format!("objects/{}", file.split_once("/objects/")?.1)))
        .collect();
    assert!(!before.is_empty() && before.len() < 3, "{before:?}");
    assert_eq!(names("sets/"), Vec::<String>::new());
    proxy.set(Fault::None);
    let sent = proxy.sent();
    let output = scene.ops(&["backup"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    scene.all_is_off_site(2);
    // Nothing had changed, so the second set has the same objects, and what was there was not sent.
    let size = |name: &String| fs::metadata(scene.vaults.at("local").join(name)).expect("it is there").len();
    let (all, there): (u64, u64) = (names("objects/").iter().map(size).sum(), before.iter().map(size).sum());
    let manifests: u64 = names("sets/").iter().map(size).sum();
    let most = all - there + 2 * manifests + 8000;
    let now = u64::try_from(proxy.sent() - sent).expect("small");
    assert!(now < most, "{now} bytes, and not below {most}");
}

#[test]
fn what_arrives_as_something_else_does_not_count() {
    let proxy = Proxy::start(S3Server::shared().address(), Fault::Flip("/objects/"));
    let scene = Scene::through(&proxy);
    let said = failed(&scene.ops(&["backup"]));
    assert!(said.contains("did not confirm its checksum"), "{said}");
    // The server took it all the same, so its name is taken: that is not believed either.
    proxy.set(Fault::None);
    let said = failed(&scene.ops(&["backup"]));
    assert!(said.contains("remove it there, in the backup environment"), "{said}");
    let path = said.split_whitespace().find(|word| word.starts_with("objects/")).expect("it says which");
    let tests = store(S3Server::shared().place(Whose::Tests, scene.app.database.name()));
    tests.delete(path).expect("it goes");
    assert!(scene.ops(&["backup"]).status.success());
    scene.all_is_off_site(3);
}
