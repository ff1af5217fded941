//! Guessing is slowed, never locked: growing delays per pair of account and address, and per network. A browser that
//! has signed in to the account before is counted by itself, so strangers cannot slow it.
//!
//! Keys name accounts, not e-mails: whoever has an account with the same e-mail elsewhere gains nothing by it. An
//! attempt is counted before its password is looked at, and taken back when it was right.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use shared::ids::UserId;

use crate::{ApiError, access::network::network, db::doors::AttemptLimit};

/// At whom an attempt is aimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// An account, from a browser that is new to it.
    Account(UserId),
    /// An account, from a browser that has signed in to it before: the hash of its mark.
    KnownDevice(UserId, &'a [u8]),
    /// An e-mail without an account here: slowed all the same, so that this tells nothing.
    Nobody(&'a str),
}

/// The limit for one target from one address.
pub fn target_limit(target: Target<'_>, address: IpAddr) -> AttemptLimit {
    let address = address.to_string();
    let (key, free) = match target {
        Target::Account(user) => (key(&[b"account", user.0.as_bytes(), address.as_bytes()]), 5),
        Target::KnownDevice(user, device) => (key(&[b"device", user.0.as_bytes(), device]), 10),
        Target::Nobody(email) => (key(&[b"nobody", email.as_bytes(), address.as_bytes()]), 5),
    };
    AttemptLimit { key, free, longest_seconds: 15 * 60, forgiven_after_seconds: 5 * 60 }
}

/// The limit for all attempts from one network. Offices share one, so it forgives fast and never waits long.
pub fn network_limit(address: IpAddr) -> AttemptLimit {
    let key = key(&[b"network", network(address).as_bytes()]);
    AttemptLimit { key, free: 100, longest_seconds: 30, forgiven_after_seconds: 5 }
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
    use uuid::Uuid;

    use super::*;

    #[test]
    fn each_target_is_counted_by_itself() {
        let address = "192.0.2.1".parse().expect("an address");
        let (one, two) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let targets = [
            Target::Account(one),
            Target::Account(two),
            Target::KnownDevice(one, b"mark"),
            Target::KnownDevice(two, b"mark"),
            Target::KnownDevice(one, b"other"),
            Target::Nobody("ana@x.org"),
        ];
        let keys: std::collections::HashSet<Vec<u8>> =
            targets.iter().map(|target| target_limit(*target, address).key).collect();
        assert_eq!(keys.len(), targets.len());
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
