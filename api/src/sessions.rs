//! Signing in and out, the session of a browser, and one's own profile.
//!
//! A session has a short access token, which the app keeps in memory, and a refresh token in a cookie that only the
//! session endpoints see. The refresh token changes at each use; one shown again after a grace of 20 seconds means
//! that somebody copied it, and ends the session. Start with [`handlers`].

mod confirm;
pub(crate) mod cookies;
pub mod device;
pub(crate) mod events;
pub mod guesses;
pub(crate) mod guessing;
pub(crate) mod handlers;
mod history;
mod profile;
mod sign_in;
pub mod store;

use crate::{http::route::Route, routes};
use confirm::{__path_confirm_session, confirm_session};
use events::{__path_get_events, get_events};
use handlers::{
    __path_get_session, __path_get_sign_in_page, __path_refresh_session, __path_sign_out, get_session,
    get_sign_in_page, refresh_session, sign_out,
};
use history::{
    __path_get_session_history, __path_get_session_history_link, get_session_history,
    get_session_history_link,
};
use profile::{
    __path_change_password, __path_end_other_sessions, __path_end_session, __path_list_own_sessions,
    __path_update_profile, change_password, end_other_sessions, end_session, list_own_sessions,
    update_profile,
};
use sign_in::{__path_sign_in, sign_in};

pub(crate) use profile::current_session;

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![
        get_sign_in_page,
        sign_in,
        refresh_session,
        get_session,
        sign_out,
        confirm_session,
        get_events,
        update_profile,
        change_password,
        list_own_sessions,
        get_session_history_link,
        get_session_history,
        end_session,
        end_other_sessions,
    ]
}
