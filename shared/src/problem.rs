//! Problems: what the API answers when it cannot do what was asked (RFC 9457, `application/problem+json`).

use serde::{Deserialize, Serialize};

use crate::{Language, Violation, ViolationCode, access::Denial, check::Violations};

macro_rules! problem_codes {
    ($($(#[doc = $doc:literal])* $name:ident => $key:tt, $status:literal, $title:literal;)*) => {
        /// Every kind of problem, with its HTTP status.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum ProblemCode {
            $($(#[doc = $doc])* #[serde(rename = $key)] $name,)*
        }

        impl ProblemCode {
            /// All codes, for tests and translations.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word in the API and the translations.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key),* }
            }

            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }

            /// The title, in English.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }
        }
    };
}

problem_codes! {
    /// No session, or one that is over.
    Unauthenticated => "unauthenticated", 401, "Sign in first";
    /// E-mail and password do not fit together.
    WrongCredentials => "wrong_credentials", 401, "E-mail or password is wrong";
    /// Not yours to do; `denial` says why.
    Forbidden => "forbidden", 403, "You may not do this";
    /// An API token where only somebody who is signed in themself is let in.
    SessionRequired => "session_required", 403, "API tokens do not reach this";
    /// The API token was revoked.
    TokenRevoked => "token_revoked", 401, "This API token was revoked";
    /// The time of the API token is over.
    TokenExpired => "token_expired", 401, "This API token has expired";
    /// The session has not been confirmed within the last minutes: `POST /session/confirm`, and send it again.
    ConfirmationRequired => "confirmation_required", 403, "Confirm that it is you";
    /// Not there, or not yours to see.
    NotFound => "not_found", 404, "There is nothing here";
    /// The path exists, the method does not.
    MethodNotAllowed => "method_not_allowed", 405, "This method is not offered here";
    /// What is there stands in the way.
    Conflict => "conflict", 409, "What is there stands in the way";
    /// It is still in use.
    InUse => "in_use", 409, "This is still in use";
    /// No seat of the licence is free; `seats` has the figures.
    NoSeatFree => "no_seat_free", 409, "No seat of this licence is free";
    /// The `Idempotency-Key` came with another request before.
    IdempotencyKeyReused => "idempotency_key_reused", 409, "This idempotency key was used for another request";
    /// A request with this `Idempotency-Key` is under way; `Retry-After` says when to send it again.
    IdempotencyKeyInUse => "idempotency_key_in_use", 409, "A request with this idempotency key is under way";
    /// The link that was sent by mail has expired.
    LinkExpired => "link_expired", 410, "This link has expired";
    /// The link that was sent by mail was used before.
    LinkUsed => "link_used", 410, "This link was used already";
    /// What the link was sent for has changed meanwhile.
    LinkVoid => "link_void", 410, "This link works no more";
    /// The organization has switched invitations off.
    InvitationsOff => "invitations_off", 409, "Invitations are switched off";
    /// The last active company admin must stay.
    LastCompanyAdmin => "last_company_admin", 409, "At least one active company admin must remain";
    /// The version sent in `If-Match` is not the present one; `current` has the present state.
    StaleVersion => "stale_version", 412, "Someone else has changed this meanwhile";
    /// The body is larger than allowed.
    TooLarge => "too_large", 413, "This is too large";
    /// The image is of another kind than those that are taken.
    UnsupportedImage => "unsupported_image", 415, "This kind of image is not taken";
    /// The image has more pixels than are taken.
    TooManyPixels => "too_many_pixels", 422, "This image has too many pixels";
    /// What was sent begins like an image and cannot be read as one.
    BrokenImage => "broken_image", 422, "This image cannot be read";
    /// The file store does not answer, is full, or is not set up. Nothing was changed.
    FilesUnavailable => "files_unavailable", 503, "Files cannot be kept or read at the moment";
    /// The body is not JSON by its content type.
    UnsupportedMediaType => "unsupported_media_type", 415, "The body must be application/json";
    /// The body is not JSON.
    MalformedBody => "malformed_body", 400, "The request cannot be read";
    /// The values are not allowed; `errors` names each.
    Invalid => "invalid", 422, "Some values are not allowed";
    /// `If-Match` is missing.
    VersionRequired => "version_required", 428, "The version is missing";
    /// Too many attempts; `Retry-After` says when to try again.
    TooManyAttempts => "too_many_attempts", 429, "Too many attempts";
    /// More requests than are allowed in a minute; `Retry-After` says when to try again.
    RateLimited => "rate_limited", 429, "Too many requests";
    /// Something broke here; the request id leads to the cause in the log.
    Internal => "internal", 500, "Something went wrong on our side";
    /// The server is at its limit; `Retry-After` says when to try again.
    Busy => "busy", 503, "The server is busy";
    /// The answer of the database was lost: it may have been done and may not. The same request with the same
    /// `Idempotency-Key` finds out; without one, look first.
    OutcomeUnknown => "outcome_unknown", 503, "It is not known whether it was done";
    /// Another environment has taken the place of this one, which takes no changes any more.
    Fenced => "fenced", 503, "Changes are made elsewhere now";
    /// The organization is suspended.
    OrganizationSuspended => "organization_suspended", 403, "This organization is suspended";
}

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldProblem {
    /// The JSON pointer of the field in the body (`/name`), or `?name` for a field of the query string.
    pub pointer: String,
    /// What is wrong.
    pub code: ViolationCode,
    /// The bound that was missed, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// A sentence in English.
    pub message: String,
}

/// Seats of a licence type: what stood in the way of giving one more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seats {
    /// The licence type's key.
    pub licence_type: String,
    /// How many are used.
    pub used: i64,
    /// How many are held and valid today; absent when unlimited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<i64>,
}

/// The body of every answer that is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// What kind of problem.
    pub code: ProblemCode,
    /// The kind, in English.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, why, and what to do, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The id under which the log knows this request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The fields that are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// Why access was denied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denial: Option<Denial>,
    /// The seats that are missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<Seats>,
    /// The present state, when another version was expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub current: Option<serde_json::Value>,
    /// When to try again, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
}

impl Problem {
    /// A problem that says no more than its kind.
    pub fn new(code: ProblemCode) -> Self {
        Self {
            code,
            title: code.title().to_owned(),
            status: code.status(),
            detail: None,
            request_id: None,
            errors: Vec::new(),
            denial: None,
            seats: None,
            current: None,
            retry_after_seconds: None,
        }
    }

    /// The problem with what happened, why, and what to do.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// The problem of values that are not allowed.
    pub fn invalid(violations: Violations) -> Self {
        let errors = violations
            .0
            .into_iter()
            .map(|(pointer, Violation { code, limit, message })| FieldProblem {
                pointer,
                code,
                limit,
                message,
            })
            .collect();
        Self { errors, ..Self::new(ProblemCode::Invalid) }
    }

    /// The denial in words, where access was denied.
    pub fn reason(&self, language: Language) -> Option<String> {
        self.denial.as_ref().map(|denial| denial.text(language))
    }
}
