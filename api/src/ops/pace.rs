//! Whoever reads everything gives way to those who work: while PostgreSQL answers others, a set takes a small part of the
//! time for itself, in steps that are short beside a request. The longer it has taken, the larger that part is.
//!
//! The pace is decided by how many transactions there are in a second, wherever the server, the database and this program run.

use std::{
    collections::VecDeque,
    io::{self, Write},
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::db::activity::Activity;

/// So many transactions in a second are people at work; what Portico does by itself is fewer.
const AT_WORK: f64 = 20.0;
/// For how long it is looked back.
const WINDOW: Duration = Duration::from_secs(1);
/// How often it is looked.
const LOOK: Duration = Duration::from_millis(100);
/// For how long people count as at work who have been seen so.
const STAY: Duration = Duration::from_secs(3);
/// For how long they count as at work at the beginning, when nobody has been seen yet.
const AT_FIRST: Duration = Duration::from_millis(300);
/// A step: so many bytes.
const STEP: usize = 64 << 10;
/// The time at rest by the time at work while others work, each until a set has taken so long. Then it goes on at full speed:
/// the next one comes.
const RESTS: [(Duration, u32); 3] =
    [(Duration::from_mins(2), 15), (Duration::from_mins(10), 7), (Duration::from_mins(30), 3)];
/// No rest is longer: whatever took long was no step of ours, such as a sort in the database.
const LONGEST: Duration = Duration::from_millis(50);

/// How fast a set is made.
pub struct Pace {
    activity: Activity,
    rate: Rate,
    began: Instant,
    looked: Instant,
    at_work_until: Instant,
    /// Since when it has not rested, and what has passed since.
    since: Instant,
    passed: usize,
}

impl Pace {
    /// Begins to look.
    pub fn begin(url: &str) -> Result<Self> {
        let (mut activity, now) = (Activity::open(url)?, Instant::now());
        let mut rate = Rate::default();
        rate.see(now, activity.transactions()?);
        Ok(Self {
            activity,
            rate,
            began: now,
            looked: now,
            at_work_until: now + AT_FIRST,
            since: now,
            passed: 0,
        })
    }

    /// So many bytes have passed: after each step it rests, where others work, by how long the step took.
    fn passed(&mut self, bytes: usize) -> Result<()> {
        self.passed += bytes;
        if self.passed < STEP {
            return Ok(());
        }
        self.passed = 0;
        let now = Instant::now();
        if now.duration_since(self.looked) >= LOOK {
            self.looked = now;
            if self.rate.see(now, self.activity.transactions()?) >= AT_WORK {
                self.at_work_until = now + STAY;
            }
        }
        let others_work = now < self.at_work_until;
        if let Some(rest) = rest(others_work, now.duration_since(self.began), now.duration_since(self.since))
        {
            thread::sleep(rest);
        }
        self.since = Instant::now();
        Ok(())
    }

    /// Something that is written to at this pace.
    pub fn over<'a>(&'a mut self, out: &'a mut dyn Write) -> impl Write + 'a {
        Paced { pace: self, out }
    }
}

/// How long to rest after a step that took so long.
fn rest(others_work: bool, since_the_beginning: Duration, step: Duration) -> Option<Duration> {
    let by_the_step = RESTS.iter().find(|(until, _)| since_the_beginning < *until).map(|(_, times)| *times);
    by_the_step.filter(|_| others_work).map(|times| (step * times).min(LONGEST))
}

struct Paced<'a> {
    pace: &'a mut Pace,
    out: &'a mut dyn Write,
}

impl Write for Paced<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.pace.passed(written).map_err(io::Error::other)?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// What was counted in the last second.
#[derive(Debug, Default)]
struct Rate(VecDeque<(Instant, i64)>);

impl Rate {
    /// Takes what is counted by now. Gives how much that is in a second: of less than one it is not known how it goes on.
    fn see(&mut self, now: Instant, counted: i64) -> f64 {
        self.0.push_back((now, counted));
        while self.0.get(1).is_some_and(|(at, _)| now.duration_since(*at) >= WINDOW) {
            self.0.pop_front();
        }
        let Some((since, before)) = self.0.front() else { return 0.0 };
        let more = u32::try_from(counted.saturating_sub(*before)).unwrap_or_default();
        f64::from(more) / now.duration_since(*since).max(WINDOW).as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rest_is_by_the_step_and_has_its_bounds() {
        let (short, long) = (Duration::from_millis(1), Duration::from_secs(10));
        let after = Duration::from_mins;
        for (others_work, since, step, expected) in [
            (true, long, short, Some(Duration::from_millis(15))),
            (true, after(2), short, Some(Duration::from_millis(7))),
            (true, after(10), short, Some(Duration::from_millis(3))),
            (true, after(30), short, None),
            (true, long, long, Some(LONGEST)),
            (false, long, short, None),
            (false, after(10), long, None),
            (false, after(31), long, None),
        ] {
            assert_eq!(rest(others_work, since, step), expected, "{others_work} {since:?} {step:?}");
        }
    }

    #[test]
    fn the_rate_is_that_of_the_last_second() {
        let begin = Instant::now();
        let mut rate = Rate::default();
        for (milliseconds, counted, expected) in [
            (0, 1000, 0.0),
            // Of a moment it is not said that it goes on.
            (100, 1010, 10.0),
            (200, 1030, 30.0),
            (1000, 1100, 100.0),
            // Since 200.
            (1200, 1130, 100.0),
            // Since 1200, which is three seconds ago.
            (4200, 1430, 100.0),
            (5200, 1430, 0.0),
            // Somebody has set the counters back.
            (5300, 3, 0.0),
        ] {
            let seen = rate.see(begin + Duration::from_millis(milliseconds), counted);
            assert!((seen - expected).abs() < 0.001, "{milliseconds}: {seen}");
        }
    }
}
