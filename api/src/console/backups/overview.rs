//! Pure rules: what became of each slot of time, and how a set stands in each store.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use shared::console::{
    Alarm, Attendance, BackupCopy, BackupOverview, BackupPlace, BackupRun, BackupSlot, BackupTier, CopyState,
    Finding, SlotLength, SlotState, Trial,
};
use uuid::Uuid;

use super::{capacity, store::kind_shown};
use crate::ops::{
    attendance::Statement,
    letters::hex,
    manifest::parse_set_name,
    retention::{self, Place, SetKind, Slot},
    timetable,
};

/// How long after a set has come to a store the backup environment may not have seen it yet.
const UNSEEN: TimeDelta = TimeDelta::minutes(15);
/// How long a slot may have begun before somebody should have tried.
const PATIENCE: TimeDelta = TimeDelta::minutes(15);
/// After so long, its silence is worth a look.
const SILENCE: TimeDelta = TimeDelta::minutes(20);

/// A set that was made, is being made, or could not be: a row of `backup_runs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: Uuid,
    /// What it holds.
    pub kind: SetKind,
    /// When it was begun.
    pub started_at: DateTime<Utc>,
    /// When it was over.
    pub finished_at: Option<DateTime<Utc>>,
    /// The set's name.
    pub set: Option<String>,
    /// The hash of its manifest.
    pub manifest_hash: Option<Vec<u8>>,
    /// Objects that it names.
    pub objects: Option<i32>,
    /// Of them, those of earlier sets.
    pub objects_unchanged: Option<i32>,
    /// Bytes of all its objects.
    pub bytes: Option<i64>,
    /// Of them, those that were put for it.
    pub bytes_put: Option<i64>,
    /// Why there is none.
    pub error: Option<String>,
    /// Since when it is off-site.
    pub off_site_at: Option<DateTime<Utc>>,
    /// Why it is not.
    pub off_site_error: Option<String>,
}

/// All of it.
pub fn overview(
    runs: &[Run],
    statement: Option<&Statement>,
    alarms: Vec<Alarm>,
    now: DateTime<Utc>,
) -> BackupOverview {
    let tiers = SetKind::ALL.into_iter().flat_map(|kind| tiers(kind, runs, statement, now));
    BackupOverview {
        as_of: now,
        alarms,
        tiers: tiers.collect(),
        stores: Place::ALL.into_iter().map(|place| capacity::of(place, runs, statement, now)).collect(),
        attendance: statement.map(|statement| attendance(statement, now)),
    }
}

/// A run as operators see it.
pub fn shown(run: Run, statement: Option<&Statement>) -> BackupRun {
    BackupRun {
        copies: copies(&run, &Place::ALL, statement),
        id: run.id,
        kind: kind_shown(run.kind),
        started_at: run.started_at,
        finished_at: run.finished_at,
        set: run.set,
        manifest_hash: run.manifest_hash.as_deref().map(hex),
        objects: run.objects,
        objects_unchanged: run.objects_unchanged,
        bytes: run.bytes,
        bytes_put: run.bytes_put,
        error: run.error,
    }
}

fn attendance(statement: &Statement, now: DateTime<Utc>) -> Attendance {
    let trial = |trial: &crate::ops::attendance::Trial| Trial {
        set: trial.set.clone(),
        at: trial.at,
        rows: trial.rows,
        seconds: trial.seconds,
    };
    Attendance {
        written_at: statement.written_at,
        silent: now > statement.written_at + SILENCE,
        pruned_at: statement.pruned_at,
        trial: statement.restored.as_ref().map(trial),
        wrong: statement
            .wrong
            .iter()
            .map(|wrong| Finding { about: wrong.about.clone(), error: wrong.error.clone() })
            .collect(),
    }
}

/// How a set stands in these stores. A run without a set stands nowhere.
fn copies(run: &Run, places: &[Place], statement: Option<&Statement>) -> Vec<BackupCopy> {
    let (Some(set), Some(finished_at)) = (&run.set, run.finished_at) else { return Vec::new() };
    let copy = |place: Place| {
        let of = |state, at, error: Option<&String>| BackupCopy {
            place: place_shown(place),
            state,
            at,
            error: error.cloned(),
        };
        let seen = statement
            .and_then(|statement| statement.sets.iter().find(|seen| seen.place == place && seen.set == *set));
        let since = match place {
            Place::Local => Some(finished_at),
            Place::OffSite => run.off_site_at,
        };
        match (seen, since) {
            (Some(seen), _) if seen.error.is_some() => of(CopyState::Damaged, None, seen.error.as_ref()),
            (Some(seen), _) if seen.verified_at.is_some() => of(CopyState::Verified, seen.verified_at, None),
            (None, None) => of(CopyState::Waiting, None, run.off_site_error.as_ref()),
            // Whoever looks at the store has looked since, and did not see it.
            (None, Some(since)) if statement.is_some_and(|said| said.written_at > since + UNSEEN) => {
                of(CopyState::Removed, None, None)
            }
            (_, since) => of(CopyState::Put, since, None),
        }
    };
    places.iter().copied().map(copy).collect()
}

/// The tiers of one kind, the finest first.
pub fn tiers(
    kind: SetKind,
    runs: &[Run],
    statement: Option<&Statement>,
    now: DateTime<Utc>,
) -> Vec<BackupTier> {
    let runs: Vec<&Run> = runs.iter().filter(|run| run.kind == kind).collect();
    let good: BTreeMap<DateTime<Utc>, &Run> = runs
        .iter()
        .filter_map(|run| Some((parse_set_name(run.set.as_deref()?)?.1, *run)))
        .filter(|(at, _)| *at <= now)
        .collect();
    let instants: BTreeSet<DateTime<Utc>> = good.keys().copied().collect();
    let kept = retention::kept_by_tier(kind, Place::OffSite, &instants, now);
    let planned = retention::tiers(kind, Place::OffSite);
    let tier = |number: usize, slot: Slot, most: usize, kept: Vec<DateTime<Utc>>| {
        let places: &[Place] = if number == 0 { &Place::ALL } else { &[Place::OffSite] };
        let kept_slot = |at: DateTime<Utc>| {
            let run = good.get(&at)?;
            Some(BackupSlot {
                starts_at: slot.start(at),
                state: SlotState::Kept,
                run: Some(run.id),
                copies: copies(run, places, statement),
                error: None,
            })
        };
        let slots = if number == 0 {
            finest(kind, &runs, most, places, statement, now)
        } else {
            kept.into_iter().filter_map(kept_slot).collect()
        };
        BackupTier {
            kind: kind_shown(kind),
            slot: length_shown(slot),
            places: places.iter().copied().map(place_shown).collect(),
            planned: u32::try_from(most).unwrap_or(u32::MAX),
            slots,
        }
    };
    let tiers = planned.iter().zip(kept).enumerate();
    tiers.map(|(number, ((slot, most), kept))| tier(number, *slot, *most, kept)).collect()
}

/// All slots of the finest tier, the newest first.
fn finest(
    kind: SetKind,
    runs: &[&Run],
    most: usize,
    places: &[Place],
    statement: Option<&Statement>,
    now: DateTime<Utc>,
) -> Vec<BackupSlot> {
    let (mut starts_at, rhythm) = (timetable::slot(kind, now), timetable::rhythm(kind));
    let first = runs.first().map_or(now, |run| run.started_at);
    let mut slots = Vec::with_capacity(most);
    for _ in 0..most {
        let end = starts_at + rhythm;
        let tries: Vec<&Run> =
            runs.iter().copied().filter(|run| run.started_at >= starts_at && run.started_at < end).collect();
        let made = tries.iter().find(|run| run.set.is_some());
        let under_way = tries.iter().rfind(|run| run.finished_at.is_none());
        let (state, run) = match (made, under_way, tries.last()) {
            (Some(run), _, _) => (SlotState::Kept, Some(run)),
            (None, Some(run), _) => (SlotState::UnderWay, Some(run)),
            (None, None, Some(run)) => (SlotState::Failed, Some(run)),
            (None, None, None) if end <= first => (SlotState::Before, None),
            (None, None, None) if now < starts_at + PATIENCE => (SlotState::UnderWay, None),
            (None, None, None) => (SlotState::Missing, None),
        };
        slots.push(BackupSlot {
            starts_at,
            state,
            run: run.map(|run| run.id),
            copies: run.map(|run| copies(run, places, statement)).unwrap_or_default(),
            error: run.and_then(|run| run.error.clone()),
        });
        starts_at -= rhythm;
    }
    slots
}

/// The word of a store at the console.
pub(super) const fn place_shown(place: Place) -> BackupPlace {
    match place {
        Place::Local => BackupPlace::Local,
        Place::OffSite => BackupPlace::OffSite,
    }
}

const fn length_shown(slot: Slot) -> SlotLength {
    match slot {
        Slot::TwoHours => SlotLength::TwoHours,
        Slot::Day => SlotLength::Day,
        Slot::Week => SlotLength::Week,
    }
}

#[cfg(test)]
pub(super) mod tests;
