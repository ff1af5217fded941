//! The audit log as a superuser sees it who has the keys.

use std::collections::BTreeSet;

use api::db::record::{
    keys::{self, KeyState},
    parts::{self, Content},
};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Binary, Nullable, SmallInt, Text, Uuid as SqlUuid},
};
use uuid::Uuid;

#[derive(QueryableByName)]
struct PartRow {
    #[diesel(sql_type = SmallInt)]
    number: i16,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    person_id: Option<Uuid>,
    #[diesel(sql_type = Binary)]
    commitment: Vec<u8>,
    #[diesel(sql_type = Nullable<Binary>)]
    salt: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Text>)]
    content: Option<String>,
    #[diesel(sql_type = Nullable<Binary>)]
    sealed: Option<Vec<u8>>,
}

/// All that can be read of what an audit row says. What is read fits its commitment.
pub fn said(sql: &mut PgConnection, audit_id: Uuid) -> Content {
    let rows: Vec<PartRow> = sql_query(
        "SELECT number, person_id, commitment, salt, content, sealed FROM audit_parts WHERE audit_id = $1 ORDER BY number",
    )
    .bind::<SqlUuid, _>(audit_id)
    .load(sql)
    .expect("the parts are read");
    assert!(!rows.is_empty(), "the audit row {audit_id} says nothing");
    let people: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.person_id).collect();
    let keys = keys::find(sql, &people).expect("the keys are read");
    let mut all = Content::default();
    for row in rows {
        let opened = match (row.sealed, row.person_id.and_then(|person| keys.get(&person))) {
            (Some(sealed), Some(KeyState::Held(key))) => {
                Some(parts::open(&sealed, key, audit_id, row.number).expect("the key opens it"))
            }
            _ => row.salt.zip(row.content),
        };
        let Some((salt, content)) = opened else { continue };
        assert_eq!(parts::commitment(&salt, content.as_bytes()).to_vec(), row.commitment);
        all.merge(serde_json::from_str(&content).expect("a content"));
    }
    all
}
