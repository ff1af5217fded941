//! A transaction of one organization.

use diesel::{
    PgConnection, RunQueryDsl,
    connection::{AnsiTransactionManager, TransactionManager},
};
use shared::ids::{OrganizationId, UserId};

use super::record::{Actor, Recorded};
use crate::{ApiError, access::cache::AccessCache, clock::Clock};

/// A connection inside a transaction of one organization. Every query through it sees that organization's rows and
/// no others.
#[expect(missing_debug_implementations, reason = "a connection has nothing to show")]
pub struct TenantConn<'a> {
    connection: &'a mut PgConnection,
    organization: OrganizationId,
    actor: Actor,
    clock: Clock,
    kept: Option<AccessCache>,
    recorded: Vec<Recorded>,
    outdated: Vec<Outdated>,
}

/// What no server may go on believing once a transaction has committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outdated {
    /// Who may do what.
    Access(AccessScope),
    /// The lists that projects choose from.
    Choices,
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
        self.outdated.clear();
    }

    /// Says that somebody may now do more or less: every server forgets what it knew of them when the transaction
    /// commits.
    pub fn access_changed(&mut self, scope: AccessScope) {
        self.outdate(Outdated::Access(scope));
    }

    /// Says that the lists that projects choose from have changed: every server reads them anew.
    pub fn choices_changed(&mut self) {
        self.outdate(Outdated::Choices);
    }

    fn outdate(&mut self, what: Outdated) {
        if !self.outdated.contains(&what) {
            self.outdated.push(what);
        }
    }

    /// What this server keeps in memory, for transactions that only read: what is written is decided on what is there.
    pub fn kept(&self) -> Option<AccessCache> {
        self.kept.clone()
    }
}

/// Whether a transaction may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    /// Read one state, for as long as it takes.
    Snapshot,
    Write,
}

/// What a transaction is opened with.
pub(super) struct Unit {
    pub(super) mode: Mode,
    pub(super) organization: OrganizationId,
    pub(super) actor: Actor,
    pub(super) clock: Clock,
    /// What the server keeps in memory, where there is one.
    pub(super) kept: Option<AccessCache>,
}

impl Unit {
    /// Opens the transaction, does the work, and commits; rolls back where the work fails. Gives what is outdated by it
    /// beside the work's value.
    pub(super) fn run<T>(
        self,
        connection: &mut PgConnection,
        work: impl FnOnce(&mut TenantConn<'_>) -> Result<T, ApiError>,
    ) -> Result<(T, Vec<Outdated>), ApiError> {
        let mode = self.mode;
        begin(connection, mode, self.organization)?;
        match self.inside(connection, work) {
            Ok(done) => {
                AnsiTransactionManager::commit_transaction(connection).map_err(|error| {
                    match ApiError::from(error) {
                        // Whether it still committed nobody has heard.
                        ApiError::Busy if mode == Mode::Write => ApiError::OutcomeUnknown,
                        error => error,
                    }
                })?;
                Ok(done)
            }
            Err(error) => {
                // Where even this fails the connection is broken, and the pool throws it away.
                if let Err(rollback) = AnsiTransactionManager::rollback_transaction(connection) {
                    tracing::warn!(%rollback, "rollback failed");
                }
                Err(error)
            }
        }
    }

    /// The same inside of a transaction that runs already and is in the organization ([`enter`]); who began it ends it.
    pub(super) fn inside<T>(
        self,
        connection: &mut PgConnection,
        work: impl FnOnce(&mut TenantConn<'_>) -> Result<T, ApiError>,
    ) -> Result<(T, Vec<Outdated>), ApiError> {
        let mut tenant = TenantConn {
            connection,
            organization: self.organization,
            actor: self.actor,
            clock: self.clock,
            kept: self.kept.filter(|_| self.mode == Mode::Read),
            recorded: Vec::new(),
            outdated: Vec::new(),
        };
        let value = work(&mut tenant)?;
        let recorded = std::mem::take(&mut tenant.recorded);
        super::record::write(&mut tenant, recorded)?;
        notify(&mut tenant)?;
        Ok((value, std::mem::take(&mut tenant.outdated)))
    }
}

/// BEGIN and the organization in one round trip. The id is a UUID of ours, so it cannot carry SQL.
fn begin(connection: &mut PgConnection, mode: Mode, organization: OrganizationId) -> Result<(), ApiError> {
    let begin = match mode {
        Mode::Read => "BEGIN READ ONLY",
        Mode::Snapshot => {
            "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; \
             SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
        }
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
    for what in tenant.outdated.clone() {
        let payload = super::listen::payload(tenant.organization, what);
        diesel::sql_query("SELECT pg_notify($1, $2)")
            .bind::<diesel::sql_types::Text, _>(super::listen::CHANNEL)
            .bind::<diesel::sql_types::Text, _>(payload)
            .execute(tenant.sql())?;
    }
    Ok(())
}
