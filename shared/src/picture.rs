//! Pictures: people's photos and the organization's logo.

use serde::{Deserialize, Serialize};

use crate::{Check, check::Violations};

/// In which size a picture is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PictureSize {
    /// For lists and the frame: photos 64 pixels a side, logos 192 × 64 at most.
    Small,
    /// For whoever looks at it: photos 256 pixels a side, logos 768 × 256 at most.
    #[default]
    Large,
}

impl PictureSize {
    /// The word in addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Large => "large",
        }
    }
}

/// How a picture is wanted. `GET /api/v1/pictures/{picture}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct PictureQuery {
    /// The size; large where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub size: Option<PictureSize>,
}

impl Check for PictureQuery {
    fn check(&self, _: &mut Violations) {}
}
