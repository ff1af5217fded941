//! Pure rules: how full a store is, and how full it will be.

use chrono::{DateTime, TimeDelta, Utc};
use shared::console::StoreUse;

use super::overview::{Run, place_shown};
use crate::ops::{
    attendance::Statement,
    retention::{self, Place, SetKind},
};

/// How far back is looked to see how sets grow.
const LOOKS_BACK: TimeDelta = TimeDelta::days(7);

/// What a set is planned to take, in bytes, as was agreed on.
const fn planned(kind: SetKind) -> i64 {
    match kind {
        SetKind::Database => 100_000_000,
        SetKind::Files => 50_000_000,
    }
}

/// How full a store is.
pub fn of(place: Place, runs: &[Run], statement: Option<&Statement>, now: DateTime<Utc>) -> StoreUse {
    let seen = statement.map(|said| said.sets.iter().filter(|set| set.place == place).count());
    let noted = || {
        let is_there = |run: &&Run| run.set.is_some() && (place == Place::Local || run.off_site_at.is_some());
        runs.iter().filter(is_there).count()
    };
    let used = statement.and_then(|said| said.stores.iter().find(|known| known.place == place));
    let full = |kind| retention::tiers(kind, place).iter().map(|(_, most)| most).sum::<usize>();
    let bytes_planned = |kind| planned(kind).saturating_mul(i64_of(full(kind)));
    StoreUse {
        place: place_shown(place),
        sets: u32_of(seen.unwrap_or_else(noted)),
        planned_sets: u32_of(SetKind::ALL.into_iter().map(full).sum()),
        bytes: used.map(|used| i64::try_from(used.bytes).unwrap_or(i64::MAX)),
        planned_bytes: SetKind::ALL.into_iter().map(bytes_planned).sum(),
        forecast_bytes: forecast(place, runs, now),
    }
}

/// The bytes of a store once every tier is full. In the finest tier a set adds what is put for it; from one day to the next
/// every organization is taken to have changed. None where there are not two sets of rows to go by.
fn forecast(place: Place, runs: &[Run], now: DateTime<Utc>) -> Option<i64> {
    let mut total: i64 = 0;
    for kind in SetKind::ALL {
        let made: Vec<&Run> = runs.iter().filter(|run| run.kind == kind && run.set.is_some()).collect();
        let Some(newest) = made.last() else { continue };
        // The first one had to put everything.
        let recent: Vec<i64> = made
            .iter()
            .skip(1)
            .filter(|run| run.started_at > now - LOOKS_BACK)
            .filter_map(|run| run.bytes_put)
            .collect();
        let count = i64_of(recent.len());
        if count == 0 && kind == SetKind::Database {
            return None;
        }
        let whole = newest.bytes.unwrap_or(0);
        let added = recent.iter().sum::<i64>().checked_div(count).unwrap_or(0);
        for (number, (_, most)) in retention::tiers(kind, place).iter().enumerate() {
            let most = i64_of(*most);
            let of_tier = if number == 0 {
                whole.saturating_add(added.saturating_mul(most - 1))
            } else {
                whole.saturating_mul(most)
            };
            total = total.saturating_add(of_tier);
        }
    }
    (total > 0).then_some(total)
}

fn i64_of(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn u32_of(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(kind: SetKind, day: i64, bytes: i64, put: i64) -> Run {
        let at = now() - TimeDelta::days(day);
        super::super::overview::tests::made(kind, at, Some((bytes, put)))
    }

    fn now() -> DateTime<Utc> {
        "2026-11-29T12:00:00Z".parse().expect("an instant")
    }

    #[test]
    fn what_was_agreed_on() {
        let [local, off_site] = Place::ALL.map(|place| of(place, &[], None, now()));
        assert_eq!((local.planned_sets, local.planned_bytes), (84 + 31, 8_400_000_000 + 1_550_000_000));
        assert_eq!(
            (off_site.planned_sets, off_site.planned_bytes),
            (157 + 79, 15_700_000_000 + 3_950_000_000)
        );
        assert_eq!((local.sets, local.bytes, local.forecast_bytes), (0, None, None));
    }

    #[test]
    fn what_it_will_come_to() {
        let rows = SetKind::Database;
        for (runs, local, off_site) in [
            (vec![run(rows, 1, 100, 100)], None, None),
            (vec![run(rows, 1, 100, 100), run(rows, 0, 100, 0)], Some(100), Some(100 + 73 * 100)),
            (
                vec![run(rows, 2, 90, 90), run(rows, 1, 100, 20), run(rows, 0, 110, 10)],
                Some(110 + 83 * 15),
                None,
            ),
            // What was long ago says nothing of today.
            (vec![run(rows, 9, 90, 90), run(rows, 8, 100, 20)], None, None),
            (
                vec![run(rows, 1, 100, 100), run(rows, 0, 100, 0), run(SetKind::Files, 1, 7, 7)],
                Some(107),
                Some(100 + 73 * 100 + 7 + 48 * 7),
            ),
        ] {
            assert_eq!(forecast(Place::Local, &runs, now()), local, "{runs:?}");
            if off_site.is_some() {
                assert_eq!(forecast(Place::OffSite, &runs, now()), off_site, "{runs:?}");
            }
        }
    }
}
