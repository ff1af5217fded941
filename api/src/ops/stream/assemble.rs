//! Reads the log out of a store: which parts make up each file of it, and that none is missing.
//!
//! Invariants: a file that later ones follow on its timeline is whole, or something is missing; a run's parts are numbered without
//! a gap; what does not open, or is not what its name says, ends everything.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use age::x25519::Identity;
use anyhow::{Context as _, Error, Result, bail, ensure};
use chrono::{DateTime, Utc};

use super::{
    parts::{self, Head, Kind},
    segments::{Lsn, Segment, SegmentSize},
};
use crate::ops::{signing::Signers, stores::Store};

/// What a store has of one file of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces {
    /// Objects that are all of it.
    pub wholes: Vec<String>,
    /// Parts, by run and number.
    pub runs: BTreeMap<String, BTreeMap<u32, String>>,
}

impl Pieces {
    /// The parts in the order in which they are laid over each other, once none is missing.
    pub fn parts(&self) -> Result<Vec<&String>> {
        for (run, parts) in &self.runs {
            for (expected, (number, path)) in (0..).zip(parts) {
                ensure!(*number == expected, "part {expected} of the run {run} is missing before {path}");
            }
        }
        Ok(self.runs.values().flat_map(BTreeMap::values).collect())
    }
}

/// What a store has, by file of the log.
pub fn sort(names: &[String], size: SegmentSize) -> BTreeMap<Segment, Pieces> {
    let mut found: BTreeMap<Segment, Pieces> = BTreeMap::new();
    for path in names {
        let Some(name) = parts::parse_wal(path) else { continue };
        let Some(segment) = size.parse(&name.segment) else { continue };
        let pieces = found.entry(segment).or_default();
        match name.kind {
            Kind::Whole { .. } => pieces.wholes.push(path.clone()),
            Kind::Chunk { run, number } => {
                pieces.runs.entry(run).or_default().insert(number, path.clone());
            }
        }
    }
    found
}

/// The history that leads to a timeline: the earlier ones, each with the place at which the next began. One that never had
/// another before it has none.
pub type History = Vec<(u32, Lsn)>;

/// Whether what a base backup holds is part of a history that leads to this timeline.
pub fn leads_to(base: (u32, Lsn), history: &History, timeline: u32) -> bool {
    base.0 == timeline || history.iter().any(|(earlier, end)| *earlier == base.0 && base.1 <= *end)
}

/// Files of the log in order, and why they end where they do, where that is not the end of what there is.
#[derive(Debug)]
pub struct Needed {
    /// The files.
    pub segments: Vec<Segment>,
    /// What is missing behind them.
    pub missing: Option<Error>,
}

impl Needed {
    /// All of them, where nothing is missing.
    pub fn whole(self) -> Result<Vec<Segment>> {
        self.missing.map_or(Ok(self.segments), Err)
    }
}

/// The files of the log that are needed from a place on, up to the end of what there is, or to the first that is missing.
pub fn needed(
    there: &BTreeMap<Segment, Pieces>,
    size: SegmentSize,
    from: (u32, Lsn),
    history: &History,
    timeline: u32,
) -> Needed {
    let mut segments = Vec::new();
    let missing = gather(&mut segments, there, size, from, history, timeline).err();
    Needed { segments, missing }
}

fn gather(
    found: &mut Vec<Segment>,
    there: &BTreeMap<Segment, Pieces>,
    size: SegmentSize,
    from: (u32, Lsn),
    history: &History,
    timeline: u32,
) -> Result<()> {
    let mut next = size.of(from.0, from.1).number;
    let leaves =
        |timeline: u32| history.iter().find(|(earlier, _)| *earlier == timeline).map(|(_, end)| *end);
    let timelines: BTreeSet<u32> =
        history.iter().map(|(earlier, _)| *earlier).chain([timeline]).filter(|one| *one >= from.0).collect();
    for one in timelines {
        let last = there.range(of_timeline(one)).next_back().map(|(segment, _)| segment.number);
        // The file in which the next timeline begins stands on that one too, up to the same place.
        let until = match leaves(one).filter(|_| one != timeline) {
            Some(end) => size.of(one, end).number,
            None => match last {
                Some(last) => last + 1,
                None => next,
            },
        };
        for number in next..until {
            let segment = Segment { timeline: one, number };
            let name = || size.name(segment);
            let pieces =
                there.get(&segment).with_context(|| format!("the file {} of the log is missing", name()))?;
            let is_last = Some(number) == last;
            if pieces.wholes.is_empty() && !is_last {
                bail!(
                    "the file {} of the log is not whole, though later ones are there: something is missing",
                    name()
                );
            }
            found.push(segment);
        }
        // What the left timeline has of it is needed where the next one's is missing.
        found.extend(there.get_key_value(&Segment { timeline: one, number: until }).map(|(left, _)| *left));
        next = next.max(until);
    }
    Ok(())
}

const fn of_timeline(timeline: u32) -> RangeInclusive<Segment> {
    Segment { timeline, number: 0 }..=Segment { timeline, number: u64::MAX }
}

/// Reads the log.
#[expect(missing_debug_implementations, reason = "an identity is not for showing")]
pub struct Reader<'a> {
    /// Where it stands.
    pub store: &'a Store,
    /// What opens it.
    pub identity: &'a Identity,
    /// Whose signatures count.
    pub signers: &'a Signers,
}

/// A file of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assembled {
    /// All of it; behind what was put of an unfinished one there are zeros.
    pub bytes: Vec<u8>,
    /// When the last of it was sealed.
    pub sealed_at: DateTime<Utc>,
}

impl Reader<'_> {
    /// What the store has of a cluster's log.
    pub fn pieces(&self, system: &str, size: SegmentSize) -> Result<BTreeMap<Segment, Pieces>> {
        Ok(sort(&self.store.list(&parts::wal_folder(system))?, size))
    }

    /// The newest timeline that has a history, with that history and its text.
    pub fn histories(&self, system: &str) -> Result<BTreeMap<u32, (History, Vec<u8>)>> {
        let folder = parts::history_folder(system);
        let mut found = BTreeMap::new();
        for path in self.store.list(&folder)? {
            let name = path.strip_prefix(&folder).and_then(|name| name.strip_prefix('/'));
            let timeline = name.and_then(|name| u32::from_str_radix(name.get(..8)?, 16).ok());
            let Some(timeline) = timeline else { continue };
            let (_, content) = self.open(&path)?;
            let history = super::segments::parse_history(&String::from_utf8_lossy(&content))?;
            found.insert(timeline, (history, content));
        }
        Ok(found)
    }

    /// Opens an object.
    pub fn open(&self, path: &str) -> Result<(Head, Vec<u8>)> {
        let about = || format!("{path} in {}", self.store.name());
        let bytes = self.store.find(path)?.with_context(|| format!("{} is not there", about()))?;
        parts::open(path, &bytes, self.identity, self.signers).with_context(about)
    }

    /// One file of the log.
    pub fn segment(&self, segment: Segment, pieces: &Pieces, size: SegmentSize) -> Result<Assembled> {
        let length = usize::try_from(size.bytes())?;
        if let Some(path) = pieces.wholes.first() {
            let (head, bytes) = self.open(path)?;
            ensure!(bytes.len() == length, "{path} has {} bytes instead of {length}", bytes.len());
            return Ok(Assembled { bytes, sealed_at: head.sealed_at });
        }
        let about = || format!("the file {} of the log in {}", size.name(segment), self.store.name());
        let mut assembled = Assembled { bytes: vec![0; length], sealed_at: DateTime::UNIX_EPOCH };
        for path in pieces.parts().with_context(about)? {
            let (head, content) = self.open(path)?;
            let from = usize::try_from(head.offset)?;
            let place = assembled.bytes.get_mut(from..).and_then(|rest| rest.get_mut(..content.len()));
            place.with_context(|| format!("{path} reaches over its file's end"))?.copy_from_slice(&content);
            assembled.sealed_at = assembled.sealed_at.max(head.sealed_at);
        }
        Ok(assembled)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{super::parts::Run, *};

    const SIZE: u64 = 16 << 20;

    fn size() -> SegmentSize {
        SegmentSize::new(SIZE).expect("a size")
    }

    fn segment(timeline: u32, number: u64) -> Segment {
        Segment { timeline, number }
    }

    fn run(number: u32) -> Run {
        (1..number).fold(Run::after(&[], Uuid::nil()), |run, _| {
            Run::after(&[parts::whole_path("7", &size().name(segment(1, 1)), &run)], Uuid::nil())
        })
    }

    fn whole(timeline: u32, number: u64) -> String {
        parts::whole_path("7", &size().name(segment(timeline, number)), &run(1))
    }

    fn chunk(timeline: u32, number: u64, run_number: u32, part: u32) -> String {
        parts::chunk_path("7", &size().name(segment(timeline, number)), &run(run_number), part)
    }

    fn from(names: &[String], timeline: u32, history: &History) -> Result<Vec<Segment>> {
        needed(&sort(names, size()), size(), (1, Lsn(5 * SIZE + 40)), history, timeline).whole()
    }

    #[test]
    fn what_is_needed_is_there_without_a_gap() {
        let none = History::new();
        let names = [whole(1, 4), whole(1, 5), whole(1, 6), chunk(1, 7, 1, 0), chunk(1, 7, 1, 1)];
        assert_eq!(from(&names, 1, &none).expect("it is there"), [5, 6, 7].map(|number| segment(1, number)));
        // Each of these leaves one out.
        let said =
            |names: &[String]| format!("{:#}", from(names, 1, &none).expect_err("something is missing"));
        assert!(
            said(&[whole(1, 5), chunk(1, 7, 1, 0)])
                .contains("000000010000000000000006 of the log is missing")
        );
        assert!(
            said(&[chunk(1, 5, 1, 0), whole(1, 6)])
                .contains("000000010000000000000005 of the log is not whole")
        );
        assert!(said(&[whole(1, 6)]).contains("000000010000000000000005"));
    }

    #[test]
    fn the_way_leads_over_timelines() {
        // The second began in the sixth file, and what the first wrote after that counts no more.
        let history = vec![(1, Lsn(6 * SIZE + 8))];
        let names = [whole(1, 5), whole(1, 6), chunk(1, 7, 1, 0), whole(2, 6), chunk(2, 7, 1, 0)];
        let expected = [segment(1, 5), segment(1, 6), segment(2, 6), segment(2, 7)];
        assert_eq!(from(&names, 2, &history).expect("it is there"), expected);
        assert!(leads_to((1, Lsn(6 * SIZE)), &history, 2) && leads_to((2, Lsn(9 * SIZE)), &history, 2));
        assert!(!leads_to((1, Lsn(7 * SIZE)), &history, 2));
    }

    #[test]
    fn runs_are_laid_over_each_other_and_have_no_gap() {
        let sorted =
            sort(&[chunk(1, 5, 2, 0), chunk(1, 5, 1, 0), chunk(1, 5, 1, 1), chunk(1, 5, 10, 0)], size());
        let pieces = &sorted[&segment(1, 5)];
        let expected = [chunk(1, 5, 1, 0), chunk(1, 5, 1, 1), chunk(1, 5, 2, 0), chunk(1, 5, 10, 0)];
        assert_eq!(pieces.parts().expect("none is missing"), expected.iter().collect::<Vec<_>>());
        for missing in [vec![chunk(1, 5, 1, 1)], vec![chunk(1, 5, 1, 0), chunk(1, 5, 1, 2)]] {
            let pieces = &sort(&missing, size())[&segment(1, 5)];
            assert!(pieces.parts().is_err(), "{missing:?}");
        }
    }
}
