//! How another environment takes over, as operators see it: drilled every week, and done once it has to be.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::keyed;

keyed! {
    /// The steps of the contingency plan, in order.
    TakeOverStep {
        /// Nobody gets in any more, and is told why.
        BlockAccess => "block_access",
        /// The program is that of production, or is taken from the copy.
        CheckVersion => "check_version",
        /// Rows and files come back.
        Restore => "restore",
        /// Somebody signs in and works.
        GeneralCheck => "general_check",
        /// The addresses lead here.
        Redirect => "redirect",
    }
}

keyed! {
    /// How a step went.
    StepOutcome {
        /// It is done.
        Done => "done",
        /// There was nothing to do.
        Skipped => "skipped",
        /// It failed, and the steps behind it were not begun.
        Failed => "failed",
    }
}

/// A step that was begun.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepReport {
    /// The step.
    pub step: TakeOverStep,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// How it went.
    pub outcome: StepOutcome,
    /// What was found or done, in English.
    pub details: String,
}

/// What a drill came to, or a take-over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TakeOverReport {
    /// Whether it was a drill, against a target that was thrown away.
    pub is_drill: bool,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Whether every step went well.
    pub passed: bool,
    /// The epoch that it began, where it was none of a drill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<i64>,
    /// When the last change was committed that came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_commit: Option<DateTime<Utc>>,
    /// The organizations that came back.
    pub organizations: u64,
    /// Their rows, and those of nobody.
    pub rows: u64,
    /// Their files.
    pub files: u64,
    /// Files that rows name and no set of files holds.
    pub missing_files: u64,
    /// The steps that were begun, in order.
    pub steps: Vec<StepReport>,
}

/// Another environment has taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fenced {
    /// The epoch that has begun there.
    pub by: i64,
    /// When that was learnt here.
    pub at: DateTime<Utc>,
    /// Why.
    pub because: String,
}

/// How well another environment could take over. `GET /console/v1/standby`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StandbyOverview {
    /// As of when.
    pub as_of: DateTime<Utc>,
    /// Which life of the installation this is.
    pub epoch: i64,
    /// Where another one has begun, and this environment takes no changes any more.
    pub fenced: Option<Fenced>,
    /// Whether the backup environment drills by itself.
    pub drills: bool,
    /// When the last drill that passed was begun.
    pub passed_at: Option<DateTime<Utc>>,
    /// When the next one is due; absent where none was made.
    pub due_at: Option<DateTime<Utc>>,
    /// Whether none has passed for too long.
    pub overdue: bool,
    /// Drills and take-overs, the newest first, twenty at most.
    pub reports: Vec<TakeOverReport>,
}
