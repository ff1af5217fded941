//! Licence types of the platform, licences held, seats used; the check that keeps seats from being overrun.

use crate::http::route::Route;

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    Vec::new()
}
