//! What the backup environment does about the stream: it reads base backups and the log as they come, and removes what no
//! second of the last eight days needs.
//!
//! Invariants: of each cluster the base backups stay that the rule keeps ([`retention::keep_bases`]), and all of the log since
//! the oldest of them; parts of a file go only once it stands whole in both stores and was read whole in this one; a manifest
//! that does not verify is left alone, and as long as there is one of a cluster, nothing of it goes.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use shared::console::ActionPhase;

use super::{
    assemble::{self, Pieces, Reader},
    base::{self, Base},
    parts,
    recover::{Silent, unpack},
    segments::{Segment, SegmentSize},
};
use crate::ops::{
    environment::Environment,
    progress,
    retention::{self, Place},
};

/// What was removed, and what is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrunedStream {
    /// Base backups that stay.
    pub kept: usize,
    /// Base backups that went.
    pub bases: Vec<String>,
    /// Other objects that went.
    pub objects: usize,
    /// What does not verify, or is missing, with the reason.
    pub wrong: Vec<String>,
}

/// Of one cluster in one store.
struct Cluster {
    names: Vec<String>,
    bases: Vec<(String, Base)>,
}

impl Environment {
    fn stream_reader(&self, place: Place) -> Reader<'_> {
        Reader { store: self.store(place), identity: self.identity(), signers: self.signers() }
    }

    /// The manifests of all base backups of a store, the oldest first.
    pub fn bases(&self, place: Place) -> Result<Vec<String>> {
        let mut found: Vec<String> = self.store(place).list(parts::FOLDER)?;
        found.retain(|path| base::parse_manifest_path(path).is_some());
        found.sort_by_key(|path| base::parse_manifest_path(path).and_then(|(_, name)| base::began_at(name)));
        Ok(found)
    }

    /// Reads all of a base backup, and compares it with its manifest. Gives its bytes before they were compressed.
    pub fn verify_base(&self, place: Place, manifest: &str) -> Result<u64> {
        let reader = self.stream_reader(place);
        let base = base::read(reader.store, manifest, reader.signers)?;
        progress::begins(ActionPhase::ReadSet, &base.name, Some(base.object.size));
        unpack::through(&reader, &base, &mut io::sink(), &mut Silent::default())?;
        Ok(base.bytes)
    }

    /// Prunes the stream of one of the stores, and looks whether anything is missing.
    pub fn prune_stream(&self, place: Place, now: DateTime<Utc>) -> Result<PrunedStream> {
        let mut pruned = PrunedStream::default();
        let mut systems: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for path in self.store(place).list(parts::FOLDER)? {
            let system = path.split('/').nth(1).filter(|_| path.matches('/').count() > 2);
            if let Some(system) = system.map(str::to_owned) {
                systems.entry(system).or_default().push(path);
            }
        }
        for (system, names) in systems {
            self.prune_cluster(place, &system, names, now, &mut pruned)
                .with_context(|| format!("the stream of the cluster {system}"))?;
        }
        Ok(pruned)
    }

    fn prune_cluster(
        &self,
        place: Place,
        system: &str,
        names: Vec<String>,
        now: DateTime<Utc>,
        pruned: &mut PrunedStream,
    ) -> Result<()> {
        let reader = self.stream_reader(place);
        let mut bases = Vec::new();
        let before = pruned.wrong.len();
        for path in names.iter().filter(|path| base::parse_manifest_path(path).is_some()) {
            match base::read(reader.store, path, reader.signers) {
                Ok(base) => bases.push((path.clone(), base)),
                Err(error) => pruned.wrong.push(format!("{error:#}")),
            }
        }
        let Some((_, any)) = bases.first() else { return Ok(()) };
        let size = any.size()?;
        if pruned.wrong.len() > before {
            return Ok(());
        }
        let mut cluster = Cluster { names, bases };
        if is_over(&reader, system, size, &cluster, now)? {
            pruned.bases.extend(cluster.bases.into_iter().map(|(_, base)| base.name));
            for path in &cluster.names {
                reader.store.delete(path)?;
                pruned.objects += 1;
            }
            return Ok(());
        }
        prune_bases(&reader, &mut cluster, now, pruned)?;
        let other = if place == Place::Local { Place::OffSite } else { Place::Local };
        let elsewhere = assemble::sort(&self.store(other).list(&parts::wal_folder(system))?, size);
        prune_log(&reader, &cluster, size, &elsewhere, pruned)?;
        pruned.kept += cluster.bases.len();
        look_for_missing(&reader, system, size, &cluster, pruned)
    }
}

/// Whether a cluster ended so long ago that nobody asks for any second of it: another one has newer base backups.
fn is_over(
    reader: &Reader<'_>,
    system: &str,
    size: SegmentSize,
    cluster: &Cluster,
    now: DateTime<Utc>,
) -> Result<bool> {
    let mut newest_of_others = None;
    for path in reader.store.list(parts::FOLDER)? {
        if base::parse_manifest_path(&path).is_none_or(|(other, _)| other == system) {
            continue;
        }
        // A name alone is nothing: whoever may write there could end the only cluster there is.
        if let Ok(base) = base::read(reader.store, &path, reader.signers)
            && reader.store.size(&base.object.path)? == Some(base.object.size)
        {
            newest_of_others = newest_of_others.max(Some(base.ended_at).filter(|at| *at <= now));
        }
    }
    let is_old = |at: DateTime<Utc>| newest_of_others.is_some_and(|newest| at < newest - retention::STREAM);
    if !cluster.bases.iter().all(|(_, base)| is_old(base.ended_at)) {
        return Ok(false);
    }
    // The log may go on behind the last base backup.
    let there = assemble::sort(&cluster.names, size);
    let Some((segment, pieces)) = there.last_key_value() else { return Ok(true) };
    Ok(is_old(reader.segment(*segment, pieces, size)?.sealed_at))
}

fn prune_bases(
    reader: &Reader<'_>,
    cluster: &mut Cluster,
    now: DateTime<Utc>,
    pruned: &mut PrunedStream,
) -> Result<()> {
    let kept = retention::keep_bases(&cluster.bases.iter().map(|(_, base)| base.ended_at).collect(), now);
    let (stays, goes) =
        std::mem::take(&mut cluster.bases).into_iter().partition(|(_, base)| kept.contains(&base.ended_at));
    let goes: Vec<(String, Base)> = goes;
    cluster.bases = stays;
    for (path, base) in goes {
        reader.store.delete(&path)?;
        reader.store.delete(&base.object.path)?;
        // Where it is written down that it was brought elsewhere.
        let is_record = |path: &&String| path.contains("/brought-bases/") && path.ends_with(&base.name);
        for record in cluster.names.iter().filter(is_record) {
            reader.store.delete(record)?;
        }
        pruned.bases.push(base.name);
    }
    Ok(())
}

fn prune_log(
    reader: &Reader<'_>,
    cluster: &Cluster,
    size: SegmentSize,
    elsewhere: &BTreeMap<Segment, Pieces>,
    pruned: &mut PrunedStream,
) -> Result<()> {
    let mut first: Option<u64> = None;
    for (_, base) in &cluster.bases {
        let number = size.of(base.timeline, base.start()?).number;
        first = Some(first.map_or(number, |first| first.min(number)));
    }
    let Some(first) = first else { return Ok(()) };
    for (segment, pieces) in assemble::sort(&cluster.names, size) {
        let parts = || pieces.runs.values().flat_map(BTreeMap::values);
        let goes: Vec<&String> = if segment.number < first {
            pieces.wholes.iter().chain(parts()).collect()
        } else if pieces.wholes.is_empty()
            || pieces.runs.is_empty()
            || elsewhere.get(&segment).is_none_or(|pieces| pieces.wholes.is_empty())
        {
            continue;
        } else if let Err(error) = reader.segment(segment, &pieces, size) {
            pruned.wrong.push(format!("{error:#}"));
            continue;
        } else {
            parts().collect()
        };
        for path in goes {
            reader.store.delete(path)?;
            pruned.objects += 1;
        }
    }
    Ok(())
}

/// From the oldest base backup to the end of the log, nothing may be missing.
fn look_for_missing(
    reader: &Reader<'_>,
    system: &str,
    size: SegmentSize,
    cluster: &Cluster,
    pruned: &mut PrunedStream,
) -> Result<()> {
    let histories = reader.histories(system)?;
    let timelines: BTreeSet<u32> = cluster.bases.iter().map(|(_, base)| base.timeline).collect();
    let timeline = histories.keys().next_back().max(timelines.last()).copied().unwrap_or(1);
    let history = histories.get(&timeline).map(|(history, _)| history.clone()).unwrap_or_default();
    let there = reader.pieces(system, size)?;
    let oldest = cluster.bases.iter().map(|(_, base)| base).min_by_key(|base| base.ended_at);
    if let Some(base) = oldest.filter(|base| {
        base.stop().is_ok_and(|stop| assemble::leads_to((base.timeline, stop), &history, timeline))
    }) {
        let needed = assemble::needed(&there, size, (base.timeline, base.start()?), &history, timeline);
        pruned.wrong.extend(needed.missing.map(|missing| format!("{missing:#}")));
    }
    Ok(())
}
