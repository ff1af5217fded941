//! Projects, their teams and their history.

use crate::http::route::Route;

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    Vec::new()
}
