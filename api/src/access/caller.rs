//! Who is asking: put into a request's extensions by the session middleware, read by the guards.

use std::{net::IpAddr, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use shared::ids::{SessionId, UserId};
use uuid::Uuid;

use super::person::{Holder, Person};
use crate::db::Organization;

/// A signed-in person in one request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The organization.
    pub organization: Arc<Organization>,
    /// The person, as cached.
    pub person: Arc<Person>,
    /// The session.
    pub session: SessionId,
    /// The instant at which the request came in.
    pub now: DateTime<Utc>,
    /// The client's address.
    pub address: IpAddr,
    /// The id of this request.
    pub request_id: Uuid,
}

impl Caller {
    /// The person's id.
    pub fn user(&self) -> UserId {
        self.person.id
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
