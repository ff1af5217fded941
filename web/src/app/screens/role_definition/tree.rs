//! The rows of the grid: the menu catalogue as a tree.
//!
//! Whatever has something under it is a *branch*: its check boxes stand for all screens in it. A screen with tabs is
//! both, so it has a branch and, as the first thing in it, a row of its own.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use shared::Menu;

/// A row of the grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The menu it shows.
    pub menu: Menu,
    /// Whether it stands for everything under the menu instead of the menu itself.
    pub branch: bool,
    /// How deep it stands, from 1.
    pub level: usize,
    /// Its place among those beside it, from 1.
    pub position: usize,
    /// How many stand beside it, itself included.
    pub siblings: usize,
    /// The branches it stands in, the outermost first.
    pub above: Vec<Menu>,
    /// The screens it stands for.
    pub screens: Vec<Menu>,
}

impl Row {
    /// Whether it is the row of a screen that has a branch too.
    pub fn is_own(&self) -> bool {
        !self.branch && self.above.last() == Some(&self.menu)
    }
}

/// All rows, in the order of the catalogue.
pub fn rows() -> &'static [Row] {
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
        let mut rows = Vec::new();
        let roots: Vec<Menu> = Menu::ALL.iter().copied().filter(|menu| menu.parent().is_none()).collect();
        let siblings = roots.len();
        for (index, root) in roots.into_iter().enumerate() {
            grow(&mut rows, root, &[], index + 1, siblings);
        }
        rows
    });
    &ROWS
}

/// All branches.
pub fn branches() -> impl Iterator<Item = Menu> {
    rows().iter().filter(|row| row.branch).map(|row| row.menu)
}

fn grow(rows: &mut Vec<Row>, menu: Menu, above: &[Menu], position: usize, siblings: usize) {
    let level = above.len() + 1;
    let children: Vec<Menu> = menu.children().collect();
    let leaf = |above: Vec<Menu>, level, position, siblings| Row {
        menu,
        branch: false,
        level,
        position,
        siblings,
        above,
        screens: vec![menu],
    };
    if children.is_empty() {
        rows.push(leaf(above.to_vec(), level, position, siblings));
        return;
    }
    let screens = Menu::screens().filter(|screen| is_under(*screen, menu)).collect();
    rows.push(Row { menu, branch: true, level, position, siblings, above: above.to_vec(), screens });
    let inside: Vec<Menu> = above.iter().copied().chain([menu]).collect();
    let own = usize::from(!menu.is_heading());
    let count = children.len() + own;
    if own == 1 {
        rows.push(leaf(inside.clone(), level + 1, 1, count));
    }
    for (index, child) in children.into_iter().enumerate() {
        grow(rows, child, &inside, index + 1 + own, count);
    }
}

fn is_under(menu: Menu, top: Menu) -> bool {
    menu == top || menu.parent().is_some_and(|parent| is_under(parent, top))
}

/// The screens that a search finds: by their own name, or by that of a branch they stand in.
pub fn found(matches: impl Fn(Menu) -> bool) -> BTreeSet<Menu> {
    let leaves = rows().iter().filter(|row| !row.branch);
    leaves
        .filter(|row| matches(row.menu) || row.above.iter().copied().any(&matches))
        .map(|row| row.menu)
        .collect()
}

/// Whether a row is in sight: something in it is found, and nothing above it is closed.
pub fn is_in_sight(row: &Row, found: &BTreeSet<Menu>, closed: &BTreeSet<Menu>) -> bool {
    row.screens.iter().any(|screen| found.contains(screen))
        && !row.above.iter().any(|menu| closed.contains(menu))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_menu_has_its_row_and_every_screen_one_of_its_own() {
        let of = |branch| rows().iter().filter(move |row| row.branch == branch).map(|row| row.menu);
        assert_eq!(of(false).collect::<Vec<_>>(), Menu::screens().collect::<Vec<_>>());
        for menu in Menu::ALL {
            assert_eq!(of(true).any(|branch| branch == *menu), menu.children().count() > 0, "{}", menu.key());
        }
    }

    #[test]
    fn a_screen_with_tabs_is_the_first_row_of_its_branch() {
        let at = rows().iter().position(|row| row.branch && row.menu == Menu::Projects).unwrap();
        let (branch, own) = (&rows()[at], &rows()[at + 1]);
        assert_eq!((branch.level, branch.screens.len()), (2, 14));
        assert!(own.is_own());
        assert_eq!((own.menu, own.level, own.position, own.siblings), (Menu::Projects, 3, 1, 14));
        assert_eq!(own.above, [Menu::Management, Menu::Projects]);
    }

    #[test]
    fn positions_run_from_one_to_the_number_of_siblings() {
        for row in rows() {
            let beside: Vec<usize> =
                rows().iter().filter(|other| other.above == row.above).map(|other| other.position).collect();
            assert_eq!(beside, (1..=row.siblings).collect::<Vec<_>>(), "{}", row.menu.key());
        }
    }

    #[test]
    fn a_search_keeps_what_stands_above_and_what_stands_in_a_branch_of_that_name() {
        let sight = |word: Menu, closed: &[Menu]| {
            let found = found(|menu| menu == word);
            let closed = closed.iter().copied().collect();
            rows()
                .iter()
                .filter(|row| is_in_sight(row, &found, &closed))
                .map(|row| (row.menu, row.branch))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            sight(Menu::PortfolioCost, &[]),
            [
                (Menu::Management, true),
                (Menu::Portfolio, true),
                (Menu::PortfolioFinancialAnalysis, true),
                (Menu::PortfolioCost, false)
            ]
        );
        assert_eq!(sight(Menu::PortfolioCost, &[Menu::Portfolio]).len(), 2);
        assert_eq!(sight(Menu::Costing, &[]).len(), 4);
        assert_eq!(sight(Menu::Projects, &[]).len(), 16);
    }
}
