//! The menus at the two ends of the rail: the organization and the person.

use leptos::prelude::*;
use shared::{Language, picture::PictureSize, session::CurrentSession};
use wasm_bindgen_futures::spawn_local;

use crate::{
    api, browser,
    locale::{self, LanguageChoice},
    locales::frame,
    navigation::{Departure, Go, Guard},
    route::{Place, Route},
    session::Session,
    theme::{Theme, ThemeChoice},
    ui::{Avatar, Icon, IconView, Mark, Menu, MenuEntry, Picture, Toasts},
};

#[component]
pub(super) fn OrganizationMenu(session: CurrentSession) -> impl IntoView {
    let (name, now) = (session.organization.name, Session::expect());
    // It may change while the frame stands.
    let logo = Memo::new(move |_| now.current().and_then(|current| current.settings.logo));
    let shown = name.clone();
    let face = move || {
        view! {
            {move || match logo.get() {
                Some(id) => view! { <Picture id size=PictureSize::Small class="rail-logo" /> }.into_any(),
                None => view! { <Mark /> }.into_any(),
            }}
            <span class="rail-name">{shown.clone()}</span>
        }
    };
    // At an organization's own host there is no other one to go to.
    if Place::current().slug.is_none() {
        return view! { <div class="rail-organization">{face()}</div> }.into_any();
    }
    let face = move || {
        view! {
            {face()}
            <span class="rail-more"><IconView icon=Icon::ChevronsUpDown /></span>
        }
    };
    let entries = Callback::new(move |()| {
        vec![MenuEntry::action(Icon::SignOut, frame::other_organization(), || browser::load("/"))]
    });
    view! { <Menu label=frame::organization_menu(&name) class="rail-organization" face entries /> }.into_any()
}

#[component]
pub(super) fn PersonMenu(session: CurrentSession) -> impl IntoView {
    let name = format!("{} {}", session.first_name, session.last_name);
    let (email, photo) = (session.email, session.photo);
    let label = frame::person_menu(&name, &email);
    let face = move || {
        view! {
            <Avatar name=name.clone() photo />
            <span class="rail-person-text">
                <span class="rail-name">{name.clone()}</span>
                " "
                <span class="rail-detail">{email.clone()}</span>
            </span>
            <span class="rail-more"><IconView icon=Icon::ChevronsUpDown /></span>
        }
    };
    let (languages, themes) = (expect_context::<LanguageChoice>(), expect_context::<ThemeChoice>());
    let (session, toasts, guard) = (Session::expect(), Toasts::expect(), expect_context::<Guard>());
    let go = Go::new();
    let leave = move || {
        if guard.lets(Departure::SignOut) {
            sign_out(session, toasts, go.clone());
        }
    };
    let entries = Callback::new(move |()| {
        let mut entries = vec![
            MenuEntry::link(Icon::User, frame::profile(), Route::Profile.href()),
            MenuEntry::Line,
            MenuEntry::Heading(frame::language().to_owned()),
        ];
        entries.extend(Language::ALL.map(|language| MenuEntry::Option {
            label: locale::language_name(language).to_owned(),
            chosen: Signal::derive(move || languages.get() == language),
            on_choose: Callback::new(move |()| {
                if languages.get_untracked() != language && guard.lets(Departure::Language(language)) {
                    choose_language(languages, session, language);
                }
            }),
        }));
        entries.extend([MenuEntry::Line, MenuEntry::Heading(frame::theme().to_owned())]);
        entries.extend(Theme::ALL.map(|theme| MenuEntry::Option {
            label: theme.label().to_owned(),
            chosen: Signal::derive(move || themes.get() == theme),
            on_choose: Callback::new(move |()| themes.set(theme)),
        }));
        entries.extend([MenuEntry::Line, MenuEntry::action(Icon::SignOut, frame::sign_out(), leave.clone())]);
        entries
    });
    view! { <Menu label class="rail-person" face entries /> }
}

/// Ends the session. Whoever signs in next begins at the beginning, not where this person was.
pub(super) fn sign_out(session: Session, toasts: Toasts, go: Go) {
    spawn_local(async move {
        match session.sign_out().await {
            Ok(()) => go.to(&Route::Home),
            Err(failure) => toasts.failed(format!("{}. {}", failure.title(), failure.advice())),
        }
    });
}

/// Changes the language at once, and keeps it with the person for the next browser.
pub(super) fn choose_language(choice: LanguageChoice, session: Session, language: Language) {
    let current = session.current_untracked();
    choice.set(language);
    let Some(current) = current.filter(|current| current.language != language) else { return };
    spawn_local(async move {
        let patch = shared::session::ProfilePatch { language: Some(language), ..Default::default() };
        let etag = api::Etag::of_version(current.version);
        // This browser has the choice already; a failure here costs the next browser a choice, no more.
        if api::patch::<serde_json::Value>("/profile", &etag, &patch).await.is_ok() {
            session.reload().await;
        }
    });
}
