//! What of the grid is in sight, and what it is compared with.

use std::collections::BTreeSet;

use leptos::prelude::*;
use shared::{
    Menu,
    role::{Grants, Role},
};

use super::{board::Board, editor::Editor, grid, tree};
use crate::{
    locale, search,
    ui::{UrlValue, url_value},
};

/// Another role beside this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Its name.
    pub name: String,
    /// What it grants within its licence.
    pub grants: Grants,
}

/// A handle: copies are the same sight.
#[derive(Debug, Clone, Copy)]
pub struct Sight {
    /// The search, in the URL.
    pub query: UrlValue,
    /// The id of the role to compare with, in the URL.
    pub other: UrlValue,
    /// That role.
    pub compared: Memo<Option<Compared>>,
    /// Whether only rows that differ from it are shown.
    pub only_differences: RwSignal<bool>,
    /// The branches that are closed.
    pub closed: RwSignal<BTreeSet<Menu>>,
    /// The screens that are shown, apart from closed branches. Check boxes that stand for many stand for these.
    pub found: Memo<BTreeSet<Menu>>,
}

impl Sight {
    /// The sight of a role. Must be called while a component is built.
    pub fn new(editor: Editor, roles: RwSignal<Vec<Role>>, closed: RwSignal<BTreeSet<Menu>>) -> Self {
        let other = url_value("compare");
        let compared = Memo::new(move |_| {
            let id = other.get()?;
            roles.with(|roles| {
                let role = roles.iter().find(|role| role.id.to_string() == id)?;
                let grants = grid::within(&role.grants, &editor.open_of(&role.licence_type));
                Some(Compared { name: role.name.clone(), grants })
            })
        });
        Self::with(editor.board(), other, compared, closed)
    }

    /// The sight of a board that is compared with nothing. Must be called while a component is built.
    pub fn alone(board: Board) -> Self {
        let closed = RwSignal::new(tree::branches().filter(|menu| !menu.is_heading()).collect());
        Self::with(board, url_value("compare"), Memo::new(|_| None), closed)
    }

    fn with(
        board: Board,
        other: UrlValue,
        compared: Memo<Option<Compared>>,
        closed: RwSignal<BTreeSet<Menu>>,
    ) -> Self {
        let query = url_value("q");
        let only_differences = RwSignal::new(false);
        let found = Memo::new(move |_| {
            let query = query.get().unwrap_or_default();
            let mut found = tree::found(|menu| search::matches(&query, menu.label(locale::current())));
            if only_differences.get()
                && let Some(compared) = compared.get()
            {
                // Not tracked: a row must not vanish under the pointer that has just made it equal.
                board.grants.with_untracked(|grants| {
                    found.retain(|menu| grid::on(grants, *menu) != grid::on(&compared.grants, *menu));
                });
            }
            found
        });
        Self { query, other, compared, only_differences, closed, found }
    }

    /// Whether a row is in sight, tracked. A search opens all branches.
    pub fn shows(self, row: &tree::Row) -> bool {
        let none = BTreeSet::new();
        self.found.with(|found| {
            if self.query.is_set() {
                tree::is_in_sight(row, found, &none)
            } else {
                self.closed.with(|closed| tree::is_in_sight(row, found, closed))
            }
        })
    }

    /// Whether a branch is open, tracked.
    pub fn is_expanded(self, branch: Menu) -> bool {
        self.query.is_set() || self.closed.with(|closed| !closed.contains(&branch))
    }

    /// Opens or closes a branch.
    pub fn expand(self, branch: Menu, open: bool) {
        self.closed.update(|closed| {
            if open {
                closed.remove(&branch);
            } else {
                closed.insert(branch);
            }
        });
    }

    /// The screens that a row stands for as far as they are shown, not tracked.
    pub fn members(self, row: &tree::Row) -> Vec<Menu> {
        self.found.with_untracked(|found| members(row, found))
    }

    /// The screens that a row stands for as far as they are shown, tracked.
    pub fn members_tracked(self, row: &tree::Row) -> Vec<Menu> {
        self.found.with(|found| members(row, found))
    }
}

fn members(row: &tree::Row, found: &BTreeSet<Menu>) -> Vec<Menu> {
    row.screens.iter().copied().filter(|screen| found.contains(screen)).collect()
}
