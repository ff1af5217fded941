//! Values that live in the query string, so that a reload and a shared link show the same.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::query_signal_with_options};

/// One value of the query string. Absent and empty are the same.
#[derive(Debug, Clone, Copy)]
pub struct UrlValue {
    get: Signal<Option<String>>,
    set: Callback<Option<String>>,
}

impl UrlValue {
    /// A value that lives in a signal instead, for tables within a screen that has its own in the URL.
    pub fn in_memory() -> Self {
        let value = RwSignal::new(None::<String>);
        Self { get: value.into(), set: Callback::new(move |to| value.set(to)) }
    }

    /// The value, tracked.
    pub fn get(self) -> Option<String> {
        self.get.get()
    }

    /// The value, not tracked.
    pub fn get_untracked(self) -> Option<String> {
        self.get.get_untracked()
    }

    /// The value as a type of its own, tracked; what cannot be read counts as absent.
    pub fn parse<T: std::str::FromStr>(self) -> Option<T> {
        self.get()?.parse().ok()
    }

    /// Whether there is one, tracked.
    pub fn is_set(self) -> bool {
        self.get.with(Option::is_some)
    }

    /// Sets it in the address, without a new entry in the browser's history.
    pub fn set(self, value: Option<String>) {
        self.set.run(value.filter(|value| !value.is_empty()));
    }
}

/// The value with this name. Must be called while a component is built.
pub fn url_value(name: &'static str) -> UrlValue {
    let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
    let (get, set) = query_signal_with_options::<String>(name, options);
    let get = Memo::new(move |_| get.get().filter(|value| !value.is_empty()));
    UrlValue { get: get.into(), set: Callback::new(move |value| set.set(value)) }
}
