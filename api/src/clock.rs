//! Time and ids, from one place, so that tests can fix and move the one and foresee the other.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use uuid::Uuid;

/// Where the present instant and new ids come from. Cheap to clone; clones share the time.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Fixed(Arc<Fixed>),
}

#[derive(Debug)]
struct Fixed {
    now: Mutex<DateTime<Utc>>,
    ids: AtomicU64,
}

impl Clock {
    /// The machine's time and random ids.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A time that stands still until moved, and ids that count up.
    pub fn fixed(now: DateTime<Utc>) -> Self {
        Self(Source::Fixed(Arc::new(Fixed { now: Mutex::new(now), ids: AtomicU64::new(1) })))
    }

    /// The present instant, in whole microseconds as PostgreSQL keeps them.
    #[expect(clippy::disallowed_methods, reason = "this is the place that all others ask")]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::System => Utc::now().trunc_subsecs(6),
            Source::Fixed(fixed) => *fixed.now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a fixed time; the system's cannot be moved.
    pub fn advance(&self, by: TimeDelta) {
        if let Source::Fixed(fixed) = &self.0 {
            *fixed.now.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }

    /// A new `UUIDv7` of the present instant.
    pub fn new_id(&self) -> Uuid {
        let millis = u64::try_from(self.now().timestamp_millis()).unwrap_or(0);
        let mut tail = [0_u8; 10];
        match &self.0 {
            Source::System => random(&mut tail),
            Source::Fixed(fixed) => {
                let number = fixed.ids.fetch_add(1, Ordering::Relaxed);
                if let Some(end) = tail.last_chunk_mut() {
                    *end = number.to_be_bytes();
                }
            }
        }
        uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
    }
}

/// When an id was made; absent where it does not say.
pub fn made_at(id: Uuid) -> Option<DateTime<Utc>> {
    let (seconds, nanoseconds) = id.get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanoseconds)
}

/// Fills the bytes with randomness of the operating system.
///
/// # Panics
/// Where the operating system has none to give: nothing safe can be done then.
pub fn random(bytes: &mut [u8]) {
    #[expect(
        clippy::expect_used,
        reason = "without randomness neither ids nor credentials can be made safely"
    )]
    getrandom::fill(bytes).expect("the operating system gives randomness");
}
