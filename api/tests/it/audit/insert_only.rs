//! Promise: what the audit log is made of is added to and never changed, by any role that a server uses.

use diesel::{Connection, PgConnection, connection::SimpleConnection};

use crate::{harness::TestApp, promises::catalogue::lines};

/// The tables, each with a column to try.
const TABLES: [(&str, &str); 6] = [
    ("audit_heads", "signature"),
    ("audit_log", "action"),
    ("audit_parts", "content"),
    ("audit_seals", "hash"),
    ("erasures", "erased_at"),
    ("person_keys", "key"),
];

#[test]
fn no_role_of_a_server_changes_what_is_written() {
    let app = TestApp::start();
    app.acme.admin(&app).post("/projects", &serde_json::json!({"name": "Apollo"})).expect(201);
    let sql = &mut app.database.superuser();
    let roles = lines(
        sql,
        "SELECT rolname::text AS line FROM pg_roles WHERE rolname LIKE 'portico%' AND rolname <> 'portico_owner' ORDER BY 1",
    );
    assert_eq!(
        roles,
        ["portico_app", "portico_backup", "portico_console", "portico_operator", "portico_stream"]
    );
    for role in &roles {
        for (table, column) in TABLES {
            for statement in [
                format!("UPDATE {table} SET {column} = {column}"),
                format!("DELETE FROM {table}"),
                format!("TRUNCATE {table} CASCADE"),
                format!("DROP TABLE {table} CASCADE"),
                format!("ALTER TABLE {table} DISABLE TRIGGER ALL"),
                format!("SELECT {column} FROM {table} FOR UPDATE"),
            ] {
                let mut connection =
                    PgConnection::establish(&app.database.url(role)).expect("the role connects");
                let enter = format!("BEGIN; SET LOCAL portico.org_id = '{}'", app.acme.id);
                connection.batch_execute(&enter).expect("in the organization");
                let refused = connection.batch_execute(&statement).expect_err(&statement).to_string();
                let words = ["permission denied", "must be owner"];
                assert!(words.iter().any(|word| refused.starts_with(word)), "{role}: {statement}: {refused}");
            }
        }
    }
    // And whoever owns them is held by the policy: rows of one organization at most.
    let owners = lines(
        sql,
        "SELECT DISTINCT relowner::regrole::text AS line FROM pg_class WHERE relname LIKE 'audit%' AND relkind = 'r'",
    );
    assert_eq!(owners, ["portico_owner"]);
}
