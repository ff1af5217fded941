//! What is not as it was put is refused, and the directory is left as it was.

use std::{
    fs,
    path::{Path, PathBuf},
};

use age::{secrecy::ExposeSecret as _, x25519::Identity};

use super::{Scene, count, under_writes};
use crate::{backups::files_below, harness::until};

/// A recovery fails, and leaves nothing.
#[track_caller]
fn refused(scene: &Scene, identity: Option<String>, why: &str) {
    let (directory, output) = scene.recover(&["--to", "end"], identity);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "it is refused");
    assert!(said.contains(why), "{why}: {said}");
    assert!(!directory.exists(), "nothing is left of it");
}

/// Changes a file, sees the recovery refused, and mends it.
#[track_caller]
fn with(scene: &Scene, path: &Path, change: impl FnOnce(Vec<u8>) -> Option<Vec<u8>>, why: &str) {
    let before = fs::read(path).expect("it is read");
    match change(before.clone()) {
        Some(changed) => fs::write(path, changed).expect("it is changed"),
        None => fs::remove_file(path).expect("it is removed"),
    }
    refused(scene, None, why);
    fs::write(path, before).expect("it is mended");
}

#[test]
fn what_was_changed_is_refused() {
    let scene = Scene::start("damaged");
    scene.wait_for_base();
    let url = scene.cluster.database_url("postgres");
    under_writes(&url, 2, |acknowledged| {
        until("some is written", || count(acknowledged) > 300);
        let sql = &mut scene.cluster.superuser();
        diesel::connection::SimpleConnection::batch_execute(sql, "SELECT pg_switch_wal()")
            .expect("it is full");
        until("more is written", || count(acknowledged) > 900);
    });
    for _ in 0..3 {
        scene.wait_for_all();
    }
    scene.end_stream();
    let files = || files_below(&scene.vaults.at("off-site").join("stream"));
    let of = |what: &str| -> Vec<PathBuf> {
        files().into_iter().filter(|path| path.to_string_lossy().contains(what)).collect()
    };
    let (wholes, all) = (of("/whole-"), of("/wal/"));
    let parts: Vec<&PathBuf> = all
        .iter()
        .filter(|path| {
            // Of the file that is not whole.
            !wholes.iter().any(|whole| whole.parent() == path.parent())
        })
        .collect();
    let (base, manifest) = (of("/bases/").remove(0), of(".manifest").remove(0));
    let last = wholes.last().expect("one is whole");
    assert!(parts.len() > 2, "{parts:?}");
    let flip = |mut bytes: Vec<u8>| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        Some(bytes)
    };
    let cut = |bytes: Vec<u8>| Some(bytes[..bytes.len() - 1].to_vec());
    // A flipped bit, and the end cut off.
    with(&scene, &base, flip, "is damaged");
    with(&scene, &base, cut, "bytes instead of");
    with(
        &scene,
        &manifest,
        |bytes| Some(String::from_utf8(bytes).expect("text").replacen("20", "21", 1).into()),
        "signature",
    );
    with(&scene, last, flip, &name(last));
    with(&scene, parts[1], flip, &name(parts[1]));
    with(&scene, parts[1], cut, &name(parts[1]));
    // One that is missing, one in the place of another, and an older one once more.
    with(&scene, parts[1], |_| None, "is missing");
    with(&scene, last, |_| None, "of the log is");
    let other = fs::read(parts[0]).expect("it is read");
    with(&scene, parts[1], |_| Some(other), "put in its place");
    let newest = fs::read(parts[parts.len() - 1]).expect("it is read");
    let (folder, number) = (parts[0].parent().expect("a folder"), parts.len());
    let last_name = name(parts[parts.len() - 1]);
    let (run, _) = last_name.rsplit_once('-').expect("a number");
    let replayed = folder.join(format!("{run}-{number:06}.age"));
    fs::write(&replayed, newest).expect("it is put once more");
    refused(&scene, None, "put in its place");
    fs::remove_file(replayed).expect("it is removed");
    // Another key.
    let key = Identity::generate().to_string().expose_secret().to_owned();
    refused(&scene, Some(key), "does not open");
    // And as it was.
    let recovered = scene.recovered("end");
    assert!(recovered.ids().len() >= 900);
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}
