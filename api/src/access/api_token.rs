//! API tokens: what a program shows that acts for a person.
//!
//! [`secret`] is the text and what makes it recognizable; here is what the server keeps of one, and whether it counts
//! now. What a token may do is decided where everything is: its person, narrowed to its scopes
//! ([`super::Person::narrowed_to`]). [`usage`] writes down that one was used.

pub mod secret;
pub mod store;
pub mod usage;

use std::{collections::HashSet, net::IpAddr};

use chrono::{DateTime, Utc};
use ipnet::IpNet;
use shared::{
    api_token::{RefusedBecause, Scopes},
    ids::{ApiTokenId, UserId},
};

pub use secret::Secret;
pub use usage::Usage;

use super::network::network;
use crate::ApiError;

/// A token as requests need it. Only what does not change by the mere passing of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// The id.
    pub id: ApiTokenId,
    /// Whose it is.
    pub user: UserId,
    /// The name.
    pub name: String,
    /// What it may do at most.
    pub scopes: Scopes,
    /// From where it may be used; from everywhere where there are none.
    pub ranges: Vec<IpNet>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Whether it was revoked.
    pub revoked: bool,
    /// The networks from which it was used before.
    pub networks: HashSet<String>,
}

impl ApiToken {
    /// Whether it counts at this instant, from this address.
    pub fn check(&self, now: DateTime<Utc>, address: IpAddr) -> Result<(), RefusedBecause> {
        if self.revoked {
            Err(RefusedBecause::Revoked)
        } else if now >= self.expires_at {
            Err(RefusedBecause::Expired)
        } else if !self.ranges.is_empty() && !self.ranges.iter().any(|range| range.contains(&address)) {
            Err(RefusedBecause::Address)
        } else {
            Ok(())
        }
    }

    /// Whether it is used from this network for the first time.
    pub fn is_new_from(&self, address: IpAddr) -> bool {
        !self.networks.contains(&network(address))
    }
}

/// What a program is told whose token is refused. That it was revoked or is over helps whoever runs the program and
/// nobody else, since it never works again. A token that may still work says nothing: whoever has stolen it shall not
/// learn that it is genuine, or what has become of its person. The owner's screen says it.
pub fn refused(because: RefusedBecause) -> ApiError {
    match because {
        RefusedBecause::Revoked => ApiError::TokenRevoked,
        RefusedBecause::Expired => ApiError::TokenExpired,
        RefusedBecause::Address | RefusedBecause::NoSignIn => ApiError::Unauthenticated,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(seconds)
    }

    fn token(ranges: &[&str]) -> ApiToken {
        ApiToken {
            id: ApiTokenId(Uuid::nil()),
            user: UserId(Uuid::nil()),
            name: "Reports".to_owned(),
            scopes: Scopes::new(),
            ranges: ranges.iter().map(|range| range.parse().expect("a range")).collect(),
            expires_at: at(100),
            revoked: false,
            networks: HashSet::from(["192.0.2.0/24".to_owned()]),
        }
    }

    #[test]
    fn when_and_from_where_a_token_counts() {
        let office = ["192.0.2.0/24", "2001:db8::/32"];
        for (ranges, seconds, address, expected) in [
            (&[][..], 0, "203.0.113.7", Ok(())),
            (&[], 99, "203.0.113.7", Ok(())),
            (&[], 100, "203.0.113.7", Err(RefusedBecause::Expired)),
            (&office, 0, "192.0.2.255", Ok(())),
            (&office, 0, "2001:db8:ffff::1", Ok(())),
            (&office, 0, "192.0.3.0", Err(RefusedBecause::Address)),
            (&office, 0, "2001:db9::1", Err(RefusedBecause::Address)),
            // What is over is over from everywhere.
            (&office, 100, "192.0.3.0", Err(RefusedBecause::Expired)),
        ] {
            let address: IpAddr = address.parse().expect("an address");
            assert_eq!(token(ranges).check(at(seconds), address), expected, "{ranges:?} {seconds} {address}");
            let revoked = ApiToken { revoked: true, ..token(ranges) };
            assert_eq!(revoked.check(at(seconds), address), Err(RefusedBecause::Revoked));
        }
    }

    #[test]
    fn a_network_is_new_once() {
        let token = token(&[]);
        assert!(!token.is_new_from("192.0.2.9".parse().expect("an address")));
        assert!(token.is_new_from("192.0.3.9".parse().expect("an address")));
    }
}
