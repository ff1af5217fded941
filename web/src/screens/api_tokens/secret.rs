//! The secret of a new token, shown this once, and how to try it.

use leptos::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::{
    browser,
    locales::api_tokens as t,
    route::Route,
    ui::{Button, ButtonKind, Icon, LinkButton, Notice, Toasts, Tone},
};

/// The secret with a button that copies it, and a command that works as it stands.
#[component]
pub(super) fn Secret(
    /// What the program sends.
    #[prop(into)]
    secret: String,
) -> impl IntoView {
    let command = format!("curl -H \"Authorization: Bearer {secret}\" {}/api/v1/token", browser::origin());
    view! {
        <div class="measure stack">
            <Notice tone=Tone::Warning title=t::secret_title()>
                <p>{t::secret_text()}</p>
            </Notice>
            <Copyable label=t::secret() text=secret />
            <p class="muted">{t::example_text()}</p>
            <Copyable label=t::example() text=command />
            <div><LinkButton href=Route::ApiTokens.href() label=t::done() kind=ButtonKind::Primary /></div>
        </div>
    }
}

#[component]
fn Copyable(label: &'static str, text: String) -> impl IntoView {
    let toasts = Toasts::expect();
    let copied = text.clone();
    let copy = move |()| {
        let text = copied.clone();
        spawn_local(async move {
            let outcome = match browser::clipboard() {
                Some(clipboard) => JsFuture::from(clipboard.write_text(&text)).await.is_ok(),
                None => false,
            };
            if outcome { toasts.done(t::copied()) } else { toasts.failed(t::not_copied()) }
        });
    };
    view! {
        <div class="copyable">
            <span class="field-label">{label}</span>
            <div class="copyable-line">
                <code class="mono copyable-text" tabindex="0" aria-label=label>{text}</code>
                <Button label=t::copy() icon=Icon::Copy on_press=copy />
            </div>
        </div>
    }
}
