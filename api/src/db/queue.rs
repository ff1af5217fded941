//! The job table: how a job stands in its row, and what wakes those who wait for one.

use diesel::{PgConnection, RunQueryDsl};
use serde_json::Value;

use crate::{ApiError, jobs::Job};

/// The channel on which workers hear that something is waiting.
pub const CHANNEL: &str = "portico_jobs";

/// Wakes the workers when this transaction commits. PostgreSQL sends one notification however often it is called.
pub(crate) fn wake_workers(connection: &mut PgConnection) -> Result<(), ApiError> {
    diesel::sql_query("SELECT pg_notify($1, 'jobs waiting')")
        .bind::<diesel::sql_types::Text, _>(CHANNEL)
        .execute(connection)?;
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
