//! The grid: menus × operations, as a tree in a table.
//!
//! The rows are built once; a search or a closed branch only hides them. Presses and keys are heard by the table.

use leptos::{ev, html, prelude::*};
use shared::Operation;
use web_sys::HtmlElement;

use super::{
    board::Board,
    cells::{self, COLUMNS, operations_of},
    grid, keys,
    sight::Sight,
    tree::{self, Row},
};
use crate::{
    locale,
    locales::role_definition as t,
    ui::{Icon, IconView},
};

/// The grid of a board.
#[component]
pub fn Sheet(
    /// What it works on.
    board: Board,
    /// What of it is in sight.
    sight: Sight,
) -> impl IntoView {
    let table = NodeRef::<html::Table>::new();
    let element = move || table.get_untracked().map(|table| -> HtmlElement { table.into() });
    Effect::new(move |_| {
        sight.found.track();
        sight.closed.track();
        if let Some(table) = table.get() {
            // The rows are hidden by effects that may run after this one.
            request_animation_frame(move || keys::keep_reachable(&table));
        }
    });
    let on_click = move |event: ev::MouseEvent| {
        let Some(place) = keys::place_of(&event) else { return };
        if let Some(stop) = keys::stop_at(&event) {
            let _ = stop.focus();
        }
        press(&place, board, sight);
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if event.alt_key() || event.meta_key() {
            return;
        }
        let Some(table) = element() else { return };
        if on_key(&table, &event, board, sight) {
            event.prevent_default();
        }
    };
    let on_focus = move |event: ev::FocusEvent| {
        if let (Some(table), Some(stop)) = (element(), keys::stop_at(&event)) {
            keys::make_reachable(&table, &stop);
        }
    };
    let row = move |(index, row): (usize, &'static Row)| sheet_row(index, row, board, sight);
    view! {
        <table
            node_ref=table
            class="sheet"
            role="treegrid"
            aria-label=board.label
            aria-readonly=(!board.may_change).then_some("true")
            on:click=on_click
            on:keydown=on_key
            on:focusin=on_focus
        >
            <thead>
                <tr role="row">
                    <th role="columnheader" scope="col" class="sheet-name" data-stop="" tabindex="-1">
                        {t::screen()}
                    </th>
                    {(0..COLUMNS).map(|column| head(column, board, sight)).collect_view()}
                </tr>
            </thead>
            <tbody>{tree::rows().iter().enumerate().map(row).collect_view()}</tbody>
        </table>
    }
}

fn head(column: usize, board: Board, sight: Sight) -> impl IntoView {
    let word = match column.checked_sub(1).and_then(|index| Operation::ALL.get(index)) {
        Some(operation) => t::operation(*operation),
        None => t::all(),
    };
    let letter: String = if column == 0 { word.to_owned() } else { word.chars().take(1).collect() };
    view! {
        <th role="columnheader" scope="col" class=if column == 0 { "grant grant-all" } else { "grant" }>
            <span class="sheet-head">
                <span class="sheet-word">{word}</span>
                <span class="sheet-letter" aria-hidden="true">{letter}</span>
                {cells::head_box(column, board, sight)}
            </span>
        </th>
    }
}

fn sheet_row(index: usize, row: &'static Row, board: Board, sight: Sight) -> impl IntoView {
    let shown = Memo::new(move |_| sight.shows(row));
    let expanded = move || row.branch.then(|| sight.is_expanded(row.menu).to_string());
    let class = match (row.branch, row.menu.is_heading()) {
        (true, true) => "sheet-row sheet-heading",
        (true, false) => "sheet-row sheet-branch",
        (false, _) => "sheet-row",
    };
    let pointer = format!("{}/{}", board.pointer, row.menu.key());
    let error = Memo::new(move |_| if row.branch { None } else { board.form.error(&pointer) });
    view! {
        <tr
            role="row"
            class=class
            class:sheet-wrong=move || error.with(Option::is_some)
            data-row=index.to_string()
            attr:aria-level=row.level.to_string()
            aria-posinset=row.position.to_string()
            aria-setsize=row.siblings.to_string()
            aria-expanded=expanded
            hidden=move || !shown.get()
        >
            <th
                role="rowheader"
                scope="row"
                id=keys::name_id(index)
                class=format!("sheet-name sheet-level-{}", row.level)
                data-stop=""
                tabindex=if index == 0 { "0" } else { "-1" }
                data-tooltip=(!row.branch && !row.menu.is_built()).then(t::pending)
            >
                {row_name(row, board, sight)}
                {move || error.get().map(|error| view! { <span class="sheet-error">{error}</span> })}
            </th>
            {cells::cells(row, board, sight)}
        </tr>
    }
}

fn row_name(row: &'static Row, board: Board, sight: Sight) -> impl IntoView {
    let label = row.menu.label(locale::current());
    let count = move || {
        let members = sight.members_tracked(row);
        let seen = board.grants.with(|grants| {
            members.iter().filter(|menu| grid::on(grants, **menu).has(Operation::View)).count()
        });
        format!("{seen}/{}", members.len())
    };
    view! {
        <span class="sheet-label">
            {row.branch.then(|| view! { <span class="sheet-twist"><IconView icon=Icon::ChevronDown /></span> })}
            <span class="sheet-text">{label}</span>
            {row.is_own().then(|| view! { <span class="sheet-aside">{t::screen_itself()}</span> })}
            {row.branch.then(|| view! { <span class="sheet-count numeric" aria-hidden="true">{count}</span> })}
            {(!row.branch && !row.menu.is_built())
                .then(|| view! { <span class="sheet-pending"><IconView icon=Icon::Clock /></span> })}
        </span>
    }
}

fn press(place: &keys::Place, board: Board, sight: Sight) {
    let row = place.row.and_then(|row| tree::rows().get(row));
    match (row, place.column.checked_sub(1)) {
        (Some(row), Some(column)) => board.press.run((sight.members(row), operations_of(column))),
        (None, Some(column)) => {
            let all: Vec<_> = sight.found.with_untracked(|found| found.iter().copied().collect());
            board.press.run((all, operations_of(column)));
        }
        (Some(row), None) if row.branch => {
            sight.expand(row.menu, untrack(|| !sight.is_expanded(row.menu)));
        }
        _ => {}
    }
}

/// Whether the key was meant for the grid.
fn on_key(table: &HtmlElement, event: &ev::KeyboardEvent, board: Board, sight: Sight) -> bool {
    let Some(place) = keys::place_of(event) else { return false };
    let row = place.row.and_then(|row| tree::rows().get(row)).filter(|_| place.column == 0);
    match (event.key().as_str(), row) {
        (" " | "Enter", _) => press(&place, board, sight),
        ("ArrowRight", Some(row)) if row.branch && untrack(|| !sight.is_expanded(row.menu)) => {
            sight.expand(row.menu, true);
        }
        ("ArrowLeft", Some(row)) if row.branch && untrack(|| sight.is_expanded(row.menu)) => {
            sight.expand(row.menu, false);
        }
        ("ArrowLeft", Some(row)) => {
            let above = row
                .above
                .last()
                .and_then(|menu| tree::rows().iter().position(|other| other.branch && other.menu == *menu));
            if let Some(name) = above.and_then(keys::name_of_row) {
                let _ = name.focus();
            }
        }
        (key, _) => match keys::target(table, key, event.ctrl_key()) {
            Some(target) => {
                let _ = target.focus();
            }
            None => return false,
        },
    }
    true
}
