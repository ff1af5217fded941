//! The bounded way to blocking work on connections: so many at once, so many waiting in turn, and 503 for the rest.

use std::time::{Duration, Instant};

use diesel::{
    PgConnection,
    r2d2::{ConnectionManager, Pool},
};
use prometheus::Histogram;

use super::turns::{For, Turns};
use crate::{
    ApiError,
    bounded::Standing,
    telemetry::{metrics, traces},
};

/// Waiting requests per connection before the server says that it is busy; half of them those of one organization.
const WAITING_PER_CONNECTION: usize = 64;
/// How long a request waits for a connection that the pool could not make.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(2);

/// A pool of connections, without the ping at check-out that costs a tenth of the throughput; a broken connection
/// is found by its first use, and replaced.
pub fn connection_pool(url: &str, connections: u32) -> anyhow::Result<Pool<ConnectionManager<PgConnection>>> {
    Ok(Pool::builder()
        .max_size(connections)
        .test_on_check_out(false)
        .connection_timeout(CONNECTION_TIMEOUT)
        .build(ConnectionManager::new(url))?)
}

#[derive(Debug)]
pub(super) struct Gate {
    pool: Pool<ConnectionManager<PgConnection>>,
    turns: Turns,
    waited: Histogram,
}

/// How the connections stand.
#[derive(Debug, Clone, Copy)]
pub struct Connections {
    /// Those that are open, and of them those that nobody uses.
    pub open: u32,
    pub idle: u32,
    /// The work on them.
    pub work: Standing,
}

impl Gate {
    pub(super) fn new(
        pool: Pool<ConnectionManager<PgConnection>>,
        connections: u32,
    ) -> Result<Self, ApiError> {
        let limit = usize::try_from(connections).unwrap_or(1);
        Ok(Self {
            pool,
            turns: Turns::new(limit, limit * WAITING_PER_CONNECTION),
            waited: metrics::moments(
                "portico_database_wait_seconds",
                "From the wish for a connection until there is one.",
            )?,
        })
    }

    pub(super) fn waited(&self) -> &Histogram {
        &self.waited
    }

    pub(super) fn connections(&self) -> Connections {
        let state = self.pool.state();
        Connections { open: state.connections, idle: state.idle_connections, work: self.turns.standing() }
    }

    /// Runs the work on a thread for blocking work. [`ApiError::Busy`] at once where too many wait already.
    pub(super) async fn run<T, F>(&self, whose: For, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&mut PgConnection) -> Result<T, ApiError> + Send + 'static,
    {
        let asked = Instant::now();
        let turn = self.turns.take(whose).await?;
        let (pool, waited) = (self.pool.clone(), self.waited.clone());
        // Lines from the other thread stand in the request's span too; the one of the work is for traces alone.
        let request = tracing::Span::current();
        let database =
            tracing::debug_span!(target: traces::TARGET, "database", db.system.name = "postgresql");
        tokio::task::spawn_blocking(move || {
            // The turn ends with the work, not with the request: a client that goes away gives nothing back early.
            let _held = turn;
            let _spans = (request.entered(), database.entered());
            #[expect(clippy::disallowed_methods, reason = "this is the door")]
            let mut connection = pool.get().map_err(|error| {
                tracing::error!(%error, "no database connection");
                ApiError::Busy
            })?;
            waited.observe(asked.elapsed().as_secs_f64());
            work(&mut connection)
        })
        .await
        .map_err(ApiError::internal)?
    }
}
