//! The way to what belongs to no organization: operators, their sessions and the operations book. For the console's server
//! ([`ConsoleDb`]), and for a shell ([`ConsoleShell`]).
//!
//! Invariant: under the role `portico_console`, which no table of organizations is granted to, and that is looked at before
//! anything is done.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use diesel::{Connection as _, PgConnection, RunQueryDsl as _};

use super::{
    gate::{Connections, Gate, connection_pool},
    migrate,
    operator::OperatorDb,
    turns::For,
};
use crate::{ApiError, clock::Clock};

/// A transaction over what belongs to no organization.
#[expect(missing_debug_implementations, reason = "a connection has nothing to show")]
pub struct ConsoleConn<'a> {
    connection: &'a mut PgConnection,
    clock: &'a Clock,
}

impl ConsoleConn<'_> {
    /// The connection, for queries.
    pub fn sql(&mut self) -> &mut PgConnection {
        self.connection
    }

    /// The clock that stamps what is written.
    pub fn clock(&self) -> &Clock {
        self.clock
    }
}

/// Work in one transaction; nothing of it is kept where it fails.
fn transaction<T>(
    connection: &mut PgConnection,
    clock: &Clock,
    work: impl FnOnce(&mut ConsoleConn<'_>) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    connection.transaction(|connection| work(&mut ConsoleConn { connection, clock }))
}

/// The console's database, as its handlers see it.
#[derive(Debug, Clone)]
pub struct ConsoleDb(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    gate: Gate,
    clock: Clock,
}

impl ConsoleDb {
    /// A door with so many connections. Refuses a role that may more than it should.
    pub fn open(url: &str, connections: u32, clock: Clock) -> Result<Self> {
        check_role(url)?;
        let gate = Gate::new(connection_pool(url, connections)?, connections)?;
        Ok(Self(Arc::new(Inner { gate, clock })))
    }

    /// How the connections stand.
    pub fn connections(&self) -> Connections {
        self.0.gate.connections()
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), ApiError> {
        self.run(|conn| {
            diesel::sql_query("SELECT 1").execute(conn.sql())?;
            Ok(())
        })
        .await
    }

    /// Does the work in one transaction.
    pub async fn run<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&mut ConsoleConn<'_>) -> Result<T, ApiError> + Send + 'static,
    {
        let clock = self.0.clock.clone();
        self.0.gate.run(For::Server, move |connection| transaction(connection, &clock, work)).await
    }
}

/// One connection, for commands.
#[expect(missing_debug_implementations, reason = "a connection has nothing to show")]
pub struct ConsoleShell {
    connection: PgConnection,
    clock: Clock,
}

impl ConsoleShell {
    /// Connects.
    pub fn open(url: &str, clock: Clock) -> Result<Self> {
        let connection = PgConnection::establish(url).context("PostgreSQL does not answer")?;
        Ok(Self { connection, clock })
    }

    /// The clock that stamps what is written.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Does the work in one transaction.
    pub fn run<T>(
        &mut self,
        work: impl FnOnce(&mut ConsoleConn<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        transaction(&mut self.connection, &self.clock, work)
    }
}

impl OperatorDb {
    /// The same for a worker, who comes as `portico_operator`.
    pub fn on_the_platform<T>(
        &mut self,
        work: impl FnOnce(&mut ConsoleConn<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let clock = self.clock().clone();
        transaction(self.global(), &clock, work)
    }
}

/// Refuses a role that reaches the rows of organizations.
pub fn check_role(url: &str) -> Result<()> {
    let mut connection = PgConnection::establish(url).context("PostgreSQL does not answer")?;
    let role = migrate::rights(&mut connection)?;
    if role.superuser || role.bypasses || role.owns {
        bail!(
            "the database role {} reaches the rows of organizations, which the console has no business with. Use \
             portico_console.",
            role.name
        );
    }
    Ok(())
}

/// The tables of operators and of their book.
pub mod tables {
    use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

    pub use crate::db::operator::tables::{
        actions_under_way, alarms, backup_attendance, backup_runs, client_requests, organizations,
        project_erasures,
    };

    table! {
        operations_book (sequence) {
            sequence -> BigInt,
            id -> Uuid,
            at -> Timestamptz,
            actor_kind -> Text,
            actor_id -> Nullable<Uuid>,
            actor_name -> Text,
            team -> Nullable<Text>,
            action -> Text,
            subject -> Text,
            outcome -> Text,
            details -> Text,
            written_at -> Timestamptz,
            hash -> Binary,
        }
    }

    table! {
        operations_book_brought (store) {
            store -> Text,
            sequence -> BigInt,
            brought_at -> Timestamptz,
        }
    }

    table! {
        operations_book_heads (sequence) {
            sequence -> BigInt,
            hash -> Binary,
            signed_at -> Timestamptz,
            key_id -> Text,
            signature -> Binary,
        }
    }

    table! {
        operators (id) {
            id -> Uuid,
            email -> Text,
            name -> Text,
            teams -> Array<Text>,
            active -> Bool,
            password_hash -> Nullable<Text>,
            second_factor -> Binary,
            last_step -> BigInt,
            enrolment_hash -> Nullable<Binary>,
            enrolment_until -> Nullable<Timestamptz>,
            version -> Integer,
            created_at -> Timestamptz,
            updated_at -> Timestamptz,
            last_signed_in_at -> Nullable<Timestamptz>,
        }
    }

    table! {
        operator_sessions (id) {
            id -> Uuid,
            operator_id -> Uuid,
            token_hash -> Binary,
            address -> Text,
            created_at -> Timestamptz,
            last_used_at -> Timestamptz,
            expires_at -> Timestamptz,
        }
    }

    joinable!(operator_sessions -> operators (operator_id));
    allow_tables_to_appear_in_same_query!(operators, operator_sessions);
}
