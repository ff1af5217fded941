//! Promise: every table with `org_id` is isolated in the same way, and every other table is on a short list.

use diesel::PgConnection;

use super::catalogue::{lines, none, tenant_tables};
use crate::harness::Database;

/// The tables that belong to no organization, each with the reason.
const GLOBAL_TABLES: [(&str, &str); 25] = [
    ("__diesel_schema_migrations", "which migrations have run"),
    ("account_lookups", "hash of e-mail to account, asked before the organization is known"),
    ("actions_under_way", "what takes long and is under way in the installation"),
    ("alarms", "what is wrong with the installation"),
    ("backup_attendance", "what the backup environment says of the sets"),
    ("backup_runs", "sets hold all organizations"),
    (
        "client_requests",
        "what clients ask for is the installation's own record, and outlives the organization",
    ),
    ("denied_access_elsewhere", "refused requests at hosts of no organization, for operators"),
    ("guesses", "passwords are tried at an e-mail; whose it is, a worker finds"),
    ("installation_epoch", "which life of the installation this is, and whether another has begun"),
    ("licence_type_ceilings", "licence types belong to the platform"),
    ("licence_types", "licence types belong to the platform"),
    ("link_lookups", "hash of a link's token to what it is for, asked before the organization is known"),
    ("operations_book", "what operators did, for the whole installation"),
    ("operations_book_brought", "how far its heads stand off-site"),
    ("operations_book_heads", "how far it went, signed"),
    ("operator_letters", "to those who run the installation"),
    ("operator_sessions", "operators are of no organization, and so are their sessions"),
    ("operators", "who operates the installation"),
    ("organization_domains", "a host leads to its organization"),
    ("organizations", "the organizations themselves"),
    ("project_erasures", "what requests of clients to erase projects have more than others"),
    ("recovery_requests", "asked for before anybody looks whether there is such an account"),
    ("schedules", "what recurs for the whole installation"),
    ("sign_in_failures", "wrong passwords are counted before anybody is known"),
];

/// The functions that act with the owner's rights, each with what it gives.
const DEFINERS: [(&str, &str); 28] = [
    ("accounts_by_email", "ids of the accounts with an e-mail, eight at most"),
    ("ask_client_request", "leaves a request of the transaction's own organization behind"),
    ("attempts_wait_until", "an instant, for the keys that it is given"),
    ("client_requests_of_organization", "what was asked for the transaction's own organization"),
    ("count_denied_elsewhere", "counts refused requests at hosts of nobody"),
    ("delivery_by_token", "the id of what a link leads to, and its size"),
    (
        "erase_organization",
        "erases an organization as its client has asked for, once operators have authorized it",
    ),
    ("erase_person", "puts a pseudonym where somebody of the transaction's organization was named"),
    (
        "erase_projects",
        "erases projects of the transaction's organization as its client has asked for, once operators have authorized it",
    ),
    ("fence_table", "lets a table refuse changes, where another environment has taken over"),
    ("forgive_attempt", "forgets attempts under the keys that it is given"),
    ("keep_account_lookup", "the trigger that keeps lookups in step with people"),
    ("keep_link_lookup", "the trigger that keeps lookups in step with links"),
    ("link_by_token", "ids of what a link's token is for"),
    ("note_delivery", "notes that something was taken by a link"),
    ("note_erasure_entered", "notes that the erasure of a person stands in the ledger"),
    ("note_guess", "notes that an attempt has to wait"),
    ("note_later_epoch", "writes down that another environment has taken over"),
    ("organization_by_host", "one organization's name and state"),
    ("organization_by_id", "one organization's name and state"),
    ("organization_by_short_id", "one organization's name and state"),
    ("organization_by_slug", "one organization's name and state"),
    ("person_traces", "in how many rows somebody of the transaction's organization is named"),
    ("rename_organization", "renames the transaction's own organization"),
    ("request_recovery", "leaves a request for a link behind"),
    ("reserve_attempt", "counts an attempt, and gives an instant"),
    ("schema_versions", "which migrations have run"),
    ("tables_to_fence", "which tables do not refuse changes yet"),
];

/// The tenant tables with the attribute number of their `org_id`.
const TENANTS: &str = "WITH tenant AS (
    SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, a.attnum, a.attnotnull, a.atttypid,
           pg_get_expr(d.adbin, d.adrelid) AS default_value
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id'
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace)";

fn tenants(sql: &mut PgConnection, what: &str, query: &str) {
    none(sql, what, &format!("{TENANTS} {query}"));
}

#[test]
fn a_table_without_an_organization_is_on_the_list() {
    let database = Database::create();
    let found = lines(
        &mut database.superuser(),
        "SELECT c.oid::regclass::text AS line FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
           AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id')
         ORDER BY c.relname COLLATE \"C\"",
    );
    assert_eq!(found, GLOBAL_TABLES.map(|(name, _)| name));
}

#[test]
fn every_tenant_table_is_held_by_the_one_policy() {
    let database = Database::create();
    let sql = &mut database.superuser();
    assert!(tenant_tables(sql).len() >= 12);
    tenants(
        sql,
        "row-level security is not enabled and forced",
        "SELECT relname::text AS line FROM tenant WHERE NOT (relrowsecurity AND relforcerowsecurity)",
    );
    tenants(
        sql,
        "org_id is not `uuid NOT NULL DEFAULT portico.org_id()`",
        "SELECT relname::text AS line FROM tenant
         WHERE NOT attnotnull OR atttypid <> 'uuid'::regtype
            OR default_value IS DISTINCT FROM 'portico.org_id()'",
    );
    tenants(
        sql,
        "not exactly the one policy",
        "SELECT t.relname || ': ' || coalesce(string_agg(p.policyname || ' ' || p.permissive || ' ' || p.cmd || ' '
                    || p.roles::text || ' ' || coalesce(p.qual, '-') || ' ' || coalesce(p.with_check, '-'), '; '), 'none') AS line
         FROM tenant t LEFT JOIN pg_policies p ON p.schemaname = 'public' AND p.tablename = t.relname
         GROUP BY t.relname
         HAVING count(*) <> 1 OR bool_or(
                    p.policyname IS DISTINCT FROM 'organization' OR p.permissive <> 'PERMISSIVE' OR p.cmd <> 'ALL'
                    OR p.roles::text <> '{public}'
                    OR p.qual IS DISTINCT FROM '(org_id = portico.org_id())'
                    OR p.with_check IS DISTINCT FROM '(org_id = portico.org_id())')",
    );
    // What is true of tenant tables must not be said of others by a policy that nobody reads.
    none(
        sql,
        "a policy on a table without org_id",
        "SELECT p.tablename::text AS line FROM pg_policies p
         WHERE NOT EXISTS (SELECT 1 FROM pg_attribute a
                           WHERE a.attrelid = (quote_ident(p.schemaname) || '.' || quote_ident(p.tablename))::regclass
                             AND a.attname = 'org_id')",
    );
}

#[test]
fn every_key_of_a_tenant_table_starts_with_the_organization() {
    let database = Database::create();
    let sql = &mut database.superuser();
    tenants(
        sql,
        "no primary key",
        "SELECT relname::text AS line FROM tenant t
         WHERE NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)",
    );
    // Unique indexes and exclusion constraints ignore row-level security: they would tell of other tenants' rows.
    tenants(
        sql,
        "a unique index that does not start with org_id",
        "SELECT i.indexrelid::regclass::text AS line FROM tenant t JOIN pg_index i ON i.indrelid = t.oid
         WHERE (i.indisunique OR i.indisprimary OR i.indisexclusion) AND i.indkey[0] <> t.attnum",
    );
    // So do foreign keys: they would find them.
    tenants(
        sql,
        "a foreign key between tenant tables that does not lead from org_id to org_id",
        "SELECT k.conname || ' of ' || k.conrelid::regclass AS line
         FROM pg_constraint k JOIN tenant t ON t.oid = k.conrelid JOIN tenant f ON f.oid = k.confrelid
         WHERE k.contype = 'f' AND (k.conkey[1] <> t.attnum OR k.confkey[1] <> f.attnum OR cardinality(k.conkey) < 2)",
    );
    tenants(
        sql,
        "a foreign key from outside that does not name the organization",
        "SELECT k.conname || ' of ' || k.conrelid::regclass AS line
         FROM pg_constraint k JOIN tenant f ON f.oid = k.confrelid
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
         WHERE k.contype = 'f' AND k.conrelid NOT IN (SELECT oid FROM tenant)
           AND (k.confkey[1] <> f.attnum OR a.attname <> 'organization_id')",
    );
    tenants(
        sql,
        "org_id does not refer to organizations",
        "SELECT relname::text AS line FROM tenant t
         WHERE NOT EXISTS (SELECT 1 FROM pg_constraint k
                           WHERE k.contype = 'f' AND k.conrelid = t.oid
                             AND k.confrelid = 'organizations'::regclass AND k.conkey = ARRAY[t.attnum])",
    );
    // A bare SET NULL would null org_id too, and fail when somebody deletes.
    tenants(
        sql,
        "ON DELETE SET NULL or SET DEFAULT without its columns, or anything ON UPDATE",
        "SELECT k.conname || ' of ' || k.conrelid::regclass AS line
         FROM pg_constraint k JOIN tenant t ON t.oid = k.conrelid
         WHERE k.contype = 'f'
           AND (k.confdeltype IN ('n', 'd') AND (k.confdelsetcols IS NULL OR t.attnum = ANY (k.confdelsetcols))
                OR k.confupdtype <> 'a')",
    );
}

#[test]
fn nothing_of_ours_is_granted_to_everybody() {
    let database = Database::create();
    let sql = &mut database.superuser();
    none(
        sql,
        "granted to PUBLIC",
        "SELECT c.oid::regclass || ' ' || g.privilege_type AS line
         FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", c.relowner))) g
         WHERE g.grantee = 0 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
           AND c.relnamespace IN ('public'::regnamespace, 'portico'::regnamespace)
         UNION ALL
         SELECT a.attrelid::regclass || '.' || a.attname || ' ' || g.privilege_type
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid, aclexplode(a.attacl) g
         WHERE g.grantee = 0 AND c.relnamespace IN ('public'::regnamespace, 'portico'::regnamespace)
         UNION ALL
         SELECT p.oid::regprocedure || ' ' || g.privilege_type
         FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
         WHERE g.grantee = 0 AND p.pronamespace IN ('public'::regnamespace, 'portico'::regnamespace)
         UNION ALL
         SELECT n.nspname || ' ' || g.privilege_type
         FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) g
         WHERE g.grantee = 0 AND (n.nspname = 'portico' OR n.nspname = 'public' AND g.privilege_type <> 'USAGE')",
    );
    // The right to connect is the database's own and not in its template.
    none(
        &mut Database::empty().superuser(),
        "the database is granted to PUBLIC",
        "SELECT g.privilege_type::text AS line
         FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) g
         WHERE g.grantee = 0 AND d.datname = current_database()",
    );
}

/// Table by table, what each role that a server uses may do: a line that changes is a decision.
#[test]
fn what_each_role_may_do_with_each_table() {
    let database = Database::create();
    let rights = |role: &str| {
        format!(
            "coalesce((SELECT string_agg(p, ' ' ORDER BY n)
                       FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'USAGE']) WITH ORDINALITY AS u (p, n)
                       WHERE CASE WHEN c.relkind = 'S' THEN p = 'USAGE' AND has_sequence_privilege('{role}', c.oid, p)
                                  WHEN p = 'USAGE' THEN false
                                  WHEN p = 'DELETE' THEN has_table_privilege('{role}', c.oid, p)
                                  ELSE has_any_column_privilege('{role}', c.oid, p) END), '-')"
        )
    };
    let table = lines(
        &mut database.superuser(),
        &format!(
            "SELECT rpad(c.relname, 28) || rpad({}, 29) || rpad({}, 29) || rpad({}, 17) || {} AS line
             FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.relnamespace = 'public'::regnamespace
             ORDER BY c.relname COLLATE \"C\"",
            rights("portico_app"),
            rights("portico_operator"),
            rights("portico_backup"),
            rights("portico_console")
        ),
    );
    let head = format!(
        "{:<28}{:<29}{:<29}{:<17}portico_console",
        "table", "portico_app", "portico_operator", "portico_backup"
    );
    insta::assert_snapshot!(format!("{head}\n{}", table.join("\n")));
}

#[test]
fn the_tenants_server_cannot_read_what_belongs_to_no_organization() {
    let database = Database::create();
    let sql = &mut database.superuser();
    let readable = lines(
        sql,
        "SELECT c.relname::text AS line FROM pg_class c
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relnamespace = 'public'::regnamespace
           AND has_any_column_privilege('portico_app', c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
           AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id')
         ORDER BY 1",
    );
    assert_eq!(readable, ["licence_type_ceilings", "licence_types"]);
    none(
        sql,
        "the tenants' server may change a licence type, or the audit log",
        "SELECT t || ' ' || p AS line
         FROM unnest(ARRAY['licence_types', 'licence_type_ceilings']) t,
              unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p
         WHERE has_table_privilege('portico_app', t, p)
         UNION ALL
         SELECT t || ' ' || p
         FROM unnest(ARRAY['audit_log', 'audit_parts', 'person_keys']) t,
              unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) p
         WHERE has_table_privilege('portico_app', t, p)
         UNION ALL
         SELECT t || ' UPDATE' FROM unnest(ARRAY['audit_log', 'audit_parts', 'person_keys']) t
         WHERE has_any_column_privilege('portico_app', t, 'UPDATE')",
    );
    none(
        sql,
        "TRUNCATE is not held by row-level security",
        "SELECT c.relname || ' ' || r AS line
         FROM pg_class c, unnest(ARRAY['portico_app', 'portico_operator', 'portico_console']) r
         WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
           AND has_table_privilege(r, c.oid, 'TRUNCATE, REFERENCES, TRIGGER')",
    );
}

#[test]
fn views_ask_with_the_rights_of_who_asks() {
    let database = Database::create();
    none(
        &mut database.superuser(),
        "a view without security_invoker, or a materialized one",
        "SELECT c.oid::regclass::text AS line FROM pg_class c
         WHERE c.relnamespace IN ('public'::regnamespace, 'portico'::regnamespace)
           AND (c.relkind = 'm' OR c.relkind = 'v'
                AND NOT coalesce(c.reloptions @> '{security_invoker=true}', false))",
    );
}

#[test]
fn functions_with_the_owners_rights_are_on_the_list_and_fixed() {
    let database = Database::create();
    let sql = &mut database.superuser();
    let definers = lines(
        sql,
        "SELECT p.proname::text AS line FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE p.prosecdef AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
         ORDER BY p.proname COLLATE \"C\"",
    );
    assert_eq!(definers, DEFINERS.map(|(name, _)| name));
    none(
        sql,
        "a function without a fixed search path, or of somebody else",
        "SELECT p.oid::regprocedure::text AS line FROM pg_proc p
         WHERE p.prosecdef AND p.pronamespace = 'portico'::regnamespace
           AND (NOT coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, public'], false)
                OR p.proowner <> 'portico_owner'::regrole)",
    );
    // A trigger's function needs no grant to be called by the trigger.
    let callable = lines(
        sql,
        "SELECT p.proname::text AS line FROM pg_proc p
         WHERE p.pronamespace = 'portico'::regnamespace AND has_function_privilege('portico_app', p.oid, 'EXECUTE')
         ORDER BY p.proname COLLATE \"C\"",
    );
    let mut expected: Vec<&str> = DEFINERS.iter().map(|(name, _)| *name).collect();
    // Operators fence, and nobody who serves.
    let of_operators = [
        "erase_organization",
        "erase_projects",
        "fence_table",
        "note_erasure_entered",
        "note_later_epoch",
        "tables_to_fence",
    ];
    expected.retain(|name| !name.starts_with("keep_") && !of_operators.contains(name));
    expected.push("org_id");
    expected.sort_unstable();
    assert_eq!(callable, expected);
}
