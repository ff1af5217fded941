mod promised;

use chrono::{NaiveTime, TimeZone};
use chrono_tz::Europe::Madrid;
use proptest::prelude::*;

use self::promised::Promised;
use super::*;

const PLACES: [Place; 2] = [Place::Local, Place::OffSite];
/// Days that are simulated.
const DAYS: usize = 400;
/// How far a clock jumps at most: two years, in minutes.
const MINUTES: i64 = 730 * 24 * 60;
/// Few, as each is more than a year of two kinds in two places, and all of it is looked at after each set.
const CASES: u32 = 2;

/// Each kind of set, in each place.
fn everything() -> impl Iterator<Item = (SetKind, Place)> {
    SetKind::ALL.into_iter().flat_map(|kind| PLACES.map(|place| (kind, place)))
}

/// How often each kind of set is taken, in hours.
const fn every(kind: SetKind) -> i64 {
    match kind {
        SetKind::Database => 2,
        SetKind::Files => 24,
    }
}

/// A store that is pruned after each set.
#[derive(Default, Clone)]
struct Store(BTreeSet<DateTime<Utc>>);

impl Store {
    fn take(&mut self, kind: SetKind, place: Place, at: DateTime<Utc>) {
        self.0.insert(at);
        self.0 = keep(kind, place, &self.0, at);
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The schedule's instants of 400 days from a Monday on: database sets at even hours, file sets at one o'clock.
fn schedule(kind: SetKind) -> Vec<DateTime<Utc>> {
    let (start, step) = match kind {
        SetKind::Database => (at("2026-01-12T00:00:00Z"), TimeDelta::hours(2)),
        SetKind::Files => (at("2026-01-12T01:00:00Z"), TimeDelta::days(1)),
    };
    let steps = i32::try_from(400 * 24 / every(kind)).expect("a few thousand");
    (0..steps).map(|number| start + step * number).collect()
}

/// What is kept of a schedule without failures, said in another way: by age.
fn is_due(kind: SetKind, place: Place, at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    // The finest tier reaches so far, its end left out.
    let fine_days = if kind == SetKind::Database { 7 } else { 31 };
    let fine_end = now - TimeDelta::days(fine_days);
    if at > fine_end {
        return true;
    }
    let is_first_of_day = kind == SetKind::Files || at.hour() == 0;
    if place == Place::Local || !is_first_of_day {
        return false;
    }
    let daily_end = match kind {
        SetKind::Database => midnight(fine_end.date_naive()) - TimeDelta::days(25),
        SetKind::Files => fine_end,
    };
    let is_monday = at.weekday() == chrono::Weekday::Mon;
    let (week, _) = Slot::Week.of(daily_end);
    at > daily_end || (is_monday && at.date_naive() > week - TimeDelta::weeks(48))
}

#[test]
fn of_400_days_every_slot_is_kept_exactly() {
    for kind in SetKind::ALL {
        let mut stores = PLACES.map(|place| (place, Store::default()));
        let mut past = Vec::new();
        for now in schedule(kind) {
            past.push(now);
            for (place, store) in &mut stores {
                store.take(kind, *place, now);
                let due: BTreeSet<_> =
                    past.iter().copied().filter(|at| is_due(kind, *place, *at, now)).collect();
                assert_eq!(store.0, due, "{kind:?} {place:?} at {now}");
            }
        }
        let counts = stores.map(|(_, store)| store.0.len());
        assert_eq!(counts, if kind == SetKind::Database { [84, 157] } else { [31, 79] });
        assert_eq!(counts.iter().sum::<usize>(), if kind == SetKind::Database { 241 } else { 110 });
    }
}

#[test]
fn a_set_lapses_on_the_day_that_is_said_and_not_much_earlier() {
    let mut oldest = TimeDelta::zero();
    for kind in SetKind::ALL {
        let mut store = Store::default();
        for now in schedule(kind) {
            store.take(kind, Place::OffSite, now);
            let first = *store.0.first().expect("some");
            assert!(now.date_naive() < lapses_on(first), "{first} is there at {now}");
            oldest = oldest.max(now - first);
        }
    }
    let said = lapses_on(at("2026-01-12T00:00:00Z")) - at("2026-01-12T00:00:00Z").date_naive();
    assert!(said - oldest < TimeDelta::days(21), "{said} {oldest}");
}

#[test]
fn the_tiers_of_a_full_store() {
    let (kind, place) = (SetKind::Database, Place::OffSite);
    let mut store = Store::default();
    for now in schedule(kind) {
        store.take(kind, place, now);
    }
    let newest = *store.0.last().expect("one at least");
    let span = |from: i64, to: i64| {
        let age = |at: &DateTime<Utc>| newest - *at;
        store.0.iter().filter(|at| (TimeDelta::days(from)..TimeDelta::days(to)).contains(&age(at))).count()
    };
    assert_eq!((span(0, 7), span(7, 32), span(32, 400)), (84, 25, 48));
    // The oldest of all is a year old, as the year has 52 weeks.
    let oldest = *store.0.first().expect("one at least");
    assert!((newest - oldest) > TimeDelta::days(360), "{oldest}");
    assert_eq!((oldest.weekday(), oldest.hour()), (chrono::Weekday::Mon, 0));
}

/// Cases: what there is, now, and what goes off-site.
#[test]
fn what_goes() {
    let days_back = |days: i64| at("2026-06-17T12:00:00Z") - TimeDelta::days(days);
    for (name, kind, good, now, dropped) in [
        ("nothing of nothing", SetKind::Database, vec![], days_back(0), vec![]),
        ("not the only one, however old", SetKind::Database, vec![days_back(3000)], days_back(0), vec![]),
        (
            "of one slot the first stays, and the newest",
            SetKind::Database,
            vec![at("2026-06-17T10:00:00Z"), at("2026-06-17T10:40:00Z"), at("2026-06-17T11:59:59Z")],
            days_back(0),
            vec![at("2026-06-17T10:40:00Z")],
        ),
        (
            "a second file set of the day, once there is a third",
            SetKind::Files,
            vec![at("2026-06-17T01:00:00Z"), at("2026-06-17T09:00:00Z"), at("2026-06-18T01:00:00Z")],
            at("2026-06-18T01:00:00Z"),
            vec![at("2026-06-17T09:00:00Z")],
        ),
        (
            "what is taken in the future stays, and so does what was taken before it",
            SetKind::Database,
            vec![days_back(1), days_back(-400)],
            days_back(0),
            vec![],
        ),
        (
            "age alone drops nothing",
            SetKind::Files,
            vec![days_back(900), days_back(800)],
            days_back(0),
            vec![],
        ),
    ] {
        let good: BTreeSet<_> = good.into_iter().collect();
        let kept = keep(kind, Place::OffSite, &good, now);
        assert_eq!(good.difference(&kept).copied().collect::<Vec<_>>(), dropped, "{name}");
    }
}

#[test]
fn a_week_whose_monday_failed_keeps_its_tuesday() {
    let (kind, place) = (SetKind::Files, Place::OffSite);
    let mut store = Store::default();
    let failed = at("2026-03-09T01:00:00Z");
    assert_eq!(failed.weekday(), chrono::Weekday::Mon);
    for now in schedule(kind).into_iter().filter(|now| *now != failed) {
        store.take(kind, place, now);
    }
    assert!(store.0.contains(&(failed + TimeDelta::days(1))) && store.0.len() == 79);
}

/// When a timer of local time runs on a day: where the clock leaves its time out, an hour later; where it comes twice, twice.
fn by_local_clock(day: NaiveDate, hour: u32, minute: u32) -> Vec<DateTime<Utc>> {
    let local = day.and_hms_opt(hour, minute, 0).expect("a time");
    let found = match Madrid.from_local_datetime(&local) {
        chrono::LocalResult::None => Madrid.from_local_datetime(&(local + TimeDelta::hours(1))),
        other => other,
    };
    let mut instants: Vec<_> = found.earliest().into_iter().chain(found.latest()).collect();
    instants.dedup();
    instants.into_iter().map(|at| at.to_utc()).collect()
}

/// 400 days by a timer of local time: on one of them an hour is left out, on another one it comes twice. Sets of files are taken in
/// that very hour.
#[test]
fn daylight_saving_takes_nothing_away() {
    let start = NaiveDate::from_ymd_opt(2026, 1, 15).expect("a day");
    for kind in SetKind::ALL {
        let timer: Vec<_> = match kind {
            SetKind::Database => (0..24).step_by(2).map(|hour| (hour, 0)).collect(),
            SetKind::Files => vec![(2, 30)],
        };
        let days = start.iter_days().take(400);
        let instants: Vec<_> = days
            .flat_map(|day| timer.iter().flat_map(move |(hour, minute)| by_local_clock(day, *hour, *minute)))
            .collect();
        // One hour comes twice in these days, and is one in which sets are taken.
        assert_eq!(instants.len(), timer.len() * 400 + 1, "{kind:?}");
        let mut counts = Vec::new();
        for place in PLACES {
            let (mut store, mut promised) = (Store::default(), Promised::new(kind, place));
            for now in &instants {
                store.take(kind, place, *now);
                promised.take(*now);
                assert_eq!(store.0, promised.at(*now), "{kind:?} {place:?} at {now}");
            }
            counts.push(store.0.len());
        }
        assert_eq!(counts, if kind == SetKind::Database { [84, 157] } else { [31, 79] });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    /// 400 days with slots that fail, so many of a hundred, and whole days that do. What is there after each is what the rule says of
    /// all that ever succeeded; where one fails, nothing goes.
    #[test]
    fn whatever_fails_in_400_days_each_slot_that_has_a_set_is_kept_exactly(
        failures in prop::collection::vec(0_u8..100, DAYS * 12),
        failed_days in prop::collection::btree_set(0..DAYS, 0..120),
        percent in 0_u8..60,
    ) {
        for (kind, place) in everything() {
            let a_day = usize::try_from(24 / every(kind)).expect("a few");
            let (mut store, mut promised) = (Store::default(), Promised::new(kind, place));
            for (number, now) in schedule(kind).into_iter().enumerate() {
                if failures[number] < percent || failed_days.contains(&(number / a_day)) {
                    // Pruning goes by the hour, whatever becomes of sets.
                    store.0 = keep(kind, place, &store.0, now);
                } else {
                    store.take(kind, place, now);
                    promised.take(now);
                }
                prop_assert_eq!(&store.0, &promised.at(now), "{:?} {:?} at {}", kind, place, now);
            }
            // However many have failed, no tier is emptier than what there was for it.
            let most: usize = tiers(kind, place).iter().map(|(_, most)| most).sum();
            prop_assert!(store.0.len() <= most);
        }
    }

    /// 400 days by a clock that jumps ahead and back, by up to two years. As long as it goes on, what is there is what the rule says
    /// of what there was when it jumped and of all sets since; what seems to be of the future stays besides. Once it goes back, sets
    /// are taken in slots that have one already.
    #[test]
    fn whichever_way_the_clock_jumps_in_400_days_each_slot_that_has_a_set_is_kept_exactly(
        jumps in prop::collection::btree_map(0..DAYS * 24, -MINUTES..MINUTES, 0..8),
    ) {
        for (kind, place) in everything() {
            let (finest, most) = tiers(kind, place)[0];
            let (mut store, mut promised) = (Store::default(), Promised::new(kind, place));
            let (mut slots, mut wrong) = (BTreeSet::new(), TimeDelta::zero());
            let step = usize::try_from(every(kind)).expect("a few");
            for (number, now) in schedule(kind).into_iter().enumerate() {
                // The last jump of the hours since the set before.
                if let Some((_, minutes)) = jumps.range(number * step..(number + 1) * step).next_back() {
                    wrong = if wrong.is_zero() { TimeDelta::minutes(*minutes) } else { TimeDelta::zero() };
                    promised = Promised::of(kind, place, &store.0);
                }
                let now = now + wrong;
                store.take(kind, place, now);
                promised.take(now);
                prop_assert!(store.0.contains(&now), "the newest stays");
                prop_assert_eq!(&store.0, &promised.at(now), "{:?} {:?} at {}", kind, place, now);
                // As many slots have a set as if no clock had ever jumped over them, or more.
                slots.insert(finest.start(now));
                let kept: BTreeSet<_> = store.0.iter().map(|at| finest.start(*at)).collect();
                prop_assert!(kept.len() >= slots.len().min(most), "{} {}", kept.len(), slots.len());
            }
        }
    }
}

/// 400 days in which the clock is years ahead for a fortnight, and years behind for another: what is left of all that in the end.
#[test]
fn of_the_time_in_which_the_clock_was_right_nothing_is_missing() {
    let ahead = at("2026-02-02T00:00:00Z")..at("2026-02-16T00:00:00Z");
    let behind = at("2026-06-01T00:00:00Z")..at("2026-06-15T00:00:00Z");
    for (kind, place) in everything() {
        let (mut store, mut right) = (Store::default(), Promised::new(kind, place));
        let instants = schedule(kind);
        for now in &instants {
            let wrong = |by: &std::ops::Range<_>| TimeDelta::days(if by.contains(now) { 3000 } else { 0 });
            let wrong = wrong(&ahead) - wrong(&behind);
            store.take(kind, place, *now + wrong);
            if wrong.is_zero() {
                right.take(*now);
            }
        }
        // As if nothing had been made in these weeks, but for what seems to be of a time to come, or older than anything.
        let kept: BTreeSet<_> = store.0.range(instants[0]..at("2028-01-01T00:00:00Z")).copied().collect();
        let newest = *instants.last().expect("some");
        assert_eq!(kept, right.at(newest), "{kind:?} {place:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_kept_is_kept_again(hours in prop::collection::btree_set(0_i64..12_000, 0..400), now in 0_i64..12_000) {
        let begin = at("2026-01-15T00:00:00Z");
        let good: BTreeSet<_> = hours.iter().map(|hour| begin + TimeDelta::hours(*hour)).collect();
        let now = begin + TimeDelta::hours(now);
        for (kind, place) in everything() {
            let kept = keep(kind, place, &good, now);
            prop_assert!(kept.is_subset(&good));
            prop_assert_eq!(good.is_empty(), kept.is_empty());
            prop_assert_eq!(&keep(kind, place, &kept, now), &kept);
        }
    }
}

#[test]
fn the_base_backups_of_eight_days_are_kept_and_the_one_before() {
    let day = |number: i64| at("2026-01-12T02:05:00Z") + TimeDelta::days(number);
    let days = |numbers: &[i64]| -> BTreeSet<_> { numbers.iter().map(|number| day(*number)).collect() };
    for (ended, now, expected) in [
        (days(&[]), day(20), days(&[])),
        (days(&[0]), day(300), days(&[0])),
        (days(&[0, 7]), day(7), days(&[0, 7])),
        (days(&[0, 8]), day(8), days(&[0, 8])),
        (days(&[0, 1, 8, 9]), day(9), days(&[1, 8, 9])),
        // Days without one.
        (days(&[0, 1, 12]), day(12), days(&[1, 12])),
        // A clock that is ahead, and one that was when the last was made.
        (days(&[0, 1, 8]), day(400), days(&[0, 1, 8])),
        (days(&[0, 1, 400]), day(2), days(&[0, 1, 400])),
    ] {
        assert_eq!(keep_bases(&ended, now), expected, "{now}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// On each of 400 days, of which some have no base backup: whatever second of the last eight days is asked for, one is
    /// kept that ended before it; and none is kept that nobody can need.
    #[test]
    fn any_second_of_the_last_eight_days_has_a_base_backup_before_it(
        days in prop::collection::vec(prop::option::weighted(0.8, 0_i64..86_400), DAYS),
        asked in 0_i64..=8 * 86_400,
    ) {
        let start = at("2026-01-12T00:00:00Z");
        let (mut there, mut all) = (BTreeSet::new(), BTreeSet::new());
        for (day, second) in (0..).zip(&days) {
            let now = start + TimeDelta::days(day) + TimeDelta::seconds(second.unwrap_or(86_399));
            if second.is_some() {
                there.insert(now);
                all.insert(now);
            }
            there = keep_bases(&there, now);
            let wanted = now - TimeDelta::seconds(asked);
            // Pruning has taken none away that would be chosen.
            prop_assert_eq!(there.range(..=wanted).next_back(), all.range(..=wanted).next_back());
            let newest = there.last().copied().unwrap_or(now);
            prop_assert!(there.iter().filter(|ended| **ended <= newest - STREAM).count() <= 1);
        }
    }
}
