//! Inviting people by mail, and the invitations that wait.

use leptos::prelude::*;
use shared::{
    Check as _, Language, Menu, Operation,
    invitation::{Invitation, NewInvitation},
};
use wasm_bindgen_futures::spawn_local;

use crate::{
    api::{self, Etag, Failure, Loader},
    locale,
    locales::{invitations as t, users},
    session::Session,
    ui::{
        AsyncView, Badge, ConfirmDialog, EmptyState, Form, FormActions, FormState, Icon, IconButton, Notice,
        Section, SelectField, TextField, TextKind, Toasts, Tone,
    },
};

const PATH: &str = "/invitations";

/// The form, for those who may add people, and the list.
#[component]
pub(super) fn Invitations() -> impl IntoView {
    let session = Session::expect();
    let list = Loader::new(|| api::get::<Vec<Invitation>>(PATH));
    let may_invite = Memo::new(move |_| session.may(Menu::Users, Operation::Insert));
    let is_on = session.current_untracked().is_none_or(|current| current.settings.invitations);
    let waiting = move |all: Vec<Invitation>| {
        if all.is_empty() {
            return view! { <EmptyState icon=Icon::Mail title=t::none() text=t::none_text() /> }.into_any();
        }
        let line = move |invitation: Invitation| {
            view! { <Line invitation list may_invite=may_invite.into() is_on /> }
        };
        view! { <ul class="sessions">{all.into_iter().map(line).collect_view()}</ul> }.into_any()
    };
    view! {
        <Show when=move || may_invite.get()>
            {if is_on {
                view! { <Invite list /> }.into_any()
            } else {
                view! {
                    <Notice tone=Tone::Info title=t::off()>
                        <p>{t::off_text()}</p>
                    </Notice>
                }
                    .into_any()
            }}
        </Show>
        <Section title=t::waiting() text=t::waiting_text()>
            <AsyncView loader=list view=waiting />
        </Section>
    }
}

#[component]
fn Invite(list: Loader<Vec<Invitation>>) -> impl IntoView {
    let toasts = Toasts::expect();
    let (email, language) = (RwSignal::new(String::new()), RwSignal::new(None::<Language>));
    let new = move || NewInvitation { email: email.get().trim().to_owned(), language: language.get() };
    let form =
        FormState::new(move || new().violations(), move || email.with(|email| !email.trim().is_empty()));
    let send = move || {
        let new = untrack(new);
        async move {
            let invitation: Invitation = api::post(PATH, &new).await?;
            email.set(String::new());
            toasts.done(t::sent(&invitation.email));
            list.reload();
            Ok(())
        }
    };
    let mut languages = vec![(None, users::language_organization().to_owned())];
    languages.extend(Language::ALL.map(|one| (Some(one), locale::language_name(one).to_owned())));
    view! {
        <Form state=form send>
            <p class="muted">{t::intro()}</p>
            <TextField
                label=users::email()
                value=email
                pointer="/email"
                kind=TextKind::Email
                autofocus=true
            />
            <SelectField label=t::language() value=language choices=languages pointer="/language" />
            <FormActions label=t::send() />
        </Form>
    }
}

#[component]
fn Line(
    invitation: Invitation,
    list: Loader<Vec<Invitation>>,
    may_invite: Signal<bool>,
    is_on: bool,
) -> impl IntoView {
    let toasts = Toasts::expect();
    let Invitation { id, version, email, invited_by, sent_at, expires_at, expired, .. } = invitation;
    let (asking, busy) = (RwSignal::new(false), RwSignal::new(false));
    let failure = RwSignal::new(None::<Failure>);
    let sent = match invited_by {
        Some(person) => t::by(&person.name, &locale::ago(sent_at)),
        None => t::sent_ago(&locale::ago(sent_at)),
    };
    let until = locale::instant(expires_at);
    let resend = {
        let email = email.clone();
        move |()| {
            let email = email.clone();
            busy.set(true);
            spawn_local(async move {
                match api::act::<Invitation>(&format!("{PATH}/{id}/resend"), &Etag::of_version(version)).await
                {
                    Ok(_) => toasts.done(t::sent(&email)),
                    Err(failure) => toasts.failed(format!("{}. {}", failure.title(), failure.advice())),
                }
                let _ = busy.try_set(false);
                list.reload();
            });
        }
    };
    let revoke = {
        let email = email.clone();
        move |()| {
            let email = email.clone();
            busy.set(true);
            failure.set(None);
            spawn_local(async move {
                let outcome = api::delete(&format!("{PATH}/{id}"), Some(&Etag::of_version(version))).await;
                if busy.try_set(false).is_some() {
                    return;
                }
                match outcome {
                    Ok(()) => {
                        asking.set(false);
                        toasts.done(t::revoked(&email));
                        list.reload();
                    }
                    Err(refused) => failure.set(Some(refused)),
                }
            });
        }
    };
    let resend_name = t::resend_to(&email);
    let revoke_name = t::revoke_of(&email);
    let question = t::revoke_title(&email);
    view! {
        <li class="own-session invitation">
            <span class="own-session-text">
                <span class="own-session-device">
                    {email} {expired.then(|| view! { <Badge label=t::expired() tone=Tone::Warning /> })}
                </span>
                <span class="own-session-detail">{sent}</span>
                {(!expired)
                    .then(|| view! { <span class="own-session-detail">{t::until(&until)}</span> })}
            </span>
            <Show when=move || may_invite.get()>
                <span class="invitation-actions">
                    {is_on
                        .then(|| {
                            view! {
                                <IconButton
                                    label=resend_name.clone()
                                    icon=Icon::Redo
                                    on_press=resend.clone()
                                />
                            }
                        })}
                    <IconButton
                        label=revoke_name.clone()
                        icon=Icon::Trash
                        on_press=move |()| asking.set(true)
                    />
                </span>
            </Show>
            <ConfirmDialog
                title=question.clone()
                text=t::revoke_text()
                verb=t::revoke()
                open=asking
                busy
                failure
                on_confirm=revoke
            />
        </li>
    }
}
