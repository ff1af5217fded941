//! How a row is bound to the one before it, and what a signed head says.
//!
//! Everything is hashed in one encoding: numbers big-endian, texts with their length in front, ids with a byte that says
//! whether there is one. So no two rows have the same encoding.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use shared::ids::OrganizationId;
use uuid::Uuid;

/// A hash of the chain.
pub type Hash = [u8; 32];

/// A row as the chain knows it: who, when, what and which, and nothing that it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub actor_kind: &'a str,
    pub actor_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
    pub token_id: Option<Uuid>,
    pub request_id: Option<Uuid>,
    pub entity: &'a str,
    pub entity_id: Uuid,
    pub action: &'a str,
}

/// A part as the chain knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// Whose key seals it.
    pub person: Option<Uuid>,
    /// The commitment to it.
    pub commitment: Hash,
}

/// What stands before the first row of an organization.
pub fn beginning(organization: OrganizationId) -> Hash {
    Sha256::new()
        .chain_update(b"Portico audit chain 1\n")
        .chain_update(organization.0.as_bytes())
        .finalize()
        .into()
}

/// A row and the commitments to its parts, as they are hashed.
pub fn encode(row: &Row<'_>, parts: &[Committed]) -> Vec<u8> {
    let mut encoded = Encoded(Vec::with_capacity(384));
    encoded.bytes(row.id.as_bytes());
    encoded.instant(row.at);
    encoded.text(row.actor_kind);
    for id in [row.actor_id, row.session_id, row.token_id, row.request_id] {
        encoded.id(id);
    }
    encoded.text(row.entity);
    encoded.bytes(row.entity_id.as_bytes());
    encoded.text(row.action);
    encoded.length(parts.len());
    for part in parts {
        encoded.id(part.person);
        encoded.bytes(&part.commitment);
    }
    encoded.0
}

/// The hash of an encoded row at its place behind the one before it.
pub fn link(previous: &Hash, sequence: i64, sealed_at: DateTime<Utc>, encoded: &[u8]) -> Hash {
    Sha256::new()
        .chain_update(previous)
        .chain_update(sequence.to_be_bytes())
        .chain_update(sealed_at.timestamp_micros().to_be_bytes())
        .chain_update(encoded)
        .finalize()
        .into()
}

/// What is signed of a head: of which organization, how far the chain went, and when.
pub fn head_message(
    organization: OrganizationId,
    sequence: i64,
    hash: &Hash,
    signed_at: DateTime<Utc>,
) -> Vec<u8> {
    let mut encoded = Encoded(b"Portico audit head 1\n".to_vec());
    encoded.bytes(organization.0.as_bytes());
    encoded.number(sequence);
    encoded.bytes(hash);
    encoded.instant(signed_at);
    encoded.0
}

/// The encoding of all chains: whatever differs is encoded differently.
pub(crate) struct Encoded(pub(crate) Vec<u8>);

impl Encoded {
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn number(&mut self, number: i64) {
        self.bytes(&number.to_be_bytes());
    }

    pub(crate) fn instant(&mut self, instant: DateTime<Utc>) {
        self.number(instant.timestamp_micros());
    }

    pub(crate) fn length(&mut self, length: usize) {
        // Nothing here is longer than a body may be.
        self.bytes(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.bytes(text.as_bytes());
    }

    pub(crate) fn id(&mut self, id: Option<Uuid>) {
        match id {
            Some(id) => {
                self.0.push(1);
                self.bytes(id.as_bytes());
            }
            None => self.0.push(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row<'static> {
        Row {
            id: Uuid::from_u128(1),
            at: DateTime::UNIX_EPOCH,
            actor_kind: "user",
            actor_id: Some(Uuid::from_u128(2)),
            session_id: None,
            token_id: None,
            request_id: Some(Uuid::from_u128(3)),
            entity: "project",
            entity_id: Uuid::from_u128(4),
            action: "updated",
        }
    }

    #[test]
    fn whatever_differs_gives_another_hash() {
        let part = Committed { person: None, commitment: [7; 32] };
        let (zero, epoch) = ([0; 32], DateTime::UNIX_EPOCH);
        let later = epoch + chrono::TimeDelta::microseconds(1);
        let id = Some(Uuid::from_u128(2));
        let hashes = [
            link(&zero, 1, epoch, &encode(&row(), &[part])),
            link(&[1; 32], 1, epoch, &encode(&row(), &[part])),
            link(&zero, 2, epoch, &encode(&row(), &[part])),
            link(&zero, 1, later, &encode(&row(), &[part])),
            link(&zero, 1, epoch, &encode(&Row { id: Uuid::from_u128(9), ..row() }, &[part])),
            link(&zero, 1, epoch, &encode(&Row { at: later, ..row() }, &[part])),
            link(&zero, 1, epoch, &encode(&Row { actor_kind: "system", ..row() }, &[part])),
            link(&zero, 1, epoch, &encode(&Row { actor_id: None, session_id: id, ..row() }, &[part])),
            link(&zero, 1, epoch, &encode(&Row { actor_id: None, token_id: id, ..row() }, &[part])),
            link(&zero, 1, epoch, &encode(&Row { request_id: None, ..row() }, &[part])),
            link(&zero, 1, epoch, &encode(&Row { entity: "projec", action: "tupdated", ..row() }, &[part])),
            link(&zero, 1, epoch, &encode(&Row { entity_id: Uuid::from_u128(9), ..row() }, &[part])),
            link(&zero, 1, epoch, &encode(&Row { action: "deleted", ..row() }, &[part])),
            link(&zero, 1, epoch, &encode(&row(), &[])),
            link(&zero, 1, epoch, &encode(&row(), &[part, part])),
            link(&zero, 1, epoch, &encode(&row(), &[Committed { person: id, ..part }])),
            link(&zero, 1, epoch, &encode(&row(), &[Committed { commitment: [8; 32], ..part }])),
        ];
        for (index, one) in hashes.iter().enumerate() {
            assert!(!hashes[..index].contains(one), "{index}");
        }
    }

    #[test]
    fn every_organization_has_a_chain_of_its_own() {
        assert_ne!(
            beginning(OrganizationId(Uuid::from_u128(1))),
            beginning(OrganizationId(Uuid::from_u128(2)))
        );
    }
}
