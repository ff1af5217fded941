//! What comes next when a request is carried out.

use chrono::{DateTime, TimeDelta, Utc};
use shared::console::{ActionPhase, ClientRequestKind};

use crate::console::requests::store::Row;

/// How long a request of somebody's may go on who was let in before the organization was suspended, and the seal of their audit log:
/// the copy is made when nothing changes any more.
const SETTLING: TimeDelta = TimeDelta::seconds(30);
/// A copy that was made longer ago is made anew before anything goes: it is kept for so long after it was made at the least.
const STALE: TimeDelta = TimeDelta::days(7);

/// One thing to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Let nobody in any more.
    Suspend,
    /// Make the client's copy.
    Package,
    /// Put it into both stores of backups.
    Store,
    /// Enter the erasure into the ledger there.
    Enter,
    /// Erase the rows.
    Erase,
    /// Remove the files.
    RemoveFiles,
    /// Give the organization another key for its sets.
    RenewKey,
    /// Make sets under it, in both stores.
    Secure,
    /// Say that it is done.
    Finish,
}

impl Work {
    /// What is seen of it while it is under way.
    pub const fn phase(self) -> ActionPhase {
        match self {
            Self::Suspend => ActionPhase::Suspend,
            Self::Package => ActionPhase::Package,
            Self::Store => ActionPhase::Store,
            Self::Enter => ActionPhase::Enter,
            Self::Erase => ActionPhase::Erase,
            Self::RemoveFiles => ActionPhase::RemoveFiles,
            Self::RenewKey => ActionPhase::RenewKey,
            Self::Secure => ActionPhase::Secure,
            Self::Finish => ActionPhase::Finish,
        }
    }

    /// What fails where it does.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Suspend => "suspending the organization",
            Self::Package => "making the client's copy",
            Self::Store => "putting the client's copy into both stores",
            Self::Enter => "entering the erasure into the ledger",
            Self::Erase => "erasing the rows",
            Self::RemoveFiles => "removing the files",
            Self::RenewKey => "making another key for the organization",
            Self::Secure => "making sets under the new key",
            Self::Finish => "writing down that it is done",
        }
    }
}

/// What is known of how far it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// When nobody was let in any more.
    pub suspended_at: Option<DateTime<Utc>>,
    /// When the copy was made.
    pub packaged_at: Option<DateTime<Utc>>,
    /// Whether it stands in both stores.
    pub stored: bool,
    /// Whether it was entered into the ledger.
    pub entered: bool,
    /// Whether the rows were erased.
    pub erased: bool,
    /// Whether the files were removed.
    pub files_removed: bool,
    /// Whether the organization has another key.
    pub renewed: bool,
    /// Whether sets under it stand in both stores.
    pub secured: bool,
}

/// What comes next of a request that is being carried out; nothing while it has to wait.
pub fn next(row: &Row, now: DateTime<Utc>) -> Option<Work> {
    let progress = Progress {
        suspended_at: row.suspended_at,
        packaged_at: row.packaged_at,
        stored: row.stored_at.is_some(),
        entered: row.entered_at.is_some(),
        erased: row.erased_at.is_some(),
        files_removed: row.files_removed_at.is_some(),
        renewed: row.projects.as_ref().is_some_and(|projects| projects.key_renewed_at.is_some()),
        secured: row.projects.as_ref().is_some_and(|projects| projects.secured_at.is_some()),
    };
    row.is_executing().then(|| row.kind().and_then(|kind| after(kind, progress, now))).flatten()
}

fn after(kind: ClientRequestKind, progress: Progress, now: DateTime<Utc>) -> Option<Work> {
    let has_copy = progress.packaged_at.is_some_and(|at| progress.erased || now <= at + STALE);
    match (kind, progress) {
        // People go on working: whether a project has changed since, is found out when it goes.
        (ClientRequestKind::Copy | ClientRequestKind::ProjectErasure, _) if !has_copy => Some(Work::Package),
        (ClientRequestKind::Copy, _) => Some(Work::Finish),
        (ClientRequestKind::Erasure, Progress { suspended_at: None, .. }) => Some(Work::Suspend),
        (ClientRequestKind::Erasure, Progress { suspended_at: Some(since), .. }) if !has_copy => {
            (now >= since + SETTLING).then_some(Work::Package)
        }
        (_, Progress { stored: false, .. }) => Some(Work::Store),
        (_, Progress { entered: false, .. }) => Some(Work::Enter),
        (_, Progress { erased: false, .. }) => Some(Work::Erase),
        (_, Progress { files_removed: false, .. }) => Some(Work::RemoveFiles),
        (ClientRequestKind::ProjectErasure, Progress { renewed: false, .. }) => Some(Work::RenewKey),
        (ClientRequestKind::ProjectErasure, Progress { secured: false, .. }) => Some(Work::Secure),
        (_, _) => Some(Work::Finish),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_comes_after_the_other() {
        let now: DateTime<Utc> = "2026-11-29T12:00:00Z".parse().expect("an instant");
        let (kind, before) = (ClientRequestKind::Erasure, now - SETTLING);
        let nothing = Progress::default();
        let waits = Progress { suspended_at: Some(now), ..nothing };
        let settled = Progress { suspended_at: Some(before), ..nothing };
        let packaged = Progress { packaged_at: Some(now - STALE), ..settled };
        let stored = Progress { stored: true, ..packaged };
        let entered = Progress { entered: true, ..stored };
        let erased = Progress { erased: true, ..entered };
        let all = Progress { files_removed: true, ..erased };
        for (progress, expected) in [
            (nothing, Some(Work::Suspend)),
            (waits, None),
            (settled, Some(Work::Package)),
            (Progress { suspended_at: Some(now + SETTLING), ..nothing }, None),
            (packaged, Some(Work::Store)),
            (stored, Some(Work::Enter)),
            (entered, Some(Work::Erase)),
            // What was held up for long begins with a copy of now.
            (Progress { packaged_at: Some(before - STALE), ..entered }, Some(Work::Package)),
            (Progress { packaged_at: Some(before - STALE), ..erased }, Some(Work::RemoveFiles)),
            (erased, Some(Work::RemoveFiles)),
            (all, Some(Work::Finish)),
        ] {
            assert_eq!(after(kind, progress, now), expected, "{progress:?}");
        }
        // Of projects: nobody is kept out, and another key and sets under it come before the end.
        let copied = Progress { packaged_at: Some(now), ..nothing };
        let gone = Progress { stored: true, entered: true, erased: true, files_removed: true, ..copied };
        let renewed = Progress { renewed: true, ..gone };
        for (progress, expected) in [
            (nothing, Work::Package),
            (copied, Work::Store),
            (Progress { stored: true, ..copied }, Work::Enter),
            (Progress { stored: true, entered: true, ..copied }, Work::Erase),
            (Progress { files_removed: false, ..gone }, Work::RemoveFiles),
            (gone, Work::RenewKey),
            (renewed, Work::Secure),
            (Progress { secured: true, ..renewed }, Work::Finish),
        ] {
            let found = after(ClientRequestKind::ProjectErasure, progress, now);
            assert_eq!(found, Some(expected), "{progress:?}");
        }
        for (progress, expected) in
            [(nothing, Work::Package), (Progress { packaged_at: Some(now), ..nothing }, Work::Finish)]
        {
            assert_eq!(after(ClientRequestKind::Copy, progress, now), Some(expected), "{progress:?}");
        }
    }
}
