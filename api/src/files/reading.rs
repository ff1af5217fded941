//! A file that is read piece by piece, so that none has to fit into memory.

use std::{
    future::Future,
    io::{self, Read},
};

use bytes::{Buf as _, Bytes};
use futures_util::{TryStreamExt as _, stream::BoxStream};
use tokio::runtime::{Handle, Runtime};

use super::{FileKey, ObjectName, unavailable};
use crate::ApiError;

/// A file on its way out of the store. Only at its end is it known that it is the one that was put: whoever uses a piece before
/// that has to undo it where the end is an error.
pub struct Reading {
    name: ObjectName,
    size: u64,
    left: u64,
    hasher: blake3::Hasher,
    pieces: BoxStream<'static, object_store::Result<Bytes>>,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading").field("name", &self.name).field("left", &self.left).finish_non_exhaustive()
    }
}

impl Reading {
    pub(super) fn begin(name: ObjectName, key: &FileKey, found: object_store::GetResult) -> Self {
        let size = found.meta.size;
        let hasher = blake3::Hasher::new_keyed(key);
        Self { name, size, left: size, hasher, pieces: found.into_stream() }
    }

    /// In bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The next piece. There is none behind the last one, and then all of it was as it was put.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        let piece = self.pieces.try_next().await.map_err(|error| unavailable(&error))?;
        let length = piece.as_ref().map_or(0, |piece| u64::try_from(piece.len()).unwrap_or(u64::MAX));
        let left = self.left.checked_sub(length);
        self.left = left.ok_or_else(|| self.damaged("longer than it says"))?;
        match piece {
            Some(piece) => {
                self.hasher.update(&piece);
                Ok(Some(piece))
            }
            None if self.left > 0 => Err(self.damaged("cut off")),
            None if *self.hasher.finalize().as_bytes() != self.name.hash => Err(self.damaged("another one")),
            None => Ok(None),
        }
    }

    /// All of it at once.
    pub async fn whole(mut self) -> Result<Bytes, ApiError> {
        let mut whole = Vec::new();
        while let Some(piece) = self.next().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.into())
    }

    /// What a thread reads that waits.
    pub fn read_by(self, waiting: &Waiting) -> Waited<'_> {
        Waited { reading: self, waiting, piece: Bytes::new() }
    }

    fn damaged(&self, how: &str) -> ApiError {
        let ObjectName { organization, id, .. } = self.name;
        tracing::error!(file = %id, %organization, how, "a file is damaged in the file store");
        ApiError::FilesUnavailable
    }
}

/// How a thread waits for the store.
#[derive(Debug)]
pub enum Waiting {
    /// Nothing else goes on.
    Alone(Runtime),
    /// The store's own work is done by others.
    Beside(Handle),
}

impl Waiting {
    /// For a thread beside which nothing else goes on.
    pub fn alone() -> io::Result<Self> {
        tokio::runtime::Builder::new_current_thread().enable_all().build().map(Self::Alone)
    }

    /// Waits.
    pub fn until<F: Future>(&self, done: F) -> F::Output {
        match self {
            Self::Alone(runtime) => runtime.block_on(done),
            Self::Beside(handle) => handle.block_on(done),
        }
    }
}

/// A file that a thread reads.
#[derive(Debug)]
pub struct Waited<'a> {
    reading: Reading,
    waiting: &'a Waiting,
    piece: Bytes,
}

impl Read for Waited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A piece may be empty; the end is none.
        while self.piece.is_empty() {
            match self.waiting.until(self.reading.next()) {
                Ok(Some(piece)) => self.piece = piece,
                Ok(None) => return Ok(0),
                Err(error) => {
                    return Err(io::Error::other(format!("the file {}: {error}", self.reading.name.id)));
                }
            }
        }
        let length = buffer.len().min(self.piece.len());
        let (now, _) = buffer.split_at_mut(length);
        self.piece.copy_to_slice(now);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use object_store::{ObjectStore, ObjectStoreExt as _, memory::InMemory};
    use uuid::Uuid;

    use super::*;
    use crate::files::hash;

    const KEY: FileKey = [3; 32];

    /// What is read of an object that holds this and should hold that.
    fn read(holds: &[u8], should: &[u8]) -> io::Result<Vec<u8>> {
        let name = ObjectName {
            organization: Uuid::from_u128(7).into(),
            hash: hash(&KEY, should),
            id: Uuid::from_u128(8),
        };
        let store: Box<dyn ObjectStore> = Box::new(InMemory::new());
        let waiting = Waiting::alone()?;
        let found = waiting.until(async {
            store.put(&name.path(), holds.to_vec().into()).await?;
            store.get(&name.path()).await
        })?;
        let mut bytes = Vec::new();
        Reading::begin(name, &KEY, found).read_by(&waiting).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    #[test]
    fn a_file_is_read_to_its_end_where_it_is_the_one_that_was_put() {
        let long = vec![5; 300_000];
        for content in [&b""[..], b"logo", &long] {
            assert_eq!(read(content, content).unwrap(), content);
        }
        for (holds, should) in [(&b"logo"[..], &b"1ogo"[..]), (b"", b"logo"), (b"logo", b"")] {
            let error = read(holds, should).unwrap_err().to_string();
            assert!(error.contains("00000008"), "{error}");
        }
    }
}
