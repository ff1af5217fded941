//! The rules of managing tokens.

use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use shared::{
    Violation, ViolationCode,
    api_token::{ApiTokenPatch, ApiTokenState, LONGEST_LIFE_DAYS, NewApiToken, Scopes, address_range},
    check::normal_name,
};

use crate::ApiError;

/// Tokens of one person that work, at most.
pub const MOST: usize = 50;
/// Tokens of one person that are kept, at most: of those that are over the oldest make room.
pub const MOST_KEPT: usize = 200;

/// Everything of a token that people decide on; also what its history keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Content {
    pub name: String,
    pub scopes: Scopes,
    pub address_ranges: Vec<String>,
}

impl Content {
    /// What a new token is to be.
    pub fn of_new(new: &NewApiToken) -> Self {
        Self {
            name: normal_name(&new.name),
            scopes: closed(&new.scopes),
            address_ranges: normal_ranges(&new.address_ranges),
        }
    }

    /// The token with the patch applied.
    #[must_use]
    pub fn patched(&self, patch: &ApiTokenPatch) -> Self {
        let before = self.clone();
        Self {
            name: patch.name.as_deref().map_or(before.name, normal_name),
            scopes: patch.scopes.as_ref().map_or(before.scopes, closed),
            address_ranges: patch.address_ranges.as_deref().map_or(before.address_ranges, normal_ranges),
        }
    }

    /// Whether the token could do more than before, or from elsewhere. A range that lies within one of before is no
    /// wider; none at all is everywhere.
    pub fn is_wider_than(&self, before: &Self) -> bool {
        let held = |menu| before.scopes.get(menu).copied().unwrap_or_default();
        let does_more = self.scopes.iter().any(|(menu, operations)| !operations.is_within(held(menu)));
        let parse = |ranges: &[String]| -> Vec<_> {
            ranges.iter().filter_map(|one| address_range(one).ok()).collect()
        };
        let (now, then) = (parse(&self.address_ranges), parse(&before.address_ranges));
        let from_elsewhere = !then.is_empty()
            && (now.is_empty() || now.iter().any(|range| !then.iter().any(|wide| wide.contains(range))));
        does_more || from_elsewhere
    }
}

/// When a token ends that works until this day: at midnight after it, in the organization's time zone.
pub fn end_of(last_day: NaiveDate, today: NaiveDate, time_zone: Tz) -> Result<DateTime<Utc>, ApiError> {
    let latest = today + Days::new(LONGEST_LIFE_DAYS);
    if last_day < today || last_day > latest {
        let limit = i64::try_from(LONGEST_LIFE_DAYS).unwrap_or(i64::MAX);
        let message = format!("A day from {today} to {latest} is needed: a token lives a year at most.");
        let violation = Violation::limit(ViolationCode::OutOfRange, limit, message);
        return Err(ApiError::Invalid(shared::check::Violations(vec![(
            "/expires_on".to_owned(),
            violation,
        )])));
    }
    let midnight = (last_day + Days::new(1)).and_time(chrono::NaiveTime::MIN);
    // Where the clocks skip midnight, the day begins later; where they pass it twice, the first one ends the token.
    let end = time_zone.from_local_datetime(&midnight).earliest();
    let end =
        end.or_else(|| time_zone.from_local_datetime(&(midnight + chrono::TimeDelta::hours(1))).earliest());
    end.map(|end| end.with_timezone(&Utc))
        .ok_or_else(|| ApiError::internal(anyhow::anyhow!("{midnight} is no time in {time_zone}")))
}

/// The last day on which a token works that ends then.
pub fn last_day(end: DateTime<Utc>, time_zone: Tz) -> NaiveDate {
    (end - chrono::TimeDelta::nanoseconds(1)).with_timezone(&time_zone).date_naive()
}

/// Whether a token works.
pub fn state(
    revoked: bool,
    expires_at: DateTime<Utc>,
    may_sign_in: bool,
    now: DateTime<Utc>,
) -> ApiTokenState {
    if revoked {
        ApiTokenState::Revoked
    } else if now >= expires_at {
        ApiTokenState::Expired
    } else if may_sign_in {
        ApiTokenState::Active
    } else {
        ApiTokenState::Idle
    }
}

fn closed(scopes: &Scopes) -> Scopes {
    let closed = scopes.iter().map(|(menu, operations)| (*menu, operations.closed()));
    closed.filter(|(_, operations)| !operations.is_empty()).collect()
}

/// The ranges as they are kept: each once, in order.
fn normal_ranges(ranges: &[String]) -> Vec<String> {
    let mut ranges: Vec<_> = ranges.iter().filter_map(|range| address_range(range).ok()).collect();
    ranges.sort_unstable();
    ranges.dedup();
    ranges.into_iter().map(|range| range.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use shared::{Menu, Operations};

    use super::*;

    fn content(scopes: &[(Menu, Operations)], ranges: &[&str]) -> Content {
        Content {
            name: "Reports".to_owned(),
            scopes: scopes.iter().copied().collect(),
            address_ranges: ranges.iter().map(|range| (*range).to_owned()).collect(),
        }
    }

    #[test]
    fn what_lets_a_token_do_more() {
        const V: Operations = Operations::VIEW;
        let before = content(&[(Menu::Projects, V)], &["192.0.2.0/24"]);
        for (after, expected) in [
            (before.clone(), false),
            (Content { name: "Other".to_owned(), ..before.clone() }, false),
            (content(&[], &["192.0.2.0/24"]), false),
            (content(&[(Menu::Projects, Operations::ALL)], &["192.0.2.0/24"]), true),
            (content(&[(Menu::Projects, V), (Menu::Users, V)], &["192.0.2.0/24"]), true),
            (content(&[(Menu::Projects, V)], &["192.0.2.7/32"]), false),
            (content(&[(Menu::Projects, V)], &["192.0.2.7/32", "203.0.113.7/32"]), true),
            (content(&[(Menu::Projects, V)], &["192.0.0.0/16"]), true),
            (content(&[(Menu::Projects, V)], &[]), true),
        ] {
            assert_eq!(after.is_wider_than(&before), expected, "{after:?}");
        }
        let from_everywhere = content(&[(Menu::Projects, V)], &[]);
        assert!(!before.is_wider_than(&from_everywhere));
    }

    #[test]
    fn a_token_ends_at_midnight_after_its_last_day() {
        let day = |text: &str| -> NaiveDate { text.parse().expect("a day") };
        let today = day("2026-03-02");
        for (last, zone, expected) in [
            ("2026-03-02", chrono_tz::UTC, Some("2026-03-03T00:00:00Z")),
            ("2026-03-02", chrono_tz::America::Mexico_City, Some("2026-03-03T06:00:00Z")),
            ("2027-03-03", chrono_tz::UTC, Some("2027-03-04T00:00:00Z")),
            // In Santiago midnight is skipped that day.
            ("2026-09-05", chrono_tz::America::Santiago, Some("2026-09-06T04:00:00Z")),
            ("2026-03-01", chrono_tz::UTC, None),
            ("2027-03-04", chrono_tz::UTC, None),
        ] {
            let end = end_of(day(last), today, zone).ok();
            assert_eq!(end, expected.map(|text| text.parse().expect("an instant")), "{last} {zone}");
            if let Some(end) = end {
                assert_eq!(last_day(end, zone), day(last), "{last} {zone}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn the_last_day_is_the_one_that_was_chosen(zone in 0..chrono_tz::TZ_VARIANTS.len(), days in 0..LONGEST_LIFE_DAYS) {
            let (zone, today) = (chrono_tz::TZ_VARIANTS[zone], "2026-03-02".parse::<NaiveDate>().expect("a day"));
            let last = today + Days::new(days);
            proptest::prop_assert_eq!(last_day(end_of(last, today, zone).expect("it ends"), zone), last);
        }
    }

    #[test]
    fn ranges_are_kept_once_and_in_order() {
        let ranges = ["203.0.113.9/24", "192.0.2.7", "203.0.113.0/24"].map(str::to_owned);
        assert_eq!(normal_ranges(&ranges), ["192.0.2.7/32", "203.0.113.0/24"]);
    }
}
