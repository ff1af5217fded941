//! What a request may end in other than success, by meaning.

use diesel::result::DatabaseErrorKind;
use shared::{
    FieldProblem, Problem, ProblemCode, Violation, ViolationCode, access::Denial, check::Violations,
    problem::Seats,
};

/// Everything but success. The rim turns it into `application/problem+json`; causes are logged there, never sent.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// No session, or one that is over.
    #[error("unauthenticated")]
    Unauthenticated,
    /// E-mail and password do not fit together.
    #[error("wrong credentials")]
    WrongCredentials,
    /// Not yours to do.
    #[error("forbidden: {0:?}")]
    Forbidden(Denial),
    /// Not there, or not yours to see.
    #[error("not found")]
    NotFound,
    /// The values are not allowed.
    #[error("invalid: {0:?}")]
    Invalid(Violations),
    /// Some parameter of the address is not allowed.
    #[error("invalid: {0:?}")]
    InvalidFields(Vec<FieldProblem>),
    /// What is there stands in the way; the text says how.
    #[error("{}: {}", .0.key(), .1)]
    Conflict(ProblemCode, String),
    /// No seat is free.
    #[error("no seat free: {0:?}")]
    NoSeatFree(Seats),
    /// Someone else changed it meanwhile; the present state.
    #[error("stale version")]
    Stale(serde_json::Value),
    /// The version is missing.
    #[error("version required")]
    VersionRequired,
    /// Any other problem of the request itself.
    #[error("{}: {}", .0.key(), .1)]
    BadRequest(ProblemCode, String),
    /// Too many attempts; try again after so many seconds.
    #[error("too many attempts, again in {0} s")]
    TooManyAttempts(u32),
    /// The organization is suspended.
    #[error("organization suspended")]
    OrganizationSuspended,
    /// The server is at its limit.
    #[error("busy")]
    Busy,
    /// Something broke.
    #[error("internal: {0:#}")]
    Internal(#[source] anyhow::Error),
}

impl ApiError {
    /// Something broke that no request can cause by itself.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Self::Internal(cause.into())
    }

    /// One value that is not allowed.
    pub fn invalid(pointer: &str, code: ViolationCode, message: impl Into<String>) -> Self {
        Self::Invalid(Violations(vec![(pointer.to_owned(), Violation::new(code, message))]))
    }

    /// An id in the body that refers to nothing of the caller's.
    pub fn unknown_reference(pointer: &str) -> Self {
        Self::invalid(pointer, ViolationCode::NotFound, "There is nothing with this id.")
    }

    /// Someone else changed it meanwhile; the present state as the client would read it.
    pub fn stale(current: &impl serde::Serialize) -> Self {
        serde_json::to_value(current).map_or_else(Self::internal, Self::Stale)
    }

    /// What the client is told.
    pub fn to_problem(&self) -> Problem {
        match self {
            Self::Unauthenticated => Problem::new(ProblemCode::Unauthenticated)
                .with_detail("There is no session, or it is over. Sign in and try again."),
            Self::WrongCredentials => Problem::new(ProblemCode::WrongCredentials)
                .with_detail("Check the e-mail and the password and try again."),
            Self::Forbidden(denial) => Problem {
                denial: Some(denial.clone()),
                ..Problem::new(ProblemCode::Forbidden).with_detail(denial.text(shared::Language::En))
            },
            Self::NotFound => {
                Problem::new(ProblemCode::NotFound).with_detail("It does not exist, or you may not see it.")
            }
            Self::Invalid(violations) => Problem::invalid(violations.clone())
                .with_detail("Correct the fields named in `errors` and try again."),
            Self::InvalidFields(errors) => Problem {
                errors: errors.clone(),
                ..Problem::new(ProblemCode::Invalid)
                    .with_detail("Correct the fields named in `errors` and try again.")
            },
            Self::Conflict(code, detail) | Self::BadRequest(code, detail) => {
                Problem::new(*code).with_detail(detail)
            }
            Self::NoSeatFree(seats) => Problem {
                seats: Some(seats.clone()),
                ..Problem::new(ProblemCode::NoSeatFree).with_detail(format!(
                    "{} of {} seats of this licence are used. Free one, or hold more.",
                    seats.used,
                    seats.held.unwrap_or(0)
                ))
            },
            Self::Stale(current) => Problem {
                current: Some(current.clone()),
                ..Problem::new(ProblemCode::StaleVersion)
                    .with_detail("Compare with the present state in `current`, and send its version.")
            },
            Self::VersionRequired => Problem::new(ProblemCode::VersionRequired)
                .with_detail("Send the version that you have read as `If-Match: \"<version>\"`."),
            Self::TooManyAttempts(seconds) => Problem {
                retry_after_seconds: Some(*seconds),
                ..Problem::new(ProblemCode::TooManyAttempts)
                    .with_detail(format!("Try again in {seconds} seconds."))
            },
            Self::OrganizationSuspended => Problem::new(ProblemCode::OrganizationSuspended)
                .with_detail("Nobody can sign in until it is resumed."),
            Self::Busy => Problem {
                retry_after_seconds: Some(1),
                ..Problem::new(ProblemCode::Busy).with_detail("Nothing was changed. Try again in a moment.")
            },
            Self::Internal(_) => Problem::new(ProblemCode::Internal)
                .with_detail("Nothing was changed. If it happens again, tell us the request id."),
        }
    }
}

impl From<diesel::result::Error> for ApiError {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Self::NotFound,
            // The database went away, or was too slow: nothing was committed, and the next try may work.
            diesel::result::Error::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                cause,
            ) => {
                tracing::error!(cause = cause.message(), "the database is gone");
                Self::Busy
            }
            other => Self::internal(other),
        }
    }
}
