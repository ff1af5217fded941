//! How long a session lasts: what was promised when it was last used, within what the organization's settings say now.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};

/// For so long after the person has shown their password, a session counts as confirmed.
pub const CONFIRMED_FOR: TimeDelta = TimeDelta::minutes(5);
/// A use is written down when the last one that was is so long ago.
pub const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// How long sessions of an organization last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// Without being used.
    pub idle: TimeDelta,
    /// At the latest.
    pub absolute: TimeDelta,
}

impl Lifetimes {
    /// From the settings, which are in minutes.
    pub fn of_minutes((idle, absolute): (i32, i32)) -> Self {
        Self { idle: TimeDelta::minutes(idle.into()), absolute: TimeDelta::minutes(absolute.into()) }
    }

    /// What is left of a session by these lifetimes. Shorter ones hold at once; longer ones bring none back that is
    /// over, and give the next use, or the next session, more.
    pub fn bound(self, session: Stored) -> Bounds {
        Bounds {
            expires_at: session.expires_at.min(session.created_at + self.absolute),
            idle_until: session.idle_until.min(session.last_used_at + self.idle),
        }
    }
}

/// The instants of a session's row.
#[derive(Debug, Clone, Copy)]
pub struct Stored {
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_used_at: DateTime<Utc>,
    /// Until when it lasts unused, as was promised when it was last used.
    pub idle_until: DateTime<Utc>,
    /// When it ends at the latest, as was promised when it began.
    pub expires_at: DateTime<Utc>,
}

/// When a session ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// At the latest.
    pub expires_at: DateTime<Utc>,
    /// Where it is not used before.
    pub idle_until: DateTime<Utc>,
}

impl Bounds {
    /// When it ends, as far as is known now.
    pub fn ends_at(self) -> DateTime<Utc> {
        self.expires_at.min(self.idle_until)
    }
}

/// A session that has not been ended, as every server keeps it. Clones share when it was last used.
#[derive(Debug, Clone)]
pub struct SessionSpan {
    expires_at: DateTime<Utc>,
    idle: TimeDelta,
    confirmed_at: Option<DateTime<Utc>>,
    /// In microseconds since 1970.
    last_used: Arc<AtomicI64>,
    idle_until: Arc<AtomicI64>,
}

impl SessionSpan {
    /// Of a row, by the lifetimes of its organization.
    pub fn new(stored: Stored, lifetimes: Lifetimes, confirmed_at: Option<DateTime<Utc>>) -> Self {
        let bounds = lifetimes.bound(stored);
        Self {
            expires_at: bounds.expires_at,
            idle: lifetimes.idle,
            confirmed_at,
            last_used: Arc::new(AtomicI64::new(stored.last_used_at.timestamp_micros())),
            idle_until: Arc::new(AtomicI64::new(bounds.idle_until.timestamp_micros())),
        }
    }

    /// When it ends by itself, where it is not used before.
    pub fn ends_at(&self) -> DateTime<Utc> {
        let idle_until = DateTime::from_timestamp_micros(self.idle_until.load(Ordering::Acquire));
        idle_until.map_or(self.expires_at, |idle_until| idle_until.min(self.expires_at))
    }

    /// Whether it is not over.
    pub fn lives(&self, now: DateTime<Utc>) -> bool {
        now < self.ends_at()
    }

    /// Whether the person has shown their password a moment ago.
    pub fn is_confirmed(&self, now: DateTime<Utc>) -> bool {
        self.confirmed_at.is_some_and(|at| now < at + CONFIRMED_FOR)
    }

    /// Uses it. Gives until when it now lasts unused, where that is to be written down; of many requests at one moment,
    /// to one of them.
    pub fn take_use(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let (now_micros, every) =
            (now.timestamp_micros(), NOTED_EVERY.num_microseconds().unwrap_or(i64::MAX));
        let last = self.last_used.load(Ordering::Acquire);
        let is_due = now_micros.saturating_sub(last) >= every;
        let is_ours = is_due
            && self.last_used.compare_exchange(last, now_micros, Ordering::AcqRel, Ordering::Acquire).is_ok();
        is_ours.then(|| {
            let until = (now + self.idle).min(self.expires_at);
            self.idle_until.store(until.timestamp_micros(), Ordering::Release);
            until
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    /// Began at 0, was last used at 30, and was then promised 60 minutes unused and 600 in all.
    fn stored() -> Stored {
        Stored { created_at: at(0), last_used_at: at(30), idle_until: at(90), expires_at: at(600) }
    }

    #[test]
    fn shorter_lifetimes_hold_at_once_and_longer_ones_bring_nothing_back() {
        for (idle, absolute, expires, idle_until) in [
            (60, 600, 600, 90),
            (15, 600, 600, 45),
            (60, 70, 70, 90),
            (15, 40, 40, 45),
            (1000, 600, 600, 90),
            (60, 1000, 600, 90),
        ] {
            let bounds = Lifetimes::of_minutes((idle, absolute)).bound(stored());
            let expected = Bounds { expires_at: at(expires), idle_until: at(idle_until) };
            assert_eq!(bounds, expected, "{idle} {absolute}");
            assert_eq!(bounds.ends_at(), at(expires.min(idle_until)));
        }
    }

    #[test]
    fn a_use_is_noted_once_a_minute_and_moves_the_end() {
        let span = SessionSpan::new(stored(), Lifetimes::of_minutes((60, 600)), None);
        let same = span.clone();
        assert_eq!(span.take_use(at(30) + TimeDelta::seconds(59)), None);
        assert_eq!(span.ends_at(), at(90));
        assert_eq!(span.take_use(at(31)), Some(at(91)));
        assert_eq!(same.take_use(at(31)), None, "another request of that minute");
        assert!(same.lives(at(90)) && !same.lives(at(91)));
        assert_eq!(span.take_use(at(599)), Some(at(600)), "never beyond the latest end");
    }

    #[test]
    fn confirmed_for_five_minutes() {
        let span = |confirmed| SessionSpan::new(stored(), Lifetimes::of_minutes((60, 600)), confirmed);
        assert!(!span(None).is_confirmed(at(31)));
        assert!(span(Some(at(30))).is_confirmed(at(34)));
        assert!(!span(Some(at(30))).is_confirmed(at(35)));
    }
}
