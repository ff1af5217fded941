//! Above the grid: search, comparison, opening and closing of branches; below it, what the signs mean.

use std::collections::BTreeSet;

use leptos::prelude::*;
use shared::{Menu, ids::RoleId};

use super::{Desk, editor::Editor, grid, sight::Sight, tree};
use crate::{
    locales::role_definition as t,
    ui::{Button, CheckState, Checkbox, EmptyState, FilterSelect, Icon, IconButton, IconView, SearchBox},
};

/// The bar above the grid.
#[component]
pub(super) fn Tools(
    /// The role.
    editor: Editor,
    /// What of it is in sight.
    sight: Sight,
    /// For the roles to compare with.
    desk: Desk,
) -> impl IntoView {
    let own = editor.saved.map(|saved| saved.with_untracked(|role| role.id));
    let others = Signal::derive(move || {
        let other = |role: &shared::role::Role| (role.id.to_string(), role.name.clone());
        let mut choices = vec![(String::new(), t::compare().to_owned())];
        desk.roles.with(|roles| {
            choices.extend(roles.iter().filter(|role| Some::<RoleId>(role.id) != own).map(other));
        });
        choices
    });
    let chosen = Signal::derive(move || sight.other.get().unwrap_or_default());
    let is_open = Signal::derive(move || sight.closed.with(BTreeSet::is_empty));
    let turn = move |()| {
        let closed: BTreeSet<Menu> =
            if is_open.get_untracked() { tree::branches().collect() } else { BTreeSet::new() };
        sight.closed.set(closed);
    };
    let label =
        Signal::derive(move || if is_open.get() { t::collapse_all() } else { t::expand_all() }.to_owned());
    let icon = Signal::derive(move || if is_open.get() { Icon::Minus } else { Icon::ChevronsUpDown });
    view! {
        <div class="sheet-tools">
            <SearchBox label=t::search() value=sight.query />
            <FilterSelect
                label=t::compare()
                value=chosen
                choices=others
                on_change=move |id: String| {
                    sight.only_differences.set(false);
                    sight.other.set(Some(id));
                }
            />
            <IconButton label icon on_press=turn />
        </div>
        <Comparison editor sight />
    }
}

/// How much the two roles differ.
#[component]
fn Comparison(editor: Editor, sight: Sight) -> impl IntoView {
    let counts = Memo::new(move |_| {
        sight.compared.with(|other| {
            let other = other.as_ref()?;
            let (here, there) = editor.grants.with(|grants| grid::differences(grants, &other.grants));
            Some((other.name.clone(), here, there))
        })
    });
    let state = Signal::derive(move || CheckState::from(sight.only_differences.get()));
    move || {
        counts.get().map(|(name, here, there)| {
            view! {
                <div class="sheet-comparison" role="status">
                    <span class="sheet-sign"><span class="swatch grant-here" aria-hidden="true"></span>
                        {t::only_here()} " " <strong class="numeric">{here}</strong></span>
                    <span class="sheet-sign"><span class="swatch grant-there" aria-hidden="true"></span>
                        {t::only_there(&name)} " " <strong class="numeric">{there}</strong></span>
                    <Checkbox
                        label=t::differences_only()
                        state
                        on_change=move |on| sight.only_differences.set(on)
                    />
                </div>
            }
        })
    }
}

/// What stands in the place of the grid where nothing is found.
#[component]
pub(super) fn NothingFound(
    /// What is in sight.
    sight: Sight,
) -> impl IntoView {
    let is_empty = Memo::new(move |_| sight.found.with(BTreeSet::is_empty));
    let clear = move |()| {
        sight.query.set(None);
        sight.only_differences.set(false);
    };
    move || {
        is_empty.get().then(|| {
            let other = sight.compared.with(|other| other.as_ref().map(|other| other.name.clone()));
            let (title, text) = match other.filter(|_| sight.only_differences.get() && !sight.query.is_set())
            {
                Some(name) => (t::no_differences(), t::no_differences_text(&name)),
                None => (t::no_matches(), t::no_matches_text().to_owned()),
            };
            view! {
                <EmptyState icon=Icon::Search title text>
                    <Button label=t::show_all() on_press=clear />
                </EmptyState>
            }
        })
    }
}

/// What the signs mean.
#[component]
pub(super) fn Legend() -> impl IntoView {
    let sign = |class: &'static str, words: &'static str| {
        view! {
            <li class="sheet-sign">
                <span class=format!("swatch {class}") aria-hidden="true"></span>
                {words}
            </li>
        }
    };
    view! {
        <ul class="sheet-legend">
            {sign("grant-beyond", t::legend_beyond())}
            {sign("grant-added", t::legend_added())}
            {sign("grant-removed", t::legend_removed())}
            <li class="sheet-sign">
                <span class="sheet-pending"><IconView icon=Icon::Clock /></span>
                {t::legend_pending()}
            </li>
        </ul>
    }
}
