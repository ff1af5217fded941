//! Objects that are written to a store, and read from one, piece by piece.

use std::io::{self, Read, Write};

use anyhow::{Context as _, Result, bail};
use bytes::{Buf as _, Bytes, BytesMut};
use futures_util::{StreamExt as _, stream::BoxStream};
use object_store::MultipartUpload;

use super::{Object, PART, Store};
use crate::{audit::lines::Bytes as Encoded, ops::progress};

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

impl<'a> Upload<'a> {
    pub(super) fn begin(store: &'a Store, path: &str, inner: Box<dyn MultipartUpload>) -> Self {
        let path = path.to_owned();
        Self {
            store,
            path,
            inner: Some(inner),
            part: BytesMut::new(),
            size: 0,
            hasher: blake3::Hasher::new(),
        }
    }

    fn put(&mut self, part: Bytes) -> io::Result<()> {
        let Some(inner) = &mut self.inner else { return Err(io::Error::other("the object is finished")) };
        let put = self.store.runtime.block_on(inner.put_part(part.into()));
        put.map_err(|error| {
            io::Error::other(anyhow::Error::new(error).context(self.store.cannot("write", &self.path)))
        })
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
        self.store.confirm_put(&object)?;
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
        progress::passed(now.len())?;
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

impl<'a> Download<'a> {
    pub(super) fn begin(
        store: &'a Store,
        object: &Object,
        chunks: BoxStream<'static, object_store::Result<Bytes>>,
    ) -> Self {
        let (object, hasher) = (object.clone(), blake3::Hasher::new());
        Self { store, object, chunks, rest: Bytes::new(), size: 0, hasher }
    }

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
        progress::passed(length)?;
        Ok(length)
    }
}
