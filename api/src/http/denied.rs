//! Refused requests, counted: by minute, network, account, operation and problem. Kept in memory and written a few seconds
//! later, so that a flood of them costs one write and cannot fill the disk.
//!
//! Invariant: of one minute and place so many kinds are told apart and no more; the rest is counted without network,
//! account and operation.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
    time::Duration,
};

use actix_web::{HttpMessage, dev::ServiceResponse};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use shared::{
    ProblemCode,
    ids::{OrganizationId, UserId},
};

use super::{
    context::{Visit, requested_host},
    patterns,
    routes::{self, PREFIX},
    server::Site,
};
use crate::{ApiError, access::Caller, access::network::network};

/// Kinds of one minute and place that are told apart.
const KINDS: usize = 200;
/// Kinds that are kept at all until they are written.
const ALL_KINDS: usize = 20_000;
/// How often they are written.
pub const EVERY: Duration = Duration::from_secs(5);

/// Where a request was refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// At an organization.
    Organization(OrganizationId),
    /// At no organization. The host is named where it is the shared one: any other may be an organization's that is not
    /// known yet, or is erased since, and would name it here for as long as counts are kept.
    Elsewhere(Option<String>),
}

/// One kind of refused requests.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Kind {
    pub minute: DateTime<Utc>,
    pub place: Place,
    pub network: Option<String>,
    pub user: Option<UserId>,
    pub operation: Option<&'static str>,
    pub code: ProblemCode,
}

impl Kind {
    /// The same without what tells it apart.
    fn rest(&self) -> Self {
        let place = match &self.place {
            Place::Elsewhere(_) => Place::Elsewhere(None),
            organization @ Place::Organization(_) => organization.clone(),
        };
        Self { place, network: None, user: None, operation: None, ..self.clone() }
    }

    /// What shares one limit.
    fn shared(&self) -> (DateTime<Utc>, Option<OrganizationId>) {
        let organization = match self.place {
            Place::Organization(id) => Some(id),
            Place::Elsewhere(_) => None,
        };
        (self.minute, organization)
    }
}

/// What was counted since it was last written.
#[derive(Debug, Default)]
pub struct Denied(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    kinds: HashMap<Kind, i64>,
    told_apart: HashMap<(DateTime<Utc>, Option<OrganizationId>), usize>,
}

impl Denied {
    /// Counts requests of a kind.
    pub fn count(&self, kind: Kind, requests: i64) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = counted.kinds.get_mut(&kind) {
            *known += requests;
            return;
        }
        let all = counted.kinds.len();
        let told_apart = counted.told_apart.entry(kind.shared()).or_insert(0);
        if *told_apart < KINDS && all < ALL_KINDS {
            *told_apart += 1;
            counted.kinds.insert(kind, requests);
        } else {
            *counted.kinds.entry(kind.rest()).or_insert(0) += requests;
        }
    }

    /// Takes what was counted. Minutes that are over are forgotten; the present one keeps its limit.
    fn take(&self, now: DateTime<Utc>) -> HashMap<Kind, i64> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.told_apart.retain(|(minute, _), _| now - *minute < TimeDelta::minutes(2));
        std::mem::take(&mut counted.kinds)
    }
}

impl Site {
    /// Writes what was counted. What cannot be written is counted again, to be written with the next ones.
    pub async fn write_denied(&self) -> Result<(), ApiError> {
        let counted = self.denied.take(self.clock.now());
        let mut places: HashMap<Option<OrganizationId>, Vec<(Kind, i64)>> = HashMap::new();
        for (kind, requests) in counted {
            places.entry(kind.shared().1).or_default().push((kind, requests));
        }
        let mut failed = Ok(());
        for (organization, kinds) in places {
            if let Err(error) = self.db.write_denied(organization, kinds.clone()).await {
                for (kind, requests) in kinds {
                    self.denied.count(kind, requests);
                }
                failed = Err(error);
            }
        }
        failed
    }
}

/// The operations by method and pattern.
static OPERATIONS: LazyLock<HashMap<(&'static str, String), &'static str>> = LazyLock::new(|| {
    let routes = routes::all().into_iter();
    routes.map(|route| ((route.method(), format!("{PREFIX}{}", route.path)), route.name)).collect()
});

/// Whether a problem is a refusal that somebody may want to hear of.
const fn is_denied(code: ProblemCode) -> bool {
    matches!(code.status(), 401 | 403 | 429)
}

/// Counts the request that got this problem, where it is a refusal.
pub fn note<B>(site: &Site, response: &ServiceResponse<B>, code: ProblemCode) {
    if !is_denied(code) {
        return;
    }
    site.figures.deny(code);
    let request = response.request();
    let extensions = request.extensions();
    let (caller, visit) = (extensions.get::<Caller>(), extensions.get::<Visit>());
    let organization = caller
        .map(|caller| caller.organization.id)
        .or_else(|| visit.and_then(|visit| visit.organization.as_ref().map(|organization| organization.id)));
    let operation = patterns::of_answered(request)
        .and_then(|pattern| OPERATIONS.get(&(request.method().as_str(), pattern.to_owned())).copied());
    let place = match organization {
        Some(organization) => Place::Organization(organization),
        None => Place::Elsewhere(Some(requested_host(request)).filter(|host| *host == site.shared_host)),
    };
    let now = site.clock.now();
    site.denied.count(
        Kind {
            minute: now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now),
            place,
            network: visit.map(|visit| network(visit.address)),
            user: caller.map(Caller::user),
            operation,
            code,
        },
        1,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(number: usize) -> Kind {
        Kind {
            minute: DateTime::UNIX_EPOCH,
            place: Place::Organization(OrganizationId(uuid::Uuid::nil())),
            network: Some(format!("192.0.{number}.0/24")),
            user: None,
            operation: Some("list_users"),
            code: ProblemCode::Forbidden,
        }
    }

    #[test]
    fn a_flood_of_kinds_is_counted_and_not_told_apart() {
        let denied = Denied::default();
        for number in 0..KINDS + 50 {
            denied.count(kind(number), 1);
            denied.count(kind(number), 1);
        }
        let counted = denied.take(DateTime::UNIX_EPOCH);
        assert_eq!(counted.len(), KINDS + 1);
        assert_eq!(counted[&kind(0)], 2);
        assert_eq!(counted[&kind(0).rest()], 100);
        // What was written does not make room for more in the same minute.
        denied.count(kind(KINDS + 60), 1);
        assert_eq!(denied.take(DateTime::UNIX_EPOCH)[&kind(0).rest()], 1);
        denied.take(DateTime::UNIX_EPOCH + TimeDelta::minutes(3));
        denied.count(kind(1), 1);
        assert_eq!(denied.take(DateTime::UNIX_EPOCH)[&kind(1)], 1);
    }
}
