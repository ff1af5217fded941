//! A store of backups: objects of bytes that are written once, in parts, and are there only when they are whole.
//!
//! [`Store`] is the one type for every kind of store: `object_store` is below it, with a local folder today. Invariants: an
//! object is whole or absent; what was put counts only once the store's size and checksum were compared with what was given;
//! no more than [`PART`] bytes of an object are in memory.

use std::{
    io::{self, Read, Write},
    path::Path,
    sync::Arc,
};

use anyhow::{Context as _, Result, bail};
use bytes::{Buf as _, Bytes, BytesMut};
use futures_util::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use object_store::{
    MultipartUpload, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, local::LocalFileSystem,
    path::Path as Key,
};
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

use crate::audit::lines::Bytes as Encoded;

/// Bytes that are written at once, and the most of an object that is in memory.
pub const PART: usize = 8 << 20;

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
    // Commands do one thing after the other; the store's own work is asynchronous.
    runtime: Arc<Runtime>,
}

impl Store {
    /// The store in a folder, which is made where it is missing.
    pub fn open(what: &str, folder: &Path) -> Result<Self> {
        let name = format!("{what} ({})", folder.display());
        let cannot = || format!("{name} cannot be used");
        std::fs::create_dir_all(folder).with_context(cannot)?;
        // What was acknowledged is there after the power was cut, too.
        let inner = LocalFileSystem::new_with_prefix(folder).with_context(cannot)?.with_fsync(true);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { name, inner: Arc::new(inner), runtime: Arc::new(runtime) })
    }

    /// What it is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Begins an object. It is there once [`Upload::finish`] says so.
    pub fn upload(&self, path: &str) -> Result<Upload<'_>> {
        let inner = self.runtime.block_on(self.inner.put_multipart(&Key::from(path)));
        let inner = inner.with_context(|| self.cannot("write", path))?;
        Ok(Upload {
            store: self,
            path: path.to_owned(),
            inner: Some(inner),
            part: BytesMut::new(),
            size: 0,
            hasher: blake3::Hasher::new(),
        })
    }

    /// Puts a small object whose name must not be taken.
    pub fn put_new(&self, path: &str, bytes: &[u8]) -> Result<Object> {
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        let (key, content) = (Key::from(path), Bytes::copy_from_slice(bytes));
        match self.runtime.block_on(self.inner.put_opts(&key, content.into(), options)) {
            Ok(_) => {}
            Err(object_store::Error::AlreadyExists { .. }) => {
                bail!("{path} is in {} already", self.name)
            }
            Err(error) => return Err(error).with_context(|| self.cannot("write", path)),
        }
        let object = Object {
            path: path.to_owned(),
            size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            hash: Encoded(*blake3::hash(bytes).as_bytes()),
        };
        self.confirm(&object)?;
        Ok(object)
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
        let (chunks, hasher) = (found.into_stream().boxed(), blake3::Hasher::new());
        Ok(Download { store: self, object: object.clone(), chunks, rest: Bytes::new(), size: 0, hasher })
    }

    /// A small object, where it is there: of a manifest or a key, which say themselves whether they are whole.
    pub fn find(&self, path: &str) -> Result<Option<Vec<u8>>> {
        let bytes = self.runtime.block_on(async {
            match self.inner.get(&Key::from(path)).await {
                Ok(found) => found.bytes().await.map(Some),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        });
        Ok(bytes.with_context(|| self.cannot("read", path))?.map(Into::into))
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

    /// Copies an object into another store, where it is confirmed. One that is there in its whole size stays.
    pub fn copy_to(&self, other: &Self, object: &Object) -> Result<()> {
        if other.size(&object.path)? == Some(object.size) {
            return Ok(());
        }
        let (mut read, mut upload) = (self.read(object)?, other.upload(&object.path)?);
        io::copy(&mut read, &mut upload).with_context(|| format!("{} to {}", object.path, other.name))?;
        read.check()?;
        upload.finish()?;
        Ok(())
    }

    fn cannot(&self, what: &str, path: &str) -> String {
        format!("cannot {what} {path} in {}", self.name)
    }
}

/// An object on its way. Where it is dropped before it is finished, nothing stays of it.
pub struct Upload<'a> {
    store: &'a Store,
    path: String,
    inner: Option<Box<dyn MultipartUpload>>,
    part: BytesMut,
    size: u64,
    hasher: blake3::Hasher,
}

impl std::fmt::Debug for Upload<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload").field("path", &self.path).field("size", &self.size).finish_non_exhaustive()
    }
}

impl Upload<'_> {
    fn put(&mut self, part: Bytes) -> io::Result<()> {
        let Some(inner) = &mut self.inner else { return Err(io::Error::other("the object is finished")) };
        let put = self.store.runtime.block_on(inner.put_part(part.into()));
        put.map_err(|error| io::Error::other(format!("{}: {error}", self.store.cannot("write", &self.path))))
    }

    /// Completes it, and compares what the store has with what it was given.
    pub fn finish(mut self) -> Result<Object> {
        let rest = self.part.split().freeze();
        if !rest.is_empty() || self.size == 0 {
            self.put(rest)?;
        }
        let object = Object {
            path: self.path.clone(),
            size: self.size,
            hash: Encoded(*self.hasher.finalize().as_bytes()),
        };
        if let Some(mut inner) = self.inner.take() {
            let completed = self.store.runtime.block_on(inner.complete());
            completed.with_context(|| self.store.cannot("complete", &self.path))?;
        }
        self.store.confirm(&object)?;
        Ok(object)
    }
}

impl Write for Upload<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = PART - self.part.len();
        let (now, _) = bytes.split_at(bytes.len().min(room));
        self.part.extend_from_slice(now);
        self.hasher.update(now);
        self.size += u64::try_from(now.len()).unwrap_or_default();
        if self.part.len() == PART {
            let part = self.part.split().freeze();
            self.put(part)?;
        }
        Ok(now.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Upload<'_> {
    fn drop(&mut self) {
        if let Some(mut inner) = self.inner.take()
            && let Err(error) = self.store.runtime.block_on(inner.abort())
        {
            tracing::warn!(%error, path = self.path, "what was begun in a store of backups is left behind");
        }
    }
}

/// An object that is being read.
pub struct Download<'a> {
    store: &'a Store,
    object: Object,
    chunks: BoxStream<'static, object_store::Result<Bytes>>,
    rest: Bytes,
    size: u64,
    hasher: blake3::Hasher,
}

impl std::fmt::Debug for Download<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Download").field("object", &self.object).finish_non_exhaustive()
    }
}

impl Download<'_> {
    /// Reads what is left, and says whether all of it was what it should be.
    pub fn check(&mut self) -> Result<()> {
        io::copy(self, &mut io::sink())?;
        let (path, store) = (&self.object.path, &self.store.name);
        if self.size != self.object.size {
            bail!("{path} in {store} has {} bytes instead of {}", self.size, self.object.size);
        }
        if self.hasher.finalize().as_bytes() != &self.object.hash.0 {
            bail!("{path} in {store} is damaged: it has another checksum than it should have");
        }
        Ok(())
    }
}

impl Read for Download<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.store.runtime.block_on(self.chunks.next()) {
                None => return Ok(0),
                Some(chunk) => self.rest = chunk.map_err(io::Error::other)?,
            }
        }
        let length = buffer.len().min(self.rest.len());
        let (into, _) = buffer.split_at_mut(length);
        self.rest.copy_to_slice(into);
        self.hasher.update(into);
        self.size += u64::try_from(length).unwrap_or_default();
        Ok(length)
    }
}

#[cfg(test)]
mod tests;
