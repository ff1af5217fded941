//! What was erased is erased again in a database that was brought back to before it, by the ledger, before anybody uses it.

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use shared::ids::{ClientRequestId, OrganizationId};

use super::ledger::Ledger;
use crate::{
    clock::Clock,
    db::{
        erase::{erase_again, organizations_of},
        operator::OperatorDb,
    },
    users::erasure,
};

/// What was there of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Again {
    /// Organizations.
    pub organizations: Vec<OrganizationId>,
    /// Persons.
    pub persons: usize,
}

/// Erases again. `url` is that of whoever owns the database.
pub fn again(url: &str, ledger: &Ledger, clock: &Clock) -> Result<Again> {
    if ledger.is_empty() {
        return Ok(Again::default());
    }
    let erased: Vec<(ClientRequestId, OrganizationId, DateTime<Utc>)> = ledger.requests().collect();
    let organizations = erase_again(url, &erased).context("what was erased is still there")?;
    let (mut persons, mut db) = (0, None);
    for organization in organizations_of(url)? {
        for (user, at) in ledger.persons(organization) {
            let db = match &mut db {
                Some(db) => db,
                none => none.insert(OperatorDb::open(url, clock.clone())?),
            };
            let done = db.insert_in_organization(organization, |conn| erasure::again(conn, user, at));
            let done =
                done.with_context(|| format!("{user} of {organization} was erased, and is still there"));
            persons += usize::from(done?);
        }
    }
    Ok(Again { organizations, persons })
}
