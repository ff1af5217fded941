//! The manifest of a set: what it holds, where that stands, and a signature over all of it.
//!
//! A manifest is an object of two lines, both JSON: what it says, and who signed those bytes. It is put last, so a set is
//! there when its manifest is. Invariants: nothing of a manifest is believed before its signature; a set's name is inside
//! it, so that an old one under a newer name is found out.

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    application::Application,
    owner::Owner,
    retention::SetKind,
    signed_lines,
    signing::{Purpose, SetKeys, Signers},
    stores::{Object, Store},
};
use crate::audit::lines::Bytes;

/// The version of what manifests and streams look like.
pub const FORMAT: u32 = 1;
/// The folder of what is said to be on its way.
pub const ANNOUNCED: &str = "announced";

/// What a set holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// The set's name, as [`set_name`] makes it.
    pub set: String,
    /// What kind it is.
    pub kind: SetKind,
    /// When its snapshot was taken.
    pub taken_at: DateTime<Utc>,
    /// The version of the program that made it.
    pub tool_version: String,
    /// The migrations that had run, in order.
    pub schema: Vec<String>,
    /// How far the write-ahead log was, as PostgreSQL writes it.
    pub lsn: String,
    /// Where the sequences stood.
    pub sequences: Vec<Sequence>,
    /// The rows, where it is a database set.
    pub streams: Vec<Stream>,
    /// The files, where it is a file set.
    pub files: Vec<StoredFile>,
    /// The application, where it is a file set that has a copy of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<Application>,
}

/// Where a sequence stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// Its name.
    pub name: String,
    /// The last number.
    pub last_value: i64,
    /// Whether it was given away.
    pub is_called: bool,
}

/// All rows of one owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    /// Whose they are.
    pub owner: Owner,
    /// The public half of the key that they are sealed with.
    pub key: String,
    /// Where they stand. It may be of an earlier set, where nothing has changed since.
    pub object: Object,
    /// What is in it, table by table in order.
    pub tables: Vec<TableRows>,
}

/// The rows of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRows {
    /// The table.
    pub table: String,
    /// How many.
    pub rows: u64,
    /// Their BLAKE3 hash, as COPY writes them, under the key that stands at the beginning of the stream: whoever sees the
    /// manifest alone can't try out what the rows may say.
    pub hash: Bytes<32>,
}

/// A file that somebody uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// Whose it is.
    pub owner: Owner,
    /// The id of its row.
    pub id: Uuid,
    /// Its hash under the organization's own key, as in its name in the file store.
    pub hash: Bytes<32>,
    /// The public half of the key that it is sealed with.
    pub key: String,
    /// Where it stands.
    pub object: Object,
}

/// What every version of a manifest says.
#[derive(Deserialize)]
struct Version {
    format: u32,
    tool_version: String,
}

impl Manifest {
    /// Every object that the set needs.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        let streams = self.streams.iter().map(|stream| &stream.object);
        let files = self.files.iter().map(|file| &file.object);
        streams.chain(files).chain(self.application.iter().map(|application| &application.object))
    }

    /// The stream of an owner.
    pub fn stream(&self, owner: Owner) -> Option<&Stream> {
        self.streams.iter().find(|stream| stream.owner == owner)
    }

    /// The bytes of the object that holds it.
    pub fn sign(&self, keys: &SetKeys) -> Result<Vec<u8>> {
        signed_lines::sign(self, Purpose::Manifest, keys)
    }
}

/// The name of a set: its kind and the second in which it was taken.
pub fn set_name(kind: SetKind, taken_at: DateTime<Utc>) -> String {
    format!("{}-{}", kind.word(), taken_at.format("%Y%m%dT%H%M%SZ"))
}

/// Where a set's manifest stands.
pub fn manifest_path(set: &str) -> String {
    format!("sets/{set}.manifest")
}

/// Where it is said off-site that a set is on its way: the same bytes as its manifest, whose hash is part of the name, so that
/// two sets of one name are told apart.
pub fn announcement_path(set: &str, manifest: &[u8]) -> String {
    let hash = blake3::hash(manifest).to_hex();
    format!("{ANNOUNCED}/{set}/{hash}.manifest")
}

/// The set of such a path.
pub fn announced_set(path: &str) -> Option<&str> {
    let (set, _) = path.strip_prefix(ANNOUNCED)?.strip_prefix('/')?.split_once('/')?;
    parse_set_name(set).map(|_| set)
}

/// The kind and the instant that a name says, where it is one of ours.
pub fn parse_set_name(name: &str) -> Option<(SetKind, DateTime<Utc>)> {
    let (kind, at) = name.split_once('-')?;
    let kind = SetKind::ALL.into_iter().find(|one| one.word() == kind)?;
    let at = chrono::NaiveDateTime::parse_from_str(at, "%Y%m%dT%H%M%SZ").ok()?.and_utc();
    (set_name(kind, at) == name).then_some((kind, at))
}

/// The names of the sets of a store, the oldest first.
pub fn sets(store: &Store, kind: SetKind) -> Result<Vec<(String, DateTime<Utc>)>> {
    let listed = store.list("sets")?;
    let names = listed.iter().filter_map(|path| path.strip_prefix("sets/")?.strip_suffix(".manifest"));
    let mut sets: Vec<(String, DateTime<Utc>)> = names
        .filter_map(|name| Some((name, parse_set_name(name)?)))
        .filter(|(_, (found, _))| *found == kind)
        .map(|(name, (_, at))| (name.to_owned(), at))
        .collect();
    sets.sort_by_key(|(_, at)| *at);
    Ok(sets)
}

/// Of sets as [`sets`] gives them, the newest that was taken at this instant or before.
pub fn newest_until(
    sets: &[(String, DateTime<Utc>)],
    instant: DateTime<Utc>,
) -> Option<&(String, DateTime<Utc>)> {
    sets.iter().rev().find(|(_, taken_at)| *taken_at <= instant)
}

/// Reads a set's manifest, and believes nothing of it that was not signed with one of these keys.
pub fn read(store: &Store, set: &str, signers: &Signers) -> Result<Manifest> {
    read_at(store, &manifest_path(set), set, signers)
}

/// The same of an announcement.
pub fn read_announcement(store: &Store, path: &str, set: &str, signers: &Signers) -> Result<Manifest> {
    read_at(store, path, set, signers)
}

fn read_at(store: &Store, path: &str, set: &str, signers: &Signers) -> Result<Manifest> {
    let found = store.find(path)?;
    let bytes = found.with_context(|| format!("there is no set {set} in {}", store.name()))?;
    parse(&bytes, set, signers).with_context(|| format!("the manifest of {set} in {}", store.name()))
}

fn parse(bytes: &[u8], set: &str, signers: &Signers) -> Result<Manifest> {
    let (said, rest) = signed_lines::believe(bytes, Purpose::Manifest, signers)?;
    ensure!(rest.is_empty(), "something stands behind it");
    // What later versions look like is not known: the version is read before the rest.
    let version: Version = serde_json::from_slice(said).context("it cannot be read")?;
    if version.format != FORMAT {
        bail!(
            "it is of format {}, and this version reads format {FORMAT}: use portico {} or later",
            version.format,
            version.tool_version
        );
    }
    let manifest: Manifest = serde_json::from_slice(said).context("it cannot be read")?;
    if manifest.set != set {
        bail!("it is that of {}: an old manifest stands under another name", manifest.set);
    }
    Ok(manifest)
}

#[cfg(test)]
mod tests;
