//! What the figures of a licence type mean.

use chrono::{Days, NaiveDate};
use shared::licence::{Licence, LicenceConsumption};

/// An end that is this near is worth saying.
const NEAR_DAYS: i64 = 30;
/// From this share on, seats are nearly used.
const NEARLY_USED_PERCENT: i64 = 90;

/// How the seats of a type stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing is held, and nobody needs any.
    NoneHeld,
    /// People use seats, and no licence is valid today.
    Lapsed,
    /// More are used than held.
    Over(i64),
    /// All are used.
    Full,
    /// Nearly all are used.
    NearlyFull(i64),
    /// So many are free.
    Free(i64),
    /// There is no limit.
    Unlimited,
}

/// How the seats of a type stand today.
pub(super) fn standing(consumption: &LicenceConsumption) -> Standing {
    let used = consumption.used;
    if !consumption.licences.iter().any(|licence| licence.valid_today) {
        return if used > 0 { Standing::Lapsed } else { Standing::NoneHeld };
    }
    let Some(held) = consumption.held else { return Standing::Unlimited };
    // What is kept for people who are invited is not free either.
    let used = used + consumption.reserved;
    match held - used {
        free if free < 0 => Standing::Over(-free),
        0 => Standing::Full,
        free if used * 100 >= held * NEARLY_USED_PERCENT => Standing::NearlyFull(free),
        free => Standing::Free(free),
    }
}

/// Where a licence stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// It begins later.
    Future,
    /// It is valid, and does not end soon.
    Valid,
    /// It is valid, and ends after so many days.
    EndsIn(i64),
    /// It has ended.
    Expired,
}

/// Where a licence stands. The organization's today decides what is valid; this browser's may be a day off, which
/// at most moves the number of days by one.
pub(super) fn life(licence: &Licence, today: NaiveDate) -> Life {
    if !licence.valid_today {
        // What has ended may have begun today in another time zone: the end decides first.
        let has_ended = licence.valid_until.is_some_and(|until| until < today + Days::new(1));
        return if has_ended && licence.valid_from <= today { Life::Expired } else { Life::Future };
    }
    match licence.valid_until.map(|until| (until - today).num_days().max(0)) {
        Some(days) if days <= NEAR_DAYS => Life::EndsIn(days),
        _ => Life::Valid,
    }
}

#[cfg(test)]
mod tests {
    use shared::ids::LicenceId;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn licence(from: &str, until: Option<&str>, valid_today: bool) -> Licence {
        Licence {
            id: LicenceId(uuid::Uuid::nil()),
            licence_type: "project_manager".to_owned(),
            seats: Some(10),
            valid_from: date(from),
            valid_until: until.map(date),
            valid_today,
        }
    }

    #[test]
    fn seats_stand_as_used_and_held_say() {
        for (used, reserved, held, valid, expected) in [
            (0, 0, Some(0), false, Standing::NoneHeld),
            (3, 0, Some(0), false, Standing::Lapsed),
            (3, 0, None, true, Standing::Unlimited),
            (12, 0, Some(10), true, Standing::Over(2)),
            (10, 0, Some(10), true, Standing::Full),
            (9, 0, Some(10), true, Standing::NearlyFull(1)),
            (8, 0, Some(10), true, Standing::Free(2)),
            (8, 2, Some(10), true, Standing::Full),
            (8, 1, Some(10), true, Standing::NearlyFull(1)),
            (0, 0, Some(3), true, Standing::Free(3)),
        ] {
            let consumption = LicenceConsumption {
                licence_type: "project_manager".to_owned(),
                name: "Project Manager".to_owned(),
                paid: true,
                used,
                reserved,
                held,
                licences: vec![licence("2026-01-01", None, valid)],
            };
            assert_eq!(standing(&consumption), expected, "{used} of {held:?}");
        }
    }

    #[test]
    fn a_licence_is_future_valid_ending_or_expired() {
        let today = date("2026-11-22");
        for (from, until, valid, expected) in [
            ("2026-12-01", None, false, Life::Future),
            ("2026-01-01", None, true, Life::Valid),
            ("2026-01-01", Some("2027-06-01"), true, Life::Valid),
            ("2026-01-01", Some("2026-11-25"), true, Life::EndsIn(3)),
            ("2026-01-01", Some("2026-11-22"), true, Life::EndsIn(0)),
            ("2026-01-01", Some("2026-11-21"), false, Life::Expired),
        ] {
            assert_eq!(life(&licence(from, until, valid), today), expected, "{from} {until:?}");
        }
    }
}
