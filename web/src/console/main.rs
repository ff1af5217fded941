//! The console of operators: an app of its own, at an address of its own in the administration network.
//!
//! It is made of the same parts as the organizations' app and shares nothing else with it: who signs in are operators, with
//! a second factor, and the token lives as long as the page. `portico console` serves it beside its API.

#![expect(clippy::needless_pass_by_value, reason = "components take their props by value")]
#![recursion_limit = "512"]

mod account;
mod app;
mod backups;
mod book;
mod enrol;
mod operators;
mod requests;
mod restore;
mod route;
mod session;
mod sign_in;
mod standby;
mod surround;
mod watch;
mod words;

use web::{api, browser, client_request, frame, locale, locales, merge, navigation, theme, ui};

fn main() {
    console_error_panic_hook::set_once();
    api::use_console();
    leptos::mount::mount_to_body(app::Console);
}
