//! Being told to stop, by any thread to all.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

/// Whether it is told. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<(Mutex<bool>, Condvar)>);

impl Stop {
    /// Tells everybody.
    pub fn set(&self) {
        let (told, changed) = &*self.0;
        *told.lock().unwrap_or_else(PoisonError::into_inner) = true;
        changed.notify_all();
    }

    /// Waits so long, or until it is told. Says whether it is.
    pub fn wait(&self, time: Duration) -> bool {
        let (told, changed) = &*self.0;
        let told = told.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed.wait_timeout_while(told, time, |told| !*told);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Whether it is told.
    pub fn is_set(&self) -> bool {
        self.wait(Duration::ZERO)
    }
}
