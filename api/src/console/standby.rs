//! How well another environment could take over: which life of the installation this is, and what drills came to.

use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Deserialize;
use shared::console::{Fenced, StandbyOverview, TakeOverReport};

use super::{backups::statement, server::ConsoleSite};
use crate::{
    ApiError,
    db::{
        console::{ConsoleConn, tables::operations_book as book},
        epoch,
    },
    http::{
        guards::{Operator, team},
        route::Route,
    },
    ops::{
        attendance::Statement,
        book::Action,
        standby::take_over::{DRILL_EVERY, DRILL_OVERDUE},
    },
    routes,
};

/// How many are shown.
const SHOWN: i64 = 20;

/// Whether another environment has taken over, or could: drills with their steps and times.
#[utoipa::path(get, path = "/standby", operation_id = "get_standby_overview",
    responses((status = 200, description = "How it stands.", body = StandbyOverview)))]
pub async fn get_standby_overview(
    _who: Operator<team::Watchers>,
    site: Data<ConsoleSite>,
) -> Result<Json<StandbyOverview>, ApiError> {
    site.db.run(read).await.map(Json)
}

fn read(conn: &mut ConsoleConn<'_>) -> Result<StandbyOverview, ApiError> {
    let (now, standing) = (conn.clock().now(), epoch::standing(conn.sql()).map_err(ApiError::Internal)?);
    let actions = [Action::Drill.key(), Action::ActivateStandby.key()];
    let details: Vec<String> = book::table
        .filter(book::action.eq_any(actions))
        .order(book::sequence.desc())
        .limit(SHOWN)
        .select(book::details)
        .load(conn.sql())?;
    let reports: Vec<TakeOverReport> = details.iter().filter_map(|details| report(details)).collect();
    let said = statement(conn)?;
    // Somebody may have made one at the shell.
    let in_book = reports.iter().find(|one| one.is_drill && one.passed).map(|one| one.began_at);
    Ok(StandbyOverview {
        epoch: standing.epoch,
        fenced: match (standing.fenced_by, standing.fenced_at, standing.fenced_because) {
            (Some(by), Some(at), Some(because)) => Some(Fenced { by, at, because }),
            _ => None,
        },
        reports,
        ..drills(said.as_ref(), in_book, now)
    })
}

/// What the book says of a drill or a take-over. What a later version writes is in the book itself.
fn report(details: &str) -> Option<TakeOverReport> {
    #[derive(Deserialize)]
    struct Details {
        report: TakeOverReport,
    }
    serde_json::from_str::<Details>(details).ok().map(|details| details.report)
}

/// What the backup environment says of drills, and the newest in the book that passed.
fn drills(said: Option<&Statement>, in_book: Option<DateTime<Utc>>, now: DateTime<Utc>) -> StandbyOverview {
    let drills = said.is_some_and(|said| said.drills);
    let passed_at = said.and_then(|said| said.drill_passed_at).max(in_book);
    let last = said.and_then(|said| said.drill.as_ref()).map(|report| report.began_at);
    StandbyOverview {
        as_of: now,
        epoch: 1,
        fenced: None,
        drills,
        passed_at,
        due_at: last.map(|last| last + DRILL_EVERY),
        overdue: drills && passed_at.is_none_or(|passed| now > passed + DRILL_OVERDUE),
        reports: Vec::new(),
    }
}

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![get_standby_overview]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(passed_at: Option<&str>, drills: bool) -> Statement {
        Statement {
            written_at: DateTime::UNIX_EPOCH,
            sets: Vec::new(),
            wrong: Vec::new(),
            pruned_at: None,
            restored: None,
            drills,
            drill: None,
            drill_passed_at: passed_at.map(|at| at.parse().expect("an instant")),
            stores: Vec::new(),
            entries: Vec::new(),
            under_way: None,
        }
    }

    #[test]
    fn one_is_overdue_after_eight_days_where_any_are_made() {
        let now: DateTime<Utc> = "2026-11-29T12:00:00Z".parse().expect("an instant");
        let by_hand = Some(now - DRILL_EVERY);
        for (said, in_book, expected) in [
            (None, None, false),
            (Some(statement(None, false)), None, false),
            (Some(statement(None, true)), None, true),
            (Some(statement(None, true)), by_hand, false),
            (Some(statement(Some("2026-11-21T12:00:00Z"), true)), None, false),
            (Some(statement(Some("2026-11-21T11:59:59Z"), true)), None, true),
            (Some(statement(Some("2026-11-21T11:59:59Z"), true)), by_hand, false),
        ] {
            assert_eq!(drills(said.as_ref(), in_book, now).overdue, expected, "{said:?}");
        }
    }
}
