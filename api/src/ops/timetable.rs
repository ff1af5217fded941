//! When a set is due, and when one is missing: pure rules over what has been tried.
//!
//! Database sets are due in every two hours of UTC, file sets in every day of it from 01:00 on. A set that fails is tried again
//! within its slot, soon and then less often. Invariant: what is tried at one instant depends on what is written down alone,
//! so any worker may go on where another one ended.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};

use super::retention::SetKind;

/// The longest between two tries within a slot.
const LONGEST_DELAY: TimeDelta = TimeDelta::minutes(15);
/// How long a set may take, with all that comes before it, until one is missing.
const PATIENCE: TimeDelta = TimeDelta::minutes(15);

/// What has been tried of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct History {
    /// When the newest good set was begun.
    pub newest_good: Option<DateTime<Utc>>,
    /// When the first try began that is known of.
    pub first_try: Option<DateTime<Utc>>,
    /// When the last try ended that failed after the newest good set.
    pub last_failure: Option<DateTime<Utc>>,
    /// How many failed after the newest good set, since the slot began.
    pub failures: u32,
    /// When the last try began that an operator has cancelled, after the newest good set. It is no failure.
    pub last_cancelled: Option<DateTime<Utc>>,
}

/// How far apart sets of a kind are.
pub const fn rhythm(kind: SetKind) -> TimeDelta {
    match kind {
        SetKind::Database => TimeDelta::hours(2),
        SetKind::Files => TimeDelta::days(1),
    }
}

/// When the slot began in which an instant lies.
pub fn slot(kind: SetKind, at: DateTime<Utc>) -> DateTime<Utc> {
    let begins_at = match kind {
        SetKind::Database => TimeDelta::zero(),
        SetKind::Files => TimeDelta::hours(1),
    };
    // Years that no rounding can express are none of ours.
    (at - begins_at).duration_trunc(rhythm(kind)).map_or(at, |start| start + begins_at)
}

/// Whether a set of this kind is to be made now.
pub fn is_due(kind: SetKind, history: &History, now: DateTime<Utc>) -> bool {
    let start = slot(kind, now);
    let is_there = history.newest_good.is_some_and(|at| at >= start && at <= now);
    let is_resting = history.failures > 0
        && history
            .last_failure
            .is_some_and(|at| at >= start && at <= now && now < at + delay(history.failures));
    let was_cancelled = history.last_cancelled.is_some_and(|at| at >= start && at <= now);
    !is_there && !is_resting && !was_cancelled
}

/// Since when a good set of this kind is missing, where one is. One that an operator has cancelled is not missed until the next is
/// due, and then it is: nobody keeps an installation without sets silently.
pub fn missing_since(kind: SetKind, history: &History, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let excused = if history.last_cancelled.is_some() { rhythm(kind) } else { TimeDelta::zero() };
    let expected = history.newest_good.or(history.first_try)? + rhythm(kind) + excused;
    (now > expected + PATIENCE).then_some(expected)
}

fn delay(failures: u32) -> TimeDelta {
    TimeDelta::minutes(1 << failures.saturating_sub(1).min(10)).min(LONGEST_DELAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-03-29T{text}Z").parse().expect("an instant")
    }

    #[test]
    fn slots_begin_at_even_hours_and_at_one_o_clock() {
        for (kind, now, expected) in [
            (SetKind::Database, "00:00:00", at("00:00:00")),
            (SetKind::Database, "01:59:59", at("00:00:00")),
            (SetKind::Database, "02:00:00", at("02:00:00")),
            (SetKind::Database, "23:00:00", at("22:00:00")),
            (SetKind::Files, "01:00:00", at("01:00:00")),
            (SetKind::Files, "23:59:59", at("01:00:00")),
            (SetKind::Files, "00:59:59", at("01:00:00") - TimeDelta::days(1)),
        ] {
            assert_eq!(slot(kind, at(now)), expected, "{kind:?} at {now}");
        }
    }

    #[test]
    fn one_good_set_a_slot() {
        let good = |text: &str| History { newest_good: Some(at(text)), ..History::default() };
        for (kind, history, now, expected) in [
            (SetKind::Database, History::default(), "05:17:00", true),
            (SetKind::Database, good("04:00:03"), "05:59:59", false),
            (SetKind::Database, good("05:59:59"), "06:00:00", true),
            (SetKind::Files, good("01:00:00"), "23:59:59", false),
            (SetKind::Files, good("00:59:59"), "01:00:00", true),
            // A clock that ran ahead keeps nothing from being made.
            (SetKind::Database, good("18:00:00"), "06:30:00", true),
        ] {
            assert_eq!(is_due(kind, &history, at(now)), expected, "{kind:?} {history:?} at {now}");
        }
    }

    #[test]
    fn failures_are_tried_again_soon_and_then_less_often() {
        let failed = |failures, last: &str| History {
            newest_good: Some(at("02:00:00")),
            last_failure: Some(at(last)),
            failures,
            ..History::default()
        };
        for (history, now, expected) in [
            (failed(1, "04:00:10"), "04:01:09", false),
            (failed(1, "04:00:10"), "04:01:10", true),
            (failed(3, "04:10:00"), "04:13:59", false),
            (failed(3, "04:10:00"), "04:14:00", true),
            (failed(40, "04:10:00"), "04:25:00", true),
            // A new slot is a new beginning.
            (failed(5, "05:59:59"), "06:00:00", true),
        ] {
            assert_eq!(is_due(SetKind::Database, &history, at(now)), expected, "{history:?} at {now}");
        }
    }

    #[test]
    fn what_was_cancelled_is_left_out_once_and_the_next_slot_goes_as_usual() {
        let history = History {
            newest_good: Some(at("02:00:00")),
            last_cancelled: Some(at("04:00:10")),
            ..History::default()
        };
        for (now, due, missing) in [
            ("04:00:20", false, None),
            ("05:59:59", false, None),
            ("06:00:00", true, None),
            ("06:15:00", true, None),
            ("06:15:01", true, Some("06:00:00")),
        ] {
            assert_eq!(is_due(SetKind::Database, &history, at(now)), due, "{now}");
            assert_eq!(missing_since(SetKind::Database, &history, at(now)), missing.map(at), "{now}");
        }
        // A second one is no excuse.
        let again = History { last_cancelled: Some(at("06:00:10")), ..history };
        assert!(!is_due(SetKind::Database, &again, at("06:30:00")));
        assert_eq!(missing_since(SetKind::Database, &again, at("06:30:00")), Some(at("06:00:00")));
    }

    #[test]
    fn a_set_is_missing_after_two_hours_and_a_quarter() {
        let history = |good: Option<&str>, first: Option<&str>| History {
            newest_good: good.map(at),
            first_try: first.map(at),
            ..History::default()
        };
        for (kind, history, now, expected) in [
            (SetKind::Database, history(Some("02:00:00"), Some("00:00:00")), "04:15:00", None),
            (SetKind::Database, history(Some("02:00:00"), Some("00:00:00")), "04:15:01", Some("04:00:00")),
            // None ever succeeded.
            (SetKind::Database, history(None, Some("02:00:00")), "04:15:01", Some("04:00:00")),
            // None was ever tried: there is nobody who makes any.
            (SetKind::Database, history(None, None), "04:15:01", None),
            (SetKind::Files, history(Some("01:00:00"), None), "23:00:00", None),
        ] {
            assert_eq!(
                missing_since(kind, &history, at(now)),
                expected.map(at),
                "{kind:?} {history:?} at {now}"
            );
        }
        let history = history(Some("01:00:05"), None);
        let next_day = at("01:15:06") + TimeDelta::days(1);
        assert_eq!(
            missing_since(SetKind::Files, &history, next_day),
            Some(at("01:00:05") + TimeDelta::days(1))
        );
    }
}
