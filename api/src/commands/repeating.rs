//! Commands that do the same again and again, until they are told to stop.

use std::{
    sync::mpsc::{RecvTimeoutError, channel},
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow};
use api::ops::stream::recover::Cancelled;

/// Does it at once and then each time after so long a rest. What is under way when the process is told to stop is done first,
/// or ended by `cancelled`.
pub fn until_told_to_stop(
    name: &str,
    rest: Duration,
    cancelled: &Cancelled,
    mut work: impl FnMut() + Send + 'static,
) -> Result<()> {
    let (stop, stopped) = channel::<()>();
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        loop {
            work();
            match stopped.recv_timeout(rest) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    })?;
    actix_web::rt::System::new().block_on(super::told_to_stop());
    tracing::info!("stopping");
    cancelled.set();
    drop(stop);
    thread.join().map_err(|_| anyhow!("the thread that works panicked"))
}

/// What is set once the process is told to stop, so that it takes back what it has begun.
pub fn cancelled_when_told_to_stop() -> Result<Cancelled> {
    let cancelled = Cancelled::default();
    let told = cancelled.clone();
    let listening = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        actix_web::rt::System::new().block_on(super::told_to_stop());
        told.set();
    });
    // It ends with the process.
    drop(listening.context("signals cannot be heard")?);
    Ok(cancelled)
}
