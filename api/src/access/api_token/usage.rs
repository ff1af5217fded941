//! When tokens were last used: gathered in memory and written behind the requests, so that none waits for it.
//!
//! A token is written at most once a minute; what comes while a write is under way goes with the next one, so a busy
//! server writes for many tokens at once. What is lost when a server ends is at most a minute. The first use from a new
//! network is no such note: it is recorded before the request goes on (`http::by_token`).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use moka::sync::Cache;
use shared::ids::{ApiTokenId, OrganizationId};
use tokio::sync::Notify;

use super::store::{self, Seen, WRITTEN_EVERY};
use crate::db::{Actor, Db};

/// Tokens of which it is remembered that they were written.
const REMEMBERED: u64 = 50_000;

/// A token's use or its refusal, which are written each by itself.
type Key = (OrganizationId, ApiTokenId, bool);

/// What was seen and is not written yet. Clones share it.
#[derive(Debug, Clone)]
pub struct Usage(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    written: Cache<Key, DateTime<Utc>>,
    waiting: Mutex<Waiting>,
    settled: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    seen: HashMap<Key, Seen>,
    is_writing: bool,
}

impl Default for Usage {
    fn default() -> Self {
        let written = Cache::builder().max_capacity(REMEMBERED).build();
        Self(Arc::new(Inner { written, waiting: Mutex::default(), settled: Notify::new() }))
    }
}

impl Usage {
    /// Notes that a token was used or refused. Has to be called on a worker of the server.
    pub fn note(&self, db: &Db, organization: OrganizationId, token: ApiTokenId, seen: Seen) {
        let key = (organization, token, seen.refused.is_some());
        if self.0.written.get(&key).is_some_and(|at| seen.at < at + WRITTEN_EVERY) {
            return;
        }
        self.0.written.insert(key, seen.at);
        let mut waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.seen.insert(key, seen);
        if !waiting.is_writing {
            waiting.is_writing = true;
            actix_web::rt::spawn(self.clone().write(db.clone()));
        }
    }

    async fn write(self, db: Db) {
        while let Some(batch) = self.next_batch() {
            for (organization, seen) in batch {
                // A note is worth no second try: the next use makes another one.
                if let Err(error) =
                    db.note(organization, Actor::system(), move |conn| store::note_seen(conn, &seen)).await
                {
                    tracing::warn!(%error, %organization, "the last use of tokens could not be written");
                }
            }
        }
    }

    /// Waits until all that was seen is written.
    pub async fn settle(&self) {
        let settled = self.0.settled.notified();
        let is_writing = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner).is_writing;
        if is_writing {
            settled.await;
        }
    }

    /// What has gathered, by organization; absent where nothing has, and then nobody writes any more.
    fn next_batch(&self) -> Option<HashMap<OrganizationId, Vec<(ApiTokenId, Seen)>>> {
        let mut waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.seen.is_empty() {
            waiting.is_writing = false;
            self.0.settled.notify_waiters();
            return None;
        }
        let mut batch: HashMap<OrganizationId, Vec<(ApiTokenId, Seen)>> = HashMap::new();
        for ((organization, token, _), seen) in std::mem::take(&mut waiting.seen) {
            batch.entry(organization).or_default().push((token, seen));
        }
        // Two servers that write the same tokens take them in the same order.
        for seen in batch.values_mut() {
            seen.sort_by_key(|(token, _)| *token);
        }
        Some(batch)
    }
}
