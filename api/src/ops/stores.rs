//! A store of backups: objects of bytes that are written once, in parts, and are there only when they are whole.
//!
//! [`Store`] is the one type for every kind of store: `object_store` is below it, over a local folder, the S3 protocol
//! ([`s3`]) or SFTP ([`sftp`]). Invariants: an object is whole or absent, and is never written over; what was put counts only
//! once it is confirmed ([`Store::confirm_put`]), for which no store but a folder is read; of an object no more is in memory
//! than two times [`PART`].

mod confirming;
mod s3;
mod sftp;
mod streams;

use std::{
    io::{self, Read as _, Write as _},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt as _;
use object_store::{
    ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, local::LocalFileSystem, path::Path as Key,
    prefix::PrefixStore,
};
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

pub use self::{
    confirming::is_unconfirmed,
    streams::{Download, Upload},
};
use self::{
    s3::{Once, S3},
    sftp::Sftp,
};
use crate::{
    audit::lines::Bytes as Encoded,
    config::backups::{S3Place, StoreConfig, StorePlace},
};

/// Bytes that are written at once, and the most of an object that is in memory.
pub const PART: usize = 8 << 20;

/// Stands in a folder that is a store, so that it is never empty.
const MARKER: &str = "portico-store.txt";

/// The most that is read at once, in bytes.
const LARGEST: u64 = 256 << 20;

/// An object that stands whole in a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Its name, with `/` between its parts.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// The BLAKE3 hash of what it holds.
    pub hash: Encoded<32>,
}

/// A store.
#[derive(Debug, Clone)]
pub struct Store {
    /// What it is called in messages.
    name: String,
    inner: Arc<dyn ObjectStore>,
    kind: Kind,
    // Commands do one thing after the other; the store's own work is asynchronous.
    runtime: Arc<Runtime>,
}

/// What is behind a store.
#[derive(Debug, Clone)]
enum Kind {
    Folder,
    S3(S3),
    Sftp,
}

/// How it went with an object whose name may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is there now.
    New,
    /// Something was there already.
    Taken,
}

/// The objects of a bucket, for what is no backup. Nothing is asked yet.
pub fn bucket(place: &S3Place, patience: Duration) -> Result<Arc<dyn ObjectStore>> {
    Ok(below(&S3::open(place, patience)?, place))
}

fn below(s3: &S3, place: &S3Place) -> Arc<dyn ObjectStore> {
    Arc::new(PrefixStore::new(s3.clone(), place.prefix.as_str()))
}

impl Store {
    /// The store that is configured. What is not a folder is not asked for anything yet.
    pub fn at(what: &str, config: &StoreConfig) -> Result<Self> {
        let name = format!("{what} ({})", config.place);
        let cannot = || format!("{name} cannot be used");
        let (inner, kind): (Arc<dyn ObjectStore>, Kind) = match &config.place {
            StorePlace::Folder(folder) => return Self::open(what, folder),
            StorePlace::S3(place) => return Self::in_bucket(what, place, config.patience),
            StorePlace::Sftp(place) => {
                (Arc::new(Sftp::open(place, config.patience).with_context(cannot)?), Kind::Sftp)
            }
        };
        Self::of(name, inner, kind)
    }

    /// The store in a bucket. Nothing is asked yet.
    pub fn in_bucket(what: &str, place: &S3Place, patience: Duration) -> Result<Self> {
        let name = format!("{what} ({place})");
        let s3 = S3::open(place, patience).with_context(|| format!("{name} cannot be used"))?;
        Self::of(name, below(&s3, place), Kind::S3(s3))
    }

    /// Makes a folder a store. Gives whether it was none.
    pub fn prepare(folder: &Path) -> Result<bool> {
        let cannot = || format!("cannot make a store of {}", folder.display());
        std::fs::create_dir_all(folder).with_context(cannot)?;
        if holds_anything(folder).with_context(cannot)? {
            return Ok(false);
        }
        std::fs::write(folder.join(MARKER), "Backups of Portico, or the keys that open them.\n")
            .with_context(cannot)?;
        Ok(true)
    }

    fn of(name: String, inner: Arc<dyn ObjectStore>, kind: Kind) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { name, inner, kind, runtime: Arc::new(runtime) })
    }

    /// The store in a folder. One that is empty or not there may be the place of a disk that is not mounted, so it is none
    /// before [`Self::prepare`] has made it one.
    pub fn open(what: &str, folder: &Path) -> Result<Self> {
        let name = format!("{what} ({})", folder.display());
        let cannot = || format!("{name} cannot be used");
        if !holds_anything(folder).with_context(cannot)? {
            bail!(
                "{name} is empty or not there: its disk may not be mounted. Mount it, or make a new store there with \
                 `portico ops init`."
            );
        }
        // What was acknowledged is there after the power was cut, too.
        let inner = LocalFileSystem::new_with_prefix(folder).with_context(cannot)?.with_fsync(true);
        Self::of(name, Arc::new(inner), Kind::Folder)
    }

    /// What it is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Begins an object. It is there once [`Upload::finish`] says so.
    pub fn upload(&self, path: &str) -> Result<Upload<'_>> {
        let inner = self.runtime.block_on(self.inner.put_multipart(&Key::from(path)));
        let inner = inner.with_context(|| self.cannot("write", path))?;
        Ok(Upload::begin(self, path, inner))
    }

    /// Puts a small object whose name must not be taken.
    pub fn put_new(&self, path: &str, bytes: &[u8]) -> Result<()> {
        match self.try_put_new(path, bytes)? {
            Put::New => Ok(()),
            Put::Taken => bail!("{path} is in {} already", self.name),
        }
    }

    /// Puts a small object, or says that its name is taken: by itself, where an answer was lost and it was put again.
    pub fn try_put_new(&self, path: &str, bytes: &[u8]) -> Result<Put> {
        self.put_with(path, bytes, PutOptions { mode: PutMode::Create, ..PutOptions::default() })
    }

    /// The same in one request that is not made again: what is taken is so by somebody else, and what is not heard is an
    /// error.
    pub fn put_new_once(&self, path: &str, bytes: &[u8]) -> Result<Put> {
        let mut options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        options.extensions.insert(Once);
        self.put_with(path, bytes, options)
    }

    fn put_with(&self, path: &str, bytes: &[u8], options: PutOptions) -> Result<Put> {
        let (key, content) = (Key::from(path), Bytes::copy_from_slice(bytes));
        match self.runtime.block_on(self.inner.put_opts(&key, content.into(), options)) {
            Ok(_) => {}
            Err(object_store::Error::AlreadyExists { .. }) => return Ok(Put::Taken),
            Err(error) => return Err(error).with_context(|| self.cannot("write", path)),
        }
        self.confirm_put(&Object {
            path: path.to_owned(),
            size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            hash: Encoded(*blake3::hash(bytes).as_bytes()),
        })?;
        Ok(Put::New)
    }

    /// Puts a small object, in the place of what has that name.
    pub fn put_over(&self, path: &str, bytes: &[u8]) -> Result<()> {
        if matches!(self.kind, Kind::Sftp) {
            // It never writes over anything.
            self.delete(path)?;
        }
        let (key, content) = (Key::from(path), Bytes::copy_from_slice(bytes));
        let put = self.runtime.block_on(self.inner.put(&key, content.into()));
        put.map(drop).with_context(|| self.cannot("write", path))
    }

    /// Removes what was being written before this moment and got no name. What an S3 service holds of that kind has no name
    /// either: it is given up by whoever began it, or by the bucket's own rules. Gives how much that was.
    pub fn sweep(&self, before: DateTime<Utc>) -> Result<usize> {
        if !matches!(self.kind, Kind::Sftp) {
            return Ok(0);
        }
        let left = self.inner.list(Some(&Key::from(sftp::INCOMING)));
        let left: Result<Vec<_>, _> = self.runtime.block_on(left.try_collect());
        let mut left = left.with_context(|| self.cannot("list", sftp::INCOMING))?;
        left.retain(|file| file.last_modified < before);
        left.iter().try_for_each(|file| self.delete(file.location.as_ref()))?;
        Ok(left.len())
    }

    /// What has to be so before something counts as put. A folder is read: nobody else says what is in it. An S3 service has
    /// confirmed the checksum of every request that put bytes ([`confirming`]), and an SFTP server the size of the file
    /// before it got its name ([`sftp`]): neither has to let itself be read.
    fn confirm_put(&self, object: &Object) -> Result<()> {
        match self.kind {
            Kind::Folder => self.confirm(object),
            Kind::S3(_) | Kind::Sftp => Ok(()),
        }
    }

    /// Whether the credential lets list and remove, which one that may only put does not. Nothing is changed.
    pub fn lets_remove(&self) -> Result<bool> {
        for tried in [self.list("sets").map(drop), self.delete("not-there")] {
            match tried {
                Ok(()) => return Ok(true),
                Err(error) if is_denied(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    /// Notes in another store what is begun in this one in parts, as begun now; only what is noted can be given up later.
    pub fn note_in(&self, other: &Self, folder: &str, now: DateTime<Utc>) {
        if let Kind::S3(s3) = &self.kind {
            s3.note(s3::Notes { store: Arc::clone(&other.inner), folder: Key::from(folder), now });
        }
    }

    /// Gives up what was begun in parts before this moment and never finished. Gives how much that was.
    pub fn give_up(&self, before: DateTime<Utc>) -> Result<usize> {
        match &self.kind {
            Kind::S3(s3) => {
                let given_up = self.runtime.block_on(s3.give_up(before));
                given_up.with_context(|| format!("cannot give up what was begun in {}", self.name))
            }
            Kind::Folder | Kind::Sftp => Ok(0),
        }
    }

    /// Compares size and checksum of what the store has with what it should have.
    pub fn confirm(&self, object: &Object) -> Result<()> {
        let found = self.size(&object.path)?;
        let Some(size) = found else { bail!("{} is not in {}", object.path, self.name) };
        if size != object.size {
            bail!("{} in {} has {size} bytes instead of {}", object.path, self.name, object.size);
        }
        let mut read = self.read(object)?;
        io::copy(&mut read, &mut io::sink())?;
        read.check()
    }

    /// The size of an object, where it is there.
    pub fn size(&self, path: &str) -> Result<Option<u64>> {
        match self.runtime.block_on(self.inner.head(&Key::from(path))) {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error).with_context(|| self.cannot("look at", path)),
        }
    }

    /// Begins to read an object. What it holds is as it should be once [`Download::check`] says so.
    pub fn read(&self, object: &Object) -> Result<Download<'_>> {
        let found = self.runtime.block_on(self.inner.get(&Key::from(object.path.as_str())));
        let found = found.with_context(|| self.cannot("read", &object.path))?;
        Ok(Download::begin(self, object, found.into_stream()))
    }

    /// A small object, where it is there: of a manifest or a key, which say themselves whether they are whole. What is larger
    /// than [`LARGEST`] is none of ours: whoever may write there could fill the memory of whoever reads.
    pub fn find(&self, path: &str) -> Result<Option<Vec<u8>>> {
        let bytes = self.runtime.block_on(async {
            match self.inner.get(&Key::from(path)).await {
                Ok(found) if found.meta.size > LARGEST => Ok(Some(Err(found.meta.size))),
                Ok(found) => found.bytes().await.map(|bytes| Some(Ok(bytes))),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        });
        match bytes.with_context(|| self.cannot("read", path))? {
            Some(Ok(bytes)) => Ok(Some(bytes.into())),
            Some(Err(size)) => bail!("{path} in {} has {size} bytes: that is none of ours", self.name),
            None => Ok(None),
        }
    }

    /// Confirms what stands there already, where the store is read for that: it may have been put and not be as it was.
    pub fn confirm_taken(&self, path: &str, bytes: &[u8]) -> Result<()> {
        self.confirm_put(&Object {
            path: path.to_owned(),
            size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            hash: Encoded(*blake3::hash(bytes).as_bytes()),
        })
    }

    /// The names of all objects below a folder, in order.
    pub fn list(&self, folder: &str) -> Result<Vec<String>> {
        let prefix = Key::from(folder);
        let listed = self.inner.list(Some(&prefix)).map_ok(|meta| meta.location.to_string());
        let listed: Result<Vec<String>, _> = self.runtime.block_on(listed.try_collect());
        let mut names = listed.with_context(|| self.cannot("list", folder))?;
        names.sort();
        Ok(names)
    }

    /// Removes an object; one that is not there is no mistake.
    pub fn delete(&self, path: &str) -> Result<()> {
        match self.runtime.block_on(self.inner.delete(&Key::from(path))) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error).with_context(|| self.cannot("remove", path)),
        }
    }

    /// Copies an object into another store, where it is confirmed.
    pub fn copy_to(&self, other: &Self, object: &Object) -> Result<Put, NotCopied> {
        // A folder may be asked, and what is renamed into its place there would take that of another.
        if matches!(other.kind, Kind::Folder)
            && other.size(&object.path).map_err(NotCopied::To)? == Some(object.size)
        {
            return Ok(Put::Taken);
        }
        let mut read = self.read(object).map_err(NotCopied::From)?;
        let mut upload = other.upload(&object.path).map_err(NotCopied::To)?;
        let mut piece = vec![0; 128 << 10];
        loop {
            let length = read.read(&mut piece).with_context(|| self.cannot("read", &object.path));
            let length = length.map_err(NotCopied::From)?;
            let (bytes, _) = piece.split_at(length);
            if bytes.is_empty() {
                break;
            }
            upload.write_all(bytes).map_err(|error| NotCopied::To(error.into()))?;
        }
        read.check().map_err(NotCopied::From)?;
        match upload.finish() {
            Ok(_) => Ok(Put::New),
            Err(error) => match error.downcast_ref::<object_store::Error>() {
                Some(object_store::Error::AlreadyExists { .. }) => Ok(Put::Taken),
                _ => Err(NotCopied::To(error)),
            },
        }
    }

    fn cannot(&self, what: &str, path: &str) -> String {
        format!("cannot {what} {path} in {}", self.name)
    }
}

/// Whether there is more in a folder than what a new disk brings along.
fn holds_anything(folder: &Path) -> io::Result<bool> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    for entry in entries {
        if entry?.file_name() != "lost+found" {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a store knows who asks, and lets them not do this.
fn is_denied(error: &anyhow::Error) -> bool {
    // S3 services refuse wrong keys likewise, and say so in the text alone.
    let is_of_key =
        |text: &str| text.contains("InvalidAccessKeyId") || text.contains("SignatureDoesNotMatch");
    let said = match error.downcast_ref::<object_store::Error>() {
        Some(object_store::Error::PermissionDenied { source, .. }) => Some(source.to_string()),
        // Of a list that was refused, the library says the status in the text alone.
        Some(object_store::Error::Generic { source, .. }) => {
            Some(source.to_string()).filter(|text| text.contains("403 Forbidden"))
        }
        _ => None,
    };
    said.is_some_and(|text| !is_of_key(&text))
}

/// Why an object was not copied.
#[derive(Debug)]
pub enum NotCopied {
    /// It is not as it should be where it comes from, or cannot be read there.
    From(anyhow::Error),
    /// The other store does not take it.
    To(anyhow::Error),
}

impl NotCopied {
    /// The reason.
    pub fn into_error(self) -> anyhow::Error {
        match self {
            Self::From(error) | Self::To(error) => error,
        }
    }
}

#[cfg(test)]
mod tests;
