//! Runs, alarms and the statement of the backup environment, as the database has them.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use shared::{
    Page,
    console::{Alarm, BackupKind, BackupOverview, BackupRun, BackupRunFilter, BackupRunSort},
    page::{Direction, Sort},
};
use uuid::Uuid;

use super::overview::{self, Run};
use crate::{
    ApiError,
    db::console::{
        ConsoleConn,
        tables::{alarms, backup_attendance as attendance, backup_runs as runs},
    },
    http::cursor::{self, Place},
    ops::{attendance::Statement, retention::SetKind},
};

/// The newest first.
const NEWEST_FIRST: Sort<BackupRunSort> =
    Sort { field: BackupRunSort::StartedAt, direction: Direction::Descending };
/// Nothing is kept for longer.
const KEPT: TimeDelta = TimeDelta::days(500);

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = runs)]
struct Row {
    id: Uuid,
    kind: String,
    started_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    set_name: Option<String>,
    manifest_hash: Option<Vec<u8>>,
    objects: Option<i32>,
    objects_unchanged: Option<i32>,
    bytes: Option<i64>,
    bytes_put: Option<i64>,
    error: Option<String>,
    off_site_at: Option<DateTime<Utc>>,
    off_site_error: Option<String>,
}

/// How backups stand.
pub fn overview(conn: &mut ConsoleConn<'_>) -> Result<BackupOverview, ApiError> {
    let now = conn.clock().now();
    let rows: Vec<Row> = runs::table
        .filter(runs::started_at.gt(now - KEPT))
        .order(runs::id)
        .select(Row::as_select())
        .load(conn.sql())?;
    let runs: Vec<Run> = rows.into_iter().map(Row::into_run).collect::<Result<_, _>>()?;
    let statement = statement(conn)?;
    let raised: Vec<(Uuid, String, String, DateTime<Utc>)> = alarms::table
        .filter(alarms::ended_at.is_null())
        .order(alarms::raised_at.desc())
        .select((alarms::id, alarms::name, alarms::message, alarms::raised_at))
        .load(conn.sql())?;
    let alarms =
        raised.into_iter().map(|(id, name, message, raised_at)| Alarm { id, name, message, raised_at });
    Ok(overview::overview(&runs, statement.as_ref(), alarms.collect(), now))
}

/// One page of runs, the newest first.
pub fn list(conn: &mut ConsoleConn<'_>, filter: &BackupRunFilter) -> Result<Page<BackupRun>, ApiError> {
    let limit = cursor::limit(filter.limit)?;
    let after: Option<Place<()>> = cursor::after(filter.after.as_deref(), NEWEST_FIRST)?;
    let mut query = runs::table.order(runs::id.desc()).limit(limit + 1).select(Row::as_select()).into_boxed();
    if let Some(place) = after {
        query = query.filter(runs::id.lt(place.id));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(runs::kind.eq(kind.key()));
    }
    match filter.failed {
        Some(true) => query = query.filter(runs::error.is_not_null()),
        Some(false) => query = query.filter(runs::error.is_null()),
        None => {}
    }
    let rows: Vec<Row> = query.load(conn.sql())?;
    let statement = statement(conn)?;
    let found: Vec<Run> = rows.into_iter().map(Row::into_run).collect::<Result<_, _>>()?;
    let place = |run: &Run| Place { value: (), id: run.id };
    cursor::page(found, limit, NEWEST_FIRST, place, |run| overview::shown(run, statement.as_ref()))
}

/// One run.
pub fn find(conn: &mut ConsoleConn<'_>, id: Uuid) -> Result<BackupRun, ApiError> {
    let row = runs::table.find(id).select(Row::as_select()).first(conn.sql()).optional()?;
    let run: Run = row.map(Row::into_run).ok_or(ApiError::NotFound)??;
    let statement = statement(conn)?;
    Ok(overview::shown(run, statement.as_ref()))
}

/// What the backup environment said last.
pub(in super::super) fn statement(conn: &mut ConsoleConn<'_>) -> Result<Option<Statement>, ApiError> {
    let found: Option<serde_json::Value> =
        attendance::table.select(attendance::statement).first(conn.sql()).optional()?;
    found.map(|value| serde_json::from_value(value).map_err(ApiError::internal)).transpose()
}

impl Row {
    fn into_run(self) -> Result<Run, ApiError> {
        let kind = SetKind::ALL.into_iter().find(|kind| kind.word() == self.kind);
        Ok(Run {
            id: self.id,
            kind: kind.ok_or_else(|| ApiError::internal(anyhow::anyhow!("a run of no kind")))?,
            started_at: self.started_at,
            finished_at: self.finished_at,
            set: self.set_name,
            manifest_hash: self.manifest_hash,
            objects: self.objects,
            objects_unchanged: self.objects_unchanged,
            bytes: self.bytes,
            bytes_put: self.bytes_put,
            error: self.error,
            off_site_at: self.off_site_at,
            off_site_error: self.off_site_error,
        })
    }
}

/// The word of a kind at the console.
pub(super) const fn kind_shown(kind: SetKind) -> BackupKind {
    match kind {
        SetKind::Database => BackupKind::Database,
        SetKind::Files => BackupKind::Files,
    }
}
