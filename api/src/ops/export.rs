//! An organization as a file that it may take along, and that another installation takes in: `docs/exports.md` describes it.
//!
//! An archive of `tar`, compressed by zstd, written and read in one go: `export.json` says what it is; `rows/000001.sql` and
//! so on are, one behind the other, the stream of [`super::rows`]; `files/<id>` are what people have uploaded; `contents.json`
//! ends it and lists all of it with hashes. Invariants: no table, row or export has to fit into memory; one without its last
//! entry, or with anything else than is listed there, is taken in by nobody.

use std::io::{self, Read, Write};

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::ids::OrganizationId;
use uuid::Uuid;

use super::manifest::TableRows;
use crate::audit::lines::Bytes;

pub mod arriving;
pub mod leaving;
#[cfg(test)]
mod tests;

/// The version of what this looks like.
pub const FORMAT: u32 = 1;
/// So many bytes of rows are one entry.
const PIECE: usize = 4 << 20;
/// How far it is compressed.
const LEVEL: i32 = 3;
/// No entry that says something is longer.
const LONGEST: u64 = 256 << 20;
/// What an export is, is said in less.
const LONGEST_HEAD: u64 = 1 << 20;
/// No file of somebody's is longer.
const LARGEST_FILE: u64 = 1 << 30;

const HEAD: &str = "export.json";
const CONTENTS: &str = "contents.json";

/// What it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// [`FORMAT`].
    pub format: u32,
    /// The version of the program that wrote it.
    pub tool_version: String,
    /// When the state was read that it holds.
    pub taken_at: DateTime<Utc>,
    /// The organization's id.
    pub organization: OrganizationId,
    /// The number in displayed codes.
    pub number: i32,
    /// The word in opaque credentials.
    pub short_id: String,
    /// The word in addresses.
    pub slug: String,
    /// The name.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The migrations that had run, in order.
    pub schema: Vec<String>,
}

/// What is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// The rows, table by table in order.
    pub tables: Vec<TableRows>,
    /// The files, in order.
    pub files: Vec<ExportedFile>,
}

/// A file that somebody has uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedFile {
    /// The id of its row in `files`.
    pub id: Uuid,
    /// In bytes.
    pub size: u64,
    /// Its BLAKE3 hash.
    pub hash: Bytes<32>,
}

/// Writes one.
pub struct Writer<W: Write> {
    archive: tar::Builder<zstd::Encoder<'static, W>>,
    taken_at: u64,
    files: Vec<ExportedFile>,
}

impl<W: Write> std::fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

impl<W: Write> Writer<W> {
    /// Begins.
    pub fn begin(out: W, head: &Head) -> Result<Self> {
        let archive = tar::Builder::new(zstd::Encoder::new(out, LEVEL)?);
        let taken_at = u64::try_from(head.taken_at.timestamp()).unwrap_or_default();
        let mut writer = Self { archive, taken_at, files: Vec::new() };
        writer.entry(HEAD, &serde_json::to_vec_pretty(head)?)?;
        Ok(writer)
    }

    /// Where rows go, all of them at once.
    pub fn rows(&mut self) -> Pieces<'_, W> {
        Pieces { writer: self, piece: Vec::new(), number: 0 }
    }

    /// A file of this many bytes.
    pub fn file(&mut self, id: Uuid, size: u64, content: impl Read) -> Result<()> {
        let mut content = Hashing { content, size: 0, hasher: blake3::Hasher::new() };
        self.entry_of(&format!("files/{id}"), size, &mut content)?;
        ensure!(content.size == size, "the file {id} has {} bytes instead of {size}", content.size);
        self.files.push(ExportedFile { id, size, hash: Bytes(*content.hasher.finalize().as_bytes()) });
        Ok(())
    }

    /// Ends it. Gives what it was written to, and what is in it.
    pub fn finish(mut self, tables: Vec<TableRows>) -> Result<(W, Contents)> {
        let contents = Contents { tables, files: std::mem::take(&mut self.files) };
        self.entry(CONTENTS, &serde_json::to_vec_pretty(&contents)?)?;
        Ok((self.archive.into_inner()?.finish()?, contents))
    }

    fn entry(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.entry_of(path, u64::try_from(bytes.len()).map_err(io::Error::other)?, bytes)
    }

    fn entry_of(&mut self, path: &str, size: u64, content: impl Read) -> io::Result<()> {
        let mut header = tar::Header::new_ustar();
        header.set_size(size);
        header.set_mode(0o644);
        header.set_mtime(self.taken_at);
        self.archive.append_data(&mut header, path, content)
    }
}

/// Hashes what goes by.
struct Hashing<R: Read> {
    content: R,
    size: u64,
    hasher: blake3::Hasher,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.content.read(buffer)?;
        self.hasher.update(buffer.split_at(length).0);
        self.size += u64::try_from(length).map_err(io::Error::other)?;
        Ok(length)
    }
}

/// Cuts what is written into entries. What is left is written when it is ended.
pub struct Pieces<'a, W: Write> {
    writer: &'a mut Writer<W>,
    piece: Vec<u8>,
    number: u32,
}

impl<W: Write> Pieces<'_, W> {
    /// Writes what is left.
    pub fn end(mut self) -> Result<()> {
        Ok(self.put()?)
    }

    fn put(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        self.number += 1;
        let piece = std::mem::take(&mut self.piece);
        self.writer.entry(&format!("rows/{:06}.sql", self.number), &piece)?;
        // The room is used again.
        self.piece = piece;
        self.piece.clear();
        Ok(())
    }
}

impl<W: Write> std::fmt::Debug for Pieces<'_, W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pieces").field("number", &self.number).finish_non_exhaustive()
    }
}

impl<W: Write> Write for Pieces<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = PIECE - self.piece.len();
        let (now, _) = bytes.split_at(bytes.len().min(room));
        self.piece.extend_from_slice(now);
        if self.piece.len() == PIECE {
            self.put()?;
        }
        Ok(now.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads one, entry by entry.
pub struct Reader<'a, R: Read> {
    entries: tar::Entries<'a, R>,
    /// The entry behind those that were read.
    next: Option<tar::Entry<'a, R>>,
    /// What it is.
    pub head: Head,
}

impl<R: Read> std::fmt::Debug for Reader<'_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("head", &self.head).finish_non_exhaustive()
    }
}

/// The archive in an export.
pub fn archive<R: Read>(from: R) -> Result<tar::Archive<zstd::Decoder<'static, io::BufReader<R>>>> {
    Ok(tar::Archive::new(zstd::Decoder::new(from)?))
}

impl<'a, R: Read> Reader<'a, R> {
    /// Reads what it is.
    pub fn begin(archive: &'a mut tar::Archive<R>) -> Result<Self> {
        // As they are: what would give an entry a longer name is read whole.
        let mut entries = archive.entries()?.raw(true);
        let first = entries.next().transpose().context("this is no export, or it is damaged")?;
        let mut first = first.context("this is no export: it is empty")?;
        ensure!(path(&first)? == HEAD, "this is no export of an organization");
        let head: Head = said(&mut first, LONGEST_HEAD)?;
        if head.format != FORMAT {
            bail!(
                "it is of format {}, and this version reads format {FORMAT}: use portico {}",
                head.format,
                head.tool_version
            );
        }
        let next = entries.next().transpose()?;
        Ok(Self { entries, next, head })
    }

    /// The rows, as one stream.
    pub fn rows(&mut self) -> RowPieces<'_, 'a, R> {
        RowPieces { reader: self, number: 0, is_over: false }
    }

    /// The next file, and what was made of its id and of what is in it, which has to be read to its end.
    pub fn file<T>(
        &mut self,
        take: impl FnOnce(Uuid, &mut dyn Read) -> Result<T>,
    ) -> Result<Option<(ExportedFile, T)>> {
        let Some(entry) = &mut self.next else { return Ok(None) };
        let path = path(entry)?;
        let Some(id) = path.strip_prefix("files/") else { return Ok(None) };
        let id: Uuid = id.parse().with_context(|| format!("{path} is no file of an export"))?;
        ensure!(entry.size() <= LARGEST_FILE, "{path} is too long");
        let expected = entry.size();
        let mut content = Hashing { content: entry, size: 0, hasher: blake3::Hasher::new() };
        let taken = take(id, &mut content)?;
        let Hashing { size, hasher, .. } = content;
        ensure!(size == expected, "{path} is cut off");
        self.advance()?;
        Ok(Some((ExportedFile { id, size, hash: Bytes(*hasher.finalize().as_bytes()) }, taken)))
    }

    /// What should have been in it. Nothing may stand behind.
    pub fn contents(mut self) -> Result<Contents> {
        let entry = self.next.as_mut().context("it is cut off: its list of contents is missing")?;
        let found = path(entry)?;
        ensure!(found == CONTENTS, "{found} is not what comes next in an export");
        let contents = said(entry, LONGEST)?;
        self.advance()?;
        ensure!(self.next.is_none(), "something stands behind its end");
        Ok(contents)
    }

    fn advance(&mut self) -> io::Result<()> {
        self.next = self.entries.next().transpose()?;
        Ok(())
    }
}

fn path<R: Read>(entry: &tar::Entry<'_, R>) -> Result<String> {
    ensure!(entry.header().entry_type().is_file(), "something is in it that is no file");
    let path = entry.path()?;
    Ok(path.to_str().context("a name that is no text")?.to_owned())
}

fn said<R: Read, T: DeserializeOwned>(entry: &mut tar::Entry<'_, R>, longest: u64) -> Result<T> {
    let mut bytes = Vec::new();
    entry.take(longest).read_to_end(&mut bytes)?;
    serde_json::from_slice(&bytes).context("it does not say what it is")
}

/// The rows of an export, one entry behind the other.
pub struct RowPieces<'r, 'a, R: Read> {
    reader: &'r mut Reader<'a, R>,
    number: u32,
    is_over: bool,
}

impl<R: Read> std::fmt::Debug for RowPieces<'_, '_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowPieces").field("number", &self.number).finish_non_exhaustive()
    }
}

impl<R: Read> Read for RowPieces<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.is_over && !buffer.is_empty() {
            let expected = format!("rows/{:06}.sql", self.number + 1);
            let Some(entry) = &mut self.reader.next else { break };
            if entry.path()?.to_str() != Some(&expected) {
                break;
            }
            let length = entry.read(buffer)?;
            if length > 0 {
                return Ok(length);
            }
            self.number += 1;
            self.reader.advance()?;
        }
        self.is_over = true;
        Ok(0)
    }
}
