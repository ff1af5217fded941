//! Role Definition: the roles at the left, the one that is open at the right.
//!
//! [`editor`] holds what is typed and checked; [`grid`], [`tree`], [`summary`] and [`draft`] are the rules, without a
//! browser; [`sheet`] is the grid of menus × operations.

mod board;
mod body;
mod cells;
mod detail;
mod dialogs;
mod draft;
mod editor;
mod grid;
mod keys;
mod list;
mod settings;
mod sheet;
mod sight;
mod summary;
mod tools;
mod tree;

pub use self::{board::Board, draft::operations_in_words, sheet::Sheet, sight::Sight};

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use shared::{Menu, Operation, ids::RoleId, licence::LicenceType, role::Role};

use self::{
    detail::{Detail, NewRole},
    list::RoleList,
};
use crate::{
    api::{self, Loader},
    browser, locale,
    locales::role_definition as t,
    navigation::Go,
    route::{Place, Route},
    session::Can,
    ui::{AsyncView, Crumb, EmptyState, Icon, LinkButton, Page, SkeletonTable},
};

/// Below this width of the window the list and a role are two screens.
const NARROW: f64 = 768.0;

/// What is open beside the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opened {
    Nothing,
    New,
    Role(RoleId),
}

/// What all parts of the screen share.
#[derive(Debug, Clone, Copy)]
struct Desk {
    /// The roles, by name.
    roles: RwSignal<Vec<Role>>,
    /// The licence types, the highest first.
    types: StoredValue<Vec<LicenceType>>,
    /// The branches of the grid that are closed; they stay so from role to role.
    closed: RwSignal<BTreeSet<Menu>>,
}

impl Desk {
    /// Puts in a role that the server has answered, in the order of names.
    fn put(self, role: Role) {
        self.roles.update(|roles| {
            if role.default_for_new_users {
                for other in
                    roles.iter_mut().filter(|other| other.default_for_new_users && other.id != role.id)
                {
                    // The server has changed it with the other one, so its version may no longer be known here.
                    other.default_for_new_users = false;
                }
            }
            roles.retain(|known| known.id != role.id);
            roles.push(role);
            roles.sort_by_cached_key(|role| crate::search::folded(&role.name));
        });
    }

    fn role(self, id: RoleId) -> Option<Role> {
        self.roles.with(|roles| roles.iter().find(|role| role.id == id).cloned())
    }
}

/// The screen.
#[component]
pub fn RoleDefinition() -> impl IntoView {
    let data = Loader::new(|| async {
        let types: Vec<LicenceType> = api::get("/licence-types").await?;
        let roles: Vec<Role> = api::get("/roles").await?;
        Ok((roles, types))
    });
    let crumbs = vec![Crumb { label: Menu::UserManagement.label(locale::current()).to_owned(), href: None }];
    let actions = || {
        view! {
            <Can menu=Menu::RoleDefinition operation=Operation::Insert>
                <LinkButton href=Route::NewRole.href() label=t::add() icon=Icon::Plus />
            </Can>
        }
    };
    view! {
        <Page title=t::title() crumbs fill=true actions>
            <AsyncView
                loader=data
                skeleton=|| view! { <div class="roles-waiting"><SkeletonTable columns=3 rows=8 /></div> }
                view=|(roles, types)| view! { <Workspace roles types /> }
            />
        </Page>
    }
}

#[component]
fn Workspace(roles: Vec<Role>, types: Vec<LicenceType>) -> impl IntoView {
    let desk = Desk {
        roles: RwSignal::new(roles),
        types: StoredValue::new(types),
        closed: RwSignal::new(BTreeSet::new()),
    };
    let location = use_location();
    let opened =
        Memo::new(move |_| match location.pathname.with(|path| Route::parse(Place::split(path).1)) {
            Some(Route::NewRole) => Opened::New,
            Some(Route::Role(id)) => Opened::Role(id),
            _ => Opened::Nothing,
        });
    let go = Go::new();
    Effect::new(move |_| {
        // Where there is room for a role beside the list, there is one.
        if opened.get() == Opened::Nothing
            && location.pathname.with(|path| Route::parse(Place::split(path).1)) == Some(Route::Roles)
            && browser::viewport().0 > NARROW
            && let Some(first) = desk.roles.with_untracked(|roles| roles.first().map(|role| role.id))
        {
            go.instead_to(&Route::Role(first));
        }
    });
    let detail = move || match opened.get() {
        Opened::New => view! { <NewRole desk /> }.into_any(),
        Opened::Role(id) => match untrack(|| desk.role(id)) {
            Some(role) => view! { <Detail role desk /> }.into_any(),
            None => view! {
                <EmptyState icon=Icon::Shield title=t::not_here() text=t::not_here_text() />
            }
            .into_any(),
        },
        Opened::Nothing => {
            view! { <EmptyState icon=Icon::Shield title=t::pick() text=t::pick_text() /> }.into_any()
        }
    };
    view! {
        <div class="roles" class:roles-open=move || opened.get() != Opened::Nothing>
            <RoleList desk opened />
            <div class="roles-detail">{detail}</div>
        </div>
    }
}
