//! Who waits for a recovery: told how far it is, and asked whether it is still wanted.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Result, ensure};
use shared::console::ActionPhase;

/// How it goes, for whoever waits.
pub trait Watcher {
    /// A phase begins, about something where that is not empty.
    fn begins(&mut self, phase: ActionPhase, about: &str);
    /// So many bytes are to come, where that is known.
    fn expects(&mut self, _: Option<u64>) {}
    /// So much of it is done, and the rest takes so long.
    fn is_at(&mut self, done: u64, of: u64, left: Option<Duration>);
    /// So many bytes of it have passed, of so many where that is known, and the rest takes so long.
    fn has_passed(&mut self, bytes: u64, of: Option<u64>, left: Option<Duration>) {
        self.is_at(bytes, of.unwrap_or_default(), left);
    }
    /// Whether whoever waits still wants it: asked again and again, and what was begun is taken back where it fails.
    fn goes_on(&self) -> Result<()> {
        Ok(())
    }
}

/// Nobody watches.
#[derive(Debug, Clone, Default)]
pub struct Silent {
    /// Whether it is over before it is done.
    pub is_cancelled: Cancelled,
}

impl Watcher for Silent {
    fn begins(&mut self, _: ActionPhase, _: &str) {}

    fn is_at(&mut self, _: u64, _: u64, _: Option<Duration>) {}

    fn goes_on(&self) -> Result<()> {
        self.is_cancelled.check()
    }
}

/// Two who watch the same. It goes on while both want it.
pub struct Both<A, B>(pub A, pub B);

impl<A, B> std::fmt::Debug for Both<A, B> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Both")
    }
}

impl<A: Watcher, B: Watcher> Watcher for Both<A, B> {
    fn begins(&mut self, phase: ActionPhase, about: &str) {
        self.0.begins(phase, about);
        self.1.begins(phase, about);
    }

    fn expects(&mut self, of: Option<u64>) {
        self.0.expects(of);
        self.1.expects(of);
    }

    fn is_at(&mut self, done: u64, of: u64, left: Option<Duration>) {
        self.0.is_at(done, of, left);
        self.1.is_at(done, of, left);
    }

    fn has_passed(&mut self, bytes: u64, of: Option<u64>, left: Option<Duration>) {
        self.0.has_passed(bytes, of, left);
        self.1.has_passed(bytes, of, left);
    }

    fn goes_on(&self) -> Result<()> {
        self.0.goes_on()?;
        self.1.goes_on()
    }
}

/// Says that what is under way is not wanted any more.
#[derive(Debug, Clone, Default)]
pub struct Cancelled(Arc<AtomicBool>);

impl Cancelled {
    /// From now on.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Fails where it is.
    pub fn check(&self) -> Result<()> {
        ensure!(!self.0.load(Ordering::Relaxed), "it was cancelled: what was begun is taken back");
        Ok(())
    }
}
