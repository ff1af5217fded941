//! What the grid works on: cells that can be checked, and why some cannot. A role is one; the scopes of an API token are
//! another.

use leptos::prelude::*;
use shared::{Menu, Operations, role::Grants};

use super::grid;
use crate::ui::FormState;

/// A handle: copies are the same board.
#[derive(Debug, Clone, Copy)]
pub struct Board {
    /// What is checked, within what is open.
    pub grants: Memo<Grants>,
    /// What can be checked.
    pub open: Memo<Grants>,
    /// What was checked when it was saved; absent for what is being made.
    pub before: Memo<Option<Grants>>,
    /// For the errors of its rows.
    pub form: FormState,
    /// The pointer of the field that the cells are in: `/grants`.
    pub pointer: &'static str,
    /// The grid's name.
    pub label: &'static str,
    /// Whether the person may change it.
    pub may_change: bool,
    /// A press of the check box that stands for these operations on these menus.
    pub press: Callback<(Vec<Menu>, Operations)>,
    /// Why the cells of a menu cannot be checked.
    pub beyond: Callback<Menu, String>,
}

impl Board {
    /// A board of its own, of which all that is checked is in `checked`.
    pub fn of(
        checked: RwSignal<Grants>,
        open: Signal<Grants>,
        before: Signal<Option<Grants>>,
        form: FormState,
        pointer: &'static str,
        label: &'static str,
        beyond: Callback<Menu, String>,
    ) -> Self {
        let open = Memo::new(move |_| open.get());
        let grants =
            Memo::new(move |_| checked.with(|checked| open.with(|open| grid::within(checked, open))));
        let press = Callback::new(move |(menus, operations): (Vec<Menu>, Operations)| {
            let open = open.get_untracked();
            checked.update(|checked| grid::toggle(checked, &open, &menus, operations));
        });
        let before = Memo::new(move |_| before.get());
        Self { grants, open, before, form, pointer, label, may_change: true, press, beyond }
    }
}
