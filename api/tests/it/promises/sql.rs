//! Promise: SQL neither asks for the time nor makes ids, nothing is set for longer than a transaction, and there is
//! one door to the database. Read from the files themselves.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What would make time and ids come from the database and not from `Clock`.
const CLOCKS: [&str; 15] = [
    "now(",
    "clock_timestamp",
    "current_date",
    "current_time",
    "current_timestamp",
    "gen_random_uuid",
    "localtime",
    "localtimestamp",
    "statement_timestamp",
    "timeofday",
    "transaction_timestamp",
    "uuid_generate",
    "'now'",
    "'today'",
    "random(",
];

/// The files below a folder with this ending, each with its path below the repository.
pub fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                let name = path.strip_prefix(&root).expect("below the root").display().to_string();
                found.push((name, fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} has no .{ending}");
    found
}

/// The lines of a text without comments, each with its place.
fn code<'a>(name: &'a str, text: &'a str, comment: &'a str) -> impl Iterator<Item = (String, &'a str)> {
    text.lines().enumerate().map(move |(index, line)| {
        (format!("{name}:{}", index + 1), line.split(comment).next().unwrap_or_default())
    })
}

fn assert_none(found: &[String]) {
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn migrations_do_not_ask_for_the_time() {
    let mut found = Vec::new();
    for (name, text) in files("migrations", "sql") {
        for (place, line) in code(&name, &text, "--") {
            let line = line.to_lowercase();
            found.extend(
                CLOCKS.iter().filter(|clock| line.contains(**clock)).map(|clock| format!("{place}: {clock}")),
            );
        }
    }
    assert_none(&found);
}

/// Only text between quotes is SQL: `clock.now()` is how it should be.
#[test]
fn queries_do_not_ask_for_the_time() {
    let mut found = Vec::new();
    for (name, text) in files("api/src", "rs") {
        for literal in literals(&text) {
            let sql = literal.to_lowercase();
            let is_sql =
                ["select ", "insert ", "update ", "delete ", "set "].iter().any(|word| sql.contains(word));
            let clock = CLOCKS.iter().find(|clock| is_sql && sql.contains(**clock));
            found.extend(clock.map(|clock| format!("{name}: {clock} in {literal:?}")));
        }
        found.extend(
            ["diesel::dsl::now", "CURRENT_TIMESTAMP"]
                .iter()
                .filter(|word| text.contains(**word))
                .map(|word| format!("{name}: {word}")),
        );
    }
    assert_none(&found);
}

#[test]
fn nothing_is_set_for_longer_than_a_transaction() {
    let mut found = Vec::new();
    for (name, text) in files("api/src", "rs") {
        for literal in literals(&text) {
            for statement in literal.split(';').map(str::trim_start) {
                // SET TRANSACTION and SET CONSTRAINTS are about the transaction that they stand in and no other.
                let of_transaction = ["SET LOCAL ", "SET TRANSACTION ", "SET CONSTRAINTS "];
                let lasting = statement.starts_with("SET ")
                    && !of_transaction.iter().any(|words| statement.starts_with(words));
                let setting = statement.contains("set_config(") && !statement.contains(", true)");
                if lasting || setting {
                    found.push(format!("{name}: {statement:?}"));
                }
            }
        }
    }
    assert_none(&found);
}

#[test]
fn there_is_one_door_to_the_database() {
    let mut found = Vec::new();
    for (name, text) in files("api/src", "rs") {
        if name.starts_with("api/src/db/") || name == "api/src/db.rs" {
            continue;
        }
        for (place, line) in code(&name, &text, "//") {
            for word in
                ["PgConnection", "::establish(", "ConnectionManager", "batch_execute", "begin_transaction"]
            {
                if line.contains(word) {
                    found.push(format!("{place}: {word}"));
                }
            }
        }
    }
    assert_none(&found);
}

/// The policy and the columns' defaults do it, so that it cannot be done wrongly.
#[test]
fn no_code_outside_the_door_mentions_org_id() {
    const THE_DOOR: [&str; 5] = [
        // Sets it for the transaction.
        "api/src/db/tenant.rs",
        // Asks for the accounts of an e-mail before the organization is known.
        "api/src/db/doors.rs",
        // Takes the jobs of all organizations for the workers, who then work under that of each.
        "api/src/db/queue.rs",
        // Asks who was erased in whichever organization, for the ledger outside of the database.
        "api/src/db/erase.rs",
        // Looks in the catalogue which tables have the column, and reads none of them.
        "api/src/db/examine.rs",
    ];
    let mut found = Vec::new();
    for (name, text) in files("api/src", "rs") {
        let places =
            code(&name, &text, "//").filter(|(_, line)| mentions(line, "org_id")).map(|(place, _)| place);
        if !THE_DOOR.contains(&name.as_str()) {
            found.extend(places);
        }
    }
    assert_none(&found);
}

/// Whether the word stands in the line by itself: the name of a constraint may have it inside.
fn mentions(line: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(is_part) && !line[at + word.len()..].starts_with(is_part))
}

/// The string literals of a Rust source, comments left out.
fn literals(source: &str) -> Vec<String> {
    let mut literals = Vec::new();
    let mut rest = source;
    while let Some(start) = rest.find(['"', '\'', '/']) {
        let (mark, after) = (rest.as_bytes()[start], &rest[start + 1..]);
        rest = match mark {
            b'/' if after.starts_with('/') => after.split_once('\n').map_or("", |(_, next)| next),
            b'/' => after,
            // A character such as '"' or '\''; a lifetime has no quote behind its first letter.
            b'\'' => {
                let escaped = after.starts_with('\\');
                let first =
                    after.chars().nth(usize::from(escaped)).map_or(1, char::len_utf8) + usize::from(escaped);
                after.get(first..).and_then(|next| next.strip_prefix('\'')).unwrap_or(after)
            }
            _ => {
                let mut end = 0;
                while let Some(byte) = after.as_bytes().get(end).filter(|byte| **byte != b'"') {
                    end += if *byte == b'\\' { 2 } else { 1 };
                }
                literals.push(after.get(..end).unwrap_or_default().to_owned());
                after.get(end + 1..).unwrap_or_default()
            }
        };
    }
    literals
}

#[test]
fn literals_are_found_between_their_quotes() {
    let source = "let a = \"one\"; // \"no\"\nlet b: &'static str = '\"' + \"t\\\"wo\"; '\\'' \"x\"";
    assert_eq!(literals(source), ["one", "t\\\"wo", "x"]);
}
