//! Rate limits: how many requests a minute a token, a person, an organization and, before anybody is known, a network
//! may send to the API.
//!
//! Invariant: a request that is refused costs no query and takes nothing from what others share with it: a person's
//! limit is asked before the organization's, and that of the network before an unknown API token is looked for. The limits are each server's own. What is kept of a key is one number,
//! and it is forgotten when it says no more than that the whole quota is there; see [`RateLimiter::check`] for what
//! bounds the keys.
//!
//! Every answer of the API says by `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers) what is
//! allowed and what is left of it: `"person";q=1200;w=60` and `"person";r=1199;t=1`.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use governor::{
    Quota,
    clock::{self, Clock as _},
    middleware::StateInformationMiddleware,
    nanos::Nanos,
    state::keyed::DashMapStateStore,
};
use uuid::Uuid;

use crate::{
    ApiError,
    access::{Caller, Credential, network::network},
    clock::Clock,
    config::RateLimits,
    sessions::guessing::key as key_of,
};

/// What is allowed.
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of it.
const LEFT: HeaderName = HeaderName::from_static("ratelimit");
/// The span of all quotas, in seconds.
const WINDOW: u32 = 60;
/// Requests between two cleanings.
const CLEANED_EVERY: u64 = 10_000;
/// Keys of one kind at most. Those beyond share one, so that nobody fills the memory with addresses.
const KEYS: usize = 100_000;

/// The instant, as the limits count it.
#[derive(Debug, Clone)]
struct Time(Clock);

impl clock::Clock for Time {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let since_1970 = self.0.now().timestamp_nanos_opt().unwrap_or(0);
        Nanos::new(u64::try_from(since_1970).unwrap_or(0))
    }
}

/// One kind of limit.
#[derive(Debug)]
struct Kind {
    name: &'static str,
    quota: NonZeroU32,
    time: Time,
    limiter: governor::RateLimiter<u128, DashMapStateStore<u128>, Time, StateInformationMiddleware>,
}

/// What is left under one limit after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    name: &'static str,
    quota: u32,
    left: u32,
    /// Until the whole quota is there again, in seconds; where nothing is left, until the next request may come.
    seconds: u32,
    refused: bool,
}

impl Kind {
    fn new(name: &'static str, quota: NonZeroU32, time: Time) -> Self {
        let limiter =
            governor::RateLimiter::new(Quota::per_minute(quota), DashMapStateStore::default(), time.clone());
        Self { name, quota, time, limiter }
    }

    fn check(&self, key: u128) -> Standing {
        let standing = |left: u32, wait: Duration, refused| Standing {
            name: self.name,
            quota: self.quota.get(),
            left,
            seconds: whole_seconds(wait),
            refused,
        };
        match self.limiter.check_key(&self.bounded(key)) {
            Ok(snapshot) => {
                let left = snapshot.remaining_burst_capacity();
                let used = self.quota.get().saturating_sub(left);
                let until_whole = Duration::from_secs(u64::from(WINDOW)) * used / self.quota.get();
                standing(left, until_whole, false)
            }
            Err(refused) => standing(0, refused.wait_time_from(self.time.now()), true),
        }
    }

    /// The key, or the one that all share who come when there are too many.
    fn bounded(&self, key: u128) -> u128 {
        if self.limiter.len() < KEYS { key } else { u128::MAX }
    }

    /// Forgets the keys of which nothing is to be known any more.
    fn clean(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

/// At least one: nobody is told to come back at once.
fn whole_seconds(wait: Duration) -> u32 {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    u32::try_from(seconds.max(1)).unwrap_or(u32::MAX)
}

/// All limits of a server.
#[derive(Debug)]
pub struct RateLimiter {
    networks: Kind,
    people: Kind,
    tokens: Kind,
    organizations: Kind,
    checked: AtomicU64,
}

/// What is left after a request, for the headers of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left(Vec<Standing>);

impl RateLimiter {
    /// Limits of which the whole quotas are there.
    pub fn new(limits: &RateLimits, clock: &Clock) -> Self {
        let kind = |name, quota| Kind::new(name, quota, Time(clock.clone()));
        Self {
            networks: kind("network", limits.network),
            people: kind("person", limits.person),
            tokens: kind("token", limits.token),
            organizations: kind("organization", limits.organization),
            checked: AtomicU64::new(0),
        }
    }

    /// Counts a request of somebody, or of nobody that is known. Every so many requests what is over is forgotten, and
    /// of each kind a bounded number of keys is told apart.
    pub fn check(&self, caller: Option<&Caller>, address: IpAddr) -> Left {
        if self.checked.fetch_add(1, Ordering::Relaxed) % CLEANED_EVERY == CLEANED_EVERY - 1 {
            for kind in [&self.networks, &self.people, &self.tokens, &self.organizations] {
                kind.clean();
            }
        }
        let Some(caller) = caller else {
            return Left(vec![self.networks.check(key_of_network(address))]);
        };
        let own = match caller.credential {
            Credential::Session(_) | Credential::Link(_) => self.people.check(key(caller.user().0)),
            Credential::Token(token) => self.tokens.check(key(token.0)),
        };
        if own.refused {
            return Left(vec![own]);
        }
        Left(vec![own, self.organizations.check(key(caller.organization.id.0))])
    }
}

fn key(id: Uuid) -> u128 {
    id.as_u128()
}

fn key_of_network(address: IpAddr) -> u128 {
    // A hash, since networks are of two kinds; of two that collide, both are counted as one.
    let hash = key_of(&[b"rate", network(address).as_bytes()]);
    hash.iter().take(16).fold(0, |key, byte| (key << 8) | u128::from(*byte))
}

impl Left {
    /// 429 where a limit is reached.
    pub fn admit(&self) -> Result<(), ApiError> {
        match self.0.iter().find(|one| one.refused) {
            Some(one) => Err(ApiError::RateLimited(one.seconds)),
            None => Ok(()),
        }
    }

    /// The limit that is reached.
    pub fn reached(&self) -> Option<&'static str> {
        self.0.iter().find(|one| one.refused).map(|one| one.name)
    }

    /// Says on an answer what is allowed and what is left.
    pub fn say(&self, headers: &mut HeaderMap) {
        let list = |item: fn(&Standing) -> String| self.0.iter().map(item).collect::<Vec<_>>().join(", ");
        let policy = list(|one| format!("\"{}\";q={};w={WINDOW}", one.name, one.quota));
        let left = list(|one| format!("\"{}\";r={};t={}", one.name, one.left, one.seconds));
        for (name, value) in [(POLICY, policy), (LEFT, left)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    fn limiter(network: u32) -> (RateLimiter, Clock) {
        let clock = Clock::fixed(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        let quota = |number| NonZeroU32::new(number).expect("a quota");
        let limits = RateLimits {
            network: quota(network),
            person: quota(10),
            token: quota(10),
            organization: quota(10),
        };
        (RateLimiter::new(&limits, &clock), clock)
    }

    fn from(limiter: &RateLimiter, address: &str) -> Standing {
        limiter.check(None, address.parse().expect("an address")).0[0]
    }

    #[test]
    fn a_quota_is_used_up_and_comes_back_bit_by_bit() {
        let (limiter, clock) = limiter(6);
        let left: Vec<u32> = (0..6).map(|_| from(&limiter, "192.0.2.1").left).collect();
        assert_eq!(left, [5, 4, 3, 2, 1, 0]);
        let refused = from(&limiter, "192.0.2.99");
        assert_eq!((refused.refused, refused.left, refused.seconds), (true, 0, 10));
        assert!(!from(&limiter, "198.51.100.1").refused, "another network has a quota of its own");
        clock.advance(TimeDelta::seconds(10));
        assert!(!from(&limiter, "192.0.2.1").refused);
        assert!(from(&limiter, "192.0.2.1").refused);
        clock.advance(TimeDelta::minutes(1));
        assert_eq!(from(&limiter, "192.0.2.1").left, 5);
    }

    #[test]
    fn what_is_over_is_forgotten() {
        let (limiter, clock) = limiter(6);
        for number in 0..200 {
            from(&limiter, &format!("10.0.{number}.1"));
        }
        assert_eq!(limiter.networks.limiter.len(), 200);
        clock.advance(TimeDelta::minutes(2));
        limiter.networks.clean();
        assert_eq!(limiter.networks.limiter.len(), 0);
    }

    #[test]
    fn headers_say_what_is_allowed_and_left() {
        let standing = |name, left, seconds| Standing { name, quota: 10, left, seconds, refused: false };
        let left = Left(vec![standing("person", 9, 6), standing("organization", 4, 36)]);
        let mut headers = HeaderMap::new();
        left.say(&mut headers);
        assert_eq!(
            headers.get("ratelimit-policy").expect("a policy"),
            "\"person\";q=10;w=60, \"organization\";q=10;w=60"
        );
        assert_eq!(
            headers.get("ratelimit").expect("a figure"),
            "\"person\";r=9;t=6, \"organization\";r=4;t=36"
        );
    }
}
