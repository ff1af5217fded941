//! The bounded way to blocking work on connections: so many at once, so many waiting in turn, and 503 for the rest.

use std::time::Duration;

use diesel::{
    PgConnection,
    r2d2::{ConnectionManager, Pool},
};

use super::turns::{For, Turns};
use crate::ApiError;

/// Waiting requests per connection before the server says that it is busy.
const WAITING_PER_CONNECTION: usize = 32;
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
}

impl Gate {
    pub(super) fn new(pool: Pool<ConnectionManager<PgConnection>>, connections: u32) -> Self {
        let connections = usize::try_from(connections).unwrap_or(1);
        Self { pool, turns: Turns::new(connections, connections * WAITING_PER_CONNECTION) }
    }

    /// Runs the work on a thread for blocking work. [`ApiError::Busy`] at once where too many wait already.
    pub(super) async fn run<T, F>(&self, whose: For, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&mut PgConnection) -> Result<T, ApiError> + Send + 'static,
    {
        let turn = self.turns.take(whose).await?;
        let pool = self.pool.clone();
        tokio::task::spawn_blocking(move || {
            // The turn ends with the work, not with the request: a client that goes away gives nothing back early.
            let _held = turn;
            #[expect(clippy::disallowed_methods, reason = "this is the door")]
            let mut connection = pool.get().map_err(|error| {
                tracing::error!(%error, "no database connection");
                ApiError::Busy
            })?;
            work(&mut connection)
        })
        .await
        .map_err(ApiError::internal)?
    }
}
