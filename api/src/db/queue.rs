//! The job table: how a job stands in its row, how a worker takes it and says what became of it, and what wakes those
//! who wait for one.
//!
//! A worker that takes a job holds it until its lease ends, and may prolong it. Each taking raises the job's fence, and
//! whatever is written of a job names the fence: a worker that was thought dead and comes back writes nothing any more,
//! and hears so. Instants are the workers' own, so the clocks of their machines must agree within seconds.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl,
    prelude::*,
    sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde_json::Value;
use shared::ids::OrganizationId;
use uuid::Uuid;

use crate::{ApiError, jobs::Job};

/// The channel on which workers hear that something is waiting.
pub const CHANNEL: &str = "portico_jobs";

/// Wakes the workers when this transaction commits. PostgreSQL sends one notification however often it is called.
pub(crate) fn wake_workers(connection: &mut PgConnection) -> Result<(), ApiError> {
    diesel::sql_query("SELECT pg_notify($1, 'jobs waiting')").bind::<Text, _>(CHANNEL).execute(connection)?;
    Ok(())
}

/// A job as its row has it: the kind, and what it has to know.
pub(crate) fn to_row(job: &Job) -> Result<(String, Value), ApiError> {
    let value = serde_json::to_value(job).map_err(ApiError::internal)?;
    match value {
        Value::Object(mut parts) => match (parts.remove("kind"), parts.remove("payload")) {
            (Some(Value::String(kind)), Some(payload)) => Ok((kind, payload)),
            _ => Err(ApiError::internal(anyhow::anyhow!("a job without kind or payload"))),
        },
        _ => Err(ApiError::internal(anyhow::anyhow!("a job that is no object"))),
    }
}

/// A job that a worker holds.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
pub struct Held {
    /// Whose it is.
    #[diesel(sql_type = SqlUuid)]
    organization: Uuid,
    /// The id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Jsonb)]
    payload: Value,
    /// How often it was taken, this time included.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    #[diesel(sql_type = BigInt)]
    fence: i64,
    /// Since when a worker before this one may have done what cannot be undone.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub handing_over_since: Option<DateTime<Utc>>,
}

impl Held {
    /// Whose job it is.
    pub fn organization(&self) -> OrganizationId {
        OrganizationId(self.organization)
    }

    /// What there is to do. Fails for a job of a version that this one does not know.
    pub fn job(&self) -> Result<Job, serde_json::Error> {
        serde_json::from_value(serde_json::json!({"kind": self.kind, "payload": self.payload}))
    }
}

/// Takes the job of these kinds that has been due for longest, until the lease ends. One whose lease has ended without
/// a word from its worker is due again.
pub fn take(
    connection: &mut PgConnection,
    kinds: &[&str],
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
) -> Result<Option<Held>, ApiError> {
    let taken = diesel::sql_query(
        "WITH due AS MATERIALIZED (
             SELECT org_id, id FROM jobs
             WHERE state IN ('waiting', 'running') AND due_at <= $1 AND kind = ANY ($3)
             ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
         UPDATE jobs SET state = 'running', due_at = $2, attempts = attempts + 1, fence = fence + 1
         FROM due WHERE jobs.org_id = due.org_id AND jobs.id = due.id
         RETURNING jobs.org_id AS organization, jobs.id, kind, payload, attempts, fence, handing_over_since",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(lease_until)
    .bind::<Array<Text>, _>(kinds);
    Ok(taken.get_result(connection).optional()?)
}

/// When the next job of these kinds is due.
pub fn next_due(connection: &mut PgConnection, kinds: &[&str]) -> Result<Option<DateTime<Utc>>, ApiError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Timestamptz>)]
        due_at: Option<DateTime<Utc>>,
    }
    let next = diesel::sql_query(
        "SELECT min(due_at) AS due_at FROM jobs WHERE state IN ('waiting', 'running') AND kind = ANY ($1)",
    );
    let row: Row = next.bind::<Array<Text>, _>(kinds).get_result(connection)?;
    Ok(row.due_at)
}

/// Whether a worker still holds its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Hold {
    /// What was to be written is written.
    Kept,
    /// Nothing was written: the lease ended and somebody else took the job.
    Lost,
}

impl Hold {
    fn of(rows: usize) -> Self {
        if rows == 1 { Self::Kept } else { Self::Lost }
    }
}

/// Says that the worker is still at it.
pub fn prolong(
    connection: &mut PgConnection,
    held: &Held,
    lease_until: DateTime<Utc>,
) -> Result<Hold, ApiError> {
    let rows = diesel::sql_query(
        "UPDATE jobs SET due_at = $4 WHERE org_id = $1 AND id = $2 AND fence = $3 AND state = 'running'",
    )
    .bind::<SqlUuid, _>(held.organization)
    .bind::<SqlUuid, _>(held.id)
    .bind::<BigInt, _>(held.fence)
    .bind::<Timestamptz, _>(lease_until)
    .execute(connection)?;
    Ok(Hold::of(rows))
}

/// Says that what follows cannot be undone. Whoever has lost the job must not do it.
pub fn hand_over(connection: &mut PgConnection, held: &Held, now: DateTime<Utc>) -> Result<Hold, ApiError> {
    let rows = diesel::sql_query(
        "UPDATE jobs SET handing_over_since = $4
         WHERE org_id = $1 AND id = $2 AND fence = $3 AND state = 'running'",
    )
    .bind::<SqlUuid, _>(held.organization)
    .bind::<SqlUuid, _>(held.id)
    .bind::<BigInt, _>(held.fence)
    .bind::<Timestamptz, _>(now)
    .execute(connection)?;
    Ok(Hold::of(rows))
}

/// What became of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It is done.
    Done,
    /// It failed and is tried again then.
    Again(DateTime<Utc>, String),
    /// It is given up: a dead letter, which waits for an operator.
    Dead(String),
}

/// Writes what became of a job. Of one that is done its content is not kept: it may name people and hold a link.
pub fn end(
    connection: &mut PgConnection,
    held: &Held,
    end: &End,
    now: DateTime<Utc>,
) -> Result<Hold, ApiError> {
    let (state, due_at, error, finished_at) = match end {
        End::Done => ("done", now, None, Some(now)),
        End::Again(at, error) => ("waiting", *at, Some(error), None),
        End::Dead(error) => ("dead", now, Some(error), Some(now)),
    };
    let rows = diesel::sql_query(
        "UPDATE jobs SET state = $4, due_at = $5, last_error = $6, finished_at = $7,
                payload = CASE WHEN $4 = 'done' THEN '{}' ELSE payload END,
                handing_over_since = CASE WHEN $4 = 'dead' THEN handing_over_since END
         WHERE org_id = $1 AND id = $2 AND fence = $3 AND state = 'running'",
    )
    .bind::<SqlUuid, _>(held.organization)
    .bind::<SqlUuid, _>(held.id)
    .bind::<BigInt, _>(held.fence)
    .bind::<Text, _>(state)
    .bind::<Timestamptz, _>(due_at)
    .bind::<Nullable<Text>, _>(error)
    .bind::<Nullable<Timestamptz>, _>(finished_at)
    .execute(connection)?;
    Ok(Hold::of(rows))
}

/// A job as operators see it: without what it has to know, which may hold a secret.
#[derive(Debug, Clone, QueryableByName)]
pub struct Listed {
    /// The word in the organization's addresses.
    #[diesel(sql_type = Text)]
    pub organization: String,
    /// The id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// What kind of work.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// `waiting`, `running` or `dead`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// When it is due, or until when its worker holds it.
    #[diesel(sql_type = Timestamptz)]
    pub due_at: DateTime<Utc>,
    /// How often it was tried.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    /// Why the last try failed.
    #[diesel(sql_type = Nullable<Text>)]
    pub last_error: Option<String>,
}

/// The jobs in these states, oldest first.
pub fn list(connection: &mut PgConnection, states: &[&str]) -> Result<Vec<Listed>, ApiError> {
    let jobs = diesel::sql_query(
        "SELECT o.slug AS organization, j.id, j.kind, j.state, j.due_at, j.attempts, j.last_error
         FROM jobs j JOIN organizations o ON o.id = j.org_id
         WHERE j.state = ANY ($1) ORDER BY j.created_at, j.id LIMIT 1000",
    );
    Ok(jobs.bind::<Array<Text>, _>(states).load(connection)?)
}

/// Gives a dead job, or all of them, its attempts back. Gives how many there were.
pub fn revive(
    connection: &mut PgConnection,
    only: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<usize, ApiError> {
    let revived = diesel::sql_query(
        "UPDATE jobs SET state = 'waiting', due_at = $2, attempts = 0, handing_over_since = NULL, finished_at = NULL
         WHERE state = 'dead' AND ($1 IS NULL OR id = $1)",
    )
    .bind::<Nullable<SqlUuid>, _>(only)
    .bind::<Timestamptz, _>(now)
    .execute(connection)?;
    if revived > 0 {
        wake_workers(connection)?;
    }
    Ok(revived)
}

/// Forgets the jobs that were done, and those that died, before these instants. Gives how many.
pub fn forget(
    connection: &mut PgConnection,
    done_before: DateTime<Utc>,
    dead_before: DateTime<Utc>,
) -> Result<usize, ApiError> {
    let forgotten = diesel::sql_query(
        "DELETE FROM jobs WHERE state = 'done' AND finished_at < $1 OR state = 'dead' AND finished_at < $2",
    );
    Ok(forgotten
        .bind::<Timestamptz, _>(done_before)
        .bind::<Timestamptz, _>(dead_before)
        .execute(connection)?)
}
