//! What the stream of the write-ahead log says to the database, as the role `portico_stream`: whose log it is, and how much
//! of it the server keeps.

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query,
    sql_types::{BigInt, Integer, Nullable, Text, Timestamptz},
};

/// A connection. Its role's settings, as `portico bootstrap` makes them, keep it from waiting for the stream, which waits for it.
#[expect(missing_debug_implementations, reason = "a connection has nothing to show")]
pub struct Replication(PgConnection);

/// A replication slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotRow {
    /// From where on it keeps the log; absent where the server went over it.
    pub keeps_from: Option<String>,
    /// The timeline of the server.
    pub timeline: i32,
}

/// What a base backup would be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Whole {
    /// As `server_version_num` has it.
    #[diesel(sql_type = Integer)]
    pub version: i32,
    /// Tablespaces beside those that each cluster has.
    #[diesel(sql_type = BigInt)]
    pub tablespaces: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct At {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<DateTime<Utc>>,
}

impl Replication {
    /// Connects.
    pub fn open(url: &str) -> Result<Self> {
        Ok(Self(PgConnection::establish(url).context("the database of the stream does not answer")?))
    }

    /// PostgreSQL's identifier of the cluster, and the length of a file of its log.
    pub fn identity(&mut self) -> Result<(String, u64)> {
        let system = self.line("SELECT system_identifier::text AS line FROM pg_control_system()")?;
        let bytes = self.line("SELECT setting AS line FROM pg_settings WHERE name = 'wal_segment_size'")?;
        Ok((system, bytes.parse()?))
    }

    /// A slot, where it is there.
    pub fn slot(&mut self, name: &str) -> Result<Option<SlotRow>> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Nullable<Text>)]
            lsn: Option<String>,
            #[diesel(sql_type = Integer)]
            timeline: i32,
        }

        let rows: Vec<Row> = sql_query(
            "SELECT CASE WHEN wal_status <> 'lost' THEN restart_lsn::text END AS lsn,
                    (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline
             FROM pg_replication_slots WHERE slot_name = $1",
        )
        .bind::<Text, _>(name)
        .load(&mut self.0)?;
        Ok(rows.into_iter().next().map(|row| SlotRow { keeps_from: row.lsn, timeline: row.timeline }))
    }

    /// Makes a slot that keeps everything from now on.
    pub fn make_slot(&mut self, name: &str) -> Result<()> {
        sql_query("SELECT pg_create_physical_replication_slot($1, true)")
            .bind::<Text, _>(name)
            .execute(&mut self.0)
            .context("the replication slot of the stream cannot be made")?;
        Ok(())
    }

    /// Removes a slot.
    pub fn drop_slot(&mut self, name: &str) -> Result<()> {
        sql_query("SELECT pg_drop_replication_slot($1)").bind::<Text, _>(name).execute(&mut self.0)?;
        Ok(())
    }

    /// Lets the server forget what is before this place.
    pub fn advance(&mut self, name: &str, to: &str) -> Result<()> {
        sql_query(
            "SELECT pg_replication_slot_advance(slot_name, $2::text::pg_lsn)
             FROM pg_replication_slots WHERE slot_name = $1 AND restart_lsn < $2::text::pg_lsn",
        )
        .bind::<Text, _>(name)
        .bind::<Text, _>(to)
        .execute(&mut self.0)?;
        Ok(())
    }

    /// Commits a message that nobody reads.
    pub fn beat(&mut self, name: &str) -> Result<()> {
        sql_query("SELECT pg_logical_emit_message(true, $1, '')")
            .bind::<Text, _>(name)
            .execute(&mut self.0)?;
        Ok(())
    }

    /// When this statement began by the database's own clock, which stamps its commits and is not [`crate::clock::Clock`]'s.
    pub fn its_time(&mut self) -> Result<DateTime<Utc>> {
        let row: At =
            sql_query("SELECT query_start AS at FROM pg_stat_activity WHERE pid = pg_backend_pid()")
                .get_result(&mut self.0)?;
        row.at.context("the database does not say its time")
    }

    /// What a base backup would be of.
    pub fn whole(&mut self) -> Result<Whole> {
        Ok(sql_query(
            "SELECT current_setting('server_version_num')::int AS version,
                    (SELECT count(*) FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')) AS tablespaces",
        )
        .get_result(&mut self.0)?)
    }

    /// When the last change was committed that a recovery has replayed.
    pub fn last_replayed(&mut self) -> Result<Option<DateTime<Utc>>> {
        let row: At = sql_query("SELECT pg_last_xact_replay_timestamp() AS at").get_result(&mut self.0)?;
        Ok(row.at)
    }

    fn line(&mut self, query: &str) -> Result<String> {
        let line: Line = sql_query(query).get_result(&mut self.0)?;
        Ok(line.line)
    }
}
