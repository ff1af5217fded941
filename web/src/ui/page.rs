//! The head of every screen: breadcrumb, title, its one primary action, tabs.

use leptos::{html, prelude::*};

use super::{Icon, IconView};
use crate::{locales::common, navigation::focus_soon};

/// One step of the way to a screen.
#[derive(Debug, Clone)]
pub struct Crumb {
    /// Its words.
    pub label: String,
    /// Where it leads; absent for headings of the navigation, which lead nowhere.
    pub href: Option<String>,
}

/// Whether a screen has been shown before in this page's life: only then does the focus move to the next one's
/// title. `App` provides it.
#[derive(Debug, Clone, Copy)]
pub struct Arrivals(StoredValue<bool>);

impl Arrivals {
    /// Set up once, in `App`.
    pub fn provide() {
        provide_context(Self(StoredValue::new(false)));
    }

    fn is_first(self) -> bool {
        let first = !self.0.get_value();
        self.0.set_value(true);
        first
    }
}

/// A screen: its head and what it shows.
#[component]
pub fn Page(
    /// The title, also of the browser's tab.
    #[prop(into)]
    title: Signal<String>,
    /// The way to here, without this screen.
    #[prop(optional)]
    crumbs: Vec<Crumb>,
    /// A mark beside the title.
    #[prop(optional, into)]
    mark: Option<ViewFn>,
    /// The one primary action, and quiet ones before it.
    #[prop(optional, into)]
    actions: Option<ViewFn>,
    /// The tabs below the title.
    #[prop(optional, into)]
    tabs: Option<ViewFn>,
    /// Whether the content fills the window and scrolls by itself, as tables do.
    #[prop(optional)]
    fill: bool,
    /// What the screen shows.
    children: Children,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    let is_first = use_context::<Arrivals>().is_none_or(Arrivals::is_first);
    Effect::new(move |_| {
        if let Some(heading) = heading.get().filter(|_| !is_first) {
            focus_soon(heading.into());
        }
    });
    Effect::new(move |_| crate::browser::set_title(&common::page_title(&title.get())));
    view! {
        <header class="page-head">
            <Crumbs crumbs />
            <div class="page-line">
                <h1 class="page-title" node_ref=heading tabindex="-1">
                    {title}
                </h1>
                {mark.as_ref().map(ViewFn::run)}
                {actions.map(|actions| view! { <div class="page-actions">{actions.run()}</div> })}
            </div>
            {tabs.as_ref().map(ViewFn::run)}
        </header>
        <div class=if fill { "page-body page-fill" } else { "page-body" }>{children()}</div>
    }
}

#[component]
fn Crumbs(crumbs: Vec<Crumb>) -> impl IntoView {
    let crumb = |Crumb { label, href }: Crumb| {
        let label = match href {
            Some(href) => view! { <a href=href>{label}</a> }.into_any(),
            None => view! { <span>{label}</span> }.into_any(),
        };
        view! {
            <li>
                {label}
                <IconView icon=Icon::ChevronRight />
            </li>
        }
    };
    (!crumbs.is_empty()).then(|| {
        view! {
            <nav class="crumbs" aria-label=common::breadcrumb()>
                <ol>{crumbs.into_iter().map(crumb).collect_view()}</ol>
            </nav>
        }
    })
}
