//! Looks into an archive of `tar` while it passes, for the small files that say what a base backup is.
//!
//! PostgreSQL writes plain `ustar`: a block of 512 bytes with name and size, then the content in whole blocks.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use super::segments::Lsn;

const BLOCK: usize = 512;
/// No file that is kept is longer; the manifest has a line for each file of the database.
const MOST: u64 = 256 << 20;
const LABEL: &str = "backup_label";
const MANIFEST: &str = "backup_manifest";

/// Passes an archive on, and keeps what these small files hold.
pub struct Looking<W> {
    out: W,
    kept: BTreeMap<String, Vec<u8>>,
    block: Vec<u8>,
    /// Whose content comes, where it is kept.
    inside: Option<String>,
    /// Bytes of the content to come, and of what fills its last block.
    left: u64,
    filling: u64,
    has_tablespaces: bool,
}

impl<W> std::fmt::Debug for Looking<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Looking")
    }
}

/// What a base backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The timeline.
    pub timeline: u32,
    /// From where on the log is needed.
    pub start: Lsn,
    /// From where on it is one state.
    pub stop: Lsn,
}

impl<W: Write> Looking<W> {
    /// Begins.
    pub const fn new(out: W) -> Self {
        Self {
            out,
            kept: BTreeMap::new(),
            block: Vec::new(),
            inside: None,
            left: 0,
            filling: 0,
            has_tablespaces: false,
        }
    }

    /// What was found, and where everything went.
    pub fn finish(self) -> Result<(Said, W)> {
        let text = |name: &str| -> Result<String> {
            let found = self.kept.get(name).with_context(|| format!("the base backup has no {name}"))?;
            Ok(String::from_utf8_lossy(found).into_owned())
        };
        if self.has_tablespaces {
            bail!("the database has tablespaces of its own, which are not in a base backup");
        }
        let said = parse(&text(LABEL)?, &text(MANIFEST)?)?;
        Ok((said, self.out))
    }

    fn header(&mut self) -> io::Result<()> {
        let block = std::mem::take(&mut self.block);
        if block.iter().all(|byte| *byte == 0) {
            // The end of the archive.
            return Ok(());
        }
        let field = |from: usize, to: usize| {
            let bytes = block.get(from..to).unwrap_or_default();
            let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
            String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
        };
        let size = size(block.get(124..136).unwrap_or_default());
        let size = size.ok_or_else(|| io::Error::other("what comes is no archive of tar"))?;
        let name = field(0, 100);
        let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
        self.has_tablespaces |= name == "tablespace_map" && size > 0;
        (self.left, self.filling) = (size, size.next_multiple_of(512) - size);
        if name == LABEL || name == MANIFEST {
            if size > MOST {
                return Err(io::Error::other(format!("{name} is too long")));
            }
            self.kept.insert(name.clone(), Vec::new());
            self.inside = Some(name);
        } else {
            self.inside = None;
        }
        Ok(())
    }

    fn look(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let take = |many: u64| usize::try_from(many).unwrap_or(usize::MAX).min(bytes.len());
            let rest;
            if self.left > 0 {
                let now;
                (now, rest) = bytes.split_at(take(self.left));
                self.left -= u64::try_from(now.len()).unwrap_or_default();
                if let Some(kept) = self.inside.as_ref().and_then(|name| self.kept.get_mut(name)) {
                    kept.extend_from_slice(now);
                }
            } else if self.filling > 0 {
                let now;
                (now, rest) = bytes.split_at(take(self.filling));
                self.filling -= u64::try_from(now.len()).unwrap_or_default();
            } else {
                let now;
                (now, rest) = bytes.split_at((BLOCK - self.block.len()).min(bytes.len()));
                self.block.extend_from_slice(now);
                if self.block.len() == BLOCK {
                    self.header()?;
                }
            }
            bytes = rest;
        }
        Ok(())
    }
}

impl<W: Write> Write for Looking<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(bytes)?;
        self.look(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// In octal digits, or, for what is longer than these can say, in binary behind a first byte of 128.
fn size(field: &[u8]) -> Option<u64> {
    if let (128, rest) = field.split_first()? {
        return rest.iter().try_fold(0_u64, |size, byte| size.checked_mul(256)?.checked_add((*byte).into()));
    }
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_matches(['\0', ' ']);
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

/// What label and manifest say.
pub fn parse(label: &str, manifest: &str) -> Result<Said> {
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Manifest {
        #[serde(rename = "WAL-Ranges")]
        ranges: Vec<Range>,
    }
    #[derive(Deserialize)]
    struct Range {
        #[serde(rename = "Timeline")]
        timeline: u32,
        #[serde(rename = "End-LSN")]
        end: String,
    }

    let line = |name: &str| {
        let found = label.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.with_context(|| format!("the label of the base backup has no {name}"))
    };
    let start = line("START WAL LOCATION")?;
    let start = start.split_once(' ').map_or(start, |(start, _)| start).parse()?;
    let timeline = line("START TIMELINE")?.trim().parse()?;
    let manifest: Manifest =
        serde_json::from_str(manifest).context("the manifest of the base backup cannot be read")?;
    let Some(range) = manifest.ranges.iter().find(|range| range.timeline == timeline) else {
        bail!("the manifest of the base backup does not say where it ends");
    };
    Ok(Said { timeline, start, stop: range.end.parse()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_LABEL: &str = "START WAL LOCATION: 0/5000028 (file 000000010000000000000005)\n\
        CHECKPOINT LOCATION: 0/5000060\nSTART TIMELINE: 1\n";
    const OF_MANIFEST: &str = r#"{"Files": [], "WAL-Ranges": [
        {"Timeline": 1, "Start-LSN": "0/5000028", "End-LSN": "0/5000100"}], "Manifest-Checksum": "x"}"#;

    fn entry(name: &str, content: &[u8]) -> Vec<u8> {
        let mut block = vec![0; BLOCK];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        block.extend_from_slice(content);
        block.resize(block.len().next_multiple_of(BLOCK), 0);
        block
    }

    #[test]
    fn what_it_says_is_found_however_the_bytes_come() {
        let mut whole = entry("backup_label", OF_LABEL.as_bytes());
        whole.extend(entry("tablespace_map", b""));
        whole.extend(entry("base/1/1259", &[7; 1300]));
        whole.extend(entry("backup_manifest", OF_MANIFEST.as_bytes()));
        whole.extend([0; 2 * BLOCK]);
        let expected = Said { timeline: 1, start: Lsn(0x500_0028), stop: Lsn(0x500_0100) };
        for piece in [1, 7, 511, 512, 513, 100_000] {
            let mut looking = Looking::new(Vec::new());
            for bytes in whole.chunks(piece) {
                looking.write_all(bytes).expect("it is written");
            }
            let (said, out) = looking.finish().expect("it is whole");
            assert_eq!((said, out == whole), (expected.clone(), true), "{piece}");
        }
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        let label = entry("backup_label", OF_LABEL.as_bytes());
        let with = |more: &[Vec<u8>]| {
            let mut looking = Looking::new(Vec::new());
            looking.write_all(&[&label[..], &more.concat()].concat()).expect("it is written");
            format!("{:#}", looking.finish().map(drop).expect_err("it is refused"))
        };
        assert!(with(&[]).contains("no backup_manifest"));
        let manifest = entry("backup_manifest", OF_MANIFEST.as_bytes());
        assert!(with(&[entry("tablespace_map", b"16384 /srv\n"), manifest]).contains("tablespaces"));
        assert!(Looking::new(Vec::new()).write_all(&[b'9'; 512]).is_err());
    }

    #[test]
    fn sizes_are_in_octal_or_binary() {
        assert_eq!(size(b"00000002424\0"), Some(1300));
        let mut field = [0; 12];
        (field[0], field[7]) = (128, 2);
        assert_eq!(size(&field), Some(2 << 32));
    }
}
