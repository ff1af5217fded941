//! How much is asked of the database, by everybody.

use anyhow::{Context as _, Result};
use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query, sql_types::BigInt,
};

/// Counts transactions, on a connection of its own.
#[expect(missing_debug_implementations, reason = "a connection has nothing to show")]
pub struct Activity {
    connection: PgConnection,
    /// Those of this.
    own: i64,
}

impl Activity {
    /// Opens the connection; any role may ask.
    pub fn open(url: &str) -> Result<Self> {
        let connection = PgConnection::establish(url).context("PostgreSQL does not answer")?;
        Ok(Self { connection, own: 0 })
    }

    /// The transactions that have ended in the database since some time, but for those of this. PostgreSQL hears of each
    /// from its connection, which tells of them once a second at most.
    pub fn transactions(&mut self) -> Result<i64> {
        #[derive(QueryableByName)]
        struct Counted {
            #[diesel(sql_type = BigInt)]
            transactions: i64,
        }

        let counted: Counted = sql_query(
            "SELECT xact_commit + xact_rollback AS transactions FROM pg_stat_database WHERE datname = current_database()",
        )
        .get_result(&mut self.connection)
        .context("PostgreSQL does not say how much is asked of it")?;
        self.own += 1;
        Ok(counted.transactions - self.own)
    }
}
