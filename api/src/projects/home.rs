//! A project at a glance, as far as the tabs go that somebody may view.

use std::collections::BTreeMap;

use shared::{Menu, Position, project::ProjectHome};

use super::{history, rules, store, tabs::Viewed, team};
use crate::{
    ApiError,
    access::Caller,
    db::{ProjectPlace, TenantConn},
};

/// How many changes it shows.
const RECENT: i64 = 10;

/// How the project stands today.
pub fn get(conn: &mut TenantConn<'_>, place: ProjectPlace, caller: &Caller) -> Result<ProjectHome, ApiError> {
    let project = store::get(conn, place, caller)?;
    let viewed = Viewed::by(caller, place);
    let people =
        if viewed.has(Menu::ProjectTeam) { team::store::people(conn, place.project)? } else { Vec::new() };
    let mut team: BTreeMap<Position, i64> = BTreeMap::new();
    for one in &people {
        *team.entry(one.position).or_default() += 1;
    }
    let managers = people.into_iter().filter(|one| one.position == Position::Manager);
    let days = rules::days(project.start_date, project.end_date, caller.today());
    Ok(ProjectHome {
        status: project.status,
        approval_status: project.approval_status,
        start_date: project.start_date,
        end_date: project.end_date,
        days_total: days.map(|(total, _)| total),
        days_elapsed: days.map(|(_, elapsed)| elapsed),
        managers: managers.map(|one| one.user).collect(),
        team,
        recent_changes: history::newest(conn, place.project, &viewed, RECENT, None)?,
    })
}
