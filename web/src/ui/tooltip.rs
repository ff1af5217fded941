//! Tooltips: one layer for the whole app. An element asks for one by `data-tooltip`; buttons of one icon do so by
//! themselves. It appears when pointed at for a moment, at once when focused by keyboard, and leaves with Escape. What
//! scrolls takes it away; once the page rests and the pointer is still there, it comes back.

use gloo_timers::callback::Timeout;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

use super::popover::{Fit, place};
use crate::browser::Listener;

const DELAY_MS: u32 = 350;

/// Set up once, in `App`.
#[component]
pub fn TooltipLayer() -> impl IntoView {
    let layer = NodeRef::<html::Div>::new();
    let text = RwSignal::new(String::new());
    let anchor = StoredValue::new_local(None::<HtmlElement>);
    let pointed = StoredValue::new_local(None::<HtmlElement>);
    let timer = StoredValue::new_local(None::<Timeout>);

    let hide = move || {
        timer.set_value(None);
        if let Some(layer) = layer.get_untracked() {
            let _ = layer.class_list().remove_1("placed");
            // Hiding what is hidden already is an error that means nothing.
            let _ = layer.hide_popover();
        }
        anchor.update_value(|anchor| {
            if let Some(anchor) = anchor.take() {
                let _ = anchor.remove_attribute("aria-describedby");
            }
        });
    };
    let show = move |target: HtmlElement| {
        let (Some(layer), Some(words)) = (layer.get_untracked(), target.get_attribute("data-tooltip")) else {
            return;
        };
        if words.is_empty() || !target.is_connected() {
            return;
        }
        let says_more = target.get_attribute("aria-label").as_deref() != Some(words.as_str());
        if says_more && !target.has_attribute("aria-describedby") {
            let _ = target.set_attribute("aria-describedby", "tooltip");
            anchor.set_value(Some(target.clone()));
        }
        text.set(words);
        let _ = layer.show_popover();
        request_animation_frame(move || place(&target, &layer, Fit::Middle));
    };

    let wait = move || {
        hide();
        if pointed.with_value(Option::is_none) {
            return;
        }
        let rested = move || {
            // The page may have scrolled away from under the pointer, which no event tells.
            if let Some(target) =
                pointed.get_value().filter(|target| target.matches(":hover").unwrap_or(false))
            {
                show(target);
            }
        };
        timer.set_value(Some(Timeout::new(DELAY_MS, rested)));
    };
    let leave = move || {
        pointed.set_value(None);
        hide();
    };

    let listeners = [
        Listener::new("pointerover", move |event| {
            pointed.set_value(described(&event));
            wait();
        }),
        Listener::new("focusin", move |event| {
            hide();
            if let Some(target) =
                described(&event).filter(|target| target.matches(":focus-visible").unwrap_or(false))
            {
                show(target);
            }
        }),
        Listener::new("focusout", move |_| hide()),
        Listener::new("pointerdown", move |_| leave()),
        Listener::new("scroll", move |_| wait()),
        Listener::new("keydown", move |event| {
            if event.dyn_ref::<web_sys::KeyboardEvent>().is_some_and(|event| event.key() == "Escape") {
                leave();
            }
        }),
    ];
    StoredValue::new_local(listeners);

    view! {
        <div node_ref=layer class="tooltip" id="tooltip" role="tooltip" popover="manual">
            {text}
        </div>
    }
}

fn described(event: &web_sys::Event) -> Option<HtmlElement> {
    let element = event.target()?.dyn_into::<Element>().ok()?;
    element.closest("[data-tooltip]").ok().flatten()?.dyn_into().ok()
}
