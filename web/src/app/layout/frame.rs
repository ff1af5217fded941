//! The frame of an organization: its name, what one may open, and who one is.

use leptos::prelude::*;
use shared::{Menu, session::CurrentSession};

use super::{
    menus::{OrganizationMenu, PersonMenu},
    navigation::{self, groups, icon},
    palette::Finder,
};
use crate::{
    frame::{Entry, Group, Surround},
    locale,
    locales::{common, frame},
    route::Route,
    session::Session,
    ui::{Notice, Tone},
};

#[component]
pub(super) fn Frame(
    /// Who is signed in.
    session: CurrentSession,
    /// Where the app is.
    route: Signal<Option<Route>>,
    /// The screen.
    children: Children,
) -> impl IntoView {
    let finding = RwSignal::new(false);
    // Rights may change while the frame stands.
    let now = Session::expect();
    let idle_roles =
        Memo::new(move |_| now.current().map(|current| current.roles_without_licence).unwrap_or_default());
    let notice = move || {
        view! { {move || idle_roles.with(|roles| (!roles.is_empty()).then(|| idle_notice(roles)))} }
    };
    let menus = Memo::new(move |_| now.current().map(|current| groups(&current)).unwrap_or_default());
    let shown = Memo::new(move |_| menus.with(|menus| menus.iter().map(shown).collect::<Vec<_>>()));
    // A project belongs to the list from which one sees it.
    let current = Memo::new(move |_| {
        let menu = route.with(|route| route.as_ref().and_then(Route::menu))?;
        let has = |menu| menus.with(|menus| menus.iter().any(|group| group.entries.contains(&menu)));
        let menu = if menu == Menu::Projects && !has(menu) { Menu::MyProjects } else { menu };
        Route::of_menu(menu).map(|route| route.href())
    });
    let organization = session.organization.name.clone();
    let (of_brand, of_person) = (session.clone(), session.clone());
    view! {
        <Surround
            title=organization
            brand=move || view! { <OrganizationMenu session=of_brand.clone() /> }
            person=move || view! { <PersonMenu session=of_person.clone() /> }
            groups=shown
            current
            finding=Some(finding)
            notice
        >
            {children()}
        </Surround>
        <Finder session open=finding />
    }
}

fn shown(group: &navigation::Group) -> Group {
    let entry = |menu: &Menu| {
        let href = Route::of_menu(*menu)?.href();
        Some(Entry { label: menu.label(locale::current()).to_owned(), href, icon: icon(*menu) })
    };
    Group {
        heading: group.heading.label(locale::current()).to_owned(),
        entries: group.entries.iter().filter_map(entry).collect(),
    }
}

fn idle_notice(roles: &[String]) -> impl IntoView + use<> {
    let count = i64::try_from(roles.len()).unwrap_or(i64::MAX);
    let title = frame::roles_without_licence(count, &common::list(roles));
    view! {
        <div class="main-notice">
            <Notice tone=Tone::Warning title>
                <p>{frame::roles_without_licence_text()}</p>
            </Notice>
        </div>
    }
}
