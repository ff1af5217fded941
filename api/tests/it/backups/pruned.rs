//! What goes from a store, and what stays.

use std::{collections::BTreeSet, fs};

use api::ops::retention::Place;
use chrono::TimeDelta;
use serde_json::json;

use super::{Scene, files_below, whole};

/// Four sets within two hours, each of another state: the first and the newest stay, with all that they name.
#[test]
fn what_the_rule_drops_goes_with_what_nothing_else_names() {
    let scene = Scene::start();
    let mut sets = Vec::new();
    for number in 0..4 {
        scene.app.clock.advance(TimeDelta::minutes(10));
        let admin = scene.app.acme.admin(&scene.app);
        admin.post("/projects", &json!({"name": format!("Project {number}")})).expect(201);
        sets.push(whole(scene.production.database_set().expect("a set is made")).manifest);
    }
    let (environment, now) = (scene.vaults.environment(), scene.app.clock.now());
    for (place, folder) in [(Place::Local, "local"), (Place::OffSite, "off-site")] {
        let objects = || files_below(&scene.vaults.at(folder).join("objects")).len();
        let before = objects();
        let pruned = environment.prune(place, now).expect("it is pruned");
        let dropped = vec![sets[1].set.clone(), sets[2].set.clone()];
        assert_eq!((pruned.kept, pruned.sets, pruned.objects), (2, dropped, 0), "nothing that is young goes");
        assert_eq!(objects(), before);
        let pruned = environment.prune(place, now + TimeDelta::hours(25)).expect("it is pruned");
        let named: BTreeSet<&str> = [&sets[0], &sets[3]]
            .iter()
            .flat_map(|set| set.objects())
            .map(|object| object.path.as_str())
            .collect();
        assert_eq!((pruned.kept, objects()), (2, named.len()));
        assert_eq!(pruned.objects, before - named.len());
        assert!(pruned.objects >= 2);
        for set in [&sets[0], &sets[3]] {
            environment.verify(place, &set.set).expect("it holds");
        }
    }
    // A manifest that nobody can read may name anything.
    let manifest = scene.vaults.at("local/sets").join(format!("{}.manifest", sets[0].set));
    fs::write(&manifest, "damaged").expect("it is written");
    let before = files_below(&scene.vaults.at("local"));
    let pruned = environment.prune(Place::Local, now + TimeDelta::days(400)).expect("it looks");
    assert_eq!((pruned.unreadable.len(), pruned.objects, pruned.sets.len()), (1, 0, 0));
    assert_eq!(files_below(&scene.vaults.at("local")), before);
}
