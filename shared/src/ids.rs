//! Identifiers: one type an entity, so that a user's id cannot stand where a project's is meant.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}

ids! {
    /// One organization, the tenant.
    OrganizationId;
    /// One person of an organization.
    UserId;
    /// One role of an organization.
    RoleId;
    /// One licence held by an organization.
    LicenceId;
    /// One sign-in of a person on a device.
    SessionId;
    /// One invitation of somebody who is not there yet.
    InvitationId;
    /// One API token of a person.
    ApiTokenId;
    /// One picture: a photo or a logo. It never changes; another one has another id.
    PictureId;
    /// One project.
    ProjectId;
    /// One entry of a list of the organization: project status, approval status, type or priority.
    ProjectParameterId;
    /// One recorded change of an entity.
    ChangeId;
    /// One operator of the installation.
    OperatorId;
    /// What a client has asked for: a copy of an organization, or its erasure.
    ClientRequestId;
}
