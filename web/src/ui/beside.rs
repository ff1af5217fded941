//! Rows that open beside their list: the link in the row, and the focus that goes back to it.

use leptos::{ev, prelude::*};

use crate::{
    browser,
    navigation::{OPEN, Opened},
};

/// The id of what opens this beside its list.
pub fn opener_id(open: &str) -> String {
    format!("opens-{open}")
}

/// The link of a row. A plain click opens it beside the list; whoever wants it in a tab of its own follows the link.
#[component]
pub fn RowLink(
    /// What is open beside the list.
    opened: Opened,
    /// What this opens.
    #[prop(into)]
    open: String,
    /// Where it leads by itself; to the list with it where absent.
    #[prop(optional, into)]
    href: Option<String>,
    /// The words.
    children: Children,
) -> impl IntoView {
    let href = href.unwrap_or_else(|| format!("?{OPEN}={open}"));
    let id = opener_id(&open);
    let press = move |event: ev::MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.default_prevented()) {
            event.prevent_default();
            opened.set(Some(&open));
        }
    };
    view! {
        <a id=id href=href on:click=press>
            {children()}
        </a>
    }
}

/// When what is open beside a list closes, the focus goes back to what opened it.
pub fn give_focus_back(open: Signal<Option<String>>) {
    Effect::new(move |previous: Option<Option<String>>| {
        let open = open.get();
        if let (None, Some(Some(before))) = (&open, previous) {
            browser::focus(&opener_id(&before));
        }
        open
    });
}
