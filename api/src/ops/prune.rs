//! Removes from a store what the rule of [`super::retention`] no longer keeps. The backup environment does it; production has
//! no business removing anything.
//!
//! Invariants: an object goes only when no set that stays names it, and when it is older than any set that may still be in
//! the making; a manifest that does not verify is left alone, and as long as there is one no object goes, since nobody knows
//! what it names.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    environment::Environment,
    manifest::{self, manifest_path},
    retention::{self, Place, SetKind},
};
use crate::clock;

/// A set that is being made has objects that nothing names yet. None takes so long.
const SAFE_AGE: TimeDelta = TimeDelta::hours(24);

/// What was removed from a store, and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Sets that stay.
    pub kept: usize,
    /// Sets that went.
    pub sets: Vec<String>,
    /// Objects that went.
    pub objects: usize,
    /// Sets whose manifests do not verify, with the reason. They stay.
    pub unreadable: Vec<String>,
}

impl Environment {
    /// Prunes one of the stores.
    pub fn prune(&self, place: Place, now: DateTime<Utc>) -> Result<Pruned> {
        let store = self.store(place);
        let (mut pruned, mut named) = (Pruned::default(), BTreeSet::new());
        for kind in SetKind::ALL {
            let mut good = BTreeMap::new();
            for (set, at) in manifest::sets(store, kind)? {
                match self.manifest(place, &set) {
                    Ok(manifest) => {
                        good.insert(at, (set, manifest));
                    }
                    Err(error) => pruned.unreadable.push(format!("{error:#}")),
                }
            }
            let kept = retention::keep(kind, place, &good.keys().copied().collect(), now);
            for (at, (set, manifest)) in good {
                if kept.contains(&at) {
                    named.extend(manifest.objects().map(|object| object.path.clone()));
                    pruned.kept += 1;
                } else {
                    store.delete(&manifest_path(&set))?;
                    pruned.sets.push(set);
                }
            }
        }
        if pruned.unreadable.is_empty() {
            for path in store.list("objects")? {
                let is_old = made_at(&path).is_some_and(|at| at < now - SAFE_AGE);
                if is_old && !named.contains(&path) {
                    store.delete(&path)?;
                    pruned.objects += 1;
                }
            }
        }
        Ok(pruned)
    }
}

/// When an object was begun, as the id at the end of its name says; none where it is not named like ours.
fn made_at(path: &str) -> Option<DateTime<Utc>> {
    let name = path.strip_suffix(".age")?;
    clock::made_at(name.rsplit(['/', '.']).next()?.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_an_object_was_begun() {
        let clock = clock::Clock::fixed("2026-11-29T10:00:00Z".parse().expect("an instant"));
        let (one, other) = (clock.new_id(), clock.new_id());
        for path in [format!("objects/platform/{one}.age"), format!("objects/{one}/{other}.{one}.age")] {
            assert_eq!(made_at(&path), Some(clock.now()), "{path}");
        }
        for path in ["objects/platform/x.age", "objects/platform", &format!("objects/platform/{one}")] {
            assert_eq!(made_at(path), None, "{path}");
        }
    }
}
