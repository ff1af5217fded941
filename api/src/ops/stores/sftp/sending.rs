//! A file on its way to an SFTP server: written, synced, measured, and named last.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use object_store::{Error, MultipartUpload, PutPayload, PutResult, UploadPart, path::Path as Key};
use tokio::sync::Mutex;

use super::{
    AT_ONCE, PIECE, Sftp,
    connection::{Connection, Failed},
    generic,
};

/// A file on its way.
#[derive(Debug)]
pub(super) struct Upload(Arc<Mutex<Sending>>);

impl Upload {
    pub(super) fn of(sending: Sending) -> Self {
        Self(Arc::new(Mutex::new(sending)))
    }
}

#[derive(Debug)]
pub(super) struct Sending {
    pub sftp: Sftp,
    pub connection: Arc<Connection>,
    pub key: Key,
    /// Where it is written.
    pub path: String,
    pub handle: Option<String>,
    pub size: u64,
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let sending = Arc::clone(&self.0);
        async move { sending.lock().await.put(data).await }.boxed()
    }

    async fn complete(&mut self) -> object_store::Result<PutResult> {
        let mut sending = self.0.lock().await;
        let completed = sending.complete().await;
        if completed.is_err() {
            sending.give_up().await;
        }
        completed
    }

    async fn abort(&mut self) -> object_store::Result<()> {
        self.0.lock().await.give_up().await;
        Ok(())
    }
}

impl Sending {
    pub(super) async fn put(&mut self, data: PutPayload) -> object_store::Result<()> {
        let handle = self.handle.clone().unwrap_or_default();
        let bytes = Bytes::from(data);
        let begin = self.size;
        let written = (0..bytes.len()).step_by(PIECE).map(|at| {
            let piece = bytes.slice(at..bytes.len().min(at + PIECE));
            let offset = begin + u64::try_from(at).unwrap_or_default();
            self.connection.write(&handle, offset, piece.to_vec())
        });
        let written = stream::iter(written).buffer_unordered(AT_ONCE).try_collect::<()>().await;
        if let Err(failed) = written {
            return Err(match &failed {
                Failed::Refused(_) if self.connection.is_full(&self.path).await => {
                    generic("the server's disk is full".into())
                }
                _ => failed.on(&self.key),
            });
        }
        self.size += u64::try_from(bytes.len()).unwrap_or_default();
        Ok(())
    }

    pub(super) async fn complete(&mut self) -> object_store::Result<PutResult> {
        let Some(handle) = self.handle.clone() else { return Err(generic("it has ended".into())) };
        let (connection, key) = (Arc::clone(&self.connection), self.key.clone());
        let size = connection.sync_and_size(&handle).await.map_err(|failed| failed.on(&key))?;
        connection.close(&handle).await.map_err(|failed| failed.on(&key))?;
        self.handle = None;
        if size != self.size {
            return Err(generic(
                format!("the server has {size} bytes of it instead of {}", self.size).into(),
            ));
        }
        self.sftp.make_folders(&connection, &key).await?;
        let to = self.sftp.path(&key);
        if let Err(failed) = connection.name(&self.path, &to).await {
            // Servers say no more than that it failed.
            return Err(match connection.look_at(&to).await {
                Ok(_) => Error::AlreadyExists { path: key.to_string(), source: Box::new(failed) },
                Err(_) => failed.on(&key),
            });
        }
        self.remove().await;
        Ok(PutResult { e_tag: None, version: None, extensions: object_store::Extensions::default() })
    }

    pub(super) async fn give_up(&mut self) {
        if let Some(handle) = self.handle.take() {
            self.connection.close(&handle).await.ok();
        }
        self.remove().await;
    }

    /// Removes the name below [`INCOMING`], where whoever puts may do that: where not, pruning does.
    async fn remove(&self) {
        match self.connection.remove(&self.path).await {
            Ok(()) | Err(Failed::Missing | Failed::Denied(_) | Failed::Refused(_)) => {}
            Err(error) => {
                tracing::warn!(%error, path = self.path, "a file is left behind in a store of backups");
            }
        }
    }
}
