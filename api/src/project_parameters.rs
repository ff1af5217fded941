//! The lists that projects choose from: status, approval status, type, priority.

use crate::http::route::Route;

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    Vec::new()
}
