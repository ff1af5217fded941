//! One line of an exported audit log, looked at by itself: what it is, and whether what it says is what was committed to.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    audit::{
        chain::{self, Committed, Row},
        lines::{HeadLine, Header, Line, PartLine, RowLine, SealLine},
    },
    db::record::parts::{self, Content},
};

/// A line that was looked at by itself.
#[derive(Debug)]
pub struct Examined(pub(super) Found);

#[derive(Debug)]
pub(super) enum Found {
    Header(Header),
    Row(Box<FoundRow>),
    Head(HeadLine),
    Lost { sequence: i64, id: Uuid },
    End { sealed: u64, unsealed: u64 },
    Unreadable(String),
}

#[derive(Debug)]
pub(super) struct FoundRow {
    pub(super) seal: Option<SealLine>,
    pub(super) id: Uuid,
    pub(super) at: DateTime<Utc>,
    pub(super) encoded: Vec<u8>,
    /// The first part that does not fit its commitment.
    pub(super) misfit: Option<usize>,
    /// The parts without content.
    pub(super) closed: Vec<(i16, Option<Uuid>)>,
    pub(super) erasure: Option<Erasure>,
}

/// What a row of an erasure says.
#[derive(Debug)]
pub(super) struct Erasure {
    /// The person, where it was one.
    pub(super) person: Option<Uuid>,
    /// Parts in clear that went along: `<row>/<number>`.
    pub(super) taken: Vec<(Uuid, i16)>,
}

/// Looks at a line by itself: what it is, and whether what it says is what was committed to.
pub fn examine(line: &str) -> Examined {
    Examined(match serde_json::from_str::<Line<'_>>(line) {
        Ok(Line::AuditLog(header)) => Found::Header(header),
        Ok(Line::Row(row)) => Found::Row(Box::new(examine_row(row))),
        Ok(Line::Head(head)) => Found::Head(head),
        Ok(Line::Lost(lost)) => Found::Lost { sequence: lost.sequence, id: lost.id },
        Ok(Line::End(end)) => Found::End { sealed: end.sealed, unsealed: end.unsealed },
        Err(error) => Found::Unreadable(error.to_string()),
    })
}

fn examine_row(line: RowLine<'_>) -> FoundRow {
    let fits = |part: &PartLine<'_>| match (&part.salt, &part.content) {
        (Some(salt), Some(content)) => parts::commitment(&salt.0, content.as_bytes()) == part.commitment.0,
        (None, None) => true,
        _ => false,
    };
    let misfit = line.parts.iter().position(|part| !fits(part));
    let numbered = line.parts.iter().enumerate();
    let closed = numbered
        .filter(|(_, part)| part.content.is_none())
        .map(|(number, part)| (i16::try_from(number).unwrap_or(i16::MAX), part.person))
        .collect();
    let committed: Vec<Committed> = line
        .parts
        .iter()
        .map(|part| Committed { person: part.person, commitment: part.commitment.0 })
        .collect();
    let row = Row {
        id: line.id,
        at: line.at,
        actor_kind: &line.actor_kind,
        actor_id: line.actor_id,
        session_id: line.session_id,
        token_id: line.token_id,
        request_id: line.request_id,
        entity: &line.entity,
        entity_id: line.entity_id,
        action: &line.action,
    };
    let encoded = chain::encode(&row, &committed);
    let erasure = match &*line.entity {
        "erasure" => Some(erasure(&line, Some(line.entity_id))),
        "project_erasure" => Some(erasure(&line, None)),
        _ => None,
    };
    FoundRow { seal: line.seal, id: line.id, at: line.at, encoded, misfit, closed, erasure }
}

fn erasure(line: &RowLine<'_>, person: Option<Uuid>) -> Erasure {
    let contents = line.parts.iter().filter_map(|part| part.content.as_deref());
    let taken = contents
        .filter_map(|content| serde_json::from_str::<Content>(content).ok())
        .filter_map(|content| content.after.get("taken_parts").and_then(|taken| taken.as_array().cloned()))
        .flatten()
        .filter_map(|part| {
            let (id, number) = part.as_str()?.split_once('/')?;
            Some((id.parse().ok()?, number.parse().ok()?))
        })
        .collect();
    Erasure { person, taken }
}
