//! Commands that do the same again and again, until they are told to stop.

use std::{
    sync::mpsc::{RecvTimeoutError, channel},
    time::Duration,
};

use anyhow::{Result, anyhow};

/// Does it at once and then each time after so long a rest. What is under way when the process is told to stop is done first.
pub fn until_told_to_stop(name: &str, rest: Duration, mut work: impl FnMut() + Send + 'static) -> Result<()> {
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
    drop(stop);
    thread.join().map_err(|_| anyhow!("the thread that works panicked"))
}
