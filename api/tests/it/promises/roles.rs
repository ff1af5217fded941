//! Promise: the tenants' server refuses a database role that row-level security does not hold, and says why.

use std::net::SocketAddr;

use api::{
    access::cache::AccessCache,
    clock::Clock,
    config::{FilesConfig, ServeConfig},
    http::server::Portico,
};
use diesel::connection::SimpleConnection;

use super::catalogue::{line, none};
use crate::harness::Database;

fn refusal(database: &Database, role: &str) -> String {
    let config = ServeConfig {
        database_url: database.url(role),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        domain: "portico.test".to_owned(),
        shared_host: "app.portico.test".to_owned(),
        keys_directory: "no-keys-are-read-before-the-role-is-known".into(),
        app_directory: None,
        trusted_proxies: 0,
        database_connections: 1,
        rate_limits: crate::harness::plenty(),
        refusal_delay: std::time::Duration::ZERO,
        drain: std::time::Duration::ZERO,
        admin_listen: None,
        files: FilesConfig::Nowhere,
    };
    let opened = Portico::open(&config, Clock::system(), AccessCache::default());
    opened.err().map(|error| format!("{error:#}")).expect("the server refuses")
}

#[test]
fn a_superuser_is_refused() {
    let database = Database::create();
    let superuser = line(&mut database.superuser(), "SELECT current_user::text AS line");
    assert_eq!(
        refusal(&database, &superuser),
        format!(
            "the database role {superuser} is a superuser: row-level security would not hold. Serve as portico_app."
        )
    );
}

#[test]
fn a_role_that_bypasses_row_level_security_is_refused() {
    assert_eq!(
        refusal(&Database::create(), "portico_operator"),
        "the database role portico_operator has BYPASSRLS: organizations would not be isolated. Serve as portico_app."
    );
}

#[test]
fn an_owner_is_refused() {
    let owner =
        "the database role portico_owner owns tables: it could lift their protection. Serve as portico_app.";
    assert_eq!(refusal(&Database::create(), "portico_owner"), owner);
    // Owning a single one is enough.
    let database = Database::create();
    database
        .superuser()
        .batch_execute("ALTER TABLE changes OWNER TO portico_app")
        .expect("the table changes hands");
    assert!(refusal(&database, "portico_app").contains("owns tables"));
}

#[test]
fn the_roles_have_what_they_need_and_no_more() {
    let database = Database::create();
    let sql = &mut database.superuser();
    none(
        sql,
        "a role with more or less than it needs",
        "SELECT rolname::text AS line FROM pg_roles
         WHERE rolname IN ('portico_owner', 'portico_app', 'portico_operator', 'portico_backup', 'portico_console',
                           'portico_stream')
           AND (rolsuper OR rolcreaterole OR rolcreatedb OR NOT rolcanlogin
                OR rolreplication <> (rolname = 'portico_stream')
                OR rolbypassrls <> (rolname = 'portico_operator'))",
    );
    none(
        sql,
        "a role that is a member of another, but the operators' of the tenants'",
        "SELECT m.member::regrole || ' in ' || m.roleid::regrole AS line FROM pg_auth_members m
         WHERE m.member::regrole::text LIKE 'portico%' AND NOT (
               m.member = 'portico_operator'::regrole AND m.roleid = 'portico_app'::regrole AND NOT m.admin_option)",
    );
}
