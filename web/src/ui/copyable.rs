//! A text that people take elsewhere: a secret, a command, a seal.

use leptos::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{Button, Icon, Toasts};
use crate::{browser, locales::common};

/// A text with the button that copies it.
#[component]
pub fn Copyable(
    /// What it is.
    #[prop(into)]
    label: String,
    /// What is copied, all of it in sight.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let toasts = Toasts::expect();
    let copied = text.clone();
    let copy = move |()| {
        let text = copied.clone();
        spawn_local(async move {
            let outcome = match browser::clipboard() {
                Some(clipboard) => JsFuture::from(clipboard.write_text(&text)).await.is_ok(),
                None => false,
            };
            if outcome { toasts.done(common::copied()) } else { toasts.failed(common::not_copied()) }
        });
    };
    view! {
        <div class="copyable">
            <span class="field-label">{label.clone()}</span>
            <div class="copyable-line">
                <code class="mono copyable-text" tabindex="0" aria-label=label>{text}</code>
                <Button label=common::copy() icon=Icon::Copy on_press=copy />
            </div>
        </div>
    }
}
