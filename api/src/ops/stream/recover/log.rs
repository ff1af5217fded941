//! The log that a recovery needs, read into a folder from which PostgreSQL takes it.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};

use super::{Watcher, Way, cluster, left};
use crate::ops::stream::{
    assemble::{self, Needed, Pieces, Reader},
    segments::{Segment, SegmentSize},
};

/// What was sealed so much later than the instant is mostly not needed. Where it is, it is read after all.
const MARGIN: TimeDelta = TimeDelta::minutes(10);

/// What is needed, and how far it is read.
pub struct Log<'a> {
    reader: &'a Reader<'a>,
    pub way: &'a Way,
    size: SegmentSize,
    folder: PathBuf,
    pieces: BTreeMap<Segment, Pieces>,
    needed: Needed,
    /// How many files are read.
    pub read: usize,
}

impl<'a> Log<'a> {
    /// Looks what is needed, and reads nothing yet.
    pub fn begin(reader: &'a Reader<'a>, way: &'a Way, aids: &Path) -> Result<Self> {
        let (size, base) = (way.base.size()?, &way.base);
        let folder = aids.join(cluster::LOG);
        fs::create_dir(&folder)?;
        for (timeline, text) in &way.histories {
            fs::write(folder.join(format!("{timeline:08X}.history")), text)?;
        }
        let pieces = reader.pieces(&base.system, size)?;
        let needed =
            assemble::needed(&pieces, size, (base.timeline, base.start()?), &way.history, way.timeline);
        Ok(Self { reader, way, size, folder, pieces, needed, read: 0 })
    }

    /// Whether there is nothing more.
    pub fn is_read(&self) -> bool {
        self.read == self.needed.segments.len() && self.needed.missing.is_none()
    }

    /// Reads it on, each file checked: up to an instant, or to the end, before which nothing may be missing.
    pub fn read(&mut self, to: Option<DateTime<Utc>>, watcher: &mut dyn Watcher) -> Result<()> {
        let (began, all) = (Instant::now(), u64::try_from(self.needed.segments.len())?);
        let stop = self.way.base.stop()?;
        let mut reaches = None;
        for segment in self.needed.segments.get(self.read..).unwrap_or_default() {
            watcher.goes_on()?;
            let pieces = self.pieces.get(segment).context("it was found")?;
            let assembled = self.reader.segment(*segment, pieces, self.size)?;
            let mut file = fs::File::create_new(self.folder.join(self.size.name(*segment)))?;
            file.write_all(&assembled.bytes)?;
            self.read += 1;
            let done = u64::try_from(self.read)?;
            watcher.is_at(done, all, left(began, done, all));
            reaches = Some(self.size.start(segment.next()));
            // What makes the base backup one state is needed in any case.
            if reaches > Some(stop) && to.is_some_and(|to| assembled.sealed_at > to + MARGIN) {
                return Ok(());
            }
        }
        // What is missing may be later than the instant: then it is not needed.
        if to.is_none()
            && let Some(missing) = self.needed.missing.take()
        {
            return Err(missing);
        }
        ensure!(
            self.read > 0 && reaches.is_none_or(|reaches| reaches > stop),
            "the log in {} ends before the base backup {} is one state",
            self.reader.store.name(),
            self.way.base.name
        );
        Ok(())
    }
}
