//! `portico ops attend`: the process of the backup environment.

use std::time::Duration;

use anyhow::Result;
use api::{clock::Clock, config::backups::AttendConfig, ops::attend::Attendant};

/// How often it looks.
const EVERY: Duration = Duration::from_mins(1);

pub fn run() -> Result<()> {
    let _traces = super::observe("portico-attend")?;
    let config = AttendConfig::from_environment()?;
    super::ops::keep_from_being_looked_into()?;
    // Wrong settings are said before the process goes to its thread.
    let mut attendant = Attendant::open(&config, Clock::system())?;
    tracing::info!(
        trials = config.scratch_database_url.is_some(),
        drills = config.drill.is_some(),
        "attending to backups"
    );
    super::repeating::until_told_to_stop("attend", EVERY, &attendant.cancelled(), move || {
        attendant.look();
    })
}
