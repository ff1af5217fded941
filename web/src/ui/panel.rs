//! The panel at the right, which shows a row without leaving its list.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::Element;

use super::{Icon, IconButton, field::unique_id};
use crate::{locales::common, navigation::focus_soon};

/// A panel beside the list; over it where the window is narrow. Escape closes it.
#[component]
pub fn Panel(
    /// What it is about.
    #[prop(into)]
    title: Signal<String>,
    /// Whether it is open.
    #[prop(into)]
    open: Signal<bool>,
    /// Closes it; usually takes its address out of the URL.
    #[prop(into)]
    on_close: Callback<()>,
    /// Buttons beside the title.
    #[prop(optional, into)]
    actions: Option<ViewFn>,
    /// What is inside.
    children: ChildrenFn,
) -> impl IntoView {
    let title_id = unique_id("panel");
    let heading = NodeRef::<html::H2>::new();
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            focus_soon(heading.into());
        }
    });
    let on_key = move |event: ev::KeyboardEvent| {
        // A dialog that was opened from the panel closes alone.
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let is_of_dialog = target.is_some_and(|target| matches!(target.closest("dialog"), Ok(Some(_))));
        if event.key() == "Escape" && !event.default_prevented() && !is_of_dialog {
            on_close.run(());
        }
    };
    view! {
        <Show when=move || open.get()>
            <aside class="panel" aria-labelledby=title_id.clone() on:keydown=on_key>
                <header class="panel-head">
                    <h2 class="panel-title" id=title_id.clone() node_ref=heading tabindex="-1">
                        {title}
                    </h2>
                    {actions.as_ref().map(ViewFn::run)}
                    <IconButton label=common::close() icon=Icon::Close on_press=on_close />
                </header>
                <div class="panel-body">{children()}</div>
            </aside>
        </Show>
    }
}
