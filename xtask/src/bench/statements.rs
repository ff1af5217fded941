//! What the server says to the database, heard in PostgreSQL's log, and the same said by pgbench.
//!
//! The statements are taken from a real request, so that a ratio compares the server with the very transaction that it
//! opens, whatever that becomes.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};

/// How the first projects' ids begin, see `fill.sql`; their numbers follow in twelve hexadecimal digits.
pub const PROJECT: &str = "00000000-0000-7000-8000-";
/// How many such projects each connection has to itself.
pub const PROJECTS_OF_ONE: u32 = 50;

/// One statement with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub sql: String,
    /// As PostgreSQL prints them; absent is NULL.
    pub parameters: Vec<Option<String>>,
}

/// Reads statements out of a log whose lines have no prefix.
pub fn read(log: &str) -> Result<Vec<Statement>> {
    let mut statements: Vec<Statement> = Vec::new();
    for line in log.lines() {
        if let Some(rest) = line.strip_prefix("LOG:  ") {
            let Some((kind, sql)) = rest.split_once(": ") else { continue };
            if kind == "statement" || kind.starts_with("execute ") {
                statements.push(Statement { sql: sql.to_owned(), parameters: Vec::new() });
            }
        } else if let Some(rest) = line.strip_prefix("DETAIL:  ") {
            let Some(list) = rest.strip_prefix("parameters: ").or(rest.strip_prefix("Parameters: ")) else {
                continue;
            };
            let statement = statements.last_mut().context("parameters of no statement")?;
            statement.parameters = parameters(list)?;
        } else if let Some(rest) = line.strip_prefix('\t') {
            // A line break within a statement.
            let statement = statements.last_mut().context("a line of no statement")?;
            statement.sql.push(' ');
            statement.sql.push_str(rest);
        }
    }
    Ok(statements)
}

/// Reads `$1 = 'one', $2 = NULL`.
fn parameters(list: &str) -> Result<Vec<Option<String>>> {
    let mut values = Vec::new();
    let mut rest = list;
    while !rest.is_empty() {
        let (_, value) = rest.split_once(" = ").context("a parameter without a value")?;
        if let Some(after) = value.strip_prefix("NULL") {
            values.push(None);
            rest = after;
        } else {
            let mut text = String::new();
            let mut open = value.strip_prefix('\'').context("a parameter without quotes")?;
            loop {
                let (before, after) = open.split_once('\'').context("a parameter that does not end")?;
                text.push_str(before);
                let Some(more) = after.strip_prefix('\'') else {
                    rest = after;
                    break;
                };
                text.push('\'');
                open = more;
            }
            values.push(Some(text));
        }
        rest = rest.strip_prefix(", ").unwrap_or(rest);
    }
    Ok(values)
}

/// What pgbench is given: its script, and its variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    pub text: String,
    pub variables: Vec<(String, String)>,
}

/// The same statements for pgbench. What the server made for this one request (ids and moments since `began`) is made
/// anew for each transaction, and each connection changes projects of its own.
pub fn script(statements: &[Statement], began: SystemTime) -> Result<Script> {
    let mut made = Vec::new();
    let (mut text, mut variables) = (String::new(), Vec::new());
    writeln!(text, "\\set project :client_id * {PROJECTS_OF_ONE} + random(1, {PROJECTS_OF_ONE})")?;
    let mut body = String::new();
    for (number, statement) in statements.iter().enumerate() {
        if let Some((begin, setting)) = statement.sql.split_once("; ") {
            // One round trip, as the server makes of it.
            writeln!(body, "\\startpipeline\n{begin};\n{setting};\n\\endpipeline")?;
            continue;
        }
        let mut filled = String::new();
        let mut rest = statement.sql.as_str();
        while let Some((before, after)) = rest.split_once('$') {
            let digits = after.chars().take_while(char::is_ascii_digit).count();
            let (index, after) = after.split_at_checked(digits).context("a statement is cut off")?;
            let index: usize = index.parse().context("a dollar that is no parameter")?;
            let value = statement.parameters.get(index - 1).context("a parameter has no value")?;
            filled.push_str(before);
            filled.push_str(&written(
                value.as_deref(),
                began,
                &mut made,
                &format!("p{number}_{index}"),
                &mut variables,
            ));
            rest = after;
        }
        writeln!(body, "{filled}{rest};")?;
    }
    for number in 0..made.len() {
        writeln!(text, "\\set made{number} random(1, 9000000000000000000)")?;
    }
    text.push_str(&body);
    if statements.is_empty() {
        bail!("the request said nothing to the database");
    }
    Ok(Script { text, variables })
}

/// How a parameter's value stands in the script.
fn written(
    value: Option<&str>,
    began: SystemTime,
    made: &mut Vec<String>,
    name: &str,
    variables: &mut Vec<(String, String)>,
) -> String {
    let Some(value) = value else { return "NULL".to_owned() };
    if value.starts_with(PROJECT) && value.len() == 36 {
        return format!("('{PROJECT}' || lpad(to_hex(:project::bigint), 12, '0'))::uuid");
    }
    if moment_of(value).is_some_and(|moment| moment >= began) {
        let number = made.iter().position(|known| known == value).unwrap_or_else(|| {
            made.push(value.to_owned());
            made.len() - 1
        });
        return format!("lpad(to_hex(:made{number}::bigint), 32, '0')::uuid");
    }
    if is_since(value, began) {
        return "clock_timestamp()".to_owned();
    }
    variables.push((name.to_owned(), value.to_owned()));
    format!(":{name}")
}

/// When an id was made, where it is one that says so (a UUID of version 7).
fn moment_of(id: &str) -> Option<SystemTime> {
    let digits = id.replace('-', "");
    if id.len() != 36 || digits.len() != 32 || digits.chars().nth(12) != Some('7') {
        return None;
    }
    let milliseconds = u64::from_str_radix(digits.get(..12)?, 16).ok()?;
    Some(UNIX_EPOCH + Duration::from_millis(milliseconds))
}

/// Whether the text is an instant of the day on which the capture began, and no earlier than it; the bench does not run
/// over midnight UTC unnoticed, since an instant of another day is then kept as it is and only makes pgbench quicker.
fn is_since(text: &str, began: SystemTime) -> bool {
    let Ok(since) = began.duration_since(UNIX_EPOCH) else { return false };
    let seconds_of_day = since.as_secs() % 86_400;
    let is_instant = text.len() >= 22 && text.as_bytes().get(10) == Some(&b' ') && text.contains(':');
    let clock =
        text.get(11..19).map(|clock| clock.split(':').filter_map(|part| part.parse::<u64>().ok()).collect());
    let clock: Vec<u64> = clock.unwrap_or_default();
    let &[hours, minutes, seconds] = clock.as_slice() else { return false };
    is_instant && hours * 3600 + minutes * 60 + seconds >= seconds_of_day
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_read_with_their_parameters() {
        let log = "LOG:  statement: BEGIN; SELECT set_config('portico.org_id', 'x', true)\n\
                   LOG:  execute __diesel_stmt_0: SELECT a\n\tFROM t WHERE b = $1 AND c = $2\n\
                   DETAIL:  parameters: $1 = 'it''s, $2 = ''no''', $2 = NULL\n\
                   LOG:  checkpoint starting: time\n\
                   LOG:  statement: COMMIT\n";
        let statements = read(log).unwrap();
        assert_eq!(statements.len(), 3);
        assert_eq!(statements[1].sql, "SELECT a FROM t WHERE b = $1 AND c = $2");
        assert_eq!(statements[1].parameters, [Some("it's, $2 = 'no'".to_owned()), None]);
    }

    #[test]
    fn what_the_request_made_is_made_anew_and_the_rest_kept() {
        let began = UNIX_EPOCH + Duration::from_secs(1_790_000_000);
        let made = "01a0c4ef-4d80-7000-8000-000000000001";
        assert!(moment_of(made).unwrap() >= began);
        let statement = |sql: &str, parameters: &[&str]| Statement {
            sql: sql.to_owned(),
            parameters: parameters.iter().map(|value| Some((*value).to_owned())).collect(),
        };
        let project = format!("{PROJECT}000000000007");
        let statements = [
            statement("BEGIN; SELECT set_config('portico.org_id', 'x', true)", &[]),
            statement("UPDATE projects SET name = $1 WHERE id = $2", &["Ada's", &project]),
            statement("INSERT INTO a VALUES ($1, $2)", &[made, "2026-09-21 23:59:59.5+00"]),
            statement("INSERT INTO b VALUES ($1)", &[made]),
            statement("COMMIT", &[]),
        ];
        let script = script(&statements, began).unwrap();
        let id = "lpad(to_hex(:made0::bigint), 32, '0')::uuid";
        assert_eq!(
            script.text,
            format!(
                "\\set project :client_id * 50 + random(1, 50)\n\\set made0 random(1, 9000000000000000000)\n\
                 \\startpipeline\nBEGIN;\nSELECT set_config('portico.org_id', 'x', true);\n\\endpipeline\n\
                 UPDATE projects SET name = :p1_1 WHERE id = \
                 ('{PROJECT}' || lpad(to_hex(:project::bigint), 12, '0'))::uuid;\n\
                 INSERT INTO a VALUES ({id}, clock_timestamp());\nINSERT INTO b VALUES ({id});\nCOMMIT;\n"
            )
        );
        assert_eq!(script.variables, [("p1_1".to_owned(), "Ada's".to_owned())]);
    }
}
