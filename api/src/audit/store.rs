//! Reading the audit log for its screen.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use serde_json::Value;
use shared::{
    Page,
    audit::{
        ActorKind, AuditChain, AuditEntry, AuditFilter, AuditHead, AuditSort, DeniedAccess,
        DeniedAccessFilter,
    },
    change::{ChangeKind, FieldChange},
    ids::{ApiTokenId, ChangeId, UserId},
    page::{Direction, Sort},
};
use uuid::Uuid;

use super::{
    export::{LogRow, parts_of},
    lines::PartLine,
};
use crate::{
    ApiError,
    db::{
        TenantConn,
        record::parts::Content,
        schema::{audit_heads, audit_log, audit_seals, denied_access, users},
    },
    http::cursor::{self, Place, SortKey, possible_instant},
};

/// The newest first: ids are made in the order of time, and the index has them.
const NEWEST_FIRST: Sort<AuditSort> = Sort { field: AuditSort::At, direction: Direction::Descending };

/// One page of the audit log, the newest first.
pub fn list(
    conn: &mut TenantConn<'_>,
    filter: &AuditFilter,
    time_zone: Tz,
) -> Result<Page<AuditEntry>, ApiError> {
    let limit = cursor::limit(filter.limit)?;
    let after: Option<Place<()>> = cursor::after(filter.after.as_deref(), NEWEST_FIRST)?;
    let mut query = audit_log::table
        .order(audit_log::id.desc())
        .limit(limit + 1)
        .select(LogRow::as_select())
        .into_boxed();
    if let Some(place) = after {
        query = query.filter(audit_log::id.lt(place.id));
    }
    if let Some(user) = filter.user {
        query = query.filter(audit_log::actor_id.eq(user.0));
    }
    if let Some(about) = filter.about {
        query = query.filter(audit_log::entity_id.eq(about));
    }
    if let Some(entity) = &filter.entity {
        query = query.filter(audit_log::entity.eq(entity));
    }
    if let Some(action) = filter.action {
        query = query.filter(audit_log::action.eq(action.key()));
    }
    if let Some(from) = filter.from {
        query = query.filter(audit_log::at.ge(midnight(from, time_zone)));
    }
    if let Some(next) = filter.until.and_then(|until| until.succ_opt()) {
        query = query.filter(audit_log::at.lt(midnight(next, time_zone)));
    }
    let rows: Vec<LogRow> = query.load(conn.sql())?;
    let entries = to_entries(conn, rows)?;
    cursor::page(entries, limit, NEWEST_FIRST, |entry| Place { value: (), id: entry.id.0 }, |entry| entry)
}

/// The first instant of a day. Where a clock skips midnight, the day begins when it goes on.
fn midnight(day: chrono::NaiveDate, time_zone: Tz) -> DateTime<Utc> {
    let at = |hours| {
        let local = day.and_time(NaiveTime::MIN) + TimeDelta::hours(hours);
        local.and_local_timezone(time_zone).earliest()
    };
    at(0)
        .or_else(|| at(1))
        .map_or_else(|| day.and_time(NaiveTime::MIN).and_utc(), |instant| instant.with_timezone(&Utc))
}

/// One row.
pub fn get(conn: &mut TenantConn<'_>, id: ChangeId) -> Result<AuditEntry, ApiError> {
    let row =
        audit_log::table.filter(audit_log::id.eq(id.0)).select(LogRow::as_select()).first(conn.sql())?;
    to_entries(conn, vec![row])?.pop().ok_or(ApiError::NotFound)
}

/// How far it is sealed.
pub fn chain(conn: &mut TenantConn<'_>) -> Result<AuditChain, ApiError> {
    let sealed: i64 = audit_seals::table.count().get_result(conn.sql())?;
    let rows: i64 = audit_log::table.count().get_result(conn.sql())?;
    let head: Option<(i64, Vec<u8>, DateTime<Utc>)> = audit_heads::table
        .order(audit_heads::sequence.desc())
        .select((audit_heads::sequence, audit_heads::hash, audit_heads::signed_at))
        .first(conn.sql())
        .optional()?;
    let head = head.map(|(place, hash, signed_at)| AuditHead {
        place,
        hash: STANDARD_NO_PAD.encode(hash),
        signed_at,
    });
    Ok(AuditChain { sealed, unsealed: rows - sealed, head })
}

fn to_entries(conn: &mut TenantConn<'_>, rows: Vec<LogRow>) -> Result<Vec<AuditEntry>, ApiError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut parts = parts_of(conn, &ids)?;
    let places: HashMap<Uuid, i64> = audit_seals::table
        .filter(audit_seals::audit_id.eq_any(&ids))
        .select((audit_seals::audit_id, audit_seals::sequence))
        .load(conn.sql())?
        .into_iter()
        .collect();
    let mut entries = Vec::new();
    for row in rows {
        let place = places.get(&row.id).copied();
        let parts = parts.remove(&row.id).unwrap_or_default();
        entries.push(to_entry(row, &parts, place)?);
    }
    name_people(conn, &mut entries)?;
    Ok(entries)
}

fn to_entry(row: LogRow, parts: &[PartLine<'_>], place: Option<i64>) -> Result<AuditEntry, ApiError> {
    let id = row.id;
    let unknown =
        |what: &str| ApiError::internal(anyhow::anyhow!("the audit row {id} is of an unknown {what}"));
    let mut said = Content::default();
    for content in parts.iter().filter_map(|part| part.content.as_deref()) {
        said.merge(serde_json::from_str(content).map_err(ApiError::internal)?);
    }
    let names: BTreeSet<&String> = said.before.keys().chain(said.after.keys()).collect();
    let side = |values: &serde_json::Map<String, Value>, name: &String| {
        values.get(name).cloned().unwrap_or_default()
    };
    let fields = names
        .into_iter()
        .map(|name| FieldChange {
            field: name.clone(),
            before: side(&said.before, name),
            after: side(&said.after, name),
        })
        .collect();
    Ok(AuditEntry {
        id: ChangeId(row.id),
        at: row.at,
        actor: ActorKind::from_key(&row.actor_kind).ok_or_else(|| unknown("actor"))?,
        user: row.actor_id.map(UserId),
        token: row.token_id.map(ApiTokenId),
        address: said.address,
        request: row.request_id,
        action: ChangeKind::from_key(&row.action).ok_or_else(|| unknown("action"))?,
        entity: row.entity,
        entity_id: row.entity_id,
        label: said.label,
        fields,
        erased: parts.iter().any(|part| part.content.is_none()),
        place,
        people: BTreeMap::new(),
    })
}

/// Says of all ids that are people's what they are called now.
fn name_people(conn: &mut TenantConn<'_>, entries: &mut [AuditEntry]) -> Result<(), ApiError> {
    let mentioned: Vec<BTreeSet<Uuid>> = entries
        .iter()
        .map(|entry| {
            let values = entry.fields.iter().flat_map(|field| [&field.before, &field.after]);
            let ids = values.filter_map(Value::as_str).filter_map(|text| text.parse().ok());
            ids.chain(entry.user.map(|user| user.0)).chain([entry.entity_id]).collect()
        })
        .collect();
    let all: BTreeSet<Uuid> = mentioned.iter().flatten().copied().collect();
    let rows: Vec<(Uuid, String, String)> = users::table
        .filter(users::id.eq_any(all))
        .select((users::id, users::first_name, users::last_name))
        .load(conn.sql())?;
    let names: HashMap<Uuid, String> =
        rows.into_iter().map(|(id, first, last)| (id, format!("{first} {last}"))).collect();
    for (entry, ids) in entries.iter_mut().zip(mentioned) {
        entry.people = ids.into_iter().filter_map(|id| Some((UserId(id), names.get(&id)?.clone()))).collect();
        // What was known of an erased person is closed; the pseudonym stands in its place.
        if entry.label.is_none() {
            entry.label = entry.people.get(&UserId(entry.entity_id)).cloned();
        }
    }
    Ok(())
}

/// The minute by which refused requests are sorted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
struct Minute(DateTime<Utc>);

impl SortKey for Minute {
    fn is_possible(&self) -> bool {
        possible_instant(self.0)
    }
}

/// One page of refused requests, the newest first.
pub fn list_denied(
    conn: &mut TenantConn<'_>,
    filter: &DeniedAccessFilter,
) -> Result<Page<DeniedAccess>, ApiError> {
    type Row = (
        Uuid,
        DateTime<Utc>,
        Option<String>,
        Option<Uuid>,
        Option<String>,
        String,
        i64,
        Option<(String, String)>,
    );
    let limit = cursor::limit(filter.limit)?;
    let after: Option<Place<Minute>> = cursor::after(filter.after.as_deref(), NEWEST_FIRST)?;
    let mut query = denied_access::table
        .left_join(users::table.on(denied_access::user_id.eq(users::id.nullable())))
        .order((denied_access::minute.desc(), denied_access::id.desc()))
        .limit(limit + 1)
        .select((
            denied_access::id,
            denied_access::minute,
            denied_access::network,
            denied_access::user_id,
            denied_access::operation,
            denied_access::code,
            denied_access::requests,
            (users::first_name, users::last_name).nullable(),
        ))
        .into_boxed();
    if let Some(Place { value: Minute(minute), id }) = after {
        query = query.filter(
            denied_access::minute
                .lt(minute)
                .or(denied_access::minute.eq(minute).and(denied_access::id.lt(id))),
        );
    }
    if let Some(user) = filter.user {
        query = query.filter(denied_access::user_id.eq(user.0));
    }
    if let Some(code) = &filter.code {
        query = query.filter(denied_access::code.eq(code));
    }
    let rows: Vec<Row> = query.load(conn.sql())?;
    cursor::page(
        rows,
        limit,
        NEWEST_FIRST,
        |row| Place { value: Minute(row.1), id: row.0 },
        |(id, minute, network, user, operation, code, requests, name)| DeniedAccess {
            id,
            minute,
            network,
            user: user.map(UserId),
            user_name: name.map(|(first, last)| format!("{first} {last}")),
            operation,
            code,
            requests,
        },
    )
}
