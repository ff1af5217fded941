//! An organization arrives in a database that is in use: all of it in one transaction, or nothing.
//!
//! Rows come into a table of their own first and are inserted from there, so that the policy of row-level security looks at
//! each of them: what claims to be another organization's is refused. What triggers keep is left to them. Nobody else is made
//! to wait.

use std::io::{self, Write};

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, PgConnection,
    connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _},
    prelude::*,
    sql_query,
    sql_types::{Bool, Integer, Text, Timestamptz, Uuid as SqlUuid},
};
use shared::ids::OrganizationId;

use super::{
    copies::{self, OwnedRows, Said, Table, quoted, saying},
    erase::Erased,
    listen, migrate,
    refill::CopyError,
};

/// The role to which everything belongs.
const OWNER: &str = "portico_owner";
/// The tables that triggers keep in step with others.
const KEPT: [&str; 2] = ["account_lookups", "link_lookups"];
/// Where rows come in first.
const ARRIVING: &str = "pg_temp.arriving";

/// So much may the number of a newcomer be ahead of those that were given here.
const FAR: i32 = 100_000;

/// The organization itself, of which tenants' tables say nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// Its id.
    pub id: OrganizationId,
    /// The number in displayed codes.
    pub number: i32,
    /// The word in opaque credentials.
    pub short_id: String,
    /// The word in addresses.
    pub slug: String,
    /// The name.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// What had to be changed, since somebody else has it here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renamed {
    /// The number in displayed codes that it has now, where that is another one.
    pub number: Option<i32>,
}

/// An organization on its way in.
#[expect(missing_debug_implementations, reason = "a connection has nothing to show")]
pub struct Arrival {
    connection: PgConnection,
    organization: OrganizationId,
    tables: Vec<Table>,
}

impl Arrival {
    /// Looks whether there is room for it. `url` is that of whoever owns the database.
    pub fn begin(url: &str, migrations: &[String], organization: OrganizationId) -> Result<Self> {
        let mut connection = PgConnection::establish(url).context("the target does not answer")?;
        copies::check_held(&mut connection, "Let it arrive as portico_owner.")?;
        let role = migrate::rights(&mut connection)?.name;
        if role != OWNER {
            bail!("what arrives would belong to {role}. Let it arrive as {OWNER}.");
        }
        AnsiTransactionManager::begin_transaction_sql(&mut connection, "BEGIN")?;
        let here =
            migrate::ran(&mut connection).context("the target has no schema: run `portico migrate` first")?;
        if here != migrations {
            bail!(
                "the target has the schema of {}, and what arrives that of {}: bring both to the same version first",
                here.last().map_or("nothing", String::as_str),
                migrations.last().map_or("nothing", String::as_str)
            );
        }
        if exists(
            &mut connection,
            "SELECT EXISTS (SELECT FROM organizations WHERE id = $1) AS yes",
            organization,
        )? {
            bail!("the organization {organization} is in the target already: nothing was changed");
        }
        if exists(
            &mut connection,
            "SELECT EXISTS (SELECT FROM client_requests WHERE organization = $1 AND erased_at IS NOT NULL) AS yes",
            organization,
        )? {
            bail!(
                "the organization {organization} was erased here, as its client has asked for: whatever is brought back later \
                 comes without it. Take it in at another installation; nothing was changed"
            );
        }
        let tables = copies::tables(&mut connection)?;
        connection.batch_execute("SET CONSTRAINTS ALL DEFERRED")?;
        let mut arrival = Self { connection, organization, tables };
        // The policy holds from here on.
        arrival.rows()?;
        Ok(arrival)
    }

    /// All tables of the target.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The organization itself, in which nobody is let yet. One whose number somebody else has, or that is far from those
    /// here, gets another one.
    pub fn organization(&mut self, newcomer: &Newcomer) -> Result<Renamed> {
        #[derive(QueryableByName)]
        struct Number {
            #[diesel(sql_type = Integer)]
            number: i32,
        }
        if newcomer.id != self.organization {
            bail!("it is the organization {}, and its rows are those of {}", newcomer.id, self.organization);
        }
        let taken = |connection: &mut PgConnection, column: &str, value: &str| -> Result<bool> {
            let sql = format!("SELECT EXISTS (SELECT FROM organizations WHERE {column} = $1) AS yes");
            let found: Yes = sql_query(sql).bind::<Text, _>(value).get_result(connection)?;
            Ok(found.yes)
        };
        if taken(&mut self.connection, "slug", &newcomer.slug)? {
            bail!("somebody else is at {} in the target: say another word with --slug", newcomer.slug);
        }
        if taken(&mut self.connection, "short_id", &newcomer.short_id)? {
            bail!("somebody else has the short id {} in the target", newcomer.short_id);
        }
        let last: Number = sql_query("SELECT last_value::int AS number FROM organization_number")
            .get_result(&mut self.connection)?;
        let mut number = newcomer.number;
        // One far away would use the numbers up.
        let is_strange = !(1..=last.number.saturating_add(FAR)).contains(&number);
        while is_strange && number == newcomer.number
            || taken(&mut self.connection, "number::text", &number.to_string())?
        {
            let next: Number = sql_query("SELECT nextval('organization_number')::int AS number")
                .get_result(&mut self.connection)?;
            number = next.number;
        }
        if number > last.number {
            sql_query("SELECT setval('organization_number', $1)")
                .bind::<Integer, _>(number)
                .execute(&mut self.connection)?;
        }
        sql_query(
            "INSERT INTO organizations (id, number, short_id, slug, name, state, created_at)
             VALUES ($1, $2, $3, $4, $5, 'suspended', $6)",
        )
        .bind::<SqlUuid, _>(newcomer.id.0)
        .bind::<Integer, _>(number)
        .bind::<Text, _>(&newcomer.short_id)
        .bind::<Text, _>(&newcomer.slug)
        .bind::<Text, _>(&newcomer.name)
        .bind::<Timestamptz, _>(newcomer.created_at)
        .execute(&mut self.connection)?;
        Ok(Renamed { number: (number != newcomer.number).then_some(number) })
    }

    /// Lets rows into a table. `source` writes them as COPY does, into what it is given.
    pub fn copy(
        &mut self,
        table: &str,
        columns: &[String],
        source: impl Fn(&mut dyn Write) -> io::Result<()>,
    ) -> Result<()> {
        let Some(table) = self.tables.iter().find(|one| one.name == table) else {
            bail!("the target has no table {table}");
        };
        if table.columns != columns {
            bail!("the table {} has other columns in the target", table.name);
        }
        if KEPT.contains(&table.name.as_str()) {
            return Ok(source(&mut io::sink())?);
        }
        let (name, list) = (quoted(&table.name), table.column_list());
        self.connection.batch_execute(&format!(
            "CREATE TEMPORARY TABLE arriving AS SELECT {list} FROM public.{name} WITH NO DATA"
        ))?;
        let copied = saying(format!("{ARRIVING} ({list})"), || {
            diesel::copy_from(copies::any_table::table)
                .from_raw_data(Said, |out| source(out).map_err(CopyError::Source))
                .execute(&mut self.connection)
        });
        copied.with_context(|| format!("the rows of {}", table.name))?;
        let insert = format!(
            "INSERT INTO public.{name} ({list}) SELECT {list} FROM {ARRIVING}; DROP TABLE {ARRIVING}"
        );
        self.connection.batch_execute(&insert).with_context(|| format!("the rows of {}", table.name))
    }

    /// Lets nobody in yet, and ends what belonged to the moment of the set, where that is said. Gives the word in its addresses.
    pub fn suspend(&mut self, settle_at: Option<DateTime<Utc>>) -> Result<String> {
        #[derive(QueryableByName)]
        struct Slug {
            #[diesel(sql_type = Text)]
            slug: String,
        }
        let sql = "UPDATE organizations SET state = 'suspended' WHERE id = $1 RETURNING slug";
        let row: Slug =
            sql_query(sql).bind::<SqlUuid, _>(self.organization.0).get_result(&mut self.connection)?;
        if let Some(now) = settle_at {
            self.rows()?.settle(now)?;
        }
        Ok(row.slug)
    }

    /// The tables that an export has, in its order.
    pub fn exported(&mut self) -> Result<Vec<String>> {
        Ok(self.rows()?.exported()?.into_iter().map(|table| table.name).collect())
    }

    /// Whether anybody came with a password.
    pub fn has_passwords(&mut self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT FROM users WHERE password_hash IS NOT NULL) AS yes";
        let found: Yes = sql_query(sql).get_result(self.rows()?.connection())?;
        Ok(found.yes)
    }

    /// Its rows, as the policy shows them.
    pub fn rows(&mut self) -> Result<OwnedRows<'_>> {
        OwnedRows::enter(&mut self.connection, Some(self.organization))
    }

    /// Looks at every foreign key.
    pub fn check_keys(&mut self) -> Result<()> {
        let checked = self.connection.batch_execute("SET CONSTRAINTS ALL IMMEDIATE");
        checked.context("a row names something that has not arrived")
    }

    /// Erases again what of it was erased since: projects and persons.
    pub fn erase_again(&mut self, erased: &Erased<'_>) -> Result<()> {
        self.rows()?;
        erased.projects_again(&mut self.connection)?;
        erased.persons_again(&mut self.connection)?;
        Ok(())
    }

    /// Makes all of it stay, and tells servers.
    pub fn commit(mut self) -> Result<()> {
        listen::say_everyone(&mut self.connection, self.organization)?;
        AnsiTransactionManager::commit_transaction(&mut self.connection)
            .context("the last step failed: look whether the organization is there before it is tried again")
    }
}

#[derive(QueryableByName)]
struct Yes {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

fn exists(connection: &mut PgConnection, sql: &str, organization: OrganizationId) -> Result<bool> {
    let found: Yes = sql_query(sql).bind::<SqlUuid, _>(organization.0).get_result(connection)?;
    Ok(found.yes)
}
