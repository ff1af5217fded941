//! Rail and page, whatever stands in them. The rail has three widths: full, icons only in a narrow window, a drawer on a
//! phone.

use leptos::{ev, prelude::*};
use leptos_router::hooks::use_location;

use super::palette_button::PaletteButton;
use crate::{
    browser::{self, Listener},
    locales::{frame, palette},
    ui::{Icon, IconButton, IconView},
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

/// One entry of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its words.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// All that is left of it in a narrow window.
    pub icon: Icon,
}

/// A heading with the entries below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The heading.
    pub heading: String,
    /// The entries.
    pub entries: Vec<Entry>,
}

/// Rail and page.
#[component]
pub fn Surround(
    /// What the page belongs to, beside the button of the navigation on a phone.
    title: String,
    /// What stands at the top of the rail.
    #[prop(into)]
    brand: ViewFn,
    /// What stands at its foot.
    #[prop(into)]
    person: ViewFn,
    /// The navigation.
    groups: Memo<Vec<Group>>,
    /// The address of the entry that is shown.
    current: Memo<Option<String>>,
    /// Opens the command palette, where there is one.
    #[prop(optional_no_strip)]
    finding: Option<RwSignal<bool>>,
    /// What stands above every screen.
    #[prop(optional, into)]
    notice: Option<ViewFn>,
    /// The screen.
    children: Children,
) -> impl IntoView {
    let width_now = RwSignal::new(width());
    StoredValue::new_local(Listener::new("resize", move |_| {
        if width_now.get_untracked() != width() {
            width_now.set(width());
        }
    }));
    let drawer = RwSignal::new(false);
    let location = use_location();
    Effect::new(move |_| {
        location.pathname.track();
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
    let tips = Signal::derive(move || width_now.get() == Width::Narrow);
    view! {
        <a class="skip-link" href="#main" on:click=skip>
            {frame::skip()}
        </a>
        <div class=class on:keydown=on_key>
            <header class="rail" id="rail">
                <div class="rail-top">
                    {brand.run()} <Show when=move || width_now.get() == Width::Phone>
                        <IconButton
                            label=frame::close_navigation()
                            icon=Icon::Close
                            on_press=move |()| drawer.set(false)
                        />
                    </Show>
                </div>
                {finding.map(|open| view! { <PaletteButton open tips /> })}
                <Navigation groups current tips />
                {person.run()}
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
                    <span class="phone-title" aria-hidden="true">{title}</span>
                    {finding
                        .map(|open| {
                            let find = move |()| open.set(true);
                            view! { <IconButton label=palette::open() icon=Icon::Search on_press=find /> }
                        })}
                </div>
                <main class="main" id="main" tabindex="-1">
                    {notice.map(|notice| notice.run())}
                    {children()}
                </main>
            </div>
        </div>
    }
}

#[component]
fn Navigation(groups: Memo<Vec<Group>>, current: Memo<Option<String>>, tips: Signal<bool>) -> impl IntoView {
    let entry = move |Entry { label, href, icon }: Entry| {
        let (here, tip) = (href.clone(), label.clone());
        let is_current = move || current.with(|current| current.as_deref() == Some(here.as_str()));
        view! {
            <li>
                <a
                    class="rail-link"
                    href=href
                    aria-current=move || is_current().then_some("page")
                    data-tooltip=move || tips.get().then(|| tip.clone())
                >
                    <IconView icon />
                    <span class="rail-label">{label}</span>
                </a>
            </li>
        }
    };
    let group = move |Group { heading, entries }: Group| {
        view! {
            <div class="rail-group">
                <p class="rail-heading">{heading}</p>
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
