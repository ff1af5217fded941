//! What the stream says to the database itself, as the role `portico_stream`.

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl as _,
    connection::SimpleConnection as _,
    sql_query,
    sql_types::{BigInt, Integer, Nullable, Text, Timestamptz},
};
use serde::{Deserialize, Serialize};

use super::segments::{Lsn, SegmentSize};

/// What the stream is called: its slot, its connections, and among those that a commit may wait for.
pub const NAME: &str = "portico_stream";
/// A machine that went silent is noticed: it may have gone without a word.
const PARAMETERS: &str = "connect_timeout=10&keepalives_idle=10&keepalives_interval=5&keepalives_count=3";

/// Which cluster it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// PostgreSQL's own identifier, which a restored cluster keeps.
    pub system: String,
    /// Of a file of the log, in bytes.
    pub segment_bytes: u64,
}

impl Identity {
    /// How long its files of the log are.
    pub fn size(&self) -> Result<SegmentSize> {
        SegmentSize::new(self.segment_bytes)
    }
}

/// The slot that keeps the log on the server until it is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// It keeps everything from here on, on this timeline.
    Keeps(u32, Lsn),
    /// The server went over it: some of the log is lost.
    Lost,
}

/// A connection.
pub struct Database(PgConnection);

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Database {
    /// Connects.
    pub fn open(url: &str) -> Result<Self> {
        let connection = PgConnection::establish(&with_parameters(url));
        let mut connection = connection.context("the database of the stream does not answer")?;
        // It would wait for the stream, which waits for it.
        connection.batch_execute("SET synchronous_commit = local; SET statement_timeout = '30s'")?;
        Ok(Self(connection))
    }

    /// Which cluster it is.
    pub fn identity(&mut self) -> Result<Identity> {
        let system = self.line("SELECT system_identifier::text AS line FROM pg_control_system()")?;
        let bytes = self.line("SELECT setting AS line FROM pg_settings WHERE name = 'wal_segment_size'")?;
        let segment_bytes = bytes.parse()?;
        SegmentSize::new(segment_bytes)?;
        Ok(Identity { system, segment_bytes })
    }

    /// The slot, made where there is none.
    pub fn slot(&mut self) -> Result<Slot> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Nullable<Text>)]
            lsn: Option<String>,
            #[diesel(sql_type = Integer)]
            timeline: i32,
        }

        let there = sql_query("SELECT 1 FROM pg_replication_slots WHERE slot_name = $1")
            .bind::<Text, _>(NAME)
            .execute(&mut self.0)?;
        if there == 0 {
            self.make_slot()?;
        }
        let row: Row = sql_query(
            "SELECT CASE WHEN wal_status <> 'lost' THEN restart_lsn::text END AS lsn,
                    (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline
             FROM pg_replication_slots WHERE slot_name = $1",
        )
        .bind::<Text, _>(NAME)
        .get_result(&mut self.0)?;
        Ok(match row.lsn {
            Some(lsn) => Slot::Keeps(row.timeline.try_into()?, lsn.parse()?),
            None => Slot::Lost,
        })
    }

    /// Makes it anew, from here on.
    pub fn remake_slot(&mut self) -> Result<()> {
        sql_query("SELECT pg_drop_replication_slot($1)").bind::<Text, _>(NAME).execute(&mut self.0)?;
        self.make_slot()
    }

    fn make_slot(&mut self) -> Result<()> {
        sql_query("SELECT pg_create_physical_replication_slot($1, true)")
            .bind::<Text, _>(NAME)
            .execute(&mut self.0)
            .context("the replication slot of the stream cannot be made")?;
        Ok(())
    }

    /// Lets the server forget what is before this place.
    pub fn advance(&mut self, to: Lsn) -> Result<()> {
        sql_query(
            "SELECT pg_replication_slot_advance(slot_name, $2::text::pg_lsn)
             FROM pg_replication_slots WHERE slot_name = $1 AND restart_lsn < $2::text::pg_lsn",
        )
        .bind::<Text, _>(NAME)
        .bind::<Text, _>(to.to_string())
        .execute(&mut self.0)?;
        Ok(())
    }

    /// Commits something, so that every instant has a commit behind it, at which a recovery knows that it has passed.
    pub fn beat(&mut self) -> Result<()> {
        sql_query("SELECT pg_logical_emit_message(true, $1, '')")
            .bind::<Text, _>(NAME)
            .execute(&mut self.0)?;
        Ok(())
    }

    /// The time by the database's own clock, which stamps its commits.
    pub fn now(&mut self) -> Result<DateTime<Utc>> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Timestamptz)]
            now: DateTime<Utc>,
        }

        let row: Row = sql_query("SELECT clock_timestamp() AS now").get_result(&mut self.0)?;
        Ok(row.now)
    }

    /// The major version, where a base backup can be made of it.
    pub fn check_for_base(&mut self) -> Result<u32> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Integer)]
            version: i32,
            #[diesel(sql_type = BigInt)]
            tablespaces: i64,
        }

        let row: Row = sql_query(
            "SELECT current_setting('server_version_num')::int AS version,
                    (SELECT count(*) FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')) AS tablespaces",
        )
        .get_result(&mut self.0)?;
        if row.tablespaces > 0 {
            bail!(
                "the database has {} tablespaces of its own: the stream makes base backups of clusters that lie in one folder",
                row.tablespaces
            );
        }
        Ok(u32::try_from(row.version)? / 10_000)
    }

    fn line(&mut self, query: &str) -> Result<String> {
        let line: Line = sql_query(query).get_result(&mut self.0)?;
        Ok(line.line)
    }
}

fn with_parameters(url: &str) -> String {
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}application_name={NAME}&{PARAMETERS}")
}

/// The address as PostgreSQL's programs are told it, and the password by itself: what stands in arguments, others can see.
pub fn for_programs(url: &str) -> (String, Option<String>) {
    let split = || {
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, behind) = rest.split_at_checked(end)?;
        let (who, place) = authority.rsplit_once('@')?;
        let (user, password) = who.split_once(':')?;
        Some((format!("{scheme}://{user}@{place}{behind}"), password))
    };
    match split() {
        Some((without, password)) => {
            let decoded = form_urlencoded::parse(format!("p={}", password.replace('+', "%2B")).as_bytes())
                .next()
                .map(|(_, value)| value.into_owned());
            (with_parameters(&without), decoded)
        }
        None => (with_parameters(url), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_no_argument() {
        for (url, start, password) in [
            ("postgres://a@/b?host=/run", "postgres://a@/b?host=/run&application_name=", None),
            ("postgres://a:p%40s+s@h:1/b", "postgres://a@h:1/b?application_name=", Some("p@s+s")),
            ("postgres://a:secret@/b?host=/run", "postgres://a@/b?host=/run&", Some("secret")),
            ("postgres://h/b?x=a:b@c", "postgres://h/b?x=a:b@c&", None),
        ] {
            let (said, found) = for_programs(url);
            assert!(said.starts_with(start), "{said}");
            assert_eq!(found.as_deref(), password, "{url}");
        }
    }
}
