//! The secret of a new token, shown this once, and how to try it.

use leptos::prelude::*;

use crate::{
    browser,
    locales::api_tokens as t,
    route::Route,
    ui::{ButtonKind, Copyable, LinkButton, Notice, Tone},
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
