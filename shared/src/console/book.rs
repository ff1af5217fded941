//! The operations book, as operators read it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Team, keyed};
use crate::{Check, check::Violations, ids::OperatorId, page::SortField};

keyed! {
    /// What kind of actor did something.
    BookActor {
        /// An operator at the console.
        Operator => "operator",
        /// A user of a shell, or a timer.
        Shell => "shell",
    }
}

keyed! {
    /// How something ended.
    BookOutcome {
        /// It was done.
        Succeeded => "succeeded",
        /// It broke off.
        Failed => "failed",
        /// It was not let.
        Refused => "refused",
    }
}

/// One row of the operations book. `GET /console/v1/operations-book`, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookEntry {
    /// Its place in the chain.
    pub place: i64,
    /// Its id.
    pub id: Uuid,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// When it came into the book: later, where the database was not there.
    pub written_at: DateTime<Utc>,
    /// What kind of actor did it.
    pub actor: BookActor,
    /// The operator, where it was one at the console.
    pub operator: Option<OperatorId>,
    /// The operator's e-mail, or the user of the shell and the machine.
    pub actor_name: String,
    /// The team as which they did it.
    pub team: Option<Team>,
    /// What was done: `make_set`, `create_operator`.
    pub action: String,
    /// To what: a set, an operator.
    pub subject: String,
    /// How it ended.
    pub outcome: BookOutcome,
    /// What else there is to say.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub details: serde_json::Value,
}

/// Which rows of the operations book; the query string of `GET /console/v1/operations-book`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct BookFilter {
    /// Rows of a page, 1 to 500; 50 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 500))]
    pub limit: Option<u16>,
    /// The cursor `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What this operator did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<OperatorId>,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<BookOutcome>,
}

/// What the operations book is sorted by: the newest row comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookSort {
    /// The place in the chain.
    Place,
}

impl SortField for BookSort {
    const ALL: &'static [(Self, &'static str)] = &[(Self::Place, "place")];
}

impl Check for BookFilter {
    fn check(&self, _: &mut Violations) {}
}
