//! The question for the password, wherever the API asks for it. What was typed on the screen stays, and the call that
//! was refused is made again by itself.

use leptos::prelude::*;
use shared::{Check as _, session::Confirmation};

use crate::{
    api,
    locales::frame as t,
    session::Session,
    ui::{Dialog, Form, FormActions, FormState, TextField, TextKind},
};

#[component]
pub(super) fn ConfirmPassword() -> impl IntoView {
    let open = RwSignal::new(false);
    api::on_confirmation_needed(Some(Callback::new(move |()| open.set(true))));
    on_cleanup(|| api::on_confirmation_needed(None));
    Effect::new(move |before: Option<bool>| {
        let is_open = open.get();
        // Closed without an answer: the call stays refused. Where there was an answer, nobody waits any more.
        if before == Some(true) && !is_open {
            api::answer_confirmation(false);
        }
        is_open
    });
    view! {
        <Dialog title=t::confirm_title() open>
            <ConfirmForm open />
        </Dialog>
    }
}

#[component]
fn ConfirmForm(open: RwSignal<bool>) -> impl IntoView {
    let session = Session::expect();
    let password = RwSignal::new(String::new());
    let confirmation = move || Confirmation { password: password.get() };
    // Nothing is lost by leaving: whoever comes back types the same again.
    let form = FormState::new(move || confirmation().violations(), || false);
    let send = move || {
        let confirmation = untrack(confirmation);
        async move {
            api::post::<()>("/session/confirm", &confirmation).await?;
            api::answer_confirmation(true);
            open.set(false);
            Ok(())
        }
    };
    let email = session.current_untracked().map(|current| current.email).unwrap_or_default();
    view! {
        <p class="dialog-text">{t::confirm_text()}</p>
        <Form state=form send>
            // Password stores need to know whose password this is.
            <input
                class="visually-hidden"
                type="text"
                autocomplete="username"
                aria-hidden="true"
                tabindex="-1"
                readonly=true
                value=email
            />
            <TextField
                label=t::your_password()
                value=password
                pointer="/password"
                kind=TextKind::Password
                autocomplete="current-password"
                autofocus=true
            />
            <FormActions label=t::confirm() on_cancel=move |()| open.set(false) />
        </Form>
    }
}
