//! The rules of invitations.

use chrono::TimeDelta;
use shared::ProblemCode;

use crate::ApiError;

/// A link works, and keeps a seat, for so long after it was sent.
pub const LIFETIME: TimeDelta = TimeDelta::days(7);

/// Refuses where the organization has switched invitations off.
pub fn check_allowed(invitations: bool) -> Result<(), ApiError> {
    if invitations {
        return Ok(());
    }
    let detail = "They are switched off in General Data. Somebody who may change it can switch them on.";
    Err(ApiError::Conflict(ProblemCode::InvitationsOff, detail.to_owned()))
}
