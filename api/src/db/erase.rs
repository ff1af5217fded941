//! The erasure of what was: of an organization in production, and of whoever the ledger names in a database that was brought
//! back.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, PgConnection,
    connection::SimpleConnection as _,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Jsonb, Text, Timestamptz, Uuid as SqlUuid},
};
use serde_json::Value;
use shared::ids::{ClientRequestId, OrganizationId, UserId};
use uuid::Uuid;

use super::{
    Actor, TenantConn, copies, migrate,
    operator::{OperatorDb, tables::client_requests},
    tenant::{self, Mode, Unit},
};
use crate::{ApiError, clock::Clock};

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

/// What was erased, and is not to come back.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "a function has nothing to show")]
pub struct Erased<'a> {
    /// Organizations: by the request, and since when.
    pub organizations: &'a [(ClientRequestId, OrganizationId, DateTime<Utc>)],
    /// Persons, and since when.
    pub persons: &'a [(OrganizationId, UserId, DateTime<Utc>)],
    /// Erases a person, and says whether that was needed.
    pub person: fn(&mut TenantConn<'_>, UserId, DateTime<Utc>) -> Result<bool, ApiError>,
    /// Stamps what is recorded of it.
    pub clock: &'a Clock,
}

/// What was there of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Again {
    /// Organizations.
    pub organizations: Vec<OrganizationId>,
    /// Persons.
    pub persons: usize,
}

impl Erased<'_> {
    /// Erases again in a database that was brought back, before anybody uses it: all of it, or nothing. `url` is its owner's.
    pub fn again_at(&self, url: &str) -> Result<Again> {
        let mut connection = PgConnection::establish(url).context("the database does not answer")?;
        connection.transaction(|connection| {
            with_fences(connection, "DISABLE")?;
            end_what_was_under_way(connection)?;
            self.again(connection)
        })
    }

    /// The same in a transaction of its owner's.
    pub(super) fn again(&self, connection: &mut PgConnection) -> Result<Again> {
        // What was brought back may be older than this function, and fenced.
        connection.batch_execute(ERASE_ORGANIZATION)?;
        with_fences(connection, "DISABLE")?;
        let mut again = Again::default();
        for (request, organization, at) in self.organizations {
            if is_there(connection, *organization)? {
                sql_query("SELECT portico.erase_rows($1) AS gone")
                    .bind::<SqlUuid, _>(organization.0)
                    .execute(connection)?;
                again.organizations.push(*organization);
            }
            note_erased(connection, *request, *organization, *at)?;
        }
        again.persons = self.persons_again(connection)?;
        with_fences(connection, "ENABLE")?;
        Ok(again)
    }

    /// Persons alone.
    pub(super) fn persons_again(&self, connection: &mut PgConnection) -> Result<usize> {
        let mut erased = 0;
        for (organization, user, at) in self.persons {
            if !is_there(connection, *organization)? {
                continue;
            }
            ensure!(
                migrate::is_current(connection)?,
                "{user} of {organization} was erased since, and this program does that in a database of its own version alone, \
                 which this is not: use the program of then, which stands in the sets of files"
            );
            tenant::enter(connection, *organization)?;
            let (actor, clock) = (Actor::operator(), self.clock.clone());
            let unit = Unit { mode: Mode::Write, organization: *organization, actor, clock, kept: None };
            let done = unit.inside(connection, |conn| (self.person)(conn, *user, *at));
            let (was_there, _) =
                done.with_context(|| format!("{user} of {organization} was erased, and is still there"))?;
            erased += usize::from(was_there);
        }
        Ok(erased)
    }
}

fn is_there(connection: &mut PgConnection, organization: OrganizationId) -> Result<bool> {
    let found: There =
        sql_query("SELECT EXISTS (SELECT FROM public.organizations WHERE id = $1) AS is_there")
            .bind::<SqlUuid, _>(organization.0)
            .get_result(connection)?;
    Ok(found.is_there)
}

fn has_requests(connection: &mut PgConnection) -> Result<bool> {
    let is_there = "SELECT to_regclass('public.client_requests') IS NOT NULL AS is_there";
    let found: There = sql_query(is_there).get_result(connection)?;
    Ok(found.is_there)
}

/// Nothing goes on that was under way at the moment that was brought back: an erasure least of all, which somebody may have wanted to
/// stop by it. Links that were given then lead nowhere.
pub(super) fn end_what_was_under_way(connection: &mut PgConnection) -> Result<()> {
    if has_requests(connection)? {
        connection.batch_execute(
            "UPDATE public.client_requests SET link_hash = NULL, link_until = NULL WHERE link_hash IS NOT NULL;
             UPDATE public.client_requests SET state = 'authorized', suspended_at = NULL
             WHERE state = 'executing' AND erased_at IS NULL",
        )?;
    }
    Ok(())
}

/// Whoever looks at the request of an erased organization sees that it is: the worker removes what is left of files, and its tables are
/// to be written anew. The request may be of before it was carried out, or not be there at all.
fn note_erased(
    connection: &mut PgConnection,
    request: ClientRequestId,
    organization: OrganizationId,
    at: DateTime<Utc>,
) -> Result<()> {
    if has_requests(connection)? {
        sql_query(
            "INSERT INTO public.client_requests AS r (id, kind, organization, requester, evidence, recipient, state, steps,
                 suspended_at, packaged_at, stored_at, entered_at, erased_at)
             VALUES ($1, 'erasure', $2, 'The ledger of erasures', 'The request was made after what was brought back.', '',
                 'executing', '[]', $3, $3, $3, $3, $3)
             ON CONFLICT (id) DO UPDATE SET state = 'executing', suspended_at = coalesce(r.suspended_at, $3),
                 packaged_at = coalesce(r.packaged_at, $3), stored_at = coalesce(r.stored_at, $3),
                 entered_at = coalesce(r.entered_at, $3), erased_at = coalesce(r.erased_at, $3), files_removed_at = NULL,
                 rewritten_at = NULL, rewriting_said_at = NULL
             WHERE r.certificate IS NULL",
        )
        .bind::<SqlUuid, _>(request.0)
        .bind::<SqlUuid, _>(organization.0)
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
    let done: Option<Option<DateTime<Utc>>> =
        row.select(client_requests::files_removed_at).first(&mut connection).optional()?;
    let done = done.with_context(|| format!("there is no request {request}"))?;
    done.with_context(|| {
        format!("the worker has not erased all yet of what the request {request} is about")
    })?;
    wait_for_who_sees_it(&mut connection)?;
    let tables = copies::tables(&mut connection)?;
    let names = tables.iter().filter(|table| table.has_owners()).map(|table| copies::quoted(&table.name));
    let names = names.map(|name| format!("public.{name}")).chain(["pg_catalog.pg_statistic".to_owned()]);
    for name in names {
        each(&name);
        let options = if name.starts_with("public.") { "FULL, ANALYZE" } else { "FULL" };
        let before = file_of(&mut connection, &name)?;
        let rewritten = connection.batch_execute(&format!("VACUUM ({options}) {name}"));
        rewritten.with_context(|| format!("{name} cannot be written anew"))?;
        // A table that this role may not rewrite is left alone with a warning.
        ensure!(
            file_of(&mut connection, &name)? != before,
            "{name} was not written anew: does the database belong to portico_owner?"
        );
    }
    let now = clock.now();
    diesel::update(row)
        .set((
            client_requests::rewritten_at.eq(now),
            client_requests::rewriting_said_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(&mut connection)?;
    Ok(now)
}

/// In which file a table stands.
fn file_of(connection: &mut PgConnection, table: &str) -> Result<String> {
    #[derive(QueryableByName)]
    struct File {
        #[diesel(sql_type = Text)]
        path: String,
    }
    let sql = "SELECT pg_relation_filepath($1::regclass) AS path";
    let file: File = sql_query(sql).bind::<Text, _>(table).get_result(connection)?;
    Ok(file.path)
}

/// How long whoever reads is waited for.
const PATIENCE: Duration = Duration::from_mins(10);
/// How often it is looked.
const LOOK: Duration = Duration::from_millis(200);

/// Waits until every transaction has ended that may still see what was erased: its rows would be written into the new files too.
fn wait_for_who_sees_it(connection: &mut PgConnection) -> Result<()> {
    #[derive(QueryableByName)]
    struct Seen {
        #[diesel(sql_type = Text)]
        by: String,
    }
    // Each transaction holds a lock on itself.
    let running = "SELECT virtualtransaction || ' of process ' || coalesce(pid, 0) AS by FROM pg_locks
                   WHERE locktype = 'virtualxid' AND granted AND pid IS DISTINCT FROM pg_backend_pid()
                   UNION ALL SELECT 'prepared as ' || gid FROM pg_prepared_xacts WHERE database = current_database()";
    let look = |connection: &mut PgConnection| -> Result<Vec<String>> {
        let seen: Vec<Seen> = sql_query(running).load(connection)?;
        Ok(seen.into_iter().map(|seen| seen.by).collect())
    };
    let (begun, mut before) = (Instant::now(), look(connection)?);
    while !before.is_empty() {
        if begun.elapsed() > PATIENCE {
            bail!(
                "transactions go on that began before, and may see what was erased ({}): end them, and try again",
                before.join(", ")
            );
        }
        std::thread::sleep(LOOK);
        let now = look(connection)?;
        before.retain(|one| now.contains(one));
    }
    Ok(())
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
    sql_query("SELECT portico.note_erasure_entered($1, $2, $3)")
        .bind::<SqlUuid, _>(person.organization)
        .bind::<SqlUuid, _>(person.user_id)
        .bind::<Timestamptz, _>(now)
        .execute(db.global())?;
    Ok(())
}
