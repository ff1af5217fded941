//! The parts of an audit row: what it says, in clear or sealed with a person's key, and the commitment to it.
//!
//! The chain is made of commitments, SHA-256 of a salt and the content, so that it can be followed when a part is gone.
//! Invariant: the salt is kept with the content alone, and goes with it. Without it nobody can try what a destroyed part
//! may have said.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::clock;

/// Bytes of a salt.
pub const SALT: usize = 16;
const NONCE: usize = 24;

/// A person's key.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonKey(pub(super) [u8; 32]);

impl std::fmt::Debug for PersonKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PersonKey")
    }
}

impl PersonKey {
    /// A new one.
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        clock::random(&mut bytes);
        Self(bytes)
    }

    /// The key in a row.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

/// What a part says. Fields by their names in the API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// What the thing was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// From where it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What fields were.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub before: Map<String, Value>,
    /// What fields became.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub after: Map<String, Value>,
}

impl Content {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes in what another part says.
    pub fn merge(&mut self, other: Self) {
        self.label = other.label.or(self.label.take());
        self.address = other.address.or(self.address.take());
        self.before.extend(other.before);
        self.after.extend(other.after);
    }
}

/// A part as its row has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Whose key seals it.
    pub person: Option<Uuid>,
    /// What the chain knows of it.
    pub commitment: [u8; 32],
    /// The content itself.
    pub body: Body,
}

/// The content of a part with its salt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// For everybody who may read the audit log.
    Clear { salt: [u8; SALT], content: String },
    /// For as long as the person's key is there.
    Sealed(Vec<u8>),
}

/// SHA-256 of salt and content.
pub fn commitment(salt: &[u8], content: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(content).finalize().into()
}

impl Part {
    /// A part in clear.
    pub fn clear(content: &Content) -> serde_json::Result<Self> {
        let (salt, content) = (new_salt(), serde_json::to_string(content)?);
        let commitment = commitment(&salt, content.as_bytes());
        Ok(Self { person: None, commitment, body: Body::Clear { salt, content } })
    }

    /// A part that only this key opens. It cannot be moved to another row or place.
    pub fn sealed(
        content: &Content,
        person: Uuid,
        key: &PersonKey,
        audit_id: Uuid,
        number: i16,
    ) -> anyhow::Result<Self> {
        let (salt, content) = (new_salt(), serde_json::to_string(content)?);
        let mut nonce = [0; NONCE];
        clock::random(&mut nonce);
        let message = [salt.as_slice(), content.as_bytes()].concat();
        let aad = place(audit_id, number);
        let encrypted = XChaCha20Poly1305::new(&key.0.into())
            .encrypt(&XNonce::from(nonce), Payload { msg: &message, aad: &aad })
            .map_err(|_| anyhow::anyhow!("a part is too long to be sealed"))?;
        let commitment = commitment(&salt, content.as_bytes());
        Ok(Self {
            person: Some(person),
            commitment,
            body: Body::Sealed([nonce.as_slice(), &encrypted].concat()),
        })
    }
}

/// Salt and content of a sealed part, where the key is the right one and nothing was changed.
pub fn open(sealed: &[u8], key: &PersonKey, audit_id: Uuid, number: i16) -> Option<(Vec<u8>, String)> {
    let (nonce, encrypted) = sealed.split_first_chunk::<NONCE>()?;
    let aad = place(audit_id, number);
    let mut salt = XChaCha20Poly1305::new(&key.0.into())
        .decrypt(&XNonce::from(*nonce), Payload { msg: encrypted, aad: &aad })
        .ok()?;
    if salt.len() < SALT {
        return None;
    }
    let content = String::from_utf8(salt.split_off(SALT)).ok()?;
    Some((salt, content))
}

fn place(audit_id: Uuid, number: i16) -> [u8; 18] {
    let mut place = [0; 18];
    if let Some((id, rest)) = place.split_first_chunk_mut::<16>() {
        *id = *audit_id.as_bytes();
        rest.copy_from_slice(&number.to_be_bytes());
    }
    place
}

fn new_salt() -> [u8; SALT] {
    let mut salt = [0; SALT];
    clock::random(&mut salt);
    salt
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        Content { label: Some("Ana".to_owned()), ..Content::default() }
    }

    #[test]
    fn a_sealed_part_opens_with_its_key_at_its_place_alone() {
        let (key, row) = (PersonKey::random(), Uuid::from_u128(7));
        let part = Part::sealed(&content(), Uuid::nil(), &key, row, 1).expect("it is sealed");
        let Body::Sealed(sealed) = part.body else { panic!("it is sealed") };
        let (salt, text) = open(&sealed, &key, row, 1).expect("it opens");
        assert_eq!(commitment(&salt, text.as_bytes()), part.commitment);
        assert_eq!(serde_json::from_str::<Content>(&text).expect("content"), content());
        assert!(!String::from_utf8_lossy(&sealed).contains("Ana"));
        assert_eq!(open(&sealed, &PersonKey::random(), row, 1), None);
        assert_eq!(open(&sealed, &key, row, 2), None);
        assert_eq!(open(&sealed, &key, Uuid::from_u128(8), 1), None);
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert_eq!(open(&changed, &key, row, 1), None, "byte {index}");
        }
    }

    #[test]
    fn equal_contents_are_committed_to_differently() {
        let one = Part::clear(&content()).expect("a part");
        let other = Part::clear(&content()).expect("a part");
        assert_ne!(one.commitment, other.commitment);
    }
}
