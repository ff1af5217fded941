//! Puts what was sealed into a store, in order, each at its own pace: one that is out of reach keeps nothing from the other.
//!
//! What waits for the local store is in memory, within a bound, beyond which nothing more is sealed: the log stays in the
//! receiver's folder, and from a bound of that on, on the server. What waits for the store off-site gives its bytes up beyond
//! that bound, and is read from the local store when its turn comes.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};

use super::{
    database::Identity,
    parts::{self, Kind},
    segments::{Lsn, Segment},
    state::{self, Progress},
    stop::Stop,
};
use crate::{
    config::backups::{StoreConfig, StoresConfig},
    ops::{
        retention::{self, Place},
        stores::{Put, Store, is_unconfirmed},
    },
};

/// Bytes that may wait in memory for one store.
const MOST: usize = 64 << 20;
/// How long after a failure it is tried again.
const REST: Duration = Duration::from_secs(1);
/// How often what was done is written down where nothing happens, and at most where much does.
const NOTE_AT_LEAST: Duration = Duration::from_secs(10);
const NOTE_AT_MOST: Duration = Duration::from_secs(1);

/// An object on its way.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its name.
    pub path: String,
    /// What it holds; absent where that stands in the local store.
    pub bytes: Option<Arc<Vec<u8>>>,
    /// When it was sealed.
    pub sealed_at: DateTime<Utc>,
    /// How far the log reaches in it.
    pub reaches: Lsn,
    /// Of which file of the log it is all.
    pub whole: Option<Segment>,
}

/// What waits for a store.
#[derive(Debug)]
pub struct Outlet {
    name: &'static str,
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Item>,
    bytes: usize,
    /// Until when what waits may still be put, once nothing more comes.
    ends: Option<Instant>,
}

/// What is to be done next.
enum Next {
    Put(Item),
    Nothing,
    End,
}

impl Outlet {
    /// An empty one.
    pub fn new(name: &'static str) -> Self {
        Self { name, queue: Mutex::default(), changed: Condvar::new() }
    }

    /// Whether more may wait.
    pub fn has_room(&self) -> bool {
        self.lock().bytes < MOST
    }

    /// Adds something that is kept in memory until it is put.
    pub fn push(&self, item: Item) {
        let mut queue = self.lock();
        queue.bytes += item.bytes.as_ref().map_or(0, |bytes| bytes.len());
        queue.waiting.push_back(item);
        self.changed.notify_all();
    }

    /// The same, as long as there is room.
    pub fn push_or_forget(&self, item: Item) {
        let bytes = if self.has_room() { item.bytes } else { None };
        self.push(Item { bytes, ..item });
    }

    /// Nothing more comes.
    pub fn end_within(&self, time: Duration) {
        self.lock().ends = Some(Instant::now() + time);
        self.changed.notify_all();
    }

    /// Since when the first one waits.
    fn waiting_since(&self) -> Option<DateTime<Utc>> {
        self.lock().waiting.front().map(|item| item.sealed_at)
    }

    fn next(&self) -> Next {
        let queue = self.lock();
        let waited = self.changed.wait_timeout_while(queue, NOTE_AT_LEAST, |queue| {
            queue.waiting.is_empty() && queue.ends.is_none()
        });
        let (queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match (queue.waiting.front(), queue.ends) {
            (None, Some(_)) => Next::End,
            (Some(_), Some(ends)) if Instant::now() > ends => Next::End,
            (Some(item), _) => Next::Put(item.clone()),
            (None, None) => Next::Nothing,
        }
    }

    fn is_put(&self) {
        let mut queue = self.lock();
        if let Some(item) = queue.waiting.pop_front() {
            queue.bytes -= item.bytes.map_or(0, |bytes| bytes.len());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets what the local store has and the other has not been brought wait again.
pub fn take_up(
    outlet: &Outlet,
    local: &Store,
    off_site: &StoreConfig,
    identity: &Identity,
    now: DateTime<Utc>,
) -> Result<()> {
    let brought = local.find(&brought_path(identity, off_site))?;
    let brought = String::from_utf8(brought.unwrap_or_default())?;
    let size = identity.size()?;
    // Histories are few, and have no place in the order of the others.
    let histories = local.list(&parts::history_folder(&identity.system))?;
    let wal = local.list(&parts::wal_folder(&identity.system))?;
    for path in histories.into_iter().chain(wal.into_iter().filter(|path| *path > brought)) {
        let segment = parts::parse_wal(&path).and_then(|name| size.parse(&name.segment));
        let reaches = segment.map_or_else(Lsn::default, |segment| size.start(segment));
        outlet.push(Item { path, bytes: None, sealed_at: now, reaches, whole: None });
    }
    Ok(())
}

/// Puts into the local store, and writes down how it goes.
pub fn put_local(outlet: &Outlet, config: &StoreConfig, progress: &Progress, stop: &Stop) {
    let open = || Store::at("the local store", config);
    let mut noted = None;
    put_all(
        outlet,
        Place::Local,
        progress,
        stop,
        &open,
        |store, done| {
            match done {
                Done::Put(_) => {}
                Done::Nothing | Done::End => noted = None,
            }
            if noted.is_none_or(|at: Instant| at.elapsed() >= NOTE_AT_MOST) {
                noted = Some(Instant::now());
                state::write(store, &progress.now())?;
            }
            Ok(())
        },
        |_, item| {
            item.bytes.clone().map(Bytes::Here).with_context(|| format!("{} is in no memory", item.path))
        },
    );
}

/// Puts into the store off-site, and writes down in the local one how far it came.
pub fn put_off_site(
    outlet: &Outlet,
    stores: &StoresConfig,
    identity: &Identity,
    progress: &Progress,
    stop: &Stop,
) {
    let open = || Store::at("the off-site store", &stores.off_site);
    let open_local = || Store::at("the local store", &stores.local);
    let record = brought_path(identity, &stores.off_site);
    let (mut noted, mut last): (Option<Instant>, Option<String>) = (None, None);
    put_all(
        outlet,
        Place::OffSite,
        progress,
        stop,
        &open,
        |_, done| {
            match done {
                Done::Put(item) if item.path.contains("/wal/") => last = Some(item.path.clone()),
                Done::Put(_) => {}
                Done::Nothing | Done::End => noted = None,
            }
            if noted.is_none_or(|at| at.elapsed() >= NOTE_AT_LEAST)
                && let Some(path) = last.take()
            {
                noted = Some(Instant::now());
                open_local()?.put_over(&record, path.as_bytes())?;
            }
            Ok(())
        },
        |_, item| match &item.bytes {
            Some(bytes) => Ok(Bytes::Here(Arc::clone(bytes))),
            None => read_local(&open_local()?, item, progress.now().at),
        },
    );
}

/// What came of a round.
enum Done<'a> {
    Put(&'a Item),
    Nothing,
    End,
}

/// What an object holds.
enum Bytes {
    Here(Arc<Vec<u8>>),
    /// It is there no more, and needed no more.
    Superfluous,
}

fn put_all(
    outlet: &Outlet,
    place: Place,
    progress: &Progress,
    stop: &Stop,
    open: &dyn Fn() -> Result<Store>,
    mut after: impl FnMut(&Store, Done<'_>) -> Result<()>,
    bytes_of: impl Fn(&Store, &Item) -> Result<Bytes>,
) {
    let (mut store, mut unconfirmed, mut failing) = (None, HashSet::new(), false);
    loop {
        let next = outlet.next();
        let is_end = matches!(next, Next::End);
        let round = (|| {
            let store = match &mut store {
                Some(store) => store,
                none => none.insert(open()?),
            };
            match &next {
                Next::Put(item) => {
                    if let Bytes::Here(bytes) = bytes_of(store, item)? {
                        put(store, item, &bytes, &mut unconfirmed)?;
                    }
                    outlet.is_put();
                    progress.put(place, item);
                    progress.waits(place, outlet.waiting_since(), None);
                    after(store, Done::Put(item))
                }
                Next::Nothing => after(store, Done::Nothing),
                Next::End => after(store, Done::End),
            }
        })();
        if let Err(error) = &round {
            let said = format!("{error:#}");
            if !failing {
                tracing::warn!(error = said, store = outlet.name, "the stream waits for a store");
            }
            progress.waits(place, outlet.waiting_since(), Some(said));
            // It is opened anew: whatever it remembers of a connection may be the reason.
            store = None;
        } else if failing {
            tracing::info!(store = outlet.name, "the stream reaches the store again");
        }
        failing = round.is_err();
        if is_end {
            let left = outlet.lock().waiting.len();
            if left > 0 {
                tracing::warn!(left, store = outlet.name, "what waits is put when the stream begins again");
            }
            return;
        }
        if failing && stop.wait(REST) {
            // Whoever is told to stop waits no longer than for the drain.
            std::thread::yield_now();
        }
    }
}

fn put(store: &Store, item: &Item, bytes: &[u8], unconfirmed: &mut HashSet<String>) -> Result<()> {
    match store.try_put_new(&item.path, bytes) {
        Ok(Put::New) => Ok(()),
        // Its name is of this run: it was put before, and the answer was lost.
        Ok(Put::Taken) if !unconfirmed.contains(&item.path) => store.confirm_taken(&item.path, bytes),
        Ok(Put::Taken) => bail!("{} was put into {} and not confirmed", item.path, store.name()),
        Err(error) => {
            if is_unconfirmed(&error) {
                unconfirmed.insert(item.path.clone());
            }
            Err(error)
        }
    }
}

fn read_local(local: &Store, item: &Item, now: DateTime<Utc>) -> Result<Bytes> {
    if let Some(bytes) = local.find(&item.path)? {
        return Ok(Bytes::Here(Arc::new(bytes)));
    }
    // A part is removed once its file stands whole in both stores, and is not missed then.
    let name = parts::parse_wal(&item.path);
    let folder = item.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_whole = |path: &String| matches!(parts::parse_wal(path), Some(name) if matches!(name.kind, Kind::Whole { .. }));
    if name.is_some() && local.list(folder)?.iter().any(is_whole) {
        return Ok(Bytes::Superfluous);
    }
    // What is older than anybody asks for was removed: it must not keep what is newer from being brought.
    if now > item.sealed_at + retention::STREAM {
        return Ok(Bytes::Superfluous);
    }
    bail!("{} is not in {} yet", item.path, local.name())
}

/// Where it is written down how far the store at this address came.
fn brought_path(identity: &Identity, off_site: &StoreConfig) -> String {
    let address = blake3::hash(off_site.place.to_string().as_bytes()).to_hex();
    format!("{}/{}/brought/{address}", parts::FOLDER, identity.system)
}
