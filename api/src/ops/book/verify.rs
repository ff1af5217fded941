//! Verifying the book, without a database: the first row that is not as it was written, and what is wrong with it.
//!
//! What is believed are the signatures of keys that are known from elsewhere, and the heads that stand off-site: who writes
//! into the database can write neither. After a restore the book ends before such a head; the row that explains it
//! ([`Action::ResumeBook`]) is signed by itself.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Action, Entry, chain, keys, lines::Line};
use crate::audit::{
    chain::Hash,
    lines::{Bytes, HeadLine, PublicKey},
    verify::Bad,
};

/// A row that waits longer than this for its signature is reported. A worker signs within minutes.
const PATIENCE: TimeDelta = TimeDelta::hours(1);

/// What is known from elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The keys that sign; without any, those that the file itself names are believed.
    pub keys: Vec<PublicKey>,
    /// The heads that stand off-site.
    pub heads: Vec<HeadLine>,
}

/// What [`Action::ResumeBook`] says in its details: which rows there were before the book was set back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetBack {
    /// The first row that is gone, or was written anew.
    pub from: i64,
    /// The last one.
    pub to: i64,
    /// Its hash.
    pub hash: Bytes<32>,
    /// Why it was set back.
    pub because: String,
    /// When this was said: what was signed later is not explained by it.
    pub at: DateTime<Utc>,
    /// By a key of the book, for the very place at which this stands.
    pub signature: Bytes<64>,
}

impl SetBack {
    /// What is signed, for this place behind that row.
    pub fn message(&self, place: i64, previous: &Hash) -> Vec<u8> {
        chain::set_back_message(place, previous, self.from..=self.to, &self.hash.0, self.at)
    }

    /// What an entry at this place behind that row says, where it is one of these and signed by one of the keys.
    pub fn find(
        place: i64,
        previous: &Hash,
        action: &str,
        details: &str,
        known: &[PublicKey],
    ) -> Option<Self> {
        let said: Self =
            (action == Action::ResumeBook.key()).then(|| serde_json::from_str(details).ok())??;
        keys::have_signed_message(known, &said.message(place, previous), &said.signature).then_some(said)
    }

    /// Whether it says why this head is contradicted.
    pub fn explains(&self, head: &HeadLine) -> bool {
        (self.from..=self.to).contains(&head.sequence) && head.signed_at <= self.at
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Rows.
    pub entries: u64,
    /// Rows at the end that nobody has signed for yet.
    pub unsigned: i64,
    /// Heads off-site that were compared.
    pub off_site: usize,
    /// Rows that are gone, and the row that explains it.
    pub explained: Vec<(i64, String)>,
    /// How far the book goes.
    pub head: Option<(i64, Hash)>,
    /// The first bad row; none where everything holds.
    pub bad: Option<Bad>,
}

#[derive(Debug, Default)]
struct Reading {
    keys: Vec<PublicKey>,
    has_begun: bool,
    exported_at: DateTime<Utc>,
    /// The hashes in order, from the first row on.
    hashes: Vec<Hash>,
    /// Since when the first row waits that nobody has signed for.
    waiting_since: Option<DateTime<Utc>>,
    /// How far signatures go.
    vouched: i64,
    resumed: BTreeMap<i64, SetBack>,
    entries: u64,
    ended: bool,
    bad: Option<Bad>,
}

/// Verifies the lines of a file, or of a database that was written out.
pub fn verify<'a>(lines: impl IntoIterator<Item = &'a str>, known: &Known) -> Report {
    let mut reading = Reading { keys: known.keys.clone(), ..Reading::default() };
    for line in lines {
        reading.take(line);
    }
    reading.finish(known)
}

impl Reading {
    fn place(&self) -> i64 {
        i64::try_from(self.hashes.len()).unwrap_or(i64::MAX)
    }

    fn fail(&mut self, sequence: i64, id: Option<uuid::Uuid>, what: impl Into<String>) {
        if self.bad.is_none() {
            self.bad = Some(Bad { sequence: Some(sequence), id, what: what.into() });
        }
    }

    fn take(&mut self, line: &str) {
        let next = self.place() + 1;
        match serde_json::from_str::<Line>(line) {
            Ok(Line::OperationsBook(header)) if !self.has_begun && header.format == 1 => {
                self.has_begun = true;
                self.exported_at = header.exported_at;
                if self.keys.is_empty() {
                    self.keys = header.keys;
                }
            }
            Ok(Line::OperationsBook(_)) => {
                self.fail(next, None, "another file begins here, or a newer kind of file");
            }
            _ if !self.has_begun => self.fail(1, None, "the file does not begin as an operations book does"),
            _ if self.ended => self.fail(next, None, "something stands behind the end"),
            Ok(Line::Row(row)) => {
                self.entries += 1;
                self.take_row(&row);
            }
            Ok(Line::Head(head)) => self.take_head(&head),
            Ok(Line::Broken(broken)) => {
                self.entries += u64::from(broken.sequence >= next);
                self.fail(broken.sequence, None, "it holds what nobody could have written");
            }
            Ok(Line::End(end)) => {
                self.ended = true;
                if end.entries != self.entries {
                    let what = format!("the end counts {} rows, and there are {}", end.entries, self.entries);
                    self.fail(next, None, what);
                }
            }
            Err(error) => self.fail(next, None, format!("its line cannot be read: {error}")),
        }
    }

    fn take_row(&mut self, row: &super::lines::EntryLine) {
        if self.bad.is_some() {
            return;
        }
        let (next, id) = (self.place() + 1, Some(row.entry.id));
        if row.sequence > next {
            return self.fail(next, None, "it is missing");
        }
        if row.sequence < next {
            return self.fail(next, id, "a row with a lower number stands in its place");
        }
        let previous = self.hashes.last().copied().unwrap_or_else(chain::beginning);
        let hash = chain::link(&previous, next, row.written_at, &row.entry);
        if hash != row.hash.0 {
            return self.fail(next, id, "it was changed, or does not belong behind the row before it");
        }
        let Entry { action, details, .. } = &row.entry;
        self.resumed.extend(
            SetBack::find(next, &previous, action, details, &self.keys).map(|set_back| (next, set_back)),
        );
        self.waiting_since.get_or_insert(row.written_at);
        self.hashes.push(hash);
    }

    fn take_head(&mut self, head: &HeadLine) {
        if self.bad.is_some() {
            return;
        }
        let (place, last) = (self.place(), self.hashes.last());
        let is_signed = keys::have_signed(&self.keys, head);
        let (from, vouched) = (self.vouched + 1, self.vouched);
        if !is_signed {
            self.fail(
                head.sequence.clamp(from, place.max(from)),
                None,
                "the signature of its head does not hold",
            );
        } else if head.sequence > place {
            let what = format!("it is missing: the signed head goes to row {}", head.sequence);
            self.fail(place + 1, None, what);
        } else if head.sequence != place || last != Some(&head.hash.0) {
            let what =
                format!("the signed head at row {} says otherwise: it was written anew", head.sequence);
            self.fail(from, None, what);
        } else {
            self.vouched = vouched.max(head.sequence);
            self.waiting_since = None;
        }
    }

    /// Compares with the heads that stand off-site.
    fn compare(&mut self, heads: &[HeadLine]) -> (usize, Vec<(i64, String)>) {
        let mut heads: Vec<&HeadLine> = heads.iter().collect();
        heads.sort_by_key(|head| head.sequence);
        let (mut compared, mut same, mut explained) = (0, 0, BTreeMap::new());
        for head in heads {
            if !keys::have_signed(&self.keys, head) {
                let what = format!("the head off-site at row {} is signed with no known key", head.sequence);
                self.fail(head.sequence, None, what);
                continue;
            }
            compared += 1;
            let here = usize::try_from(head.sequence - 1).ok().and_then(|index| self.hashes.get(index));
            if here == Some(&head.hash.0) {
                same = same.max(head.sequence);
                continue;
            }
            let explaining = self.resumed.iter().find(|(_, set_back)| set_back.explains(head));
            if let Some((place, set_back)) = explaining {
                explained.insert(*place, set_back.because.clone());
            } else if here.is_none() {
                let what = format!("it is missing: a signed head off-site goes to row {}", head.sequence);
                let first = self.place() + 1;
                self.fail(first, None, what);
            } else {
                let what =
                    format!("the head off-site at row {} says otherwise: it was written anew", head.sequence);
                self.fail(same + 1, None, what);
            }
        }
        (compared, explained.into_iter().collect())
    }

    fn finish(mut self, known: &Known) -> Report {
        if !self.ended {
            let next = self.place() + 1;
            self.fail(next, None, "the file is cut off here");
        }
        let (off_site, explained) =
            if self.bad.is_none() { self.compare(&known.heads) } else { (0, Vec::new()) };
        let unsigned = self.place() - self.vouched;
        if self.waiting_since.is_some_and(|at| self.exported_at - at > PATIENCE) {
            let first = self.vouched + 1;
            self.fail(first, None, "no signed head vouches for it and what is behind it");
        }
        let head = self.hashes.last().map(|hash| (self.place(), *hash));
        Report { entries: self.entries, unsigned, off_site, explained, head, bad: self.bad }
    }
}
