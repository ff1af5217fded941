//! Forgotten passwords: a link by mail that works once, for half an hour.
//!
//! Invariant: a request is answered before anybody looks whether there is such an account, so neither the answer nor
//! its time can tell. What was asked for is a row that [`work`] takes up behind the answer; see ADR 0012. Whatever
//! makes another door of an account (password, e-mail, deactivation) makes its open links void: [`store::end_links`].

mod handlers;
mod limits;
pub mod store;
pub mod work;

use crate::{http::route::Route, routes};
use handlers::{
    __path_check_recovery, __path_recover_password, __path_request_recovery, check_recovery,
    recover_password, request_recovery,
};

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![request_recovery, check_recovery, recover_password]
}
