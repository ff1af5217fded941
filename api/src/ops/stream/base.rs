//! Base backups: what they are, and when one is due. [`super::making`] makes them.

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    parts::{self, FORMAT},
    segments::{Lsn, SegmentSize},
};
use crate::ops::{
    signing::{Purpose, Signers},
    stores::{Object, Store},
};

/// When the day of base backups begins, in UTC.
const BEGINS_AT: TimeDelta = TimeDelta::hours(2);
/// How long after a failure it is tried again.
const REST: TimeDelta = TimeDelta::minutes(5);

/// What a base backup is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// [`FORMAT`].
    pub format: u32,
    /// Its own name.
    pub name: String,
    /// The cluster.
    pub system: String,
    /// The length of the files of its log.
    pub segment_bytes: u64,
    /// Its timeline.
    pub timeline: u32,
    /// From where on the log is needed, as PostgreSQL writes it.
    pub start: String,
    /// From where on it is one state.
    pub stop: String,
    /// When it began, by the database's clock.
    pub began_at: DateTime<Utc>,
    /// When it ended: instants from then on can be restored from it.
    pub ended_at: DateTime<Utc>,
    /// The major version of PostgreSQL whose files these are.
    pub version: u32,
    /// The version of the program that made it.
    pub tool_version: String,
    /// Its bytes before they were compressed.
    pub bytes: u64,
    /// Where it stands.
    pub object: Object,
}

impl Base {
    /// From where on the log is needed.
    pub fn start(&self) -> Result<Lsn> {
        self.start.parse()
    }

    /// From where on it is one state.
    pub fn stop(&self) -> Result<Lsn> {
        self.stop.parse()
    }

    /// The length of the files of its log.
    pub fn size(&self) -> Result<SegmentSize> {
        SegmentSize::new(self.segment_bytes)
    }
}

/// Where a base backup's manifest stands.
pub fn manifest_path(system: &str, name: &str) -> String {
    format!("{}/{name}.manifest", parts::bases_folder(system))
}

/// Where what it holds stands.
pub fn object_path(system: &str, name: &str) -> String {
    format!("{}/{name}.age", parts::bases_folder(system))
}

/// The cluster and the name of such a path.
pub fn parse_manifest_path(path: &str) -> Option<(&str, &str)> {
    let (system, inside) = path.strip_prefix(parts::FOLDER)?.strip_prefix('/')?.split_once("/bases/")?;
    Some((system, inside.strip_suffix(".manifest")?))
}

/// When the base backup of a name began.
pub fn began_at(name: &str) -> Option<DateTime<Utc>> {
    let (at, _) = name.split_once('-')?;
    Some(chrono::NaiveDateTime::parse_from_str(at, "%Y%m%dT%H%M%SZ").ok()?.and_utc())
}

/// Reads a manifest, and believes nothing of it that was not signed.
pub fn read(store: &Store, path: &str, signers: &Signers) -> Result<Base> {
    let (system, name) = parse_manifest_path(path).with_context(|| format!("{path} is no base backup"))?;
    let about = || format!("the manifest of the base backup {name} in {}", store.name());
    let bytes = store.find(path)?.with_context(about)?;
    let (base, rest): (Base, _) = parts::believe(&bytes, Purpose::StreamBase, signers).with_context(about)?;
    let parse = || {
        ensure!(rest.is_empty(), "something stands behind it");
        ensure!(base.format == FORMAT, "it is of format {}: use portico {}", base.format, base.tool_version);
        ensure!(
            base.name == name && base.system == system,
            "it is that of {}: it stands under another name",
            base.name
        );
        // Whoever signs could name anything, and what is named is removed one day.
        ensure!(
            base.object.path == object_path(system, name),
            "it names {}, which is not its own",
            base.object.path
        );
        Ok(())
    };
    parse().with_context(about)?;
    Ok(base)
}

/// Whether one is to be made: one a day, from two o'clock on.
pub fn is_due(newest: Option<DateTime<Utc>>, failed: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    let day = (now - BEGINS_AT).duration_trunc(TimeDelta::days(1)).map_or(now, |start| start + BEGINS_AT);
    let is_there = newest.is_some_and(|at| at >= day && at <= now);
    let is_resting = failed.is_some_and(|at| at <= now && now < at + REST);
    !is_there && !is_resting
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audit::lines::Bytes,
        clock::Clock,
        ops::signing::{SetKeys, create_key},
    };

    #[test]
    fn one_a_day_from_two_o_clock_on() {
        let at = |text: &str| -> DateTime<Utc> { text.parse().expect("an instant") };
        let now = at("2026-11-29T12:00:00Z");
        for (newest, failed, now, expected) in [
            (None, None, now, true),
            (Some(at("2026-11-29T02:00:00Z")), None, now, false),
            (Some(at("2026-11-29T01:59:59Z")), None, now, true),
            (Some(at("2026-11-28T02:00:00Z")), None, at("2026-11-29T01:59:59Z"), false),
            // A clock that ran ahead keeps none from being made.
            (Some(at("2026-11-29T12:00:01Z")), None, now, true),
            (None, Some(at("2026-11-29T11:55:01Z")), now, false),
            (None, Some(at("2026-11-29T11:55:00Z")), now, true),
        ] {
            assert_eq!(is_due(newest, failed, now), expected, "{newest:?} {failed:?}");
        }
    }

    #[test]
    fn nothing_is_believed_that_names_what_is_not_its_own() {
        let folder = std::env::temp_dir().join(format!("portico-base-{}", std::process::id()));
        Store::prepare(&folder).expect("it is made");
        create_key(&folder.join("keys"), &Clock::system()).expect("a key is made");
        let keys = SetKeys::read(&folder.join("keys")).expect("a key");
        let store = Store::open("the store", &folder).expect("a folder");
        let at: DateTime<Utc> = "2026-11-29T02:00:00Z".parse().expect("an instant");
        let of = |name: &str, path: String| Base {
            format: FORMAT,
            name: name.to_owned(),
            system: "7".to_owned(),
            segment_bytes: 16 << 20,
            timeline: 1,
            start: "0/1".to_owned(),
            stop: "0/2".to_owned(),
            began_at: at,
            ended_at: at,
            version: 15,
            tool_version: "1".to_owned(),
            bytes: 1,
            object: Object { path, size: 1, hash: Bytes([0; 32]) },
        };
        for (name, path, is_believed) in [
            ("20261129T020000Z-a", object_path("7", "20261129T020000Z-a"), true),
            ("20261129T020000Z-b", object_path("7", "20261129T020000Z-a"), false),
            ("20261129T020000Z-c", "sets/database-20261129T020000Z.manifest".to_owned(), false),
        ] {
            let signed = parts::sign(&of(name, path), Purpose::StreamBase, &keys).expect("it is signed");
            let manifest = manifest_path("7", name);
            store.put_new(&manifest, &signed).expect("it is put");
            assert_eq!(read(&store, &manifest, &keys.signers()).is_ok(), is_believed, "{name}");
        }
        std::fs::remove_dir_all(&folder).expect("it is removed");
    }

    #[test]
    fn names_say_when() {
        let path = manifest_path("7", "20261129T020000Z-x");
        assert_eq!(parse_manifest_path(&path), Some(("7", "20261129T020000Z-x")));
        assert_eq!(began_at("20261129T020000Z-x"), "2026-11-29T02:00:00Z".parse().ok());
        assert_eq!(parse_manifest_path("stream/7/bases/x.age"), None);
    }
}
