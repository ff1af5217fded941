//! What a request may end in other than success, by meaning.

use diesel::result::DatabaseErrorKind;
use shared::{
    FieldProblem, Problem, ProblemCode, Violation, ViolationCode, access::Denial, check::Violations,
    console::Team, problem::Seats,
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
    /// Not for the teams of the operator; for these.
    #[error("for other teams: {0:?}")]
    OtherTeam(&'static [Team]),
    /// An API token where only somebody who is signed in themself is let in.
    #[error("session required")]
    SessionRequired,
    /// An API token that was revoked.
    #[error("token revoked")]
    TokenRevoked,
    /// An API token whose time is over.
    #[error("token expired")]
    TokenExpired,
    /// The session has to be confirmed with the password first.
    #[error("confirmation required")]
    ConfirmationRequired,
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
    /// A request with the same idempotency key is under way.
    #[error("the idempotency key is under way")]
    KeyUnderWay,
    /// What the same request was refused with before.
    #[error("refused before: {0:?}")]
    Again(Box<Problem>),
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
    /// Too many requests; try again after so many seconds.
    #[error("rate limited, again in {0} s")]
    RateLimited(u32),
    /// Another environment has taken the place of this one.
    #[error("fenced")]
    Fenced,
    /// The organization is suspended.
    #[error("organization suspended")]
    OrganizationSuspended,
    /// The server is at its limit.
    #[error("busy")]
    Busy,
    /// The file store does not answer, is full, or is not set up.
    #[error("the file store is of no use")]
    FilesUnavailable,
    /// The database was lost while it committed.
    #[error("the database was lost while it committed")]
    OutcomeUnknown,
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
            Self::OtherTeam(teams) => {
                let teams: Vec<&str> = teams.iter().map(|team| team.key()).collect();
                let detail = format!("This is for operators of these teams: {}.", teams.join(", "));
                Problem::new(ProblemCode::Forbidden).with_detail(detail)
            }
            Self::SessionRequired => Problem::new(ProblemCode::SessionRequired)
                .with_detail("No API token reaches this. Sign in to the app and do it there."),
            Self::TokenRevoked => Problem::new(ProblemCode::TokenRevoked)
                .with_detail("Somebody has revoked this API token. Make another one under My Profile, API tokens."),
            Self::TokenExpired => Problem::new(ProblemCode::TokenExpired)
                .with_detail("The time of this API token is over. Make another one under My Profile, API tokens."),
            Self::ConfirmationRequired => Problem::new(ProblemCode::ConfirmationRequired).with_detail(
                "This asks for your password again. Send it to `POST /api/v1/session/confirm`, then repeat this \
                 within five minutes.",
            ),
            Self::NotFound => {
                Problem::new(ProblemCode::NotFound).with_detail("It does not exist, or you may not see it.")
            }
            Self::Invalid(violations) => invalid(Problem::invalid(violations.clone()).errors),
            Self::InvalidFields(errors) => invalid(errors.clone()),
            Self::Conflict(code, detail) | Self::BadRequest(code, detail) => {
                Problem::new(*code).with_detail(detail)
            }
            Self::KeyUnderWay => Problem {
                retry_after_seconds: Some(1),
                ..Problem::new(ProblemCode::IdempotencyKeyInUse).with_detail(
                    "The first request with this key is not done yet. Send it again in a moment.",
                )
            },
            Self::Again(problem) => problem.as_ref().clone(),
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
            Self::RateLimited(seconds) => Problem {
                retry_after_seconds: Some(*seconds),
                ..Problem::new(ProblemCode::RateLimited).with_detail(format!(
                    "Nothing was changed. Send fewer requests, and this one again in {seconds} seconds."
                ))
            },
            Self::OrganizationSuspended => Problem::new(ProblemCode::OrganizationSuspended)
                .with_detail("Nobody can sign in until it is resumed."),
            Self::Busy => Problem {
                retry_after_seconds: Some(1),
                ..Problem::new(ProblemCode::Busy).with_detail("Nothing was changed. Try again in a moment.")
            },
            Self::Fenced => Problem::new(ProblemCode::Fenced).with_detail(
                "Nothing was changed. Another environment has taken the place of this one; the address will lead there.",
            ),
            Self::FilesUnavailable => Problem {
                retry_after_seconds: Some(30),
                ..Problem::new(ProblemCode::FilesUnavailable).with_detail(
                    "Nothing was changed. Try again later; if it stays, tell whoever runs Portico.",
                )
            },
            Self::OutcomeUnknown => Problem {
                retry_after_seconds: Some(1),
                ..Problem::new(ProblemCode::OutcomeUnknown).with_detail(
                    "It may have been done. Send it again with the same Idempotency-Key, or look before you do.",
                )
            },
            Self::Internal(_) => Problem::new(ProblemCode::Internal)
                .with_detail("Nothing was changed. If it happens again, tell us the request id."),
        }
    }
}

fn invalid(errors: Vec<FieldProblem>) -> Problem {
    let detail = "Correct the fields named in `errors` and try again.";
    Problem { errors: bounded(errors), ..Problem::new(ProblemCode::Invalid).with_detail(detail) }
}

/// The most field problems of one answer, and the most characters of each of their texts: an answer stays small
/// however large the body was that it is about.
const FIELD_PROBLEMS: usize = 50;
const FIELD_TEXT: usize = 500;

fn bounded(errors: Vec<FieldProblem>) -> Vec<FieldProblem> {
    let short = |text: String| match text.char_indices().nth(FIELD_TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    };
    let bounded = |problem: FieldProblem| FieldProblem {
        pointer: short(problem.pointer),
        message: short(problem.message),
        ..problem
    };
    errors.into_iter().take(FIELD_PROBLEMS).map(bounded).collect()
}

impl From<diesel::result::Error> for ApiError {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Self::NotFound,
            diesel::result::Error::DatabaseError(kind, cause) => match of_database(kind, cause.message()) {
                Refused::Busy => {
                    tracing::error!(cause = cause.message(), "the database is gone or too slow");
                    Self::Busy
                }
                Refused::Value => {
                    // Its words quote what somebody has written.
                    tracing::error!(?kind, "a value that the database cannot keep came through");
                    let detail =
                        "A value is outside of what can be kept or looked for. Correct it and try again.";
                    Self::BadRequest(ProblemCode::Invalid, detail.to_owned())
                }
                Refused::Fenced => {
                    tracing::warn!("a change was refused, since another environment has taken over");
                    Self::Fenced
                }
                Refused::Otherwise => Self::internal(diesel::result::Error::DatabaseError(kind, cause)),
            },
            // The connection was lost in the middle of a transaction, and is thrown away: the next try finds another.
            diesel::result::Error::BrokenTransactionManager => {
                tracing::error!("the database is gone");
                Self::Busy
            }
            diesel::result::Error::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            other => Self::internal(other),
        }
    }
}

/// What the database's refusal means for the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    /// It went away, was too slow, or had to choose between two: nothing was committed, and the next try may work.
    Busy,
    /// A value is of its type and still none that it keeps. The net below the checks of all input.
    Value,
    /// Another environment has taken the place of this one (`replaceable/fence.sql`).
    Fenced,
    /// Anything else is a mistake of ours.
    Otherwise,
}

/// diesel tells few kinds apart and no SQLSTATE, so the rest is read from PostgreSQL's words. They are English:
/// the roles' `lc_messages` is set when they are made.
fn of_database(kind: DatabaseErrorKind, message: &str) -> Refused {
    // 55P03, 57014, 40P01, 40001, 25P03 and 57P01.
    const BUSY: [&str; 5] = [
        "canceling statement due to",
        "deadlock detected",
        "could not obtain lock",
        "could not serialize access",
        "terminating connection",
    ];
    // 22007, 22008 and 22021.
    const VALUE: [&str; 5] = [
        "invalid input syntax for type",
        "out of range: \"",
        "date out of range",
        "timestamp out of range",
        "invalid byte sequence for encoding",
    ];
    match kind {
        DatabaseErrorKind::ClosedConnection
        | DatabaseErrorKind::UnableToSendCommand
        | DatabaseErrorKind::SerializationFailure => Refused::Busy,
        _ if BUSY.iter().any(|words| message.starts_with(words)) => Refused::Busy,
        _ if message.starts_with("fenced: ") => Refused::Fenced,
        _ if VALUE.iter().any(|words| message.contains(words)) => Refused::Value,
        _ => Refused::Otherwise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_database_refuses() {
        let unknown = || DatabaseErrorKind::Unknown;
        for (kind, message, expected) in [
            (unknown(), "canceling statement due to lock timeout", Refused::Busy),
            (unknown(), "canceling statement due to statement timeout", Refused::Busy),
            (unknown(), "deadlock detected", Refused::Busy),
            (unknown(), "terminating connection due to idle-in-transaction timeout", Refused::Busy),
            (DatabaseErrorKind::SerializationFailure, "could not serialize access", Refused::Busy),
            (DatabaseErrorKind::ClosedConnection, "", Refused::Busy),
            (unknown(), "invalid byte sequence for encoding \"UTF8\": 0x00", Refused::Value),
            (unknown(), "timestamp out of range", Refused::Value),
            (unknown(), "date/time field value out of range: \"2026-02-30\"", Refused::Value),
            (unknown(), "fenced: another environment has taken the place of this one", Refused::Fenced),
            (unknown(), "relation \"projects\" does not exist", Refused::Otherwise),
            (DatabaseErrorKind::UniqueViolation, "duplicate key value", Refused::Otherwise),
        ] {
            assert_eq!(of_database(kind, message), expected, "{message}");
        }
    }

    #[test]
    fn an_answer_stays_small() {
        let problem = FieldProblem {
            pointer: "ñ".repeat(100_000),
            code: ViolationCode::UnknownField,
            limit: None,
            message: "é".repeat(100_000),
        };
        let errors = ApiError::InvalidFields(vec![problem; 1000]).to_problem().errors;
        assert_eq!(errors.len(), FIELD_PROBLEMS);
        assert!(errors.iter().all(|one| one.message.chars().count() == FIELD_TEXT + 1));
        assert!(errors.iter().all(|one| one.pointer.chars().count() == FIELD_TEXT + 1));
    }
}
