//! What a superuser does who knows how the chain is made: makes it right again behind a change.

use api::audit::chain::{self, Committed, Row};
use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

use super::Log;

#[derive(QueryableByName)]
struct Chained {
    #[diesel(sql_type = BigInt)]
    sequence: i64,
    #[diesel(sql_type = Timestamptz)]
    sealed_at: DateTime<Utc>,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    actor_kind: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    actor_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    session_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    request_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    entity: String,
    #[diesel(sql_type = SqlUuid)]
    entity_id: Uuid,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = diesel::sql_types::Array<Nullable<SqlUuid>>)]
    people: Vec<Option<Uuid>>,
    #[diesel(sql_type = diesel::sql_types::Array<diesel::sql_types::Binary>)]
    commitments: Vec<Vec<u8>>,
}

/// Makes all hashes right again from this place on, those of the heads too.
pub fn chain_anew(sql: &mut PgConnection, log: &Log, from: i64) {
    let rows: Vec<Chained> = sql_query(format!(
        "SELECT s.sequence, s.sealed_at, a.id, a.at, a.actor_kind, a.actor_id, a.session_id, a.request_id, a.entity, a.entity_id, a.action,
                array(SELECT person_id FROM audit_parts p WHERE p.audit_id = a.id ORDER BY number) AS people,
                array(SELECT commitment FROM audit_parts p WHERE p.audit_id = a.id ORDER BY number) AS commitments
         FROM audit_seals s JOIN audit_log a ON a.id = s.audit_id WHERE s.org_id = '{}' ORDER BY s.sequence",
        log.organization
    ))
    .load(sql)
    .expect("the chain");
    let mut hash = chain::beginning(log.organization);
    for row in rows {
        let parts: Vec<Committed> = row
            .people
            .iter()
            .zip(&row.commitments)
            .map(|(person, bytes)| Committed {
                person: *person,
                commitment: bytes.as_slice().try_into().expect("32 bytes"),
            })
            .collect();
        let encoded = chain::encode(
            &Row {
                id: row.id,
                at: row.at,
                actor_kind: &row.actor_kind,
                actor_id: row.actor_id,
                session_id: row.session_id,
                token_id: None,
                request_id: row.request_id,
                entity: &row.entity,
                entity_id: row.entity_id,
                action: &row.action,
            },
            &parts,
        );
        hash = chain::link(&hash, row.sequence, row.sealed_at, &encoded);
        if row.sequence >= from {
            for table in ["audit_seals", "audit_heads"] {
                sql_query(format!("UPDATE {table} SET hash = $1 WHERE sequence = $2 AND org_id = $3"))
                    .bind::<diesel::sql_types::Binary, _>(hash.as_slice())
                    .bind::<BigInt, _>(row.sequence)
                    .bind::<SqlUuid, _>(log.organization.0)
                    .execute(sql)
                    .expect("a new hash");
            }
        }
    }
}
