//! A recovered cluster goes on, is streamed, and comes back in turn: the way leads over two timelines.

use chrono::SecondsFormat;

use super::{Scene, ids};
use crate::backups::files_below;

#[test]
fn what_was_recovered_is_streamed_and_recovered_again() {
    let mut scene = Scene::start("again");
    scene.wait_for_base();
    for id in 0..20 {
        scene.write(id);
    }
    scene.wait_for_all();
    let before = api::clock::Clock::system().now().to_rfc3339_opts(SecondsFormat::Micros, true);
    for id in 20..30 {
        scene.write(id);
    }
    scene.wait_for_all();
    scene.cluster.kill();
    let (directory, output) = scene.recover(&["--to", &before], None);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // The stream was never told: it finds the cluster where it was, on another timeline, and a base backup is made at once.
    scene.cluster.go_on_with(directory);
    let bases = || files_below(&scene.vaults.at("off-site").join("stream"));
    let is_manifest = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "manifest");
    scene.until("there is another base backup", || {
        bases().iter().filter(|path| is_manifest(path)).count() == 2
    });
    assert_eq!(ids(&mut scene.cluster.superuser()), (0..20).collect::<Vec<i64>>());
    for id in 100..120 {
        scene.write(id);
    }
    scene.wait_for_all();
    let recovered = scene.recovered("end");
    assert_eq!(recovered.ids(), (0..20).chain(100..120).collect::<Vec<i64>>());
    drop(recovered);
    // What the first timeline had is reached on the way to the second one.
    let recovered = scene.recovered(&before);
    assert_eq!(recovered.ids(), (0..20).collect::<Vec<i64>>());
    drop(recovered);
    let environment = scene.vaults.environment();
    let now = api::clock::Clock::system().now();
    let pruned = environment.prune_stream(api::ops::retention::Place::OffSite, now).expect("it is pruned");
    assert_eq!((pruned.kept, pruned.bases.len()), (2, 0), "{pruned:?}");
}
