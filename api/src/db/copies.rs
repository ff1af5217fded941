//! Whole tables as COPY writes and reads them, for backups: of one organization under row-level security, or of none.
//!
//! [`Snapshot`] is one state of the whole database, read by as many connections as are wanted; `refill` is the way back.
//! Invariants: every row belongs to exactly one owner, whatever tables there are; the policy decides which rows are an
//! organization's, so a role that it does not hold is refused; each COPY is followed by a statement of the same transaction,
//! which fails where it broke off: to the client library that looks like its end.

mod said;

use std::io::Write;

use anyhow::{Context as _, Result, anyhow, bail};
use diesel::{
    Connection, PgConnection,
    connection::{AnsiTransactionManager, SimpleConnection as _},
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Uuid as SqlUuid},
};
use shared::ids::OrganizationId;
use uuid::Uuid;

use super::{
    migrate, operator,
    schema::{file_keys, files},
    tenant,
};

pub(super) use said::{Said, any_table, saying};

/// The table of the migrations that have run, which are said otherwise.
const MIGRATIONS: &str = "__diesel_schema_migrations";
/// From so many pages on, as they were last counted, a table is read on a thread of its own, beside what is done with its
/// rows. The size of its file would wait for who has locked it.
const LARGE: i32 = 128;
/// What is under way is not any more when it comes back.
const UNDER_WAY: &str = "actions_under_way";

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns but for those that the database computes, in order.
    pub columns: Vec<String>,
    /// Its primary key: what it is sorted by, the same on every machine.
    order: String,
    part: Part,
    /// Columns of which nothing is written.
    blank: &'static [&'static str],
    /// Whether there is much of it, all owners together.
    is_large: bool,
}

/// Which rows are whose.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// The policy of row-level security says so.
    Policy,
    /// This column says so; where it names nobody, they belong to no organization.
    Column(&'static str),
    /// All belong to no organization.
    Platform,
}

impl Table {
    /// The rows of an organization, or those that belong to none; absent where there can't be any.
    fn rows_of(&self, owner: Option<OrganizationId>) -> Option<String> {
        let from = format!("FROM public.{}", quoted(&self.name));
        match (&self.part, owner) {
            (Part::Policy, Some(_)) | (Part::Platform, None) => Some(from),
            (Part::Policy, None) | (Part::Platform, Some(_)) => None,
            (Part::Column(column), Some(id)) => Some(format!("{from} WHERE {column} = '{id}'")),
            (Part::Column(column), None) => Some(format!(
                "{from} WHERE NOT EXISTS (SELECT FROM public.organizations known WHERE known.id = {}.{column})",
                quoted(&self.name)
            )),
        }
    }

    /// Whether its rows may be those of an organization.
    pub(super) fn has_owners(&self) -> bool {
        self.part != Part::Platform
    }

    /// Whether row-level security says whose its rows are.
    pub(super) fn is_protected(&self) -> bool {
        self.part == Part::Policy
    }

    /// The same table, of which some columns are written as if nothing stood there.
    #[must_use]
    pub(super) fn without(self, blank: &'static [&'static str]) -> Self {
        Self { blank, ..self }
    }

    /// What is asked for, column by column.
    fn written_list(&self) -> String {
        let one = |column: &String| {
            if self.blank.contains(&column.as_str()) { "NULL".to_owned() } else { quoted(column) }
        };
        self.columns.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn column_list(&self) -> String {
        self.columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
    }

    /// What stands behind COPY when rows come in.
    pub(super) fn target(&self) -> String {
        format!("public.{} ({})", quoted(&self.name), self.column_list())
    }
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// All tables of this database, in the order of their names.
pub(super) fn tables(connection: &mut PgConnection) -> Result<Vec<Table>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Bool)]
        is_protected: bool,
        #[diesel(sql_type = Bool)]
        is_forced: bool,
        #[diesel(sql_type = Array<Text>)]
        columns: Vec<String>,
        #[diesel(sql_type = Array<Text>)]
        order: Vec<String>,
        #[diesel(sql_type = Integer)]
        pages: i32,
    }

    let rows: Vec<Row> = sql_query(
        "SELECT c.relname::text AS name, c.relrowsecurity AS is_protected, c.relforcerowsecurity AS is_forced,
                array(SELECT a.attname::text FROM pg_attribute a
                      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                      ORDER BY a.attnum) AS columns,
                array(SELECT quote_ident(a.attname) || CASE WHEN a.attcollation = 0 THEN '' ELSE ' COLLATE \"C\"' END
                      FROM pg_index i CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY k (number, place)
                      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
                      WHERE i.indrelid = c.oid AND i.indisprimary ORDER BY k.place) AS \"order\",
                c.relpages AS pages
         FROM pg_class c
         WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
         ORDER BY c.relname COLLATE \"C\"",
    )
    .load(connection)?;
    let mut tables = Vec::new();
    for Row { name, is_protected, is_forced, columns, order, pages } in rows {
        if name == MIGRATIONS || name == UNDER_WAY {
            continue;
        }
        if is_protected != is_forced {
            bail!("row-level security of {name} does not hold its owner: `portico doctor` says more");
        }
        if order.is_empty() {
            bail!("{name} has no primary key: its rows have no order");
        }
        let names_owner = columns.iter().any(|column| column == "organization_id");
        let part = match (is_protected, name.as_str()) {
            (true, _) => Part::Policy,
            (false, "organizations") => Part::Column("id"),
            (false, _) if names_owner => Part::Column("organization_id"),
            (false, _) => Part::Platform,
        };
        tables.push(Table {
            name,
            columns,
            order: order.join(", "),
            part,
            blank: &[],
            is_large: pages >= LARGE,
        });
    }
    Ok(tables)
}

/// A sequence: its name, the last number, and whether that was given away.
pub type Sequence = (String, i64, bool);

/// One state of the whole database, which stays while this does.
#[expect(missing_debug_implementations, reason = "a connection has nothing to show")]
pub struct Snapshot {
    connection: PgConnection,
    url: String,
    name: String,
    /// How far the write-ahead log was.
    pub lsn: String,
    /// The migrations that had run, in order.
    pub migrations: Vec<String>,
    /// All tables.
    pub tables: Vec<Table>,
    /// All organizations, suspended ones too.
    pub organizations: Vec<OrganizationId>,
}

impl Snapshot {
    /// Takes it, as a role that reads everything and that row-level security holds.
    pub fn take(url: &str) -> Result<Self> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            name: String,
            #[diesel(sql_type = Text)]
            lsn: String,
            #[diesel(sql_type = Array<Text>)]
            migrations: Vec<String>,
        }

        let mut connection = PgConnection::establish(url).context("PostgreSQL does not answer")?;
        check_held(&mut connection, "Make backups as portico_backup.")?;
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
        AnsiTransactionManager::begin_transaction_sql(&mut connection, begin)?;
        let row: Row = sql_query(
            "SELECT pg_export_snapshot() AS name, pg_current_wal_lsn()::text AS lsn,
                    array(SELECT version::text FROM __diesel_schema_migrations ORDER BY version) AS migrations",
        )
        .get_result(&mut connection)
        .context("the database cannot be read: did `portico bootstrap` and `portico migrate` of this version run?")?;
        let tables = tables(&mut connection)?;
        let organizations = operator::tables::organizations::table
            .order(operator::tables::organizations::id)
            .select(operator::tables::organizations::id)
            .load::<Uuid>(&mut connection)?;
        Ok(Self {
            connection,
            url: url.to_owned(),
            name: row.name,
            lsn: row.lsn,
            migrations: row.migrations,
            tables,
            organizations: organizations.into_iter().map(OrganizationId).collect(),
        })
    }

    /// Where the sequences are. They are of no snapshot and go on, so they are asked for last: no number that stands in a
    /// row is given away once more.
    pub fn sequences(&mut self) -> Result<Vec<Sequence>> {
        #[derive(QueryableByName)]
        struct Name {
            #[diesel(sql_type = Text)]
            name: String,
        }
        #[derive(QueryableByName)]
        struct Place {
            #[diesel(sql_type = BigInt)]
            last_value: i64,
            #[diesel(sql_type = Bool)]
            is_called: bool,
        }

        let names: Vec<Name> = sql_query(
            "SELECT c.relname::text AS name FROM pg_class c
             WHERE c.relkind = 'S' AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname COLLATE \"C\"",
        )
        .load(&mut self.connection)?;
        let mut sequences = Vec::new();
        for Name { name } in names {
            let query = format!("SELECT last_value, is_called FROM public.{}", quoted(&name));
            let place: Place = sql_query(query).get_result(&mut self.connection)?;
            sequences.push((name, place.last_value, place.is_called));
        }
        Ok(sequences)
    }

    /// A connection that sees this state.
    pub fn reader(&self) -> Result<Reader> {
        let connection = PgConnection::establish(&self.url).context("PostgreSQL does not answer")?;
        Ok(Reader { connection, snapshot: self.name.clone() })
    }
}

/// A connection that sees the state of a [`Snapshot`].
#[expect(missing_debug_implementations, reason = "a connection has nothing to show")]
pub struct Reader {
    connection: PgConnection,
    snapshot: String,
}

impl Reader {
    /// What belongs to an organization, or to none, in a transaction of its own.
    pub fn of<T>(
        &mut self,
        owner: Option<OrganizationId>,
        work: impl FnOnce(&mut OwnedRows<'_>) -> Result<T>,
    ) -> Result<T> {
        let snapshot = format!("SET TRANSACTION SNAPSHOT '{}'", self.snapshot);
        // Where the connection is gone the library's rollback fails too, and its error would be all that is heard.
        let mut why = None;
        let done = self.connection.build_transaction().repeatable_read().read_only().run(|connection| {
            connection.batch_execute(&snapshot)?;
            work(&mut OwnedRows::enter(connection, owner)?).map_err(|error| {
                why = Some(error);
                anyhow!("it did not go on")
            })
        });
        done.map_err(|error| why.unwrap_or(error))
    }
}

/// The rows of one owner, inside of a transaction.
#[expect(missing_debug_implementations, reason = "a connection has nothing to show")]
pub struct OwnedRows<'a> {
    connection: &'a mut PgConnection,
    owner: Option<OrganizationId>,
}

impl<'a> OwnedRows<'a> {
    /// Sees the owner's rows, written in the same way on every machine. They come in their order as they are found, which
    /// stops where nobody takes them: a sort would first read all, as fast as it can, and so would helpers of a count.
    pub(super) fn enter(
        connection: &'a mut PgConnection,
        owner: Option<OrganizationId>,
    ) -> Result<OwnedRows<'a>> {
        connection.batch_execute(
            "SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true),
                    set_config('IntervalStyle', 'postgres', true), set_config('extra_float_digits', '1', true),
                    set_config('bytea_output', 'hex', true),
                    set_config('enable_sort', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)",
        )?;
        if let Some(organization) = owner {
            tenant::enter(connection, organization)?;
        }
        Ok(OwnedRows { connection, owner })
    }

    /// What runs inside of the transaction.
    pub(super) const fn connection(&mut self) -> &mut PgConnection {
        self.connection
    }

    /// Whether the owner may have rows in a table.
    pub fn may_have(&self, table: &Table) -> bool {
        table.rows_of(self.owner).is_some()
    }

    /// Writes the rows of a table in the order of its key, as COPY does. Gives how many.
    pub fn copy(&mut self, table: &Table, out: &mut dyn Write) -> Result<u64> {
        let Some(from) = table.rows_of(self.owner) else { return Ok(0) };
        let query = format!("(SELECT {} {from} ORDER BY {})", table.written_list(), table.order);
        said::copy_out(self.connection, query, &table.name, table.is_large, out)
    }

    /// How many rows of a table are the owner's.
    pub fn count(&mut self, table: &Table) -> Result<u64> {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }

        let Some(from) = table.rows_of(self.owner) else { return Ok(0) };
        let counted: Count = sql_query(format!("SELECT count(*) {from}")).get_result(self.connection)?;
        Ok(counted.count.try_into()?)
    }

    /// What there is of some projects: by table, how many rows and a hash over what they say.
    pub fn rows_of_projects(&mut self, projects: &[Uuid]) -> Result<serde_json::Value> {
        #[derive(QueryableByName)]
        struct Found {
            #[diesel(sql_type = Jsonb)]
            found: serde_json::Value,
        }

        let found: Found = sql_query("SELECT portico.rows_of_projects($1) AS found")
            .bind::<Array<SqlUuid>, _>(projects)
            .get_result(self.connection)?;
        Ok(found.found)
    }

    /// The projects that are meant by these codes and ids, in their order; none where there is no such.
    pub fn projects_meant(&mut self, names: &[String]) -> Result<Vec<Option<Uuid>>> {
        #[derive(QueryableByName)]
        struct Meant {
            #[diesel(sql_type = Nullable<SqlUuid>)]
            id: Option<Uuid>,
        }

        let found: Vec<Meant> = sql_query(
            "SELECT portico.project_meant(said.name) AS id FROM unnest($1) WITH ORDINALITY AS said (name, place) ORDER BY said.place",
        )
        .bind::<Array<Text>, _>(names)
        .load(self.connection)?;
        Ok(found.into_iter().map(|row| row.id).collect())
    }

    /// How many bytes the organization's files have.
    pub fn file_bytes(&mut self) -> Result<u64> {
        #[derive(QueryableByName)]
        struct Sum {
            #[diesel(sql_type = BigInt)]
            bytes: i64,
        }

        let sum: Sum = sql_query("SELECT coalesce(sum(size), 0)::bigint AS bytes FROM public.files")
            .get_result(self.connection)?;
        Ok(sum.bytes.try_into()?)
    }

    /// The organization's files: ids of their rows and hashes of what they hold, under the key that comes with them where
    /// there are any.
    pub fn files(&mut self) -> Result<Vec<(Uuid, Vec<u8>)>> {
        Ok(files::table.order(files::id).select((files::id, files::hash)).load(self.connection)?)
    }

    /// The key under which the organization's files are hashed.
    pub fn file_key(&mut self) -> Result<Option<Vec<u8>>> {
        Ok(file_keys::table.select(file_keys::key).first(self.connection).optional()?)
    }
}

/// Refuses a role that row-level security does not hold: it would take the rows of all organizations for those of each.
pub(super) fn check_held(connection: &mut PgConnection, mend: &str) -> Result<()> {
    let role = migrate::rights(connection)?;
    if role.superuser || role.bypasses {
        bail!("row-level security does not hold the database role {}. {mend}", role.name);
    }
    Ok(())
}
