//! COPY of tables and queries that are known when it runs, by a library that knows its tables when it is compiled.

use std::{
    cell::RefCell,
    io::{self, BufRead as _, BufWriter, Write},
    sync::mpsc,
    thread,
};

use anyhow::{Context as _, Result, anyhow};
use diesel::{
    PgConnection, QueryResult,
    connection::SimpleConnection as _,
    pg::{CopyTarget, Pg},
    query_builder::AstPass,
};

/// Rows are handed over in pieces of so many bytes.
const PIECE: usize = 64 << 10;
/// So many pieces wait to be taken: whoever takes none stops the reading, and the database with it.
const WAITING: usize = 2;

diesel::table! {
    /// Diesel copies tables that it knows when it is compiled. Backups copy those that are there: see [`Said`].
    any_table (id) {
        id -> Integer,
    }
}

thread_local! {
    static SAID: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What a COPY on this thread is about, as [`saying`] says it.
#[derive(Debug, Clone, Copy)]
pub(in crate::db) struct Said;

impl CopyTarget for Said {
    type Table = any_table::table;
    type SqlType = diesel::sql_types::Integer;

    fn walk_target(mut pass: AstPass<'_, '_, Pg>) -> QueryResult<()> {
        SAID.with_borrow(|said| pass.push_sql(said));
        Ok(())
    }
}

/// Begins a COPY about this table or query.
pub(in crate::db) fn saying<T>(what: String, begin: impl FnOnce() -> T) -> T {
    SAID.set(what);
    begin()
}

/// Writes the rows of a query as COPY does, and gives how many. Where there are many, they are read on a thread of its own,
/// so that the database goes on meanwhile; they are written on this one, which hears of a cancellation.
pub(super) fn copy_out(
    connection: &mut PgConnection,
    query: String,
    name: &str,
    many: bool,
    out: &mut dyn Write,
) -> Result<u64> {
    if !many {
        let mut out = BufWriter::with_capacity(PIECE, out);
        let rows = read(connection, query, name, &mut out)?;
        out.flush()?;
        return Ok(rows);
    }
    let (pieces, taken) = mpsc::sync_channel(WAITING);
    thread::scope(|scope| {
        let reading = thread::Builder::new().name("copy".to_owned()).spawn_scoped(scope, || {
            let mut pieces = BufWriter::with_capacity(PIECE, Pieces(pieces));
            let rows = read(connection, query, name, &mut pieces)?;
            pieces.flush()?;
            Ok(rows)
        })?;
        let written = taken.iter().try_for_each(|piece: Vec<u8>| out.write_all(&piece));
        // Where that failed, whoever reads hears of it and stops.
        drop(taken);
        let rows = reading.join().map_err(|_| anyhow!("reading {name} panicked"))?;
        written?;
        rows
    })
}

/// Hands over what is written.
struct Pieces(mpsc::SyncSender<Vec<u8>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "nobody takes the rows any more");
        self.0.send(bytes.to_owned()).map_err(gone)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn read(connection: &mut PgConnection, query: String, name: &str, out: &mut impl Write) -> Result<u64> {
    let broke_off = |rows| format!("reading {name} broke off after {rows} rows");
    let mut rows = 0;
    {
        let mut lines = saying(query, || diesel::copy_to(Said).load_raw(connection))?;
        loop {
            let line = lines.fill_buf().with_context(|| broke_off(rows))?;
            if line.is_empty() {
                break;
            }
            out.write_all(line)?;
            rows += u64::from(line.ends_with(b"\n"));
            let length = line.len();
            lines.consume(length);
        }
    }
    // Takes what the library has left of the COPY, and fails where that was an error: the transaction is aborted by it, or
    // the connection is gone.
    connection.batch_execute("SELECT 1").with_context(|| broke_off(rows))?;
    Ok(rows)
}
