//! The sign-in of operators: e-mail, password, and the code of the authenticator, all at once.

use leptos::prelude::*;
use shared::{
    Check as _, ProblemCode,
    console::{OperatorSignIn, OperatorToken},
};

use super::session::{OperatorState, Standing};
use crate::{
    api::{self, Failure},
    browser,
    frame::{Entrance, EntranceHead},
    locales::{common, console as t, sign_in},
    ui::{FailureNotice, Form, FormState, Notice, SubmitButton, TextField, TextKind, Tone},
};

#[component]
pub(super) fn SignIn() -> impl IntoView {
    browser::set_title(&common::page_title(t::console()));
    let state = OperatorState::expect();
    let was_over = untrack(|| state.standing()) == Standing::Over;
    let (email, password, code) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let refusal = RwSignal::new(None::<Failure>);
    let credentials = move || OperatorSignIn {
        email: email.get().trim().to_owned(),
        password: password.get(),
        // Authenticators show the six digits in two groups.
        code: code.get().split_whitespace().collect(),
    };
    let form = FormState::new(move || credentials().violations(), || false);
    let send = move || {
        let credentials = untrack(credentials);
        async move {
            refusal.set(None);
            let outcome = match api::post::<OperatorToken>("/session", &credentials).await {
                Ok(token) => state.enter(token).await,
                Err(failure) => Err(failure),
            };
            if let Err(failure) = outcome {
                // A code opens once: the next try needs another.
                code.set(String::new());
                refusal.set(Some(failure));
            }
            Ok(())
        }
    };
    view! {
        <Entrance>
            <EntranceHead title=t::console() text=t::sign_in_text() />
            {was_over
                .then(|| {
                    view! {
                        <Notice tone=Tone::Info title=t::session_over()>
                            <p>{t::session_over_text()}</p>
                        </Notice>
                    }
                })}
            {move || refusal.get().map(refused)}
            <Form state=form send>
                <TextField
                    label=sign_in::email()
                    value=email
                    pointer="/email"
                    kind=TextKind::Email
                    autocomplete="username"
                    autofocus=true
                />
                <TextField
                    label=sign_in::password()
                    value=password
                    pointer="/password"
                    kind=TextKind::Password
                    autocomplete="current-password"
                />
                <TextField
                    label=t::code()
                    value=code
                    pointer="/code"
                    autocomplete="one-time-code"
                    help=t::code_help()
                />
                <div class="entrance-actions">
                    <SubmitButton label=sign_in::sign_in() busy=form.busy() />
                </div>
            </Form>
        </Entrance>
    }
}

fn refused(failure: Failure) -> AnyView {
    if failure.code() == Some(ProblemCode::WrongCredentials) {
        return view! {
            <Notice tone=Tone::Bad title=t::wrong()>
                <p>{t::wrong_text()}</p>
            </Notice>
        }
        .into_any();
    }
    view! { <FailureNotice failure /> }.into_any()
}
