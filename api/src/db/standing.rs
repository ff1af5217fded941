//! How the work over all organizations stands, for those who watch it: jobs, what recurs, the chain of the audit log.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_query, sql_types};

use super::operator::OperatorDb;

/// Jobs of one kind and state.
#[derive(Debug, Clone, QueryableByName)]
pub struct CountedJobs {
    #[diesel(sql_type = sql_types::Text)]
    pub kind: String,
    #[diesel(sql_type = sql_types::Text)]
    pub state: String,
    #[diesel(sql_type = sql_types::BigInt)]
    pub jobs: i64,
    #[diesel(sql_type = sql_types::Timestamptz)]
    pub due_at: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    pub finished_at: Option<DateTime<Utc>>,
}

/// All jobs that are kept, counted.
pub fn counted_jobs(db: &mut OperatorDb) -> anyhow::Result<Vec<CountedJobs>> {
    let counted = sql_query(
        "SELECT kind, state, count(*) AS jobs, min(due_at) AS due_at, max(finished_at) AS finished_at
         FROM jobs GROUP BY kind, state",
    );
    Ok(counted.load(db.global())?)
}

/// When each of what recurs last went well.
pub fn last_successes(db: &mut OperatorDb) -> anyhow::Result<HashMap<String, Option<DateTime<Utc>>>> {
    use super::operator::tables::schedules::dsl;

    let rows: Vec<(String, Option<DateTime<Utc>>)> =
        dsl::schedules.select((dsl::name, dsl::last_succeeded_at)).load(db.global())?;
    Ok(rows.into_iter().collect())
}

/// When the newest row of an audit log was written that is in no chain yet, of all organizations the oldest: at least so
/// far are chains behind.
pub fn oldest_unsealed(db: &mut OperatorDb) -> anyhow::Result<Option<DateTime<Utc>>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
        at: Option<DateTime<Utc>>,
    }
    let oldest = sql_query("SELECT portico.oldest_unsealed() AS at");
    let row: Row = oldest.get_result(db.global())?;
    Ok(row.at)
}
