//! Threads for work that takes the processor: so many at once, so many waiting, and 503 for the rest.
//!
//! They stand back behind the threads that serve requests: whoever reads does not wait for what others have computed.
//! Linux gives them the processor where nobody else wants it, and takes it away the moment somebody does. On a machine
//! that is never idle that might be never, so one more thread, which claims a little, does what comes after it has rested
//! for [`PATIENCE`], or has waited for as long: who signs in alone never waits for an idle moment, and a storm gets no
//! more of the busy ones than that.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use thread_priority::{
    NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy,
    thread_native_id,
};
use tokio::sync::{Semaphore, oneshot};

use crate::ApiError;

/// How far the thread stands back that does what has waited for long, as `nice` counts it.
const NICENESS: i32 = 19;
/// For how long; and for how long the thread rests after each work.
const PATIENCE: Duration = Duration::from_secs(3);

type Work = Box<dyn FnOnce() + Send>;

/// A pool. Clones share it, and its threads end with the last of them.
#[derive(Debug, Clone)]
pub struct Bounded(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limit: usize,
    admits: usize,
    admitted: Arc<Semaphore>,
    refused: AtomicU64,
    queue: Arc<Queue>,
}

/// What waits for a thread.
#[derive(Default)]
struct Queue {
    line: Mutex<Line>,
    /// Something was put into the line, or the pool has ended.
    added: Condvar,
    /// The same, for the thread that claims a little, while it is not looking already.
    watched: Condvar,
}

struct Line {
    waiting: VecDeque<(Instant, Work)>,
    is_watched: bool,
    /// The thread that claims a little has rested: the first of those who wait is left to it.
    is_rested: bool,
    has_ended: bool,
}

impl Default for Line {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), is_watched: false, is_rested: true, has_ended: false }
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} waiting", self.line().waiting.len())
    }
}

/// How full a pool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// How many may run at once.
    pub limit: usize,
    /// How many run.
    pub running: usize,
    /// How many wait.
    pub waiting: usize,
    /// How many were refused since the process began.
    pub refused: u64,
}

impl Bounded {
    /// A pool of so many threads, before which so many wait.
    pub fn start(name: &str, threads: usize, waiting: usize) -> std::io::Result<Self> {
        Self::with_patience(name, threads, waiting, PATIENCE)
    }

    fn with_patience(
        name: &str,
        threads: usize,
        waiting: usize,
        patience: Duration,
    ) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::default());
        for number in 1..=threads {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name(format!("{name}-{number}")).spawn(move || {
                stand_back();
                while let Some(work) = queue.next() {
                    do_work(work);
                }
            })?;
        }
        let late = Arc::clone(&queue);
        thread::Builder::new().name(format!("{name}-late")).spawn(move || {
            claim_little();
            let mut worked = None;
            while let Some(work) = late.next_late(patience, worked) {
                do_work(work);
                worked = Some(Instant::now());
            }
        })?;
        let admits = threads + waiting;
        let admitted = Arc::new(Semaphore::new(admits));
        Ok(Self(Arc::new(Inner { limit: threads, admits, admitted, refused: AtomicU64::new(0), queue })))
    }

    /// Does the work on one of the threads, in the span of whoever asks. [`ApiError::Busy`] at once where too many wait
    /// already.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let Ok(admitted) = Arc::clone(&self.0.admitted).try_acquire_owned() else {
            self.0.refused.fetch_add(1, Ordering::Relaxed);
            return Err(ApiError::Busy);
        };
        let (done, outcome) = oneshot::channel();
        let span = tracing::Span::current();
        let work = move || {
            if done.is_closed() {
                // Whoever asked has gone away meanwhile.
                return;
            }
            let outcome = span.in_scope(work);
            // It ends with the work, not with the request: a client that goes away gives nothing back early. Then
            // nobody hears the outcome.
            drop(admitted);
            drop(done.send(outcome));
        };
        self.0.queue.add(Box::new(work));
        outcome.await.map_err(ApiError::internal)
    }

    /// How full it is.
    pub fn standing(&self) -> Standing {
        let admitted = self.0.admits.saturating_sub(self.0.admitted.available_permits());
        let running = admitted.min(self.0.limit);
        let refused = self.0.refused.load(Ordering::Relaxed);
        Standing { limit: self.0.limit, running, waiting: admitted - running, refused }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queue.line().has_ended = true;
        self.queue.added.notify_all();
        self.queue.watched.notify_all();
    }
}

impl Queue {
    fn line(&self) -> MutexGuard<'_, Line> {
        // Nothing that is done under the lock panics half way.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, work: Work) {
        let mut line = self.line();
        line.waiting.push_back((Instant::now(), work));
        let looks_already = std::mem::replace(&mut line.is_watched, true);
        let is_meant = line.is_rested;
        drop(line);
        self.added.notify_one();
        if is_meant || !looks_already {
            self.watched.notify_one();
        }
    }

    /// The next work, once it is there; absent when the pool has ended and nothing is left.
    fn next(&self) -> Option<Work> {
        let mut line = self.line();
        loop {
            let left_to_the_other = usize::from(line.is_rested && !line.has_ended);
            if let Some((_, work)) = line.waiting.remove(left_to_the_other) {
                return Some(work);
            }
            if line.has_ended {
                return None;
            }
            line = self.added.wait(line).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next work that has waited for so long, or any where the thread's last work ended so long ago.
    fn next_late(&self, patience: Duration, worked: Option<Instant>) -> Option<Work> {
        let mut line = self.line();
        loop {
            if line.has_ended {
                return None;
            }
            let rest = worked.map_or(Duration::ZERO, |ended| patience.saturating_sub(ended.elapsed()));
            let first = line.waiting.front();
            let left = first.map(|(since, _)| patience.saturating_sub(since.elapsed()).min(rest));
            line.is_watched = left.is_some();
            line.is_rested = rest.is_zero() && left.is_none();
            line = match left {
                Some(Duration::ZERO) => return line.waiting.pop_front().map(|(_, work)| work),
                None if rest.is_zero() => self.watched.wait(line).unwrap_or_else(PoisonError::into_inner),
                _ => {
                    let left = left.unwrap_or(rest);
                    self.watched.wait_timeout(line, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

fn do_work(work: Work) {
    // A panic is that of the one who asked, who hears that nobody answers; the thread goes on.
    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_err() {
        tracing::error!("work on a thread of its own panicked");
    }
}

/// This thread gets what nobody else wants of the processor.
fn stand_back() {
    let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    if let Err(error) = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle) {
        tracing::warn!(?error, "long work claims a little of the processor where requests want it all");
        claim_little();
    }
}

/// This thread gets little of the processor where others want it too.
pub fn claim_little() {
    // Linux counts by thread.
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::warn!(%error, "long work has the same claim on the processor as requests");
    }
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, sync::mpsc};

    use super::*;

    #[test]
    fn so_many_run_so_many_wait_and_the_rest_is_refused() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let pool = Bounded::start("test", 1, 1).expect("a thread");
            let (open, door) = mpsc::channel::<()>();
            let (open_second, second_door) = mpsc::channel::<()>();
            let mut first = pin!(pool.run(move || door.recv()));
            // It ends no sooner where it has waited so long that the other thread takes it.
            let mut second = pin!(pool.run(move || second_door.recv()));
            // Both are begun by being asked for once; neither is done.
            for _ in 0..2 {
                let waits = std::future::poll_fn(|context| {
                    use std::task::Poll;
                    let one = first.as_mut().poll(context).is_pending();
                    Poll::Ready(one && second.as_mut().poll(context).is_pending())
                });
                assert!(waits.await);
            }
            assert_eq!(pool.standing(), Standing { limit: 1, running: 1, waiting: 1, refused: 0 });
            assert!(matches!(pool.run(|| ()).await, Err(ApiError::Busy)));
            assert_eq!(pool.standing().refused, 1);
            open.send(()).expect("it waits");
            open_second.send(()).expect("it waits");
            first.await.expect("it ran").expect("it heard");
            second.await.expect("it ran").expect("it heard");
            assert_eq!(pool.standing(), Standing { limit: 1, running: 0, waiting: 0, refused: 1 });
        });
    }

    #[test]
    fn one_work_that_takes_long_holds_up_no_other() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let pool = Bounded::with_patience("test", 1, 2, Duration::from_millis(20)).expect("threads");
            let (open, door) = mpsc::channel::<()>();
            let holds = pool.run(move || door.recv().map(|()| name_of_thread()));
            let late = async {
                let names = [pool.run(name_of_thread).await, pool.run(name_of_thread).await];
                open.send(()).expect("it waits");
                names
            };
            let (held, names) = futures_util::future::join(holds, late).await;
            let held = held.expect("it ran").expect("it heard");
            for name in names {
                assert_ne!(name.expect("it ran"), held);
            }
        });
    }

    #[test]
    fn the_first_claims_a_little_and_the_next_gives_way_to_all_others() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let pool = Bounded::start("test", 1, 1).expect("threads");
            let (open, door) = mpsc::channel::<()>();
            let first = pool.run(move || door.recv().map(|()| thread_priority::thread_schedule_policy()));
            let next = async {
                let policy = pool.run(thread_priority::thread_schedule_policy).await;
                open.send(()).expect("it waits");
                policy
            };
            let (first, next) = futures_util::future::join(first, next).await;
            let (first, next) = (first.expect("it ran").expect("it heard"), next.expect("it ran"));
            let normal = |policy| ThreadSchedulePolicy::Normal(policy);
            assert_eq!(first.expect("Linux tells"), normal(NormalThreadSchedulePolicy::Other));
            assert_eq!(next.expect("Linux tells"), normal(NormalThreadSchedulePolicy::Idle));
        });
    }

    #[test]
    fn what_waits_while_the_other_thread_rests_is_done_by_those_that_give_way() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let pool = Bounded::with_patience("test", 1, 2, Duration::from_mins(5)).expect("threads");
            let mut names = Vec::new();
            for _ in 0..4 {
                names.push(pool.run(name_of_thread).await.expect("it ran"));
            }
            assert_eq!(names, ["test-late", "test-1", "test-1", "test-1"]);
        });
    }

    fn name_of_thread() -> String {
        thread::current().name().unwrap_or_default().to_owned()
    }
}
