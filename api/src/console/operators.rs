//! Operators: who they are, of which teams, and who may change that.

mod handlers;
pub mod rules;
pub mod shell;
pub mod store;

use crate::{http::route::Route, routes};
use handlers::{
    __path_create_operator, __path_list_operators, __path_reset_operator, __path_update_operator,
    create_operator, list_operators, reset_operator, update_operator,
};

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![list_operators, create_operator, update_operator, reset_operator]
}
