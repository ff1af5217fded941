//! The file store: what people upload, as objects beside the database.
//!
//! [`Files`] puts and gets objects, [`Reading`] piece by piece, and copies one store into another; [`rows`] has what the database says of them; [`sweep`] takes away what nothing names.
//! Invariants: an object is written whole before a row names it, and never changes; its name has the hash of what it holds
//! under a key of its organization's own, so that nobody sees by the names that two organizations hold the same; what is
//! read is checked against that hash.

mod copying;
mod reading;
pub mod rows;
pub mod sweep;
mod writing;

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use futures_util::{TryStreamExt as _, stream::BoxStream};
use object_store::{ObjectStore, ObjectStoreExt as _, local::LocalFileSystem, path::Path};
use shared::ids::OrganizationId;
use uuid::Uuid;

pub use self::copying::Copied;
pub use self::reading::{Reading, Waiting};
pub use self::writing::Writing;
use crate::{ApiError, config::FilesConfig, ops::stores};

/// How long an answer of a bucket is waited for. Large files go in parts, over lines that may be slow; whoever waits in a browser
/// brings and gets no more than a picture.
pub const PATIENCE: Duration = Duration::from_mins(3);

/// The key under which an organization's files are hashed.
pub type FileKey = [u8; 32];
/// The hash of a file under the key of its organization.
pub type FileHash = [u8; 32];

/// The folder in the store of what is ready for clients to take. No organization is called so.
pub const DELIVERIES: &str = "deliveries";

/// Where a package stands there, and in stores of backups.
pub fn package_path(package: Uuid) -> String {
    format!("{PACKAGES}/{package}.age")
}

/// The folder of packages: all that an organization has, sealed for its own key.
pub const PACKAGES: &str = "packages";

/// The hash of a file.
pub fn hash(key: &FileKey, bytes: &[u8]) -> FileHash {
    *blake3::keyed_hash(key, bytes).as_bytes()
}

/// The name of an object: whose it is, what it holds, and the id of the row that was to name it. Of two uploads of the
/// same at one moment each has its own; one is named by the row, and the other is swept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectName {
    /// The organization.
    pub organization: OrganizationId,
    /// What it holds.
    pub hash: FileHash,
    /// The id of the row. It says when it was made.
    pub id: Uuid,
}

impl ObjectName {
    fn path(&self) -> Path {
        let hash = blake3::Hash::from_bytes(self.hash).to_hex();
        Path::from(format!("{}/{hash}.{}", self.organization, self.id))
    }

    /// The name that a path is; absent where it is none of ours.
    fn parse(path: &Path) -> Option<Self> {
        let (organization, name) = path.as_ref().split_once('/')?;
        let (hash, id) = name.split_once('.')?;
        let hash = *blake3::Hash::from_hex(hash).ok()?.as_bytes();
        Some(Self { organization: organization.parse().ok()?, hash, id: id.parse().ok()? })
    }
}

/// The store. Clones share it.
#[derive(Debug, Clone)]
pub struct Files(Option<Arc<dyn ObjectStore>>);

impl Files {
    /// The store of this configuration. The folder is made where it is missing.
    pub fn open(config: &FilesConfig) -> anyhow::Result<Self> {
        Ok(Self(match config {
            FilesConfig::Nowhere => None,
            FilesConfig::Folder(folder) => {
                let cannot = || format!("files cannot be kept in {}", folder.display());
                std::fs::create_dir_all(folder).with_context(cannot)?;
                let store = LocalFileSystem::new_with_prefix(folder).with_context(cannot)?;
                // What was acknowledged is there after the power was cut, too.
                Some(Arc::new(store.with_fsync(true)))
            }
            FilesConfig::Bucket(place) => {
                let bucket = stores::bucket(place, PATIENCE);
                Some(bucket.with_context(|| format!("files cannot be kept in {place}"))?)
            }
        }))
    }

    fn store(&self) -> Result<&Arc<dyn ObjectStore>, ApiError> {
        self.0.as_ref().ok_or_else(|| {
            tracing::error!(
                "no file store is set up: neither PORTICO_FILES_DIR nor PORTICO_FILES_STORE is set"
            );
            ApiError::FilesUnavailable
        })
    }

    /// Puts an object, and sees that the store has all of it.
    pub async fn put(&self, name: &ObjectName, bytes: Bytes) -> Result<(), ApiError> {
        let (store, path, size) = (self.store()?, name.path(), bytes.len());
        store.put(&path, bytes.into()).await.map_err(|error| unavailable(&error))?;
        let kept = store.head(&path).await.map_err(|error| unavailable(&error))?;
        if usize::try_from(kept.size) == Ok(size) {
            return Ok(());
        }
        tracing::error!(kept = kept.size, size, "the file store has kept another size than it was given");
        Err(ApiError::FilesUnavailable)
    }

    /// Begins an object that is put piece by piece, by a thread that waits.
    pub fn write<'a>(
        &self,
        name: &ObjectName,
        key: &FileKey,
        waiting: &'a Waiting,
    ) -> anyhow::Result<Writing<'a>> {
        let store = self.0.as_ref().context("there is no file store")?;
        Writing::begin(Arc::clone(store), name.path(), Some((key, name.hash)), waiting)
    }

    /// What an object holds, checked against its hash.
    pub async fn get(&self, name: &ObjectName, key: &FileKey) -> Result<Bytes, ApiError> {
        self.read(name, key).await?.whole().await
    }

    /// The same, piece by piece.
    pub async fn read(&self, name: &ObjectName, key: &FileKey) -> Result<Reading, ApiError> {
        let found = self.store()?.get(&name.path()).await.map_err(|error| unavailable(&error))?;
        Ok(Reading::begin(*name, key, found))
    }

    /// Whether what is put, in one piece and in parts, can be read, listed and removed, and is gone then.
    pub async fn try_out(&self, id: Uuid) -> anyhow::Result<()> {
        let store = self.0.as_ref().context("there is no file store")?;
        let (folder, path) = (Path::from("doctor"), Path::from(format!("doctor/{id}")));
        let content = Bytes::from_static(b"Portico has looked whether it can write here.\n");
        let put = store.put(&path, content.clone().into()).await.context("nothing can be put")?;
        let tried = async {
            let found = store.get(&path).await.context("nothing can be read")?.bytes().await?;
            ensure!(found == content, "it gives something else than was put");
            let listed: Vec<_> =
                store.list(Some(&folder)).try_collect().await.context("nothing can be listed")?;
            ensure!(listed.iter().any(|one| one.location == path), "what was put is not in its list");
            let parts = Path::from(format!("doctor/{id}.parts"));
            let mut upload = store.put_multipart(&parts).await.context("nothing can be put in parts")?;
            let first = upload.put_part(vec![0; 5 << 20].into()).await;
            let both = match first {
                Ok(()) => upload.put_part(content.clone().into()).await,
                Err(error) => Err(error),
            };
            upload.abort().await.context("parts cannot be given up")?;
            both.context("nothing can be put in parts")
        };
        let tried = tried.await;
        store.delete(&path).await.context("nothing can be removed")?;
        tried?;
        ensure!(
            put.version.is_none_or(|version| version == "null"),
            "it keeps earlier versions of objects: what is erased would stay there. Let it keep none"
        );
        Ok(())
    }

    /// Removes an object; one that is not there is no mistake.
    pub async fn delete(&self, name: &ObjectName) -> Result<(), ApiError> {
        match self.store()?.delete(&name.path()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(unavailable(&error)),
        }
    }

    /// All objects of an organization. What is not named like one is left alone.
    pub async fn list(&self, organization: OrganizationId) -> Result<Vec<ObjectName>, ApiError> {
        let prefix = Path::from(organization.to_string());
        let listed = self.store()?.list(Some(&prefix));
        let names = listed.try_filter_map(|meta| std::future::ready(Ok(ObjectName::parse(&meta.location))));
        names.try_collect().await.map_err(|error| unavailable(&error))
    }

    /// Removes all that an organization has, whatever it is called. Gives how many objects.
    pub async fn remove_all(&self, organization: OrganizationId) -> Result<usize, ApiError> {
        let (store, prefix) = (self.store()?, Path::from(organization.to_string()));
        let listed: Vec<_> =
            store.list(Some(&prefix)).try_collect().await.map_err(|error| unavailable(&error))?;
        for object in &listed {
            match store.delete(&object.location).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(unavailable(&error)),
            }
        }
        Ok(listed.len())
    }

    /// What was made ready for a client to take, piece by piece.
    pub async fn delivery(
        &self,
        package: Uuid,
    ) -> Result<BoxStream<'static, object_store::Result<Bytes>>, ApiError> {
        let path = Path::from(format!("{DELIVERIES}/{}", package_path(package)));
        Ok(self.store()?.get(&path).await.map_err(|error| unavailable(&error))?.into_stream())
    }

    /// Whether there is a store at all.
    pub fn is_set_up(&self) -> bool {
        self.0.is_some()
    }
}

fn unavailable(error: &object_store::Error) -> ApiError {
    tracing::error!(%error, "the file store");
    ApiError::FilesUnavailable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_was_written() {
        let name =
            ObjectName { organization: Uuid::from_u128(7).into(), hash: [9; 32], id: Uuid::from_u128(8) };
        assert_eq!(ObjectName::parse(&name.path()), Some(name));
        for other in ["", "a", "a/b.c", "../x.y", &format!("{}/{}.x", Uuid::nil(), "0".repeat(64))] {
            assert_eq!(ObjectName::parse(&Path::from(other)), None, "{other}");
        }
    }

    #[test]
    fn the_same_content_has_another_hash_in_another_organization() {
        assert_eq!(hash(&[1; 32], b"logo"), hash(&[1; 32], b"logo"));
        assert_ne!(hash(&[1; 32], b"logo"), hash(&[2; 32], b"logo"));
    }
}
