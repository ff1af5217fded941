//! An audit log of any length that holds, for measuring how fast one is verified: rows as servers write them, with the
//! parts that they have, and a signed head for each batch of the sealer.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use chrono::{DateTime, TimeDelta, Utc};
use shared::ids::OrganizationId;
use uuid::Uuid;

use super::{
    chain::{self, Committed, Row},
    keys::HeadKeys,
    lines::{Bytes, End, HeadLine, Header, Line, PartLine, RowLine, SealLine},
};
use crate::db::record::parts;

/// Rows between two heads: what a busy organization writes between two looks of the sealer.
const BATCH: i64 = 100;

/// Writes so many rows.
pub fn write(out: &mut impl Write, rows: i64, keys: &HeadKeys, now: DateTime<Utc>) -> io::Result<()> {
    let organization = OrganizationId(Uuid::from_u128(1));
    let mut line = |line: &Line<'_>| -> io::Result<()> {
        serde_json::to_writer(&mut *out, line)?;
        out.write_all(b"\n")
    };
    line(&Line::AuditLog(Header {
        format: 1,
        organization,
        slug: "sample".to_owned(),
        name: "Sample".to_owned(),
        exported_at: now + TimeDelta::seconds(1),
        keys: keys.public().to_vec(),
    }))?;
    let mut hash = chain::beginning(organization);
    for sequence in 1..=rows {
        let parts = said(sequence);
        let committed: Vec<Committed> = parts
            .iter()
            .map(|part| Committed { person: part.person, commitment: part.commitment.0 })
            .collect();
        let id = |of: i64| Uuid::from_u64_pair(of.unsigned_abs(), sequence.unsigned_abs());
        let row = Row {
            id: id(1),
            at: now,
            actor_kind: "user",
            actor_id: Some(id(2)),
            session_id: Some(id(3)),
            token_id: None,
            request_id: Some(id(4)),
            entity: "project",
            entity_id: id(5),
            action: "updated",
        };
        hash = chain::link(&hash, sequence, now, &chain::encode(&row, &committed));
        line(&Line::Row(RowLine {
            seal: Some(SealLine { sequence, hash: Bytes(hash), sealed_at: now }),
            id: row.id,
            at: now,
            actor_kind: Cow::Borrowed(row.actor_kind),
            actor_id: row.actor_id,
            session_id: row.session_id,
            token_id: None,
            request_id: row.request_id,
            entity: Cow::Borrowed(row.entity),
            entity_id: row.entity_id,
            action: Cow::Borrowed(row.action),
            parts,
        }))?;
        if sequence % BATCH == 0 || sequence == rows {
            line(&Line::Head(HeadLine {
                sequence,
                hash: Bytes(hash),
                signed_at: now,
                key_id: keys.signing_id().to_owned(),
                signature: Bytes(keys.sign(organization, sequence, &hash, now)),
            }))?;
        }
    }
    line(&Line::End(End { sealed: rows.unsigned_abs(), unsealed: 0 }))
}

/// What a row says: the name of the thing, a field before and after, and the address.
fn said(sequence: i64) -> Vec<PartLine<'static>> {
    let contents = [
        (None, format!(r#"{{"before":{{"priority":"Low"}},"after":{{"priority":"High {sequence}"}}}}"#)),
        (None, format!(r#"{{"label":"Project number {sequence}"}}"#)),
        (Some(Uuid::from_u64_pair(2, sequence.unsigned_abs())), r#"{"address":"192.0.2.77"}"#.to_owned()),
    ];
    let salt = u128::from(sequence.unsigned_abs()).to_be_bytes();
    contents
        .into_iter()
        .map(|(person, content)| PartLine {
            person,
            commitment: Bytes(parts::commitment(&salt, content.as_bytes())),
            salt: Some(Bytes(salt)),
            content: Some(Cow::Owned(content)),
        })
        .collect()
}
