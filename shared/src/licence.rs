//! Licences: what an organization holds, and how far each type reaches.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{Menu, Operations, Position, ids::LicenceId};

/// What a role lets a person be on projects, services and programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Function {
    /// May be Manager of projects.
    ProjectManager,
    /// May be Manager of services.
    ServiceManager,
    /// May be Manager of programs.
    ProgramManager,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ProjectManager, Self::ServiceManager, Self::ProgramManager];

    /// The word in the database, the API and the translations.
    pub const fn key(self) -> &'static str {
        match self {
            Self::ProjectManager => "project_manager",
            Self::ServiceManager => "service_manager",
            Self::ProgramManager => "program_manager",
        }
    }

    /// The function with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.key() == key)
    }
}

/// How far a licence lets a person see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Reach {
    /// What the person has a position on.
    Own,
    /// The whole organization.
    Organization,
}

/// A licence type of the platform. `GET /api/v1/licence-types`, highest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LicenceType {
    /// The word in the database and the API.
    pub key: String,
    /// The name in English.
    pub name: String,
    /// The order: the highest type has the highest rank.
    pub rank: i16,
    /// The functions that its roles may carry.
    pub functions: Vec<Function>,
    /// How far it lets a person see.
    pub reach: Reach,
    /// The highest position that it allows.
    pub highest_position: Position,
    /// For each menu, what it may ever unlock. A menu that is absent is locked.
    pub ceiling: BTreeMap<Menu, Operations>,
}

/// One licence held by the organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Licence {
    /// Its id.
    pub id: LicenceId,
    /// The licence type's key.
    pub licence_type: String,
    /// The seats; absent when unlimited.
    pub seats: Option<i32>,
    /// The first day on which it is valid, in the organization's time zone.
    pub valid_from: NaiveDate,
    /// The last day on which it is valid; absent when it does not end.
    pub valid_until: Option<NaiveDate>,
    /// Whether it is valid today.
    pub valid_today: bool,
}

/// What the organization holds and uses of one licence type.
/// `GET /api/v1/licence-consumption`, highest type first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LicenceConsumption {
    /// The licence type's key.
    pub licence_type: String,
    /// The licence type's name in English.
    pub name: String,
    /// Whether a seat costs something in this organization.
    pub paid: bool,
    /// The seats that are used today.
    pub used: i64,
    /// The seats that are kept for people who are invited.
    pub reserved: i64,
    /// The seats held and valid today; absent when unlimited.
    pub held: Option<i64>,
    /// Every licence of this type, past and future ones included.
    pub licences: Vec<Licence>,
}
