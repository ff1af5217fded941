//! What an organization asks about its data of those who run the installation, and what it is given: [`delivery`] lets it be
//! taken by a link. Operators deal with it at their console (`console::requests`).

pub mod delivery;
mod handlers;
mod store;

use age::x25519::Recipient;
use shared::{Violation, ViolationCode, check::Violations};

pub use handlers::routes;

use crate::ApiError;

/// Refuses what is no age recipient at all: nobody could open what is sealed for it.
pub fn check_recipient(text: &str) -> Result<(), ApiError> {
    let Err(why) = text.trim().parse::<Recipient>() else { return Ok(()) };
    let mut violations = Violations::default();
    let message = format!("This is no age recipient ({why}): it may have been mistyped.");
    violations.add("/recipient", Err(Violation::new(ViolationCode::InvalidFormat, message)));
    Err(ApiError::Invalid(violations))
}
