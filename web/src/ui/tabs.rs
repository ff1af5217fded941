//! Tabs: as links where each has an address, as a tab list where they only change what is in sight.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::field::unique_id;
use crate::browser;

/// One tab with an address.
#[derive(Debug, Clone)]
pub struct Tab {
    /// Its words.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Whether it is the one in sight.
    pub current: Signal<bool>,
}

/// Tabs that are screens: a navigation.
#[component]
pub fn TabLinks(
    /// What the tabs are of; read out.
    #[prop(into)]
    label: String,
    /// The tabs.
    tabs: Vec<Tab>,
) -> impl IntoView {
    let tab = |Tab { label, href, current }: Tab| {
        view! {
            <li>
                <a class="tab" href=href aria-current=move || current.get().then_some("page")>
                    {label}
                </a>
            </li>
        }
    };
    view! {
        <nav class="tabs" aria-label=label>
            <ul class="tabs-list">{tabs.into_iter().map(tab).collect_view()}</ul>
        </nav>
    }
}

/// Tabs within a screen. Arrow keys move between them.
#[component]
pub fn Tabs(
    /// What the tabs are of; read out.
    #[prop(into)]
    label: String,
    /// The words of each.
    tabs: Vec<String>,
    /// Which one is in sight, counted from 0.
    chosen: RwSignal<usize>,
    /// What is in sight: gets the number of the tab.
    #[prop(into)]
    content: Callback<usize, AnyView>,
) -> impl IntoView {
    let panel_id = unique_id("tabs");
    let count = tabs.len();
    let on_key = move |event: ev::KeyboardEvent| {
        let here = chosen.get_untracked();
        let target = match event.key().as_str() {
            "ArrowRight" => (here + 1) % count.max(1),
            "ArrowLeft" => (here + count.saturating_sub(1)) % count.max(1),
            "Home" => 0,
            "End" => count.saturating_sub(1),
            _ => return,
        };
        event.prevent_default();
        chosen.set(target);
        let list = event.current_target().and_then(|list| list.dyn_into::<HtmlElement>().ok());
        if let Some(tab) = list.and_then(|list| browser::all(&list, "[role=tab]").into_iter().nth(target)) {
            let _ = tab.focus();
        }
    };
    let controls = panel_id.clone();
    let tab = move |(index, label): (usize, String)| {
        view! {
            <button
                type="button"
                class="tab"
                role="tab"
                aria-selected=move || (chosen.get() == index).to_string()
                aria-controls=controls.clone()
                tabindex=move || if chosen.get() == index { "0" } else { "-1" }
                on:click=move |_| chosen.set(index)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label=label.clone() on:keydown=on_key>
            {tabs.into_iter().enumerate().map(tab).collect_view()}
        </div>
        <div class="tab-panel" role="tabpanel" id=panel_id aria-label=label>
            {move || content.run(chosen.get())}
        </div>
    }
}
