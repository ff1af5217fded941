//! What the worker does about the stream: it reads in the local store how the stream goes, and raises alarms.

use anyhow::Result;
use chrono::{DateTime, Utc};

use super::state::{self, Concern};
use crate::{
    config::{WorkConfig, backups::StoreConfig},
    db::operator::OperatorDb,
    ops::{alarms, letters, stores::Store},
    work::loops::Round,
};

/// Looks, where backups are set up: at a stream that has ever run, or that is to run.
pub fn look(config: &WorkConfig) -> Result<Round> {
    let Some(backups) = config.backups.clone() else { return Ok(Box::new(|_| Ok(()))) };
    let (readers, expected) = (config.operators_mail.clone(), config.expects_stream);
    let mut since = None;
    Ok(Box::new(move |db| {
        let since = *since.get_or_insert_with(|| db.clock().now());
        judge(db, &readers, &backups.stores.local, expected, since)
    }))
}

fn judge(
    db: &mut OperatorDb,
    readers: &[String],
    local: &StoreConfig,
    expected: bool,
    since: DateTime<Utc>,
) -> Result<()> {
    let state = match Store::at("the local store", local).and_then(|store| state::read(&store)) {
        Ok(state) => state,
        Err(error) => {
            // That no set can be made there is an alarm already.
            tracing::warn!(error = format!("{error:#}"), "how the stream goes cannot be read");
            return Ok(());
        }
    };
    if state.is_none() && !expected {
        return Ok(());
    }
    let wrong = state::concerns(state.as_ref(), since, db.clock().now());
    for concern in Concern::ALL {
        let why = wrong.iter().find(|(found, _)| *found == concern).map(|(_, why)| why);
        match why {
            Some(why) => {
                alarms::raise(db, readers, concern.alarm(), letters::stream_wrong(concern, why))?;
            }
            // While nothing is heard of it, nobody knows whether the rest is well.
            None if wrong.iter().any(|(found, _)| *found == Concern::Down) => {}
            None => {
                alarms::end(db, readers, concern.alarm(), letters::stream_well(concern))?;
            }
        }
    }
    Ok(())
}
