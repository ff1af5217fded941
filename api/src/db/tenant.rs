//! A transaction of one organization.

use diesel::{
    PgConnection, RunQueryDsl,
    connection::{AnsiTransactionManager, TransactionManager},
};
use shared::ids::{OrganizationId, UserId};

use super::record::{Actor, Recorded};
use crate::{ApiError, clock::Clock};

/// A connection inside a transaction of one organization. Every query through it sees that organization's rows and
/// no others.
#[expect(missing_debug_implementations, reason = "a connection has nothing to show")]
pub struct TenantConn<'a> {
    connection: &'a mut PgConnection,
    organization: OrganizationId,
    actor: Actor,
    clock: Clock,
    recorded: Vec<Recorded>,
    access_changed: Vec<AccessScope>,
}

/// Whose access has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessScope {
    /// One person's.
    User(UserId),
    /// Everybody's in the organization.
    Everyone,
}

impl TenantConn<'_> {
    /// The connection, for `load`, `first`, `execute`.
    pub fn sql(&mut self) -> &mut PgConnection {
        self.connection
    }

    /// The organization of this transaction.
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// Who works in this transaction.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The clock that stamps what is written.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Reports a change: it becomes a row of the history and one of the audit log when the transaction commits.
    /// One that changed nothing is left out.
    pub fn record(&mut self, change: Recorded) {
        if !change.is_empty() {
            self.recorded.push(change);
        }
    }

    /// Forgets what was reported, where the work that reported it is taken back.
    pub(super) fn forget_reports(&mut self) {
        self.recorded.clear();
        self.access_changed.clear();
    }

    /// Says that somebody may now do more or less: every server forgets what it knew of them when the transaction
    /// commits.
    pub fn access_changed(&mut self, scope: AccessScope) {
        if !self.access_changed.contains(&scope) {
            self.access_changed.push(scope);
        }
    }
}

/// Whether a transaction may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    Write,
}

/// What a transaction is opened with.
pub(super) struct Unit {
    pub(super) mode: Mode,
    pub(super) organization: OrganizationId,
    pub(super) actor: Actor,
    pub(super) clock: Clock,
}

impl Unit {
    /// Opens the transaction, does the work, and commits; rolls back where the work fails. Gives whose access has
    /// changed beside the work's value.
    pub(super) fn run<T>(
        self,
        connection: &mut PgConnection,
        work: impl FnOnce(&mut TenantConn<'_>) -> Result<T, ApiError>,
    ) -> Result<(T, Vec<AccessScope>), ApiError> {
        begin(connection, self.mode, self.organization)?;
        let mut tenant = TenantConn {
            connection,
            organization: self.organization,
            actor: self.actor,
            clock: self.clock,
            recorded: Vec::new(),
            access_changed: Vec::new(),
        };
        let outcome = work(&mut tenant).and_then(|value| {
            let recorded = std::mem::take(&mut tenant.recorded);
            super::record::write(&mut tenant, recorded)?;
            notify(&mut tenant)?;
            Ok(value)
        });
        let changed = std::mem::take(&mut tenant.access_changed);
        match outcome {
            Ok(value) => {
                AnsiTransactionManager::commit_transaction(tenant.connection).map_err(|error| {
                    match ApiError::from(error) {
                        // Whether it still committed nobody has heard.
                        ApiError::Busy if self.mode == Mode::Write => ApiError::OutcomeUnknown,
                        error => error,
                    }
                })?;
                Ok((value, changed))
            }
            Err(error) => {
                // Where even this fails the connection is broken, and the pool throws it away.
                if let Err(rollback) = AnsiTransactionManager::rollback_transaction(tenant.connection) {
                    tracing::warn!(%rollback, "rollback failed");
                }
                Err(error)
            }
        }
    }
}

/// BEGIN and the organization in one round trip. The id is a UUID of ours, so it cannot carry SQL.
fn begin(connection: &mut PgConnection, mode: Mode, organization: OrganizationId) -> Result<(), ApiError> {
    let begin = match mode {
        Mode::Read => "BEGIN READ ONLY",
        Mode::Write => "BEGIN",
    };
    let sql = format!("{begin}; SELECT set_config('portico.org_id', '{organization}', true)");
    AnsiTransactionManager::begin_transaction_sql(connection, &sql)?;
    Ok(())
}

/// Goes into an organization inside of a transaction that runs already, for migrations that walk over all of them.
pub(super) fn enter(connection: &mut PgConnection, organization: OrganizationId) -> diesel::QueryResult<()> {
    diesel::sql_query("SELECT set_config('portico.org_id', $1, true)")
        .bind::<diesel::sql_types::Text, _>(organization.to_string())
        .execute(connection)?;
    Ok(())
}

fn notify(tenant: &mut TenantConn<'_>) -> Result<(), ApiError> {
    for scope in tenant.access_changed.clone() {
        let payload = super::listen::payload(tenant.organization, scope);
        diesel::sql_query("SELECT pg_notify($1, $2)")
            .bind::<diesel::sql_types::Text, _>(super::listen::CHANNEL)
            .bind::<diesel::sql_types::Text, _>(payload)
            .execute(tenant.sql())?;
    }
    Ok(())
}
