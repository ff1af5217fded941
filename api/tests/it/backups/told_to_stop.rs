//! Whoever reads in the backup environment is told to stop half-way, as a process is: it says so, and the target is as it was.

use std::fs;

use api::ops::manifest::manifest_path;

use super::{Scene, off_site::s3, things};
use crate::harness::{Database, Fault, Proxy, S3Server, Whose, signal, until};

/// Whether a process hears `SIGINT` and `SIGTERM`, which would end it otherwise.
fn listens(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    [2, 15].iter().all(|signal| caught & (1 << (signal - 1)) != 0)
}

/// Whether it has heard one: the thread that listens has ended then.
fn has_heard(process: u32) -> bool {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("it runs").flatten();
    let mut names = threads.map(|thread| fs::read_to_string(thread.path().join("comm")).unwrap_or_default());
    !names.any(|name| name.trim() == "signals")
}

#[test]
fn a_restore_and_a_verification_are_told_to_stop_half_way_and_nothing_has_changed() {
    let mut scene = Scene::start_with(s3);
    let made = scene.rows();
    let proxy = Proxy::start(S3Server::shared().address(), Fault::None);
    scene.vaults.off_site.as_mut().expect("it is set").environment =
        S3Server::shared().place_at(proxy.address(), Whose::Environment, scene.app.database.name());
    let set = made.manifest.set.as_str();
    let manifest =
        fs::metadata(scene.vaults.at("local").join(manifest_path(set))).expect("it is there").len();
    let objects: u64 = made.manifest.objects().map(|object| object.size).sum();
    // Behind the manifest, and before the rows are all there.
    let half = Fault::HoldAfter(usize::try_from(manifest + objects / 2).expect("small"));
    let target = Database::empty();
    let (before, into) = (things(&target), target.url("portico_owner"));
    let folder = scene.vaults.at("restored");
    let files = folder.join("files").display().to_string();
    fs::create_dir(&folder).expect("a folder");
    let verify = ["ops", "verify", set];
    let restore = ["ops", "restore", "--to", set, "--into", &into, "--files-into", &files];
    for (arguments, phase) in
        [(&verify[..], format!("reading {set}")), (&restore[..], "bringing the rows back".to_owned())]
    {
        for which in ["-INT", "-TERM"] {
            proxy.set(half);
            let mut command = scene.vaults.environment_program(arguments);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            let running = command.spawn().expect("it starts");
            until("half of it has come, and it listens", || proxy.is_holding() && listens(running.id()));
            signal(which, running.id());
            until("it has heard", || has_heard(running.id()));
            proxy.set(Fault::None);
            let output = running.wait_with_output().expect("it ends");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let case = format!("{which} {arguments:?}: {said}");
            assert_eq!(output.status.code(), Some(1), "it ends by itself: {case}");
            assert!(said.contains(&format!("{phase} …")), "it was at it: {case}");
            assert!(said.contains("it was cancelled: what was begun is taken back"), "{case}");
            assert!(output.stdout.is_empty(), "it does not say that it has done it: {case}");
            assert_eq!(things(&target), before, "{case}");
            assert_eq!(fs::read_dir(&folder).expect("it is read").count(), 0, "{case}");
        }
    }
    // Whoever is not told to stop comes to the end.
    for arguments in [&verify[..], &restore[..]] {
        let output = scene.vaults.program(arguments);
        assert!(output.status.success(), "{output:?}");
    }
    assert_ne!(things(&target), before);
}
