//! The ledger of erasures, outside of the database and its backups: whose data may not come back. Production enters what it
//! erases, signed, in both stores, before it does; whoever restores to before an erasure does it again by the ledger.
//!
//! Invariants: an entry is never written over nor taken back; nobody is erased by an entry that this installation has not signed;
//! one that cannot be believed stops a restore, since it may have been one that could.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::{ClientRequestId, OrganizationId, UserId};

use super::{
    signing::{Purpose, SetKeys, Signers},
    stores::{Put, Store},
};

/// The folder of the ledger in a store.
pub const FOLDER: &str = "erasures";
/// The folder of what is said of tables that were written anew.
const REWRITTEN: &str = "rewritten";
/// The most that is read of an entry, in bytes.
const LARGEST: u64 = 64 << 10;

/// Whose data it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Subject {
    /// All of the organization, by the request of its client.
    Organization {
        /// The request.
        request: ClientRequestId,
    },
    /// One person of it.
    Person {
        /// The person.
        user: UserId,
    },
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// The organization.
    pub organization: OrganizationId,
    /// Who or what of it.
    pub subject: Subject,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// That the tables of an erased organization were written anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rewriting {
    /// The request.
    pub request: ClientRequestId,
    /// When.
    pub at: DateTime<Utc>,
}

impl Erasure {
    /// Where it stands.
    fn path(&self) -> String {
        match self.subject {
            Subject::Organization { request } => {
                format!("{FOLDER}/{}/organization-{request}", self.organization)
            }
            Subject::Person { user } => format!("{FOLDER}/{}/person-{user}", self.organization),
        }
    }
}

fn rewriting_path(request: ClientRequestId) -> String {
    format!("{REWRITTEN}/{request}")
}

/// Enters one into a store. Done twice, it stands there once.
pub fn enter(store: &Store, keys: &SetKeys, erasure: &Erasure) -> Result<()> {
    put(store, &erasure.path(), &keys.state(Purpose::Erasure, erasure)?)
}

/// Says in a store that tables were written anew.
pub fn say_rewriting(store: &Store, keys: &SetKeys, rewriting: &Rewriting) -> Result<()> {
    put(store, &rewriting_path(rewriting.request), &keys.state(Purpose::Rewriting, rewriting)?)
}

/// Where it is taken already, this installation has said the same before: nobody else knows the id. It is confirmed where it may
/// be looked at.
fn put(store: &Store, path: &str, bytes: &[u8]) -> Result<()> {
    match store.try_put_new(path, bytes)? {
        Put::New => Ok(()),
        Put::Taken => store.confirm_taken(path, bytes),
    }
}

/// Whether tables were written anew after an erasure, as one of the stores says.
pub fn rewriting(store: &Store, request: ClientRequestId, signers: &Signers) -> Result<Option<Rewriting>> {
    let said: Option<Rewriting> = find(store, &rewriting_path(request), Purpose::Rewriting, signers)?;
    if let Some(said) = &said {
        ensure!(said.request == request, "what is said of {request} is of {}", said.request);
    }
    Ok(said)
}

fn find<T: serde::de::DeserializeOwned>(
    store: &Store,
    path: &str,
    purpose: Purpose,
    signers: &Signers,
) -> Result<Option<T>> {
    let about = || format!("{path} in {}", store.name());
    let Some(size) = store.size(path)? else { return Ok(None) };
    ensure!(size <= LARGEST, "{} has {size} bytes: nobody says so much", about());
    let Some(bytes) = store.find(path)? else { return Ok(None) };
    signers.read(purpose, &bytes).map(Some).with_context(about)
}

/// All that was erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    organizations: BTreeMap<OrganizationId, (ClientRequestId, DateTime<Utc>)>,
    persons: BTreeMap<OrganizationId, BTreeMap<UserId, DateTime<Utc>>>,
}

impl Ledger {
    /// What these stores say together. One that is out of reach is said and left out, as long as another answers: each has all
    /// of it.
    pub fn read<'a>(stores: impl IntoIterator<Item = &'a Store>, signers: &Signers) -> Result<Self> {
        let (mut ledger, mut heard, mut silent) = (Self::default(), 0, Vec::new());
        for store in stores {
            match store.list(FOLDER) {
                Ok(paths) => {
                    heard += 1;
                    ledger.take(store, &paths, signers)?;
                }
                Err(error) => {
                    tracing::warn!(
                        error = format!("{error:#}"),
                        "the ledger of erasures cannot be read here"
                    );
                    silent.push(format!("{error:#}"));
                }
            }
        }
        if heard == 0 {
            bail!(
                "the ledger of erasures cannot be read: what was erased would come back ({})",
                silent.join("; ")
            );
        }
        Ok(ledger)
    }

    fn take(&mut self, store: &Store, paths: &[String], signers: &Signers) -> Result<()> {
        for path in paths {
            let erasure: Option<Erasure> =
                find(store, path, Purpose::Erasure, signers).with_context(not_believed)?;
            let Some(erasure) = erasure else { continue };
            ensure!(
                erasure.path() == *path,
                "{path} in {} is {}: it stands under another name. {}",
                store.name(),
                erasure.path(),
                not_believed()
            );
            self.note(&erasure);
        }
        Ok(())
    }

    fn note(&mut self, erasure: &Erasure) {
        match erasure.subject {
            Subject::Organization { request } => {
                self.organizations.entry(erasure.organization).or_insert((request, erasure.at));
            }
            Subject::Person { user } => {
                self.persons.entry(erasure.organization).or_default().entry(user).or_insert(erasure.at);
            }
        }
    }

    /// Whether an organization was erased.
    pub fn is_erased(&self, organization: OrganizationId) -> bool {
        self.organizations.contains_key(&organization)
    }

    /// The organization of a request, and since when it is erased.
    pub fn of_request(&self, request: ClientRequestId) -> Option<(OrganizationId, DateTime<Utc>)> {
        let mut all = self.organizations.iter();
        all.find(|(_, (of, _))| *of == request).map(|(organization, (_, at))| (*organization, *at))
    }

    /// Whether nobody was.
    pub fn is_empty(&self) -> bool {
        self.organizations.is_empty() && self.persons.is_empty()
    }

    /// What this one says and another.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.organizations.extend(other.organizations);
        for (organization, persons) in other.persons {
            self.persons.entry(organization).or_default().extend(persons);
        }
        self
    }

    /// Every request by which one was erased.
    pub fn requests(&self) -> impl Iterator<Item = (ClientRequestId, OrganizationId, DateTime<Utc>)> {
        self.organizations.iter().map(|(organization, (request, at))| (*request, *organization, *at))
    }

    /// The persons of an organization who were erased.
    pub fn persons(&self, organization: OrganizationId) -> impl Iterator<Item = (UserId, DateTime<Utc>)> {
        self.persons.get(&organization).into_iter().flatten().map(|(user, at)| (*user, *at))
    }
}

fn not_believed() -> &'static str {
    "This entry of the ledger of erasures is not believed, and it may be one that was damaged: what it is about would come back. \
     Find out who has written there; where nobody of this installation has, move it out of the store"
}

#[cfg(test)]
mod tests;
