//! Who is asking: put into a request's extensions by the session middleware, read by the guards.

use std::{net::IpAddr, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use shared::ids::{ApiTokenId, SessionId, UserId};
use uuid::Uuid;

use super::person::{Holder, Person};
use crate::{ApiError, db::Organization, http::idempotency::IdempotencyKey};

/// By what a request shows who is asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// A sign-in on a device: the person themself.
    Session(SessionId),
    /// A signed link that a session has asked for.
    Link(SessionId),
    /// A token that the person gave to a program. What its scopes leave of the person is [`Caller::person`].
    Token(ApiTokenId),
}

/// A signed-in person in one request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The organization.
    pub organization: Arc<Organization>,
    /// The person, as cached; narrowed to the scopes where it is a token that asks.
    pub person: Arc<Person>,
    /// By what they show it.
    pub credential: Credential,
    /// The instant at which the request came in.
    pub now: DateTime<Utc>,
    /// The client's address.
    pub address: IpAddr,
    /// The id of this request.
    pub request_id: Uuid,
    /// The key under which what this request writes is kept.
    pub idempotency_key: Option<IdempotencyKey>,
}

impl Caller {
    /// The person's id.
    pub fn user(&self) -> UserId {
        self.person.id
    }

    /// The session. A token has none: guards that take no tokens ask for it.
    pub fn session(&self) -> Result<SessionId, ApiError> {
        match self.credential {
            Credential::Session(session) | Credential::Link(session) => Ok(session),
            Credential::Token(_) => Err(ApiError::SessionRequired),
        }
    }

    /// Lets pass who has shown their password to this session a moment ago.
    pub fn check_confirmed(&self) -> Result<(), ApiError> {
        let span = self.person.sessions.get(&self.session()?);
        if span.is_some_and(|span| span.is_confirmed(self.now)) {
            return Ok(());
        }
        Err(ApiError::ConfirmationRequired)
    }

    /// The day in the organization's time zone: the one on which licences are valid or not.
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.person.time_zone).date_naive()
    }

    /// What access is decided on.
    pub fn holder(&self) -> &Holder {
        &self.person.holder
    }
}
