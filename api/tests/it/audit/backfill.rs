//! Audit rows of before there were parts are brought over, in every organization.

use std::collections::BTreeMap;

use api::db::{migrate, record::parts::Content};
use diesel::{
    QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_query,
    sql_types::{Jsonb, Nullable, Text, Uuid as SqlUuid},
};
use serde_json::Value;
use uuid::Uuid;

use crate::harness::{Database, said};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    org_id: Uuid,
    #[diesel(sql_type = Text)]
    action: String,
}

#[test]
fn rows_of_before_there_were_parts_are_brought_over_in_every_organization() {
    let database = Database::create();
    let sql = &mut database.superuser();
    let rows: Vec<Row> =
        sql_query("SELECT id, org_id, action FROM audit_log ORDER BY id").load(sql).expect("the audit log");
    let contents: BTreeMap<Uuid, Content> = rows.iter().map(|row| (row.id, said(sql, row.id))).collect();
    let organizations: std::collections::BTreeSet<Uuid> = rows.iter().map(|row| row.org_id).collect();
    assert_eq!(organizations.len(), 2);

    // As they were before: everything in the row itself. An address had only what people did.
    sql.batch_execute("DELETE FROM audit_parts; DELETE FROM person_keys").expect("the parts are gone");
    for row in &rows {
        let content = &contents[&row.id];
        let side = |kind: &str, side: &serde_json::Map<String, Value>| {
            (row.action != kind).then(|| Value::Object(side.clone()))
        };
        sql_query("UPDATE audit_log SET before = $2, after = $3, address = $4 WHERE id = $1")
            .bind::<SqlUuid, _>(row.id)
            .bind::<Nullable<Jsonb>, _>(side("created", &content.before))
            .bind::<Nullable<Jsonb>, _>(side("deleted", &content.after))
            .bind::<Nullable<Text>, _>(content.address.clone())
            .execute(sql)
            .expect("an old row");
    }

    migrate::up(&database.url("portico_owner")).expect("they are brought over");
    for (id, content) in &contents {
        assert_eq!(said(sql, *id), *content);
    }
    let left = sql_query(
        "SELECT id, org_id, action FROM audit_log WHERE before IS NOT NULL OR after IS NOT NULL OR address IS NOT NULL",
    );
    assert!(left.load::<Row>(sql).expect("asked").is_empty(), "the old columns still hold something");
    let clear: Vec<Row> = sql_query(
        "SELECT a.id, a.org_id, a.action FROM audit_log a JOIN audit_parts p ON p.org_id = a.org_id AND p.audit_id = a.id
         WHERE p.content LIKE '%@%'",
    )
    .load(sql)
    .expect("asked");
    assert!(clear.is_empty(), "an e-mail stands in clear");
}
