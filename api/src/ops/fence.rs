//! How production learns that another environment has taken its place: the worker looks into both stores, and lets the
//! database refuse changes. Servers need not be told, and none can forget it.

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};

use super::{
    alarms,
    book::{Action, Book, Doer, Entry},
    epoch::{self, Epoch},
    letters,
    signing::Signers,
    stores::Store,
};
use crate::{
    config::{WorkConfig, backups::StoresConfig},
    db::{
        epoch::{Standing, fence_tables, note_later, standing},
        operator::OperatorDb,
    },
    work::loops::Round,
};

/// The alarm about it.
const ALARM: &str = "fence";

/// Looks, where a key of the backup environment is noted.
pub fn look(config: &WorkConfig) -> Result<Round> {
    let Some(backups) = &config.backups else { return Ok(Box::new(|_| Ok(()))) };
    let Some(keys) = &backups.attendance_keys else { return Ok(Box::new(|_| Ok(()))) };
    let watch = Watch {
        stores: backups.stores.clone(),
        signers: Signers::parse(keys)?,
        readers: config.operators_mail.clone(),
    };
    Ok(Box::new(move |db| watch.look(db).map(|_| ())))
}

/// What looks.
#[derive(Debug)]
pub struct Watch {
    /// Where it is said.
    pub stores: StoresConfig,
    /// Whose word counts.
    pub signers: Signers,
    /// Who is told.
    pub readers: Vec<String>,
}

impl Watch {
    /// Looks once, and gives how the database stands afterwards.
    pub fn look(&self, db: &mut OperatorDb) -> Result<Standing> {
        let here = standing(db.global())?;
        if let Some(later) = here.fenced_by {
            // What was interrupted, or had to wait for writers, is done now.
            let because = here.fenced_because.clone().unwrap_or_default();
            self.fence(db, here.epoch, later, &because)?;
            return Ok(here);
        }
        let stores = [
            Store::at("the local store", &self.stores.local),
            Store::at("the off-site store", &self.stores.off_site),
        ];
        // That one is out of reach is an alarm of its own, and no reason to stop.
        let asked = stores.iter().filter_map(|store| store.as_ref().ok()).filter_map(|store| {
            epoch::later(store, here.epoch, &self.signers).unwrap_or_else(|error| {
                tracing::debug!(error = format!("{error:#}"), "no later epoch can be read");
                None
            })
        });
        let Some(later) = asked.max_by_key(|later| later.epoch) else { return Ok(here) };
        if note_later(db, later.epoch, &later.because)? {
            tracing::error!(epoch = here.epoch, later = later.epoch, "another environment has taken over");
            // In this book alone: the head off-site is that of the other environment's from now on.
            let entry = entry(db, &here, &later);
            db.on_the_platform(|conn| Book::new(None).write(conn, &entry).map(|_| ()))?;
        }
        self.fence(db, here.epoch, later.epoch, &later.because)?;
        standing(db.global()).context("how the database stands")
    }

    /// Tells operators, once, and lets every table refuse changes that does not yet.
    fn fence(&self, db: &mut OperatorDb, epoch: i64, later: i64, because: &str) -> Result<()> {
        alarms::raise(db, &self.readers, ALARM, letters::fenced(epoch, later, because))?;
        for (table, error) in fence_tables(db)? {
            tracing::warn!(table, error, "a table is not fenced yet: somebody writes there");
        }
        Ok(())
    }
}

fn entry(db: &OperatorDb, here: &Standing, later: &Epoch) -> Entry {
    let subject = format!("epoch {}", here.epoch);
    let details = serde_json::json!({
        "by": later.by, "because": later.because, "later": later.epoch, "began_at": said(later.began_at),
    });
    Entry::new(db.clock(), Doer::worker(), Action::Fence, subject).with(&details)
}

fn said(at: DateTime<Utc>) -> String {
    at.to_rfc3339()
}
