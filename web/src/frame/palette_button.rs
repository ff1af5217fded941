//! The button of the command palette in the rail.

use leptos::prelude::*;

use crate::{
    locales::palette as t,
    ui::{Icon, IconView},
};

#[component]
pub(super) fn PaletteButton(
    /// Opens the palette.
    open: RwSignal<bool>,
    /// Whether there is no room for words, which then show when it is pointed at.
    tips: Signal<bool>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="rail-search"
            aria-keyshortcuts="Control+K /"
            data-tooltip=move || tips.get().then_some(t::open())
            on:click=move |_| open.set(true)
        >
            <IconView icon=Icon::Search />
            <span class="rail-label">{t::open()}</span>
            <kbd class="rail-keys" aria-hidden="true">"Ctrl K"</kbd>
        </button>
    }
}
