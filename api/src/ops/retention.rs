//! Which sets of a store are kept: one pure rule over the instants of the good ones.
//!
//! Invariants: the newest good set is kept, whatever else; pruning after each set keeps the same as pruning once at the
//! end; a clock that goes wrong empties no slot that has a set. It counts sets instead of measuring their age, so that days
//! without a set, or a clock a year ahead, push nothing out. Days and weeks are those of UTC: daylight saving is none of
//! its business.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};

/// What a set holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetKind {
    /// The rows of all organizations, and those of none.
    Database,
    /// What people upload.
    Files,
}

impl SetKind {
    /// Every kind there is.
    pub const ALL: [Self; 2] = [Self::Database, Self::Files];

    /// Its word in names.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Files => "files",
        }
    }
}

/// Where a store stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// At the production environment.
    Local,
    /// At another provider.
    OffSite,
}

impl Place {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Local, Self::OffSite];
}

/// A span of time of which the first set counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Two hours, from an even one on.
    TwoHours,
    /// A day.
    Day,
    /// A week. Its first set is that of Monday, or of the first day after it on which one succeeded.
    Week,
}

impl Slot {
    /// When the one begins that an instant falls into.
    pub fn start(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let (day, number) = self.of(at);
        day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(2 * i64::from(number))
    }

    /// Which one an instant falls into: its day, and the number of the slot within it.
    fn of(self, at: DateTime<Utc>) -> (NaiveDate, u32) {
        let day = at.date_naive();
        match self {
            Self::TwoHours => (day, at.hour() / 2),
            Self::Day => (day, 0),
            Self::Week => (day - TimeDelta::days(day.weekday().num_days_from_monday().into()), 0),
        }
    }
}

/// How many sets are kept, the finest first. Each tier begins where the one before it ends.
pub fn tiers(kind: SetKind, place: Place) -> &'static [(Slot, usize)] {
    match (kind, place) {
        (SetKind::Database, Place::Local) => &[(Slot::TwoHours, 84)],
        (SetKind::Database, Place::OffSite) => &[(Slot::TwoHours, 84), (Slot::Day, 25), (Slot::Week, 48)],
        (SetKind::Files, Place::Local) => &[(Slot::Day, 31)],
        (SetKind::Files, Place::OffSite) => &[(Slot::Day, 31), (Slot::Week, 48)],
    }
}

/// The day from which no set is kept any more that was taken at this instant or before, as long as sets are made as they are
/// planned: its tiers are full, one behind the other, each with the slot that is under way.
pub fn lapses_on(at: DateTime<Utc>) -> NaiveDate {
    let length = |slot: Slot, most: usize| {
        let one = match slot {
            Slot::TwoHours => TimeDelta::hours(2),
            Slot::Day => TimeDelta::days(1),
            Slot::Week => TimeDelta::weeks(1),
        };
        one * i32::try_from(most + 1).unwrap_or(i32::MAX)
    };
    let of_one = |(kind, place): (SetKind, Place)| -> TimeDelta {
        tiers(kind, place).iter().map(|(slot, most)| length(*slot, *most)).sum()
    };
    let all =
        SetKind::ALL.into_iter().flat_map(|kind| Place::ALL.into_iter().map(move |place| (kind, place)));
    let longest = all.map(of_one).max().unwrap_or_default();
    (at + longest).date_naive() + TimeDelta::days(1)
}

/// Of the good sets of a store, by the instants at which they were taken, those that are kept now; the others may go.
/// What seems to be taken later than now is kept and counts for nothing until then: some clock is wrong.
pub fn keep(
    kind: SetKind,
    place: Place,
    good: &BTreeSet<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> BTreeSet<DateTime<Utc>> {
    let (past, mut kept): (BTreeSet<_>, BTreeSet<_>) = good.iter().copied().partition(|at| *at <= now);
    kept.extend(past.last());
    kept.extend(kept_by_tier(kind, place, &past, now).into_iter().flatten());
    kept
}

/// Of sets that were taken until now, those that each tier keeps, the finest first.
pub fn kept_by_tier(
    kind: SetKind,
    place: Place,
    past: &BTreeSet<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Vec<Vec<DateTime<Utc>>> {
    let mut end = now + TimeDelta::nanoseconds(1);
    let mut kept = Vec::new();
    for (slot, most) in tiers(kind, place) {
        let mut first = BTreeMap::new();
        for at in past {
            first.entry(slot.of(*at)).or_insert(*at);
        }
        let chosen: Vec<DateTime<Utc>> =
            first.into_values().filter(|at| *at < end).rev().take(*most).collect();
        // The coarser tier begins where this one ends, also where it is not full: then nothing is left for it.
        if let Some(oldest) = chosen.last() {
            end = *oldest;
        }
        kept.push(chosen);
    }
    kept
}

/// Any second of so much time can be restored from the stream.
pub const STREAM: TimeDelta = TimeDelta::days(8);

/// Of the base backups of a cluster, by the instants at which they ended, those that are kept now: the newest that ended eight
/// days before the newest of all, and every later one. So a clock that goes wrong drops nothing, and neither do days without one.
pub fn keep_bases(ended: &BTreeSet<DateTime<Utc>>, now: DateTime<Utc>) -> BTreeSet<DateTime<Utc>> {
    // What seems to have ended later than now counts for nothing yet.
    let newest = ended.range(..=now).next_back();
    let oldest = newest.and_then(|newest| ended.range(..=*newest - STREAM).next_back());
    oldest.map_or_else(|| ended.clone(), |oldest| ended.range(oldest..).copied().collect())
}

#[cfg(test)]
mod tests;
