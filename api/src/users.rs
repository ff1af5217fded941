//! People of the organization: list, create, change, deactivate and reactivate.

use crate::http::route::Route;

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    Vec::new()
}
