//! General Data: what the organization says of itself, and its settings.
//!
//! The row is also what writers lock where something is true of the organization as a whole, such as that one role
//! is the default or that a company admin remains: see [`lock_organization`].

mod handlers;
mod rules;
mod store;

use crate::{http::route::Route, routes};
use handlers::{__path_get_general_data, __path_update_general_data, get_general_data, update_general_data};
pub use store::{
    SettingsForPeople, day_there, get, lock_organization, settings_for_people, takes_invitations, time_zone,
};

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![get_general_data, update_general_data]
}
