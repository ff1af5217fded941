//! `portico ops attend`: the process of the backup environment.

use std::{
    sync::mpsc::{RecvTimeoutError, channel},
    time::Duration,
};

use anyhow::{Result, anyhow};
use api::{clock::Clock, config::backups::AttendConfig, ops::attend::Attendant};

/// How often it looks.
const EVERY: Duration = Duration::from_mins(1);

pub fn run() -> Result<()> {
    let _traces = super::observe("portico-attend")?;
    let config = AttendConfig::from_environment()?;
    // Wrong settings are said before the process goes to its thread.
    let mut attendant = Attendant::open(&config, Clock::system())?;
    let (stop, stopped) = channel::<()>();
    let looks = std::thread::Builder::new().name("attend".to_owned()).spawn(move || {
        loop {
            attendant.look();
            match stopped.recv_timeout(EVERY) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    })?;
    tracing::info!(trials = config.scratch_database_url.is_some(), "attending to backups");
    actix_web::rt::System::new().block_on(super::told_to_stop());
    tracing::info!("stopping");
    drop(stop);
    looks.join().map_err(|_| anyhow!("the thread that looks panicked"))
}
