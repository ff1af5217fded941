//! Moving in the grid with the keyboard. Where the focus is, only the page knows, so it is asked and told here: one
//! element of the grid can be reached by Tab, the others by arrow keys from there.

use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

use crate::browser;

/// How many rows Page Up and Page Down go.
const PAGE: usize = 10;

/// The place of an element: its row, as `sheet` numbers it, and its column; the row's name is column 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The row's number, or none for the head.
    pub row: Option<usize>,
    /// The column.
    pub column: usize,
}

/// The place of whatever the event happened at.
pub fn place_of(event: &web_sys::Event) -> Option<Place> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let cell = target.closest("th, td").ok().flatten()?;
    let row = cell.closest("tr").ok().flatten()?;
    Some(Place {
        row: row.get_attribute("data-row").and_then(|row| row.parse().ok()),
        column: column_of(&cell)?,
    })
}

fn column_of(cell: &Element) -> Option<usize> {
    cells(&cell.parent_element()?).iter().position(|known| AsRef::<Element>::as_ref(known) == cell)
}

fn cells(row: &Element) -> Vec<HtmlElement> {
    browser::all(row, ":scope > th, :scope > td")
}

/// Where a key leads from the focused cell; absent when it is no key that moves.
pub fn target(table: &HtmlElement, key: &str, to_edge: bool) -> Option<HtmlElement> {
    let focused = browser::focused()?;
    let cell = focused.closest("th, td").ok().flatten()?;
    let row = cell.closest("tr").ok().flatten()?;
    let column = column_of(&cell)?;
    let rows = browser::all(table, "tr:not([hidden])");
    let here = rows.iter().position(|known| AsRef::<Element>::as_ref(known) == &row)?;
    let (last_row, last_column) = (rows.len().saturating_sub(1), cells(&row).len().saturating_sub(1));
    let (next_row, next_column) = match key {
        "ArrowUp" => (here.checked_sub(1)?, column),
        "ArrowDown" => ((here + 1).min(last_row), column),
        "ArrowLeft" => (here, column.checked_sub(1)?),
        "ArrowRight" => (here, (column + 1).min(last_column)),
        "PageUp" => (here.saturating_sub(PAGE), column),
        "PageDown" => ((here + PAGE).min(last_row), column),
        "Home" if to_edge => (0, column),
        "End" if to_edge => (last_row, column),
        "Home" => (here, 0),
        "End" => (here, last_column),
        _ => return None,
    };
    stop_in(cells(rows.get(next_row)?).get(next_column)?)
}

/// The id of the cell that names a row.
pub fn name_id(row: usize) -> String {
    format!("sheet-row-{row}")
}

/// The cell that names a row.
pub fn name_of_row(row: usize) -> Option<HtmlElement> {
    browser::element(&name_id(row))
}

/// The element of a cell that takes the focus: the cell, or what is in it.
fn stop_in(cell: &HtmlElement) -> Option<HtmlElement> {
    if cell.has_attribute("data-stop") {
        return Some(cell.clone());
    }
    browser::all(cell, "[data-stop]").into_iter().next()
}

/// The stop in the cell at which the event happened.
pub fn stop_at(event: &web_sys::Event) -> Option<HtmlElement> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    stop_in(&target.closest("th, td").ok().flatten()?.dyn_into().ok()?)
}

/// Makes this the one element that Tab reaches.
pub fn make_reachable(table: &HtmlElement, stop: &HtmlElement) {
    for known in browser::all(table, "[data-stop][tabindex='0']") {
        let _ = known.set_attribute("tabindex", "-1");
    }
    let _ = stop.set_attribute("tabindex", "0");
}

/// Sees to it that Tab reaches something that is in sight.
pub fn keep_reachable(table: &HtmlElement) {
    let reachable =
        "tr:not([hidden]) [data-stop][tabindex='0'], tr:not([hidden]) > [data-stop][tabindex='0']";
    if browser::all(table, reachable).is_empty()
        && let Some(first) = browser::all(table, "tbody tr:not([hidden]) > th").into_iter().next()
    {
        make_reachable(table, &first);
    }
}
