//! Roles: which licence type, which functions, which grants; copying, deleting, and the one default for new users.

use crate::http::route::Route;

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    Vec::new()
}
