//! How an entry is bound to the one before it, and what a signed head says: the encoding and the links of the audit log,
//! under words of the book's own.

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::Entry;
use crate::audit::chain::{self, Encoded, Hash};

/// What stands before the first entry.
pub fn beginning() -> Hash {
    Sha256::digest(b"Portico operations book 1\n").into()
}

/// An entry as it is hashed.
pub fn encode(entry: &Entry) -> Vec<u8> {
    let mut encoded = Encoded(Vec::with_capacity(512));
    encoded.bytes(entry.id.as_bytes());
    encoded.instant(entry.at);
    encoded.text(entry.doer.kind.key());
    encoded.id(entry.doer.id);
    encoded.text(&entry.doer.name);
    encoded.text(entry.doer.team.map_or("", shared::console::Team::key));
    encoded.text(&entry.action);
    encoded.text(&entry.subject);
    encoded.text(entry.outcome.key());
    encoded.text(&entry.details);
    encoded.0
}

/// The hash of an entry at its place behind the one before it.
pub fn link(previous: &Hash, sequence: i64, written_at: DateTime<Utc>, entry: &Entry) -> Hash {
    chain::link(previous, sequence, written_at, &encode(entry))
}

/// What is signed of a head: how far the book went, and when.
pub fn head_message(sequence: i64, hash: &Hash, signed_at: DateTime<Utc>) -> Vec<u8> {
    let mut encoded = Encoded(b"Portico operations head 1\n".to_vec());
    encoded.number(sequence);
    encoded.bytes(hash);
    encoded.instant(signed_at);
    encoded.0
}

/// What is signed where the book was set back: which row says so, behind which one; which rows are gone, from the first to
/// the last with its hash; and when.
pub fn set_back_message(
    place: i64,
    previous: &Hash,
    gone: std::ops::RangeInclusive<i64>,
    hash: &Hash,
    at: DateTime<Utc>,
) -> Vec<u8> {
    let mut encoded = Encoded(b"Portico operations book set back 1\n".to_vec());
    encoded.number(place);
    encoded.bytes(previous);
    encoded.number(*gone.start());
    encoded.number(*gone.end());
    encoded.bytes(hash);
    encoded.instant(at);
    encoded.0
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use shared::console::{BookActor, BookOutcome, Team};
    use uuid::Uuid;

    use super::*;
    use crate::ops::book::Doer;

    fn entry() -> Entry {
        Entry {
            id: Uuid::from_u128(1),
            at: DateTime::UNIX_EPOCH,
            doer: Doer {
                kind: BookActor::Operator,
                id: Some(Uuid::from_u128(2)),
                name: "ada@ops.example".to_owned(),
                team: Some(Team::Security),
            },
            action: "make_set".to_owned(),
            subject: "database-20260302T090000Z".to_owned(),
            outcome: BookOutcome::Succeeded,
            details: "{}".to_owned(),
        }
    }

    #[test]
    fn whatever_differs_gives_another_hash() {
        let (zero, epoch) = ([0; 32], DateTime::UNIX_EPOCH);
        let later = epoch + TimeDelta::microseconds(1);
        let text = str::to_owned;
        let with_doer = |doer: Doer| Entry { doer, ..entry() };
        let hashes = [
            link(&zero, 1, epoch, &entry()),
            link(&[1; 32], 1, epoch, &entry()),
            link(&zero, 2, epoch, &entry()),
            link(&zero, 1, later, &entry()),
            link(&zero, 1, epoch, &Entry { id: Uuid::from_u128(9), ..entry() }),
            link(&zero, 1, epoch, &Entry { at: later, ..entry() }),
            link(&zero, 1, epoch, &with_doer(Doer { kind: BookActor::Shell, ..entry().doer })),
            link(&zero, 1, epoch, &with_doer(Doer { id: None, ..entry().doer })),
            link(&zero, 1, epoch, &with_doer(Doer { name: text("eva@ops.example"), ..entry().doer })),
            link(&zero, 1, epoch, &with_doer(Doer { team: None, ..entry().doer })),
            link(&zero, 1, epoch, &Entry { action: text("make_se"), subject: text("tdatabase"), ..entry() }),
            link(&zero, 1, epoch, &Entry { subject: text("another"), ..entry() }),
            link(&zero, 1, epoch, &Entry { outcome: BookOutcome::Failed, ..entry() }),
            link(&zero, 1, epoch, &Entry { details: text("{ }"), ..entry() }),
        ];
        for (index, one) in hashes.iter().enumerate() {
            assert!(!hashes[..index].contains(one), "{index}");
        }
    }
}
