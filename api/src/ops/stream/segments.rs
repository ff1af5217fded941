//! Places in the write-ahead log, and the names of the files that it is cut into: as PostgreSQL writes both.

use std::{fmt, str::FromStr};

use anyhow::{Context as _, Result, bail, ensure};

/// A place in the write-ahead log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lsn(pub u64);

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:X}", self.0 >> 32, self.0 & 0xffff_ffff)
    }
}

impl FromStr for Lsn {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (high, low) = text.split_once('/').with_context(|| format!("{text} is no place in the log"))?;
        let [high, low] = [high, low].map(|half| u32::from_str_radix(half, 16));
        Ok(Self(u64::from(high?) << 32 | u64::from(low?)))
    }
}

/// A file of the log, by its timeline and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Segment {
    /// Which history of the cluster: a new one begins with each promotion.
    pub timeline: u32,
    /// Which file of all since the cluster was made.
    pub number: u64,
}

impl Segment {
    /// The one behind it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self { number: self.number + 1, ..self }
    }

    /// The one before it, where there is one.
    pub fn previous(self) -> Option<Self> {
        Some(Self { number: self.number.checked_sub(1)?, ..self })
    }
}

/// How long a file of the log is, which a cluster keeps for life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentSize(u64);

impl SegmentSize {
    /// As `wal_segment_size` says: a power of two between 1 MiB and 1 GiB.
    pub fn new(bytes: u64) -> Result<Self> {
        ensure!(
            bytes.is_power_of_two() && (1 << 20..=1 << 30).contains(&bytes),
            "no cluster has files of the log of {bytes} bytes"
        );
        Ok(Self(bytes))
    }

    /// In bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// The file that holds a place.
    pub const fn of(self, timeline: u32, lsn: Lsn) -> Segment {
        Segment { timeline, number: lsn.0 / self.0 }
    }

    /// Where a file begins.
    pub const fn start(self, segment: Segment) -> Lsn {
        Lsn(segment.number * self.0)
    }

    /// A file's name.
    pub fn name(self, segment: Segment) -> String {
        let in_one = 0x1_0000_0000 / self.0;
        let Segment { timeline, number } = segment;
        format!("{timeline:08X}{:08X}{:08X}", number / in_one, number % in_one)
    }

    /// The file of a name, where it is one.
    pub fn parse(self, name: &str) -> Option<Segment> {
        if name.len() != 24
            || !name.bytes().all(|sign| sign.is_ascii_digit() || (b'A'..=b'F').contains(&sign))
        {
            return None;
        }
        let part = |from: usize| u32::from_str_radix(name.get(from..from + 8)?, 16).ok();
        let in_one = 0x1_0000_0000 / self.0;
        let (timeline, high, low) = (part(0)?, u64::from(part(8)?), u64::from(part(16)?));
        (low < in_one).then_some(Segment { timeline, number: high * in_one + low })
    }
}

/// Where each earlier timeline was left, out of a history file: the timelines before, and the places at which the next began.
pub fn parse_history(text: &str) -> Result<Vec<(u32, Lsn)>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let parse = |line: &str| {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some(timeline), Some(lsn)) => Ok((timeline.parse()?, lsn.parse()?)),
            _ => bail!("{line} is no line of a history"),
        }
    };
    lines.map(parse).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_postgresqls() {
        let size = SegmentSize::new(16 << 20).expect("a size");
        for (timeline, lsn, name) in [
            (1, "0/5000028", "000000010000000000000005"),
            (1, "0/FF000000", "0000000100000000000000FF"),
            (2, "1/0", "000000020000000100000000"),
            (0x1f, "16/B374D848", "0000001F00000016000000B3"),
        ] {
            let lsn: Lsn = lsn.parse().expect("a place");
            assert_eq!(size.name(size.of(timeline, lsn)), name);
            assert_eq!(size.parse(name), Some(size.of(timeline, lsn)));
        }
        for name in ["000000010000000000000105", "00000001000000000000000g", "00000002.history", ""] {
            assert_eq!(size.parse(name), None, "{name}");
        }
        let large = SegmentSize::new(1 << 30).expect("a size");
        assert_eq!(large.name(Segment { timeline: 1, number: 5 }), "000000010000000100000001");
        assert!(SegmentSize::new(3 << 20).is_err() && SegmentSize::new(1 << 31).is_err());
    }

    #[test]
    fn histories_are_postgresqls() {
        let text = "1\t0/3000000\tno recovery target specified\n\n2\t0/50000A0\tbefore 2026-11-29\n";
        assert_eq!(parse_history(text).expect("a history"), [(1, Lsn(0x300_0000)), (2, Lsn(0x500_00A0))]);
        assert!(parse_history("nonsense").is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(timeline in 1_u32.., lsn: u64, power in 20_u32..=30) {
            let size = SegmentSize::new(1 << power).expect("a size");
            let segment = size.of(timeline, Lsn(lsn));
            prop_assert_eq!(size.parse(&size.name(segment)), Some(segment));
            prop_assert_eq!(Lsn(lsn).to_string().parse::<Lsn>().expect("a place"), Lsn(lsn));
            prop_assert!(size.start(segment) <= Lsn(lsn));
            // Names are in the order of what they name.
            if let Some(before) = segment.previous() {
                prop_assert!(size.name(before) < size.name(segment));
                prop_assert_eq!(before.next(), segment);
            }
        }
    }
}
