//! The rules of the grid: what a press changes, what a check box that stands for many shows, what differs.
//!
//! Everything here works within what is *open*: the operations that mean something on a screen and lie within the
//! licence's ceiling. Insert, Update and Delete imply View at every step.

use shared::{Language, Menu, Operation, Operations, licence::LicenceType, role::Grants};

use crate::ui::CheckState;

/// What grants hold on a menu.
pub fn on(grants: &Grants, menu: Menu) -> Operations {
    grants.get(&menu).copied().unwrap_or_default()
}

/// The operations that mean something on a menu. They are the same in every language.
pub fn meant(menu: Menu) -> Operations {
    Operation::ALL
        .into_iter()
        .filter(|operation| menu.meaning(*operation, Language::En).is_some())
        .fold(Operations::NONE, Operations::with)
}

/// What a role with this licence can be granted.
pub fn open(licence: &LicenceType) -> Grants {
    Menu::screens()
        .map(|menu| (menu, on(&licence.ceiling, menu).intersection(meant(menu))))
        // Without View there is nothing to grant, since the other operations imply it.
        .filter(|(_, operations)| operations.view)
        .collect()
}

/// The grants within what is open.
pub fn within(grants: &Grants, open: &Grants) -> Grants {
    grants
        .iter()
        .map(|(menu, operations)| (*menu, operations.closed().intersection(on(open, *menu))))
        .filter(|(_, operations)| !operations.is_empty())
        .collect()
}

/// How many operations are granted in all.
pub fn count(grants: &Grants) -> usize {
    grants.values().map(|operations| operations.iter().count()).sum()
}

/// The state of the check box that stands for these operations on these menus. Absent where none of them is open.
pub fn state(grants: &Grants, open: &Grants, menus: &[Menu], operations: Operations) -> Option<CheckState> {
    let (mut granted, mut all) = (0, 0);
    for menu in menus {
        let reach = on(open, *menu).intersection(operations);
        all += reach.iter().count();
        granted += on(grants, *menu).intersection(reach).iter().count();
    }
    (all > 0).then(|| CheckState::of(granted, all))
}

/// A press of that check box: takes everything away where everything is granted, and grants the rest otherwise.
pub fn toggle(grants: &mut Grants, open: &Grants, menus: &[Menu], operations: Operations) {
    let on_all = state(grants, open, menus, operations) == Some(CheckState::On);
    for menu in menus {
        let reach = on(open, *menu).intersection(operations);
        let now = on(grants, *menu);
        let next =
            if on_all { reach.iter().fold(now, Operations::without) } else { now.union(reach.closed()) };
        if reach.is_empty() || next == now {
            continue;
        }
        if next.is_empty() {
            grants.remove(menu);
        } else {
            grants.insert(*menu, next);
        }
    }
}

/// In which way a cell differs from another state of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Granted here and not there.
    OnlyHere,
    /// Granted there and not here.
    OnlyThere,
}

/// How a cell differs between two sets of operations of its menu.
pub fn difference(here: Operations, there: Operations, operation: Operation) -> Option<Difference> {
    match (here.has(operation), there.has(operation)) {
        (true, false) => Some(Difference::OnlyHere),
        (false, true) => Some(Difference::OnlyThere),
        _ => None,
    }
}

/// How many cells are granted only here, and only there.
pub fn differences(here: &Grants, there: &Grants) -> (usize, usize) {
    let only = |one: &Grants, other: &Grants| {
        one.iter()
            .map(|(menu, operations)| {
                operations.iter().filter(|operation| !on(other, *menu).has(*operation)).count()
            })
            .sum()
    };
    (only(here, there), only(there, here))
}

#[cfg(test)]
#[path = "grid_tests.rs"]
mod tests;
