//! What is not as it was made is told apart, by a clear message, and changes nothing.

mod at_random;

use std::{fs, path::PathBuf};

use age::{secrecy::ExposeSecret as _, x25519::Identity};
use api::{
    config::backups::RestoreConfig,
    ops::{
        backup::Made,
        environment::Environment,
        manifest::{Manifest, manifest_path},
        owner::Owner,
        retention::Place,
        signing::SetKeys,
    },
};
use serde_json::json;

use super::{Scene, plan, things};
use crate::harness::Database;

/// What is broken, in the off-site store.
struct Case<'a> {
    scene: &'a Scene,
    made: &'a Made,
    config: RestoreConfig,
}

impl Case<'_> {
    fn object(&self, organization: usize) -> PathBuf {
        let id = [self.scene.app.acme.id, self.scene.app.norte.id][organization];
        let stream = self.made.manifest.stream(Owner::Organization(id)).expect("a stream");
        self.scene.vaults.at("off-site").join(&stream.object.path)
    }

    fn manifest(&self) -> PathBuf {
        self.scene.vaults.at("off-site").join(manifest_path(&self.made.manifest.set))
    }

    /// Signs another manifest in its place, as production could.
    fn sign(&self, change: impl FnOnce(&mut Manifest)) {
        let mut manifest = self.made.manifest.clone();
        change(&mut manifest);
        let keys = SetKeys::read(&self.scene.vaults.at("keys")).expect("a key");
        fs::write(self.manifest(), manifest.sign(&keys).expect("it is signed")).expect("it is written");
    }
}

fn rewrite(path: &PathBuf, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("it is read");
    change(&mut bytes);
    fs::write(path, bytes).expect("it is written");
}

type Break = fn(&mut Case<'_>);

/// What is done, and what is said of it.
const CASES: &[(&str, Break, &str)] = &[
    ("a flipped bit", |it| rewrite(&it.object(0), |bytes| *bytes.last_mut().unwrap() ^= 1), "is damaged"),
    ("a flipped bit in the middle", |it| rewrite(&it.object(1), |bytes| bytes[700] ^= 64), "is damaged"),
    ("a flipped bit at the beginning", |it| rewrite(&it.object(1), |bytes| bytes[0] ^= 1), "is damaged"),
    ("cut off", |it| rewrite(&it.object(0), |bytes| bytes.truncate(bytes.len() / 2)), "bytes instead of"),
    ("empty", |it| rewrite(&it.object(0), Vec::clear), "has 0 bytes instead of"),
    ("something behind it", |it| rewrite(&it.object(0), |bytes| bytes.push(0)), "bytes instead of"),
    (
        "swapped",
        |it| {
            let (one, other) = (it.object(0), it.object(1));
            let (first, second) = (fs::read(&one).unwrap(), fs::read(&other).unwrap());
            fs::write(one, second).unwrap();
            fs::write(other, first).unwrap();
        },
        "in the off-site store",
    ),
    ("not there", |it| fs::remove_file(it.object(1)).unwrap(), "cannot read objects/"),
    (
        "a manifest of another time under this name",
        |it| {
            let first = it.scene.vaults.at("off-site").join("sets");
            let older = fs::read_dir(first).unwrap().map(|entry| entry.unwrap().path()).min().unwrap();
            fs::copy(older, it.manifest()).unwrap();
        },
        "an old manifest stands under another name",
    ),
    (
        "a changed manifest",
        |it| rewrite(&it.manifest(), |bytes| bytes[40] ^= 1),
        "its signature does not hold",
    ),
    ("a manifest that is cut off", |it| rewrite(&it.manifest(), |bytes| bytes.truncate(100)), "cut off"),
    ("no manifest", |it| fs::remove_file(it.manifest()).unwrap(), "there is no set"),
    (
        "rows that are not those of the manifest",
        |it| {
            it.sign(|manifest| {
                let table = manifest.streams[1].tables.iter_mut().find(|table| table.table == "users");
                table.unwrap().rows += 1;
            });
        },
        "the table users is not what the manifest says",
    ),
    (
        "one organization's rows as another's",
        |it| {
            it.sign(|manifest| {
                let (one, other) = (manifest.streams[1].owner, manifest.streams[2].owner);
                manifest.streams[1].owner = other;
                manifest.streams[2].owner = one;
            });
        },
        "the key of",
    ),
    (
        "another column",
        |it| it.sign(|manifest| manifest.schema.retain(|one| !one.ends_with("000080"))),
        "schema",
    ),
    (
        "a schema that is not known",
        |it| {
            it.sign(|manifest| {
                manifest.schema.push("99991231000001".to_owned());
                "9.8.7".clone_into(&mut manifest.tool_version);
            });
        },
        "is of portico 9.8.7",
    ),
    ("a later format", |it| it.sign(|manifest| manifest.format += 1), "or later"),
    (
        "somebody else's identity",
        |it| {
            Identity::generate().to_string().expose_secret().clone_into(&mut it.config.identity);
        },
        "does not open",
    ),
    (
        "keys of somebody else's",
        |it| {
            it.config.signers = api::audit::lines::Bytes([
                0x3b, 0x6a, 0x27, 0xbc, 0xce, 0xb6, 0xa4, 0x2d, 0x62, 0xa3, 0xa8, 0xd0, 0x2a, 0x6f, 0x0d,
                0x73, 0x65, 0x32, 0x15, 0x77, 0x1d, 0xe2, 0x43, 0xa6, 0x3a, 0xc0, 0x48, 0xa1, 0x8b, 0x59,
                0xda, 0x29,
            ])
            .to_string();
        },
        "none of the trusted ones",
    ),
    (
        "a key that is in neither place",
        |it| {
            for place in it.scene.vaults.vault() {
                fs::remove_dir_all(place.join(it.scene.app.norte.id.to_string())).unwrap();
            }
        },
        "it is not there",
    ),
];

#[test]
fn whatever_is_broken_is_said_and_the_target_is_what_it_was() {
    let scene = Scene::start();
    scene.rows();
    scene.app.acme.admin(&scene.app).post("/projects", &json!({"name": "New"})).expect(201);
    let made = scene.rows();
    let target = Database::empty();
    let kept = [scene.vaults.at("off-site"), scene.vaults.at("vault"), scene.vaults.at("second-vault")];
    let aside = scene.vaults.at("aside");
    for (number, folder) in kept.iter().enumerate() {
        copy(folder, &aside.join(number.to_string()));
    }
    for (name, breaks, said) in CASES {
        let mut case = Case { scene: &scene, made: &made, config: scene.vaults.restore_config() };
        breaks(&mut case);
        let environment = Environment::open(&case.config).expect("it is set up");
        let error = environment.restore(&plan(&made, &target)).expect_err(name);
        assert!(format!("{error:#}").contains(said), "{name}: {error:#}");
        assert_eq!(things(&target), ["public"], "{name}");
        // Verifying finds the same, but for what only a database can tell.
        if !["another column", "a schema that is not known"].contains(name) {
            let error = environment.verify(Place::OffSite, &made.manifest.set).expect_err(name);
            assert!(format!("{error:#}").contains(said), "{name}: {error:#}");
        }
        for (number, folder) in kept.iter().enumerate() {
            fs::remove_dir_all(folder).expect("it is removed");
            copy(&aside.join(number.to_string()), folder);
        }
    }
    scene.vaults.environment().restore(&plan(&made, &target)).expect("mended, it is restored");
}

/// The program's status says so, too.
#[test]
fn a_set_that_does_not_hold_ends_the_program_with_a_failure() {
    let scene = Scene::start();
    let made = scene.rows();
    let set = made.manifest.set.as_str();
    let output = scene.vaults.program(&["ops", "verify", set]);
    assert!(output.status.success(), "{output:?}");
    let case = Case { scene: &scene, made: &made, config: scene.vaults.restore_config() };
    rewrite(&case.object(0), |bytes| bytes[300] ^= 1);
    let target = Database::empty();
    let into = target.url("portico_owner");
    for arguments in [vec!["ops", "verify", set], vec!["ops", "restore", "--to", set, "--into", &into]] {
        let output = scene.vaults.program(&arguments);
        let said = String::from_utf8(output.stderr).expect("text");
        assert!(!output.status.success() && said.contains("is damaged"), "{said}");
    }
    assert_eq!(things(&target), ["public"]);
    // The local store has it whole.
    assert!(scene.vaults.program(&["ops", "verify", set, "--from", "local"]).status.success());
}

fn copy(from: &PathBuf, to: &PathBuf) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("it is there") {
        let (path, target) = {
            let entry = entry.expect("an entry");
            (entry.path(), to.join(entry.file_name()))
        };
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("it is copied");
        }
    }
}
