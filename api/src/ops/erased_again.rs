//! What was erased is erased again in a database that was brought back to before it, by the ledger, before anybody uses it.

use chrono::{DateTime, Utc};
use shared::ids::{ClientRequestId, OrganizationId, UserId};

use super::ledger::{ErasedProjects, Ledger};
use crate::{
    clock::Clock,
    db::erase::{Erased, Projects},
    users::erasure,
};

pub use crate::db::erase::Again;

/// What a ledger has, as the database takes it.
#[derive(Debug)]
pub struct Entries {
    organizations: Vec<(ClientRequestId, OrganizationId, DateTime<Utc>)>,
    projects: Vec<Projects>,
    persons: Vec<(OrganizationId, UserId, DateTime<Utc>)>,
    clock: Clock,
}

impl Entries {
    /// All of it.
    pub fn of(ledger: &Ledger) -> Self {
        Self {
            organizations: ledger.requests().collect(),
            projects: ledger.all_projects().map(of_ledger).collect(),
            persons: ledger.all_persons().collect(),
            clock: Clock::system(),
        }
    }

    /// What was erased of one organization.
    pub fn of_one(ledger: &Ledger, organization: OrganizationId) -> Self {
        let persons = ledger.persons(organization).map(|(user, at)| (organization, user, at));
        let projects = ledger.all_projects().filter(|erased| erased.organization == organization);
        Self {
            organizations: Vec::new(),
            projects: projects.map(of_ledger).collect(),
            persons: persons.collect(),
            clock: Clock::system(),
        }
    }

    /// For the database.
    pub fn erased(&self) -> Erased<'_> {
        let Self { organizations, projects, persons, clock } = self;
        Erased { organizations, projects, persons, person: erasure::again, clock }
    }
}

fn of_ledger(erased: &ErasedProjects) -> Projects {
    Projects {
        request: erased.request,
        organization: erased.organization,
        projects: erased.projects.iter().copied().collect(),
        at: erased.at,
    }
}
