//! Looking at the database from outside, for `portico doctor`: what a connection is and may, what the catalogue says of
//! tables, and which migrations ran.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    Connection, PgConnection,
    pg::Pg,
    prelude::*,
    sql_query,
    sql_types::{Bool, Integer, Text, Timestamptz},
};

use super::migrate;
use crate::clock::Clock;

/// A role's rights.
#[derive(Debug, Clone, QueryableByName)]
pub struct RoleRights {
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Whether nothing holds it.
    #[diesel(sql_type = Bool)]
    pub superuser: bool,
    /// Whether row-level security does not hold it.
    #[diesel(sql_type = Bool)]
    pub bypasses: bool,
    /// Whether it owns tables.
    #[diesel(sql_type = Bool)]
    pub owns: bool,
}

/// Whether the schema is that of this version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schema {
    /// It is.
    Current,
    /// These have not run.
    Pending(Vec<String>),
    /// These have run and are not known.
    Newer(Vec<String>),
    /// It may not be read.
    Unread(String),
}

/// What was found by one role.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The role.
    pub role: RoleRights,
    /// As `server_version_num` has it.
    pub version: i32,
    /// By how much the database's clock is ahead.
    pub drift: TimeDelta,
    /// Tables of organizations that are not protected.
    pub unprotected: Vec<String>,
    /// Whether the database gives up durability.
    pub loses_commits: bool,
    /// Whether the schema is that of this version.
    pub schema: Schema,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Server {
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Bool)]
    loses_commits: bool,
    // When this connection began, by the database's clock.
    #[diesel(sql_type = Timestamptz)]
    began_at: DateTime<Utc>,
}

impl Examined {
    /// Connects and looks.
    pub fn open(url: &str, clock: &Clock) -> Result<Self> {
        let before = clock.now();
        let mut connection = PgConnection::establish(url).context("PostgreSQL does not let us in")?;
        let after = clock.now();
        let server: Server = sql_query(
            "SELECT current_setting('server_version_num')::int AS version, backend_start AS began_at,
                    (current_setting('fsync') = 'off' OR current_setting('full_page_writes') = 'off') AS loses_commits
             FROM pg_stat_activity WHERE pid = pg_backend_pid()",
        )
        .get_result(&mut connection)?;
        Ok(Self {
            role: migrate::rights(&mut connection)?,
            version: server.version,
            drift: drift(before, server.began_at, after),
            unprotected: unprotected(&mut connection)?,
            loses_commits: server.loses_commits,
            schema: schema(&mut connection),
        })
    }
}

/// By how much something that happened between two moments is outside of them.
fn drift(before: DateTime<Utc>, at: DateTime<Utc>, after: DateTime<Utc>) -> TimeDelta {
    if at < before {
        at - before
    } else if at > after {
        at - after
    } else {
        TimeDelta::zero()
    }
}

/// Tables with a column for the organization on which row-level security is not forced or has no policy.
fn unprotected(connection: &mut PgConnection) -> Result<Vec<String>> {
    let open = sql_query(
        "SELECT c.relname::text AS name FROM pg_class c
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
           AND NOT (c.relrowsecurity AND c.relforcerowsecurity
                    AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
         ORDER BY c.relname",
    );
    let rows: Vec<Name> = open.load(connection)?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

fn schema(connection: &mut PgConnection) -> Schema {
    let ran = sql_query("SELECT version::text AS name FROM __diesel_schema_migrations");
    let ran: BTreeSet<String> = match ran.load::<Name>(connection) {
        Ok(rows) => rows.into_iter().map(|row| row.name).collect(),
        Err(error) => return Schema::Unread(error.to_string()),
    };
    let known = match migrate::versions::<Pg>() {
        Ok(known) => known,
        Err(error) => return Schema::Unread(format!("{error:#}")),
    };
    let newer: Vec<String> = ran.difference(&known).cloned().collect();
    let pending: Vec<String> = known.difference(&ran).cloned().collect();
    match (newer.is_empty(), pending.is_empty()) {
        (false, _) => Schema::Newer(newer),
        (true, false) => Schema::Pending(pending),
        (true, true) => Schema::Current,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_in_between_is_no_drift() {
        let at = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        for (before, happened, after, expected) in
            [(10, 11, 12, 0), (10, 10, 12, 0), (10, 9, 12, -1), (10, 20, 12, 8)]
        {
            assert_eq!(drift(at(before), at(happened), at(after)), TimeDelta::seconds(expected));
        }
    }
}
