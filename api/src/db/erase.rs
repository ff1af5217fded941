//! The erasure of what was: of an organization in production, and of whoever the ledger names in a database that was brought
//! back.

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, PgConnection,
    connection::SimpleConnection as _,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Jsonb, Text, Timestamptz, Uuid as SqlUuid},
};
use serde_json::Value;
use shared::ids::{ClientRequestId, OrganizationId};
use uuid::Uuid;

use super::{
    copies,
    operator::{
        OperatorDb,
        tables::{client_requests, organizations},
    },
};
use crate::clock::Clock;

/// The function that erases, for databases of before it.
const ERASE_ORGANIZATION: &str = include_str!("../../../migrations/replaceable/erase_organization.sql");

#[derive(QueryableByName)]
struct There {
    #[diesel(sql_type = Bool)]
    is_there: bool,
}

#[derive(QueryableByName)]
struct Gone {
    #[diesel(sql_type = Jsonb)]
    gone: Value,
}

/// Erases the organization of a request. Gives its rows by table. `agreed` says whether those are what should go: where it does not,
/// nothing has.
pub fn erase_organization(
    db: &mut OperatorDb,
    request: ClientRequestId,
    agreed: impl FnOnce(&Value) -> Result<()>,
) -> Result<Value> {
    let now = db.clock().now();
    db.whole(|db| {
        let gone: Gone = sql_query("SELECT portico.erase_organization($1, $2) AS gone")
            .bind::<SqlUuid, _>(request.0)
            .bind::<Timestamptz, _>(now)
            .get_result(db.global())?;
        agreed(&gone.gone)?;
        Ok(gone.gone)
    })
}

/// Erases organizations out of a database that was brought back, before anybody uses it: by the request, the organization, and since
/// when it is erased. `url` is its owner's. Gives those that were there.
pub fn erase_again(
    url: &str,
    erased: &[(ClientRequestId, OrganizationId, DateTime<Utc>)],
) -> Result<Vec<OrganizationId>> {
    if erased.is_empty() {
        return Ok(Vec::new());
    }
    let mut connection = PgConnection::establish(url).context("the database does not answer")?;
    connection.transaction(|connection| {
        // What was brought back may be older than this function, and fenced.
        connection.batch_execute(ERASE_ORGANIZATION)?;
        with_fences(connection, "DISABLE")?;
        let mut gone = Vec::new();
        for (request, organization, at) in erased {
            let found: There =
                sql_query("SELECT EXISTS (SELECT FROM public.organizations WHERE id = $1) AS is_there")
                    .bind::<SqlUuid, _>(organization.0)
                    .get_result(connection)?;
            if found.is_there {
                sql_query("SELECT portico.erase_rows($1) AS gone")
                    .bind::<SqlUuid, _>(organization.0)
                    .execute(connection)?;
                gone.push(*organization);
            }
            note_done(connection, *request, *at)?;
        }
        with_fences(connection, "ENABLE")?;
        Ok(gone)
    })
}

/// Nobody is to carry out once more what was: the request may be of before it was.
fn note_done(connection: &mut PgConnection, request: ClientRequestId, at: DateTime<Utc>) -> Result<()> {
    let is_there = "SELECT to_regclass('public.client_requests') IS NOT NULL AS is_there";
    let found: There = sql_query(is_there).get_result(connection)?;
    if found.is_there {
        sql_query(
            "UPDATE public.client_requests SET state = 'executed', packaged_at = coalesce(packaged_at, $2),
                 stored_at = coalesce(stored_at, $2), entered_at = coalesce(entered_at, $2),
                 erased_at = coalesce(erased_at, $2), files_removed_at = coalesce(files_removed_at, $2)
             WHERE id = $1 AND state NOT IN ('executed', 'certified')",
        )
        .bind::<SqlUuid, _>(request.0)
        .bind::<Timestamptz, _>(at)
        .execute(connection)?;
    }
    Ok(())
}

/// Lets tables take changes that are fenced, or refuse them again.
fn with_fences(connection: &mut PgConnection, how: &str) -> Result<()> {
    #[derive(QueryableByName)]
    struct Fenced {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let fenced: Vec<Fenced> = sql_query(
        "SELECT tgrelid::regclass::text AS name FROM pg_trigger WHERE tgname = 'fenced' ORDER BY tgrelid",
    )
    .load(connection)?;
    for Fenced { name } in fenced {
        connection.batch_execute(&format!("ALTER TABLE {name} {how} TRIGGER fenced"))?;
    }
    Ok(())
}

/// The organizations of a database.
pub fn organizations_of(url: &str) -> Result<Vec<OrganizationId>> {
    let mut connection = PgConnection::establish(url).context("the database does not answer")?;
    let ids: Vec<Uuid> =
        organizations::table.order(organizations::id).select(organizations::id).load(&mut connection)?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// Writes every table anew in which an organization may have rows, so that no dead row is left in their files, and what the
/// database remembers of values too; and notes it. Whoever uses one waits for as long as it takes. `url` is that of whoever owns
/// them. Gives the tables.
pub fn rewrite(
    url: &str,
    request: ClientRequestId,
    clock: &Clock,
    mut each: impl FnMut(&str),
) -> Result<DateTime<Utc>> {
    let mut connection = PgConnection::establish(url).context("the database does not answer")?;
    let row = client_requests::table.find(request.0);
    let erased: Option<Option<DateTime<Utc>>> =
        row.select(client_requests::erased_at).first(&mut connection).optional()?;
    let erased = erased.with_context(|| format!("there is no request {request}"))?;
    erased.with_context(|| format!("nothing was erased yet by the request {request}"))?;
    let tables = copies::tables(&mut connection)?;
    let names = tables.iter().filter(|table| table.has_owners()).map(|table| copies::quoted(&table.name));
    let names = names.map(|name| format!("public.{name}")).chain(["pg_catalog.pg_statistic".to_owned()]);
    for name in names {
        each(&name);
        let options = if name.starts_with("public.") { "FULL, ANALYZE" } else { "FULL" };
        let rewritten = connection.batch_execute(&format!("VACUUM ({options}) {name}"));
        rewritten.with_context(|| format!("{name} cannot be written anew"))?;
    }
    let now = clock.now();
    diesel::update(row).set(client_requests::rewritten_at.eq(now)).execute(&mut connection)?;
    Ok(now)
}

/// A person who was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct ErasedPerson {
    /// The organization.
    #[diesel(sql_type = SqlUuid, column_name = "org_id")]
    pub organization: Uuid,
    /// The person.
    #[diesel(sql_type = SqlUuid)]
    pub user_id: Uuid,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub erased_at: DateTime<Utc>,
}

/// So many are entered at once.
const AT_ONCE: i64 = 100;

/// Persons who do not stand in the ledger outside of the database yet.
pub fn persons_to_enter(db: &mut OperatorDb) -> Result<Vec<ErasedPerson>> {
    let query = "SELECT org_id, user_id, erased_at FROM public.erasures WHERE entered_at IS NULL
                 ORDER BY erased_at LIMIT $1";
    Ok(sql_query(query).bind::<BigInt, _>(AT_ONCE).load(db.global())?)
}

/// Notes that somebody does.
pub fn note_entered(db: &mut OperatorDb, person: &ErasedPerson) -> Result<()> {
    let now = db.clock().now();
    sql_query("UPDATE public.erasures SET entered_at = $3 WHERE org_id = $1 AND user_id = $2")
        .bind::<SqlUuid, _>(person.organization)
        .bind::<SqlUuid, _>(person.user_id)
        .bind::<Timestamptz, _>(now)
        .execute(db.global())?;
    Ok(())
}
