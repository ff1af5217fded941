//! Roles, database and schema: `portico bootstrap` and `portico migrate`.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use diesel::{
    Connection, PgConnection, RunQueryDsl,
    backend::Backend,
    connection::SimpleConnection,
    migration::{Migration, MigrationSource},
    pg::Pg,
    prelude::*,
    sql_query,
    sql_types::Text,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::examine::RoleRights;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/schema");
const AUDIT: &str = include_str!("../../../migrations/replaceable/audit.sql");
const ERASURE: &str = include_str!("../../../migrations/replaceable/erasure.sql");
const DOORS: &str = include_str!("../../../migrations/replaceable/doors.sql");
const CONSOLE: &str = include_str!("../../../migrations/replaceable/console.sql");
const FENCE: &str = include_str!("../../../migrations/replaceable/fence.sql");
const ERASE_ORGANIZATION: &str = include_str!("../../../migrations/replaceable/erase_organization.sql");
const ERASE_PROJECTS: &str = include_str!("../../../migrations/replaceable/erase_projects.sql");
const CLIENT_REQUESTS: &str = include_str!("../../../migrations/replaceable/client_requests.sql");
const BACKUP: &str = include_str!("../../../migrations/replaceable/backup.sql");

/// The least version of PostgreSQL, as `server_version_num` has it.
const LEAST_VERSION: i32 = 150_000;

/// The roles and what they may do in the cluster.
const ROLES: [(&str, &str); 6] = [
    ("portico_owner", "LOGIN NOSUPERUSER NOBYPASSRLS"),
    ("portico_app", "LOGIN NOSUPERUSER NOBYPASSRLS"),
    ("portico_operator", "LOGIN NOSUPERUSER BYPASSRLS"),
    ("portico_backup", "LOGIN NOSUPERUSER NOBYPASSRLS"),
    ("portico_console", "LOGIN NOSUPERUSER NOBYPASSRLS"),
    ("portico_stream", "LOGIN NOSUPERUSER NOBYPASSRLS REPLICATION"),
];

/// Creates the six roles and the database where they are missing. `url` is a superuser's.
///
/// The roles get no password: a private cluster trusts its socket, and elsewhere the administrator sets one.
pub fn bootstrap(url: &str, database: &str) -> Result<()> {
    let mut connection = PgConnection::establish(url).context("PostgreSQL does not answer")?;
    // Two at one moment would change the same roles, which one of them is refused. It ends with the connection.
    connection.batch_execute("SELECT pg_advisory_lock(hashtextextended('portico bootstrap', 0))")?;
    for (role, attributes) in ROLES {
        if !exists(&mut connection, "SELECT 1 AS one FROM pg_roles WHERE rolname = $1", role)? {
            connection.batch_execute(&format!("CREATE ROLE {role} {attributes}"))?;
        }
    }
    // No request waits for ever: not for a slow statement, not for a lock, not for a client that went silent.
    connection.batch_execute(
        "ALTER ROLE portico_app SET statement_timeout = '15s';
         ALTER ROLE portico_app SET lock_timeout = '5s';
         ALTER ROLE portico_app SET idle_in_transaction_session_timeout = '30s';
         ALTER ROLE portico_console SET statement_timeout = '15s';
         ALTER ROLE portico_console SET lock_timeout = '5s';
         ALTER ROLE portico_console SET idle_in_transaction_session_timeout = '30s';
         ALTER ROLE portico_stream SET statement_timeout = '30s'",
    )?;
    for (role, _) in ROLES {
        // What the database refuses is told apart by its words, which therefore must not follow the cluster's language.
        connection.batch_execute(&format!("ALTER ROLE {role} SET lc_messages = 'C'"))?;
        // Ours are short, and compiling one takes longer than running it (ADR 0161).
        connection.batch_execute(&format!("ALTER ROLE {role} SET jit = off"))?;
    }
    // A commit of its own would wait for itself, where commits wait for the stream.
    connection.batch_execute("ALTER ROLE portico_stream SET synchronous_commit = 'local'")?;
    // For its work inside an organization the operators' role steps down to the tenants' one.
    connection.batch_execute("GRANT portico_app TO portico_operator")?;
    if !exists(&mut connection, "SELECT 1 AS one FROM pg_database WHERE datname = $1", database)? {
        let name = quoted(database);
        connection.batch_execute(&format!(
            "CREATE DATABASE {name} OWNER portico_owner TEMPLATE template0 ENCODING 'UTF8'"
        ))?;
        connection.batch_execute(&format!(
            "REVOKE ALL ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO portico_app, portico_operator"
        ))?;
    }
    // These roles are younger than many a database.
    let younger = format!(
        "GRANT CONNECT ON DATABASE {} TO portico_backup, portico_console, portico_stream",
        quoted(database)
    );
    connection.batch_execute(&younger)?;
    Ok(())
}

/// Brings the schema up to this version, and lays the replaceable functions anew. `url` is the owner's. Gives the
/// names of the migrations that ran.
pub fn up(url: &str) -> Result<Vec<String>> {
    let mut connection = PgConnection::establish(url).context("PostgreSQL does not answer")?;
    up_on(&mut connection)
}

/// The same on a connection, whose transaction may still be taken back.
pub(super) fn up_on(connection: &mut PgConnection) -> Result<Vec<String>> {
    check_version(connection)?;
    let is_there = "SELECT 1 AS one FROM pg_roles WHERE rolname = $1";
    for role in ["portico_backup", "portico_console"] {
        if !exists(connection, is_there, role)? {
            bail!("the role {role} is not there: run `portico bootstrap` of this version first");
        }
    }
    super::epoch::refuse_where_fenced(connection)?;
    let ran = connection.run_pending_migrations(MIGRATIONS).map_err(|error| anyhow::anyhow!(error))?;
    let ran = ran.iter().map(ToString::to_string).collect();
    // The doors come last: they take from everybody what is not given to somebody.
    connection
        .transaction(|connection| {
            connection.batch_execute(AUDIT)?;
            connection.batch_execute(ERASURE)?;
            connection.batch_execute(CONSOLE)?;
            connection.batch_execute(DOORS)?;
            connection.batch_execute(FENCE)?;
            connection.batch_execute(ERASE_ORGANIZATION)?;
            connection.batch_execute(ERASE_PROJECTS)?;
            connection.batch_execute(CLIENT_REQUESTS)?;
            connection.batch_execute(BACKUP)
        })
        .context("functions")?;
    super::record::bring_over(connection)?;
    Ok(ran)
}

/// The migrations that have run, in order.
pub(super) fn ran(connection: &mut PgConnection) -> Result<Vec<String>> {
    #[derive(QueryableByName)]
    struct Version {
        #[diesel(sql_type = Text)]
        version: String,
    }
    let sql = "SELECT version FROM portico.schema_versions() version";
    let ran: Vec<Version> = sql_query(sql).load(connection)?;
    Ok(ran.into_iter().map(|row| row.version).collect())
}

/// Whether the schema is the one of this program.
pub(super) fn is_current(connection: &mut PgConnection) -> Result<bool> {
    let ran = ran(connection)?;
    Ok(ran.len() == versions::<Pg>()?.len() && unknown(&ran)?.is_empty())
}

/// Of these migrations, those that this program does not know: they are of a later version.
pub fn unknown(migrations: &[String]) -> Result<Vec<String>> {
    let known = versions::<Pg>()?;
    Ok(migrations.iter().filter(|one| !known.contains(*one)).cloned().collect())
}

/// Runs these migrations and no others, on a connection whose transaction may still be taken back.
pub(super) fn up_to(connection: &mut PgConnection, wanted: &BTreeSet<&str>) -> Result<()> {
    check_version(connection)?;
    let known = MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(|error| anyhow::anyhow!(error))?;
    // Makes the table in which they are noted.
    connection.applied_migrations().map_err(|error| anyhow::anyhow!(error))?;
    for one in known.iter().filter(|one| wanted.contains(one.name().version().to_string().as_str())) {
        connection.run_migration(one.as_ref()).map_err(|error| anyhow::anyhow!(error))?;
    }
    Ok(())
}

/// Takes all migrations back.
pub fn down(url: &str) -> Result<()> {
    let mut connection = PgConnection::establish(url).context("PostgreSQL does not answer")?;
    connection.revert_all_migrations(MIGRATIONS).map_err(|error| anyhow::anyhow!(error))?;
    Ok(())
}

/// Refuses a role that row-level security does not hold.
pub fn check_tenants_role(url: &str) -> Result<()> {
    let mut connection = PgConnection::establish(url).context("PostgreSQL does not answer")?;
    check_version(&mut connection)?;
    let role = rights(&mut connection)?;
    let name = &role.name;
    if role.superuser {
        bail!(
            "the database role {name} is a superuser: row-level security would not hold. Serve as portico_app."
        );
    }
    if role.bypasses {
        bail!(
            "the database role {name} has BYPASSRLS: organizations would not be isolated. Serve as portico_app."
        );
    }
    if role.owns {
        bail!("the database role {name} owns tables: it could lift their protection. Serve as portico_app.");
    }
    Ok(())
}

/// What the role of a connection may.
pub(super) fn rights(connection: &mut PgConnection) -> Result<RoleRights> {
    let rights = sql_query(
        "SELECT r.rolname::text AS name, r.rolsuper AS superuser, r.rolbypassrls AS bypasses,
                EXISTS (SELECT 1 FROM pg_class c
                        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
                          AND pg_has_role(r.oid, c.relowner, 'USAGE')) AS owns
         FROM pg_roles r WHERE r.rolname = current_user",
    );
    Ok(rights.get_result(connection)?)
}

/// The versions of all migrations of this program.
pub(super) fn versions<DB: Backend>() -> Result<BTreeSet<String>> {
    let known = MigrationSource::<DB>::migrations(&MIGRATIONS).map_err(|error| anyhow::anyhow!(error))?;
    Ok(known.iter().map(|one| one.name().version().to_string()).collect())
}

fn check_version(connection: &mut PgConnection) -> Result<()> {
    #[derive(QueryableByName)]
    struct Version {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        number: i32,
    }

    let version: Version =
        sql_query("SELECT current_setting('server_version_num')::int AS number").get_result(connection)?;
    if version.number < LEAST_VERSION {
        bail!("this PostgreSQL is version {}; Portico needs 15 or later.", version.number / 10_000);
    }
    Ok(())
}

fn exists(connection: &mut PgConnection, query: &str, name: &str) -> Result<bool> {
    #[derive(QueryableByName)]
    struct One {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        #[expect(dead_code, reason = "that there is a row says all")]
        one: i32,
    }

    let found: Option<One> = sql_query(query).bind::<Text, _>(name).get_result(connection).optional()?;
    Ok(found.is_some())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
