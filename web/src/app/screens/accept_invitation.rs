//! Coming in by an invitation: a short form, and one is there.

use leptos::prelude::*;
use shared::{
    Check as _, Language, ProblemCode,
    check::{self, Violations},
    invitation::{InvitationAcceptance, InvitationPage},
    recovery::LinkShown,
    session::AccessToken,
};

use super::recovery::ToSignIn;
use crate::{
    api::{self, Failure, Load, Loader},
    browser,
    frame::{Entrance, EntranceHead},
    locale,
    locale::LanguageChoice,
    locales::{accept_invitation as t, common},
    route::{Place, Route},
    ui::{
        FailureNotice, Form, FormState, NewPasswordField, SelectField, SkeletonText, SubmitButton, TextField,
    },
};

/// The screen behind the link of an invitation.
#[component]
pub fn AcceptInvitation() -> impl IntoView {
    browser::set_title(&common::page_title(t::title()));
    let token = browser::fragment();
    let shown = token.clone();
    let page = Loader::new(move || {
        let link = LinkShown { token: shown.clone() };
        async move { api::post::<InvitationPage>("/invitations/check", &link).await }
    });
    let body = move || match page.get() {
        Load::Waiting => view! { <SkeletonText lines=8 /> }.into_any(),
        Load::Failed(failure) => view! { <Lost failure page /> }.into_any(),
        Load::Ready(known) => view! { <Accept token=token.clone() known page /> }.into_any(),
    };
    view! { <Entrance>{body}</Entrance> }
}

#[component]
fn Accept(token: String, known: InvitationPage, page: Loader<InvitationPage>) -> impl IntoView {
    let InvitationPage { organization, email, language, invited_by, minimum_password_length: minimum } =
        known;
    let text = || RwSignal::new(String::new());
    let (first_name, last_name, password) = (text(), text(), text());
    let language = RwSignal::new(language);
    let acceptance = move || InvitationAcceptance {
        token: token.clone(),
        first_name: first_name.get(),
        last_name: last_name.get(),
        language: language.get(),
        password: password.get(),
    };
    let checked = acceptance.clone();
    let form = FormState::new(
        move || violations(&checked(), minimum),
        move || {
            [first_name, last_name, password].map(|text| text.with(|text| !text.is_empty())).contains(&true)
        },
    );
    let choice = expect_context::<LanguageChoice>();
    let send = move || {
        let acceptance = untrack(&acceptance);
        async move {
            let chosen = acceptance.language;
            let answer = api::post("/session/invitation", &acceptance).await;
            let token: AccessToken = answer.inspect_err(|failure| {
                // Taken back or accepted while the form was filled in: the page says so in place of the form.
                if failure.is_over() {
                    page.reload();
                }
            })?;
            for typed in [first_name, last_name, password] {
                typed.set(String::new());
            }
            choice.set(chosen);
            // Where the organization lives: the link may have been opened at the shared host.
            let place = Place::current();
            let place = if place.slug.is_some() || !browser::host_begins_with(&token.organization.slug) {
                Place { slug: Some(token.organization.slug.clone()) }
            } else {
                place
            };
            api::expect_session(&place);
            browser::load(&place.href(&Route::Home));
            Ok(())
        }
    };
    let title = t::welcome(&organization.name);
    let words = match invited_by {
        Some(name) => t::invited_by(&name, &email),
        None => t::invited(&email),
    };
    let languages: Vec<_> =
        Language::ALL.into_iter().map(|one| (one, locale::language_name(one).to_owned())).collect();
    view! {
        <EntranceHead title text=words />
        <Form state=form send>
            <div class="form-row">
                <TextField
                    label=t::first_name()
                    value=first_name
                    pointer="/first_name"
                    autocomplete="given-name"
                    autofocus=true
                />
                <TextField
                    label=t::last_name()
                    value=last_name
                    pointer="/last_name"
                    autocomplete="family-name"
                />
            </div>
            <SelectField label=t::language() value=language choices=languages pointer="/language" />
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
            <NewPasswordField label=t::password() value=password pointer="/password" minimum />
            <div class="entrance-actions">
                <SubmitButton label=t::accept() busy=form.busy() />
            </div>
        </Form>
    }
}

/// The checks of `shared`, with the organization's minimum, which only the link knows.
fn violations(acceptance: &InvitationAcceptance, minimum: i16) -> Violations {
    let mut violations = acceptance.violations();
    if violations.at("/password").is_none() {
        let minimum = u8::try_from(minimum).unwrap_or_default();
        violations.add("/password", check::password_length(&acceptance.password, minimum));
    }
    violations
}

/// Why the link does not work, and the way on.
#[component]
fn Lost(failure: Failure, page: Loader<InvitationPage>) -> impl IntoView {
    if failure.is_passing() {
        let retry = Callback::new(move |()| page.reload());
        return view! {
            <EntranceHead title=t::title() text=t::wait() />
            <FailureNotice failure on_retry=retry />
        }
        .into_any();
    }
    let (title, text) = match failure.code() {
        Some(ProblemCode::LinkExpired) => (t::expired_title(), t::expired_text()),
        Some(ProblemCode::LinkUsed) => (t::used_title(), t::used_text()),
        Some(ProblemCode::LinkVoid) => (t::void_title(), t::void_text()),
        Some(ProblemCode::InvitationsOff) => (t::off_title(), t::off_text()),
        _ => (t::unknown_title(), t::unknown_text()),
    };
    view! {
        <EntranceHead title text />
        <ToSignIn />
    }
    .into_any()
}
