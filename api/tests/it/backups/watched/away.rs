//! The store off-site is away for a whole day.

use std::{collections::BTreeMap, fs, path::PathBuf};

use api::ops::{
    manifest,
    retention::{Place, SetKind},
    stores::Store,
};
use chrono::TimeDelta;
use serde_json::json;

use super::{OPERATIONS, Watched};
use crate::{
    backups::{files_below, photo},
    promises::catalogue::{line, lines},
};

impl Watched {
    /// How many sets of rows and of files the local store has, whatever the other one does.
    fn local_sets(&self) -> [usize; 2] {
        let store = Store::open("the local store", &self.vaults.at("local")).expect("it is there");
        SetKind::ALL.map(|kind| manifest::sets(&store, kind).expect("a list").len())
    }

    /// Everything that the sets of a store consist of, by its name.
    fn content(&self, store: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let folder = self.vaults.at(store);
        let files = ["sets", "objects"].map(|one| files_below(&folder.join(one))).concat();
        let named = |path: PathBuf| {
            let bytes = fs::read(&path).expect("it is read");
            (path.strip_prefix(&folder).expect("below it").to_owned(), bytes)
        };
        files.into_iter().map(named).collect()
    }
}

#[test]
fn a_day_without_the_store_off_site_costs_one_alarm_and_no_set() {
    let (mut scene, mut seen) = (Watched::start(), 0);
    scene.after(TimeDelta::zero());
    assert_eq!(scene.local_sets(), [1, 1]);
    scene.told(&mut seen);
    let off_site = scene.vaults.at("off-site");
    fs::rename(&off_site, scene.vaults.at("aside")).expect("it goes");
    fs::write(&off_site, "").expect("it is written");

    // A day from nine o'clock on, in which twelve slots of rows begin and one of files. The worker looks four times a slot.
    let mut told = Vec::new();
    for look in 0..48_u8 {
        if look % 4 == 0 {
            let name = format!("Written while it is away, {look}");
            scene.app.acme.admin(&scene.app).post("/projects", &json!({"name": name})).expect(201);
            photo(&scene.app.norte.admin(&scene.app), [look, 2, 3]);
        }
        scene.after(TimeDelta::minutes(30));
        told.extend(scene.told(&mut seen));
    }
    assert_eq!(scene.local_sets(), [13, 2], "sets go on");
    // Of each set its own mail, and of the store one alone, with the first of them.
    let alarm = "Backups do not reach the off-site store";
    let is_alone = |subject: &&String| subject.starts_with("Backed up, but not off-site: ");
    assert_eq!(told.iter().filter(is_alone).count(), 13, "{told:?}");
    assert_eq!(told.iter().filter(|subject| *subject == alarm).count(), 1, "{told:?}");
    assert_eq!(told.len(), 14, "{told:?}");
    let sql = &mut scene.app.database.superuser();
    let alarms =
        "SELECT name || CASE WHEN ended_at IS NULL THEN ' raised' ELSE ' ended' END AS line FROM alarms";
    assert_eq!(lines(sql, alarms), ["off-site store of backups raised"]);
    let waiting = "SELECT count(*)::text AS line FROM backup_runs WHERE off_site_at IS NULL";
    assert_eq!(line(sql, waiting), "13");

    fs::remove_file(&off_site).expect("it is removed");
    fs::rename(scene.vaults.at("aside"), &off_site).expect("it comes back");
    assert_eq!(scene.content("off-site").len(), 1 + 1 + 3, "what was there before");
    scene.after(TimeDelta::minutes(5));
    assert_eq!(scene.told(&mut seen), ["Backups reach the off-site store again"]);
    let mails = scene.app.mails_to(OPERATIONS);
    let last = &mails.last().expect("a mail").text;
    assert!(last.contains("13 sets were brought there; none waits."), "{last}");
    assert_eq!(lines(sql, alarms), ["off-site store of backups ended"]);
    assert_eq!(line(sql, waiting), "0");
    // Nothing is lost: it is the same there, byte for byte, and each set holds.
    assert!(scene.content("off-site") == scene.content("local"), "not the same in both stores");
    let environment = scene.vaults.environment();
    let store = environment.store(Place::OffSite);
    let sets = SetKind::ALL.map(|kind| manifest::sets(store, kind).expect("a list"));
    assert_eq!(sets.each_ref().map(Vec::len), [13, 2]);
    for (set, _) in sets.iter().flatten() {
        environment.verify(Place::OffSite, set).expect("it holds");
    }
    // The next one goes as usual.
    scene.after(TimeDelta::hours(2));
    let told = scene.told(&mut seen);
    assert!(told.len() == 1 && told[0].starts_with("Backed up: database-20260303T11"), "{told:?}");
}
