//! What is out of reach for a while, or dies, leaves no gap.

use std::{collections::BTreeSet, fs, path::Path, process::Stdio};

use super::{Scene, count, receivers, under_writes};
use crate::harness::{as_owner, give_to_owner, signal, until};

#[test]
fn a_store_that_was_away_and_whatever_died_leave_no_gap() {
    let scene = Scene::start("interrupted");
    scene.wait_for_base();
    let url = scene.cluster.database_url("postgres");
    let (off_site, away) = (scene.vaults.at("off-site"), scene.vaults.at("away"));
    let (acknowledged, ()) = under_writes(&url, 2, |acknowledged| {
        let more = |what: &str| {
            let before = count(acknowledged);
            until(what, || count(acknowledged) > before + 300);
        };
        more("some is written");
        // The store off-site goes: the local one gets everything all the same.
        fs::rename(&off_site, &away).expect("it goes");
        fs::write(&off_site, "no folder").expect("something is in its place");
        more("some is written while the other store is away");
        scene.until("it is said why", || {
            scene.state().is_some_and(|state| {
                state.off_site.error.is_some()
                    && state.local.waiting_since.is_none()
                    && state.local.error.is_none()
            })
        });
        // The stream is killed meanwhile, as is what receives for it.
        scene.kill_stream();
        more("some is written while nobody streams");
        let left = receivers(&scene.memory);
        assert_eq!(left.len(), 1, "the receiver is left behind");
        scene.begin();
        scene.until("it receives again", || {
            let ours = receivers(&scene.memory);
            !ours.is_empty() && ours != left && scene.state().is_some_and(|state| state.deaf.is_none())
        });
        fs::remove_file(&off_site).expect("it comes again");
        fs::rename(&away, &off_site).expect("it comes again");
        for _ in 0..2 {
            more("some is written");
            for receiver in receivers(&scene.memory) {
                signal("-KILL", receiver);
            }
            let before = receivers(&scene.memory);
            scene.until("it is begun again", || {
                receivers(&scene.memory).iter().any(|one| !before.contains(one))
            });
        }
        // At any moment.
        for _ in 0..3 {
            scene.kill_stream();
            scene.begin();
            more("some is written");
        }
        // The machine is begun anew: what was in memory is gone, and comes from the server again.
        scene.kill_stream();
        for receiver in receivers(&scene.memory) {
            signal("-KILL", receiver);
        }
        until("nobody receives", || receivers(&scene.memory).is_empty());
        more("some is written while nobody streams");
        fs::remove_dir_all(&scene.memory).expect("memory is empty");
        scene.begin();
    });
    scene.wait_for_all();
    let acknowledged: BTreeSet<i64> =
        acknowledged.into_inner().expect("nobody panicked").into_keys().collect();
    for from in ["off-site", "local"] {
        let (directory, output) = scene.recover(&["--to", "end", "--from", from], None);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && directory.join("PG_VERSION").exists(), "{from}: {said}");
        assert!(!directory.join("portico-recovery").exists(), "it is left in order");
    }
    let recovered = scene.recovered("end");
    let found: BTreeSet<i64> = recovered.ids().into_iter().collect();
    assert_eq!(acknowledged.difference(&found).count(), 0, "nothing is missing");
    assert_eq!(found, acknowledged);
}

#[test]
fn a_folder_on_a_disk_is_refused() {
    let vaults = super::Vaults::new(&format!("stream-disk-{}", std::process::id()));
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_portico"));
    command.args(["ops", "stream"]).env_clear().envs(vaults.variables(&vaults.stores_of_production()));
    command.env("PORTICO_STREAM_DATABASE_URL", "postgres://portico_stream@127.0.0.1:1/portico");
    // The sources lie on a disk.
    command.env("PORTICO_STREAM_DIR", concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    command.env("PORTICO_KEYS_DIR", vaults.at("keys"));
    command.env("PORTICO_VAULT_RECIPIENTS", vaults.identity.to_public().to_string());
    let output = command.output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("it is on a disk"), "{said}");
}

/// Whoever waits may stop waiting: what was begun is taken back, PostgreSQL's processes among it.
#[test]
fn a_recovery_that_is_told_to_stop_takes_everything_back() {
    let scene = Scene::start("cancelled");
    scene.wait_for_base();
    scene.write(1);
    scene.wait_for_all();
    let parent = scene.vaults.at("recovered");
    fs::create_dir_all(&parent).expect("a folder");
    give_to_owner(&parent);
    let directory = parent.join("cluster");
    let config = scene.vaults.restore_config();
    let mut command = as_owner(&super::program(&scene.vaults));
    command.args(["ops", "recover", "--to", "end", "--leave-running", "--into-directory"]).arg(&directory);
    command.env_clear().envs(scene.vaults.variables(&config.stores)).env("PATH", "/usr/bin:/bin");
    command.env("PORTICO_RESTORE_IDENTITY", config.identity).env("PORTICO_BACKUP_SIGNERS", config.signers);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let recovering = command.spawn().expect("it starts");
    let postmaster = || -> Option<u32> {
        let text = fs::read_to_string(directory.join("postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    };
    until("PostgreSQL runs", || postmaster().is_some());
    let process = postmaster().expect("it runs");
    signal("-INT", recovering.id());
    let output = recovering.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("it was cancelled"), "{said}");
    assert!(!directory.exists(), "{}", directory.display());
    until("PostgreSQL is gone", || !Path::new(&format!("/proc/{process}/stat")).exists());
}
