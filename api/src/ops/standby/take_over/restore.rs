//! The third step: rows out of the stream, files out of their sets.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, Utc};
use shared::console::{ActionPhase, TakeOverReport};

use super::{Ground, Kind, leftovers::refuse_full};
use crate::{
    db::{
        copies::Snapshot,
        epoch::{begin, standing_at},
        operator::OperatorDb,
    },
    ops::{
        book::{Action, Book, Doer, Entry},
        restored_files::Bringing,
        standby::steps::Went,
        stream::recover::{Recovered, Running, Watcher},
    },
};

impl Ground<'_> {
    /// The third step: rows, then the files that they name.
    pub(super) fn restore(
        &self,
        epoch: i64,
        report: &mut TakeOverReport,
        watcher: &mut dyn Watcher,
    ) -> Result<Went<Running>> {
        let plan = self.recovery();
        let (recovered, running) = self.source.start(&plan, watcher)?;
        let owner = running.url("portico_owner", &self.plan.database);
        let mut epoch = epoch.max(1);
        if let Kind::Activation { because, .. } = &self.plan.kind {
            // A store that was lost may have been the only one that knew of an earlier take-over.
            let came_back = standing_at(&owner)?.epoch;
            if came_back >= epoch {
                let (later, said, refused) = self.say_epoch(came_back + 1, because);
                ensure!(!said.is_empty(), "no store takes that epoch {later} begins: {}", refused.join("; "));
                epoch = later;
                report.epoch = Some(later);
            }
        }
        // What was fenced, or is older than another epoch, takes changes here.
        begin(&owner, epoch)?;
        watcher.begins(ActionPhase::RestoreFiles, "");
        let (files, missing) = self.restore_files(&running, watcher)?;
        watcher.goes_on()?;
        report.last_commit = recovered.last_commit;
        report.organizations = u64::try_from(recovered.checked.organizations)?;
        report.rows = recovered.checked.rows;
        (report.files, report.missing_files) = (u64::try_from(files)?, u64::try_from(missing)?);
        Ok(Went::Done(running, self.words(&recovered, files, missing)))
    }

    fn words(&self, recovered: &Recovered, files: usize, missing: usize) -> String {
        let until =
            recovered.last_commit.map_or_else(String::new, |at| format!(" until the commit of {}", said(at)));
        let missing = match missing {
            0 => String::new(),
            _ => format!(", {missing} files are in no set"),
        };
        let notes = self.notes.iter().fold(String::new(), |said, note| said + "; " + note);
        format!(
            "base backup {} and {} files of the log from {}{until}: {} rows of {} organizations, each read, and {files} files{missing}{notes}",
            recovered.base,
            recovered.segments,
            self.source.store().name(),
            recovered.checked.rows,
            recovered.checked.organizations,
        )
    }

    fn restore_files(&self, running: &Running, watcher: &dyn Watcher) -> Result<(usize, usize)> {
        refuse_full(&self.files)?;
        fs::create_dir_all(&self.files).with_context(|| self.files.display().to_string())?;
        let bringing = Bringing::of(&self.environment, self.plan.from, &self.files)?;
        let snapshot = Snapshot::take(&running.url("portico_backup", &self.plan.database))?;
        let (mut reader, mut files, mut missing) = (snapshot.reader()?, 0, Vec::new());
        for organization in snapshot.organizations.clone() {
            watcher.goes_on()?;
            let (named, key) = reader.of(Some(organization), |rows| Ok((rows.files()?, rows.file_key()?)))?;
            files += bringing.bring(organization, named, key.as_deref(), &mut missing)?;
        }
        Ok((files, missing.len()))
    }

    /// In the book that was brought back, before anybody else writes there.
    pub(super) fn write_down(&self, running: &Running, report: &TakeOverReport) -> Result<()> {
        let url = running.url("portico_operator", &self.plan.database);
        let mut db = OperatorDb::open(&url, self.clock.clone())?;
        let subject = report.epoch.map_or_else(|| "no epoch".to_owned(), |epoch| format!("epoch {epoch}"));
        let entry = Entry::new(self.clock, Doer::shell(), Action::ActivateStandby, subject);
        let entry = entry.with(&serde_json::json!({ "report": report }));
        // The worker signs for it.
        db.on_the_platform(|conn| Book::new(None).write(conn, &entry))?;
        Ok(())
    }
}

fn said(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}
