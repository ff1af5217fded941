//! The process `portico work`: threads for jobs, for what recurs and for each loop, the thread that prolongs their
//! leases, and those that listen.
//!
//! A thread that loses the database says so and comes in again. One that panics takes the process with it: whoever
//! started it starts it anew, and what was under way is taken up when its lease ends.

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use anyhow::{Result, bail};
use chrono::{DateTime, Utc};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{
    LEASE,
    bell::Bell,
    figures::Rounds,
    jobs::Workshop,
    loops::{self, Loop},
    pulse::Pulse,
    schedules,
};
use crate::{
    bounded,
    clock::Clock,
    config::WorkConfig,
    db::{listen::Listener, operator::OperatorDb, queue},
};

/// The longest that anybody sleeps who was not woken: notifications can be lost.
const LONGEST_SLEEP: Duration = Duration::from_secs(10);
/// The pause before the database is tried again.
const PAUSE: Duration = Duration::from_secs(1);
/// Leases are prolonged four times before they end.
const BEAT: Duration = Duration::from_secs(15);

/// Workers on threads, until they are sent home.
#[expect(missing_debug_implementations, reason = "threads have nothing to show")]
pub struct Crew {
    bells: Vec<Bell>,
    threads: Vec<JoinHandle<()>>,
    gone: UnboundedReceiver<()>,
    listeners: Vec<Listener>,
    rounds: Rounds,
}

/// What every thread of the crew has.
#[derive(Clone)]
struct Hand {
    url: String,
    clock: Clock,
    pulse: Pulse,
    rounds: Rounds,
    gone: UnboundedSender<()>,
}

impl Crew {
    /// Sets everybody to work. Fails where the database does not answer.
    pub fn start(config: &WorkConfig, clock: Clock) -> Result<Self> {
        let (sender, gone) = unbounded_channel();
        let url = config.operator_database_url.clone();
        let rounds = Rounds::default();
        let hand = Hand { url, clock, pulse: Pulse::default(), rounds: rounds.clone(), gone: sender };
        let mut crew = Self { bells: Vec::new(), threads: Vec::new(), gone, listeners: Vec::new(), rounds };
        let workshop = Arc::new(Workshop::open(config)?);
        let bell = crew.bell(&hand, Some(queue::CHANNEL))?;
        for number in 1..=config.workers.max(1) {
            crew.jobs(&hand, &bell, &workshop, number)?;
        }
        crew.schedules(&hand)?;
        for one in loops::ALL {
            crew.one_loop(&hand, one, config)?;
        }
        crew.heart(&hand)?;
        Ok(crew)
    }

    /// When each of them last came round.
    pub fn rounds(&self) -> Rounds {
        self.rounds.clone()
    }

    /// Waits until a thread has ended by itself, which none should.
    pub async fn anybody_left(&mut self) {
        self.gone.recv().await;
    }

    /// Sends everybody home once they are done with what they are at.
    pub fn stop(self) -> Result<()> {
        let Self { bells, threads, listeners, gone, .. } = self;
        for bell in &bells {
            bell.close();
        }
        drop((listeners, gone));
        let panicked = threads.into_iter().map(JoinHandle::join).filter(Result::is_err).count();
        if panicked > 0 {
            bail!("{panicked} threads panicked");
        }
        Ok(())
    }

    /// A bell that rings when the channel says something.
    fn bell(&mut self, hand: &Hand, channel: Option<&'static str>) -> Result<Bell> {
        let bell = Bell::default();
        self.bells.push(bell.clone());
        if let Some(channel) = channel {
            let rung = bell.clone();
            self.listeners.push(Listener::follow(&hand.url, channel, move |_| rung.ring())?);
        }
        Ok(bell)
    }

    fn jobs(&mut self, hand: &Hand, bell: &Bell, workshop: &Arc<Workshop>, number: usize) -> Result<()> {
        let (workshop, pulse) = (Arc::clone(workshop), hand.pulse.clone());
        self.thread(hand, bell, format!("jobs {number}"), false, move |db, bell| {
            while !bell.is_closing() && workshop.work_one(db, &pulse)? {}
            let next = workshop.next_due(db)?;
            Ok(sleep_until(next, db.clock().now()))
        })
    }

    fn schedules(&mut self, hand: &Hand) -> Result<()> {
        let (bell, pulse) = (self.bell(hand, None)?, hand.pulse.clone());
        self.thread(hand, &bell, "schedules".to_owned(), false, move |db, bell| {
            while !bell.is_closing() && schedules::work_one(db, schedules::ALL, &pulse)? {}
            Ok(LONGEST_SLEEP)
        })
    }

    fn one_loop(&mut self, hand: &Hand, one: &'static Loop, config: &WorkConfig) -> Result<()> {
        let (bell, mut round) = (self.bell(hand, one.channel)?, (one.prepare)(config)?);
        let mut claims_little = false;
        self.thread(hand, &bell, one.name.to_owned(), one.when_fenced, move |db, _| {
            if one.gives_way && !claims_little {
                bounded::claim_little();
                claims_little = true;
            }
            round(db)?;
            Ok(one.at_least_every)
        })
    }

    fn heart(&mut self, hand: &Hand) -> Result<()> {
        const { assert!(BEAT.as_secs() * 4 <= LEASE.num_seconds().unsigned_abs()) };
        let (bell, pulse) = (self.bell(hand, None)?, hand.pulse.clone());
        self.thread(hand, &bell, "heart".to_owned(), false, move |db, _| {
            pulse.beat(db)?;
            Ok(BEAT)
        })
    }

    /// A thread with a connection of its own that does its round, sleeps as long as the round says or until the bell
    /// rings, and does it again. Where another environment has taken over, it rests, unless it goes on then too.
    fn thread(
        &mut self,
        hand: &Hand,
        bell: &Bell,
        name: String,
        when_fenced: bool,
        mut round: impl FnMut(&mut OperatorDb, &Bell) -> Result<Duration> + Send + 'static,
    ) -> Result<()> {
        let (hand, bell) = (hand.clone(), bell.clone());
        let thread = std::thread::Builder::new().name(name.clone()).spawn(move || {
            let _gone = Gone(hand.gone.clone());
            let mut open = None;
            while !bell.is_closing() {
                let count = bell.count();
                match in_database(&mut open, &hand, |db| {
                    if !when_fenced && loops::is_fenced(db)? { Ok(LONGEST_SLEEP) } else { round(db, &bell) }
                }) {
                    Ok(sleep) => {
                        hand.rounds.came_round(&name, &hand.clock);
                        bell.wait(count, sleep);
                    }
                    Err(error) => {
                        tracing::error!(thread = name, error = format!("{error:#}"), "a round failed");
                        open = None;
                        // Not woken by the bell: what failed a moment ago fails again.
                        bell.wait(bell.count(), PAUSE);
                    }
                }
            }
        })?;
        self.threads.push(thread);
        Ok(())
    }
}

/// Says that a thread has ended, however it did.
struct Gone(UnboundedSender<()>);

impl Drop for Gone {
    fn drop(&mut self) {
        // Where nobody listens any more, everybody is being sent home.
        self.0.send(()).unwrap_or_default();
    }
}

fn in_database<T>(
    open: &mut Option<OperatorDb>,
    hand: &Hand,
    work: impl FnOnce(&mut OperatorDb) -> Result<T>,
) -> Result<T> {
    let db = match open {
        Some(db) => db,
        None => open.insert(OperatorDb::open(&hand.url, hand.clock.clone())?),
    };
    work(db)
}

fn sleep_until(next: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Duration {
    let Some(next) = next else { return LONGEST_SLEEP };
    // One that is due by now and was not taken is in another worker's hands at this moment.
    (next - now).to_std().map_or(PAUSE, |until| until.min(LONGEST_SLEEP))
}
