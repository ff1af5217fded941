//! What the database says of itself.

use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::Text};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The lines that a query gives, which has one column named `line`.
#[track_caller]
pub fn lines(sql: &mut PgConnection, query: &str) -> Vec<String> {
    let rows: Vec<Line> = sql_query(query).load(sql).unwrap_or_else(|error| panic!("{error}: {query}"));
    rows.into_iter().map(|row| row.line).collect()
}

/// The one line that a query gives.
#[track_caller]
pub fn line(sql: &mut PgConnection, query: &str) -> String {
    let lines = lines(sql, query);
    assert_eq!(lines.len(), 1, "{query}: {lines:?}");
    lines.into_iter().next().unwrap_or_default()
}

/// The tables with `org_id`, by name.
pub fn tenant_tables(sql: &mut PgConnection) -> Vec<String> {
    lines(
        sql,
        "SELECT c.relname::text AS line FROM pg_class c
         WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
           AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id')
         ORDER BY 1",
    )
}

/// Says what a query found that breaks a promise, where it found something.
#[track_caller]
pub fn none(sql: &mut PgConnection, what: &str, query: &str) {
    let found = lines(sql, query);
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

/// All rows of all tenant tables but the counts of refused requests, which the rim writes by itself a few seconds later;
/// told apart from any other state by a hash a table and organization.
pub fn state(sql: &mut PgConnection) -> Vec<String> {
    let hashes: Vec<String> = tenant_tables(sql)
        .iter()
        .filter(|table| *table != "denied_access")
        .map(|table| {
            format!(
                "SELECT '{table} ' || org_id || ' ' || count(*) || ' ' || md5(string_agg(t::text, ',' ORDER BY t::text)) AS line
                 FROM {table} t GROUP BY org_id"
            )
        })
        .collect();
    lines(sql, &format!("{} ORDER BY 1", hashes.join(" UNION ALL ")))
}
