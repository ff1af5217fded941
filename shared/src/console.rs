//! What the console and its clients say to each other: operators, their teams, their sign-in, and the operations book.
//!
//! The console is a server of its own, in the administration network. Nothing here is part of the tenants' API.

mod actions_under_way;
mod backups;
mod book;
mod client_requests;
mod standby;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Check, Violation, ViolationCode,
    check::{self, Violations},
    ids::OperatorId,
    page::SortField,
};

pub use actions_under_way::{
    ActionPhase, ActionUnderWay, ActionsUnderWay, Cancelling, LongAction, Measure, PhaseProgress,
};
pub use backups::{
    Alarm, Attendance, BackupCopy, BackupKind, BackupOverview, BackupPlace, BackupRun, BackupRunFilter,
    BackupRunSort, BackupSlot, BackupTier, CopyState, Finding, SlotLength, SlotState, StoreUse, Trial,
};
pub use book::{BookAction, BookActor, BookEntry, BookFilter, BookOutcome, BookSort};
pub use client_requests::{
    ClientRequest, ClientRequestFilter, ClientRequestKind, ClientRequestSort, ClientRequestState,
    DeliveryLink, ErasureCertificate, ErasurePreview, Execution, ExecutionConfirmation, NewClientRequest,
    Package, Refusal, RequestStep, RequestStepKind, TableCount, check_projects, check_recipient,
    projects_of_lines,
};
pub use standby::{Fenced, StandbyOverview, StepOutcome, StepReport, TakeOverReport, TakeOverStep};

macro_rules! keyed {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $each:literal])* $variant:ident => $key:literal),* $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[doc = $each])* #[serde(rename = $key)] $variant),*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in the API and the database.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key),* }
            }

            /// The one with this word.
            pub fn from_key(key: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.key() == key)
            }
        }

        // The derived one would tell the names in Rust: it does not see through this macro which words stand for them.
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let words = Self::ALL.iter().map(|one| one.key());
                let description = [$($doc),*].map(str::trim).join("\n");
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(description))
                    .enum_values(Some(words))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.key())
            }
        }
    };
}

// By a path, for the module below.
use keyed;

keyed! {
    /// A team of operators. An operator may be in several.
    Team {
        /// Runs the installation: backups, restores, copies.
        Operations => "operations",
        /// Speaks for clients, and verifies what they ask for.
        CustomerService => "customer_service",
        /// Answers incidents.
        Support => "support",
        /// Judges whether a release does what it should.
        Functional => "functional",
        /// Judges whether a release can be run.
        Systems => "systems",
        /// Judges whether a release is safe, and decides who is an operator.
        Security => "security",
        /// Makes releases.
        ProductDevelopment => "product_development",
    }
}

/// E-mail, password and the code of the second factor. `POST /console/v1/session`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperatorSignIn {
    /// The e-mail.
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub email: String,
    /// The password.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub password: String,
    /// The six digits that the authenticator shows. Each code is accepted once.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[0-9]{6}$"))]
    pub code: String,
}

impl std::fmt::Debug for OperatorSignIn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("OperatorSignIn")
    }
}

/// Another password of one's own. `PUT /console/v1/session/password`; ends all sessions.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperatorPasswordChange {
    /// The password until now.
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub old_password: String,
    /// The password from now on.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub new_password: String,
    /// The six digits that the authenticator shows.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[0-9]{6}$"))]
    pub code: String,
}

impl std::fmt::Debug for OperatorPasswordChange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("OperatorPasswordChange")
    }
}

/// A session that has begun.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperatorToken {
    /// For the header `Authorization: Bearer …`. Keep it in memory only.
    pub token: String,
    /// When the session ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// Without a request for so many seconds it ends earlier.
    pub idle_seconds: i64,
}

impl std::fmt::Debug for OperatorToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("OperatorToken").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Who is signed in. `GET /console/v1/session`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperatorSession {
    /// The operator.
    pub operator: OperatorId,
    /// The e-mail.
    pub email: String,
    /// The name.
    pub name: String,
    /// The teams.
    pub teams: Vec<Team>,
    /// When the session ends at the latest.
    pub expires_at: DateTime<Utc>,
}

/// An operator. `GET /console/v1/operators`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Operator {
    /// The id.
    pub id: OperatorId,
    /// The e-mail.
    pub email: String,
    /// The name.
    pub name: String,
    /// The teams.
    pub teams: Vec<Team>,
    /// Whether they may sign in.
    pub active: bool,
    /// Whether they have chosen a password and shown a first code.
    pub enrolled: bool,
    /// When they last signed in.
    pub last_signed_in_at: Option<DateTime<Utc>>,
    /// The version, for `If-Match`.
    pub version: i32,
}

/// An operator to be made. `POST /console/v1/operators`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewOperator {
    /// The e-mail, which is also the name to sign in with.
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub email: String,
    /// The name.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: String,
    /// The teams, one at least.
    #[cfg_attr(feature = "openapi", schema(min_items = 1))]
    pub teams: Vec<Team>,
}

/// An operator who was made, or whose password and second factor were taken away, with what they enrol with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedOperator {
    /// The operator.
    pub operator: Operator,
    /// What they enrol with, once: `POST /console/v1/enrolments`. It is shown here and never again.
    pub enrolment: String,
    /// Until when.
    pub enrolment_until: DateTime<Utc>,
}

impl std::fmt::Debug for CreatedOperator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("CreatedOperator").field("operator", &self.operator).finish_non_exhaustive()
    }
}

/// A change of an operator. `PATCH /console/v1/operators/{operator}` with `If-Match`; absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperatorPatch {
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: Option<String>,
    /// All teams, one at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_items = 1))]
    pub teams: Option<Vec<Team>>,
    /// `false` ends all sessions at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// What somebody was given to enrol with. `POST /console/v1/enrolments/preview`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolmentSecret {
    /// What was shown when the operator was made.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub enrolment: String,
}

impl std::fmt::Debug for EnrolmentSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("EnrolmentSecret")
    }
}

/// What an authenticator needs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolmentPreview {
    /// Whose it is.
    pub email: String,
    /// Their name.
    pub name: String,
    /// The secret, as authenticators read it.
    pub otpauth_url: String,
}

impl std::fmt::Debug for EnrolmentPreview {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("EnrolmentPreview").field("email", &self.email).finish_non_exhaustive()
    }
}

/// One's own password, and a first code. `POST /console/v1/enrolments`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Enrolment {
    /// What was shown when the operator was made.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub enrolment: String,
    /// The password from now on.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub password: String,
    /// The six digits that the authenticator shows.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[0-9]{6}$"))]
    pub code: String,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Enrolment")
    }
}

/// Which operators; the query string of `GET /console/v1/operators`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct OperatorFilter {
    /// Rows of a page, 1 to 500; 50 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 500))]
    pub limit: Option<u16>,
    /// The cursor `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// What operators are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorSort {
    /// The e-mail.
    Email,
}

impl SortField for OperatorSort {
    const ALL: &'static [(Self, &'static str)] = &[(Self::Email, "email")];
}

fn check_code(code: &str) -> Result<(), Violation> {
    if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(Violation::new(ViolationCode::InvalidFormat, "Six digits are needed."))
}

fn given(text: &str) -> Result<(), Violation> {
    if text.is_empty() {
        return Err(Violation::new(ViolationCode::Required, "This is needed."));
    }
    Ok(())
}

/// The teams of an operator: one at least, none twice.
pub fn check_teams(teams: &[Team]) -> Result<(), Violation> {
    if teams.is_empty() {
        return Err(Violation::new(ViolationCode::AtLeastOne, "At least one team is needed."));
    }
    if teams.iter().collect::<BTreeSet<_>>().len() < teams.len() {
        return Err(Violation::new(ViolationCode::Duplicate, "A team is named twice."));
    }
    Ok(())
}

impl Check for OperatorSignIn {
    fn check(&self, violations: &mut Violations) {
        violations.add("/email", check::email(&self.email));
        violations.add("/password", given(&self.password));
        violations.add("/code", check_code(&self.code));
    }
}

impl Check for OperatorPasswordChange {
    fn check(&self, violations: &mut Violations) {
        violations.add("/old_password", given(&self.old_password));
        violations.add("/new_password", given(&self.new_password));
        violations.add("/code", check_code(&self.code));
    }
}

impl Check for NewOperator {
    fn check(&self, violations: &mut Violations) {
        violations.add("/email", check::email(&self.email));
        violations.add("/name", check::name(&self.name));
        violations.add("/teams", check_teams(&self.teams));
    }
}

impl Check for OperatorPatch {
    fn check(&self, violations: &mut Violations) {
        violations.add("/name", self.name.as_deref().map_or(Ok(()), check::name));
        violations.add("/teams", self.teams.as_deref().map_or(Ok(()), check_teams));
    }
}

impl Check for EnrolmentSecret {
    fn check(&self, violations: &mut Violations) {
        violations.add("/enrolment", given(&self.enrolment));
    }
}

impl Check for Enrolment {
    fn check(&self, violations: &mut Violations) {
        violations.add("/enrolment", given(&self.enrolment));
        violations.add("/password", given(&self.password));
        violations.add("/code", check_code(&self.code));
    }
}

impl Check for OperatorFilter {
    fn check(&self, _: &mut Violations) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken() {
        let sign_in = |email: &str, password: &str, code: &str| {
            let one = OperatorSignIn { email: email.into(), password: password.into(), code: code.into() };
            one.violations().0.into_iter().map(|(pointer, _)| pointer).collect::<Vec<_>>()
        };
        for (email, password, code, expected) in [
            ("ada@ops.example", "x", "000000", vec![]),
            ("ada", "", "12345", vec!["/email", "/password", "/code"]),
            ("ada@ops.example", "x", "1234567", vec!["/code"]),
            ("ada@ops.example", "x", "12345a", vec!["/code"]),
            ("ada@ops.example", "x", "１２３４５６", vec!["/code"]),
        ] {
            assert_eq!(sign_in(email, password, code), expected, "{email} {password} {code}");
        }
        assert!(check_teams(&[Team::Support]).is_ok() && check_teams(Team::ALL).is_ok());
        assert_eq!(check_teams(&[]).expect_err("none").code, ViolationCode::AtLeastOne);
        assert_eq!(
            check_teams(&[Team::Support, Team::Support]).expect_err("twice").code,
            ViolationCode::Duplicate
        );
    }

    #[test]
    fn words_lead_back() {
        for team in Team::ALL {
            assert_eq!(Team::from_key(team.key()), Some(*team));
        }
        assert_eq!(Team::from_key("everybody"), None);
        assert_eq!(Team::ALL.len(), 7);
    }
}
