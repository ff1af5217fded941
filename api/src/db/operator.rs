//! The operators' way in, over all organizations: the command line and, later, the console. Its role has BYPASSRLS;
//! work inside an organization is done under the tenants' role all the same.

use anyhow::{Context, Result};
use diesel::{
    Connection, PgConnection, RunQueryDsl,
    connection::{AnsiTransactionManager, TransactionManager as _},
    prelude::*,
    sql_types::{BigInt, Bool},
};
use shared::ids::OrganizationId;

use super::{
    Actor, TenantConn,
    tenant::{Mode, Unit},
};
use crate::{ApiError, clock::Clock};

/// A connection as `portico_operator`.
#[expect(missing_debug_implementations, reason = "a connection has nothing to show")]
pub struct OperatorDb {
    connection: PgConnection,
    url: String,
    clock: Clock,
}

impl OperatorDb {
    /// Connects.
    pub fn open(url: &str, clock: Clock) -> Result<Self> {
        Ok(Self { connection: connect(url)?, url: url.to_owned(), clock })
    }

    /// Connects anew, where the connection was lost.
    pub fn reopen(&mut self) -> Result<()> {
        self.connection = connect(&self.url)?;
        Ok(())
    }

    /// Where it is connected to.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The clock that stamps what is written.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The connection, for the tables that belong to no organization.
    pub fn global(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// One transaction over the tables that belong to no organization.
    pub fn whole<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        AnsiTransactionManager::begin_transaction(&mut self.connection)?;
        match work(self) {
            Ok(value) => {
                AnsiTransactionManager::commit_transaction(&mut self.connection)?;
                Ok(value)
            }
            Err(error) => {
                if let Err(lost) = AnsiTransactionManager::rollback_transaction(&mut self.connection) {
                    tracing::warn!(error = %lost, "a transaction was not rolled back");
                }
                Err(error)
            }
        }
    }

    /// The organizations that are not suspended, for what is done in each.
    pub fn active_organizations(&mut self) -> Result<Vec<OrganizationId>> {
        use tables::organizations;

        let active = organizations::table.filter(organizations::state.eq("active"));
        let ids: Vec<uuid::Uuid> =
            active.order(organizations::id).select(organizations::id).load(&mut self.connection)?;
        Ok(ids.into_iter().map(OrganizationId).collect())
    }

    /// One transaction in one organization, under the tenants' role: row-level security holds here too, so the same
    /// stores that serve requests can be used.
    pub fn in_organization<T>(
        &mut self,
        organization: OrganizationId,
        work: impl FnOnce(&mut TenantConn<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.in_organization_as(organization, Actor::operator(), work)
    }

    /// The same in somebody's name, for demo data.
    pub fn in_organization_as<T>(
        &mut self,
        organization: OrganizationId,
        actor: Actor,
        work: impl FnOnce(&mut TenantConn<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let unit = Unit { mode: Mode::Write, organization, actor, clock: self.clock.clone(), kept: None };
        let outcome = unit.run(&mut self.connection, |conn| {
            diesel::sql_query("SET LOCAL ROLE portico_app").execute(conn.sql())?;
            work(conn)
        });
        outcome.map(|(value, _)| value)
    }

    /// One transaction in one organization under the operators' own role, for what only operators may write. It sees
    /// the rows of all organizations, so it inserts and nothing else.
    pub fn insert_in_organization<T>(
        &mut self,
        organization: OrganizationId,
        work: impl FnOnce(&mut TenantConn<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let (actor, clock) = (Actor::operator(), self.clock.clone());
        let unit = Unit { mode: Mode::Write, organization, actor, clock, kept: None };
        unit.run(&mut self.connection, work).map(|(value, _)| value)
    }

    /// Work that one at a time does in the whole installation, by the number of its lock: nothing, where somebody else is at it.
    pub fn alone<T>(&mut self, lock: i64, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<Option<T>> {
        if !self.lock(lock)? {
            return Ok(None);
        }
        let outcome = work(self);
        diesel::sql_query("SELECT pg_advisory_unlock($1)")
            .bind::<BigInt, _>(lock)
            .execute(&mut self.connection)?;
        outcome.map(Some)
    }

    /// Whether nobody else has this lock: then nobody has until this connection ends.
    pub fn lock(&mut self, lock: i64) -> Result<bool> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Bool)]
            is_ours: bool,
        }

        let row: Row = diesel::sql_query("SELECT pg_try_advisory_lock($1) AS is_ours")
            .bind::<BigInt, _>(lock)
            .get_result(&mut self.connection)?;
        Ok(row.is_ours)
    }

    /// Tells every server to forget what it knew of this organization.
    pub fn notify(&mut self, organization: OrganizationId) -> Result<()> {
        super::listen::say_everyone(&mut self.connection, organization)?;
        Ok(())
    }
}

fn connect(url: &str) -> Result<PgConnection> {
    PgConnection::establish(url).context("PostgreSQL does not answer")
}

/// The tables that only operators read.
pub mod tables {
    use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

    table! {
        account_lookups (organization_id, user_id) {
            email_hash -> Binary,
            organization_id -> Uuid,
            user_id -> Uuid,
        }
    }

    table! {
        denied_access_elsewhere (id) {
            id -> Uuid,
            minute -> Timestamptz,
            network -> Nullable<Text>,
            host -> Nullable<Text>,
            operation -> Nullable<Text>,
            code -> Text,
            requests -> BigInt,
        }
    }

    table! {
        guesses (id) {
            id -> Uuid,
            email_hash -> Binary,
            organization_id -> Nullable<Uuid>,
            noticed_at -> Timestamptz,
            address -> Text,
            device -> Text,
        }
    }

    table! {
        organizations (id) {
            id -> Uuid,
            number -> Integer,
            short_id -> Text,
            slug -> Text,
            name -> Text,
            state -> Text,
            created_at -> Timestamptz,
        }
    }

    table! {
        actions_under_way (id) {
            id -> Uuid,
            action -> Text,
            subject -> Text,
            started_by -> Text,
            started_at -> Timestamptz,
            can_be_cancelled -> Bool,
            said_at -> Timestamptz,
            phase -> Text,
            phase_about -> Text,
            phase_began_at -> Timestamptz,
            measure -> Text,
            passed -> BigInt,
            expected -> Nullable<BigInt>,
            cancel_requested_at -> Nullable<Timestamptz>,
            cancel_requested_by -> Nullable<Text>,
        }
    }

    table! {
        alarms (id) {
            id -> Uuid,
            name -> Text,
            message -> Text,
            raised_at -> Timestamptz,
            ended_at -> Nullable<Timestamptz>,
        }
    }

    table! {
        backup_attendance (only_one) {
            only_one -> Bool,
            written_at -> Timestamptz,
            received_at -> Timestamptz,
            statement -> Jsonb,
        }
    }

    table! {
        backup_runs (id) {
            id -> Uuid,
            kind -> Text,
            started_at -> Timestamptz,
            finished_at -> Nullable<Timestamptz>,
            set_name -> Nullable<Text>,
            manifest_hash -> Nullable<Binary>,
            objects -> Nullable<Integer>,
            objects_unchanged -> Nullable<Integer>,
            bytes -> Nullable<BigInt>,
            bytes_put -> Nullable<BigInt>,
            error -> Nullable<Text>,
            off_site_at -> Nullable<Timestamptz>,
            off_site_error -> Nullable<Text>,
            cancelled_by -> Nullable<Text>,
        }
    }

    table! {
        client_requests (id) {
            id -> Uuid,
            kind -> Text,
            organization -> Uuid,
            requester -> Text,
            evidence -> Text,
            recipient -> Text,
            state -> Text,
            steps -> Jsonb,
            preview -> Nullable<Jsonb>,
            suspended_at -> Nullable<Timestamptz>,
            packaged_at -> Nullable<Timestamptz>,
            package_id -> Nullable<Uuid>,
            package_bytes -> Nullable<BigInt>,
            package_hash -> Nullable<Binary>,
            package_rows -> Nullable<BigInt>,
            package_files -> Nullable<BigInt>,
            package_tables -> Nullable<Jsonb>,
            package_kept_until -> Nullable<Timestamptz>,
            package_removed_at -> Nullable<Timestamptz>,
            stored_at -> Nullable<Timestamptz>,
            entered_at -> Nullable<Timestamptz>,
            erased_at -> Nullable<Timestamptz>,
            erased -> Nullable<Jsonb>,
            files_removed_at -> Nullable<Timestamptz>,
            rewritten_at -> Nullable<Timestamptz>,
            rewriting_said_at -> Nullable<Timestamptz>,
            certificate -> Nullable<Jsonb>,
            certificate_signed -> Nullable<Text>,
            failure -> Nullable<Text>,
            link_hash -> Nullable<Binary>,
            link_until -> Nullable<Timestamptz>,
            taken_at -> Nullable<Timestamptz>,
        }
    }

    table! {
        project_erasures (request_id) {
            request_id -> Uuid,
            projects -> Array<Text>,
            project_ids -> Nullable<Array<Uuid>>,
            copied -> Nullable<Jsonb>,
            key_renewed_at -> Nullable<Timestamptz>,
            secured_at -> Nullable<Timestamptz>,
        }
    }

    joinable!(project_erasures -> client_requests (request_id));

    table! {
        installation_epoch (only_one) {
            only_one -> Bool,
            epoch -> BigInt,
            fenced_by -> Nullable<BigInt>,
            fenced_at -> Nullable<Timestamptz>,
            fenced_because -> Nullable<Text>,
        }
    }

    table! {
        operator_letters (id) {
            id -> Uuid,
            letter -> Jsonb,
            created_at -> Timestamptz,
            due_at -> Timestamptz,
            attempts -> Integer,
            last_error -> Nullable<Text>,
            sent_at -> Nullable<Timestamptz>,
        }
    }

    table! {
        organization_domains (host) {
            host -> Text,
            organization_id -> Uuid,
        }
    }

    table! {
        recovery_requests (id) {
            id -> Uuid,
            email_hash -> Binary,
            organization_id -> Nullable<Uuid>,
            requested_at -> Timestamptz,
        }
    }

    table! {
        schedules (name) {
            name -> Text,
            due_at -> Timestamptz,
            running -> Bool,
            attempts -> Integer,
            fence -> BigInt,
            last_error -> Nullable<Text>,
            last_succeeded_at -> Nullable<Timestamptz>,
        }
    }

    allow_tables_to_appear_in_same_query!(account_lookups, client_requests, organizations, project_erasures);
}

/// An organization as operators see it.
#[derive(Debug, Clone, Queryable)]
pub struct OrganizationRow {
    /// The id.
    pub id: uuid::Uuid,
    /// The number in displayed codes.
    pub number: i32,
    /// The word in opaque credentials.
    pub short_id: String,
    /// The word in addresses.
    pub slug: String,
    /// The name.
    pub name: String,
    /// `active` or `suspended`.
    pub state: String,
    /// When it was created.
    pub created_at: chrono::DateTime<chrono::Utc>,
}
