//! Whatever happens to something that sets consist of is found: 1,000 changes of a byte, cuts and swaps, at random.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use api::{
    config::{application::ApplicationConfig, backups::BackupConfig},
    ops::{
        backup::{Made, Production},
        environment::Environment,
        manifest::{Manifest, manifest_path},
        owner::Owner,
        restore::Plan,
        retention::Place,
    },
};
use serde_json::json;

use crate::{
    backups::{Scene, all_rows, photo, plan, things},
    harness::{Database, Dice},
};

const TIMES: u64 = 1_000;
/// Each of so many times it is tried to bring back what is damaged.
const TRIED_EVERY: u64 = 50;

/// Something that sets consist of.
struct Thing {
    what: &'static str,
    /// The store, or the vault: things are swapped within it.
    shelf: &'static str,
    /// Where it stands. A key stands in both places of the vault; as one of them is enough, the same happens to both.
    paths: Vec<PathBuf>,
    bytes: Vec<u8>,
    /// What a message is to call it.
    name: String,
    /// The sets that need it.
    sets: Vec<(Place, String)>,
}

impl Thing {
    fn hold(&self, bytes: &[u8]) {
        for path in &self.paths {
            fs::write(path, bytes).expect("it is written");
        }
    }
}

/// An installation with two sets of rows and one of files, and an application in it, in both stores.
struct Stand {
    scene: Scene,
    rows: [Made; 2],
    files: Made,
    things: Vec<Thing>,
    environment: Environment,
    target: Database,
}

impl Stand {
    fn start() -> Self {
        let mut scene = Scene::start();
        scene.production = with_application(&scene);
        photo(&scene.app.acme.admin(&scene.app), [1, 2, 3]);
        photo(&scene.app.norte.admin(&scene.app), [4, 5, 6]);
        let (files, first) = (scene.files(), scene.rows());
        scene.app.acme.admin(&scene.app).post("/projects", &json!({"name": "New"})).expect(201);
        let rows = [first, scene.rows()];
        let mut found = BTreeMap::new();
        for made in rows.iter().chain([&files]) {
            for place in Place::ALL {
                gather(&mut found, &scene, &made.manifest, place);
            }
        }
        let environment = scene.vaults.environment();
        let things = found.into_values().collect();
        Self { scene, rows, files, things, environment, target: Database::empty() }
    }

    /// Does something to one thing. Gives what was done, and what is not as it was.
    fn damage<'a>(&'a self, thing: &'a Thing, dice: &mut Dice) -> (&'static str, Vec<&'a Thing>) {
        let mut bytes = thing.bytes.clone();
        match dice.below(3) {
            0 => {
                bytes[dice.below(thing.bytes.len())] ^= u8::try_from(1 + dice.below(255)).expect("a byte");
                thing.hold(&bytes);
                ("a changed byte", vec![thing])
            }
            1 => {
                bytes.truncate(dice.below(thing.bytes.len()));
                thing.hold(&bytes);
                ("a cut", vec![thing])
            }
            _ => {
                let is_other = |other: &&Thing| other.shelf == thing.shelf && other.bytes != thing.bytes;
                let others: Vec<&Thing> = self.things.iter().filter(is_other).collect();
                let other = dice.one_of(&others);
                thing.hold(&other.bytes);
                other.hold(&thing.bytes);
                ("a swap", vec![thing, other])
            }
        }
    }

    /// Tries to bring back what the thing belongs to: the application, or rows with all files that they name.
    fn bring_back(&self, thing: &Thing, place: Place, set: &str) -> anyhow::Result<()> {
        if thing.what == "the application" {
            let application = self.files.manifest.application.as_ref().expect("it is in it");
            let into = self.scene.vaults.at("unpacked").join("application");
            return self.environment.application(self.environment.store(place), application, Some(&into));
        }
        let rows = self.rows.iter().find(|made| made.manifest.set == set).unwrap_or(&self.rows[1]);
        self.environment.restore(&self.whole(rows, place)).map(drop)
    }

    fn whole(&self, rows: &Made, from: Place) -> Plan {
        Plan { from, files_into: Some(self.target.files()), ..plan(rows, &self.target) }
    }

    /// What stands where something was to be brought back.
    fn left(&self) -> (Vec<String>, Vec<bool>, usize) {
        let files = self.target.files();
        let staging = PathBuf::from(format!("{}.restoring", files.display()));
        let unpacked = fs::read_dir(self.scene.vaults.at("unpacked")).expect("a folder");
        (things(&self.target), vec![files.exists(), staging.exists()], unpacked.count())
    }
}

/// What makes sets, with a small application.
fn with_application(scene: &Scene) -> Production {
    let program = scene.vaults.at("program");
    fs::write(&program, "not much of a program ".repeat(100)).expect("it is written");
    fs::create_dir(scene.vaults.at("unpacked")).expect("a folder");
    let application = ApplicationConfig {
        program,
        app: None,
        console_app: None,
        settings: [("PORTICO_DOMAIN".to_owned(), "portico.test".to_owned())].into(),
    };
    let database = &scene.app.database;
    let config = scene.vaults.backup_config(database.url("portico_backup"), database.files());
    let config = BackupConfig { application: Some(application), ..config };
    Production::open(&config, scene.app.clock.clone()).expect("production is set up")
}

/// Adds what a set consists of.
fn gather(found: &mut BTreeMap<PathBuf, Thing>, scene: &Scene, manifest: &Manifest, place: Place) {
    let mut add = |what, shelf, paths: Vec<PathBuf>, name: String| {
        let bytes = fs::read(&paths[0]).expect("it is read");
        let new = Thing { what, shelf, paths: paths.clone(), bytes, name, sets: Vec::new() };
        found.entry(paths[0].clone()).or_insert(new).sets.push((place, manifest.set.clone()));
    };
    let shelf = match place {
        Place::Local => "local",
        Place::OffSite => "off-site",
    };
    let store = scene.vaults.at(shelf);
    add("a manifest", shelf, vec![store.join(manifest_path(&manifest.set))], manifest.set.clone());
    let rows = manifest.streams.iter().map(|one| ("rows", &one.object, one.owner, &one.key));
    let files = manifest.files.iter().map(|one| ("a file", &one.object, one.owner, &one.key));
    let application = manifest.application.iter();
    let application = application.map(|one| ("the application", &one.object, Owner::Platform, &one.key));
    for (what, object, owner, key) in rows.chain(files).chain(application) {
        add(what, shelf, vec![store.join(&object.path)], object.path.clone());
        let both = scene.vaults.vault().map(|vault| vault.join(format!("{owner}/{key}.age")));
        add("a key", "vault", both.into(), format!("the key of {owner}"));
    }
}

#[test]
fn whatever_happens_to_anything_is_found_and_nothing_of_it_comes_back() {
    let stand = Stand::start();
    let (mut kinds, before) = (BTreeSet::new(), stand.left());
    assert_eq!(before, (vec!["public".to_owned()], vec![false, false], 0));
    for seed in 0..TIMES {
        let dice = &mut Dice(seed);
        let thing = &stand.things[dice.below(stand.things.len())];
        let (how, damaged) = stand.damage(thing, dice);
        let names: Vec<&str> = damaged.iter().map(|one| one.name.as_str()).collect();
        let (place, set) = &thing.sets[dice.below(thing.sets.len())];
        let about = format!("seed {seed}: {how} of {} ({names:?}, {}), {set}", thing.what, thing.shelf);
        let said = |error: anyhow::Error| {
            let said = format!("{error:#}");
            // One of those that are damaged is named, whichever is met first.
            assert!(names.iter().any(|name| said.contains(name)), "{about}: {said}");
        };
        said(stand.environment.verify(*place, set).expect_err(&about));
        if seed % TRIED_EVERY == 0 {
            said(stand.bring_back(thing, *place, set).expect_err(&about));
            assert_eq!(stand.left(), before, "{about}");
        }
        for one in damaged {
            one.hold(&one.bytes);
        }
        kinds.insert((thing.what, how));
    }
    // Each of the three has happened to each of the five.
    assert_eq!(kinds.len(), 15, "{kinds:?}");
    for made in stand.rows.iter().chain([&stand.files]) {
        for place in Place::ALL {
            stand.environment.verify(place, &made.manifest.set).expect("mended, it holds");
        }
    }
    let restored = stand.environment.restore(&stand.whole(&stand.rows[1], Place::OffSite));
    let restored = restored.expect("mended, it is restored");
    assert_eq!((restored.organizations, restored.files, restored.missing_files), (2, 4, 0));
    assert!(all_rows(&stand.scene.app.database) == all_rows(&stand.target), "not the same rows");
    let application = stand.things.iter().find(|thing| thing.what == "the application").expect("it is there");
    let (place, set) = &application.sets[0];
    stand.bring_back(application, *place, set).expect("mended, it comes back");
}
