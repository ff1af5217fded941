//! The table of every list: sorting, a filter row, a choice of columns, pages by cursor, density, keyboard.
//!
//! What one looks at stands in the URL, through [`UrlValue`]s that the screen makes: `sort`, `columns` and the
//! filters. The table shows a [`Paged`] list and asks it for more; it never holds rows of its own.

mod bar;
mod column;
mod selection;
mod url_value;

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

pub use bar::SearchBox;
pub use column::{Align, Column};
pub use selection::Selection;
pub use url_value::{UrlValue, url_value};

use self::{
    bar::{ColumnPicker, DensityButton},
    column::{is_shown, next_sort, sort_of},
    selection::BulkBar,
};
use super::{Button, EmptyState, FailureNotice, Icon, IconView};
use crate::{
    api::{Paged, Phase},
    browser, locale,
    locales::common,
};

const DENSITY_KEY: &str = "portico.density";
/// How many lines stand in for rows that were never here.
const SKELETON_ROWS: usize = 8;

/// How close the rows stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Density {
    /// With room around.
    #[default]
    Comfortable,
    /// As many as possible.
    Compact,
}

/// A list as a table.
#[component]
pub fn Table<R, K>(
    /// What the rows are; read out.
    #[prop(into)]
    label: String,
    /// The columns. The first one names the row and stays in sight; it should hold the link to the row's screen.
    columns: Vec<Column<R>>,
    /// The rows.
    list: Paged<R>,
    /// Tells rows apart. A row that changes must change its key: put its version in.
    key: K,
    /// The column to sort by, `name` or `-name`.
    #[prop(optional, into)]
    sort: Option<UrlValue>,
    /// The columns in sight, where they differ from the usual ones.
    #[prop(optional, into)]
    shown: Option<UrlValue>,
    /// Search and the like, before the table's own buttons.
    #[prop(optional, into)]
    toolbar: Option<ViewFn>,
    /// Whether a filter is set, tracked: decides what an empty table says.
    #[prop(optional, into)]
    filtered: Signal<bool>,
    /// Takes all filters away.
    #[prop(optional, into)]
    on_clear: Option<Callback<()>>,
    /// Opens a row; without it rows cannot be clicked.
    #[prop(optional, into)]
    on_open: Option<Callback<R>>,
    /// The key of the row that is open beside the table.
    #[prop(optional, into)]
    current: Signal<Option<String>>,
    /// The ticked rows; without it none can be.
    #[prop(optional_no_strip)]
    selection: Option<Selection<R>>,
    /// What can be done with the ticked rows.
    #[prop(optional, into)]
    bulk: Option<ViewFn>,
    /// What is shown when there is nothing at all.
    #[prop(into)]
    empty: ViewFn,
) -> impl IntoView
where
    R: Clone + Send + Sync + 'static,
    K: Fn(&R) -> String + Clone + Send + Sync + 'static,
{
    let stored = browser::stored(DENSITY_KEY).is_some_and(|density| density == "compact");
    let density = RwSignal::new(if stored { Density::Compact } else { Density::Comfortable });
    let columns = StoredValue::new(columns);
    let chosen = Memo::new(move |_| shown.and_then(UrlValue::get));
    let visible = Memo::new(move |_| {
        let chosen = chosen.get();
        columns.with_value(|columns| {
            let shown = columns
                .iter()
                .enumerate()
                .filter(|(index, column)| *index == 0 || is_shown(column, chosen.as_deref()));
            shown.map(|(index, _)| index).collect::<Vec<_>>()
        })
    });

    let row_key = key.clone();
    let row = move |row: R| {
        let key = row_key(&row);
        view! { <Row row key columns visible on_open current selection /> }
    };
    let skeleton = move || {
        let cells = move || {
            visible
                .get()
                .into_iter()
                .map(|_| view! { <td><span class="skeleton-line"></span></td> })
                .collect_view()
        };
        (list.phase.get() == Phase::First && list.failure.with(Option::is_none)).then(|| {
            (0..SKELETON_ROWS)
                .map(|_| view! { <tr class="skeleton table-row" aria-hidden="true">{cells()}</tr> })
                .collect_view()
        })
    };
    let table_class = move || match density.get() {
        Density::Comfortable => "table",
        Density::Compact => "table table-compact",
    };
    let busy = move || list.phase.get() != Phase::Still;
    let region_label = label.clone();
    view! {
        <div class="table-frame">
            <div class="table-bar">
                <div class="table-tools">{toolbar.map(|toolbar| toolbar.run())}</div>
                <div class="table-tools">
                    <DensityButton density />
                    {shown.map(|shown| view! { <ColumnPicker columns shown /> })}
                </div>
            </div>
            <div class="table-scroll" role="region" aria-label=region_label tabindex="0">
                <div class="table-busy" class:table-busy-on=move || list.phase.get() == Phase::Again aria-hidden="true"></div>
                <table class=table_class aria-label=label aria-busy=move || busy().to_string() on:keydown=move_focus>
                    <thead>
                        <tr>{move || heads(columns, &visible.get(), sort, selection)}</tr>
                        {move || filters(columns, &visible.get())}
                    </thead>
                    <tbody class:table-stale=move || list.phase.get() == Phase::Again>
                        {skeleton}
                        <For each=move || list.rows.get() key=key children=row />
                    </tbody>
                </table>
                {move || nothing(list, filtered.get(), on_clear, &empty)}
            </div>
            {selection.map(|selection| view! { <BulkBar selection actions=bulk /> })}
            <Foot list />
        </div>
    }
}

#[component]
fn Row<R: Clone + Send + Sync + 'static>(
    row: R,
    key: String,
    columns: StoredValue<Vec<Column<R>>>,
    visible: Memo<Vec<usize>>,
    on_open: Option<Callback<R>>,
    current: Signal<Option<String>>,
    selection: Option<Selection<R>>,
) -> impl IntoView {
    let opened = row.clone();
    let cell = move |place: usize, column: &Column<R>| {
        let (class, cell) = (column.align.class(), column.cell_of(&row));
        if place == 0 {
            let tick = selection.map(|selection| selection.row_box(&row));
            let class = if tick.is_some() { "cell-ticked" } else { class };
            view! { <th scope="row" class=class>{tick}{cell}</th> }.into_any()
        } else {
            view! { <td class=class>{cell}</td> }.into_any()
        }
    };
    let cells = move || {
        columns.with_value(|columns| {
            let shown = visible.get().into_iter().filter_map(|index| columns.get(index));
            shown.enumerate().map(|(place, column)| cell(place, column)).collect_view()
        })
    };
    let on_click = move |event: ev::MouseEvent| {
        if let Some(on_open) = on_open.filter(|_| !is_control(&event)) {
            on_open.run(opened.clone());
        }
    };
    let is_current = move || current.with(|current| current.as_ref() == Some(&key));
    view! {
        <tr
            class="table-row"
            class:table-row-open=on_open.is_some()
            aria-current=move || is_current().then_some("true")
            on:click=on_click
        >
            {cells}
        </tr>
    }
}

fn heads<R: Clone + Send + Sync + 'static>(
    columns: StoredValue<Vec<Column<R>>>,
    visible: &[usize],
    sort: Option<UrlValue>,
    selection: Option<Selection<R>>,
) -> impl IntoView + use<R> {
    let head = |(place, column): (usize, &Column<R>)| {
        let label = column.label.clone();
        let tick = selection.filter(|_| place == 0).map(Selection::head_box);
        let class = if tick.is_some() { "cell-ticked" } else { column.align.class() };
        let (Some(sort), Some(field)) = (sort, column.sort) else {
            return view! { <th scope="col" class=class>{tick}{label}</th> }.into_any();
        };
        let state = Memo::new(move |_| sort_of(sort.get().as_deref(), field));
        let icon = move || match state.get() {
            Some("ascending") => view! { <IconView icon=Icon::ArrowUp /> }.into_any(),
            Some(_) => view! { <IconView icon=Icon::ArrowDown /> }.into_any(),
            None => view! { <IconView icon=Icon::ChevronsUpDown /> }.into_any(),
        };
        let on_click = move |_| sort.set(next_sort(sort.get_untracked().as_deref(), field));
        view! {
            <th scope="col" class=class aria-sort=move || state.get().unwrap_or("none")>
                {tick}
                <button type="button" class="table-sort" class:table-sorted=move || state.get().is_some() on:click=on_click>
                    {label}
                    {icon}
                </button>
            </th>
        }
        .into_any()
    };
    columns.with_value(|columns| {
        visible.iter().filter_map(|index| columns.get(*index)).enumerate().map(head).collect_view()
    })
}

fn filters<R: 'static>(columns: StoredValue<Vec<Column<R>>>, visible: &[usize]) -> impl IntoView + use<R> {
    columns.with_value(|columns| {
        let shown: Vec<&Column<R>> = visible.iter().filter_map(|index| columns.get(*index)).collect();
        shown.iter().any(|column| column.filter.is_some()).then(|| {
            let cell = |column: &&Column<R>| view! { <td>{column.filter.as_ref().map(ViewFn::run)}</td> };
            view! { <tr class="table-filters">{shown.iter().map(cell).collect_view()}</tr> }
        })
    })
}

/// What stands below the head when there are no rows.
fn nothing<R: Clone + Send + Sync + 'static>(
    list: Paged<R>,
    filtered: bool,
    on_clear: Option<Callback<()>>,
    empty: &ViewFn,
) -> Option<AnyView> {
    if let Some(failure) = list.failure.get() {
        let retry = Callback::new(move |()| list.reload());
        return Some(
            view! { <div class="table-nothing"><FailureNotice failure on_retry=retry /></div> }.into_any(),
        );
    }
    if list.phase.get() == Phase::First || list.rows.with(|rows| !rows.is_empty()) {
        return None;
    }
    let what = if filtered {
        let clear =
            on_clear.map(|on_clear| view! { <Button label=common::clear_filters() on_press=on_clear /> });
        view! {
            <EmptyState icon=Icon::Search title=common::nothing_found() text=common::nothing_found_text()>
                {clear}
            </EmptyState>
        }
        .into_any()
    } else {
        empty.run()
    };
    Some(view! { <div class="table-nothing">{what}</div> }.into_any())
}

#[component]
fn Foot<R: Clone + Send + Sync + 'static>(list: Paged<R>) -> impl IntoView {
    let count = move || i64::try_from(list.rows.with(Vec::len)).unwrap_or(i64::MAX);
    let words = move || match (list.total.get(), list.next.get()) {
        (Some(total), _) if total > count() => {
            common::rows_of(&locale::number(count()), &locale::number(total))
        }
        (None, Some(_)) => common::rows_and_more(&locale::number(count())),
        _ => common::rows(count()),
    };
    let busy = Signal::derive(move || list.phase.get() == Phase::More);
    view! {
        <div class="table-foot">
            <p class="table-count numeric" role="status">
                {move || (list.phase.get() != Phase::First && count() > 0).then(words)}
            </p>
            <Show when=move || list.next.with(Option::is_some)>
                <Button label=common::load_more() busy on_press=move |()| list.load_more() />
            </Show>
        </div>
    }
}

/// Whether the click was meant for something inside the row.
fn is_control(event: &ev::MouseEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| {
        target.closest("a, button, input, select, label, [popover]").ok().flatten().is_some()
    })
}

/// Arrow up and down move between the rows' first controls; Home and End go to the first and last row.
fn move_focus(event: ev::KeyboardEvent) {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    let Some(row) = target.closest("tbody tr").ok().flatten() else { return };
    if target.matches("input, select, textarea").unwrap_or(false) {
        return;
    }
    let rows: Vec<HtmlElement> = row.parent_element().map_or_else(Vec::new, |body| browser::all(&body, "tr"));
    let here = rows.iter().position(|known| AsRef::<Element>::as_ref(known) == &row).unwrap_or_default();
    let next = match event.key().as_str() {
        "ArrowDown" => here + 1,
        "ArrowUp" => here.saturating_sub(1),
        "Home" => 0,
        "End" => rows.len().saturating_sub(1),
        _ => return,
    };
    if let Some(control) =
        rows.get(next).and_then(|row| browser::all(row, "a[href], button").into_iter().next())
    {
        event.prevent_default();
        let _ = control.focus();
    }
}
