//! The operators' way in, over all organizations: the command line and, later, the console. Uses a role with
//! BYPASSRLS, so it sets the organization all the same and lets nobody but itself work without one.

use anyhow::{Context, Result};
use diesel::{Connection, PgConnection, RunQueryDsl, prelude::*};
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
    clock: Clock,
}

impl OperatorDb {
    /// Connects.
    pub fn open(url: &str, clock: Clock) -> Result<Self> {
        let connection = PgConnection::establish(url).context("PostgreSQL does not answer")?;
        Ok(Self { connection, clock })
    }

    /// The clock that stamps what is written.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The connection, for the tables that belong to no organization.
    pub fn global(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// One transaction in one organization. Conditions on the organization are the caller's to write: this role sees
    /// them all, so only rows that it has just been given or made may be touched.
    pub fn in_organization<T>(
        &mut self,
        organization: OrganizationId,
        work: impl FnOnce(&mut TenantConn<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let unit =
            Unit { mode: Mode::Write, organization, actor: Actor::operator(), clock: self.clock.clone() };
        unit.run(&mut self.connection, work).map(|(value, _)| value)
    }

    /// Tells every server to forget what it knew of this organization.
    pub fn notify(&mut self, organization: OrganizationId) -> Result<()> {
        let payload = super::listen::payload(organization, super::AccessScope::Everyone);
        diesel::sql_query("SELECT pg_notify($1, $2)")
            .bind::<diesel::sql_types::Text, _>(super::listen::CHANNEL)
            .bind::<diesel::sql_types::Text, _>(payload)
            .execute(&mut self.connection)?;
        Ok(())
    }
}

/// The tables that only operators read.
pub mod tables {
    use diesel::table;

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
        organization_domains (host) {
            host -> Text,
            organization_id -> Uuid,
        }
    }
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
