//! What a change of a role, of somebody's access or of a licence would come to, before anything is saved.
//!
//! Start with [`crate::access::simulate`], which compares; here is loaded what it compares. Invariant: whoever may make
//! a change may simulate it, and nobody else; so each kind has a route of its own, with the guard of the change.

mod handlers;
mod sight;
mod store;

pub use store::licence;

use crate::{http::route::Route, routes};
use handlers::{
    __path_simulate_licence, __path_simulate_role, __path_simulate_user, simulate_licence, simulate_role,
    simulate_user,
};

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![simulate_role, simulate_user, simulate_licence]
}
