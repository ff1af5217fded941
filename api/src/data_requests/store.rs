//! Requests of the organization, through the functions of the database that say for whom they are.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{Array, Text, Timestamptz, Uuid as SqlUuid},
};
use serde_json::json;
use shared::{
    console::{ClientRequestKind, ClientRequestState},
    data_request::{DataRequest, NewDataRequest},
    ids::{ClientRequestId, UserId},
};
use uuid::Uuid;

use crate::{
    ApiError,
    console::requests::store::{one_at_a_time, trimmed},
    db::{Entity, TenantConn, record::Recorded, schema::users},
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    requester: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Timestamptz)]
    requested_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    changed_at: DateTime<Utc>,
}

/// What the organization has asked for, the newest first.
pub fn list(conn: &mut TenantConn<'_>) -> Result<Vec<DataRequest>, ApiError> {
    let rows: Vec<Row> =
        sql_query("SELECT * FROM portico.client_requests_of_organization()").load(conn.sql())?;
    let unknown = || ApiError::internal(anyhow::anyhow!("a request of a kind or state that nobody knows"));
    let read = |row: Row| {
        Ok(DataRequest {
            id: row.id.into(),
            kind: ClientRequestKind::from_key(&row.kind).ok_or_else(unknown)?,
            requester: row.requester,
            state: ClientRequestState::from_key(&row.state).ok_or_else(unknown)?,
            requested_at: row.requested_at,
            changed_at: row.changed_at,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Asks, in the name of somebody who has just shown their password.
pub fn ask(conn: &mut TenantConn<'_>, user: UserId, new: &NewDataRequest) -> Result<DataRequest, ApiError> {
    let (first, last, email): (String, String, String) = users::table
        .find(user.0)
        .select((users::first_name, users::last_name, users::email))
        .first(conn.sql())?;
    let (id, now) = (ClientRequestId(conn.clock().new_id()), conn.clock().now());
    let requester = format!("{first} {last} <{email}>");
    let mut evidence =
        "A company admin who is signed in has asked for it, and has shown the password.".to_owned();
    if !new.message.trim().is_empty() {
        evidence.push_str("\n\n");
        evidence.push_str(new.message.trim());
    }
    sql_query("SELECT portico.ask_client_request($1, $2, $3, $4, $5, $6, $7)")
        .bind::<SqlUuid, _>(id.0)
        .bind::<Text, _>(new.kind.key())
        .bind::<Text, _>(&requester)
        .bind::<Text, _>(&evidence)
        .bind::<Text, _>(new.recipient.trim())
        .bind::<Timestamptz, _>(now)
        .bind::<Array<Text>, _>(trimmed(&new.projects))
        .execute(conn.sql())
        .map_err(one_at_a_time)?;
    let said = json!({ "request": new.kind, "recipient": new.recipient.trim(), "message": new.message.trim(),
            "projects": (!new.projects.is_empty()).then(|| trimmed(&new.projects)) });
    conn.record(Recorded::created(Entity::DataRequest, id, new.kind.key(), &said));
    Ok(DataRequest {
        id,
        kind: new.kind,
        requester,
        state: ClientRequestState::Requested,
        requested_at: now,
        changed_at: now,
    })
}
