//! Licence types of the platform, licences held, seats used; the check that keeps seats from being overrun.
//!
//! Invariant: nothing that may change who uses a seat is written without [`seats::lock`] before it and
//! [`seats::settle`] after it. [`rules`] says purely which seat somebody uses and when growth is refused.

mod handlers;
mod preview;
mod rules;
pub mod seats;
mod store;

pub use preview::{ChangedLicence, SeatMove, changed, held_effect, seat_effects};
pub use rules::Candidate;

use crate::{http::route::Route, routes};
use handlers::{
    __path_list_licence_consumption, __path_list_licence_types, list_licence_consumption, list_licence_types,
};

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![list_licence_types, list_licence_consumption]
}
