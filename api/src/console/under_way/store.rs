//! The rows of what is under way.

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use shared::console::{ActionPhase, ActionUnderWay, ActionsUnderWay, LongAction, Measure, PhaseProgress};
use uuid::Uuid;

use super::{super::backups::statement, rules};
use crate::{
    ApiError,
    db::console::{ConsoleConn, tables::actions_under_way as actions},
};

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = actions)]
struct Row {
    id: Uuid,
    action: String,
    subject: String,
    started_by: String,
    started_at: DateTime<Utc>,
    can_be_cancelled: bool,
    said_at: DateTime<Utc>,
    phase: String,
    phase_about: String,
    phase_began_at: DateTime<Utc>,
    measure: String,
    passed: i64,
    expected: Option<i64>,
    cancel_requested_at: Option<DateTime<Utc>>,
    cancel_requested_by: Option<String>,
}

/// All that is under way.
pub fn all(conn: &mut ConsoleConn<'_>) -> Result<ActionsUnderWay, ApiError> {
    let now = conn.clock().now();
    let rows: Vec<Row> =
        actions::table.order((actions::started_at, actions::id)).select(Row::as_select()).load(conn.sql())?;
    let mut found: Vec<ActionUnderWay> =
        rows.into_iter().map(|row| row.shown(now)).collect::<Result<_, _>>()?;
    let said = statement(conn)?;
    found.extend(said.and_then(|said| rules::attended(&said, now)));
    Ok(ActionsUnderWay { as_of: now, actions: found })
}

/// One, held until the end of the transaction.
pub fn lock(conn: &mut ConsoleConn<'_>, id: Uuid) -> Result<Option<ActionUnderWay>, ApiError> {
    let now = conn.clock().now();
    let row = actions::table.find(id).select(Row::as_select()).for_update().first(conn.sql()).optional()?;
    row.map(|row| row.shown(now)).transpose()
}

/// Writes down that it should end.
pub fn ask_to_cancel(conn: &mut ConsoleConn<'_>, id: Uuid, by: &str) -> Result<(), ApiError> {
    let now = conn.clock().now();
    diesel::update(actions::table.find(id))
        .set((actions::cancel_requested_at.eq(now), actions::cancel_requested_by.eq(by)))
        .execute(conn.sql())?;
    Ok(())
}

impl Row {
    fn shown(self, now: DateTime<Utc>) -> Result<ActionUnderWay, ApiError> {
        let unknown =
            |what: &str| ApiError::internal(anyhow!("something is under way with an unknown {what}"));
        let silent = rules::is_silent(self.said_at, now);
        let was_asked = self.cancel_requested_at.is_some();
        let progress = PhaseProgress {
            // A later version may do what this one does not know.
            phase: ActionPhase::from_key(&self.phase).unwrap_or(ActionPhase::Begin),
            about: self.phase_about,
            began_at: self.phase_began_at,
            measure: Measure::from_key(&self.measure).ok_or_else(|| unknown("measure"))?,
            passed: u64::try_from(self.passed).unwrap_or_default(),
            expected: self.expected.and_then(|expected| expected.try_into().ok()),
        };
        Ok(ActionUnderWay {
            id: Some(self.id),
            action: LongAction::from_key(&self.action).ok_or_else(|| unknown("action"))?,
            subject: self.subject,
            place: None,
            started_by: self.started_by,
            started_at: self.started_at,
            said_at: self.said_at,
            silent,
            seconds_left: progress.seconds_left(self.said_at),
            progress,
            cancelling: rules::cancelling(silent, self.can_be_cancelled, was_asked),
            cancel_requested_by: self.cancel_requested_by,
            cancel_requested_at: self.cancel_requested_at,
        })
    }
}
