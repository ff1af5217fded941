//! A menu: a short list of things to do, reached by one button.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::{Icon, IconView, Popover};
use crate::browser;

/// One line of a menu.
#[derive(Debug, Clone)]
pub enum MenuEntry {
    /// Does something.
    Action {
        /// The icon before the words.
        icon: Icon,
        /// What it does, as a verb.
        label: String,
        /// What happens.
        on_choose: Callback<()>,
        /// Whether it takes something away for good.
        danger: bool,
    },
    /// Leads to another screen.
    Link {
        /// The icon before the words.
        icon: Icon,
        /// Where it leads, in words.
        label: String,
        /// Where it leads.
        href: String,
    },
    /// One of several of which one holds.
    Option {
        /// The words.
        label: String,
        /// Whether it is the one that holds.
        chosen: Signal<bool>,
        /// What happens.
        on_choose: Callback<()>,
    },
    /// A word above what follows.
    Heading(String),
    /// A line between groups.
    Line,
}

impl MenuEntry {
    /// Something to do.
    pub fn action(
        icon: Icon,
        label: impl Into<String>,
        on_choose: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self::Action {
            icon,
            label: label.into(),
            on_choose: Callback::new(move |()| on_choose()),
            danger: false,
        }
    }

    /// Something that takes something away for good.
    pub fn danger(
        icon: Icon,
        label: impl Into<String>,
        on_choose: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self::Action {
            icon,
            label: label.into(),
            on_choose: Callback::new(move |()| on_choose()),
            danger: true,
        }
    }

    /// A way to another screen.
    pub fn link(icon: Icon, label: impl Into<String>, href: impl Into<String>) -> Self {
        Self::Link { icon, label: label.into(), href: href.into() }
    }
}

/// A button that opens a menu. Arrow keys, Home and End move in it; Escape closes it.
#[component]
pub fn Menu(
    /// What the menu is for; read out.
    #[prop(into)]
    label: Signal<String>,
    /// What the button shows; three dots where absent.
    #[prop(optional, into)]
    face: Option<ViewFn>,
    /// The button's look.
    #[prop(default = "icon-button")]
    class: &'static str,
    /// The lines; asked for each time it opens.
    #[prop(into)]
    entries: Callback<(), Vec<MenuEntry>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let tooltip = face.is_none();
    let face = face.unwrap_or_else(|| ViewFn::from(|| view! { <IconView icon=Icon::Dots /> }));
    view! {
        <Popover label face class tooltip role="menu" open>
            <div class="menu" role="none" on:keydown=move_focus>
                {entries.run(()).into_iter().map(|entry| line(entry, open)).collect_view()}
            </div>
        </Popover>
    }
}

fn line(entry: MenuEntry, open: RwSignal<bool>) -> AnyView {
    match entry {
        MenuEntry::Action { icon, label, on_choose, danger } => view! {
            <button
                type="button"
                role="menuitem"
                tabindex="-1"
                class=if danger { "menu-line menu-danger" } else { "menu-line" }
                on:click=move |_| {
                    open.set(false);
                    on_choose.run(());
                }
            >
                <IconView icon />
                <span>{label}</span>
            </button>
        }
        .into_any(),
        MenuEntry::Link { icon, label, href } => view! {
            <a role="menuitem" tabindex="-1" class="menu-line" href=href on:click=move |_| open.set(false)>
                <IconView icon />
                <span>{label}</span>
            </a>
        }
        .into_any(),
        MenuEntry::Option { label, chosen, on_choose } => view! {
            <button
                type="button"
                role="menuitemradio"
                tabindex="-1"
                class="menu-line"
                aria-checked=move || chosen.get().to_string()
                on:click=move |_| {
                    open.set(false);
                    on_choose.run(());
                }
            >
                <span class="menu-check">{move || chosen.get().then(|| view! { <IconView icon=Icon::Check /> })}</span>
                <span>{label}</span>
            </button>
        }
        .into_any(),
        MenuEntry::Heading(label) => view! { <p class="menu-heading" role="presentation">{label}</p> }.into_any(),
        MenuEntry::Line => view! { <div class="menu-rule" role="separator"></div> }.into_any(),
    }
}

fn move_focus(event: ev::KeyboardEvent) {
    let Some(menu) = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let lines = browser::all(&menu, "[role^=menuitem]");
    let focused = browser::focused();
    let here = lines.iter().position(|line| Some(line) == focused.as_ref());
    let last = lines.len().saturating_sub(1);
    let target = match event.key().as_str() {
        "ArrowDown" => here.map_or(0, |here| if here == last { 0 } else { here + 1 }),
        "ArrowUp" => here.map_or(last, |here| if here == 0 { last } else { here - 1 }),
        "Home" => 0,
        "End" => last,
        _ => return,
    };
    event.prevent_default();
    if let Some(line) = lines.get(target) {
        let _ = line.focus();
    }
}
