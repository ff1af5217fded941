//! The console's frame: what operators may open, and who they are.

use leptos::prelude::*;
use shared::{
    Language,
    console::{OperatorSession, Team},
};

use super::{
    route::Route,
    session::OperatorState,
    words::{self, OVERSEERS, REQUEST_VIEWERS, WATCHERS},
};
use crate::{
    frame::{Entry, Group, Surround},
    locale::{self, LanguageChoice},
    locales::{console as t, frame},
    navigation::{Departure, Guard},
    theme::{Theme, ThemeChoice},
    ui::{Avatar, Icon, IconView, Mark, Menu, MenuEntry, Toasts},
};

/// An entry of the navigation: where it leads, its words and its picture, and who may open it.
type Place = (Route, fn() -> &'static str, Icon, &'static [Team]);

const WELL: [Place; 3] = [
    (Route::Backups, t::backups, Icon::Layers, WATCHERS),
    (Route::Standby, t::standby, Icon::Shield, WATCHERS),
    (Route::Restore, t::restore, Icon::History, WATCHERS),
];
const CLIENTS: [Place; 2] = [
    (Route::ClientCopies, t::client_copies, Icon::Inbox, REQUEST_VIEWERS),
    (Route::Erasure, t::erasure, Icon::Trash, REQUEST_VIEWERS),
];
const PEOPLE: [Place; 2] =
    [(Route::Book, t::book, Icon::Book, OVERSEERS), (Route::Operators, t::operators, Icon::Team, OVERSEERS)];

#[component]
pub(super) fn Frame(
    /// Who is signed in.
    session: OperatorSession,
    /// Where the console is.
    route: Memo<Option<Route>>,
    /// The screen.
    children: Children,
) -> impl IntoView {
    let state = OperatorState::expect();
    let groups = Memo::new(move |_| {
        let group = |heading: &str, places: &[Place]| Group {
            heading: heading.to_owned(),
            entries: places
                .iter()
                .filter(|(.., teams)| state.is_of(teams))
                .map(|(route, label, icon, _)| Entry {
                    label: label().to_owned(),
                    href: route.href().to_owned(),
                    icon: *icon,
                })
                .collect(),
        };
        let mut groups = vec![
            group(t::installation(), &WELL),
            group(t::clients(), &CLIENTS),
            group(t::oversight(), &PEOPLE),
        ];
        groups.retain(|group| !group.entries.is_empty());
        groups
    });
    let current = Memo::new(move |_| route.get().map(|route| route.href().to_owned()));
    let brand = || {
        view! {
            <div class="rail-organization">
                <Mark />
                <span class="rail-name">{t::console()}</span>
            </div>
        }
    };
    view! {
        <Surround
            title=t::console().to_owned()
            brand
            person=move || view! { <PersonMenu session=session.clone() /> }
            groups
            current
        >
            {children()}
        </Surround>
    }
}

#[component]
fn PersonMenu(session: OperatorSession) -> impl IntoView {
    let (name, teams) = (session.name, words::teams(&session.teams));
    let label = frame::person_menu(&name, &session.email);
    let face = move || {
        view! {
            <Avatar name=name.clone() />
            <span class="rail-person-text">
                <span class="rail-name">{name.clone()}</span>
                " "
                <span class="rail-detail">{teams.clone()}</span>
            </span>
            <span class="rail-more">
                <IconView icon=Icon::ChevronsUpDown />
            </span>
        }
    };
    let (languages, themes) = (expect_context::<LanguageChoice>(), expect_context::<ThemeChoice>());
    let (state, toasts, guard) = (OperatorState::expect(), Toasts::expect(), expect_context::<Guard>());
    let leave = move || {
        if guard.lets(Departure::SignOut) {
            state.sign_out(toasts);
        }
    };
    let entries = Callback::new(move |()| {
        let mut entries = vec![
            MenuEntry::link(Icon::User, t::account(), Route::Account.href()),
            MenuEntry::Line,
            MenuEntry::Heading(frame::language().to_owned()),
        ];
        entries.extend(Language::ALL.map(|language| MenuEntry::Option {
            label: locale::language_name(language).to_owned(),
            chosen: Signal::derive(move || languages.get() == language),
            on_choose: Callback::new(move |()| {
                if languages.get_untracked() != language && guard.lets(Departure::Language(language)) {
                    languages.set(language);
                }
            }),
        }));
        entries.extend([MenuEntry::Line, MenuEntry::Heading(frame::theme().to_owned())]);
        entries.extend(Theme::ALL.map(|theme| MenuEntry::Option {
            label: theme.label().to_owned(),
            chosen: Signal::derive(move || themes.get() == theme),
            on_choose: Callback::new(move |()| themes.set(theme)),
        }));
        entries.extend([MenuEntry::Line, MenuEntry::action(Icon::SignOut, frame::sign_out(), leave)]);
        entries
    });
    view! { <Menu label class="rail-person" face entries /> }
}
