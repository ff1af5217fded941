//! The controls above a table.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use super::{
    Column, DENSITY_KEY, Density, UrlValue,
    column::{is_shown, toggled},
};
use crate::{
    browser,
    locales::common,
    ui::{CheckState, Checkbox, Icon, IconButton, IconView, Popover},
};

const TYPING_MS: u32 = 250;

/// A search box whose text goes into the URL once the typing rests.
#[component]
pub fn SearchBox(
    /// What is searched; read out, and shown while the box is empty.
    #[prop(into)]
    label: String,
    /// Where the text goes.
    value: UrlValue,
    /// Small, for the filter row.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let timer = StoredValue::new_local(None::<Timeout>);
    let on_input = move |event| {
        let text = event_target_value(&event);
        timer.set_value(Some(Timeout::new(TYPING_MS, move || value.set(Some(text)))));
    };
    view! {
        <span class="search">
            {(!small).then(|| view! { <IconView icon=Icon::Search /> })}
            <input
                class=if small { "input input-small" } else { "input search-input" }
                type="search"
                autocomplete="off"
                spellcheck="false"
                aria-label=label.clone()
                placeholder=if small { String::new() } else { label }
                prop:value=move || value.get().unwrap_or_default()
                on:input=on_input
            />
        </span>
    }
}

#[component]
pub(super) fn DensityButton(density: RwSignal<Density>) -> impl IntoView {
    let pressed = Signal::derive(move || density.get() == Density::Compact);
    let toggle = move |()| {
        let compact = density.get_untracked() == Density::Comfortable;
        browser::store(DENSITY_KEY, if compact { "compact" } else { "comfortable" });
        density.set(if compact { Density::Compact } else { Density::Comfortable });
    };
    view! { <IconButton label=common::compact_rows() icon=Icon::Density pressed on_press=toggle /> }
}

#[component]
pub(super) fn ColumnPicker<R: 'static>(
    columns: StoredValue<Vec<Column<R>>>,
    shown: UrlValue,
) -> impl IntoView {
    let boxes = move || {
        let check = |column: &Column<R>| {
            let key = column.key;
            let state = Signal::derive(move || {
                let shown = columns.with_value(|columns| {
                    let column = columns.iter().find(|column| column.key == key);
                    column.is_some_and(|column| is_shown(column, shown.get().as_deref()))
                });
                CheckState::from(shown)
            });
            let toggle = move |_| {
                let chosen = shown.get_untracked();
                shown.set(columns.with_value(|columns| toggled(columns, chosen.as_deref(), key)));
            };
            view! { <Checkbox label=column.label.clone() state on_change=toggle /> }
        };
        // The first column names the row and stays.
        columns.with_value(|columns| columns.iter().skip(1).map(check).collect_view())
    };
    view! {
        <Popover
            label=common::columns()
            class="icon-button"
            tooltip=true
            face=|| view! { <IconView icon=Icon::Columns /> }
        >
            <div class="column-picker">
                <p class="menu-heading">{common::columns()}</p>
                {boxes()}
                <button type="button" class="link-button" on:click=move |_| shown.set(None)>
                    {common::usual_columns()}
                </button>
            </div>
        </Popover>
    }
}
