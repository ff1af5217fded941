//! The book written out: JSON, one a line. First `{"operations_book": …}`, then `{"row": …}` in their order, with
//! `{"head": …}` behind the row to which a signed head goes, and last `{"end": …}`, without which it was cut off.

use std::io::Write;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Entry, store};
use crate::{
    ApiError,
    audit::lines::{Bytes, HeadLine, PublicKey},
    db::console::ConsoleConn,
};

/// Rows that are read at once.
const ROWS: i64 = 1000;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The first one.
    OperationsBook(Header),
    /// A row.
    Row(EntryLine),
    /// A signed head.
    Head(HeadLine),
    /// A row, or a head, that holds what nobody could have written.
    Broken(Broken),
    /// The last one.
    End(End),
}

/// What the file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of this format: 1.
    pub format: u32,
    /// When it was written out.
    pub exported_at: DateTime<Utc>,
    /// The keys that may have signed heads.
    pub keys: Vec<PublicKey>,
}

/// A row at its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryLine {
    /// Its place, from 1 on.
    pub sequence: i64,
    /// When it came into the book.
    pub written_at: DateTime<Utc>,
    /// The hash over the one before and this row.
    pub hash: Bytes<32>,
    /// What it says.
    pub entry: Entry,
}

/// A place at which something stands that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// The place.
    pub sequence: i64,
}

/// What went before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Rows.
    pub entries: u64,
}

/// Writes all of the book.
pub fn write(conn: &mut ConsoleConn<'_>, keys: &[PublicKey], out: &mut dyn Write) -> Result<(), ApiError> {
    let exported_at = conn.clock().now();
    line(out, &Line::OperationsBook(Header { format: 1, exported_at, keys: keys.to_vec() }))?;
    let mut heads = store::all_heads(conn)?.into_iter().peekable();
    let (mut after, mut entries) = (0, 0);
    loop {
        let rows = store::rows_after(conn, after, ROWS)?;
        if rows.is_empty() {
            break;
        }
        for (sequence, row) in rows {
            (after, entries) = (sequence, entries + 1);
            line(out, &row.map_or(Line::Broken(Broken { sequence }), Line::Row))?;
            while let Some((sequence, head)) = heads.next_if(|(sequence, _)| *sequence <= after) {
                line(out, &head.map_or(Line::Broken(Broken { sequence }), Line::Head))?;
            }
        }
    }
    for (sequence, head) in heads {
        line(out, &head.map_or(Line::Broken(Broken { sequence }), Line::Head))?;
    }
    line(out, &Line::End(End { entries }))
}

fn line(out: &mut dyn Write, line: &Line) -> Result<(), ApiError> {
    serde_json::to_writer(&mut *out, line).map_err(ApiError::internal)?;
    out.write_all(b"\n").map_err(ApiError::internal)
}
