//! What transactions say at their COMMIT travels by LISTEN/NOTIFY, on a connection and a thread of its own for each
//! channel.
//!
//! Notifications are lost while the connection is: whoever listens is told so, and has to look for itself. Changed
//! rights are followed by [`Listener::start`]: everything cached is forgotten once the connection is back, and until
//! then the cache's own limit of 30 seconds holds.

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

use super::{AccessScope, Outdated};
use crate::access::cache::AccessCache;

/// The channel of changed rights, and of what else servers keep.
pub const CHANNEL: &str = "portico_access";

// diesel offers no way to sleep on the socket, so it is asked ten times a second: no system call but a read that
// would block.
const POLL: Duration = Duration::from_millis(100);
// A connection that is dead without saying so is found by a query every few seconds.
const POLLS_BETWEEN_PINGS: u32 = 50;

/// How the lists that projects choose from are called.
const CHOICES: &str = "choices";

pub(super) fn payload(organization: OrganizationId, outdated: Outdated) -> String {
    match outdated {
        Outdated::Access(AccessScope::User(user)) => format!("{organization} {user}"),
        Outdated::Access(AccessScope::Everyone) => format!("{organization} *"),
        Outdated::Choices => format!("{organization} {CHOICES}"),
    }
}

/// Tells every server, when the transaction commits, to forget what it knew of this organization.
pub(super) fn say_everyone(
    connection: &mut PgConnection,
    organization: OrganizationId,
) -> diesel::QueryResult<()> {
    diesel::sql_query("SELECT pg_notify($1, $2)")
        .bind::<diesel::sql_types::Text, _>(CHANNEL)
        .bind::<diesel::sql_types::Text, _>(payload(organization, Outdated::Access(AccessScope::Everyone)))
        .execute(connection)?;
    Ok(())
}

fn parse(payload: &str) -> Option<(OrganizationId, Outdated)> {
    let (organization, what) = payload.split_once(' ')?;
    let outdated = match what {
        "*" => Outdated::Access(AccessScope::Everyone),
        CHOICES => Outdated::Choices,
        user => Outdated::Access(AccessScope::User(user.parse::<UserId>().ok()?)),
    };
    Some((organization.parse().ok()?, outdated))
}

/// What reaches whoever listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard<'a> {
    /// A transaction has committed that said this.
    Said(&'a str),
    /// The connection was lost, or is back: what was said meanwhile was told to nobody.
    Missed,
}

/// A thread that listens until it is dropped.
#[derive(Debug)]
pub struct Listener {
    stop: Arc<AtomicBool>,
    connected: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Follows changed rights, and forgets in the cache what has changed. Returns once it listens.
    pub fn start(url: &str, cache: AccessCache) -> anyhow::Result<Self> {
        Self::follow(url, CHANNEL, move |heard| {
            let Heard::Said(payload) = heard else { return cache.forget_all() };
            match parse(payload) {
                Some((organization, outdated)) => cache.forget(organization, outdated),
                None => {
                    tracing::error!(payload, "a notification that nobody understands");
                }
            }
        })
    }

    /// Follows a channel on a connection of its own. Returns once it listens.
    pub fn follow(
        url: &str,
        channel: &'static str,
        mut hear: impl FnMut(Heard<'_>) + Send + 'static,
    ) -> anyhow::Result<Self> {
        let mut connection = connect(url, channel)?;
        let (url, stop) = (url.to_owned(), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        let connected = Arc::new(AtomicBool::new(true));
        let is_connected = Arc::clone(&connected);
        let thread = std::thread::Builder::new().name(format!("{channel} listener")).spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                if let Err(error) = follow(&mut connection, &mut hear, &stopped) {
                    tracing::warn!(%error, channel, "lost the connection that listens");
                    is_connected.store(false, Ordering::Relaxed);
                    hear(Heard::Missed);
                    connection = match reconnect(&url, channel, &stopped) {
                        Some(connection) => connection,
                        None => return,
                    };
                    is_connected.store(true, Ordering::Relaxed);
                    // What was said between the loss and now was told to nobody.
                    hear(Heard::Missed);
                }
            }
        })?;
        Ok(Self { stop, connected, thread: Some(thread) })
    }

    /// Whether it hears, for as long as anybody wants to know.
    pub fn connected(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.connected)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("a thread that listens had panicked");
        }
    }
}

fn connect(url: &str, channel: &str) -> anyhow::Result<PgConnection> {
    let mut connection = PgConnection::establish(url)?;
    diesel::sql_query(format!("LISTEN {channel}")).execute(&mut connection)?;
    Ok(connection)
}

fn reconnect(url: &str, channel: &str, stop: &AtomicBool) -> Option<PgConnection> {
    while !stop.load(Ordering::Relaxed) {
        match connect(url, channel) {
            Ok(connection) => return Some(connection),
            Err(error) => tracing::warn!(%error, channel, "no connection that listens yet"),
        }
        std::thread::sleep(POLL * 5);
    }
    None
}

/// Follows until told to stop, or until the connection is lost.
fn follow(
    connection: &mut PgConnection,
    hear: &mut impl FnMut(Heard<'_>),
    stop: &AtomicBool,
) -> diesel::QueryResult<()> {
    let mut polls = 0_u32;
    while !stop.load(Ordering::Relaxed) {
        for notification in connection.notifications_iter() {
            hear(Heard::Said(&notification?.payload));
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
        let access = [AccessScope::User(user), AccessScope::Everyone].map(Outdated::Access);
        for outdated in access.into_iter().chain([Outdated::Choices]) {
            assert_eq!(parse(&payload(organization, outdated)), Some((organization, outdated)));
        }
        assert_eq!(parse("nonsense"), None);
    }
}
