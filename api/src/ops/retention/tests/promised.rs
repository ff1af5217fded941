//! What the rule promises, said in another way: over all sets that were ever taken instead of those that are left, and with slots
//! that are counted from 1970 on instead of being looked up in a calendar.

use super::*;

/// Seconds of an hour and of a day.
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The number of the slot that a second falls into.
type Number = fn(i64) -> i64;

/// How many slots of each tier, as the specification has it.
fn rule(kind: SetKind, place: Place) -> Vec<(Number, usize)> {
    let two_hours: Number = |second| second.div_euclid(2 * HOUR);
    let day: Number = |second| second.div_euclid(DAY);
    // The first of January 1970 was a Thursday.
    let week: Number = |second| (second.div_euclid(DAY) + 3).div_euclid(7);
    match (kind, place) {
        (SetKind::Database, Place::Local) => vec![(two_hours, 84)],
        (SetKind::Database, Place::OffSite) => vec![(two_hours, 84), (day, 25), (week, 48)],
        (SetKind::Files, Place::Local) => vec![(day, 31)],
        (SetKind::Files, Place::OffSite) => vec![(day, 31), (week, 48)],
    }
}

/// A tier, and the first set of each of its slots.
struct Tier {
    number: Number,
    most: usize,
    first: BTreeMap<i64, DateTime<Utc>>,
}

/// All sets that were taken.
pub struct Promised {
    tiers: Vec<Tier>,
    taken: BTreeSet<DateTime<Utc>>,
}

impl Promised {
    pub fn new(kind: SetKind, place: Place) -> Self {
        let tier = |(number, most)| Tier { number, most, first: BTreeMap::new() };
        Self { tiers: rule(kind, place).into_iter().map(tier).collect(), taken: BTreeSet::new() }
    }

    /// Of what a store has at some moment.
    pub fn of(kind: SetKind, place: Place, there: &BTreeSet<DateTime<Utc>>) -> Self {
        let mut promised = Self::new(kind, place);
        for at in there {
            promised.take(*at);
        }
        promised
    }

    pub fn take(&mut self, at: DateTime<Utc>) {
        self.taken.insert(at);
        for tier in &mut self.tiers {
            let first = tier.first.entry((tier.number)(at.timestamp())).or_insert(at);
            *first = at.min(*first);
        }
    }

    /// Which of them are there now: the newest, those of a time to come, and of each tier so many slots, from where the finer one
    /// ends.
    pub fn at(&self, now: DateTime<Utc>) -> BTreeSet<DateTime<Utc>> {
        let next = now + TimeDelta::nanoseconds(1);
        let mut there: BTreeSet<_> = self.taken.range(next..).copied().collect();
        there.extend(self.taken.range(..next).next_back());
        let mut end = next;
        for Tier { number, most, first } in &self.tiers {
            let newest_first = first.range(..=number(now.timestamp())).rev().map(|(_, at)| *at);
            let kept: Vec<_> = newest_first.filter(|at| *at < end).take(*most).collect();
            end = kept.last().copied().unwrap_or(end);
            there.extend(kept);
        }
        there
    }
}
