//! Tables are written anew in which something was erased.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, PgConnection, connection::SimpleConnection as _, prelude::*, sql_query, sql_types::Text,
};
use shared::ids::ClientRequestId;

use crate::{
    clock::Clock,
    db::{copies, operator::tables::client_requests},
};

/// Writes every table anew in which an organization may have rows, so that no dead row is left in their files, and what the
/// database remembers of values too; and notes it. Whoever uses one waits for as long as it takes. `url` is that of whoever owns
/// them. Gives the tables.
pub fn rewrite(
    url: &str,
    request: ClientRequestId,
    clock: &Clock,
    mut each: impl FnMut(&str),
) -> Result<DateTime<Utc>> {
    let mut connection = PgConnection::establish(url).context("the database does not answer")?;
    let row = client_requests::table.find(request.0);
    let done: Option<Option<DateTime<Utc>>> =
        row.select(client_requests::files_removed_at).first(&mut connection).optional()?;
    let done = done.with_context(|| format!("there is no request {request}"))?;
    done.with_context(|| {
        format!("the worker has not erased all yet of what the request {request} is about")
    })?;
    wait_for_who_sees_it(&mut connection)?;
    let tables = copies::tables(&mut connection)?;
    let names = tables.iter().filter(|table| table.has_owners()).map(|table| copies::quoted(&table.name));
    let names = names.map(|name| format!("public.{name}")).chain(["pg_catalog.pg_statistic".to_owned()]);
    for name in names {
        each(&name);
        let options = if name.starts_with("public.") { "FULL, ANALYZE" } else { "FULL" };
        let before = file_of(&mut connection, &name)?;
        let rewritten = connection.batch_execute(&format!("VACUUM ({options}) {name}"));
        rewritten.with_context(|| format!("{name} cannot be written anew"))?;
        // A table that this role may not rewrite is left alone with a warning.
        ensure!(
            file_of(&mut connection, &name)? != before,
            "{name} was not written anew: does the database belong to portico_owner?"
        );
    }
    let now = clock.now();
    diesel::update(row)
        .set((
            client_requests::rewritten_at.eq(now),
            client_requests::rewriting_said_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(&mut connection)?;
    Ok(now)
}

/// In which file a table stands.
fn file_of(connection: &mut PgConnection, table: &str) -> Result<String> {
    #[derive(QueryableByName)]
    struct File {
        #[diesel(sql_type = Text)]
        path: String,
    }
    let sql = "SELECT pg_relation_filepath($1::regclass) AS path";
    let file: File = sql_query(sql).bind::<Text, _>(table).get_result(connection)?;
    Ok(file.path)
}

/// How long whoever reads is waited for.
const PATIENCE: Duration = Duration::from_mins(10);
/// How often it is looked.
const LOOK: Duration = Duration::from_millis(200);

/// Waits until every transaction has ended that may still see what was erased: its rows would be written into the new files too.
fn wait_for_who_sees_it(connection: &mut PgConnection) -> Result<()> {
    #[derive(QueryableByName)]
    struct Seen {
        #[diesel(sql_type = Text)]
        by: String,
    }
    // Each transaction holds a lock on itself.
    let running = "SELECT virtualtransaction || ' of process ' || coalesce(pid, 0) AS by FROM pg_locks
                   WHERE locktype = 'virtualxid' AND granted AND pid IS DISTINCT FROM pg_backend_pid()
                   UNION ALL SELECT 'prepared as ' || gid FROM pg_prepared_xacts WHERE database = current_database()";
    let look = |connection: &mut PgConnection| -> Result<Vec<String>> {
        let seen: Vec<Seen> = sql_query(running).load(connection)?;
        Ok(seen.into_iter().map(|seen| seen.by).collect())
    };
    let (begun, mut before) = (Instant::now(), look(connection)?);
    while !before.is_empty() {
        if begun.elapsed() > PATIENCE {
            bail!(
                "transactions go on that began before, and may see what was erased ({}): end them, and try again",
                before.join(", ")
            );
        }
        std::thread::sleep(LOOK);
        let now = look(connection)?;
        before.retain(|one| now.contains(one));
    }
    Ok(())
}
