//! The audit log as lines, chunk by chunk, so that any length of it goes through bounded memory.
//!
//! Each chunk is a transaction of its own: what is sealed does not change, so no long one is needed to see it in one
//! state. An export goes as far as the chain went when it began, and then says what is not sealed yet.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use shared::ids::OrganizationId;
use uuid::Uuid;

use super::lines::{Bytes, End, HeadLine, Header, Line, Lost, PartLine, PublicKey, RowLine, SealLine};
use crate::{
    ApiError,
    db::{
        Organization, TenantConn,
        record::{
            keys::{self, KeyState},
            parts,
        },
        schema::{audit_heads, audit_log, audit_parts, audit_seals},
    },
};

/// Rows of one chunk.
const ROWS: i64 = 1000;

/// How far an export has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    header: Option<Header>,
    /// The place at which it ends.
    until: i64,
    step: Step,
    end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The rows behind this place.
    Sealed(i64),
    /// The rows without a place behind this id.
    Unsealed(Option<Uuid>),
    Done,
}

/// A row of the audit log.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit_log)]
pub struct LogRow {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
    pub token_id: Option<Uuid>,
    pub request_id: Option<Uuid>,
    pub entity: String,
    pub entity_id: Uuid,
    pub action: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_seals)]
struct Seal {
    sequence: i64,
    audit_id: Uuid,
    hash: Vec<u8>,
    sealed_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_parts)]
struct PartRow {
    audit_id: Uuid,
    number: i16,
    person_id: Option<Uuid>,
    commitment: Vec<u8>,
    salt: Option<Vec<u8>>,
    content: Option<String>,
    sealed: Option<Vec<u8>>,
}

impl Export {
    /// Begins: looks how far the chain goes.
    pub fn begin(
        conn: &mut TenantConn<'_>,
        organization: &Organization,
        keys: &[PublicKey],
    ) -> Result<Self, ApiError> {
        let until: Option<i64> =
            audit_seals::table.select(diesel::dsl::max(audit_seals::sequence)).first(conn.sql())?;
        let header = Header {
            format: 1,
            organization: OrganizationId(organization.id.0),
            slug: organization.slug.clone(),
            name: organization.name.clone(),
            exported_at: conn.clock().now(),
            keys: keys.to_vec(),
        };
        Ok(Self {
            header: Some(header),
            until: until.unwrap_or(0),
            step: Step::Sealed(0),
            end: End { sealed: 0, unsealed: 0 },
        })
    }

    /// Writes the next lines behind `out`. Gives whether that were all.
    pub fn chunk(&mut self, conn: &mut TenantConn<'_>, out: &mut Vec<u8>) -> Result<bool, ApiError> {
        if let Some(header) = self.header.take() {
            write(out, &Line::AuditLog(header))?;
        }
        match self.step {
            Step::Sealed(after) => self.sealed(conn, out, after)?,
            Step::Unsealed(after) => self.unsealed(conn, out, after)?,
            Step::Done => {}
        }
        if self.step == Step::Done {
            write(out, &Line::End(self.end.clone()))?;
        }
        Ok(self.step == Step::Done)
    }

    fn sealed(&mut self, conn: &mut TenantConn<'_>, out: &mut Vec<u8>, after: i64) -> Result<(), ApiError> {
        let seals: Vec<Seal> = audit_seals::table
            .filter(audit_seals::sequence.gt(after).and(audit_seals::sequence.le(self.until)))
            .order(audit_seals::sequence)
            .limit(ROWS)
            .select(Seal::as_select())
            .load(conn.sql())?;
        let Some(last) = seals.last().map(|seal| seal.sequence) else {
            self.step = Step::Unsealed(None);
            return Ok(());
        };
        self.step = Step::Sealed(last);
        let ids: Vec<Uuid> = seals.iter().map(|seal| seal.audit_id).collect();
        let rows: Vec<LogRow> = audit_log::table
            .filter(audit_log::id.eq_any(&ids))
            .select(LogRow::as_select())
            .load(conn.sql())?;
        let mut rows: HashMap<Uuid, LogRow> = rows.into_iter().map(|row| (row.id, row)).collect();
        let mut parts = parts_of(conn, &ids)?;
        let mut heads = heads(conn, after, last)?.into_iter().peekable();
        for seal in seals {
            self.end.sealed += 1;
            // A row may stand at two places where somebody has put it there; it is told of at both.
            let line = match rows.get(&seal.audit_id) {
                Some(row) => {
                    let parts = parts.get(&seal.audit_id).cloned().unwrap_or_default();
                    let place = SealLine {
                        sequence: seal.sequence,
                        hash: bytes(seal.hash)?,
                        sealed_at: seal.sealed_at,
                    };
                    Line::Row(row.clone().into_line(Some(place), parts))
                }
                None => Line::Lost(Lost { sequence: seal.sequence, id: seal.audit_id }),
            };
            write(out, &line)?;
            while let Some(head) = heads.next_if(|head| head.sequence <= seal.sequence) {
                write(out, &Line::Head(head))?;
            }
        }
        rows.clear();
        parts.clear();
        Ok(())
    }

    fn unsealed(
        &mut self,
        conn: &mut TenantConn<'_>,
        out: &mut Vec<u8>,
        after: Option<Uuid>,
    ) -> Result<(), ApiError> {
        let sealed = audit_seals::table.filter(audit_seals::audit_id.eq(audit_log::id));
        let mut query = audit_log::table
            .filter(diesel::dsl::not(diesel::dsl::exists(sealed)))
            .order(audit_log::id)
            .limit(ROWS)
            .select(LogRow::as_select())
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(audit_log::id.gt(after));
        }
        let rows: Vec<LogRow> = query.load(conn.sql())?;
        self.step = rows.last().map_or(Step::Done, |row| Step::Unsealed(Some(row.id)));
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut parts = parts_of(conn, &ids)?;
        for row in rows {
            self.end.unsealed += 1;
            let parts = parts.remove(&row.id).unwrap_or_default();
            write(out, &Line::Row(row.into_line(None, parts)))?;
        }
        Ok(())
    }
}

impl LogRow {
    fn into_line(self, seal: Option<SealLine>, parts: Vec<PartLine<'static>>) -> RowLine<'static> {
        RowLine {
            seal,
            id: self.id,
            at: self.at,
            actor_kind: Cow::Owned(self.actor_kind),
            actor_id: self.actor_id,
            session_id: self.session_id,
            token_id: self.token_id,
            request_id: self.request_id,
            entity: Cow::Owned(self.entity),
            entity_id: self.entity_id,
            action: Cow::Owned(self.action),
            parts,
        }
    }
}

fn heads(conn: &mut TenantConn<'_>, after: i64, last: i64) -> Result<Vec<HeadLine>, ApiError> {
    type Row = (i64, Vec<u8>, DateTime<Utc>, String, Vec<u8>);
    let rows: Vec<Row> = audit_heads::table
        .filter(audit_heads::sequence.gt(after).and(audit_heads::sequence.le(last)))
        .order(audit_heads::sequence)
        .select((
            audit_heads::sequence,
            audit_heads::hash,
            audit_heads::signed_at,
            audit_heads::key_id,
            audit_heads::signature,
        ))
        .load(conn.sql())?;
    rows.into_iter()
        .map(|(sequence, hash, signed_at, key_id, signature)| {
            Ok(HeadLine { sequence, hash: bytes(hash)?, signed_at, key_id, signature: bytes(signature)? })
        })
        .collect()
}

/// The parts of these rows, opened where their key is there. One that does not open is told of without its content.
pub(super) fn parts_of(
    conn: &mut TenantConn<'_>,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<PartLine<'static>>>, ApiError> {
    let rows: Vec<PartRow> = audit_parts::table
        .filter(audit_parts::audit_id.eq_any(ids))
        .order((audit_parts::audit_id, audit_parts::number))
        .select(PartRow::as_select())
        .load(conn.sql())?;
    let people: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.person_id).collect();
    let keys = keys::find(conn.sql(), &people)?;
    let mut parts: HashMap<Uuid, Vec<PartLine<'static>>> = HashMap::new();
    for row in rows {
        let key = row.person_id.and_then(|person| keys.get(&person));
        let opened = match (&row.sealed, key) {
            (Some(sealed), Some(KeyState::Held(key))) => parts::open(sealed, key, row.audit_id, row.number),
            (Some(_), _) => None,
            (None, _) => row.salt.zip(row.content),
        };
        let (salt, content) = opened.unzip();
        parts.entry(row.audit_id).or_default().push(PartLine {
            person: row.person_id,
            commitment: bytes(row.commitment)?,
            salt: salt.map(bytes).transpose()?,
            content: content.map(Cow::Owned),
        });
    }
    Ok(parts)
}

fn bytes<const N: usize>(bytes: Vec<u8>) -> Result<Bytes<N>, ApiError> {
    bytes.try_into().map_err(ApiError::internal)
}

fn write(out: &mut Vec<u8>, line: &Line<'_>) -> Result<(), ApiError> {
    serde_json::to_writer(&mut *out, line).map_err(ApiError::internal)?;
    out.push(b'\n');
    Ok(())
}
