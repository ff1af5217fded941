//! What takes long is seen while it is under way, and ends when somebody asks for it: the worker's actions and those of shells at
//! production by a row each ([`board`]), those of the backup environment by what it says in the store
//! ([`super::attend`]).
//!
//! [`Telling`] is a thread beside the action, which says how far it is. Invariants: it never keeps the action waiting but at its
//! end, and for seconds there; that it cannot say anything fails nothing, and is logged once; the action hears that it is
//! cancelled when the next bytes pass ([`super::progress`]), and takes back what it has begun.

pub mod board;

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use shared::console::{ActionPhase, LongAction, Measure, PhaseProgress};

use super::{progress, stream::recover::Watcher};
use crate::clock::Clock;

pub use self::board::Board;

/// How long the end of an action waits for its last word to be said.
const LAST_WORD: Duration = Duration::from_secs(10);

/// What is being done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// What.
    pub action: LongAction,
    /// To what.
    pub subject: String,
    /// Who does it.
    pub started_by: String,
    /// Whether it is an action that can be called off.
    pub can_be_cancelled: bool,
}

impl About {
    /// What the worker does.
    pub fn of_worker(action: LongAction, subject: impl Into<String>) -> Self {
        Self {
            action,
            subject: subject.into(),
            started_by: "portico work".to_owned(),
            can_be_cancelled: !matches!(action, LongAction::EraseOrganization | LongAction::EraseProjects),
        }
    }

    /// What somebody does at a shell.
    pub fn of_shell(action: LongAction, subject: impl Into<String>) -> Self {
        let started_by = crate::config::shell_user();
        Self { action, subject: subject.into(), started_by, can_be_cancelled: true }
    }
}

/// Says how far an action is, somewhere.
pub trait Teller: Send + 'static {
    /// How long it is waited before something is said that was said so many times before.
    fn rest(&self, times: u32) -> Duration;

    /// Says it. Gives who has asked for the action to be cancelled, where somebody has.
    fn say(&mut self, progress: &PhaseProgress) -> Result<Option<String>>;

    /// The action is over.
    fn end(&mut self) -> Result<()>;
}

/// An action that is told of until this is ended or dropped.
#[derive(Debug)]
pub struct Telling {
    shared: Arc<Shared>,
    clock: Clock,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    rung: Condvar,
}

#[derive(Debug)]
struct State {
    progress: PhaseProgress,
    cancelled_by: Option<String>,
    times: u32,
    is_over: bool,
    is_silent: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How it went, as far as whoever tells of it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Who has asked for it to be cancelled, and was heard.
    pub cancelled_by: Option<String>,
    /// How often something was said.
    pub times: u32,
}

impl Telling {
    /// Begins to tell.
    pub fn begin(mut teller: impl Teller, clock: Clock) -> Self {
        let progress = PhaseProgress {
            phase: ActionPhase::Begin,
            about: String::new(),
            began_at: clock.now(),
            measure: Measure::Bytes,
            passed: 0,
            expected: None,
        };
        let state = State { progress, cancelled_by: None, times: 0, is_over: false, is_silent: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), rung: Condvar::new() });
        let of_thread = Arc::clone(&shared);
        let begun = std::thread::Builder::new().name("under way".to_owned()).spawn(move || {
            tell(&of_thread, &mut teller);
            of_thread.lock().is_silent = true;
            of_thread.rung.notify_all();
        });
        if let Err(error) = begun {
            tracing::warn!(%error, "what is under way is not said");
            shared.lock().is_silent = true;
        }
        Self { shared, clock }
    }

    /// Does it, watched: it fails soon after somebody has asked for it to be cancelled.
    pub fn watch<T>(&self, work: impl FnOnce() -> T) -> T {
        progress::watched(Box::new(self.watcher()), work)
    }

    /// What watches it.
    pub fn watcher(&self) -> Watching {
        Watching { shared: Arc::clone(&self.shared), clock: self.clock.clone() }
    }

    /// The action is over: nothing more is said of it.
    pub fn end(self) -> Told {
        self.finish();
        let state = self.shared.lock();
        Told { cancelled_by: state.cancelled_by.clone(), times: state.times }
    }

    fn finish(&self) {
        let mut state = self.shared.lock();
        state.is_over = true;
        self.shared.rung.notify_all();
        let until = Instant::now() + LAST_WORD;
        while !state.is_silent {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                tracing::warn!("the end of what was under way is not said yet");
                return;
            }
            let woken = self.shared.rung.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Says it again and again until it is over.
fn tell(shared: &Shared, teller: &mut impl Teller) {
    let mut has_failed = false;
    let mut rest = teller.rest(0);
    while let Some(progress) = wait(shared, rest) {
        match teller.say(&progress) {
            Ok(cancelled_by) => {
                let mut state = shared.lock();
                state.times += 1;
                let is_news = cancelled_by.is_some() && state.cancelled_by.is_none();
                if is_news {
                    state.cancelled_by = cancelled_by;
                }
                rest = if is_news { Duration::ZERO } else { teller.rest(state.times) };
            }
            Err(error) => {
                if !has_failed {
                    tracing::warn!(error = format!("{error:#}"), "how far something is cannot be said");
                }
                has_failed = true;
                rest = teller.rest(1).max(Duration::from_secs(5));
            }
        }
    }
    if let Err(error) = teller.end() {
        tracing::warn!(error = format!("{error:#}"), "that something is over cannot be said");
    }
}

/// How far it is after so long a rest; nothing once it is over.
fn wait(shared: &Shared, rest: Duration) -> Option<PhaseProgress> {
    let until = Instant::now() + rest;
    let mut state = shared.lock();
    loop {
        if state.is_over {
            return None;
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let phase =
                if state.cancelled_by.is_some() { ActionPhase::TakeBack } else { state.progress.phase };
            return Some(PhaseProgress { phase, ..state.progress.clone() });
        }
        state = shared.rung.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// Takes note of how far it is.
#[derive(Debug, Clone)]
pub struct Watching {
    shared: Arc<Shared>,
    clock: Clock,
}

impl Watching {
    fn note(&self, measure: Measure, passed: u64, expected: Option<u64>) {
        let progress = &mut self.shared.lock().progress;
        (progress.measure, progress.passed, progress.expected) = (measure, passed, expected);
    }
}

impl Watcher for Watching {
    fn begins(&mut self, phase: ActionPhase, about: &str) {
        self.shared.lock().progress = PhaseProgress {
            phase,
            about: about.to_owned(),
            began_at: self.clock.now(),
            measure: Measure::Bytes,
            passed: 0,
            expected: None,
        };
    }

    fn expects(&mut self, of: Option<u64>) {
        self.note(Measure::Bytes, 0, of);
    }

    fn is_at(&mut self, done: u64, of: u64, _: Option<Duration>) {
        self.note(Measure::Steps, done, Some(of));
    }

    fn has_passed(&mut self, bytes: u64, of: Option<u64>, _: Option<Duration>) {
        self.note(Measure::Bytes, bytes, of);
    }

    fn goes_on(&self) -> Result<()> {
        match &self.shared.lock().cancelled_by {
            Some(by) => bail!("{}", cancelled(by)),
            None => Ok(()),
        }
    }
}

/// Why something ended that an operator has cancelled.
pub fn cancelled(by: &str) -> String {
    format!("{by} has cancelled it at the console: what was begun is taken back")
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Hands out what it is to say, and says of the second that it is cancelled.
    struct Aloud(Sender<Option<PhaseProgress>>, Receiver<Result<Option<String>>>);

    impl Teller for Aloud {
        fn rest(&self, _: u32) -> Duration {
            Duration::ZERO
        }

        fn say(&mut self, progress: &PhaseProgress) -> Result<Option<String>> {
            self.0.send(Some(progress.clone()))?;
            self.1.recv()?
        }

        fn end(&mut self) -> Result<()> {
            Ok(self.0.send(None)?)
        }
    }

    #[test]
    fn it_is_told_until_it_is_over_and_ends_once_it_was_cancelled() {
        let ((say, said), (answer, answers)) = (channel(), channel());
        let telling = Telling::begin(Aloud(say, answers), Clock::system());
        let next = || said.recv().expect("it goes on").expect("it is not over");
        assert_eq!(next().phase, ActionPhase::Begin);
        let outcome = telling.watch(|| -> Result<()> {
            progress::begins(ActionPhase::ReadSet, "a-set", Some(10));
            progress::passed(4)?;
            answer.send(Ok(None))?;
            let now = next();
            assert_eq!((now.phase, now.passed, now.expected), (ActionPhase::ReadSet, 4, Some(10)));
            assert_eq!(now.about, "a-set");
            answer.send(Ok(Some("eva@ops.example".to_owned())))?;
            assert_eq!(next().phase, ActionPhase::TakeBack);
            progress::goes_on().expect_err("it was cancelled");
            Ok(progress::passed(1)?)
        });
        let error = format!("{:#}", outcome.expect_err("it was cancelled"));
        assert!(error.starts_with("eva@ops.example has cancelled it at the console"), "{error}");
        drop(answer);
        let told = telling.end();
        assert_eq!(told.cancelled_by.as_deref(), Some("eva@ops.example"));
        assert_eq!(said.into_iter().last(), Some(None), "it is said that it is over");
    }

    #[test]
    fn that_nothing_can_be_said_fails_nothing() {
        let ((say, said), (answer, answers)) = (channel(), channel());
        drop((answer, said));
        let telling = Telling::begin(Aloud(say, answers), Clock::system());
        telling.watch(|| progress::passed(4)).expect("it goes on");
        assert_eq!(telling.end(), Told { cancelled_by: None, times: 0 });
    }
}
