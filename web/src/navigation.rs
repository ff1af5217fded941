//! Going from screen to screen, and the guard that keeps unsaved changes from getting lost on the way.
//!
//! Links are plain `<a href>`; the router takes the click. The guard listens before the router does, so it must be
//! set up first: `Guard::provide` runs in `App`, above the router.

use std::sync::Arc;

use leptos::{ev, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use shared::Language;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::HtmlElement;

use crate::{
    browser::{self, Listener},
    route::Route,
};

/// What somebody wanted to do when unsaved changes stood in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Departure {
    /// Follow a link.
    To(String),
    /// Go back in the browser.
    Back,
    /// Read the app in another language, which builds every screen anew.
    Language(Language),
    /// End the session.
    SignOut,
}

/// Knows the forms with unsaved changes.
#[derive(Debug, Clone, Copy)]
pub struct Guard {
    /// A counter names each form; those with changes are kept.
    unsaved: RwSignal<Vec<u32>>,
    next: StoredValue<u32>,
    /// The departure that waits for the person's decision.
    pub waiting: RwSignal<Option<Departure>>,
    here: StoredValue<String>,
}

impl Guard {
    /// Sets the guard up for the whole app.
    pub fn provide() -> Self {
        let guard = Self {
            unsaved: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
            waiting: RwSignal::new(None),
            here: StoredValue::new(browser::path_and_query()),
        };
        provide_context(guard);
        guard.watch_links();
        guard.watch_history();
        let handle = window_event_listener(ev::beforeunload, move |event| {
            if guard.is_closed() {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
        guard
    }

    /// Whether something is unsaved.
    pub fn is_closed(self) -> bool {
        self.unsaved.with_untracked(|unsaved| !unsaved.is_empty())
    }

    /// Watches a form: as long as `dirty` holds, leaving asks first.
    pub fn watch(self, dirty: Signal<bool>) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        Effect::new(move |_| {
            let dirty = dirty.get();
            self.unsaved.update(|unsaved| {
                unsaved.retain(|known| *known != id);
                if dirty {
                    unsaved.push(id);
                }
            });
        });
        on_cleanup(move || {
            let _ = self.unsaved.try_update(|unsaved| unsaved.retain(|known| *known != id));
        });
    }

    /// Lets go of all unsaved changes.
    pub fn open(self) {
        self.unsaved.update(Vec::clear);
    }

    /// Goes to an address of the app, or asks first where something would be lost.
    pub fn leave_to(self, go: &Go, href: &str) {
        if self.is_closed() && place_of(href) != place_of(&browser::path_and_query()) {
            self.waiting.set(Some(Departure::To(href.to_owned())));
        } else {
            go.to_href(href);
        }
    }

    /// Whether nothing would be lost by a departure. Otherwise the person is asked, and it happens once they agree.
    pub fn lets(self, departure: Departure) -> bool {
        let is_closed = self.is_closed();
        if is_closed {
            self.waiting.set(Some(departure));
        }
        !is_closed
    }

    /// Remembers the present address, to which going back must return while the guard is closed.
    pub fn arrived(self) {
        self.here.set_value(browser::path_and_query());
    }

    fn watch_links(self) {
        let listener = Listener::new("click", move |event| {
            if !self.is_closed() {
                return;
            }
            let link = event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
                .and_then(|target| target.closest("a[href]").ok().flatten());
            let Some(href) =
                link.filter(|link| !link.has_attribute("target")).and_then(|link| link.get_attribute("href"))
            else {
                return;
            };
            if href.starts_with('/') && place_of(&href) != place_of(&browser::path_and_query()) {
                event.prevent_default();
                event.stop_immediate_propagation();
                self.waiting.set(Some(Departure::To(href)));
            }
        });
        StoredValue::new_local(listener);
    }

    fn watch_history(self) {
        let listener = Listener::new("popstate", move |event| {
            let here = self.here.get_value();
            if self.is_closed() && place_of(&here) != place_of(&browser::path_and_query()) {
                event.stop_immediate_propagation();
                if let Ok(history) = window().history() {
                    let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&here));
                }
                self.waiting.set(Some(Departure::Back));
            }
        });
        StoredValue::new_local(listener);
    }
}

/// What a form stands or falls with: the screen, and what is open beside its list. Filters and sorting change the
/// address and leave both alone.
fn place_of(href: &str) -> (&str, Option<&str>) {
    let (address, _) = href.split_once('#').unwrap_or((href, ""));
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let open = query.split('&').find_map(|pair| pair.strip_prefix(OPEN)?.strip_prefix('='));
    (path, open.filter(|open| !open.is_empty()))
}

/// The value of the query string that names what is open in the panel beside a list.
pub const OPEN: &str = "open";

/// What is open in the panel beside a list. Each opening is a step in the browser's history, so that going back closes
/// the panel; unsaved changes in it ask first.
#[derive(Debug, Clone)]
pub struct Opened {
    value: Signal<Option<String>>,
    go: Go,
    guard: Guard,
}

impl Opened {
    /// Must be called while a component is built.
    pub fn new() -> Self {
        let query = use_query_map();
        let value = Memo::new(move |_| query.with(|query| query.get(OPEN)).filter(|open| !open.is_empty()));
        Self { value: value.into(), go: Go::new(), guard: expect_context() }
    }

    /// What is open, tracked.
    pub fn get(&self) -> Option<String> {
        self.value.get()
    }

    /// What is open, as a signal.
    pub const fn signal(&self) -> Signal<Option<String>> {
        self.value
    }

    /// Opens something else, or nothing.
    pub fn set(&self, open: Option<&str>) {
        if self.value.get_untracked().as_deref() == open {
            return;
        }
        let href = with_open(&browser::path_and_query(), open);
        if self.guard.lets(Departure::To(href.clone())) {
            self.go.to_href(&href);
        }
    }

    /// Opens what was just added in the place of its form, which has nothing unsaved any more.
    pub fn replace(&self, open: &str) {
        self.guard.open();
        let href = with_open(&browser::path_and_query(), Some(open));
        (self.go.0)(&href, NavigateOptions { replace: true, ..NavigateOptions::default() });
    }
}

impl Default for Opened {
    fn default() -> Self {
        Self::new()
    }
}

/// The address with something else open.
fn with_open(address: &str, open: Option<&str>) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let others = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<String> =
        others.filter(|pair| pair.split('=').next() != Some(OPEN)).map(str::to_owned).collect();
    pairs.extend(open.map(|open| format!("{OPEN}={open}")));
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// Takes the person to other screens from code; links are better where there is something to click.
#[derive(Clone)]
pub struct Go(Arc<Navigate>);

type Navigate = dyn Fn(&str, NavigateOptions) + Send + Sync;

impl std::fmt::Debug for Go {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Go")
    }
}

impl Go {
    /// Must be called while a component is built.
    pub fn new() -> Self {
        let navigate = use_navigate();
        Self(Arc::new(move |href: &str, options| navigate(href, options)))
    }

    /// To a screen.
    pub fn to(&self, route: &Route) {
        self.to_href(&route.href());
    }

    /// To a screen that stands in the place of this one in the browser's history.
    pub fn instead_to(&self, route: &Route) {
        (self.0)(&route.href(), NavigateOptions { replace: true, ..NavigateOptions::default() });
    }

    /// To an address of the app.
    pub fn to_href(&self, href: &str) {
        (self.0)(href, NavigateOptions::default());
    }
}

impl Default for Go {
    fn default() -> Self {
        Self::new()
    }
}

/// Moves the focus into an element once it is in the page.
pub fn focus_soon(element: HtmlElement) {
    request_animation_frame(move || browser::focus_element(&element));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_leave_a_form_alone_and_opening_something_else_does_not() {
        assert_eq!(place_of("/users?q=a&open=1#x"), place_of("/users?open=1&sort=name"));
        assert_eq!(place_of("/users?open="), place_of("/users"));
        assert_ne!(place_of("/users?open=1"), place_of("/users?open=2"));
        assert_ne!(place_of("/users"), place_of("/roles"));
    }

    #[test]
    fn opening_keeps_the_filters() {
        for (address, open, expected) in [
            ("/users", Some("1"), "/users?open=1"),
            ("/users?q=a&open=1", Some("2"), "/users?q=a&open=2"),
            ("/users?open=1&q=a", None, "/users?q=a"),
            ("/users?open=1", None, "/users"),
        ] {
            assert_eq!(with_open(address, open), expected);
        }
    }
}
