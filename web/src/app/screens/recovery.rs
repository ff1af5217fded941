//! A forgotten password: asking for a link by mail, and setting a new password by it.

use leptos::prelude::*;
use shared::{
    Check as _, ProblemCode,
    check::{self, Violations},
    recovery::{LinkShown, PasswordRecovery, RecoveryPage, RecoveryRequest},
};

use crate::frame::{Entrance, EntranceHead};
use crate::{
    api::{self, Failure, Load, Loader},
    browser,
    locales::{common, recovery as t},
    route::{Place, Route},
    ui::{
        Button, ButtonKind, FailureNotice, Form, FormState, Link, LinkButton, NewPasswordField, Notice,
        SkeletonText, SubmitButton, TextField, TextKind, Tone,
    },
};

/// Asks for a link.
#[component]
pub fn ForgotPassword() -> impl IntoView {
    browser::set_title(&common::page_title(t::forgot_title()));
    let sent_to = RwSignal::new(None::<String>);
    view! {
        <Entrance>
            {move || match sent_to.get() {
                None => view! { <Ask sent_to /> }.into_any(),
                Some(email) => view! { <Sent email sent_to /> }.into_any(),
            }}
        </Entrance>
    }
}

#[component]
fn Ask(sent_to: RwSignal<Option<String>>) -> impl IntoView {
    let email = RwSignal::new(String::new());
    let request =
        move || RecoveryRequest { email: email.get().trim().to_owned(), organization: Place::current().slug };
    let form = FormState::new(move || request().violations(), || false);
    let send = move || {
        let request = untrack(request);
        async move {
            api::post::<()>("/password-recoveries", &request).await?;
            sent_to.set(Some(request.email));
            Ok(())
        }
    };
    view! {
        <EntranceHead title=t::forgot_title() text=t::forgot_text() />
        <Form state=form send>
            <TextField
                label=t::email()
                value=email
                pointer="/email"
                kind=TextKind::Email
                autocomplete="username"
                autofocus=true
            />
            <div class="entrance-actions">
                <SubmitButton label=t::send_link() busy=form.busy() />
            </div>
        </Form>
        <ToSignIn />
    }
}

#[component]
fn Sent(email: String, sent_to: RwSignal<Option<String>>) -> impl IntoView {
    view! {
        <EntranceHead title=t::sent_title() text=t::sent_text(&email) />
        <Notice tone=Tone::Info title=t::sent_nothing()>
            <p>{t::sent_nothing_text()}</p>
        </Notice>
        <p class="entrance-help">
            <button type="button" class="link-button" on:click=move |_| sent_to.set(None)>
                {t::ask_again()}
            </button>
        </p>
        <ToSignIn />
    }
}

/// The way back.
#[component]
pub fn ToSignIn() -> impl IntoView {
    view! {
        <p class="entrance-help">
            <Link href=Route::SignIn.href()>{t::to_sign_in()}</Link>
        </p>
    }
}

/// Sets a new password by the link of the address.
#[component]
pub fn ResetPassword() -> impl IntoView {
    browser::set_title(&common::page_title(t::reset_title()));
    let token = browser::fragment();
    let shown = token.clone();
    let page = Loader::new(move || {
        let link = LinkShown { token: shown.clone() };
        async move { api::post::<RecoveryPage>("/password-recoveries/check", &link).await }
    });
    let is_done = RwSignal::new(false);
    let body = move || match page.get() {
        _ if is_done.get() => view! { <Done /> }.into_any(),
        Load::Waiting => view! { <SkeletonText lines=6 /> }.into_any(),
        Load::Failed(failure) => view! { <Lost failure page /> }.into_any(),
        Load::Ready(known) => view! { <Reset token=token.clone() known page is_done /> }.into_any(),
    };
    view! { <Entrance>{body}</Entrance> }
}

#[component]
fn Reset(
    token: String,
    known: RecoveryPage,
    page: Loader<RecoveryPage>,
    is_done: RwSignal<bool>,
) -> impl IntoView {
    let RecoveryPage { organization, email, minimum_password_length: minimum } = known;
    let password = RwSignal::new(String::new());
    let recovery = move || PasswordRecovery { token: token.clone(), new_password: password.get() };
    let checked = recovery.clone();
    let form = FormState::new(move || violations(&checked(), minimum), || false);
    let send = move || {
        let recovery = untrack(&recovery);
        async move {
            api::post::<()>("/password-recoveries/use", &recovery).await.inspect_err(|failure| {
                // Used in another tab, or overtaken by a newer link: the page says so in place of the form.
                if failure.is_over() {
                    page.reload();
                }
            })?;
            // A session of this browser may be among those that are over now.
            api::forget_token();
            is_done.set(true);
            Ok(())
        }
    };
    view! {
        <EntranceHead title=t::reset_title() text=t::reset_text(&email) organization=organization.name />
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
            <NewPasswordField label=t::new_password() value=password pointer="/new_password" minimum autofocus=true />
            <p class="entrance-help">{t::reset_ends()}</p>
            <div class="entrance-actions">
                <SubmitButton label=t::set_password() busy=form.busy() />
            </div>
        </Form>
    }
}

/// The checks of `shared`, with the organization's minimum, which only the link knows.
fn violations(recovery: &PasswordRecovery, minimum: i16) -> Violations {
    let mut violations = recovery.violations();
    if violations.at("/new_password").is_none() {
        let minimum = u8::try_from(minimum).unwrap_or_default();
        violations.add("/new_password", check::password_length(&recovery.new_password, minimum));
    }
    violations
}

#[component]
fn Done() -> impl IntoView {
    view! {
        <EntranceHead title=t::done_title() text=t::done_text() />
        // Loaded anew, since what this page knows of a session may be over.
        <div class="entrance-actions">
            <Button
                label=t::sign_in()
                kind=ButtonKind::Primary
                on_press=|()| browser::load(&Route::SignIn.href())
            />
        </div>
    }
}

/// Why the link does not work, and the way on.
#[component]
fn Lost(failure: Failure, page: Loader<RecoveryPage>) -> impl IntoView {
    if failure.is_passing() {
        let retry = Callback::new(move |()| page.reload());
        return view! {
            <EntranceHead title=t::reset_title() text=t::reset_wait() />
            <FailureNotice failure on_retry=retry />
        }
        .into_any();
    }
    let (title, text) = match failure.code() {
        Some(ProblemCode::LinkExpired) => (t::expired_title(), t::expired_text()),
        Some(ProblemCode::LinkUsed) => (t::used_title(), t::used_text()),
        Some(ProblemCode::LinkVoid) => (t::void_title(), t::void_text()),
        _ => (t::unknown_title(), t::unknown_text()),
    };
    view! {
        <EntranceHead title text />
        <div class="entrance-actions">
            <LinkButton href=Route::ForgotPassword.href() label=t::new_link() kind=ButtonKind::Primary />
        </div>
        <ToSignIn />
    }
    .into_any()
}
