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
    /// What an operator did, by its word in the operations book.
    BookAction {
        /// Made a set of rows or of files.
        MakeSet => "make_set",
        /// Read all of a set and compared it.
        VerifySet => "verify_set",
        /// Restored a set.
        RestoreSet => "restore_set",
        /// Removed what is not to be kept.
        PruneSets => "prune_sets",
        /// Brought back the installation elsewhere, on trial.
        Drill => "drill",
        /// Let another environment take over.
        ActivateStandby => "activate_standby",
        /// Learnt that another environment has taken over, and took no changes from then on.
        Fence => "fence",
        /// Wrote down what a client asks for.
        AskClientRequest => "ask_client_request",
        /// Verified that the client asks for it.
        VerifyClientRequest => "verify_client_request",
        /// Authorized it.
        AuthorizeClientRequest => "authorize_client_request",
        /// Refused it.
        RefuseClientRequest => "refuse_client_request",
        /// Wrote down that the client no longer asks for it.
        WithdrawClientRequest => "withdraw_client_request",
        /// Told the worker to carry it out.
        ExecuteClientRequest => "execute_client_request",
        /// Gave the client a link to the copy.
        DeliverClientCopy => "deliver_client_copy",
        /// Made a copy of an organization for its client.
        CopyOrganization => "copy_organization",
        /// Erased an organization.
        EraseOrganization => "erase_organization",
        /// Erased projects of an organization.
        EraseProjects => "erase_projects",
        /// Wrote the tables anew in which rows were erased.
        RewriteErased => "rewrite_erased",
        /// Destroyed the keys of an erased organization.
        DestroyKeys => "destroy_keys",
        /// Asked for something that was under way to be cancelled.
        CancelAction => "cancel_action",
        /// Explained why the book ends before its signed head.
        ResumeBook => "resume_book",
        /// Made an organization.
        CreateOrganization => "create_organization",
        /// Suspended an organization.
        SuspendOrganization => "suspend_organization",
        /// Let an organization go on.
        ResumeOrganization => "resume_organization",
        /// Gave an organization a domain of its own.
        AddDomain => "add_domain",
        /// Let an organization hold more licences.
        HoldLicences => "hold_licences",
        /// Changed the seats or the end of a licence.
        ChangeLicence => "change_licence",
        /// Wrote an organization with its rows and files into a file.
        ExportOrganization => "export_organization",
        /// Took in an organization from a file.
        ImportOrganization => "import_organization",
        /// Wrote an organization's audit log into a file.
        ExportAuditLog => "export_audit_log",
        /// Put files into another store.
        CopyFiles => "copy_files",
        /// Let work that was given up be tried again.
        RetryJobs => "retry_jobs",
        /// Made an operator.
        CreateOperator => "create_operator",
        /// Changed an operator's name, teams, or whether they may sign in.
        UpdateOperator => "update_operator",
        /// Took an operator's password and second factor away.
        ResetOperator => "reset_operator",
        /// Chose one's own password, and showed a first code.
        Enrol => "enrol",
        /// Took another password.
        ChangePassword => "change_password",
        /// Signed in at the console.
        SignIn => "sign_in",
        /// Signed out.
        SignOut => "sign_out",
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
    /// What was done, by its word: `make_set`, `create_operator`. A later version may know more of them.
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
