//! Rows of the book: appended one after the other, signed for, and read.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{self, Text},
};
use shared::{
    Page,
    console::{BookActor, BookEntry, BookFilter, BookOutcome, BookSort, Team},
    page::{Direction, Sort},
};
use uuid::Uuid;

use super::{Action, BookKeys, Doer, Entry, chain, lines::EntryLine};
use crate::{
    ApiError,
    audit::{
        chain::Hash,
        lines::{Bytes, HeadLine},
    },
    db::console::{
        ConsoleConn,
        tables::{
            operations_book as book, operations_book_brought as brought, operations_book_heads as heads,
        },
    },
    http::cursor::{self, Place},
};

/// The newest first.
const NEWEST_FIRST: Sort<BookSort> = Sort { field: BookSort::Place, direction: Direction::Descending };
/// The lock of who writes: rows have one place each.
const LOCK: &str = "operations book";

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = book)]
pub(super) struct Row {
    pub sequence: i64,
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub team: Option<String>,
    pub action: String,
    pub subject: String,
    pub outcome: String,
    pub details: String,
    pub written_at: DateTime<Utc>,
    pub hash: Vec<u8>,
}

/// Writes an entry behind all others. One that is there already stays what it is.
pub(super) fn append(conn: &mut ConsoleConn<'_>, entry: &Entry) -> Result<(), ApiError> {
    let (last, previous) = end_to_write_behind(conn)?;
    let known = diesel::select(diesel::dsl::exists(book::table.filter(book::id.eq(entry.id))));
    if known.get_result(conn.sql())? {
        return Ok(());
    }
    let (sequence, written_at) = (last + 1, conn.clock().now());
    let hash = chain::link(&previous, sequence, written_at, entry);
    diesel::insert_into(book::table)
        .values((
            book::sequence.eq(sequence),
            book::id.eq(entry.id),
            book::at.eq(entry.at),
            book::actor_kind.eq(entry.doer.kind.key()),
            book::actor_id.eq(entry.doer.id),
            book::actor_name.eq(&entry.doer.name),
            book::team.eq(entry.doer.team.map(Team::key)),
            book::action.eq(&entry.action),
            book::subject.eq(&entry.subject),
            book::outcome.eq(entry.outcome.key()),
            book::details.eq(&entry.details),
            book::written_at.eq(written_at),
            book::hash.eq(hash.to_vec()),
        ))
        .execute(conn.sql())?;
    Ok(())
}

/// Of these entries, those that are not in the book yet.
pub fn missing(conn: &mut ConsoleConn<'_>, entries: Vec<Entry>) -> Result<Vec<Entry>, ApiError> {
    let ids: Vec<Uuid> = entries.iter().map(|entry| entry.id).collect();
    let known: Vec<Uuid> = book::table.filter(book::id.eq_any(ids)).select(book::id).load(conn.sql())?;
    Ok(entries.into_iter().filter(|entry| !known.contains(&entry.id)).collect())
}

/// Where the book ends. Until the end of this transaction nobody else writes: what stands last stays last.
pub(super) fn end_to_write_behind(conn: &mut ConsoleConn<'_>) -> Result<(i64, Hash), ApiError> {
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(LOCK)
        .execute(conn.sql())?;
    Ok(end(conn)?.unwrap_or_else(|| (0, chain::beginning())))
}

/// The hash of the row at a place.
pub(super) fn hash_at(conn: &mut ConsoleConn<'_>, sequence: i64) -> Result<Option<Hash>, ApiError> {
    let found: Option<Vec<u8>> =
        book::table.find(sequence).select(book::hash).first(conn.sql()).optional()?;
    Ok(found.and_then(|hash| hash.try_into().ok()))
}

/// Where the book says that it was set back: the places, and what they say.
pub(super) fn said_of_set_backs(conn: &mut ConsoleConn<'_>) -> Result<Vec<(i64, String)>, ApiError> {
    let rows = book::table.filter(book::action.eq(Action::ResumeBook.key())).order(book::sequence);
    Ok(rows.select((book::sequence, book::details)).load(conn.sql())?)
}

/// Where the book ends.
fn end(conn: &mut ConsoleConn<'_>) -> Result<Option<(i64, Hash)>, ApiError> {
    let last: Option<(i64, Vec<u8>)> = book::table
        .order(book::sequence.desc())
        .select((book::sequence, book::hash))
        .first(conn.sql())
        .optional()?;
    last.map(|(sequence, hash)| Ok((sequence, hash.try_into().map_err(|_| broken("hash"))?))).transpose()
}

/// The place of the last row; 0 where there is none.
pub(super) fn last_place(conn: &mut ConsoleConn<'_>) -> Result<i64, ApiError> {
    Ok(end(conn)?.map_or(0, |(sequence, _)| sequence))
}

/// Signs for what nobody has signed for yet. Gives the head, signed just now, where there is a row.
pub fn sign_rest(conn: &mut ConsoleConn<'_>, keys: &BookKeys) -> Result<Option<HeadLine>, ApiError> {
    let Some((sequence, hash)) = end(conn)? else { return Ok(None) };
    let head = keys.sign(sequence, hash, conn.clock().now());
    // Somebody else may be signing for the same row.
    diesel::insert_into(heads::table)
        .values((
            heads::sequence.eq(sequence),
            heads::hash.eq(hash.to_vec()),
            heads::signed_at.eq(head.signed_at),
            heads::key_id.eq(&head.key_id),
            heads::signature.eq(head.signature.0.to_vec()),
        ))
        .on_conflict_do_nothing()
        .execute(conn.sql())?;
    Ok(Some(head))
}

type HeadRow = (i64, Vec<u8>, DateTime<Utc>, String, Vec<u8>);

fn head((sequence, hash, signed_at, key_id, signature): HeadRow) -> Result<HeadLine, ApiError> {
    Ok(HeadLine {
        sequence,
        hash: Bytes::try_from(hash).map_err(ApiError::internal)?,
        signed_at,
        key_id,
        signature: Bytes::try_from(signature).map_err(ApiError::internal)?,
    })
}

/// The signed head that goes furthest.
pub(super) fn newest_head(conn: &mut ConsoleConn<'_>) -> Result<Option<HeadLine>, ApiError> {
    let newest: Option<HeadRow> = heads::table.order(heads::sequence.desc()).first(conn.sql()).optional()?;
    newest.map(head).transpose()
}

/// What stands at a place; nothing where it cannot be read.
pub(super) type Placed<T> = (i64, Option<T>);

/// All signed heads in their order.
pub(super) fn all_heads(conn: &mut ConsoleConn<'_>) -> Result<Vec<Placed<HeadLine>>, ApiError> {
    let all: Vec<HeadRow> = heads::table.order(heads::sequence).load(conn.sql())?;
    Ok(all.into_iter().map(|row| (row.0, head(row).ok())).collect())
}

/// The next rows behind a place.
pub(super) fn rows_after(
    conn: &mut ConsoleConn<'_>,
    after: i64,
    most: i64,
) -> Result<Vec<Placed<EntryLine>>, ApiError> {
    let rows: Vec<Row> = book::table
        .filter(book::sequence.gt(after))
        .order(book::sequence)
        .limit(most)
        .select(Row::as_select())
        .load(conn.sql())?;
    Ok(rows.into_iter().map(|row| (row.sequence, row.into_line().ok())).collect())
}

/// How far the heads were brought to a store.
pub(super) fn brought_to(conn: &mut ConsoleConn<'_>, store: &str) -> Result<i64, ApiError> {
    let found = brought::table.find(store).select(brought::sequence).first(conn.sql()).optional()?;
    Ok(found.unwrap_or(0))
}

/// Notes that a head was brought to a store. A book that was set back begins anew.
pub(super) fn note_brought(conn: &mut ConsoleConn<'_>, store: &str, sequence: i64) -> Result<(), ApiError> {
    let now = conn.clock().now();
    sql_query(
        "INSERT INTO operations_book_brought AS b (store, sequence, brought_at) VALUES ($1, $2, $3)
         ON CONFLICT (store) DO UPDATE SET sequence = excluded.sequence, brought_at = excluded.brought_at",
    )
    .bind::<Text, _>(store)
    .bind::<sql_types::BigInt, _>(sequence)
    .bind::<sql_types::Timestamptz, _>(now)
    .execute(conn.sql())?;
    Ok(())
}

/// One page of the book, the newest first.
pub fn list(conn: &mut ConsoleConn<'_>, filter: &BookFilter) -> Result<Page<BookEntry>, ApiError> {
    let limit = cursor::limit(filter.limit)?;
    let after: Option<Place<i64>> = cursor::after(filter.after.as_deref(), NEWEST_FIRST)?;
    let mut query =
        book::table.order(book::sequence.desc()).limit(limit + 1).select(Row::as_select()).into_boxed();
    if let Some(place) = after {
        query = query.filter(book::sequence.lt(place.value));
    }
    if let Some(operator) = filter.operator {
        query = query.filter(book::actor_id.eq(operator.0));
    }
    if let Some(action) = &filter.action {
        query = query.filter(book::action.eq(action));
    }
    if let Some(outcome) = filter.outcome {
        query = query.filter(book::outcome.eq(outcome.key()));
    }
    let rows: Vec<Row> = query.load(conn.sql())?;
    let entries: Vec<BookEntry> = rows.into_iter().map(Row::into_entry).collect::<Result<_, _>>()?;
    let place = |entry: &BookEntry| Place { value: entry.place, id: entry.id };
    cursor::page(entries, limit, NEWEST_FIRST, place, |entry| entry)
}

impl Row {
    fn into_line(self) -> Result<EntryLine, ApiError> {
        let (sequence, written_at) = (self.sequence, self.written_at);
        let hash = Bytes::try_from(self.hash.clone()).map_err(ApiError::internal)?;
        Ok(EntryLine { sequence, written_at, hash, entry: self.into_plain()? })
    }

    fn into_plain(self) -> Result<Entry, ApiError> {
        let kind = BookActor::from_key(&self.actor_kind).ok_or_else(|| broken("actor"))?;
        let team = match self.team.as_deref() {
            Some(key) => Some(Team::from_key(key).ok_or_else(|| broken("team"))?),
            None => None,
        };
        Ok(Entry {
            id: self.id,
            at: self.at,
            doer: Doer { kind, id: self.actor_id, name: self.actor_name, team },
            action: self.action,
            subject: self.subject,
            outcome: BookOutcome::from_key(&self.outcome).ok_or_else(|| broken("outcome"))?,
            details: self.details,
        })
    }

    fn into_entry(self) -> Result<BookEntry, ApiError> {
        let (place, written_at) = (self.sequence, self.written_at);
        let Entry { id, at, doer, action, subject, outcome, details } = self.into_plain()?;
        let details = serde_json::from_str(&details).map_err(ApiError::internal)?;
        Ok(BookEntry {
            place,
            id,
            at,
            written_at,
            actor: doer.kind,
            operator: doer.id.map(Into::into),
            actor_name: doer.name,
            team: doer.team,
            action,
            subject,
            outcome,
            details,
        })
    }
}

fn broken(what: &str) -> ApiError {
    ApiError::internal(anyhow::anyhow!("a row of the operations book has a {what} that nobody knows"))
}
