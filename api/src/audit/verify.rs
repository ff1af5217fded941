//! Verifying an exported audit log, without a database: the first row that is not as it was written, and what is wrong
//! with it.
//!
//! Lines are examined by themselves ([`examine`], which may be done side by side) and then taken in their order
//! ([`Verifier::take`]). Memory is bounded by the number of erasures, not by the length of the log.

mod examine;
mod whole;

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use chrono::TimeDelta;
use shared::ids::OrganizationId;
use uuid::Uuid;

use super::{
    chain::{self, Hash},
    keys,
    lines::{Bytes, HeadLine, Header, SealLine},
};
pub use examine::{Examined, examine};
use examine::{Found, FoundRow};
pub use whole::verify;

/// A row that waits longer than this for its place in the chain is reported. The sealer takes a second.
const PATIENCE: TimeDelta = TimeDelta::minutes(1);
/// A signature is looked at once in so many rows, and at the end: one that holds vouches for all before it.
const ROWS_BETWEEN_SIGNATURES: i64 = 1000;

/// What is known from elsewhere.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known {
    /// How far the chain went at some time, as it was noted then.
    pub head: Option<(i64, Hash)>,
    /// The key that signs; without it, those that the file itself names are believed.
    pub key: Option<[u8; 32]>,
}

/// The first row that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// Its place in the chain, where it has or should have one.
    pub sequence: Option<i64>,
    /// Its id, where it is there.
    pub id: Option<Uuid>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Bad {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.sequence, self.id) {
            (Some(sequence), Some(id)) => write!(formatter, "row {sequence} ({id}): {}", self.what),
            (Some(sequence), None) => write!(formatter, "row {sequence}: {}", self.what),
            (None, Some(id)) => write!(formatter, "the unsealed row {id}: {}", self.what),
            (None, None) => formatter.write_str(&self.what),
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Whose log it is.
    pub organization: Option<OrganizationId>,
    /// Rows in the chain.
    pub sealed: u64,
    /// Rows that are not in the chain yet.
    pub unsealed: u64,
    /// How far the chain holds.
    pub head: Option<(i64, Hash)>,
    /// People whose key an erasure has destroyed.
    pub erased: usize,
    /// The first bad row; none where everything holds.
    pub bad: Option<Bad>,
}

/// Takes the lines of a file in their order.
#[derive(Debug)]
pub struct Verifier {
    known: Known,
    header: Option<Header>,
    previous: Hash,
    sequence: i64,
    /// Where the chain does not hold any more; what follows is read for its erasures alone.
    bad: Option<Bad>,
    /// The last head whose signature was looked at.
    vouched: i64,
    /// Heads since then that say what the chain says.
    heads: Vec<HeadLine>,
    people_closed: HashMap<Uuid, (i64, Uuid)>,
    texts_closed: HashMap<(Uuid, i16), i64>,
    erased: HashSet<Uuid>,
    taken: HashSet<(Uuid, i16)>,
    sealed: u64,
    unsealed: u64,
    unsealed_bad: Option<Bad>,
    ended: bool,
}

impl Verifier {
    /// Begins.
    pub fn new(known: Known) -> Self {
        Self {
            known,
            header: None,
            previous: [0; 32],
            sequence: 0,
            bad: None,
            vouched: 0,
            heads: Vec::new(),
            people_closed: HashMap::new(),
            texts_closed: HashMap::new(),
            erased: HashSet::new(),
            taken: HashSet::new(),
            sealed: 0,
            unsealed: 0,
            unsealed_bad: None,
            ended: false,
        }
    }

    /// Takes the next line.
    pub fn take(&mut self, Examined(found): Examined) {
        match found {
            Found::Header(header) if self.header.is_none() && header.format == 1 => {
                self.previous = chain::beginning(header.organization);
                self.header = Some(header);
            }
            Found::Header(_) => {
                self.fail(self.sequence + 1, None, "another file begins here, or a newer kind of file");
            }
            _ if self.header.is_none() => {
                self.fail(1, None, "the file does not begin with whose audit log it is");
            }
            _ if self.ended => self.fail(self.sequence + 1, None, "something stands behind the end"),
            Found::Row(row) => match row.seal.clone() {
                Some(seal) => self.take_sealed(&seal, &row),
                None => self.take_unsealed(&row),
            },
            Found::Head(head) => self.take_head(head),
            Found::Lost { sequence, id } => {
                self.sealed += 1;
                self.fail(
                    sequence.min(self.sequence + 1),
                    Some(id),
                    "it has a place in the chain and is not there",
                );
            }
            Found::End { sealed, unsealed } => {
                self.ended = true;
                if (sealed, unsealed) != (self.sealed, self.unsealed) {
                    let what = format!(
                        "the end counts {sealed} sealed and {unsealed} unsealed rows, and there are {} and {}",
                        self.sealed, self.unsealed
                    );
                    self.fail(self.sequence + 1, None, &what);
                }
            }
            Found::Unreadable(error) => {
                self.fail(self.sequence + 1, None, &format!("its line cannot be read: {error}"));
            }
        }
    }

    /// Notes the first row at which the chain does not hold.
    fn fail(&mut self, sequence: i64, id: Option<Uuid>, what: &str) {
        if self.bad.is_none() {
            self.bad = Some(Bad { sequence: Some(sequence), id, what: what.to_owned() });
        }
    }

    fn take_sealed(&mut self, seal: &SealLine, row: &FoundRow) {
        self.sealed += 1;
        if let Some(erasure) = &row.erasure {
            self.erased.extend(erasure.person);
            self.taken.extend(&erasure.taken);
        }
        if self.bad.is_some() {
            return;
        }
        let next = self.sequence + 1;
        if seal.sequence > next {
            return self.fail(next, None, "it is missing");
        }
        if seal.sequence < next {
            return self.fail(next, Some(row.id), "a row with a lower number stands in its place");
        }
        if self.unsealed > 0 {
            return self.fail(next, Some(row.id), "it stands behind rows that are not sealed");
        }
        let hash = chain::link(&self.previous, next, seal.sealed_at, &row.encoded);
        if hash != seal.hash.0 {
            return self.fail(
                next,
                Some(row.id),
                "it was changed, or does not belong behind the row before it",
            );
        }
        if let Some(part) = row.misfit {
            return self.fail(next, Some(row.id), &format!("part {part} of what it says was changed"));
        }
        for (number, person) in &row.closed {
            match person {
                Some(person) => {
                    self.people_closed.entry(*person).or_insert((next, row.id));
                }
                None => {
                    self.texts_closed.insert((row.id, *number), next);
                }
            }
        }
        (self.sequence, self.previous) = (next, hash);
        if self.known.head.is_some_and(|(at, kept)| at == next && kept != hash) {
            self.vouch();
            let what =
                format!("the head that was kept says otherwise at row {next}: it was written anew since");
            self.fail(self.vouched + 1, None, &what);
        }
    }

    fn take_unsealed(&mut self, row: &FoundRow) {
        self.unsealed += 1;
        if self.unsealed_bad.is_some() {
            return;
        }
        let exported_at = self.header.as_ref().map(|header| header.exported_at);
        let bad = |what: String| Some(Bad { sequence: None, id: Some(row.id), what });
        if let Some(part) = row.misfit {
            self.unsealed_bad = bad(format!("part {part} of what it says was changed"));
        } else if exported_at.is_some_and(|exported_at| exported_at - row.at > PATIENCE) {
            self.unsealed_bad = bad(format!(
                "it is of {} and has no place in the chain: it was put in behind the sealer's back, or nothing seals",
                row.at
            ));
        }
    }

    fn take_head(&mut self, head: HeadLine) {
        if self.bad.is_some() {
            return;
        }
        if head.sequence != self.sequence || head.hash.0 != self.previous {
            if self.is_signed(&head) {
                self.vouch();
                let what =
                    format!("the signed head at row {} says otherwise: it was written anew", head.sequence);
                return self.fail(self.vouched + 1, None, &what);
            }
            return self.fail(head.sequence.min(self.sequence), None, "its signed head was changed");
        }
        self.heads.push(head);
        if self.sequence - self.vouched >= ROWS_BETWEEN_SIGNATURES {
            self.look_at_signatures();
        }
    }

    /// Looks at the newest signature. Where it does not hold, the last one that does says from where on nobody vouches.
    fn look_at_signatures(&mut self) {
        let Some(newest) = self.heads.last().map(|head| head.sequence) else { return };
        self.vouch();
        if self.vouched < newest {
            let what = format!("from here to row {newest} the signature of the head does not hold");
            self.fail(self.vouched + 1, None, &what);
        }
    }

    /// Goes back to the last head whose signature holds.
    fn vouch(&mut self) {
        let good = self.heads.iter().rev().find(|head| self.is_signed(head));
        self.vouched = good.map_or(self.vouched, |head| head.sequence);
        self.heads.clear();
    }

    fn is_signed(&self, head: &HeadLine) -> bool {
        let Some(header) = &self.header else { return false };
        let key = header.keys.iter().find(|key| key.id == head.key_id);
        let message = chain::head_message(header.organization, head.sequence, &head.hash.0, head.signed_at);
        key.is_some_and(|key| {
            self.known.key.is_none_or(|known| known == key.public_key.0)
                && keys::verify(key, &message, &head.signature.0)
        })
    }

    /// What was found in the whole file.
    pub fn finish(mut self) -> Report {
        if self.bad.is_none() {
            self.look_at_signatures();
        }
        if let Some((kept, _)) = self.known.head.filter(|(kept, _)| *kept > self.sequence) {
            // What a head vouched for that is gone with it may still be as it was; this row surely is not.
            let what = format!(
                "it is missing: the head that was kept went to row {kept} (no head vouches for what is behind row {})",
                self.vouched
            );
            self.fail(self.sequence + 1, None, &what);
        }
        if self.sequence > self.vouched {
            self.fail(self.vouched + 1, None, "no signed head vouches for it and what is behind it");
        }
        if !self.ended {
            self.fail(self.sequence + 1, None, "the file is cut off here");
        }
        let unexplained = self
            .people_closed
            .iter()
            .filter(|(person, _)| !self.erased.contains(person))
            .map(|(_, (sequence, id))| (*sequence, *id))
            .chain(
                self.texts_closed
                    .iter()
                    .filter(|(part, _)| !self.taken.contains(part))
                    .map(|((id, _), sequence)| (*sequence, *id)),
            )
            .min();
        if let Some((sequence, id)) = unexplained
            && self.bad.as_ref().and_then(|bad| bad.sequence).is_none_or(|bad| sequence < bad)
        {
            let what = "what it says cannot be read, and nobody was erased who would explain it".to_owned();
            self.bad = Some(Bad { sequence: Some(sequence), id: Some(id), what });
        }
        Report {
            organization: self.header.map(|header| header.organization),
            sealed: self.sealed,
            unsealed: self.unsealed,
            head: (self.sequence > 0).then_some((self.sequence, self.previous)),
            erased: self.erased.len(),
            bad: self.bad.or(self.unsealed_bad),
        }
    }
}

/// A head as it is noted and given again: `<row>:<hash>`.
pub fn parse_head(text: &str) -> Result<(i64, Hash), String> {
    let (sequence, hash) =
        text.split_once(':').ok_or("a head is written as ROW:HASH, as `verify` prints it")?;
    let sequence = sequence.parse().map_err(|_| format!("{sequence} is no number of a row"))?;
    let hash: Bytes<32> = hash.parse().map_err(|error| format!("{hash} is no hash: {error}"))?;
    Ok((sequence, hash.0))
}
