//! The erasure of what was: of an organization in production, and of whoever the ledger names in a database that was brought
//! back.

mod again;
mod rewrite;

use anyhow::Result;
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Jsonb, Timestamptz, Uuid as SqlUuid},
};
use serde_json::{Value, json};
use shared::ids::{ClientRequestId, OrganizationId, ProjectId};
use uuid::Uuid;

pub(super) use again::end_what_was_under_way;
pub use again::{Again, Erased, Projects};
pub use rewrite::rewrite;

use super::{Entity, TenantConn, operator::OperatorDb, record::Recorded};
use crate::ApiError;

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

/// Erases the projects of a request, and gives what there was of them by table ([`copies::OwnedRows::rows_of_projects`]). `agreed`
/// says whether that is what should go: where it does not, nothing has.
pub fn erase_projects(
    db: &mut OperatorDb,
    request: ClientRequestId,
    organization: OrganizationId,
    projects: &[ProjectId],
    agreed: impl FnOnce(&Value) -> Result<()>,
) -> Result<Value> {
    let now = db.clock().now();
    let done = db.insert_in_organization(organization, |conn| {
        let Gone { gone } = sql_query("SELECT portico.erase_projects($1, $2) AS gone")
            .bind::<SqlUuid, _>(request.0)
            .bind::<Timestamptz, _>(now)
            .get_result(conn.sql())?;
        record_projects(conn, request, projects, gone.get("taken"));
        let rows = gone.get("rows").cloned().unwrap_or_default();
        agreed(&rows).map_err(ApiError::internal)?;
        Ok(rows)
    });
    done.map_err(|error| match error {
        ApiError::Internal(error) => error,
        other => anyhow::anyhow!("{other}"),
    })
}

/// The audit log says which of its parts cannot be read any more, and why.
fn record_projects(
    conn: &mut TenantConn<'_>,
    request: ClientRequestId,
    projects: &[ProjectId],
    taken: Option<&Value>,
) {
    let said = json!({ "projects": projects, "taken_parts": taken });
    conn.record(Recorded::created(Entity::ProjectErasure, request, &request.to_string(), &said));
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
