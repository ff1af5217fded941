//! What the backup environment does by itself.

use std::{fs, path::PathBuf};

use api::{
    config::{
        MailConfig, MailWay,
        backups::{AttendConfig, ScratchWork},
    },
    ops::{
        attend::{Attendant, Look},
        manifest::manifest_path,
        retention::Place,
    },
};
use chrono::TimeDelta;
use serde_json::json;

use super::{Scene, all_rows, files_below};
use crate::{
    harness::{Database, MailServer},
    promises::catalogue::line,
};

const OPERATIONS: &str = "operations@portico.test";

fn attendant(scene: &Scene, scratch: Option<&Database>) -> Attendant {
    let config = config(scene, scratch);
    Attendant::open(&config, scene.app.clock.clone()).expect("the backup environment is set up")
}

fn config(scene: &Scene, scratch: Option<&Database>) -> AttendConfig {
    AttendConfig {
        restore: scene.vaults.restore_config(),
        scratch_database_url: scratch.map(|database| database.url("portico_owner")),
        scratch_work: None,
        mail: MailConfig {
            way: MailWay::Smtp(MailServer::shared().url()),
            sender: format!("Portico <{}>", scene.app.database.mail_sender()),
            public_origin: "https://portico.test".to_owned(),
        },
        operators_mail: vec![OPERATIONS.to_owned()],
        drill: None,
    }
}

fn subjects(scene: &Scene) -> Vec<String> {
    scene.app.mails_to(OPERATIONS).into_iter().map(|mail| mail.subject).collect()
}

#[test]
fn each_set_is_verified_when_it_comes_and_one_a_day_comes_back() {
    let scene = Scene::start();
    let old = scene.rows();
    let first = scene.rows();
    let scratch = Database::empty();
    let mut attendant = attendant(&scene, Some(&scratch));
    let set = |place, made: &api::ops::backup::Made| (place, made.manifest.set.clone());
    let look = attendant.look();
    // Of those that were there before, the newest stands for all.
    assert_eq!(look.verified, [set(Place::OffSite, &first), set(Place::Local, &first)]);
    assert_eq!(look.wrong, Vec::<String>::new());
    let (restored, seconds) = look.restored.expect("one is restored");
    assert!([&old, &first].iter().any(|made| made.manifest.set == restored) && seconds > 0.0);
    assert!(all_rows(&scratch) == all_rows(&scene.app.database), "not the same rows");
    let second = scene.rows();
    let look = attendant.look();
    assert_eq!(look.verified, [set(Place::OffSite, &second), set(Place::Local, &second)]);
    assert_eq!(look.restored, None, "once a day");
    scene.app.clock.advance(TimeDelta::days(1));
    // What is there from last time gives way.
    assert!(attendant.look().restored.is_some());
    assert_eq!(attendant.look(), Look::default());
    assert_eq!(subjects(&scene), Vec::<String>::new(), "nothing to say");
}

/// Rows that compare equal are no proof that a server runs on them.
#[test]
fn somebody_works_with_what_came_back_and_it_is_wrong_where_they_cannot() {
    let scene = Scene::start();
    let made = scene.rows();
    let scratch = Database::empty();
    let work = |program: &str| ScratchWork {
        app_url: scratch.url("portico_app"),
        operator_url: scratch.url("portico_operator"),
        program: program.into(),
    };
    let attend = |program| {
        let config = AttendConfig { scratch_work: Some(work(program)), ..config(&scene, Some(&scratch)) };
        Attendant::open(&config, scene.app.clock.clone()).expect("the backup environment is set up")
    };
    let look = attend(env!("CARGO_BIN_EXE_portico")).look();
    assert!(look.restored.is_some() && look.wrong.is_empty(), "{look:?}");
    let sql = &mut scratch.superuser();
    let checked =
        "SELECT count(*)::text AS line FROM organizations WHERE slug = 'general-check' AND state = 'active'";
    assert_eq!(line(sql, checked), "1");
    scene.app.clock.advance(TimeDelta::days(1));
    let look = attend("/bin/false").look();
    // The rows are back, and it is tried again with those of the next day.
    assert!(look.restored.is_some(), "{look:?}");
    let expected = format!("{} came back, and nobody can work with it", made.manifest.set);
    assert!(look.wrong.iter().any(|said| said.contains(&expected)), "{look:?}");
    assert_eq!(line(sql, checked), "0");
    let told = subjects(&scene);
    assert!(told.len() == 1 && told[0].contains("working with what was restored on trial"), "{told:?}");
    let look = attend(env!("CARGO_BIN_EXE_portico")).look();
    assert_eq!(look.restored, None, "once a day: {look:?}");
}

#[test]
fn what_is_wrong_is_said_once_and_keeps_nothing_else_from_being_looked_at() {
    let scene = Scene::start();
    let mut attendant = attendant(&scene, None);
    assert_eq!(attendant.look(), Look::default(), "there is nothing yet");
    let made = scene.rows();
    let whole = scene.vaults.at("aside");
    // A flipped bit off-site.
    let object = files_below(&scene.vaults.at("off-site").join("objects")).remove(0);
    fs::copy(&object, &whole).expect("it is copied");
    let mut bytes = fs::read(&object).expect("it is read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&object, bytes).expect("it is written");
    for _ in 0..2 {
        let look = attendant.look();
        assert!(look.wrong.len() == 1 && look.wrong[0].contains("is damaged"), "{look:?}");
    }
    let about = format!("Something is wrong with {} in the off-site store", made.manifest.set);
    let told = subjects(&scene);
    assert!(told.len() == 1 && told[0].starts_with(&about), "{told:?}");
    // The next set is looked at all the same, and a manifest that does not verify is said.
    // Its organization has changed meanwhile: where nothing changes, the damaged object is named again.
    for organization in [&scene.app.acme, &scene.app.norte] {
        organization.admin(&scene.app).post("/projects", &json!({"name": "New"})).expect(201);
    }
    let next = scene.rows();
    let manifest = scene.vaults.at("local").join(manifest_path(&next.manifest.set));
    let signed = fs::read_to_string(&manifest).expect("it is read");
    fs::write(&manifest, signed.replacen("20", "21", 1)).expect("it is written");
    scene.app.clock.advance(TimeDelta::hours(1));
    let look = attendant.look();
    assert!(look.verified.contains(&(Place::OffSite, next.manifest.set.clone())), "{look:?}");
    assert!(look.wrong.iter().any(|said| said.contains("its signature does not hold")), "{look:?}");
    fs::write(&manifest, signed).expect("it is mended");
    fs::copy(&whole, &object).expect("it is mended");
    scene.app.clock.advance(TimeDelta::hours(1));
    assert_eq!(attendant.look().wrong, Vec::<String>::new());
    let told = subjects(&scene);
    assert_eq!(told.iter().filter(|subject| subject.starts_with("Well again: ")).count(), 3, "{told:?}");
}

/// Sets hold as long as one of the places does: nobody would miss the other before it is needed.
#[test]
fn a_key_that_one_place_of_the_vault_has_lost_is_wrong_until_it_is_back() {
    let scene = Scene::start();
    scene.rows();
    let mut attendant = attendant(&scene, None);
    assert_eq!(attendant.look().wrong, Vec::<String>::new());
    let [_, second] = scene.vaults.vault();
    let is_key = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "age");
    let key = files_below(&second).into_iter().find(is_key).expect("a key");
    let whole = fs::read(&key).expect("it is read");
    fs::write(&key, &whole[..10]).expect("it is cut");
    for _ in 0..2 {
        scene.app.clock.advance(TimeDelta::hours(1));
        let wrong = attendant.look().wrong;
        assert!(wrong.len() == 1 && wrong[0].contains("in the second vault"), "{wrong:?}");
    }
    fs::write(&key, whole).expect("it is mended");
    scene.app.clock.advance(TimeDelta::hours(1));
    assert_eq!(attendant.look().wrong, Vec::<String>::new());
    let told = subjects(&scene);
    assert!(told.len() == 2 && told.iter().all(|subject| subject.contains("the key vault")), "{told:?}");
}

#[test]
fn what_was_wrong_with_a_set_ends_with_the_set() {
    let scene = Scene::start();
    let mut attendant = attendant(&scene, None);
    assert_eq!(attendant.look(), Look::default(), "there is nothing yet");
    let made = scene.rows();
    let manifest = scene.vaults.at("off-site").join(manifest_path(&made.manifest.set));
    fs::write(&manifest, "no manifest").expect("it is written");
    assert!(!attendant.look().wrong.is_empty());
    fs::remove_file(&manifest).expect("it is removed");
    // Pruning was in its way too, and looks again after an hour.
    scene.app.clock.advance(TimeDelta::hours(1));
    assert_eq!(attendant.look().wrong, Vec::<String>::new());
    let about = format!("Well again: {} in the off-site store", made.manifest.set);
    let told = subjects(&scene);
    assert!(told.iter().any(|subject| subject.starts_with(&about)), "{told:?}");
}
