//! How people of an organization sign in: how long their sessions last.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::{Check, Violation, ViolationCode, check::Violations};

/// How long a session may last unused, in minutes: a quarter of an hour to thirty days.
pub const IDLE_MINUTES: RangeInclusive<i32> = 15..=30 * 24 * 60;
/// How long a session may last in all, in minutes: an hour to ninety days.
pub const LIFETIME_MINUTES: RangeInclusive<i32> = 60..=90 * 24 * 60;

/// The settings. `GET /api/v1/sign-in-settings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInSettings {
    /// The version, for `If-Match`.
    pub version: i32,
    /// A session ends when it was not used for so many minutes, 15 to 43,200.
    pub session_idle_minutes: i32,
    /// A session ends at the latest after so many minutes, 60 to 129,600.
    pub session_lifetime_minutes: i32,
}

/// A change of the settings. `PATCH /api/v1/sign-in-settings` with `If-Match`; absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInSettingsPatch {
    /// A session ends when it was not used for so many minutes, 15 to 43,200; never more than the lifetime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_idle_minutes: Option<i32>,
    /// A session ends at the latest after so many minutes, 60 to 129,600.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_lifetime_minutes: Option<i32>,
}

impl Check for SignInSettingsPatch {
    fn check(&self, violations: &mut Violations) {
        for (pointer, value, range) in [
            ("/session_idle_minutes", self.session_idle_minutes, IDLE_MINUTES),
            ("/session_lifetime_minutes", self.session_lifetime_minutes, LIFETIME_MINUTES),
        ] {
            if let Some(value) = value {
                violations.add(pointer, within(value, &range));
            }
        }
    }
}

fn within(value: i32, range: &RangeInclusive<i32>) -> Result<(), Violation> {
    let (least, most) = (*range.start(), *range.end());
    let bound = if value < least {
        least
    } else if value > most {
        most
    } else {
        return Ok(());
    };
    let message = format!("A number of minutes from {least} to {most} is needed.");
    Err(Violation::limit(ViolationCode::OutOfRange, i64::from(bound), message))
}
