//! Sessions of operators: short, looked up with each request, ended at once.
//!
//! A session is an opaque token of 256 bits, of which the database has the hash. It ends eight hours after it began, a
//! quarter of an hour after it was last used, when its operator signs out, is deactivated or
//! reset, or takes another password.

mod handlers;
mod password;
mod sign_in;
pub mod store;

use crate::{http::route::Route, routes};
use handlers::{
    __path_get_operator_session, __path_sign_out_operator, get_operator_session, sign_out_operator,
};
use password::{__path_change_operator_password, change_operator_password};
use sign_in::{__path_sign_in_operator, sign_in_operator};

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![sign_in_operator, get_operator_session, sign_out_operator, change_operator_password]
}
