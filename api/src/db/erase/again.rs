//! What was erased is erased again in a database that was brought back to before it, before anybody uses it.

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, PgConnection,
    connection::SimpleConnection as _,
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Bool, Text, Timestamptz, Uuid as SqlUuid},
};
use serde_json::json;
use shared::ids::{ClientRequestId, OrganizationId, ProjectId, UserId};
use uuid::Uuid;

use super::record_projects;
use crate::{
    ApiError,
    clock::Clock,
    db::{
        Actor, TenantConn, migrate,
        tenant::{self, Mode, Unit},
    },
};

/// The function that erases, for databases of before it.
const ERASE_ORGANIZATION: &str = include_str!("../../../../migrations/replaceable/erase_organization.sql");

#[derive(QueryableByName)]
struct There {
    #[diesel(sql_type = Bool)]
    is_there: bool,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = Array<Text>)]
    taken: Vec<String>,
}

/// Projects of one organization that were erased by one request, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projects {
    /// The request.
    pub request: ClientRequestId,
    /// Whose.
    pub organization: OrganizationId,
    /// Which.
    pub projects: Vec<ProjectId>,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// What was erased, and is not to come back.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "a function has nothing to show")]
pub struct Erased<'a> {
    /// Organizations: by the request, and since when.
    pub organizations: &'a [(ClientRequestId, OrganizationId, DateTime<Utc>)],
    /// Projects.
    pub projects: &'a [Projects],
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
    /// Projects.
    pub projects: usize,
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
    pub(in crate::db) fn again(&self, connection: &mut PgConnection) -> Result<Again> {
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
        again.projects = self.projects_again(connection)?;
        again.persons = self.persons_again(connection)?;
        with_fences(connection, "ENABLE")?;
        Ok(again)
    }

    /// Projects alone.
    pub(in crate::db) fn projects_again(&self, connection: &mut PgConnection) -> Result<usize> {
        let mut erased = 0;
        for one in self.projects {
            if !is_there(connection, one.organization)? {
                continue;
            }
            must_be_current(connection, &format!("projects of {} were", one.organization))?;
            let done = self.inside(connection, one.organization, |conn| {
                let ids: Vec<Uuid> = one.projects.iter().map(|id| id.0).collect();
                let found: Count =
                    sql_query("SELECT count(*) AS count FROM public.projects WHERE id = ANY ($1)")
                        .bind::<Array<SqlUuid>, _>(&ids)
                        .get_result(conn.sql())?;
                let Taken { taken } = sql_query("SELECT portico.erase_rows_of_projects($1) AS taken")
                    .bind::<Array<SqlUuid>, _>(&ids)
                    .get_result(conn.sql())?;
                if found.count > 0 || !taken.is_empty() {
                    record_projects(conn, one.request, &one.projects, Some(&json!(taken)));
                }
                Ok(found.count)
            });
            let there = done.with_context(|| format!("projects of {} are still there", one.organization))?;
            erased += usize::try_from(there)?;
            // Its request may be of before: whoever looks at it sees that it is done.
            note_projects_erased(connection, one)?;
        }
        Ok(erased)
    }

    /// One transaction's part in an organization.
    fn inside<T>(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        work: impl FnOnce(&mut TenantConn<'_>) -> Result<T, ApiError>,
    ) -> Result<T> {
        tenant::enter(connection, organization)?;
        let (actor, clock) = (Actor::operator(), self.clock.clone());
        let unit = Unit { mode: Mode::Write, organization, actor, clock, kept: None };
        Ok(unit.inside(connection, work)?.0)
    }

    /// Persons alone.
    pub(in crate::db) fn persons_again(&self, connection: &mut PgConnection) -> Result<usize> {
        let mut erased = 0;
        for (organization, user, at) in self.persons {
            if !is_there(connection, *organization)? {
                continue;
            }
            must_be_current(connection, &format!("{user} of {organization} was"))?;
            let done = self.inside(connection, *organization, |conn| (self.person)(conn, *user, *at));
            let was_there =
                done.with_context(|| format!("{user} of {organization} was erased, and is still there"))?;
            erased += usize::from(was_there);
        }
        Ok(erased)
    }
}

fn must_be_current(connection: &mut PgConnection, who_was: &str) -> Result<()> {
    ensure!(
        migrate::is_current(connection)?,
        "{who_was} erased since, and this program does that in a database of its own version alone, which this is not: use the \
         program of then, which stands in the sets of files"
    );
    Ok(())
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
pub(in crate::db) fn end_what_was_under_way(connection: &mut PgConnection) -> Result<()> {
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

/// The same of projects: the worker goes on with what comes behind their rows.
fn note_projects_erased(connection: &mut PgConnection, erased: &Projects) -> Result<()> {
    let ids: Vec<Uuid> = erased.projects.iter().map(|id| id.0).collect();
    let names: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    sql_query(
        "INSERT INTO public.client_requests AS r (id, kind, organization, requester, evidence, recipient, state, steps,
             packaged_at, stored_at, entered_at, erased_at)
         VALUES ($1, 'project_erasure', $2, 'The ledger of erasures', 'The request was made after what was brought back.', '',
             'executing', '[]', $3, $3, $3, $3)
         ON CONFLICT (id) DO UPDATE SET state = 'executing', packaged_at = coalesce(r.packaged_at, $3),
             stored_at = coalesce(r.stored_at, $3), entered_at = coalesce(r.entered_at, $3),
             erased_at = coalesce(r.erased_at, $3), files_removed_at = NULL, rewritten_at = NULL, rewriting_said_at = NULL
         WHERE r.certificate IS NULL",
    )
    .bind::<SqlUuid, _>(erased.request.0)
    .bind::<SqlUuid, _>(erased.organization.0)
    .bind::<Timestamptz, _>(erased.at)
    .execute(connection)?;
    sql_query(
        "INSERT INTO public.project_erasures (request_id, projects, project_ids) VALUES ($1, $2, $3)
         ON CONFLICT (request_id) DO UPDATE SET project_ids = excluded.project_ids, secured_at = NULL",
    )
    .bind::<SqlUuid, _>(erased.request.0)
    .bind::<Array<Text>, _>(names)
    .bind::<Array<SqlUuid>, _>(ids)
    .execute(connection)?;
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
