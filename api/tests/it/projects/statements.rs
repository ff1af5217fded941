//! Counts the statements that a server sends to a test's database.

use std::{
    collections::HashMap,
    sync::{Mutex, Once},
};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

use crate::harness::TestApp;

/// Statements by the address of the database, whose name is the test's own.
static COUNTS: Mutex<Option<HashMap<String, usize>>> = Mutex::new(None);

/// Lets every connection count that is opened from now on, in this process: call it before the server starts.
pub fn count_from_now_on() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        set_default_instrumentation(|| Some(Box::new(Counting::default()))).expect("nobody else counts");
    });
}

/// How many statements the server sent to the test's database during this.
pub fn during<T>(app: &TestApp, work: impl FnOnce() -> T) -> usize {
    let before = count(app);
    work();
    count(app) - before
}

fn count(app: &TestApp) -> usize {
    let counts = COUNTS.lock().expect("nobody panicked");
    let of = app.database.url("portico_app");
    counts.as_ref().and_then(|counts| counts.get(&of)).copied().unwrap_or(0)
}

#[derive(Default)]
struct Counting {
    url: String,
}

impl Instrumentation for Counting {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => url.clone_into(&mut self.url),
            InstrumentationEvent::StartQuery { .. } => {
                let mut counts = COUNTS.lock().expect("nobody panicked");
                *counts.get_or_insert_default().entry(self.url.clone()).or_default() += 1;
            }
            _ => {}
        }
    }
}
