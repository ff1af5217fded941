//! Lets the server forget what stands in the local store, and the folder in memory too; and sees to it that every instant
//! has a commit behind it.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::{
    database::{Database, Identity},
    files::Folder,
    segments::Segment,
    state::Progress,
    stop::Stop,
};
use crate::config::stream::StreamConfig;

const EVERY: Duration = Duration::from_secs(1);
/// An instant that lies so long ago is hit exactly, also where nobody wrote anything since.
const BEAT_EVERY: Duration = Duration::from_mins(1);

/// What does it.
#[derive(Debug)]
pub struct Keeper<'a> {
    url: &'a str,
    folder: &'a Folder,
    identity: &'a Identity,
    progress: &'a Progress,
}

impl<'a> Keeper<'a> {
    pub const fn new(
        config: &'a StreamConfig,
        folder: &'a Folder,
        identity: &'a Identity,
        progress: &'a Progress,
    ) -> Self {
        Self { url: config.database_url.as_str(), folder, identity, progress }
    }

    pub fn run(&self, stop: &Stop) {
        let (mut database, mut beaten, mut kept, mut failing) = (None, None, None, false);
        while !stop.wait(EVERY) {
            let round = self.round(&mut database, &mut beaten, &mut kept);
            if let Err(error) = &round {
                database = None;
                if !failing {
                    tracing::warn!(error = format!("{error:#}"), "the replication slot stays where it is");
                }
            }
            failing = round.is_err();
        }
    }

    fn round(
        &self,
        database: &mut Option<Database>,
        beaten: &mut Option<Instant>,
        kept: &mut Option<Segment>,
    ) -> Result<()> {
        let size = self.identity.size()?;
        let whole = self.progress.whole();
        let is_due = beaten.is_none_or(|at| at.elapsed() >= BEAT_EVERY);
        if whole == *kept && !is_due {
            return Ok(());
        }
        let database = match database {
            Some(database) => database,
            none => {
                let mut opened = Database::open(self.url)?;
                anyhow::ensure!(opened.identity()? == *self.identity, "it is another cluster");
                none.insert(opened)
            }
        };
        if is_due {
            database.beat()?;
            *beaten = Some(Instant::now());
        }
        if let Some(segment) = whole.filter(|_| whole != *kept) {
            let first = segment.next();
            database.advance(size.start(first))?;
            self.folder.remove_before(size, first)?;
            *kept = whole;
        }
        Ok(())
    }
}
