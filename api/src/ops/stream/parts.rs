//! What stands in the stores of the stream: their names, and what makes each believed.
//!
//! Below `stream/<system>/`, where the system is PostgreSQL's identifier of the cluster:
//!
//! - `wal/<segment>/<run>-<number>.age`: bytes of a file of the log that was not finished yet, each put once. A run is one life
//!   of `portico ops stream`; its first part of a file begins at the beginning, so each run stands for itself.
//! - `wal/<segment>/whole-<run>.age`: a file that was finished, which makes its parts superfluous.
//! - `history/<timeline>-<run>.age`: where a timeline began.
//! - `bases/<name>.age` and `.manifest`: a base backup ([`super::base`]).
//!
//! Invariant: what is inside is signed together with the name, so what was changed, moved or put again under another name is
//! found out; it is compressed and sealed for the recipients of the vault, so production can read none of it.

use std::io::{Read as _, Write as _};

use age::x25519::{Identity, Recipient};
use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    audit::lines::Bytes,
    ops::{
        sealed::{Opening, Sealing},
        signed_lines,
        signing::{Purpose, SetKeys, Signers},
    },
};

/// The version of what this looks like.
pub const FORMAT: u32 = 1;
/// The folder of everything.
pub const FOLDER: &str = "stream";

/// One life of the process that puts parts. Later ones have higher numbers; the id keeps those apart that could not see each
/// other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// Which one.
    pub number: u32,
    id: Uuid,
}

impl Run {
    /// Behind all of these names.
    pub fn after<'a>(names: impl IntoIterator<Item = &'a String>, id: Uuid) -> Self {
        let newest =
            names.into_iter().filter_map(|path| parse_wal(path)).filter_map(|found| match found.kind {
                Kind::Chunk { run, .. } | Kind::Whole { run } => Run::parse(&run).map(|run| run.number),
            });
        Self { number: newest.max().unwrap_or_default() + 1, id }
    }

    fn parse(text: &str) -> Option<Self> {
        let (number, id) = text.split_once('-')?;
        Some(Self { number: number.parse().ok()?, id: id.parse().ok()? })
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:06}-{}", self.number, self.id)
    }
}

/// Where something of the log stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalName {
    /// The file of the log, as PostgreSQL names it.
    pub segment: String,
    /// What of it.
    pub kind: Kind,
}

/// How much of a file of the log it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Some of it.
    Chunk {
        /// The run.
        run: String,
        /// Which of the run's.
        number: u32,
    },
    /// All.
    Whole {
        /// The run.
        run: String,
    },
}

/// The folder of a cluster's log.
pub fn wal_folder(system: &str) -> String {
    format!("{FOLDER}/{system}/wal")
}

/// The folder of its histories.
pub fn history_folder(system: &str) -> String {
    format!("{FOLDER}/{system}/history")
}

/// The folder of its base backups.
pub fn bases_folder(system: &str) -> String {
    format!("{FOLDER}/{system}/bases")
}

/// The name of a part.
pub fn chunk_path(system: &str, segment: &str, run: &Run, number: u32) -> String {
    format!("{}/{segment}/{run}-{number:06}.age", wal_folder(system))
}

/// The name of a finished file.
pub fn whole_path(system: &str, segment: &str, run: &Run) -> String {
    // Sorts behind all parts.
    format!("{}/{segment}/whole-{run}.age", wal_folder(system))
}

/// The name of a history.
pub fn history_path(system: &str, timeline: &str, run: &Run) -> String {
    format!("{}/{timeline}-{run}.age", history_folder(system))
}

/// What such a name says.
pub fn parse_wal(path: &str) -> Option<WalName> {
    let (_, inside) = path.strip_prefix(FOLDER)?.strip_prefix('/')?.split_once("/wal/")?;
    let (segment, name) = inside.strip_suffix(".age")?.split_once('/')?;
    let kind = if let Some(run) = name.strip_prefix("whole-") {
        Kind::Whole { run: Run::parse(run)?.to_string() }
    } else {
        let (run, number) = name.rsplit_once('-')?;
        Kind::Chunk { run: Run::parse(run)?.to_string(), number: number.parse().ok()? }
    };
    Some(WalName { segment: segment.to_owned(), kind })
}

/// What a part says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// [`FORMAT`].
    pub format: u32,
    /// Its own name in the store.
    pub path: String,
    /// Where in the file its bytes go.
    pub offset: u64,
    /// How many there are.
    pub length: u64,
    /// Their BLAKE3 hash.
    pub hash: Bytes<32>,
    /// When it was sealed, by production's clock.
    pub sealed_at: DateTime<Utc>,
}

/// Two lines, both JSON: what is said, and who signed those bytes.
pub fn sign(said: &impl Serialize, purpose: Purpose, keys: &SetKeys) -> Result<Vec<u8>> {
    signed_lines::sign(said, purpose, keys)
}

/// What two such lines say, once their signature holds, and what stands behind them.
pub fn believe<'a, T: DeserializeOwned>(
    bytes: &'a [u8],
    purpose: Purpose,
    signers: &Signers,
) -> Result<(T, &'a [u8])> {
    let (said, rest) = signed_lines::believe(bytes, purpose, signers)?;
    Ok((serde_json::from_slice(said).context("it cannot be read")?, rest))
}

/// What seals parts.
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
pub struct Sealer {
    /// Who can open them.
    pub recipients: Vec<Recipient>,
    /// What signs them.
    pub keys: SetKeys,
}

impl Sealer {
    /// The bytes of an object.
    pub fn seal(&self, path: &str, offset: u64, content: &[u8], now: DateTime<Utc>) -> Result<Vec<u8>> {
        let head = Head {
            format: FORMAT,
            path: path.to_owned(),
            offset,
            length: u64::try_from(content.len())?,
            hash: Bytes(*blake3::hash(content).as_bytes()),
            sealed_at: now,
        };
        let mut sealing = Sealing::begin_for(&self.recipients, Vec::new())?;
        sealing.write_all(&sign(&head, Purpose::StreamPart, &self.keys)?)?;
        sealing.write_all(content)?;
        sealing.finish()
    }
}

/// The most that is taken out of a part: the longest file of the log that PostgreSQL knows, and what stands before it.
const LARGEST: u64 = (1 << 30) + (1 << 20);

/// Opens what stands under a name.
pub fn open(path: &str, bytes: &[u8], with: &Identity, signers: &Signers) -> Result<(Head, Vec<u8>)> {
    let mut plain = Vec::new();
    let opened = Opening::begin(with, bytes)?;
    opened.take(LARGEST).read_to_end(&mut plain).context("it is damaged or cut off")?;
    let (head, content): (Head, _) = believe(&plain, Purpose::StreamPart, signers)?;
    ensure!(head.format == FORMAT, "it is of format {}, and this version reads format {FORMAT}", head.format);
    ensure!(head.path == path, "it is that of {}: something was put in its place", head.path);
    let is_whole =
        head.length == u64::try_from(content.len())? && blake3::hash(content).as_bytes() == &head.hash.0;
    ensure!(is_whole, "it holds other bytes than it says");
    let content = content.to_vec();
    Ok((head, content))
}

#[cfg(test)]
mod tests;
