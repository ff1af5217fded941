//! A store behind the S3 protocol.
//!
//! Invariants: nothing is put over something else (`If-None-Match: *`); what is bigger than a part is there once its last
//! part is, and what was begun of it is noted until then, so that it can be given up later.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::{FutureExt as _, TryStreamExt as _, stream::BoxStream};
use object_store::{
    BackoffConfig, ClientOptions, CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, ObjectStoreExt as _, PutMode, PutMultipartOptions, PutOptions, PutPayload,
    PutResult, RetryConfig, UploadPart,
    aws::{AmazonS3, AmazonS3Builder, Checksum},
    multipart::{MultipartStore as _, PartId},
    path::Path as Key,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::confirming::Confirming;
use crate::config::backups::S3Place;

/// How long a connection is waited for.
const CONNECTING: Duration = Duration::from_secs(10);
/// A request that failed for a reason that may pass is made so often again, within [`TRYING`].
const RETRIES: usize = 3;
const TRYING: Duration = Duration::from_mins(1);

/// The objects of a bucket.
#[derive(Debug, Clone)]
pub(super) struct S3 {
    /// Makes a request again that failed for a reason that may pass.
    again: AmazonS3,
    /// Makes it once ([`Once`]): an answer that was lost is told apart from a name that was taken.
    once: AmazonS3,
    notes: Arc<OnceLock<Notes>>,
}

/// Asks with a request for it to be made no more than once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Once;

/// Where it is noted what was begun in parts.
#[derive(Debug, Clone)]
pub(super) struct Notes {
    /// The store that the notes are in.
    pub store: Arc<dyn ObjectStore>,
    /// The folder.
    pub folder: Key,
    /// What is written as the time of what is begun.
    pub now: DateTime<Utc>,
}

/// What was begun in parts.
#[derive(Debug, Serialize, Deserialize)]
struct Begun {
    path: String,
    id: String,
    at: DateTime<Utc>,
}

impl S3 {
    /// Opens it; nothing is asked yet.
    pub(super) fn open(place: &S3Place, patience: Duration) -> Result<Self> {
        // Whoever was first has chosen the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = |max_retries| {
            let options = ClientOptions::new()
                .with_allow_http(
                    place.endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http:")),
                )
                .with_connect_timeout(CONNECTING)
                // Until an answer begins, and between two pieces of it: an object may take as long as it is big.
                .with_read_timeout(patience)
                .with_timeout_disabled();
            let backoff = BackoffConfig {
                init_backoff: Duration::from_millis(100),
                max_backoff: Duration::from_secs(5),
                base: 3.0,
            };
            let mut builder = AmazonS3Builder::new()
                .with_bucket_name(&place.bucket)
                .with_region(&place.region)
                .with_access_key_id(&place.access_key_id)
                .with_secret_access_key(&place.secret_access_key)
                .with_checksum_algorithm(Checksum::SHA256)
                // Not every service knows how to remove many at once.
                .with_disable_bulk_delete(true)
                .with_retry(RetryConfig { backoff, max_retries, retry_timeout: TRYING })
                .with_client_options(options)
                .with_http_connector(Confirming);
            if let Some(endpoint) = &place.endpoint {
                builder = builder.with_endpoint(endpoint);
            }
            builder.build().context("its configuration cannot be used")
        };
        Ok(Self { again: client(RETRIES)?, once: client(0)?, notes: Arc::default() })
    }

    /// Notes from now on what is begun in parts.
    pub(super) fn note(&self, notes: Notes) {
        self.notes.get_or_init(|| notes);
    }

    /// Gives up what was begun in parts before this moment and is not there. Gives how much that was.
    pub(super) async fn give_up(&self, before: DateTime<Utc>) -> object_store::Result<usize> {
        let Some(Notes { store, folder, .. }) = self.notes.get() else { return Ok(0) };
        let listed: Vec<ObjectMeta> = store.list(Some(folder)).try_collect().await?;
        let mut given_up = 0;
        for note in listed {
            let bytes = store.get(&note.location).await?.bytes().await?;
            let begun: Begun = serde_json::from_slice(&bytes)
                .map_err(|error| object_store::Error::Generic { store: "notes", source: Box::new(error) })?;
            if begun.at >= before {
                continue;
            }
            match self.again.abort_multipart(&Key::from(begun.path), &begun.id).await {
                // One that is gone was completed, or given up by the service itself.
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
            store.delete(&note.location).await?;
            given_up += 1;
        }
        Ok(given_up)
    }
}

/// An object is there already where the service said just that (412). That somebody else was putting one of this name at the
/// moment (409) says nothing of whether theirs will be there, and is an error like others.
fn told_apart(error: object_store::Error) -> object_store::Error {
    use object_store::Error;
    match error {
        Error::Precondition { path, source } => {
            let source = Box::new(Error::Precondition { path: path.clone(), source });
            Error::AlreadyExists { path, source }
        }
        Error::AlreadyExists { source, .. } if !source.is::<Error>() => {
            Error::Generic { store: "S3", source }
        }
        other => other,
    }
}

impl std::fmt::Display for S3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.again.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for S3 {
    async fn put_opts(
        &self,
        location: &Key,
        payload: PutPayload,
        options: PutOptions,
    ) -> object_store::Result<PutResult> {
        let client = if options.extensions.get::<Once>().is_some() { &self.once } else { &self.again };
        client.put_opts(location, payload, options).await.map_err(told_apart)
    }

    async fn put_multipart_opts(
        &self,
        location: &Key,
        _: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        let sending = Sending { s3: self.clone(), path: location.clone(), first: None, begun: None };
        Ok(Box::new(Upload(Arc::new(Mutex::new(sending)))))
    }

    async fn get_opts(&self, location: &Key, options: GetOptions) -> object_store::Result<GetResult> {
        self.again.get_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, object_store::Result<Key>>,
    ) -> BoxStream<'static, object_store::Result<Key>> {
        self.again.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Key>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        self.again.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Key>) -> object_store::Result<ListResult> {
        self.again.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Key, to: &Key, options: CopyOptions) -> object_store::Result<()> {
        self.again.copy_opts(from, to, options).await
    }
}

/// An object on its way: in one request where it turns out to fit, in parts otherwise.
#[derive(Debug)]
struct Upload(Arc<Mutex<Sending>>);

#[derive(Debug)]
struct Sending {
    s3: S3,
    path: Key,
    // Whether there is a second part is not known yet.
    first: Option<PutPayload>,
    begun: Option<InParts>,
}

#[derive(Debug)]
struct InParts {
    id: String,
    parts: Vec<PartId>,
    note: Option<Key>,
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let sending = Arc::clone(&self.0);
        async move { sending.lock().await.put(data).await }.boxed()
    }

    async fn complete(&mut self) -> object_store::Result<PutResult> {
        self.0.lock().await.complete().await
    }

    async fn abort(&mut self) -> object_store::Result<()> {
        self.0.lock().await.abort().await
    }
}

impl Sending {
    async fn put(&mut self, data: PutPayload) -> object_store::Result<()> {
        if self.begun.is_none() && self.first.is_none() {
            self.first = Some(data);
            return Ok(());
        }
        if self.begun.is_none() {
            self.begin().await?;
        }
        if let Some(first) = self.first.take() {
            self.send(first).await?;
        }
        self.send(data).await
    }

    async fn begin(&mut self) -> object_store::Result<()> {
        let id = self.s3.again.create_multipart(&self.path).await?;
        let mut begun = InParts { id, parts: Vec::new(), note: None };
        if let Some(Notes { store, folder, now }) = self.s3.notes.get() {
            let name = folder.clone().join(blake3::hash(begun.id.as_bytes()).to_hex().as_str());
            let note = Begun { path: self.path.to_string(), id: begun.id.clone(), at: *now };
            let written = serde_json::to_vec(&note).map_err(std::io::Error::other);
            let written = written
                .map_err(|error| object_store::Error::Generic { store: "notes", source: Box::new(error) });
            begun.note = Some(name.clone());
            // Known before it is noted, so that it is given up where that fails.
            self.begun = Some(begun);
            store.put(&name, written?.into()).await?;
        } else {
            self.begun = Some(begun);
        }
        Ok(())
    }

    async fn send(&mut self, data: PutPayload) -> object_store::Result<()> {
        if let Some(begun) = &mut self.begun {
            let part = self.s3.again.put_part(&self.path, &begun.id, begun.parts.len(), data).await?;
            begun.parts.push(part);
        }
        Ok(())
    }

    async fn complete(&mut self) -> object_store::Result<PutResult> {
        let Some(begun) = &self.begun else {
            let payload = self.first.take().unwrap_or_default();
            let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
            return self.s3.again.put_opts(&self.path, payload, options).await.map_err(told_apart);
        };
        let completed = self.s3.again.complete_multipart(&self.path, &begun.id, begun.parts.clone()).await;
        match completed.map_err(told_apart) {
            Ok(result) => {
                self.forget().await?;
                Ok(result)
            }
            Err(error) => {
                // What is not there is not to be paid for. Where this fails as well, the note stays.
                if let Err(error) = self.abort().await {
                    tracing::warn!(%error, path = %self.path, "parts of an object are left behind");
                }
                Err(error)
            }
        }
    }

    async fn abort(&mut self) -> object_store::Result<()> {
        self.first = None;
        if let Some(begun) = &self.begun {
            match self.s3.again.abort_multipart(&self.path, &begun.id).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
            self.forget().await?;
        }
        Ok(())
    }

    async fn forget(&mut self) -> object_store::Result<()> {
        if let (Some(InParts { note: Some(note), .. }), Some(notes)) =
            (self.begun.take(), self.s3.notes.get())
        {
            notes.store.delete(&note).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use object_store::Error;

    use super::*;

    #[test]
    fn what_is_there_is_told_apart_from_what_somebody_is_putting() {
        let (path, why) = ("a".to_owned(), || Box::new(std::io::Error::other("the answer")));
        let failed = Error::Precondition { path: path.clone(), source: why() };
        let is_taken = |error| matches!(told_apart(error), Error::AlreadyExists { .. });
        // As object_store says it of one request and of the end of several, and as it says 409.
        assert!(is_taken(Error::AlreadyExists { path: path.clone(), source: Box::new(failed) }));
        assert!(is_taken(Error::Precondition { path: path.clone(), source: why() }));
        assert!(!is_taken(Error::AlreadyExists { path, source: why() }));
    }
}
