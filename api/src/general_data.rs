//! General Data: what the organization says of itself, and its settings.

use crate::http::route::Route;

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    Vec::new()
}
