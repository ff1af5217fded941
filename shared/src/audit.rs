//! The audit log as people of the organization read it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Check,
    change::{ChangeKind, FieldChange},
    check::{Violations, date},
    ids::{ApiTokenId, ChangeId, UserId},
    page::SortField,
};

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ActorKind {
    /// A person of the organization, by a session or a token.
    User,
    /// An operator of the installation.
    Operator,
    /// Portico itself.
    System,
}

impl ActorKind {
    /// The kind with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        match key {
            "user" => Some(Self::User),
            "operator" => Some(Self::Operator),
            "system" => Some(Self::System),
            _ => None,
        }
    }
}

/// One row of the audit log. `GET /api/v1/audit-log`, the newest first, and `GET /api/v1/audit-log/{entry}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// The id.
    pub id: ChangeId,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// What kind of actor did it.
    pub actor: ActorKind,
    /// The person who did it, where one did.
    pub user: Option<UserId>,
    /// The token by which they did it, where it was none of their sessions.
    pub token: Option<ApiTokenId>,
    /// From where.
    pub address: Option<String>,
    /// The request, as its answer and the server's log name it.
    pub request: Option<Uuid>,
    /// What kind of thing was changed: `project`, `user`.
    pub entity: String,
    /// Its id.
    pub entity_id: Uuid,
    /// What it was called then; absent where an erasure has taken that away.
    pub label: Option<String>,
    /// What happened to it.
    pub action: ChangeKind,
    /// The fields, with what they were and became.
    pub fields: Vec<FieldChange>,
    /// Whether an erasure has taken away something of what it said.
    pub erased: bool,
    /// Its place in the chain; absent for a second or so.
    pub place: Option<i64>,
    /// What people are called now whose ids stand anywhere in it; whoever was erased by their pseudonym.
    pub people: BTreeMap<UserId, String>,
}

/// Which rows of the audit log; the query string of `GET /api/v1/audit-log`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct AuditFilter {
    /// Rows of a page, 1 to 500; 50 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 500))]
    pub limit: Option<u16>,
    /// The cursor `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What this person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// What was done to the thing, or person, with this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Uuid>,
    /// What was done to this kind of thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// What was created, updated or deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ChangeKind>,
    /// The first day, in the organization's time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

impl Check for AuditFilter {
    fn check(&self, violations: &mut Violations) {
        for (name, day) in [("/from", self.from), ("/until", self.until)] {
            violations.add(name, day.map_or(Ok(()), date));
        }
    }
}

/// What the audit log is sorted by: the newest row comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditSort {
    /// When it was done.
    At,
}

impl SortField for AuditSort {
    const ALL: &'static [(Self, &'static str)] = &[(Self::At, "at")];
}

/// How far the audit log is sealed. `GET /api/v1/audit-log/chain`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditChain {
    /// Rows in the chain.
    pub sealed: i64,
    /// Rows that wait for their place.
    pub unsealed: i64,
    /// The newest signed head.
    pub head: Option<AuditHead>,
}

/// How far the chain went, signed: to be noted elsewhere, and given to `portico audit verify --head`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditHead {
    /// The last row.
    pub place: i64,
    /// Its hash, in base64.
    pub hash: String,
    /// When it was signed.
    pub signed_at: DateTime<Utc>,
}

/// Refused requests of one kind in one minute. `GET /api/v1/denied-access`, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeniedAccess {
    /// The id.
    pub id: Uuid,
    /// The minute.
    pub minute: DateTime<Utc>,
    /// The network they came from; absent where a minute had too many kinds to tell them apart.
    pub network: Option<String>,
    /// Whose account it was, where somebody was signed in.
    pub user: Option<UserId>,
    /// Their name.
    pub user_name: Option<String>,
    /// The operation, as the API's document names it.
    pub operation: Option<String>,
    /// The problem that they got.
    pub code: String,
    /// How many there were.
    pub requests: i64,
}

/// Which refused requests; the query string of `GET /api/v1/denied-access`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct DeniedAccessFilter {
    /// Rows of a page, 1 to 500; 50 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 500))]
    pub limit: Option<u16>,
    /// The cursor `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Those of this account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// Those with this problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl Check for DeniedAccessFilter {
    fn check(&self, _: &mut Violations) {}
}
