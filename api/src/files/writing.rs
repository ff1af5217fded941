//! A file that is written piece by piece, so that none has to fit into memory.

use std::{
    io::{self, Write},
    sync::Arc,
};

use anyhow::{Context as _, Result, anyhow, ensure};
use bytes::{Bytes, BytesMut};
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt as _, path::Path};

use super::{FileHash, FileKey, Waiting};

/// So many bytes go at once.
const PART: usize = 8 << 20;

/// A file on its way into the store. It is there once [`Writing::finish`] says so; where it is dropped before, nothing stays of it.
pub struct Writing<'a> {
    waiting: &'a Waiting,
    store: Arc<dyn ObjectStore>,
    path: Path,
    // The parts go one behind the other.
    inner: Option<Box<dyn MultipartUpload>>,
    part: BytesMut,
    size: u64,
    expected: Option<(blake3::Hasher, FileHash)>,
}

impl std::fmt::Debug for Writing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writing").field("path", &self.path).field("size", &self.size).finish_non_exhaustive()
    }
}

impl<'a> Writing<'a> {
    pub(super) fn begin(
        store: Arc<dyn ObjectStore>,
        path: Path,
        expected: Option<(&FileKey, FileHash)>,
        waiting: &'a Waiting,
    ) -> Result<Self> {
        let inner =
            waiting.until(store.put_multipart(&path)).with_context(|| format!("{path} cannot be written"))?;
        let expected = expected.map(|(key, hash)| (blake3::Hasher::new_keyed(key), hash));
        Ok(Self { waiting, store, path, inner: Some(inner), part: BytesMut::new(), size: 0, expected })
    }

    /// Completes it, where it is the one that it should be. Gives its size in bytes.
    pub fn finish(mut self) -> Result<u64> {
        if let Some((hasher, hash)) = &self.expected {
            ensure!(hasher.finalize().as_bytes() == hash, "{} is not what its name says", self.path);
        }
        let rest = self.part.split().freeze();
        if !rest.is_empty() || self.size == 0 {
            self.put(rest)?;
        }
        let completed = self.inner.as_mut().map(|inner| self.waiting.until(inner.complete()));
        match completed.context("it is finished")? {
            // A bucket puts nothing over something else; what has this name holds the same.
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => self.inner = None,
            Err(error) => return Err(anyhow!(error).context(format!("{} cannot be completed", self.path))),
        }
        let there = self.waiting.until(self.store.head(&self.path));
        let there = there.with_context(|| format!("{} cannot be looked up", self.path))?.size;
        ensure!(there == self.size, "{} has {there} bytes there instead of {}", self.path, self.size);
        Ok(self.size)
    }

    fn put(&mut self, part: Bytes) -> io::Result<()> {
        let Some(inner) = &mut self.inner else { return Err(io::Error::other("the file is finished")) };
        let put = self.waiting.until(inner.put_part(part.into()));
        put.map_err(|error| io::Error::other(format!("{} cannot be written: {error}", self.path)))
    }
}

impl Write for Writing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (now, _) = bytes.split_at(bytes.len().min(PART - self.part.len()));
        self.part.extend_from_slice(now);
        if let Some((hasher, _)) = &mut self.expected {
            hasher.update(now);
        }
        self.size += u64::try_from(now.len()).map_err(io::Error::other)?;
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

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if let Some(inner) = &mut self.inner
            && let Err(error) = self.waiting.until(inner.abort())
        {
            tracing::warn!(%error, path = %self.path, "parts of a file are left behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        config::FilesConfig,
        files::{Files, ObjectName, hash},
    };

    const KEY: FileKey = [3; 32];

    #[test]
    fn what_is_written_is_there_whole_or_not_at_all() {
        let folder = std::env::temp_dir().join(format!("portico-test-writing-{}", std::process::id()));
        let files = Files::open(&FilesConfig::Folder(folder.clone())).expect("a folder");
        let waiting = Waiting::alone().expect("a runtime");
        let long: Vec<u8> = (0..PART * 2 + 5).map(|at| u8::try_from(at % 251).expect("a byte")).collect();
        for (number, content) in (1_u128..).zip([&b""[..], b"logo", &long]) {
            let organization = Uuid::from_u128(7).into();
            let name = ObjectName { organization, hash: hash(&KEY, content), id: Uuid::from_u128(number) };
            let mut another = files.write(&name, &KEY, &waiting).expect("it begins");
            another.write_all(b"another").expect("it is written");
            assert!(
                another.finish().expect_err("another one").to_string().contains("not what its name says")
            );
            let mut dropped = files.write(&name, &KEY, &waiting).expect("it begins");
            dropped.write_all(content).expect("it is written");
            drop(dropped);
            assert_eq!(
                waiting.until(files.list(organization)).expect("a list").len(),
                usize::try_from(number).expect("few") - 1
            );
            let mut file = files.write(&name, &KEY, &waiting).expect("it begins");
            file.write_all(content).expect("it is written");
            assert_eq!(file.finish().expect("it is there"), u64::try_from(content.len()).expect("a size"));
            assert_eq!(waiting.until(files.get(&name, &KEY)).expect("it is read"), content);
        }
        std::fs::remove_dir_all(folder).expect("it goes");
    }
}
