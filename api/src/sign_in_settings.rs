//! Sign-in settings: how long sessions last.
//!
//! Invariant: shorter lifetimes hold for sessions that are there too, on every server within a second, since each
//! server keeps them with the person (`access::span`).

mod handlers;
mod store;

use crate::{http::route::Route, routes};
use handlers::{
    __path_get_sign_in_settings, __path_update_sign_in_settings, get_sign_in_settings,
    update_sign_in_settings,
};

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![get_sign_in_settings, update_sign_in_settings]
}
