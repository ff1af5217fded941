//! What was erased is erased again in a database that was brought back to before it, by the ledger, before anybody uses it.

use chrono::{DateTime, Utc};
use shared::ids::{ClientRequestId, OrganizationId, UserId};

use super::ledger::Ledger;
use crate::{clock::Clock, db::erase::Erased, users::erasure};

pub use crate::db::erase::Again;

/// What a ledger has, as the database takes it.
#[derive(Debug)]
pub struct Entries {
    organizations: Vec<(ClientRequestId, OrganizationId, DateTime<Utc>)>,
    persons: Vec<(OrganizationId, UserId, DateTime<Utc>)>,
    clock: Clock,
}

impl Entries {
    /// All of it.
    pub fn of(ledger: &Ledger) -> Self {
        Self {
            organizations: ledger.requests().collect(),
            persons: ledger.all_persons().collect(),
            clock: Clock::system(),
        }
    }

    /// The persons of one organization.
    pub fn of_one(ledger: &Ledger, organization: OrganizationId) -> Self {
        let persons = ledger.persons(organization).map(|(user, at)| (organization, user, at));
        Self { organizations: Vec::new(), persons: persons.collect(), clock: Clock::system() }
    }

    /// For the database.
    pub fn erased(&self) -> Erased<'_> {
        let Self { organizations, persons, clock } = self;
        Erased { organizations, persons, person: erasure::again, clock }
    }
}
