//! Who waits to hear that somebody's access has changed: live streams.
//!
//! Each stream has one flag that is raised, so however much changes at once, and however slowly it is read, it holds no
//! queue. The cache raises it when it forgets, which is within a second of any change on any server.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use shared::ids::{OrganizationId, SessionId, UserId};
use tokio::sync::{Notify, Semaphore, SemaphorePermit};

use crate::{ApiError, db::AccessScope};

/// Streams of one session, which is one browser, at one server.
pub const STREAMS_PER_SESSION: usize = 8;
/// Streams of one person at one server.
pub const STREAMS_PER_PERSON: usize = 40;
/// Streams of one server.
const STREAMS: usize = 10_000;
/// After so many seconds whoever has too many may try again.
const TRY_AGAIN_SECONDS: u32 = 30;
/// A change for everybody wakes every stream of an organization; so many of them look at one moment what it means, so
/// that requests still find a connection.
const LOOKING: usize = 2;

/// The streams of a server. Clones share them.
#[derive(Debug, Clone)]
pub struct Watch(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    looking: Semaphore,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    open: HashMap<u64, Open>,
    closed: bool,
}

#[derive(Debug)]
struct Open {
    organization: OrganizationId,
    user: UserId,
    session: SessionId,
    wake: Arc<Notify>,
}

/// One stream, for as long as it is held.
#[derive(Debug)]
pub struct Watching {
    id: u64,
    watch: Watch,
    wake: Arc<Notify>,
}

impl Default for Watch {
    fn default() -> Self {
        Self(Arc::new(Inner { state: Mutex::default(), looking: Semaphore::new(LOOKING) }))
    }
}

impl Watch {
    /// One more stream of the session, unless there are as many as anybody may have.
    pub fn enter(
        &self,
        organization: OrganizationId,
        user: UserId,
        session: SessionId,
    ) -> Result<Watching, ApiError> {
        let wake = Arc::new(Notify::new());
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let theirs = || state.open.values().filter(|open| open.user == user);
        let of_session = theirs().filter(|open| open.session == session).count();
        if of_session >= STREAMS_PER_SESSION || theirs().count() >= STREAMS_PER_PERSON {
            return Err(ApiError::TooManyAttempts(TRY_AGAIN_SECONDS));
        }
        if state.closed || state.open.len() >= STREAMS {
            return Err(ApiError::Busy);
        }
        let id = state.next;
        state.next += 1;
        state.open.insert(id, Open { organization, user, session, wake: Arc::clone(&wake) });
        drop(state);
        Ok(Watching { id, watch: self.clone(), wake })
    }

    /// Wakes the streams of the people concerned.
    pub fn wake(&self, organization: OrganizationId, scope: AccessScope) {
        self.wake_where(|open| {
            open.organization == organization
                && match scope {
                    AccessScope::User(user) => open.user == user,
                    AccessScope::Everyone => true,
                }
        });
    }

    /// Wakes all streams.
    pub fn wake_all(&self) {
        self.wake_where(|_| true);
    }

    /// Ends all streams, and lets none begin: the server stops.
    pub fn close(&self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.wake_all();
    }

    /// How many streams there are.
    pub fn len(&self) -> usize {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).open.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn wake_where(&self, concerned: impl Fn(&Open) -> bool) {
        let state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        for open in state.open.values().filter(|open| concerned(open)) {
            // One permit is kept for a stream that is not waiting right now.
            open.wake.notify_one();
        }
    }
}

impl Watching {
    /// Waits until something has changed since the last time.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Whether the server stops.
    pub fn is_closed(&self) -> bool {
        self.watch.0.state.lock().unwrap_or_else(PoisonError::into_inner).closed
    }

    /// One's turn to look what has changed, for as long as it is held.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>, ApiError> {
        self.watch.0.looking.acquire().await.map_err(ApiError::internal)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.watch.0.state.lock().unwrap_or_else(PoisonError::into_inner).open.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use uuid::Uuid;

    use super::*;

    fn ids(number: u128) -> (OrganizationId, UserId, SessionId) {
        let id = Uuid::from_u128(number);
        (OrganizationId(id), UserId(id), SessionId(id))
    }

    #[test]
    fn those_concerned_wake_once_however_much_has_changed() {
        let watch = Watch::default();
        let (organization, user, session) = ids(1);
        let (elsewhere, other, _) = ids(2);
        let stream = watch.enter(organization, user, session).expect("there is room");
        let is_awake = || stream.woken().now_or_never().is_some();
        assert!(!is_awake());
        for _ in 0..1000 {
            watch.wake(organization, AccessScope::User(user));
        }
        assert!(is_awake() && !is_awake());
        for (organization, scope, expected) in [
            (organization, AccessScope::User(other), false),
            (elsewhere, AccessScope::Everyone, false),
            (elsewhere, AccessScope::User(user), false),
            (organization, AccessScope::Everyone, true),
        ] {
            watch.wake(organization, scope);
            assert_eq!(is_awake(), expected, "{scope:?}");
        }
        watch.close();
        assert!(is_awake() && stream.is_closed());
        drop(stream);
        assert!(watch.is_empty());
        assert!(matches!(watch.enter(organization, user, session), Err(ApiError::Busy)));
    }

    #[test]
    fn nobody_has_more_than_anybody_may() {
        let watch = Watch::default();
        let (organization, user, session) = ids(1);
        let enter = |session: u128| watch.enter(organization, user, SessionId(Uuid::from_u128(session)));
        let mut held: Vec<Watching> = (0..STREAMS_PER_SESSION).map(|_| enter(1).expect("room")).collect();
        assert!(matches!(enter(1), Err(ApiError::TooManyAttempts(_))));
        for other in 2_u128.. {
            if held.len() == STREAMS_PER_PERSON {
                break;
            }
            held.push(enter(other).expect("room"));
        }
        assert!(matches!(enter(999), Err(ApiError::TooManyAttempts(_))));
        held.pop();
        drop(watch.enter(organization, ids(2).1, session).expect("somebody else"));
        enter(999).expect("room again");
    }
}
