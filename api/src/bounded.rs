//! Threads for work that takes the processor: so many at once, so many waiting, and 503 for the rest.
//!
//! They stand back behind the threads that serve requests: whoever reads does not wait for what others have computed.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
};

use tokio::sync::{Semaphore, oneshot};

use crate::ApiError;

/// How far the threads stand back, as `nice` counts it.
const NICENESS: i32 = 19;

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
    work: mpsc::Sender<Work>,
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
        let (work, queue) = mpsc::channel::<Work>();
        let queue = Arc::new(Mutex::new(queue));
        for number in 1..=threads {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name(format!("{name}-{number}")).spawn(move || work_until_left(&queue))?;
        }
        let admits = threads + waiting;
        let admitted = Arc::new(Semaphore::new(admits));
        Ok(Self(Arc::new(Inner { limit: threads, admits, admitted, refused: AtomicU64::new(0), work })))
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
        let gone = |_| ApiError::internal(anyhow::anyhow!("the threads have ended"));
        self.0.work.send(Box::new(work)).map_err(gone)?;
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

/// The life of one thread.
fn work_until_left(queue: &Mutex<mpsc::Receiver<Work>>) {
    // Linux counts by thread.
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::warn!(%error, "long work has the same claim on the processor as requests");
    }
    loop {
        let work = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = work else { return };
        // A panic is that of the one who asked, who hears that nobody answers; the thread goes on.
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_err() {
            tracing::error!("work on a thread of its own panicked");
        }
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
            let mut first = pin!(pool.run(move || door.recv()));
            let mut second = pin!(pool.run(|| ()));
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
            first.await.expect("it ran").expect("it heard");
            second.await.expect("it ran");
            assert_eq!(pool.standing(), Standing { limit: 1, running: 0, waiting: 0, refused: 1 });
        });
    }
}
