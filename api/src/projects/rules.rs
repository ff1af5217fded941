//! Displayed codes and days: pure functions.

use chrono::NaiveDate;

/// The displayed code: `PR-<organization's number>-<yymm><4 digits>`. Beyond 9999 the number takes more digits; since
/// the month has always four, no two codes are equal.
pub fn displayed_code(organization: i32, day: NaiveDate, number: i32) -> String {
    format!("PR-{organization}-{}{number:04}", day.format("%y%m"))
}

/// The calendar days of a project in all, both ends counted, and those that are over before today. Absent where an
/// end is missing.
pub fn days(start: Option<NaiveDate>, end: Option<NaiveDate>, today: NaiveDate) -> Option<(i64, i64)> {
    let (start, end) = (start?, end?);
    let total = (end - start).num_days() + 1;
    let elapsed = (today - start).num_days().clamp(0, total.max(0));
    Some((total, elapsed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn codes() {
        for (organization, on, number, expected) in [
            (1, "2026-11-22", 1, "PR-1-26110001"),
            (12, "2026-01-01", 42, "PR-12-26010042"),
            (1, "2099-12-31", 9999, "PR-1-99129999"),
            (1, "2026-11-30", 10_000, "PR-1-261110000"),
            (1, "2026-11-30", 1_234_567, "PR-1-26111234567"),
        ] {
            assert_eq!(displayed_code(organization, day(on), number), expected);
        }
    }

    #[test]
    fn days_of_a_project() {
        for (start, end, today, expected) in [
            (None, None, "2026-11-22", None),
            (Some("2026-11-01"), None, "2026-11-22", None),
            (None, Some("2026-11-30"), "2026-11-22", None),
            // Before, on the first day, in between, on the last day, the day after, long after.
            (Some("2026-11-01"), Some("2026-11-30"), "2026-10-01", Some((30, 0))),
            (Some("2026-11-01"), Some("2026-11-30"), "2026-11-01", Some((30, 0))),
            (Some("2026-11-01"), Some("2026-11-30"), "2026-11-22", Some((30, 21))),
            (Some("2026-11-01"), Some("2026-11-30"), "2026-11-30", Some((30, 29))),
            (Some("2026-11-01"), Some("2026-11-30"), "2026-12-01", Some((30, 30))),
            (Some("2026-11-01"), Some("2026-11-30"), "2030-01-01", Some((30, 30))),
            // One day, and over the end of February of a leap year.
            (Some("2026-11-22"), Some("2026-11-22"), "2026-11-22", Some((1, 0))),
            (Some("2028-02-28"), Some("2028-03-01"), "2028-03-01", Some((3, 2))),
        ] {
            assert_eq!(days(start.map(day), end.map(day), day(today)), expected, "{start:?} {end:?} {today}");
        }
    }
}
