//! Rail and page. The rail has three widths: full, icons only in a narrow window, a drawer on a phone.

use leptos::{ev, prelude::*};
use shared::{Menu, session::CurrentSession};

use super::{
    menus::{OrganizationMenu, PersonMenu},
    navigation::{Group, groups, icon},
    palette::{Finder, PaletteButton},
};
use crate::{
    browser::{self, Listener},
    locale,
    locales::{common, frame, palette},
    route::Route,
    session::Session,
    ui::{Icon, IconButton, IconView, Notice, Tone},
};

const NARROW: f64 = 1024.0;
const PHONE: f64 = 768.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    Full,
    Narrow,
    Phone,
}

fn width() -> Width {
    match browser::viewport().0 {
        width if width < PHONE => Width::Phone,
        width if width <= NARROW => Width::Narrow,
        _ => Width::Full,
    }
}

#[component]
pub(super) fn Frame(
    /// Who is signed in.
    session: CurrentSession,
    /// Where the app is.
    route: Signal<Option<Route>>,
    /// The screen.
    children: Children,
) -> impl IntoView {
    let width_now = RwSignal::new(width());
    StoredValue::new_local(Listener::new("resize", move |_| {
        if width_now.get_untracked() != width() {
            width_now.set(width());
        }
    }));
    let (drawer, finding) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| {
        route.track();
        drawer.set(false);
    });
    let class = move || match (width_now.get(), drawer.get()) {
        (Width::Full, _) => "frame",
        (Width::Narrow, _) => "frame frame-narrow",
        (Width::Phone, false) => "frame frame-phone",
        (Width::Phone, true) => "frame frame-phone frame-drawer",
    };
    let skip = |event: ev::MouseEvent| {
        // The router would take the link for a change of address.
        event.prevent_default();
        browser::focus("main");
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            drawer.set(false);
        }
    };
    // Rights may change while the frame stands.
    let now = Session::expect();
    let idle_roles =
        Memo::new(move |_| now.current().map(|current| current.roles_without_licence).unwrap_or_default());
    let notice = move || idle_roles.with(|roles| (!roles.is_empty()).then(|| idle_notice(roles)));
    let entries = Memo::new(move |_| now.current().map(|current| groups(&current)).unwrap_or_default());
    let organization = session.organization.name.clone();
    let tips = Signal::derive(move || width_now.get() == Width::Narrow);
    view! {
        <a class="skip-link" href="#main" on:click=skip>
            {frame::skip()}
        </a>
        <div class=class on:keydown=on_key>
            <header class="rail" id="rail">
                <div class="rail-top">
                    <OrganizationMenu session=session.clone() />
                    <Show when=move || width_now.get() == Width::Phone>
                        <IconButton
                            label=frame::close_navigation()
                            icon=Icon::Close
                            on_press=move |()| drawer.set(false)
                        />
                    </Show>
                </div>
                <PaletteButton open=finding tips />
                <Navigation groups=entries route tips />
                <PersonMenu session=session.clone() />
            </header>
            <div class="frame-backdrop" on:click=move |_| drawer.set(false)></div>
            <div class="frame-page">
                <div class="phone-bar">
                    <IconButton
                        label=frame::open_navigation()
                        icon=Icon::Menu
                        on_press=move |()| {
                            drawer.set(true);
                            request_animation_frame(|| browser::focus("rail"));
                        }
                    />
                    <span class="phone-title" aria-hidden="true">{organization}</span>
                    <IconButton
                        label=palette::open()
                        icon=Icon::Search
                        on_press=move |()| finding.set(true)
                    />
                </div>
                <main class="main" id="main" tabindex="-1">
                    {notice}
                    {children()}
                </main>
            </div>
            <Finder session open=finding />
        </div>
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

#[component]
fn Navigation(groups: Memo<Vec<Group>>, route: Signal<Option<Route>>, tips: Signal<bool>) -> impl IntoView {
    // A project belongs to the list from which one sees it.
    let current = Memo::new(move |_| {
        let menu = route.with(|route| route.as_ref().and_then(Route::menu))?;
        let has = |menu| groups.with(|groups| groups.iter().any(|group| group.entries.contains(&menu)));
        if menu == Menu::Projects && !has(menu) { Some(Menu::MyProjects) } else { Some(menu) }
    });
    let entry = move |menu: Menu| {
        let label = menu.label(locale::current());
        let href = Route::of_menu(menu).map(|route| route.href());
        let is_current = move || current.get() == Some(menu);
        view! {
            <li>
                <a
                    class="rail-link"
                    href=href
                    aria-current=move || is_current().then_some("page")
                    data-tooltip=move || tips.get().then_some(label)
                >
                    <IconView icon=icon(menu) />
                    <span class="rail-label">{label}</span>
                </a>
            </li>
        }
    };
    let group = move |Group { heading, entries }: Group| {
        view! {
            <div class="rail-group">
                <p class="rail-heading">{heading.label(locale::current())}</p>
                <ul>{entries.into_iter().map(entry).collect_view()}</ul>
            </div>
        }
    };
    view! {
        <nav class="rail-nav" aria-label=frame::navigation()>
            {move || groups.get().into_iter().map(group).collect_view()}
        </nav>
    }
}
