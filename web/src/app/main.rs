//! The organizations' app in the browser.
//!
//! Start with `page.rs` for how the page is put together, `layout.rs` for what stands around the screens, and `screens.rs`
//! for those there are.

#![expect(clippy::needless_pass_by_value, reason = "components take their props by value")]
#![recursion_limit = "512"]

mod layout;
mod page;
mod pieces;
mod screens;
mod session;

use web::{
    api, browser, client_request, frame, locale, locales, merge, navigation, route, search, theme, ui,
};

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(page::App);
}
