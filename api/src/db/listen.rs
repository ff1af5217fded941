//! Changed rights travel to every server by LISTEN/NOTIFY, on a connection and a thread of its own.
//!
//! When the connection is lost, everything cached is forgotten once it is back, and until then the cache's own limit
//! of 30 seconds holds.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use diesel::{Connection, PgConnection, RunQueryDsl};
use shared::ids::{OrganizationId, UserId};

use super::AccessScope;
use crate::access::cache::AccessCache;

/// The channel of changed rights.
pub const CHANNEL: &str = "portico_access";

// diesel offers no way to sleep on the socket, so it is asked ten times a second: no system call but a read that
// would block.
const POLL: Duration = Duration::from_millis(100);
// A connection that is dead without saying so is found by a query every few seconds.
const POLLS_BETWEEN_PINGS: u32 = 50;

pub(super) fn payload(organization: OrganizationId, scope: AccessScope) -> String {
    match scope {
        AccessScope::User(user) => format!("{organization} {user}"),
        AccessScope::Everyone => format!("{organization} *"),
    }
}

fn parse(payload: &str) -> Option<(OrganizationId, AccessScope)> {
    let (organization, scope) = payload.split_once(' ')?;
    let scope =
        if scope == "*" { AccessScope::Everyone } else { AccessScope::User(scope.parse::<UserId>().ok()?) };
    Some((organization.parse().ok()?, scope))
}

/// A thread that listens until it is dropped.
#[derive(Debug)]
pub struct Listener {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Listens on a connection of its own and forgets in the cache what has changed. Returns once it listens.
    pub fn start(url: &str, cache: AccessCache) -> anyhow::Result<Self> {
        let mut connection = connect(url)?;
        let (url, stop) = (url.to_owned(), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name("access-listener".to_owned()).spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                if let Err(error) = follow(&mut connection, &cache, &stopped) {
                    tracing::warn!(%error, "lost the connection for changed rights");
                    cache.forget_all();
                    connection = match reconnect(&url, &stopped) {
                        Some(connection) => connection,
                        None => return,
                    };
                    // What changed between the loss and now was told to nobody.
                    cache.forget_all();
                }
            }
        })?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread for changed rights had panicked");
        }
    }
}

fn connect(url: &str) -> anyhow::Result<PgConnection> {
    let mut connection = PgConnection::establish(url)?;
    diesel::sql_query(format!("LISTEN {CHANNEL}")).execute(&mut connection)?;
    Ok(connection)
}

fn reconnect(url: &str, stop: &AtomicBool) -> Option<PgConnection> {
    while !stop.load(Ordering::Relaxed) {
        match connect(url) {
            Ok(connection) => return Some(connection),
            Err(error) => tracing::warn!(%error, "no connection for changed rights yet"),
        }
        std::thread::sleep(POLL * 5);
    }
    None
}

/// Follows until told to stop, or until the connection is lost.
fn follow(connection: &mut PgConnection, cache: &AccessCache, stop: &AtomicBool) -> diesel::QueryResult<()> {
    let mut polls = 0_u32;
    while !stop.load(Ordering::Relaxed) {
        for notification in connection.notifications_iter() {
            let notification = notification?;
            match parse(&notification.payload) {
                Some((organization, scope)) => cache.forget(organization, scope),
                None => {
                    tracing::error!(payload = notification.payload, "a notification that nobody understands");
                }
            }
        }
        polls += 1;
        if polls >= POLLS_BETWEEN_PINGS {
            polls = 0;
            diesel::sql_query("SELECT 1").execute(connection)?;
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_understood() {
        let (organization, user) =
            (OrganizationId(uuid::Uuid::from_u128(7)), UserId(uuid::Uuid::from_u128(9)));
        for scope in [AccessScope::User(user), AccessScope::Everyone] {
            assert_eq!(parse(&payload(organization, scope)), Some((organization, scope)));
        }
        assert_eq!(parse("nonsense"), None);
    }
}
