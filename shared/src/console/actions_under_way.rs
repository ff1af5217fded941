//! What takes long and is under way: sets, restores, drills, copies of clients. How far each is, and who may cancel it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{BackupPlace, keyed};

keyed! {
    /// What is being done.
    LongAction {
        /// A set of rows or of files is made, and brought off-site.
        MakeSet => "make_set",
        /// Sets that wait are brought off-site.
        BringSets => "bring_sets",
        /// A set or a base backup is read whole and compared.
        VerifySet => "verify_set",
        /// A set comes back into a database.
        RestoreSet => "restore_set",
        /// The whole installation is brought back elsewhere, on trial.
        Drill => "drill",
        /// A client's copy is made, as was asked for.
        CopyOrganization => "copy_organization",
        /// An organization is erased, as was asked for.
        EraseOrganization => "erase_organization",
        /// Projects of an organization are erased, as was asked for.
        EraseProjects => "erase_projects",
        /// An organization is written into a file.
        ExportOrganization => "export_organization",
        /// An organization is taken in from a file.
        ImportOrganization => "import_organization",
    }
}

keyed! {
    /// Where in it an action is.
    ActionPhase {
        /// It begins.
        Begin => "begin",
        /// Rows or files are read, sealed and put into the local store.
        MakeSet => "make_set",
        /// What is not there yet is put off-site.
        BringOffSite => "bring_off_site",
        /// A set is read whole.
        ReadSet => "read_set",
        /// Rows come back.
        RestoreRows => "restore_rows",
        /// Files come back.
        RestoreFiles => "restore_files",
        /// A base backup is unpacked.
        UnpackBase => "unpack_base",
        /// The log of the database is read.
        ReadLog => "read_log",
        /// The log of the database is replayed.
        ReplayLog => "replay_log",
        /// Every row is read once more.
        ReadRows => "read_rows",
        /// An export is read.
        ReadExport => "read_export",
        /// An export is written.
        WriteExport => "write_export",
        /// Nobody of the organization is let in any more.
        Suspend => "suspend",
        /// The client's copy is made.
        Package => "package",
        /// The client's copy is put into both stores.
        Store => "store",
        /// The erasure is entered into the ledger.
        Enter => "enter",
        /// The rows are erased.
        Erase => "erase",
        /// The files are removed.
        RemoveFiles => "remove_files",
        /// An organization gets another key for its sets.
        RenewKey => "renew_key",
        /// Sets under it are made.
        Secure => "secure",
        /// It is written down that it is done.
        Finish => "finish",
        /// It was cancelled, and what was begun is taken back.
        TakeBack => "take_back",
    }
}

keyed! {
    /// What is counted of a phase.
    Measure {
        /// Bytes.
        Bytes => "bytes",
        /// Steps, such as files of the log or organizations.
        Steps => "steps",
    }
}

keyed! {
    /// Whether an operator may cancel an action at the console.
    Cancelling {
        /// Operations may.
        Possible => "possible",
        /// Somebody has asked for it: it ends as soon as it hears of it.
        Asked => "asked",
        /// Only at its own machine: production cannot tell the backup environment anything.
        AtItsMachine => "at_its_machine",
        /// Nobody may: what was begun of an erasure is gone.
        Never => "never",
        /// Nothing was heard of it for a while, so nobody would hear of it either.
        Silent => "silent",
    }
}

/// How far a phase is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhaseProgress {
    /// The phase.
    pub phase: ActionPhase,
    /// What it is about, such as the name of a set; may be empty.
    pub about: String,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// What is counted.
    pub measure: Measure,
    /// How much of it has passed.
    pub passed: u64,
    /// How much there is; absent where nobody knows. A guess for a set: as much as the one before.
    pub expected: Option<u64>,
}

impl PhaseProgress {
    /// The seconds that the rest takes, when it goes on as it went until `said_at`; none where that is not known.
    pub fn seconds_left(&self, said_at: DateTime<Utc>) -> Option<u64> {
        let rest = u128::from(self.expected?.checked_sub(self.passed)?);
        let elapsed = u128::try_from((said_at - self.began_at).num_milliseconds()).ok()?;
        let milliseconds = elapsed.checked_mul(rest)?.checked_div(u128::from(self.passed))?;
        u64::try_from(milliseconds.div_ceil(1000)).ok()
    }

    /// How much of it is done, from 0 to 1; none where nobody knows.
    #[expect(clippy::cast_precision_loss, reason = "a bar has no more than a thousand steps")]
    pub fn share(&self) -> Option<f64> {
        let expected = self.expected.filter(|expected| *expected >= self.passed && *expected > 0)?;
        Some(self.passed as f64 / expected as f64)
    }
}

/// An action that takes long and is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionUnderWay {
    /// Its id; absent for what the backup environment does.
    pub id: Option<Uuid>,
    /// What is being done.
    pub action: LongAction,
    /// To what: `database` or `files` for sets that are made, a set, the word in an organization's addresses, a file.
    pub subject: String,
    /// The store that is read from; absent where that is not the point.
    pub place: Option<BackupPlace>,
    /// The worker, the user of a shell and the machine, or the backup environment.
    pub started_by: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When something was last heard of it.
    pub said_at: DateTime<Utc>,
    /// Whether that is so long ago that its process may be gone.
    pub silent: bool,
    /// How far it is.
    pub progress: PhaseProgress,
    /// The seconds that the phase takes yet, as far as anybody knows.
    pub seconds_left: Option<u64>,
    /// Whether it can be cancelled.
    pub cancelling: Cancelling,
    /// Who has asked for it to be cancelled.
    pub cancel_requested_by: Option<String>,
    /// When.
    pub cancel_requested_at: Option<DateTime<Utc>>,
}

/// All of them. `GET /console/v1/actions-under-way`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionsUnderWay {
    /// When it was looked.
    pub as_of: DateTime<Utc>,
    /// The actions, the oldest first; those of the backup environment behind those of production.
    pub actions: Vec<ActionUnderWay>,
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn the_rest_takes_as_long_as_what_was() {
        let began_at = DateTime::UNIX_EPOCH;
        for (milliseconds, passed, expected, left, share) in [
            (10_000, 1, Some(2), Some(10), Some(0.5)),
            (10_000, 4, Some(5), Some(3), Some(0.8)),
            (10_000, 5, Some(5), Some(0), Some(1.0)),
            (10_000, 0, Some(5), None, Some(0.0)),
            // More has passed than was expected: it was a guess.
            (10_000, 6, Some(5), None, None),
            (10_000, 6, None, None, None),
            (0, 0, Some(0), None, None),
            // Two clocks may differ.
            (-1, 1, Some(2), None, Some(0.5)),
        ] {
            let progress = PhaseProgress {
                phase: ActionPhase::ReadSet,
                about: String::new(),
                began_at,
                measure: Measure::Bytes,
                passed,
                expected,
            };
            let said_at = began_at + TimeDelta::milliseconds(milliseconds);
            assert_eq!(progress.seconds_left(said_at), left, "{passed} of {expected:?}");
            assert_eq!(progress.share(), share, "{passed} of {expected:?}");
        }
    }
}
