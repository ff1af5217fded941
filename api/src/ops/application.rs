//! The application in backups: program, apps and settings, so that this very version can run elsewhere, or again after an
//! update that went wrong.
//!
//! It is one object of a file set, an archive of `tar` compressed by zstd and sealed with the platform's key, and the same as
//! long as nothing of it changes. Invariants: the manifest lists each file with its hash, and what is unpacked is just that;
//! a directory is there whole or not at all.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::{Component, Path, PathBuf},
};

use age::x25519::Identity;
use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::{
    sealed::{Opening, Sealing},
    stores::{Object, Store, Upload},
};
use crate::{audit::lines::Bytes, config::application::ApplicationConfig};

/// The program's name in the archive.
pub const PROGRAM: &str = "portico";
/// The app's folder in the archive.
pub const APP: &str = "app";
/// The folder of the console's app in the archive.
pub const CONSOLE_APP: &str = "console-app";
/// The file of settings in the archive: `NAME=value`, a line each.
pub const SETTINGS: &str = "settings";
/// How far it is compressed: programs are large, and sets are made beside what people do.
const LEVEL: i32 = 3;

/// What a file set says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// The version of the program.
    pub version: String,
    /// The public half of the key that it is sealed with.
    pub key: String,
    /// Where the archive stands.
    pub object: Object,
    /// What is in it, in order.
    pub files: Vec<ApplicationFile>,
}

/// A file of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationFile {
    /// Its name in the archive, with `/` between its parts.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// The BLAKE3 hash of what it holds.
    pub hash: Bytes<32>,
}

/// Where the bytes of a file come from.
#[derive(Debug)]
enum Content {
    File(PathBuf),
    Text(String),
}

/// What is there to be copied.
#[derive(Debug)]
pub struct Found {
    contents: Vec<Content>,
    /// As the manifest lists them.
    pub files: Vec<ApplicationFile>,
}

impl Found {
    /// Looks, and reads everything once.
    pub fn look(config: &ApplicationConfig) -> Result<Self> {
        let settings = config.settings.iter().map(|(name, value)| format!("{name}={value}\n"));
        let mut all = BTreeMap::from([
            (PROGRAM.to_owned(), Content::File(config.program.clone())),
            (SETTINGS.to_owned(), Content::Text(settings.collect())),
        ]);
        for (name, folder) in [(APP, &config.app), (CONSOLE_APP, &config.console_app)] {
            if let Some(folder) = folder {
                gather(&mut all, name, folder)?;
            }
        }
        let (mut contents, mut files) = (Vec::new(), Vec::new());
        for (path, content) in all {
            let mut hasher = blake3::Hasher::new();
            let size = match &content {
                Content::File(at) => io::copy(&mut open(at)?, &mut hasher).with_context(|| shown(at))?,
                Content::Text(text) => io::copy(&mut text.as_bytes(), &mut hasher)?,
            };
            files.push(ApplicationFile { path, size, hash: Bytes(*hasher.finalize().as_bytes()) });
            contents.push(content);
        }
        Ok(Self { contents, files })
    }

    /// Packs it into an object.
    pub fn pack(&self, key: &age::x25519::Recipient, upload: Upload<'_>) -> Result<Object> {
        let packed = zstd::Encoder::new(Sealing::begin(key, upload)?, LEVEL)?;
        let mut archive = tar::Builder::new(packed);
        for (content, file) in self.contents.iter().zip(&self.files) {
            let mut header = tar::Header::new_ustar();
            header.set_size(file.size);
            header.set_mode(if file.path == PROGRAM { 0o755 } else { 0o644 });
            header.set_mtime(0);
            let mut hasher = blake3::Hasher::new();
            let read: Box<dyn Read + '_> = match content {
                Content::File(at) => Box::new(open(at)?.take(file.size)),
                Content::Text(text) => Box::new(text.as_bytes()),
            };
            archive.append_data(&mut header, &file.path, Hashing { read, hasher: &mut hasher })?;
            ensure!(
                hasher.finalize().as_bytes() == &file.hash.0,
                "{} was changed while it was copied",
                file.path
            );
        }
        archive.into_inner()?.finish()?.finish()?.finish()
    }
}

fn gather(all: &mut BTreeMap<String, Content>, name: &str, folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| shown(folder))? {
        let (entry, about) = (entry?, || shown(folder));
        let Ok(file) = entry.file_name().into_string() else { bail!("{}: a name that is no text", about()) };
        let (path, kind) = (format!("{name}/{file}"), fs::metadata(entry.path()).with_context(about)?);
        if kind.is_dir() {
            gather(all, &path, &entry.path())?;
        } else {
            ensure!(kind.is_file(), "{} is neither a file nor a folder", entry.path().display());
            all.insert(path, Content::File(entry.path()));
        }
    }
    Ok(())
}

fn open(path: &Path) -> Result<File> {
    File::open(path).with_context(|| shown(path))
}

fn shown(path: &Path) -> String {
    format!("the application's {}", path.display())
}

/// Passes bytes on, and hashes them.
struct Hashing<'a, R> {
    read: R,
    hasher: &'a mut blake3::Hasher,
}

impl<R: Read> Read for Hashing<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.read.read(buffer)?;
        self.hasher.update(buffer.get(..length).unwrap_or_default());
        Ok(length)
    }
}

/// Reads all of it, compares it with what is listed, and puts it into a directory that is not there yet; nowhere, where only
/// to be looked at.
pub fn unpack(
    application: &Application,
    store: &Store,
    secret: &Identity,
    into: Option<&Path>,
) -> Result<()> {
    let beside = into.map(beside).transpose()?;
    let unpacked = read(application, store, secret, beside.as_deref());
    match (&unpacked, into, beside) {
        (Ok(()), Some(into), Some(beside)) => {
            fs::rename(&beside, into).with_context(|| format!("{} cannot be made", into.display()))?;
        }
        (Err(_), _, Some(beside)) => fs::remove_dir_all(beside)?,
        _ => {}
    }
    unpacked
}

/// A new directory beside one that is not there.
fn beside(into: &Path) -> Result<PathBuf> {
    ensure!(!into.exists(), "{} is there already", into.display());
    let mut name = into.file_name().context("a directory without a name")?.to_owned();
    name.push(".begun");
    let beside = into.with_file_name(name);
    fs::create_dir(&beside).with_context(|| format!("{} cannot be made", beside.display()))?;
    Ok(beside)
}

fn read(application: &Application, store: &Store, secret: &Identity, into: Option<&Path>) -> Result<()> {
    let mut download = store.read(&application.object)?;
    let unpacked = read_archive(application, &mut download, secret, into);
    // Bytes that are not those that were put explain whatever else was found in them.
    download.check()?;
    unpacked.with_context(|| format!("the application in {}", store.name()))
}

fn read_archive(
    application: &Application,
    from: impl Read,
    secret: &Identity,
    into: Option<&Path>,
) -> Result<()> {
    let mut archive = tar::Archive::new(zstd::Decoder::new(Opening::begin(secret, from)?)?);
    let mut expected = application.files.iter();
    // As they are: what would give an entry a longer name is read whole.
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry?;
        ensure!(entry.header().entry_type().is_file(), "something is in it that is no file");
        let path = entry.path()?.into_owned();
        let Some(file) = expected.next() else { bail!("there is more in it than is listed") };
        let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        ensure!(
            is_plain && path == Path::new(&file.path) && entry.size() == file.size,
            "{} is another file than is listed",
            path.display()
        );
        let mut hasher = blake3::Hasher::new();
        let mut read = Hashing { read: &mut entry, hasher: &mut hasher };
        match into {
            Some(into) => {
                let mut out = create(&into.join(&path), if file.path == PROGRAM { 0o755 } else { 0o644 })?;
                io::copy(&mut read, &mut out)?;
                out.flush()?;
            }
            None => drop(io::copy(&mut read, &mut io::sink())?),
        }
        ensure!(
            hasher.finalize().as_bytes() == &file.hash.0,
            "{} holds other bytes than is listed",
            file.path
        );
    }
    ensure!(expected.next().is_none(), "there is less in it than is listed");
    Ok(())
}

fn create(path: &Path, mode: u32) -> Result<File> {
    let cannot = || format!("{} cannot be written", path.display());
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(cannot)?;
    }
    fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path).with_context(cannot)
}
