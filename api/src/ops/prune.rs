//! Removes from a store what the rule of [`super::retention`] no longer keeps. The backup environment does it; production has
//! no business removing anything.
//!
//! Invariants: an object goes only when no set that stays names it, nor one that is said to be on its way, and when it is
//! older than any set that may still be in the making; a manifest that does not verify is left alone, and as long as there is
//! one no object goes, since nobody knows what it names. Objects are listed first: whatever is put after that is left alone,
//! and whatever was put before is named by what is read after it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    bring,
    environment::Environment,
    manifest::{self, ANNOUNCED, manifest_path},
    requests::KEPT,
    retention::{self, Place, SetKind},
};
use crate::{clock, files::PACKAGES};

/// A set that is being made has objects that nothing names yet. None takes so long.
const SAFE_AGE: TimeDelta = TimeDelta::hours(24);
/// A client's copy counts as kept from when the organization was gone, which may be so much after it was made.
const SLACK: TimeDelta = TimeDelta::days(7);
/// A set that is on its way for longer has gone from the local store, so it never comes.
const ON_ITS_WAY: TimeDelta = TimeDelta::days(90);

/// What was removed from a store, and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Sets that stay.
    pub kept: usize,
    /// Sets that went.
    pub sets: Vec<String>,
    /// Objects that went.
    pub objects: usize,
    /// Copies of erased organizations that went: their time was over.
    pub packages: usize,
    /// Bytes of the objects that stay because a set that stays names them, each counted once.
    pub bytes: u64,
    /// Sets whose manifests do not verify, with the reason. They stay.
    pub unreadable: Vec<String>,
}

impl Environment {
    /// Prunes one of the stores.
    pub fn prune(&self, place: Place, now: DateTime<Utc>) -> Result<Pruned> {
        let store = self.store(place);
        let (mut pruned, mut named) = (Pruned::default(), BTreeSet::new());
        let mut counted = BTreeSet::new();
        let mut there: BTreeSet<String> = store.list("objects")?.into_iter().collect();
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
                    let new = manifest.objects().filter(|object| counted.insert(object.path.clone()));
                    pruned.bytes += new.map(|object| object.size).sum::<u64>();
                    there.insert(manifest_path(&set));
                    pruned.kept += 1;
                } else {
                    store.delete(&manifest_path(&set))?;
                    pruned.sets.push(set);
                }
            }
        }
        named.extend(counted);
        self.prune_announced(place, now, &there, &mut pruned, &mut named)?;
        if pruned.unreadable.is_empty() {
            let goes =
                |path: &String| made_at(path).is_some_and(|at| at < now - SAFE_AGE) && !named.contains(path);
            let going: Vec<String> = there.iter().filter(|path| goes(path)).cloned().collect();
            // All that was read took its time: what was said meanwhile to be on its way stays too.
            let stays = self.announced(place, &there, &mut pruned)?;
            for path in going.into_iter().filter(|path| !stays.contains(path)) {
                if !pruned.unreadable.is_empty() {
                    break;
                }
                store.delete(&path)?;
                there.remove(&path);
                pruned.objects += 1;
            }
            // What was brought elsewhere needs no record once it is not here any more.
            for record in store.list(bring::BROUGHT)? {
                if bring::recorded(&record).is_some_and(|of| !there.contains(of)) {
                    store.delete(&record)?;
                }
            }
        }
        // Clients' last copies, of before an erasure.
        for path in store
            .list(PACKAGES)?
            .iter()
            .filter(|path| made_at(path).is_some_and(|at| at < now - KEPT - SLACK))
        {
            store.delete(path)?;
            pruned.packages += 1;
        }
        store.sweep(now - SAFE_AGE)?;
        Ok(pruned)
    }

    /// Reads what is said to be on its way. What is said of a set stays with it: so production knows it for its own.
    fn prune_announced(
        &self,
        place: Place,
        now: DateTime<Utc>,
        there: &BTreeSet<String>,
        pruned: &mut Pruned,
        named: &mut BTreeSet<String>,
    ) -> Result<()> {
        let store = self.store(place);
        for path in store.list(ANNOUNCED)? {
            let Some((set, (_, at))) =
                manifest::announced_set(&path).and_then(|set| Some((set, manifest::parse_set_name(set)?)))
            else {
                continue;
            };
            if pruned.sets.iter().any(|gone| gone == set) {
                store.delete(&path)?;
                continue;
            }
            if there.contains(&manifest_path(set)) {
                continue;
            }
            // In this run it still counts.
            self.read_announced(place, &path, set, pruned, named);
            if at < now - ON_ITS_WAY {
                store.delete(&path)?;
            }
        }
        Ok(())
    }

    /// What is named by sets that are said to be on their way.
    fn announced(
        &self,
        place: Place,
        there: &BTreeSet<String>,
        pruned: &mut Pruned,
    ) -> Result<BTreeSet<String>> {
        let mut named = BTreeSet::new();
        for path in self.store(place).list(ANNOUNCED)? {
            if let Some(set) = manifest::announced_set(&path)
                && !there.contains(&manifest_path(set))
            {
                self.read_announced(place, &path, set, pruned, &mut named);
            }
        }
        Ok(named)
    }

    fn read_announced(
        &self,
        place: Place,
        path: &str,
        set: &str,
        pruned: &mut Pruned,
        named: &mut BTreeSet<String>,
    ) {
        match manifest::read_announcement(self.store(place), path, set, self.signers()) {
            Ok(manifest) => named.extend(manifest.objects().map(|object| object.path.clone())),
            Err(error) => pruned.unreadable.push(format!("{error:#}")),
        }
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
