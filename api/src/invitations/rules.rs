//! The rules of invitations.

use chrono::{DateTime, TimeDelta, Utc};
use shared::{ProblemCode, ids::OrganizationId};

use crate::{ApiError, db::doors::AttemptLimit, sessions::guessing};

/// A link works, and keeps a seat, for so long after it was sent.
pub const LIFETIME: TimeDelta = TimeDelta::days(7);
/// A mail is sent again no sooner after it was.
const AGAIN_AFTER: TimeDelta = TimeDelta::minutes(5);
/// How often an invitation is sent in all: once, and ten times again.
const SENT: i32 = 11;

/// Refuses where the organization has switched invitations off.
pub fn check_allowed(invitations: bool) -> Result<(), ApiError> {
    if invitations {
        return Ok(());
    }
    let detail = "They are switched off in General Data. Somebody who may change it can switch them on.";
    Err(ApiError::Conflict(ProblemCode::InvitationsOff, detail.to_owned()))
}

/// Refuses to send an invitation again that was sent often, or again a moment ago. The first time needs no wait: a mail
/// that did not arrive is missed at once.
pub fn check_resend(times_sent: i32, sent_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), ApiError> {
    if times_sent >= SENT {
        let detail = "It was sent as often as it may be. Ask for another e-mail address.";
        return Err(ApiError::Conflict(ProblemCode::Conflict, detail.to_owned()));
    }
    let until = sent_at + AGAIN_AFTER;
    guessing::refuse_until((times_sent > 1 && now < until).then_some(until), now)
}

/// What bounds the mails that invite: to one e-mail, so that nobody is flooded by invitations that are taken back and
/// made anew, and of one organization.
pub fn limits(organization: OrganizationId, email: &str) -> [AttemptLimit; 2] {
    let (day, hour) = (24 * 60 * 60, 60 * 60);
    let organization = organization.0.as_bytes();
    [
        AttemptLimit {
            key: guessing::key(&[b"invitation", organization, email.as_bytes()]),
            free: 5,
            longest_seconds: day,
            forgiven_after_seconds: 2 * hour,
        },
        AttemptLimit {
            key: guessing::key(&[b"invitations", organization]),
            free: 500,
            longest_seconds: hour,
            forgiven_after_seconds: 60,
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_sent_again_ten_times_and_not_at_once() {
        let at = DateTime::UNIX_EPOCH;
        for (times_sent, minutes, seconds, expected) in [
            (1, 0, 0, None),
            (2, 0, 0, Some(429)),
            (2, 4, 59, Some(429)),
            (2, 5, 0, None),
            (10, 5, 0, None),
            (11, 5, 0, Some(409)),
            (11, 60 * 24, 0, Some(409)),
        ] {
            let now = at + TimeDelta::minutes(minutes) + TimeDelta::seconds(seconds);
            let refused = check_resend(times_sent, at, now).err().map(|error| error.to_problem().status);
            assert_eq!(refused, expected, "{times_sent} {minutes}:{seconds}");
        }
    }
}
