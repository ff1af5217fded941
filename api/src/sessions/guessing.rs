//! Guessing is slowed, never locked: growing delays per pair of account and address, and per network. A browser that
//! has signed in to the account before has attempts of its own, so strangers cannot keep it out.
//!
//! Keys name what was sent, and not what was found: the e-mail, at one organization or at the shared host. So nothing
//! can be told from the delays, and whoever has an account with the same e-mail elsewhere gains nothing by it. An
//! attempt is counted before its password is looked at, and taken back when it was right.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use shared::ids::UserId;

use crate::{ApiError, access::network::network, db::doors::AttemptLimit};

/// From where an attempt comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source<'a> {
    /// An address.
    Address(IpAddr),
    /// A browser that has signed in to the account before: the hash of its mark.
    KnownDevice(&'a [u8]),
}

/// The limit for attempts with one e-mail, at the organization with this slug or at the shared host, from one source.
pub fn sign_in_limit(slug: Option<&str>, email: &str, source: Source<'_>) -> AttemptLimit {
    let (place, name) = slug.map_or((b"shared".as_slice(), ""), |slug| (b"organization".as_slice(), slug));
    let (key, free) = match source {
        Source::Address(address) => {
            (key(&[b"sign-in", place, name.as_bytes(), email.as_bytes(), address.to_string().as_bytes()]), 5)
        }
        // These come behind those of the address.
        Source::KnownDevice(device) => {
            (key(&[b"device", place, name.as_bytes(), email.as_bytes(), device]), 3)
        }
    };
    AttemptLimit { key, free, longest_seconds: 15 * 60, forgiven_after_seconds: 5 * 60 }
}

/// The limit for all attempts from one network. Offices share one, so it forgives fast and never waits long.
pub fn network_limit(address: IpAddr) -> AttemptLimit {
    let key = key(&[b"network", network(address).as_bytes()]);
    AttemptLimit { key, free: 100, longest_seconds: 30, forgiven_after_seconds: 5 }
}

/// The limit for API tokens that are none, from one network. A program that was given a wrong one asks again and again,
/// so some are free, and its neighbours never wait long.
pub fn token_limit(address: IpAddr) -> AttemptLimit {
    let key = key(&[b"token", network(address).as_bytes()]);
    AttemptLimit { key, free: 20, longest_seconds: 30, forgiven_after_seconds: 5 }
}

/// The limit for the old password of somebody who is signed in.
pub fn old_password_limit(user: UserId) -> AttemptLimit {
    let key = key(&[b"old password", user.0.as_bytes()]);
    AttemptLimit { key, free: 5, longest_seconds: 15 * 60, forgiven_after_seconds: 5 * 60 }
}

/// Refuses while there is something to wait for.
pub fn refuse_until(until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), ApiError> {
    match until {
        Some(until) => {
            let whole = (until - now).num_seconds();
            let seconds = whole + i64::from(until - now > chrono::TimeDelta::seconds(whole));
            Err(ApiError::TooManyAttempts(u32::try_from(seconds.max(1)).unwrap_or(u32::MAX)))
        }
        None => Ok(()),
    }
}

/// A key that names nobody.
pub fn key(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        // The length keeps parts apart: "ab", "c" is not "a", "bc".
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn each_source_and_place_is_counted_by_itself() {
        let (one, two) = (Source::Address([192, 0, 2, 1].into()), Source::Address([192, 0, 2, 2].into()));
        let (mark, other) = (Source::KnownDevice(b"mark"), Source::KnownDevice(b"other"));
        let mut keys = std::collections::HashSet::new();
        for slug in [None, Some("acme"), Some("shared"), Some("")] {
            for email in ["ana@x.org", "eva@x.org"] {
                for source in [one, two, mark, other] {
                    assert!(
                        keys.insert(sign_in_limit(slug, email, source).key),
                        "{slug:?} {email} {source:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_wait_is_told_in_whole_seconds() {
        let now = DateTime::UNIX_EPOCH;
        let wait = |milliseconds| match refuse_until(Some(now + TimeDelta::milliseconds(milliseconds)), now) {
            Err(ApiError::TooManyAttempts(seconds)) => seconds,
            other => panic!("{other:?}"),
        };
        assert_eq!([wait(1), wait(1000), wait(1001), wait(4000)], [1, 1, 2, 4]);
        assert!(refuse_until(None, now).is_ok());
    }
}
