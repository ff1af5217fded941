//! The operator's own password.

use leptos::prelude::*;
use shared::{Check as _, console::OperatorPasswordChange, general_data::PASSWORD_MINIMUM_ADVISED};

use super::session::OperatorState;
use crate::{
    api,
    locales::console as t,
    ui::{Form, FormState, NewPasswordField, Page, Section, SubmitButton, TextField, TextKind, Toasts},
};

#[component]
pub(super) fn Account() -> impl IntoView {
    let (state, toasts) = (OperatorState::expect(), Toasts::expect());
    let (old, new, code) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let change = move || OperatorPasswordChange {
        old_password: old.get(),
        new_password: new.get(),
        code: code.get().split_whitespace().collect(),
    };
    let form = FormState::new(
        move || change().violations(),
        move || !(old.with(String::is_empty) && new.with(String::is_empty)),
    );
    let send = move || {
        let change = untrack(change);
        async move {
            api::put::<()>("/session/password", &change).await?;
            for typed in [old, new, code] {
                typed.set(String::new());
            }
            toasts.done(t::account_changed());
            state.forget();
            Ok(())
        }
    };
    let email = state.current_untracked().map(|session| session.email);
    view! {
        <Page title=t::account()>
            <div class="measure">
                <Section title=t::change_password() text=t::account_text()>
                    <Form state=form send>
                        <input
                            class="visually-hidden"
                            type="text"
                            autocomplete="username"
                            tabindex="-1"
                            aria-hidden="true"
                            readonly
                            prop:value=email
                        />
                        <TextField
                            label=t::old_password()
                            value=old
                            pointer="/old_password"
                            kind=TextKind::Password
                            autocomplete="current-password"
                        />
                        <NewPasswordField
                            label=t::new_password()
                            value=new
                            pointer="/new_password"
                            minimum=PASSWORD_MINIMUM_ADVISED
                        />
                        <TextField
                            label=t::code()
                            value=code
                            pointer="/code"
                            autocomplete="one-time-code"
                            help=t::code_help()
                        />
                        <SubmitButton label=t::change_password() busy=form.busy() />
                    </Form>
                </Section>
            </div>
        </Page>
    }
}
