//! How backups stand, as operators see it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keyed;
use crate::{Check, check::Violations, page::SortField};

keyed! {
    /// What a set holds.
    BackupKind {
        /// The rows of all organizations.
        Database => "database",
        /// What people upload.
        Files => "files",
    }
}

keyed! {
    /// Where a store stands.
    BackupPlace {
        /// At the production environment.
        Local => "local",
        /// At another provider.
        OffSite => "off_site",
    }
}

keyed! {
    /// How a set stands in a store.
    CopyState {
        /// It was read whole there, and holds.
        Verified => "verified",
        /// It is there, and nobody has read it yet.
        Put => "put",
        /// It is not there yet.
        Waiting => "waiting",
        /// It was read there, and does not hold.
        Damaged => "damaged",
        /// It was there, and is not kept any longer.
        Removed => "removed",
    }
}

keyed! {
    /// How long a slot is, of which one set is kept.
    SlotLength {
        /// Two hours, from an even one on.
        TwoHours => "two_hours",
        /// A day.
        Day => "day",
        /// A week, from Monday on.
        Week => "week",
    }
}

keyed! {
    /// What became of a slot.
    SlotState {
        /// There is a set of it.
        Kept => "kept",
        /// Its set is being made.
        UnderWay => "under_way",
        /// Every try failed.
        Failed => "failed",
        /// Nobody tried.
        Missing => "missing",
        /// It was over before the first set was made.
        Before => "before",
    }
}

/// A set in a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackupCopy {
    /// The store.
    pub place: BackupPlace,
    /// How it stands there.
    pub state: CopyState,
    /// Since when it was there, or when it was read.
    pub at: Option<DateTime<Utc>>,
    /// Why it is not there, or does not hold.
    pub error: Option<String>,
}

/// A set that was made, is being made, or could not be. `GET /console/v1/backup-runs`, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackupRun {
    /// Its id.
    pub id: Uuid,
    /// What it holds.
    pub kind: BackupKind,
    /// When it was begun.
    pub started_at: DateTime<Utc>,
    /// When it was over.
    pub finished_at: Option<DateTime<Utc>>,
    /// The set's name, once there is one.
    pub set: Option<String>,
    /// The BLAKE3 hash of its manifest.
    pub manifest_hash: Option<String>,
    /// Objects that it names.
    pub objects: Option<i32>,
    /// Of them, those of earlier sets.
    pub objects_unchanged: Option<i32>,
    /// Bytes of all its objects.
    pub bytes: Option<i64>,
    /// Of them, those that were put for it.
    pub bytes_put: Option<i64>,
    /// Why there is none.
    pub error: Option<String>,
    /// How it stands in the stores.
    pub copies: Vec<BackupCopy>,
}

/// A slot of time, of which one set is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackupSlot {
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// What became of it.
    pub state: SlotState,
    /// The set, or the last try.
    pub run: Option<Uuid>,
    /// How it stands in the stores that keep it.
    pub copies: Vec<BackupCopy>,
    /// Why the last try failed.
    pub error: Option<String>,
}

/// Slots of one length, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackupTier {
    /// What its sets hold.
    pub kind: BackupKind,
    /// How long a slot is.
    pub slot: SlotLength,
    /// The stores that keep them.
    pub places: Vec<BackupPlace>,
    /// How many are kept in each of them, once there are so many.
    pub planned: u32,
    /// The slots: of the finest tier all, of the others those that have a set.
    pub slots: Vec<BackupSlot>,
}

/// Something that is wrong at the moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Alarm {
    /// Its id.
    pub id: Uuid,
    /// What it is about.
    pub name: String,
    /// What operators were told: the first line is the subject.
    pub message: String,
    /// Since when.
    pub raised_at: DateTime<Utc>,
}

/// Something that the backup environment found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finding {
    /// With what.
    pub about: String,
    /// What is wrong.
    pub error: String,
}

/// A set that was restored on trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trial {
    /// The set.
    pub set: String,
    /// When.
    pub at: DateTime<Utc>,
    /// How many rows.
    pub rows: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// What the backup environment said last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attendance {
    /// When.
    pub written_at: DateTime<Utc>,
    /// Whether that is so long ago that it has to be looked after.
    pub silent: bool,
    /// When it last removed what is not kept any longer.
    pub pruned_at: Option<DateTime<Utc>>,
    /// The last set that was restored on trial.
    pub trial: Option<Trial>,
    /// What is wrong.
    pub wrong: Vec<Finding>,
}

/// How full a store is, and how full it will be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoreUse {
    /// The store.
    pub place: BackupPlace,
    /// How many sets are there.
    pub sets: u32,
    /// How many there will be once every tier is full.
    pub planned_sets: u32,
    /// Bytes that they take. Absent while the backup environment has not said it.
    pub bytes: Option<i64>,
    /// What they would take at 100 MB each set of rows and 50 MB each set of files, as was agreed on.
    pub planned_bytes: i64,
    /// What they will take once every tier is full, if sets go on growing as they did in the last seven days. Absent
    /// where there are none to go by.
    pub forecast_bytes: Option<i64>,
}

/// How backups stand. `GET /console/v1/backups`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackupOverview {
    /// As of when.
    pub as_of: DateTime<Utc>,
    /// What is wrong with anything at the moment.
    pub alarms: Vec<Alarm>,
    /// What is kept.
    pub tiers: Vec<BackupTier>,
    /// The stores.
    pub stores: Vec<StoreUse>,
    /// What the backup environment says. Absent where it was never heard.
    pub attendance: Option<Attendance>,
}

/// Which sets; the query string of `GET /console/v1/backup-runs`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct BackupRunFilter {
    /// Rows of a page, 1 to 500; 50 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 500))]
    pub limit: Option<u16>,
    /// The cursor `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What they hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<BackupKind>,
    /// Those that could not be made, or the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<bool>,
}

/// What they are sorted by: the newest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupRunSort {
    /// When they were begun.
    StartedAt,
}

impl SortField for BackupRunSort {
    const ALL: &'static [(Self, &'static str)] = &[(Self::StartedAt, "started_at")];
}

impl Check for BackupRunFilter {
    fn check(&self, _: &mut Violations) {}
}
