//! Asking for links is slowed like guessing: by e-mail and address, and by network. Whether there is such an account
//! plays no part.

use std::net::IpAddr;

use crate::{access::network::network, db::doors::AttemptLimit, sessions::guessing::key};

/// The limits under which a request is counted.
pub fn of_request(email: &str, address: IpAddr) -> [AttemptLimit; 2] {
    let from = address.to_string();
    [
        AttemptLimit {
            key: key(&[b"recovery", email.as_bytes(), from.as_bytes()]),
            free: 3,
            longest_seconds: 15 * 60,
            forgiven_after_seconds: 5 * 60,
        },
        AttemptLimit {
            key: key(&[b"recovery network", network(address).as_bytes()]),
            free: 50,
            longest_seconds: 60,
            forgiven_after_seconds: 10,
        },
    ]
}
