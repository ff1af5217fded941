//! Positions of people on a project, service or program.

use serde::{Deserialize, Serialize};

/// What a person is on a project, service or program; a later one is higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Position {
    /// Sees General and what is shared with them.
    Guest,
    /// Reads everything but the money; reports on own tasks.
    TeamMember,
    /// Reads and writes everything.
    Manager,
}

impl Position {
    /// All of them, the highest first.
    pub const ALL: [Self; 3] = [Self::Manager, Self::TeamMember, Self::Guest];

    /// The word in the database, the API and the translations.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::TeamMember => "team_member",
            Self::Guest => "guest",
        }
    }

    /// The position with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|position| position.key() == key)
    }
}
