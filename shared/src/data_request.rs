//! What an organization asks of those who run the installation: a copy of its data, or its erasure. Operators deal with it at
//! their console ([`crate::console::ClientRequest`]).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Check,
    check::{self, Violations},
    console::{ClientRequestKind, ClientRequestState, check_projects, check_recipient},
    ids::ClientRequestId,
};

/// A request, as the organization sees it. `GET /organization/data-requests`, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DataRequest {
    /// The id.
    pub id: ClientRequestId,
    /// What is asked for.
    pub kind: ClientRequestKind,
    /// Who asks.
    pub requester: String,
    /// How far it has come.
    pub state: ClientRequestState,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When something was last done about it.
    pub changed_at: DateTime<Utc>,
}

/// A request to be made. `POST /organization/data-requests`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewDataRequest {
    /// What is asked for.
    pub kind: ClientRequestKind,
    /// One's own key, which alone opens the copy: an age recipient, `age1…`.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub recipient: String,
    /// What operators should know.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 10000))]
    pub message: String,
    /// The projects to be erased, by code or id: needed where projects are, and nothing otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(max_items = 1000))]
    pub projects: Vec<String>,
}

impl Check for NewDataRequest {
    fn check(&self, violations: &mut Violations) {
        violations.add("/recipient", check_recipient(&self.recipient));
        violations.add("/message", check::long_text(&self.message));
        check_projects(self.kind, &self.projects, violations);
    }
}
