use CopyState::{Damaged, Put, Removed, Verified, Waiting};
use SlotState::{Before, Failed, Kept, Missing, UnderWay};

use super::*;
use crate::ops::{attendance::AttendedSet, manifest::set_name};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// A run that was made, and took a minute.
pub(in crate::console::backups) fn made(kind: SetKind, at: DateTime<Utc>, bytes: Option<(i64, i64)>) -> Run {
    Run {
        id: Uuid::from_u128(u128::try_from(at.timestamp()).expect("after 1970")),
        kind,
        started_at: at,
        finished_at: Some(at + TimeDelta::minutes(1)),
        set: Some(set_name(kind, at)),
        manifest_hash: Some(vec![0xab]),
        objects: Some(1),
        objects_unchanged: Some(0),
        bytes: bytes.map(|(bytes, _)| bytes),
        bytes_put: bytes.map(|(_, put)| put),
        error: None,
        off_site_at: Some(at + TimeDelta::minutes(1)),
        off_site_error: None,
    }
}

fn failed(at: DateTime<Utc>) -> Run {
    Run {
        set: None,
        manifest_hash: None,
        off_site_at: None,
        error: Some("no room".to_owned()),
        ..made(SetKind::Database, at, None)
    }
}

fn states(runs: &[Run], now: &str) -> Vec<SlotState> {
    let tiers = tiers(SetKind::Database, runs, None, at(now));
    assert_eq!(tiers.iter().map(|tier| tier.planned).collect::<Vec<_>>(), [84, 25, 48]);
    let finest = tiers.into_iter().next().expect("the finest");
    assert_eq!(finest.slots.len(), 84);
    finest.slots.into_iter().map(|slot| slot.state).collect()
}

#[test]
fn what_became_of_each_slot() {
    let under_way = Run { finished_at: None, set: None, ..failed(at("2026-11-29T12:00:10Z")) };
    let runs = [
        made(SetKind::Database, at("2026-11-29T02:00:05Z"), None),
        // Tried again until it went.
        failed(at("2026-11-29T04:00:05Z")),
        made(SetKind::Database, at("2026-11-29T04:01:10Z"), None),
        failed(at("2026-11-29T06:00:05Z")),
        failed(at("2026-11-29T06:15:05Z")),
        // Nobody tried at 8.
        made(SetKind::Database, at("2026-11-29T10:00:05Z"), None),
        // Of another kind.
        made(SetKind::Files, at("2026-11-29T08:00:05Z"), None),
        under_way,
    ];
    let found = states(&runs, "2026-11-29T12:01:00Z");
    assert_eq!(found[..8], [UnderWay, Kept, Missing, Failed, Kept, Kept, Before, Before]);
    assert!(found[8..].iter().all(|state| *state == Before));
    // A slot that has just begun is not missed yet.
    assert_eq!(states(&runs[..6], "2026-11-29T12:14:59Z")[..2], [UnderWay, Kept]);
    assert_eq!(states(&runs[..6], "2026-11-29T12:15:00Z")[..2], [Missing, Kept]);
    // Nothing was ever made.
    assert_eq!(states(&[], "2026-11-29T12:15:00Z")[..2], [Missing, Before]);
}

#[test]
fn older_sets_stand_in_their_days_and_weeks_off_site() {
    let now = at("2026-11-29T12:01:00Z");
    let mut runs = Vec::new();
    let mut instant = now - TimeDelta::days(60);
    while instant <= now {
        runs.push(made(SetKind::Database, instant, None));
        instant += TimeDelta::hours(2);
    }
    let tiers = tiers(SetKind::Database, &runs, None, now);
    let counts: Vec<usize> = tiers.iter().map(|tier| tier.slots.len()).collect();
    // Twenty-eight days lie beyond the seven and the twenty-five, in five weeks of the calendar.
    assert_eq!(counts, [84, 25, 5]);
    for tier in &tiers[1..] {
        assert_eq!(tier.places, [BackupPlace::OffSite]);
        assert!(tier.slots.iter().all(|slot| slot.state == SlotState::Kept && slot.copies.len() == 1));
        assert!(tier.slots.is_sorted_by(|one, next| one.starts_at > next.starts_at));
    }
    assert_eq!(tiers[0].places, [BackupPlace::Local, BackupPlace::OffSite]);
}

#[test]
fn how_a_set_stands_in_a_store() {
    let begun = at("2026-11-29T10:00:00Z");
    let run = made(SetKind::Database, begun, None);
    let set = run.set.clone().expect("a set");
    let seen = |place, verified: bool, error: Option<&str>| AttendedSet {
        place,
        set: set.clone(),
        verified_at: verified.then_some(begun),
        error: error.map(str::to_owned),
    };
    let said = |sets: Vec<AttendedSet>, minutes: i64| Statement {
        written_at: begun + TimeDelta::minutes(minutes),
        sets,
        wrong: Vec::new(),
        pruned_at: None,
        restored: None,
        drills: false,
        drill: None,
        drill_passed_at: None,
        stores: Vec::new(),
        entries: Vec::new(),
        under_way: None,
    };
    let waiting = Run { off_site_at: None, off_site_error: Some("away".to_owned()), ..run.clone() };
    for (run, statement, expected) in [
        (&run, None, [Put, Put]),
        (&waiting, None, [Put, Waiting]),
        (&run, Some(said(vec![], 5)), [Put, Put]),
        (&run, Some(said(vec![], 30)), [Removed, Removed]),
        (&waiting, Some(said(vec![], 30)), [Removed, Waiting]),
        (
            &run,
            Some(said(vec![seen(Place::Local, true, None), seen(Place::OffSite, false, None)], 30)),
            [Verified, Put],
        ),
        (&run, Some(said(vec![seen(Place::OffSite, true, Some("a bit"))], 5)), [Put, Damaged]),
    ] {
        let found: Vec<CopyState> =
            copies(run, &Place::ALL, statement.as_ref()).into_iter().map(|copy| copy.state).collect();
        assert_eq!(found, expected, "{statement:?}");
    }
    assert_eq!(copies(&waiting, &[Place::OffSite], None)[0].error.as_deref(), Some("away"));
    assert_eq!(copies(&failed(begun), &Place::ALL, None), []);
    assert_eq!(shown(run, None).manifest_hash.as_deref(), Some("ab"));
}
