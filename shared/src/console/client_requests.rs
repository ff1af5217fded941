//! What clients ask for: a copy of their organization, or its erasure. Each goes through the hands of several operators.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::keyed;
use crate::{
    Check, Violation, ViolationCode,
    check::{self, Violations},
    ids::{ClientRequestId, OperatorId, OrganizationId, ProjectId},
    page::SortField,
};

keyed! {
    /// What is asked for.
    ClientRequestKind {
        /// All that the organization has, as a file that only the client can open.
        Copy => "copy",
        /// That nothing is left of the organization. The client gets a last copy first.
        Erasure => "erasure",
        /// That nothing is left of some of its projects, in no set that can be read either. The client gets a copy of all first.
        ProjectErasure => "project_erasure",
    }
}

keyed! {
    /// How far a request has come.
    ClientRequestState {
        /// Somebody has written down what the client asks for.
        Requested => "requested",
        /// Customer service has verified that it is the client who asks.
        Verified => "verified",
        /// Somebody else of customer service has authorized it.
        Authorized => "authorized",
        /// Operations has told the worker to do it.
        Executing => "executing",
        /// It is done: the copy is there; or the organization is not.
        Executed => "executed",
        /// The client was given the copy.
        Delivered => "delivered",
        /// The keys under which it can be read are destroyed, and a certificate says so.
        Certified => "certified",
        /// Customer service has refused it.
        Refused => "refused",
        /// The client no longer asks for it.
        Withdrawn => "withdrawn",
    }
}

impl ClientRequestKind {
    /// Whether something is erased.
    pub const fn erases(self) -> bool {
        match self {
            Self::Copy => false,
            Self::Erasure | Self::ProjectErasure => true,
        }
    }
}

impl ClientRequestState {
    /// Whether nothing more happens.
    pub const fn is_over(self, kind: ClientRequestKind) -> bool {
        match self {
            Self::Delivered => !kind.erases(),
            Self::Certified | Self::Refused | Self::Withdrawn => true,
            Self::Requested | Self::Verified | Self::Authorized | Self::Executing | Self::Executed => false,
        }
    }
}

keyed! {
    /// What was done about a request.
    RequestStepKind {
        /// It was written down.
        Request => "request",
        /// That the client asks for it was verified.
        Verify => "verify",
        /// It was authorized.
        Authorize => "authorize",
        /// The worker was told to do it.
        Execute => "execute",
        /// Carrying it out was cancelled: it can be carried out anew.
        Cancel => "cancel",
        /// It was done.
        Finish => "finish",
        /// The client was given a link.
        Deliver => "deliver",
        /// The erased tables were written anew, so that no dead row is left in them.
        Rewrite => "rewrite",
        /// The keys were destroyed.
        Certify => "certify",
        /// It was refused.
        Refuse => "refuse",
        /// It was withdrawn.
        Withdraw => "withdraw",
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestStep {
    /// What.
    pub step: RequestStepKind,
    /// When.
    pub at: DateTime<Utc>,
    /// The operator; absent where it was the client, the worker or somebody at a shell.
    pub operator: Option<OperatorId>,
    /// The operator's e-mail, or who else it was.
    pub by: String,
    /// What was said to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TableCount {
    /// The table.
    pub table: String,
    /// How many.
    pub rows: u64,
}

/// What is there to be copied or erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErasurePreview {
    /// When it was counted.
    pub at: DateTime<Utc>,
    /// The tables that have rows, by name.
    pub tables: Vec<TableCount>,
    /// Files that people have uploaded.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// Sets of backups that hold something of it, in both stores together, as far as production knows of them.
    pub sets: u64,
}

/// The copy, as a file that only the client's key opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Package {
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its BLAKE3 hash, in hexadecimal digits.
    pub hash: String,
    /// Rows in it.
    pub rows: u64,
    /// Files in it.
    pub files: u64,
    /// The last day on which it is kept.
    pub kept_until: DateTime<Utc>,
    /// Until when the link works that was given last.
    pub link_until: Option<DateTime<Utc>>,
    /// When it was last taken by a link.
    pub taken_at: Option<DateTime<Utc>>,
    /// When it was removed.
    pub removed_at: Option<DateTime<Utc>>,
}

/// What the backup environment says of an erasure, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErasureCertificate {
    /// The request.
    pub request: ClientRequestId,
    /// The organization.
    pub organization: OrganizationId,
    /// The projects, by their ids; none where all of the organization was erased.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<ProjectId>,
    /// When the rows and files were erased.
    pub erased_at: DateTime<Utc>,
    /// When the keys were destroyed in both places of the vault.
    pub keys_destroyed_at: DateTime<Utc>,
    /// Who destroyed them: the user and the machine.
    pub by: String,
    /// The keys that were, by their public halves.
    pub keys: Vec<String>,
    /// The sets in which nothing of the organization can be read any more, each by its store and name. Where projects alone were
    /// erased, later ones hold the rest of it.
    pub sets: Vec<String>,
    /// When the erased tables were written anew.
    pub rewritten_at: DateTime<Utc>,
    /// From this day on, the stream holds nothing of it.
    pub stream_lets_go_on: NaiveDate,
}

/// How the worker gets on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Execution {
    /// When a copy of it came to stand in both stores; of an erasure only.
    pub stored_at: Option<DateTime<Utc>>,
    /// When it was entered into the ledger in both stores.
    pub entered_at: Option<DateTime<Utc>>,
    /// When the rows were erased.
    pub erased_at: Option<DateTime<Utc>>,
    /// The rows that were, by table.
    pub erased: Vec<TableCount>,
    /// When its files were removed.
    pub files_removed_at: Option<DateTime<Utc>>,
    /// When the organization got another key for its sets; of an erasure of projects only.
    pub key_renewed_at: Option<DateTime<Utc>>,
    /// When sets of after the erasure stood under that key in both stores.
    pub secured_at: Option<DateTime<Utc>>,
    /// When the tables were written anew.
    pub rewritten_at: Option<DateTime<Utc>>,
    /// Why it does not go on at the moment.
    pub failure: Option<String>,
}

/// A request of a client. `GET /console/v1/client-requests`, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientRequest {
    /// The id.
    pub id: ClientRequestId,
    /// What is asked for.
    pub kind: ClientRequestKind,
    /// The organization.
    pub organization: OrganizationId,
    /// The word in its addresses, as long as it is there.
    pub slug: Option<String>,
    /// Its name, as long as it is there.
    pub name: Option<String>,
    /// Who asks, at the client.
    pub requester: String,
    /// What shows that they do: a letter, a call back, a ticket.
    pub evidence: String,
    /// The client's own key: an age recipient.
    pub recipient: String,
    /// The projects, as the client has named them: by code or id. None but where projects are erased.
    pub projects: Vec<String>,
    /// How far it has come.
    pub state: ClientRequestState,
    /// What was done, in order.
    pub steps: Vec<RequestStep>,
    /// What is there; absent until the worker has counted.
    pub preview: Option<ErasurePreview>,
    /// The copy, once it is made.
    pub package: Option<Package>,
    /// How it goes.
    pub execution: Execution,
    /// The certificate of an erasure.
    pub certificate: Option<ErasureCertificate>,
    /// The same as a file: a line with the signature, made with the key that `portico ops attendance-key` prints, then what is signed.
    pub certificate_signed: Option<String>,
}

/// A request to be written down. `POST /console/v1/client-requests`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewClientRequest {
    /// What is asked for.
    pub kind: ClientRequestKind,
    /// The word in the organization's addresses.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub slug: String,
    /// Who asks, at the client.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub requester: String,
    /// What shows that they do: a letter, a call back, a ticket.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 10000))]
    pub evidence: String,
    /// The client's own key: an age recipient, `age1…`.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub recipient: String,
    /// The projects to be erased, by code or id: needed where projects are, and nothing otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(max_items = 1000))]
    pub projects: Vec<String>,
}

/// Why a request is refused or withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refusal {
    /// The reason.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 10000))]
    pub because: String,
}

/// That a request is to be carried out. `POST /console/v1/client-requests/{request}/execute`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExecutionConfirmation {
    /// The word in the organization's addresses, once more.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub slug: String,
}

/// A link to the copy. It is shown here and never again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryLink {
    /// What stands behind the organization's own address, or the shared one where it was erased: `/api/v1/deliveries/…`.
    pub path: String,
    /// Until when it works.
    pub until: DateTime<Utc>,
    /// The request as it is now.
    pub request: ClientRequest,
}

impl std::fmt::Debug for DeliveryLink {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("DeliveryLink").field("until", &self.until).finish_non_exhaustive()
    }
}

/// Which requests; the query string of `GET /console/v1/client-requests`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ClientRequestFilter {
    /// Only these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub kind: Option<ClientRequestKind>,
    /// Only those by which something is erased, or only those by which nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erases: Option<bool>,
    /// Rows of a page, 1 to 500; 50 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 500))]
    pub limit: Option<u16>,
    /// The cursor `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// What requests are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientRequestSort {
    /// When they were written down.
    Id,
}

impl SortField for ClientRequestSort {
    const ALL: &'static [(Self, &'static str)] = &[(Self::Id, "id")];
}

/// Text of several lines that is needed.
fn needed_text(text: &str) -> Result<(), Violation> {
    if text.trim().is_empty() {
        return Err(Violation::new(ViolationCode::Required, "This is needed."));
    }
    check::long_text(text)
}

/// An age recipient, by what it looks like; whether it is one, the server finds out.
pub fn check_recipient(recipient: &str) -> Result<(), Violation> {
    check::name(recipient.trim())?;
    let text = recipient.trim();
    let looks_like_one = text.strip_prefix("age1").is_some_and(|rest| {
        rest.len() == 58 && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    });
    if looks_like_one {
        return Ok(());
    }
    // The secret half would open everything, and is never repeated.
    Err(Violation::new(ViolationCode::InvalidFormat, "The public half of an age key is needed: age1…"))
}

/// The most projects that one request names.
pub const MOST_PROJECTS: usize = 1000;

/// The projects of a request, by what kind it is.
pub fn check_projects(kind: ClientRequestKind, projects: &[String], violations: &mut Violations) {
    let is_wanted = kind == ClientRequestKind::ProjectErasure;
    let whole = match (is_wanted, projects.len()) {
        (true, 0) => Err(Violation::new(ViolationCode::Required, "The projects are needed, by code or id.")),
        (false, 1..) => Err(Violation::new(ViolationCode::NotAllowed, "This request is about all of it.")),
        (true, number) if number > MOST_PROJECTS => {
            let most = format!("At most {MOST_PROJECTS} at once.");
            Err(Violation::new(ViolationCode::TooLong, most))
        }
        _ => Ok(()),
    };
    violations.add("/projects", whole);
    for (place, project) in projects.iter().enumerate().take(MOST_PROJECTS) {
        violations.add(&format!("/projects/{place}"), check::name(project));
    }
}

/// The projects that a text names, one a line.
pub fn projects_of_lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

impl Check for NewClientRequest {
    fn check(&self, violations: &mut Violations) {
        violations.add("/slug", check::name(&self.slug));
        violations.add("/requester", check::name(&self.requester));
        violations.add("/evidence", needed_text(&self.evidence));
        violations.add("/recipient", check_recipient(&self.recipient));
        check_projects(self.kind, &self.projects, violations);
    }
}

impl Check for Refusal {
    fn check(&self, violations: &mut Violations) {
        violations.add("/because", needed_text(&self.because));
    }
}

impl Check for ExecutionConfirmation {
    fn check(&self, violations: &mut Violations) {
        violations.add("/slug", check::name(&self.slug));
    }
}

impl Check for ClientRequestFilter {
    fn check(&self, _: &mut Violations) {}
}

#[cfg(test)]
mod tests;
