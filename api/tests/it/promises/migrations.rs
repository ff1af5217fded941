//! Promise: migrations go up, down and up again to the same schema, each by itself and all together.

use api::db::migrate;
use diesel::{Connection, PgConnection};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};

use super::catalogue::lines;
use crate::harness::Database;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/schema");

/// Everything that migrations make, as text: tables with columns, defaults and rights, keys, indexes, policies,
/// functions, triggers, and the rows that are part of the schema.
fn schema(database: &Database) -> String {
    let sql = &mut database.superuser();
    let queries = [
        "SELECT 'schema ' || nspname || ' ' || coalesce(nspacl::text, '') AS line FROM pg_namespace
         WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'",
        "SELECT 'relation ' || relkind::text || ' ' || oid::regclass || ' ' || relrowsecurity || relforcerowsecurity || ' '
                || coalesce(relacl::text, '') || coalesce(reloptions::text, '') AS line FROM ours",
        "SELECT 'column ' || attrelid::regclass || ' '
                || row_number() OVER (PARTITION BY attrelid ORDER BY attnum) || ' ' || attname || ' ' || format_type(atttypid, atttypmod)
                || ' ' || attnotnull || attgenerated::text || attidentity::text || ' ' || attcollation::regcollation || ' '
                || coalesce(pg_get_expr(adbin, adrelid), '') || ' ' || coalesce(attacl::text, '') AS line
         FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
         WHERE attrelid IN (SELECT oid FROM ours) AND attnum > 0 AND NOT attisdropped",
        "SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) AS line
         FROM pg_constraint WHERE conrelid IN (SELECT oid FROM ours)",
        "SELECT pg_get_indexdef(indexrelid) AS line FROM pg_index WHERE indrelid IN (SELECT oid FROM ours)",
        "SELECT 'policy ' || polrelid::regclass || ' ' || polname || ' ' || polcmd::text || polpermissive || ' '
                || pg_get_expr(polqual, polrelid) || ' ' || coalesce(pg_get_expr(polwithcheck, polrelid), '') AS line
         FROM pg_policy",
        "SELECT pg_get_functiondef(oid) || ' ' || coalesce(proacl::text, '') AS line FROM pg_proc
         WHERE pronamespace IN (SELECT oid FROM spaces)",
        "SELECT pg_get_triggerdef(oid) AS line FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT 'type ' || oid::regtype AS line FROM pg_type WHERE typnamespace IN (SELECT oid FROM spaces) AND typtype IN ('e', 'd', 'r')",
        "SELECT 'collation ' || collname AS line FROM pg_collation WHERE collnamespace IN (SELECT oid FROM spaces)",
        "SELECT 'extension ' || extname AS line FROM pg_extension WHERE extname <> 'plpgsql'",
    ];
    let mut found: Vec<String> = queries
        .iter()
        .flat_map(|query| {
            lines(
                sql,
                &format!(
                    "WITH spaces AS (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
                     ours AS (SELECT * FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S') AND relnamespace IN (SELECT oid FROM spaces)
                              AND relname <> '__diesel_schema_migrations')
                     {query}"
                ),
            )
        })
        .collect();
    // Rows that migrations insert are part of what they make.
    for table in lines(
        sql,
        "SELECT relname::text AS line FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> '__diesel_schema_migrations'",
    ) {
        found.extend(lines(sql, &format!("SELECT '{table} ' || to_jsonb(t)::text AS line FROM {table} t")));
    }
    found.sort();
    found.join("\n")
}

#[test]
fn all_up_all_down_and_up_again_give_the_same_schema() {
    let database = Database::empty();
    let owner = database.url("portico_owner");
    let nothing = schema(&database);
    let ran = migrate::up(&owner).expect("up");
    let first = schema(&database);
    assert!(!ran.is_empty() && first.len() > nothing.len());
    assert!(migrate::up(&owner).expect("up to date").is_empty(), "what has run does not run again");
    similar(&schema(&database), &first);
    migrate::down(&owner).expect("down");
    similar(&schema(&database), &nothing);
    assert_eq!(migrate::up(&owner).expect("up again"), ran);
    similar(&schema(&database), &first);
}

#[test]
fn each_migration_takes_back_what_it_did() {
    let database = Database::empty();
    let mut owner = PgConnection::establish(&database.url("portico_owner")).expect("it connects");
    let migrations = || FileBasedMigrations::from_path(FOLDER).expect("the folder is read");
    while owner.has_pending_migration(migrations()).expect("asked") {
        let before = schema(&database);
        owner.run_next_migration(migrations()).expect("up");
        let after = schema(&database);
        let version = owner.revert_last_migration(migrations()).expect("down");
        assert!(before == schema(&database), "{version} leaves something behind, or takes too much");
        owner.run_next_migration(migrations()).expect("up again");
        assert!(after == schema(&database), "{version} up again differs");
    }
}

/// They run in the order of their names, which say the day and a running number.
#[test]
fn migrations_are_named_in_order_and_can_be_taken_back() {
    let mut names: Vec<String> = std::fs::read_dir(FOLDER)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    names.sort();
    let mut numbers = Vec::new();
    for name in &names {
        let (version, words) = name.split_once('_').expect("a number and words");
        let (day, number) = version.rsplit_once('-').expect("a day and a number");
        assert!(day.parse::<chrono::NaiveDate>().is_ok(), "{name}");
        assert!(number.len() == 6 && number.parse::<u32>().is_ok(), "{name}");
        numbers.push(number);
        assert!(words.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'), "{name}");
        for file in ["up.sql", "down.sql"] {
            let text = std::fs::read_to_string(format!("{FOLDER}/{name}/{file}")).unwrap_or_default();
            assert!(!text.trim().is_empty(), "{name}/{file}");
        }
    }
    // What is built side by side takes its numbers beforehand, so some may be left out; none is taken twice.
    let ascending = numbers.windows(2).all(|pair| pair[0] < pair[1]);
    assert!(ascending, "{names:?}");
}

#[track_caller]
fn similar(one: &str, other: &str) {
    let only = |here: &str, there: &str| -> Vec<String> {
        here.lines().filter(|line| !there.lines().any(|two| two == *line)).map(str::to_owned).collect()
    };
    let (more, less) = (only(one, other), only(other, one));
    assert!(more.is_empty() && less.is_empty(), "too much: {more:#?}\nmissing: {less:#?}");
}
