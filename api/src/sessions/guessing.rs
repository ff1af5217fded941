//! Guessing is slowed, never locked: growing delays per pair of account and address, and per network. A browser that
//! has signed in to the account before is counted by itself, so strangers cannot slow it.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::{ApiError, db::Platform};

/// Wrong passwords that cost nothing yet.
const FREE_FOR_PAIR: i32 = 5;
const FREE_FOR_DEVICE: i32 = 10;
const FREE_FOR_NETWORK: i32 = 100;

/// The keys under which an attempt is counted, with the number of failures that are free for each.
#[derive(Debug, Clone)]
pub struct Attempt {
    keys: Vec<(Vec<u8>, i32)>,
}

impl Attempt {
    /// An attempt at an account from an address; `known_device` is the hash of the device's mark where the browser
    /// has signed in to the account before.
    pub fn new(email: &str, address: IpAddr, known_device: Option<&[u8]>) -> Self {
        let account = email.to_lowercase();
        let keys = match known_device {
            Some(device) => vec![(key(&[b"device", account.as_bytes(), device]), FREE_FOR_DEVICE)],
            None => vec![
                (key(&[b"pair", account.as_bytes(), address.to_string().as_bytes()]), FREE_FOR_PAIR),
                (key(&[b"network", network(address).as_bytes()]), FREE_FOR_NETWORK),
            ],
        };
        Self { keys }
    }

    /// Refuses the attempt while it has to wait.
    pub fn check(&self, platform: &mut Platform<'_>, now: DateTime<Utc>) -> Result<(), ApiError> {
        let keys: Vec<Vec<u8>> = self.keys.iter().map(|(key, _)| key.clone()).collect();
        match platform.sign_in_blocked_until(&keys, now)? {
            Some(until) => {
                let seconds = (until - now).num_seconds().max(0) + 1;
                Err(ApiError::TooManyAttempts(u32::try_from(seconds).unwrap_or(u32::MAX)))
            }
            None => Ok(()),
        }
    }

    /// Counts a wrong password.
    pub fn failed(&self, platform: &mut Platform<'_>, now: DateTime<Utc>) -> Result<(), ApiError> {
        for (key, free) in &self.keys {
            platform.count_sign_in_failure(key, *free, now)?;
        }
        Ok(())
    }

    /// Forgets the wrong passwords of this pair or device. The network's stay: one right password among many
    /// guesses is what a guesser hopes for.
    pub fn succeeded(&self, platform: &mut Platform<'_>) -> Result<(), ApiError> {
        match self.keys.first() {
            Some((key, _)) => platform.forget_sign_in_failures(key),
            None => Ok(()),
        }
    }
}

fn key(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        // The length keeps parts apart: "ab", "c" is not "a", "bc".
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

/// The network of an address: /24, or /64.
fn network(address: IpAddr) -> String {
    let length = if address.is_ipv4() { 24 } else { 64 };
    ipnet::IpNet::new(address, length)
        .map_or_else(|_| address.to_string(), |network| network.trunc().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks() {
        for (address, expected) in
            [("192.0.2.77", "192.0.2.0/24"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
        {
            assert_eq!(network(address.parse().expect("an address")), expected);
        }
    }

    #[test]
    fn a_known_device_is_counted_by_itself() {
        let address = "192.0.2.1".parse().expect("an address");
        let strangers = Attempt::new("Ana@x.org", address, None);
        let own = Attempt::new("ana@x.org", address, Some(b"mark"));
        assert!(own.keys.iter().all(|(key, _)| strangers.keys.iter().all(|(other, _)| key != other)));
        assert_eq!(strangers.keys, Attempt::new("ana@X.ORG", address, None).keys);
    }
}
