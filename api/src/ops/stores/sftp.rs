//! A store in a folder behind SFTP.
//!
//! Nothing but the protocol is needed at the other end, and the program `ssh` at this one. Invariants: a file is written under a name of its own below
//! [`INCOMING`], synced, and its size compared, before it gets the name of its object; that name is never taken from another
//! file. Where the server knows hard links, the name is one: so whoever puts needs neither to rename nor to remove anything,
//! and what is left below [`INCOMING`] is another name of the same file.

mod connection;
mod sending;

use std::{collections::HashSet, sync::Arc, time::Duration};

use anyhow::Result;
use async_trait::async_trait;
use bytes::Bytes;
use chrono::DateTime;
use futures_util::{
    StreamExt as _, TryStreamExt as _,
    stream::{self, BoxStream},
};
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, path::Path as Key,
};
use russh_sftp::protocol::{FileAttributes, OpenFlags};
use tokio::sync::Mutex;

use self::{
    connection::{Connection, Failed, Server},
    sending::{Sending, Upload},
};
use crate::config::backups::SftpPlace;

/// The folder of what is not complete.
pub(super) const INCOMING: &str = "incoming";
/// What every server takes in one request; so many are on their way at one moment, since each answer takes its time.
const PIECE: usize = 32 << 10;
const AT_ONCE: usize = 32;
/// Nobody writes into an object once it is there.
const READ_ONLY: u32 = 0o440;

/// The folder.
#[derive(Debug, Clone)]
pub(super) struct Sftp(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    server: Server,
    root: String,
    connection: Mutex<Option<Arc<Connection>>>,
    // So that they are not asked for again with each file.
    folders: Mutex<HashSet<String>>,
}

impl Sftp {
    /// Reads the keys; nothing is asked yet.
    pub(super) fn open(place: &SftpPlace, patience: Duration) -> Result<Self> {
        Ok(Self(Arc::new(Inner {
            server: Server::new(place, patience)?,
            root: place.path.clone(),
            connection: Mutex::default(),
            folders: Mutex::default(),
        })))
    }

    fn path(&self, key: &Key) -> String {
        format!("{}/{key}", self.0.root)
    }

    async fn connection(&self) -> object_store::Result<Arc<Connection>> {
        let mut held = self.0.connection.lock().await;
        if let Some(connection) = held.as_ref().filter(|connection| connection.is_open()) {
            return Ok(Arc::clone(connection));
        }
        let connection = Arc::new(self.0.server.connect().await.map_err(|error| generic(error.into()))?);
        *held = Some(Arc::clone(&connection));
        Ok(connection)
    }

    /// Makes the folders above a file. That one is there already is told no better than that it can't be made, and is found
    /// out by what comes next.
    async fn make_folders(&self, connection: &Connection, key: &Key) -> object_store::Result<()> {
        let mut folders = self.0.folders.lock().await;
        let mut folder = self.0.root.clone();
        let mut wanted = vec![folder.clone()];
        let parts: Vec<_> = key.parts().collect();
        for part in parts.iter().take(parts.len().saturating_sub(1)) {
            folder = format!("{folder}/{}", part.as_ref());
            wanted.push(folder.clone());
        }
        for folder in wanted {
            if folders.contains(&folder) {
                continue;
            }
            match connection.make_folder(&folder).await {
                Ok(()) | Err(Failed::Refused(_)) => folders.insert(folder),
                Err(failed) => return Err(failed.on(key)),
            };
        }
        Ok(())
    }

    async fn begin(&self, key: &Key) -> object_store::Result<Sending> {
        let connection = self.connection().await?;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| generic(error.into()))?;
        let name = format!("{:032x}", u128::from_be_bytes(random));
        let incoming = Key::from(INCOMING).join(name);
        self.make_folders(&connection, &incoming).await?;
        let path = self.path(&incoming);
        let attributes = FileAttributes { permissions: Some(READ_ONLY), ..FileAttributes::empty() };
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUDE;
        let handle =
            connection.open(&path, flags, attributes).await.map_err(|failed| failed.on(&incoming))?;
        Ok(Sending { sftp: self.clone(), connection, key: key.clone(), path, handle: Some(handle), size: 0 })
    }

    async fn meta(&self, key: &Key) -> object_store::Result<ObjectMeta> {
        let connection = self.connection().await?;
        let found = connection.look_at(&self.path(key)).await.map_err(|failed| failed.on(key))?;
        Ok(meta(key.clone(), &found))
    }

    /// All files below a folder, one after the other.
    async fn walk(self, prefix: Option<Key>) -> object_store::Result<Vec<ObjectMeta>> {
        let connection = self.connection().await?;
        let start = prefix.unwrap_or_default();
        let (mut folders, mut files) = (vec![start.clone()], Vec::new());
        while let Some(folder) = folders.pop() {
            let path = if folder.as_ref().is_empty() { self.0.root.clone() } else { self.path(&folder) };
            let entries = match connection.entries(&path).await {
                // Nothing is in a folder that is not there.
                Err(Failed::Missing) => continue,
                entries => entries.map_err(|failed| failed.on(&folder))?,
            };
            for entry in entries {
                let key = folder.clone().join(entry.filename.as_str());
                // What is not complete is no object, unless it is asked for.
                if key.as_ref() == INCOMING && start.as_ref() != INCOMING {
                    continue;
                }
                if entry.attrs.is_dir() { folders.push(key) } else { files.push(meta(key, &entry.attrs)) }
            }
        }
        Ok(files)
    }
}

fn meta(location: Key, found: &FileAttributes) -> ObjectMeta {
    let seconds = i64::from(found.mtime.unwrap_or_default());
    ObjectMeta {
        location,
        last_modified: DateTime::from_timestamp(seconds, 0).unwrap_or_default(),
        size: found.size.unwrap_or_default(),
        e_tag: None,
        version: None,
    }
}

fn generic(source: Box<dyn std::error::Error + Send + Sync>) -> Error {
    Error::Generic { store: "SFTP", source }
}

fn not_done(operation: &str) -> Error {
    Error::NotImplemented { operation: operation.to_owned(), implementer: "SFTP".to_owned() }
}

impl std::fmt::Display for Sftp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sftp({})", self.0.root)
    }
}

#[async_trait]
impl ObjectStore for Sftp {
    /// Whatever the mode, nothing is written over.
    async fn put_opts(
        &self,
        location: &Key,
        payload: PutPayload,
        _: PutOptions,
    ) -> object_store::Result<PutResult> {
        let mut sending = self.begin(location).await?;
        let put = match sending.put(payload).await {
            Ok(()) => sending.complete().await,
            Err(error) => Err(error),
        };
        if put.is_err() {
            sending.give_up().await;
        }
        put
    }

    async fn put_multipart_opts(
        &self,
        location: &Key,
        _: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        Ok(Box::new(Upload::of(self.begin(location).await?)))
    }

    async fn get_opts(&self, location: &Key, options: GetOptions) -> object_store::Result<GetResult> {
        if options.range.is_some() {
            return Err(not_done("reading a range"));
        }
        let meta = self.meta(location).await?;
        let size = meta.size;
        let payload = if options.head {
            GetResultPayload::Stream(stream::empty().boxed())
        } else {
            let connection = self.connection().await?;
            let opened =
                connection.open(&self.path(location), OpenFlags::READ, FileAttributes::empty()).await;
            GetResultPayload::Stream(pieces(
                connection,
                opened.map_err(|failed| failed.on(location))?,
                location,
                size,
            ))
        };
        Ok(GetResult {
            payload,
            meta,
            range: 0..size,
            attributes: object_store::Attributes::default(),
            extensions: object_store::Extensions::default(),
        })
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, object_store::Result<Key>>,
    ) -> BoxStream<'static, object_store::Result<Key>> {
        let sftp = self.clone();
        let delete = move |location: object_store::Result<Key>| {
            let sftp = sftp.clone();
            async move {
                let location = location?;
                let connection = sftp.connection().await?;
                connection.remove(&sftp.path(&location)).await.map_err(|failed| failed.on(&location))?;
                Ok(location)
            }
        };
        locations.then(delete).boxed()
    }

    fn list(&self, prefix: Option<&Key>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        let walked = self.clone().walk(prefix.cloned());
        stream::once(walked).map_ok(|files| stream::iter(files.into_iter().map(Ok))).try_flatten().boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Key>) -> object_store::Result<ListResult> {
        Err(not_done("listing a folder alone"))
    }

    async fn copy_opts(&self, _: &Key, _: &Key, _: CopyOptions) -> object_store::Result<()> {
        Err(not_done("copying"))
    }
}

/// What a file holds, several pieces of it asked for at one moment.
fn pieces(
    connection: Arc<Connection>,
    handle: String,
    location: &Key,
    size: u64,
) -> BoxStream<'static, object_store::Result<Bytes>> {
    let piece = u32::try_from(PIECE).unwrap_or(u32::MAX);
    let offsets = (0..size).step_by(PIECE);
    let (location, closing, last) = (location.clone(), Arc::clone(&connection), handle.clone());
    let read = move |offset| {
        let (connection, handle, location) = (Arc::clone(&connection), handle.clone(), location.clone());
        let length = u32::try_from(size - offset).unwrap_or(u32::MAX).min(piece);
        async move { connection.read(&handle, offset, length).await.map_err(|failed| failed.on(&location)) }
    };
    let close = async move {
        closing.close(&last).await.ok();
        None
    };
    stream::iter(offsets)
        .map(read)
        .buffered(AT_ONCE)
        .map(Some)
        .chain(stream::once(close))
        .filter_map(|piece| async move { piece })
        .boxed()
}

impl Failed {
    fn on(self, key: &Key) -> Error {
        let path = key.to_string();
        match self {
            Self::Missing => Error::NotFound { path, source: Box::new(self) },
            Self::Denied(_) => Error::PermissionDenied { path, source: Box::new(self) },
            Self::Refused(_) | Self::Broken(_) => generic(Box::new(self)),
        }
    }
}
