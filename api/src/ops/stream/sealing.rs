//! Seals what is new in the folder in memory, each second.
//!
//! `pg_receivewal` makes a file in full length, of zeros, and writes into it from its beginning; when it is full, it gives it its
//! name. What is new is found by comparing the file with what was sealed of it: from the first byte that differs to the last
//! that is not zero. So it does not matter where a write was looked into: what was still zeros then differs at the next look,
//! and of parts that lie over each other the later counts.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::ErrorKind,
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result};

use super::{
    database::Identity,
    files::Folder,
    outlet::{Item, Outlet},
    parts::{self, Kind, Run, Sealer},
    segments::{Lsn, Segment, SegmentSize},
    state::Progress,
};
use crate::clock::Clock;

/// How often it is looked what is new.
pub const EVERY: Duration = Duration::from_secs(1);

/// What seals.
pub struct Sealing<'a> {
    folder: &'a Folder,
    system: &'a str,
    size: SegmentSize,
    sealer: &'a Sealer,
    run: Run,
    clock: Clock,
    /// Files that are sealed whole.
    whole: BTreeSet<Segment>,
    /// Files that stood whole in the local store at the beginning.
    stood: BTreeSet<Segment>,
    histories: BTreeSet<String>,
    open: BTreeMap<Segment, Open>,
}

/// What was sealed of a file that is not finished.
#[derive(Debug, Default)]
struct Open {
    sealed: Vec<u8>,
    parts: u32,
}

impl<'a> Sealing<'a> {
    /// Over a folder, given the names of what the local store has.
    pub fn new(
        folder: &'a Folder,
        identity: &'a Identity,
        sealer: &'a Sealer,
        run: Run,
        clock: Clock,
        names: &[String],
    ) -> Result<Self> {
        let size = identity.size()?;
        let names = names.iter().filter_map(|path| parts::parse_wal(path));
        let stood: BTreeSet<Segment> = names
            .filter(|name| matches!(name.kind, Kind::Whole { .. }))
            .filter_map(|name| size.parse(&name.segment))
            .collect();
        Ok(Self {
            folder,
            system: &identity.system,
            size,
            sealer,
            run,
            clock,
            whole: BTreeSet::new(),
            stood,
            histories: BTreeSet::new(),
            open: BTreeMap::new(),
        })
    }

    /// Seals what is new, and lets it wait for both stores.
    pub fn look(&mut self, local: &Outlet, off_site: &Outlet, progress: &Progress) {
        if let Err(error) = self.try_look(local, off_site, progress) {
            tracing::error!(error = format!("{error:#}"), "what is new in the log cannot be sealed now");
        }
    }

    fn try_look(&mut self, local: &Outlet, off_site: &Outlet, progress: &Progress) -> Result<()> {
        let put = |item: Item| {
            off_site.push_or_forget(item.clone());
            local.push(item);
        };
        // What gets its name meanwhile is found at the next look, at once.
        while local.has_room() {
            let found = self.folder.look(self.size)?;
            for name in &found.histories {
                if !self.histories.contains(name) {
                    put(self.history(name)?);
                    self.histories.insert(name.clone());
                }
            }
            for segment in found.finished {
                if self.stood.contains(&segment) {
                    progress.is_whole(segment);
                } else if !self.whole.contains(&segment) {
                    if !local.has_room() {
                        return Ok(());
                    }
                    put(self.finished(segment)?);
                }
                self.open.remove(&segment);
            }
            let mut is_gone = false;
            for segment in found.partial {
                match self.partial(segment)? {
                    Some(New::Part(item)) => put(item),
                    Some(New::Gone) => is_gone = true,
                    None => {}
                }
            }
            if !is_gone {
                return Ok(());
            }
        }
        Ok(())
    }

    fn history(&self, name: &str) -> Result<Item> {
        let content = fs::read(self.folder.path().join(name)).with_context(|| name.to_owned())?;
        let timeline = name.strip_suffix(".history").unwrap_or(name);
        let path = parts::history_path(self.system, timeline, &self.run);
        self.item(path, 0, &content, Lsn::default(), None)
    }

    fn finished(&mut self, segment: Segment) -> Result<Item> {
        let content = read(&self.folder.finished(self.size, segment))?.context("a finished file is gone")?;
        let path = parts::whole_path(self.system, &self.size.name(segment), &self.run);
        let item = self.item(path, 0, &content, self.size.start(segment.next()), Some(segment))?;
        self.whole.insert(segment);
        Ok(item)
    }

    fn partial(&mut self, segment: Segment) -> Result<Option<New>> {
        let Some(found) = read(&self.folder.partial(self.size, segment))? else {
            return Ok(Some(New::Gone));
        };
        let mut open = self.open.remove(&segment).unwrap_or_default();
        let new = difference(&open.sealed, &found);
        let mut item = None;
        if let Some((from, content)) = new {
            let path = parts::chunk_path(self.system, &self.size.name(segment), &self.run, open.parts);
            let offset = u64::try_from(from)?;
            let end = self.size.start(segment).0 + offset + u64::try_from(content.len())?;
            // Records begin at multiples of eight bytes.
            let reaches = Lsn(end.next_multiple_of(8));
            item = Some(New::Part(self.item(path, offset, content, reaches, None)?));
            open.parts += 1;
        }
        open.sealed = found;
        self.open.insert(segment, open);
        Ok(item)
    }

    fn item(
        &self,
        path: String,
        offset: u64,
        content: &[u8],
        reaches: Lsn,
        whole: Option<Segment>,
    ) -> Result<Item> {
        let now = self.clock.now();
        let bytes = Some(Arc::new(self.sealer.seal(&path, offset, content, now)?));
        Ok(Item { path, bytes, sealed_at: now, reaches, whole })
    }
}

/// What came of looking at a file that is not finished.
enum New {
    Part(Item),
    /// It has another name by now.
    Gone,
}

fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

/// From the first byte that differs from what was sealed, behind which there were zeros, to the last that is not zero.
fn difference<'a>(sealed: &[u8], found: &'a [u8]) -> Option<(usize, &'a [u8])> {
    const BLOCK: usize = 4096;
    let zeros = [0; BLOCK];
    let is_same = |number: usize, block: &[u8]| {
        let before = sealed.get(number * BLOCK..).unwrap_or_default();
        let before = before.get(..block.len()).unwrap_or(before);
        let zeros = zeros.get(..block.len() - before.len()).unwrap_or_default();
        block.starts_with(before) && block.ends_with(zeros)
    };
    // By blocks first: that is as fast as memory is.
    let (number, block) = found.chunks(BLOCK).enumerate().find(|(number, block)| !is_same(*number, block))?;
    let before = |at: usize| sealed.get(number * BLOCK + at).copied().unwrap_or_default();
    let within = block.iter().enumerate().position(|(at, byte)| *byte != before(at))?;
    let from = number * BLOCK + within;
    let last = found.rchunks(BLOCK).position(|block| zeros.get(..block.len()) != Some(block))?;
    let end = found.len() - last * BLOCK;
    let tail = found.get(..end)?.iter().rposition(|byte| *byte != 0)?;
    // Bytes that became zeros lie before the end, or need no part: zeros are what stands behind all parts.
    let content = found.get(from..=tail.max(from))?;
    Some((from, content))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_new_is_found() {
        let full = |bytes: &[u8]| [bytes, &vec![0; 20_000 - bytes.len()]].concat();
        for (sealed, found, expected) in [
            (full(b""), full(b""), None),
            (Vec::new(), full(b"abc"), Some((0, b"abc".as_slice()))),
            (full(b"abc"), full(b"abcdef"), Some((3, b"def".as_slice()))),
            (full(b"abc"), full(b"abc"), None),
            // Zeros in between are part of it, and one that was seen too early is mended.
            (full(b"abc"), full(b"abc\0\0d"), Some((5, b"d".as_slice()))),
            (full(b"a\0c"), full(b"abcd"), Some((1, b"bcd".as_slice()))),
        ] {
            assert_eq!(difference(&sealed, &found), expected);
        }
    }

    proptest! {
        /// Whatever was seen of the writes, and however torn: laid over each other, the parts are the file.
        #[test]
        fn parts_laid_over_each_other_are_the_file(
            content in prop::collection::vec(any::<u8>(), 1..9_000),
            looks in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..8),
        ) {
            let mut looks: Vec<(usize, usize)> =
                looks.iter().map(|(end, hole)| (end.index(content.len()), hole.index(content.len()))).collect();
            looks.sort_unstable();
            let (mut sealed, mut laid) = (Vec::new(), vec![0; 10_000]);
            let mut states: Vec<Vec<u8>> = looks.iter().map(|(end, hole)| {
                let mut seen = vec![0; 10_000];
                seen[..*end].copy_from_slice(&content[..*end]);
                // Some that was written last was not seen.
                for byte in seen.iter_mut().take(*end).skip(*hole).take(100) {
                    *byte = 0;
                }
                seen
            }).collect();
            let mut whole = vec![0; 10_000];
            whole[..content.len()].copy_from_slice(&content);
            states.push(whole.clone());
            for seen in states {
                if let Some((from, part)) = difference(&sealed, &seen) {
                    laid[from..from + part.len()].copy_from_slice(part);
                }
                sealed = seen;
            }
            prop_assert_eq!(laid, whole);
        }
    }
}
