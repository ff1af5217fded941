//! What another access would come to: a pure function from people as they are and as they would be.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use shared::{
    Menu, Operation, Operations, Position,
    access::simulate::{NAMED, PersonEffect, PositionEffect, ScreenEffect},
    licence::Function,
    project::LoweredBecause,
    user::UserName,
};

use super::person::{Holder, Validity};

/// Somebody before and after.
#[derive(Debug, Clone)]
pub struct Somebody {
    /// Who.
    pub user: UserName,
    /// As they are. Whoever cannot sign in holds nothing.
    pub before: Holder,
    /// As they would be.
    pub after: Holder,
    /// On how many projects they have which position.
    pub positions: BTreeMap<Position, i64>,
}

/// What changes for all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many could do more.
    pub gaining: i64,
    /// How many could do less.
    pub losing: i64,
    /// Each operation on a screen that somebody gains or loses, in the order of the catalogue.
    pub screens: Vec<ScreenEffect>,
    /// Those for whom something changes, the first [`NAMED`] of them.
    pub effects: Vec<PersonEffect>,
}

/// What changes on this day, in an organization of so many projects.
pub fn simulate(people: &[Somebody], projects: i64, day: NaiveDate) -> Outcome {
    let mut outcome = Outcome::default();
    let mut screens: BTreeMap<(Menu, Operation), (i64, i64)> = BTreeMap::new();
    for somebody in people {
        let effect = effect(somebody, projects, day);
        for (menu, operation) in pairs(&effect.gains) {
            screens.entry((menu, operation)).or_default().0 += 1;
        }
        for (menu, operation) in pairs(&effect.loses) {
            screens.entry((menu, operation)).or_default().1 += 1;
        }
        let (gains, loses) = (gains(&effect), loses(&effect));
        outcome.gaining += i64::from(gains);
        outcome.losing += i64::from(loses);
        if (gains || loses) && outcome.effects.len() < NAMED {
            outcome.effects.push(effect);
        }
    }
    let of_screen =
        |((menu, operation), (gaining, losing))| ScreenEffect { menu, operation, gaining, losing };
    outcome.screens = screens.into_iter().map(of_screen).collect();
    outcome
}

/// The first day from today on which these two differ in being valid; absent where they never do.
pub fn first_difference(before: &[Validity], after: &[Validity], today: NaiveDate) -> Option<NaiveDate> {
    let valid = |of: &[Validity], day| of.iter().any(|one| one.contains(day));
    let turns = before.iter().chain(after).flat_map(|one| {
        // What ends makes its difference on the day after.
        [Some(one.from), one.until.and_then(|until| until.succ_opt())]
    });
    let mut days: Vec<NaiveDate> =
        turns.flatten().filter(|day| *day > today).chain(std::iter::once(today)).collect();
    days.sort_unstable();
    days.into_iter().find(|day| valid(before, *day) != valid(after, *day))
}

fn effect(somebody: &Somebody, projects: i64, day: NaiveDate) -> PersonEffect {
    let Somebody { user, before, after, positions } = somebody;
    let beyond = |of: &Holder, than: &Holder| -> BTreeMap<Menu, Operations> {
        let more = |menu| (menu, of.effective(menu, day).minus(than.effective(menu, day)));
        Menu::screens().map(more).filter(|(_, operations)| !operations.is_empty()).collect()
    };
    // Without any valid licence what is left of a position opens nothing: it is no rise to come to that, and no fall
    // to come from it.
    let counted = |holder: &Holder, assigned| {
        let (position, because) = holder.effective_position(assigned, Function::ProjectManager, day);
        (position, because == Some(LoweredBecause::NoValidLicence))
    };
    let moved = |(assigned, projects): (&Position, &i64)| {
        let ((before, from_nothing), (after, to_nothing)) =
            (counted(before, *assigned), counted(after, *assigned));
        let is_real = (after > before && !to_nothing) || (after < before && !from_nothing);
        let effect = PositionEffect { assigned: *assigned, before, after, projects: *projects };
        (is_real && *projects > 0).then_some(effect)
    };
    PersonEffect {
        user: user.clone(),
        gains: beyond(after, before),
        loses: beyond(before, after),
        positions: positions.iter().rev().filter_map(moved).collect(),
        projects_before: projects_seen(before, positions, projects, day),
        projects_after: projects_seen(after, positions, projects, day),
    }
}

/// How many projects somebody sees.
fn projects_seen(holder: &Holder, positions: &BTreeMap<Position, i64>, projects: i64, day: NaiveDate) -> i64 {
    if holder.sees_all_projects(day) {
        return projects;
    }
    let seen = positions.iter().filter(|(position, _)| holder.sees_project(Some(**position), day));
    seen.map(|(_, projects)| projects).sum()
}

fn pairs(of: &BTreeMap<Menu, Operations>) -> impl Iterator<Item = (Menu, Operation)> {
    of.iter().flat_map(|(menu, operations)| operations.iter().map(|operation| (*menu, operation)))
}

fn gains(effect: &PersonEffect) -> bool {
    !effect.gains.is_empty()
        || effect.projects_after > effect.projects_before
        || effect.positions.iter().any(|one| one.after > one.before)
}

fn loses(effect: &PersonEffect) -> bool {
    !effect.loses.is_empty()
        || effect.projects_after < effect.projects_before
        || effect.positions.iter().any(|one| one.after < one.before)
}

#[cfg(test)]
mod tests;
