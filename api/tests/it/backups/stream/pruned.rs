//! The backup environment reads the stream as it comes, and removes what nobody needs any longer.

use std::fs;

use api::{
    clock::Clock,
    config::{MailConfig, MailWay, backups::AttendConfig},
    ops::{attend::Attendant, retention::Place},
};
use chrono::TimeDelta;
use diesel::connection::SimpleConnection as _;

use super::{Scene, count, under_writes};
use crate::{backups::files_below, harness::until};

fn attendant(scene: &Scene, clock: &Clock) -> Attendant {
    let config = AttendConfig {
        restore: scene.vaults.restore_config(),
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
    Attendant::open(&config, clock.clone()).expect("the backup environment is set up")
}

#[test]
fn base_backups_are_read_parts_go_once_their_file_is_whole_and_what_is_missing_is_said() {
    let scene = Scene::start("pruned");
    scene.wait_for_base();
    let url = scene.cluster.database_url("postgres");
    let switch = || scene.cluster.superuser().batch_execute("SELECT pg_switch_wal()").expect("it is full");
    for _ in 0..2 {
        scene.cluster.superuser().batch_execute("TRUNCATE written").expect("it is empty");
        under_writes(&url, 2, |acknowledged| until("some is written", || count(acknowledged) > 200));
        scene.wait_for_all();
        switch();
    }
    scene.wait_for_all();
    scene.end_stream();
    let clock = Clock::fixed(Clock::system().now());
    let mut attendant = attendant(&scene, &clock);
    let names = |store: &str| {
        let names = files_below(&scene.vaults.at(store).join("stream")).into_iter();
        names.map(|path| path.display().to_string()).filter(|path| path.contains("/wal/")).collect::<Vec<_>>()
    };
    let wholes = |store: &str| names(store).into_iter().filter(|name| name.contains("/whole-")).count();
    let (before, whole) = (names("off-site").len(), wholes("off-site"));
    assert!(before > whole + 2 && whole >= 2, "{:?}", names("off-site"));
    let look = attendant.look();
    assert_eq!(look.wrong, Vec::<String>::new());
    assert_eq!(look.verified.iter().filter(|(place, _)| *place == Place::OffSite).count(), 1);
    assert!(look.removed.1 > 0);
    assert!(wholes("off-site") >= 2, "what is whole stays");
    // Parts are left of the file alone that is not whole.
    for store in ["local", "off-site"] {
        let left = names(store);
        let (wholes, parts): (Vec<_>, Vec<_>) = left.iter().partition(|name| name.contains("/whole-"));
        let folder = |name: &str| name.rsplit_once('/').expect("a folder").0.to_owned();
        assert!(
            parts.iter().all(|part| wholes.iter().all(|whole| folder(whole) != folder(part))),
            "{left:?}"
        );
    }
    // It all comes back as before.
    let recovered = scene.recovered("end");
    assert!(recovered.ids().len() >= 200);
    drop(recovered);
    // The same once more, with nothing to do; then some of the log is removed, and a base backup is damaged.
    assert_eq!(attendant.look().wrong, Vec::<String>::new());
    let off_site = scene.vaults.at("off-site").join("stream");
    let of = |what: &str| {
        let mut files = files_below(&off_site);
        files.retain(|path| path.to_string_lossy().contains(what));
        files.pop().expect("one")
    };
    let missing = of("/whole-");
    let bytes = fs::read(&missing).expect("it is read");
    fs::remove_file(&missing).expect("it is removed");
    clock.advance(TimeDelta::hours(1));
    let look = attendant.look();
    assert!(look.wrong.len() == 1 && look.wrong[0].contains("of the log is missing"), "{look:?}");
    fs::write(&missing, bytes).expect("it is mended");
    clock.advance(TimeDelta::hours(1));
    assert_eq!(attendant.look().wrong, Vec::<String>::new());
}

#[test]
fn what_nobody_needs_any_longer_goes() {
    let scene = Scene::start("old");
    scene.wait_for_base();
    let switch = || scene.cluster.superuser().batch_execute("SELECT pg_switch_wal()").expect("it is full");
    // Another base backup, nine days later as its name and its manifest say; the log goes on in between.
    for _ in 0..3 {
        scene.wait_for_all();
        switch();
    }
    scene.wait_for_all();
    scene.end_stream();
    scene.another_base(TimeDelta::days(9));
    let folder = scene.vaults.at("local").join("stream");
    let count =
        |what: &str| files_below(&folder).iter().filter(|path| path.to_string_lossy().contains(what)).count();
    assert_eq!((count(".manifest"), count("/whole-") > 3), (2, true));
    let environment = scene.vaults.environment();
    // One that is eight days old and one of before: both are needed.
    let now = Clock::system().now() + TimeDelta::days(9);
    let pruned = environment.prune_stream(Place::Local, now).expect("it is pruned");
    assert_eq!((pruned.bases.len(), pruned.kept, &pruned.wrong), (0, 2, &Vec::new()));
    scene.another_base(TimeDelta::days(18));
    let before = count("/whole-");
    let pruned = environment.prune_stream(Place::Local, now + TimeDelta::days(9)).expect("it is pruned");
    assert_eq!((pruned.bases.len(), pruned.kept, &pruned.wrong), (1, 2, &Vec::new()));
    assert_eq!(count(".manifest"), 2);
    // The log of before the second goes with the first.
    assert!(count("/whole-") < before);
    // A name alone is no other cluster: whoever writes it there does not end this one.
    let (later, stranger) = (now + TimeDelta::days(40), folder.join("7/bases"));
    fs::create_dir_all(&stranger).expect("a folder");
    fs::write(stranger.join(format!("{}-x.manifest", later.format("%Y%m%dT%H%M%SZ"))), "")
        .expect("it is written");
    let left = count("/whole-");
    environment.prune_stream(Place::Local, later).expect("it is looked at");
    assert_eq!(count("/whole-"), left);
}
