//! Promise: the tables as diesel knows them are the database's, without `org_id`.

use std::collections::BTreeMap;

use super::catalogue::lines;
use crate::harness::Database;

/// Tables that no Rust code reads by name, each with the reason.
const UNKNOWN_TO_DIESEL: [(&str, &str); 3] = [
    ("__diesel_schema_migrations", "diesel's own"),
    ("link_lookups", "read by functions of the database alone"),
    ("sign_in_failures", "read by functions of the database alone"),
];

#[test]
fn the_tables_that_diesel_knows_are_those_of_the_database() {
    let mut known = blocks(include_str!("../../../src/db/schema.rs"));
    known.append(&mut blocks(include_str!("../../../src/db/operator.rs")));
    known.append(&mut blocks(include_str!("../../../src/db/console.rs")));
    let mut there = tables(&Database::create());
    for (name, _) in UNKNOWN_TO_DIESEL {
        assert!(there.remove(name).is_some(), "{name} is no longer there: take it off the list");
    }
    assert_eq!(known.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>(), "the tables");
    for (name, expected) in there {
        assert_eq!(known[&name], expected, "{name}");
    }
}

/// The `table!` blocks of a source file by table, each with its head and a line a column.
fn blocks(source: &str) -> BTreeMap<String, Vec<String>> {
    let mut blocks = BTreeMap::new();
    let mut lines = source.lines().map(str::trim);
    while lines.by_ref().any(|line| line == "table! {") {
        let head = lines.next().expect("a table has a name").trim_end_matches(" {").to_owned();
        let columns =
            lines.by_ref().take_while(|line| *line != "}").map(|line| line.trim_end_matches(',').to_owned());
        let name = head.split(' ').next().unwrap_or_default().to_owned();
        blocks.insert(name, std::iter::once(head.clone()).chain(columns).collect());
    }
    blocks
}

/// The same of the database.
fn tables(database: &Database) -> BTreeMap<String, Vec<String>> {
    let sql = &mut database.superuser();
    let keys = lines(
        sql,
        "SELECT c.relname || ' (' || string_agg(a.attname, ', ' ORDER BY array_position(i.indkey::int2[], a.attnum)) || ')' AS line
         FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) AND a.attname <> 'org_id'
         WHERE i.indisprimary AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname",
    );
    let columns = lines(
        sql,
        "SELECT c.relname || ' ' || a.attname || ' ' || CASE WHEN a.attnotnull THEN '' ELSE 'null ' END
                || format_type(a.atttypid, NULL) AS line
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
         WHERE c.relkind IN ('r', 'p', 'v') AND c.relnamespace = 'public'::regnamespace
           AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'org_id'
         ORDER BY c.relname, a.attnum",
    );
    let mut tables: BTreeMap<String, Vec<String>> = keys
        .into_iter()
        .map(|head| (head.split(' ').next().unwrap_or_default().to_owned(), vec![head]))
        .collect();
    for column in columns {
        let (table, column) = column.split_once(' ').expect("a table and a column");
        let (name, kind) = column.split_once(' ').expect("a column and a type");
        tables
            .get_mut(table)
            .expect("every table has a primary key")
            .push(format!("{name} -> {}", rust_type(kind)));
    }
    tables
}

fn rust_type(kind: &str) -> String {
    if let Some(kind) = kind.strip_prefix("null ") {
        return format!("Nullable<{}>", rust_type(kind));
    }
    if let Some(kind) = kind.strip_suffix("[]") {
        return format!("Array<{}>", rust_type(kind));
    }
    let name = match kind {
        "bigint" => "BigInt",
        "boolean" => "Bool",
        "bytea" => "Binary",
        "character varying" => "Varchar",
        "date" => "Date",
        "integer" => "Integer",
        "jsonb" => "Jsonb",
        "numeric" => "Numeric",
        "smallint" => "SmallInt",
        "text" => "Text",
        "timestamp with time zone" => "Timestamptz",
        "timestamp without time zone" => "Timestamp",
        "uuid" => "Uuid",
        other => panic!("say here what diesel calls {other}"),
    };
    name.to_owned()
}
