//! Users: the people of the organization, as a list with a panel beside it, and each on a page of their own.

mod access;
mod add;
mod bulk;
mod columns;
mod draft;
mod erase;
mod fates;
mod filters;
mod form;
mod import;
mod invitations;
mod password;
mod person;

use leptos::prelude::*;
use shared::{
    Menu, Operation,
    ids::UserId,
    role::RoleChoice,
    user::{User as UserDto, UserFilter, UserOptions},
};

use self::{
    add::AddPerson,
    bulk::{BulkActions, BulkDialog},
    columns::columns,
    filters::Filters,
    import::{Files, ImportDialog},
    invitations::Invitations,
    person::Person,
};
use crate::{
    api::{self, Loader, Paged},
    locales::{common, explain, invitations as words, users as t},
    navigation::Opened,
    route::Route,
    session::{Can, Session},
    ui::{
        AsyncView, Button, ButtonKind, Crumb, EmptyState, Icon, LinkButton, Page, Panel, SearchBox,
        Selection, Table, give_focus_back, url_value,
    },
};

/// What stands in the address while somebody is being added.
const NEW: &str = "new";
/// What stands there while the invitations are open.
const INVITATIONS: &str = "invitations";

fn full_name(user: &UserDto) -> String {
    format!("{} {}", user.first_name, user.last_name)
}

/// The roles that people may be given; none until they are here.
fn roles() -> Signal<Vec<RoleChoice>> {
    let loader = Loader::new(|| async { api::get::<UserOptions>("/users/options").await });
    Signal::derive(move || loader.value().map(|options| options.roles).unwrap_or_default())
}

/// The screen of the menu `users`.
#[component]
pub fn Users() -> impl IntoView {
    let session = Session::expect();
    let may_view = Memo::new(move |_| session.may(Menu::Users, Operation::View));
    move || {
        if may_view.get() {
            view! { <People /> }.into_any()
        } else {
            // The server says why, better than an empty table would.
            let refused =
                Loader::new(|| async { api::list::<UserDto>("/users", &UserFilter::default()).await });
            view! {
                <Page title=t::title()>
                    <div class="measure">
                        <AsyncView loader=refused view=|_| () />
                    </div>
                </Page>
            }
            .into_any()
        }
    }
}

#[component]
fn People() -> impl IntoView {
    let (filters, shown, opened) = (Filters::new(), url_value("columns"), Opened::new());
    let roles = roles();
    let list = Paged::new(move |after| {
        let filter = filters.to_query(after);
        async move { api::list::<UserDto>("/users", &filter).await }
    });
    let is_admin = Session::expect().current_untracked().is_some_and(|current| current.company_admin);
    let add = {
        let opened = opened.clone();
        Callback::new(move |()| opened.set(Some(NEW)))
    };
    let invite = {
        let opened = opened.clone();
        Callback::new(move |()| opened.set(Some(INVITATIONS)))
    };
    let session = Session::expect();
    let invite_label = Signal::derive(move || {
        let may = session.may(Menu::Users, Operation::Insert);
        if may { words::invite() } else { words::title() }.to_owned()
    });
    let open = {
        let opened = opened.clone();
        move |user: UserDto| opened.set(Some(&user.id.to_string()))
    };
    let (is_filtered, open_id) = (Signal::derive(move || filters.is_set()), opened.signal());
    let current = Signal::derive(move || {
        let open = open_id.get()?;
        list.rows.with(|rows| rows.iter().find(|user| user.id.to_string() == open).map(key))
    });
    let toolbar = move || {
        view! {
            <SearchBox label=t::search() value=filters.q />
            <Show when=move || is_filtered.get()>
                <Button
                    label=common::clear_filters()
                    kind=ButtonKind::Quiet
                    icon=Icon::Close
                    on_press=move |()| filters.clear()
                />
            </Show>
        }
    };
    // Nobody ticks who could do nothing with it.
    let session = Session::expect();
    let may_change = untrack(|| {
        session.may(Menu::Users, Operation::Update) || session.may(Menu::Users, Operation::Delete)
    });
    let ticked = Selection::of(list, |user: &UserDto| user.id.to_string(), full_name);
    let (changing, deed, importing) = (RwSignal::new(false), RwSignal::new(None), RwSignal::new(false));
    let bulk = move || view! { <BulkActions open=changing deed /> };
    let actions = move || {
        view! {
            <Files filters importing />
            <LinkButton href=Route::Explain.href() label=explain::title() icon=Icon::Shield />
            <Button label=invite_label icon=Icon::Mail on_press=invite />
            <Can menu=Menu::Users operation=Operation::Insert>
                <Button label=t::add() icon=Icon::Plus kind=ButtonKind::Primary on_press=add />
            </Can>
        }
    };
    let empty = || view! { <EmptyState icon=Icon::Team title=t::empty_title() text=t::empty_text() /> };
    view! {
        <Page title=t::title() fill=true actions>
            <Table
                label=t::title()
                columns=columns(filters, roles, is_admin, opened.clone())
                list
                key
                sort=filters.sort
                shown
                toolbar
                filtered=is_filtered
                on_clear=move |()| filters.clear()
                on_open=open
                current
                selection=may_change.then_some(ticked)
                bulk
                empty
            />
            <BulkDialog selection=ticked list roles open=changing deed />
            <ImportDialog open=importing on_done=move |()| list.reload() />
            <PersonPanel opened list roles />
        </Page>
    }
}

fn key(user: &UserDto) -> String {
    format!("{}-{}", user.id, user.version)
}

/// The person, or the form of a new one, beside the list.
#[component]
fn PersonPanel(opened: Opened, list: Paged<UserDto>, roles: Signal<Vec<RoleChoice>>) -> impl IntoView {
    let open_id = opened.signal();
    let name = RwSignal::new(t::panel_loading().to_owned());
    let title = Signal::derive(move || match open_id.get().as_deref() {
        Some(NEW) => t::add().to_owned(),
        Some(INVITATIONS) => words::title().to_owned(),
        _ => name.get(),
    });
    let close = {
        let opened = opened.clone();
        Callback::new(move |()| opened.set(None))
    };
    give_focus_back(open_id);
    let saved = Callback::new(move |user: UserDto| {
        list.rows.update(|rows| {
            if let Some(row) = rows.iter_mut().find(|row| row.id == user.id) {
                *row = user;
            }
        });
    });
    let added = {
        let opened = opened.clone();
        Callback::new(move |user: UserDto| {
            list.reload();
            opened.replace(&user.id.to_string());
        })
    };
    let content = move || match open_id.get() {
        None => ().into_any(),
        Some(id) if id == INVITATIONS => view! { <Invitations /> }.into_any(),
        Some(id) if id == NEW => view! { <AddPerson roles on_added=added on_cancel=close /> }.into_any(),
        Some(id) => {
            view! { <Person id roles on_name=move |known| name.set(known) on_saved=saved /> }.into_any()
        }
    };
    view! {
        <Panel title open=Signal::derive(move || open_id.with(Option::is_some)) on_close=close>
            {content}
        </Panel>
    }
}

/// One person on a page of their own.
#[component]
pub fn User(id: UserId) -> impl IntoView {
    let name = RwSignal::new(t::panel_loading().to_owned());
    let crumbs = vec![Crumb { label: t::title().to_owned(), href: Some(Route::Users.href()) }];
    view! {
        <Page title=name crumbs>
            <div class="measure stack">
                <Person id=id.to_string() roles=roles() on_name=move |known| name.set(known) on_saved=|_| () />
            </div>
        </Page>
    }
}
