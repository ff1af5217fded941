//! Whose rows, files and key they are.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use shared::ids::OrganizationId;

/// Whose something is, in a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Owner {
    /// What belongs to no organization.
    Platform,
    /// An organization.
    Organization(OrganizationId),
}

impl Owner {
    /// The organization, where it is one.
    pub fn organization(self) -> Option<OrganizationId> {
        match self {
            Self::Platform => None,
            Self::Organization(id) => Some(id),
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Platform => f.write_str("platform"),
            Self::Organization(id) => id.fmt(f),
        }
    }
}

impl FromStr for Owner {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "platform" {
            return Ok(Self::Platform);
        }
        text.parse().map(Self::Organization).map_err(|_| format!("{text} is no organization's id"))
    }
}

impl TryFrom<String> for Owner {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Owner> for String {
    fn from(owner: Owner) -> Self {
        owner.to_string()
    }
}
