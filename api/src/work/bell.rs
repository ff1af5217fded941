//! What wakes a thread that waits for work, and tells it to go home.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Rung by whoever has news. Clones are the same bell.
#[derive(Debug, Clone, Default)]
pub struct Bell(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    rung: u64,
    closing: bool,
}

impl Bell {
    /// There may be work.
    pub fn ring(&self) {
        self.state().rung += 1;
        self.0.changed.notify_all();
    }

    /// Everybody goes home when they are done with what they are at.
    pub fn close(&self) {
        self.state().closing = true;
        self.0.changed.notify_all();
    }

    /// Whether it is time to go home.
    pub fn is_closing(&self) -> bool {
        self.state().closing
    }

    /// How often it was rung. To be asked before one looks for work, so that no ring in between is missed.
    pub fn count(&self) -> u64 {
        self.state().rung
    }

    /// Waits until it is rung once more than so often, or closed, or so long.
    pub fn wait(&self, count: u64, at_most: Duration) {
        let waiting = |state: &mut State| state.rung == count && !state.closing;
        // Which of the three it was, the one who waits finds out by looking.
        drop(self.0.changed.wait_timeout_while(self.state(), at_most, waiting));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(10);

    #[test]
    fn a_ring_before_the_wait_is_not_missed() {
        let bell = Bell::default();
        let count = bell.count();
        bell.ring();
        bell.wait(count, LONG);
        bell.clone().close();
        bell.wait(bell.count(), LONG);
        assert!(bell.is_closing());
    }
}
