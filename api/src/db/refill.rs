//! The way back: an empty database gets schema and rows out of a backup, in one transaction.
//!
//! Invariant: until [`Refill::commit`] the database is what it was; whoever drops it before, or dies, has changed nothing.
//! Foreign keys are taken away while rows come, in whatever order, and laid again over all of them: PostgreSQL itself says
//! that they hold. Row-level security does not let COPY in, so its owner steps around it until then.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use anyhow::{Context as _, Result, bail};
use diesel::{
    Connection, PgConnection,
    connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager},
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Text},
};
use shared::ids::OrganizationId;

use super::{
    copies::{self, OwnedRows, Said, Sequence, Table, any_table, saying},
    erase::{Again, Erased},
    migrate,
};

/// The role that owns everything.
const OWNER: &str = "portico_owner";

/// What is done where the database is not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occupied {
    /// It is refused.
    Refuse,
    /// What is there is removed, in the same transaction.
    Replace,
}

/// A database that is being filled.
#[expect(missing_debug_implementations, reason = "a connection has nothing to show")]
pub struct Refill {
    connection: PgConnection,
    tables: Vec<Table>,
    foreign_keys: Vec<ForeignKey>,
}

#[derive(QueryableByName)]
struct ForeignKey {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    definition: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Why a COPY into a table ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum CopyError {
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
    #[error(transparent)]
    Source(#[from] io::Error),
}

impl Refill {
    /// Looks at the database, and lays the schema in which these migrations had run. This program has to know them all.
    pub fn begin(url: &str, occupied: Occupied, migrations: &[String]) -> Result<Self> {
        let mut connection = PgConnection::establish(url).context("the target does not answer")?;
        copies::check_held(&mut connection, "Restore as portico_owner.")?;
        let role = migrate::rights(&mut connection)?.name;
        if role != OWNER {
            bail!("everything would belong to {role}. Restore as {OWNER}.");
        }
        AnsiTransactionManager::begin_transaction_sql(&mut connection, "BEGIN")?;
        make_room(&mut connection, occupied)?;
        let wanted: BTreeSet<&str> = migrations.iter().map(String::as_str).collect();
        migrate::up_to(&mut connection, &wanted)?;
        let tables = copies::tables(&mut connection)?;
        let mut refill = Self { connection, tables, foreign_keys: Vec::new() };
        refill.open_up()?;
        Ok(refill)
    }

    /// All tables.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Lets rows into a table. `source` writes them as COPY does, into what it is given.
    pub fn copy(
        &mut self,
        table: &str,
        columns: &[String],
        source: impl Fn(&mut dyn Write) -> io::Result<()>,
    ) -> Result<()> {
        let Some(table) = self.tables.iter().find(|one| one.name == table) else {
            bail!("the schema has no table {table}");
        };
        if table.columns != columns {
            bail!("the table {} has other columns in the schema than in the backup", table.name);
        }
        let copied = saying(table.target(), || {
            diesel::copy_from(any_table::table)
                .from_raw_data(Said, |out| source(out).map_err(CopyError::Source))
                .execute(&mut self.connection)
        });
        copied.with_context(|| format!("the rows of {}", table.name))?;
        Ok(())
    }

    /// Lays foreign keys and protection again, and puts sequences where they were.
    pub fn close(&mut self, sequences: &[Sequence]) -> Result<()> {
        for ForeignKey { table, name, definition } in std::mem::take(&mut self.foreign_keys) {
            let sql = format!("ALTER TABLE {table} ADD CONSTRAINT {name} {definition}");
            self.connection
                .batch_execute(&sql)
                .with_context(|| format!("the foreign key {name} of {table} does not hold"))?;
        }
        for table in &self.tables {
            let name = table.name.replace('"', "\"\"");
            self.connection.batch_execute(&format!("ALTER TABLE public.\"{name}\" ENABLE TRIGGER USER"))?;
        }
        for line in self.protected()? {
            self.connection.batch_execute(&format!("ALTER TABLE {line} FORCE ROW LEVEL SECURITY"))?;
        }
        for (name, last_value, is_called) in sequences {
            sql_query("SELECT setval(('public.' || quote_ident($1))::regclass, $2, $3)")
                .bind::<Text, _>(name)
                .bind::<BigInt, _>(last_value)
                .bind::<Bool, _>(is_called)
                .execute(&mut self.connection)
                .with_context(|| format!("the sequence {name}"))?;
        }
        Ok(())
    }

    /// The rows of an organization, or of none, as they are there now and as the policy shows them.
    pub fn of(&mut self, owner: Option<OrganizationId>) -> Result<OwnedRows<'_>> {
        OwnedRows::enter(&mut self.connection, owner)
    }

    /// Runs the migrations that came later, and lays the functions.
    pub fn migrate(&mut self) -> Result<()> {
        migrate::up_on(&mut self.connection)?;
        Ok(())
    }

    /// Erases again what was erased since.
    pub fn erase_again(&mut self, erased: &Erased<'_>) -> Result<Again> {
        erased.again(&mut self.connection)
    }

    /// Makes all of it stay.
    pub fn commit(mut self) -> Result<()> {
        AnsiTransactionManager::commit_transaction(&mut self.connection)
            .context("the last step failed: look whether the target holds data before it is tried again")
    }

    /// Takes foreign keys, triggers and protection away, and the rows that migrations have made.
    fn open_up(&mut self) -> Result<()> {
        self.foreign_keys = sql_query(
            "SELECT conrelid::regclass::text AS \"table\", quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
             FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY oid",
        )
        .load(&mut self.connection)?;
        for ForeignKey { table, name, .. } in &self.foreign_keys {
            self.connection.batch_execute(&format!("ALTER TABLE {table} DROP CONSTRAINT {name}"))?;
        }
        for line in self.protected()? {
            self.connection.batch_execute(&format!("ALTER TABLE {line} NO FORCE ROW LEVEL SECURITY"))?;
        }
        for table in &self.tables {
            let name = table.name.replace('"', "\"\"");
            self.connection.batch_execute(&format!(
                "ALTER TABLE public.\"{name}\" DISABLE TRIGGER USER; TRUNCATE public.\"{name}\""
            ))?;
        }
        Ok(())
    }

    /// The tables of organizations.
    fn protected(&mut self) -> Result<Vec<String>> {
        let rows: Vec<Line> = sql_query(
            "SELECT c.oid::regclass::text AS line FROM pg_class c
             WHERE c.relrowsecurity AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace",
        )
        .load(&mut self.connection)?;
        Ok(rows.into_iter().map(|row| row.line).collect())
    }
}

/// What a database holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holds {
    /// Its name.
    pub database: String,
    /// Tables, sequences, views, routines, types and schemas.
    pub things: usize,
    /// Tables alone.
    pub tables: usize,
}

/// Looks what a database holds.
pub fn look(url: &str) -> Result<Holds> {
    let mut connection = PgConnection::establish(url).context("the target does not answer")?;
    let name: Line = sql_query("SELECT current_database()::text AS line").get_result(&mut connection)?;
    let there = things(&mut connection)?;
    let tables = there.iter().filter(|one| one.line.starts_with("TABLE ")).count();
    Ok(Holds { database: name.line, things: there.len(), tables })
}

/// Everything that is neither the system's own nor an extension's, as DROP names it.
fn things(connection: &mut PgConnection) -> Result<Vec<Line>> {
    let there = sql_query(
        "SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' WHEN 'v' THEN 'VIEW ' WHEN 'm' THEN 'MATERIALIZED VIEW '
                               WHEN 'f' THEN 'FOREIGN TABLE ' ELSE 'TABLE ' END || c.oid::regclass AS line
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
         UNION ALL
         SELECT 'ROUTINE ' || p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
           AND NOT EXISTS (SELECT FROM pg_depend d
                           WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
         UNION ALL
         SELECT 'TYPE ' || t.oid::regtype FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
         WHERE t.typtype IN ('d', 'e', 'r') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
           AND NOT EXISTS (SELECT FROM pg_depend d
                           WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
         UNION ALL
         SELECT 'SCHEMA ' || quote_ident(nspname) FROM pg_namespace
         WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')
         ORDER BY line",
    );
    Ok(there.load(connection)?)
}

/// Sees to it that nothing is there.
fn make_room(connection: &mut PgConnection, occupied: Occupied) -> Result<()> {
    let there = things(connection)?;
    if there.is_empty() {
        return Ok(());
    }
    if occupied == Occupied::Refuse {
        bail!(
            "the target is not empty: it holds {} tables, routines and other things. Restore into a database that `portico \
             bootstrap` has just made, or say --replace.",
            there.len()
        );
    }
    for Line { line } in there {
        // What went along with something else before is gone.
        let (kind, name) = if let Some(view) = line.strip_prefix("MATERIALIZED VIEW ") {
            ("MATERIALIZED VIEW", view)
        } else if let Some(table) = line.strip_prefix("FOREIGN TABLE ") {
            ("FOREIGN TABLE", table)
        } else {
            line.split_once(' ').unwrap_or_default()
        };
        connection.batch_execute(&format!("DROP {kind} IF EXISTS {name} CASCADE"))?;
    }
    Ok(())
}
