//! Portico's app in the browser.
//!
//! Start with `app.rs` for how the page is put together, `route.rs` for the screens there are, `ui.rs` for the parts
//! they are made of, `api.rs` for how they talk to the server, and `README.md` for how to add one.

#![expect(clippy::needless_pass_by_value, reason = "components take their props by value")]
#![recursion_limit = "512"]

pub mod api;
pub mod app;
pub mod browser;
pub mod explanation;
pub mod layout;
pub mod locale;
pub mod locales;
pub mod merge;
pub mod navigation;
pub mod pieces;
pub mod route;
pub mod screens;
pub mod search;
pub mod session;
pub mod theme;
mod tokens;
pub mod ui;

/// Puts the app into the page.
pub fn start() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
