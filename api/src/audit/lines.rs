//! The lines of an exported audit log: JSON, one a line, so that it can be written and read in bounded memory.
//!
//! First `{"audit_log": …}` says whose it is; then the rows in the order of the chain, each `{"row": …}`, with
//! `{"head": …}` behind the row to which a signed head goes; then the rows that are not sealed yet; and last
//! `{"end": …}`, without which the file was cut off. Bytes are in base64, instants in RFC 3339 with microseconds.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use shared::ids::OrganizationId;
use uuid::Uuid;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line<'a> {
    /// The first one.
    AuditLog(Header),
    /// A row.
    #[serde(borrow)]
    Row(RowLine<'a>),
    /// A signed head.
    Head(HeadLine),
    /// A place in the chain whose row is not there.
    Lost(Lost),
    /// The last one.
    End(End),
}

/// Whose audit log it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of this format: 1.
    pub format: u32,
    /// The organization.
    pub organization: OrganizationId,
    /// Its word in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// When the export began.
    pub exported_at: DateTime<Utc>,
    /// The keys that may have signed heads.
    pub keys: Vec<PublicKey>,
}

/// A key that verifies heads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// The id.
    pub id: String,
    /// Ed25519.
    pub public_key: Bytes<32>,
}

/// A row with its place in the chain, where it has one, and its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowLine<'a> {
    /// The place in the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<SealLine>,
    pub id: Uuid,
    pub at: DateTime<Utc>,
    #[serde(borrow)]
    pub actor_kind: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Uuid>,
    #[serde(borrow)]
    pub entity: Cow<'a, str>,
    pub entity_id: Uuid,
    #[serde(borrow)]
    pub action: Cow<'a, str>,
    #[serde(borrow)]
    pub parts: Vec<PartLine<'a>>,
}

/// A place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealLine {
    pub sequence: i64,
    pub hash: Bytes<32>,
    pub sealed_at: DateTime<Utc>,
}

/// A part: what is committed to, and the content where it can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartLine<'a> {
    /// Whose key seals it in the database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Uuid>,
    pub commitment: Bytes<32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<Bytes<16>>,
    /// JSON, as a text: the commitment is to these very bytes.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Cow<'a, str>>,
}

/// How far the chain went at an instant, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadLine {
    pub sequence: i64,
    pub hash: Bytes<32>,
    pub signed_at: DateTime<Utc>,
    pub key_id: String,
    pub signature: Bytes<64>,
}

/// A place in the chain whose row is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    pub sequence: i64,
    pub id: Uuid,
}

/// What went before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Rows with a place in the chain.
    pub sealed: u64,
    /// Rows without one.
    pub unsealed: u64,
}

/// So many bytes, in base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes<const N: usize>(pub [u8; N]);

impl<const N: usize> TryFrom<Vec<u8>> for Bytes<N> {
    type Error = anyhow::Error;

    fn try_from(bytes: Vec<u8>) -> Result<Self, anyhow::Error> {
        bytes
            .try_into()
            .map(Self)
            .map_err(|bytes: Vec<u8>| anyhow::anyhow!("{} bytes where there should be {N}", bytes.len()))
    }
}

impl<const N: usize> Serialize for Bytes<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD_NO_PAD.encode(self.0))
    }
}

impl<'de, const N: usize> Deserialize<'de> for Bytes<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<const N: usize>;
        impl<const N: usize> de::Visitor<'_> for Visitor<N> {
            type Value = Bytes<N>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{N} bytes in base64")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Bytes<N>, E> {
                let mut bytes = [0; N];
                match STANDARD_NO_PAD.decode_slice(text, &mut bytes) {
                    Ok(length) if length == N => Ok(Bytes(bytes)),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

impl<const N: usize> std::fmt::Display for Bytes<N> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&STANDARD_NO_PAD.encode(self.0))
    }
}

impl<const N: usize> std::str::FromStr for Bytes<N> {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, anyhow::Error> {
        STANDARD_NO_PAD.decode(text.trim_end_matches('='))?.try_into()
    }
}
