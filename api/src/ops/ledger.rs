//! The ledger of erasures, outside of the database and its backups: whose data may not come back. Production enters what it
//! erases, signed, in both stores, before it does; whoever restores to before an erasure does it again by the ledger.
//!
//! Invariants: an entry is never written over nor taken back; nobody is erased by an entry that this installation has not signed;
//! one that cannot be believed stops a restore, since it may have been one that could.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::ids::{ClientRequestId, OrganizationId, ProjectId, UserId};

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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Subject {
    /// All of the organization, by the request of its client.
    Organization {
        /// The request.
        request: ClientRequestId,
    },
    /// Some of its projects, by the request of its client. What is left has another key from then on.
    Projects {
        /// The request.
        request: ClientRequestId,
        /// The projects.
        projects: BTreeSet<ProjectId>,
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
    /// When its rows were erased.
    pub erased_at: DateTime<Utc>,
    /// When its files were removed.
    pub files_removed_at: DateTime<Utc>,
    /// When the tables were written anew.
    pub at: DateTime<Utc>,
}

impl Erasure {
    /// Where it stands.
    fn path(&self) -> String {
        match &self.subject {
            Subject::Organization { request } => {
                format!("{FOLDER}/{}/organization-{request}", self.organization)
            }
            Subject::Projects { request, .. } => format!("{FOLDER}/{}/projects-{request}", self.organization),
            Subject::Person { user } => format!("{FOLDER}/{}/person-{user}", self.organization),
        }
    }
}

/// Tables may be written anew more than once: each time is said by itself.
fn rewriting_path(rewriting: &Rewriting) -> String {
    format!("{REWRITTEN}/{}/{}", rewriting.request, rewriting.at.format("%Y%m%dT%H%M%S%6fZ"))
}

/// Enters one into a store. Done twice, it stands there once.
pub fn enter(store: &Store, keys: &SetKeys, erasure: &Erasure) -> Result<()> {
    put(store, &erasure.path(), keys, Purpose::Erasure, erasure, |found: &Erasure| {
        (found.organization, &found.subject) == (erasure.organization, &erasure.subject)
    })
}

/// Says in a store that tables were written anew.
pub fn say_rewriting(store: &Store, keys: &SetKeys, rewriting: &Rewriting) -> Result<()> {
    put(store, &rewriting_path(rewriting), keys, Purpose::Rewriting, rewriting, |found| found == rewriting)
}

/// Where it is taken already, this installation has said the same before: whoever may look sees to it.
fn put<T: Serialize + DeserializeOwned>(
    store: &Store,
    path: &str,
    keys: &SetKeys,
    purpose: Purpose,
    said: &T,
    is_same: impl FnOnce(&T) -> bool,
) -> Result<()> {
    if store.try_put_new(path, &keys.state(purpose, said)?)? == Put::New {
        return Ok(());
    }
    match store.find(path) {
        Ok(Some(bytes)) => {
            let found = keys.signers().read(purpose, &bytes);
            let found: T = found.with_context(|| format!("{path} in {} is none of ours", store.name()))?;
            ensure!(is_same(&found), "{path} in {} says something else", store.name());
            Ok(())
        }
        // What may only be put into is not read.
        Ok(None) | Err(_) => Ok(()),
    }
}

/// When the tables were last written anew after an erasure, as a store says.
pub fn rewriting(store: &Store, request: ClientRequestId, signers: &Signers) -> Result<Option<Rewriting>> {
    let mut latest: Option<Rewriting> = None;
    for path in store.list(&format!("{REWRITTEN}/{request}"))? {
        let said: Option<Rewriting> = find(store, &path, Purpose::Rewriting, signers)?;
        let Some(said) = said else { continue };
        ensure!(
            rewriting_path(&said) == path,
            "{path} in {} is of {}: it stands under another name",
            store.name(),
            said.request
        );
        latest = latest.filter(|known| known.at >= said.at).or(Some(said));
    }
    Ok(latest)
}

fn find<T: DeserializeOwned>(
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

/// Projects that were erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedProjects {
    /// The request.
    pub request: ClientRequestId,
    /// Whose they were.
    pub organization: OrganizationId,
    /// Which.
    pub projects: BTreeSet<ProjectId>,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// All that was erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    organizations: BTreeMap<OrganizationId, (ClientRequestId, DateTime<Utc>)>,
    projects: BTreeMap<ClientRequestId, ErasedProjects>,
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
            if let Some(erasure) = believed(store, path, signers)? {
                self.note(&erasure);
            }
        }
        Ok(())
    }

    fn note(&mut self, erasure: &Erasure) {
        let (organization, at) = (erasure.organization, erasure.at);
        match &erasure.subject {
            Subject::Organization { request } => {
                self.organizations.entry(organization).or_insert((*request, at));
            }
            Subject::Projects { request, projects } => {
                let projects = projects.clone();
                let erased = ErasedProjects { request: *request, organization, projects, at };
                self.projects.entry(*request).or_insert(erased);
            }
            Subject::Person { user } => {
                self.persons.entry(organization).or_default().entry(*user).or_insert(at);
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

    /// The projects that were erased by a request.
    pub fn projects_of_request(&self, request: ClientRequestId) -> Option<&ErasedProjects> {
        self.projects.get(&request)
    }

    /// All projects that were erased.
    pub fn all_projects(&self) -> impl Iterator<Item = &ErasedProjects> {
        self.projects.values()
    }

    /// When projects of an organization were last erased: what was sealed before opens no more once the keys of before are destroyed.
    pub fn last_barrier(&self, organization: OrganizationId) -> Option<DateTime<Utc>> {
        self.projects
            .values()
            .filter(|erased| erased.organization == organization)
            .map(|erased| erased.at)
            .max()
    }

    /// What this one says and another.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.organizations.extend(other.organizations);
        self.projects.extend(other.projects);
        for (organization, persons) in other.persons {
            self.persons.entry(organization).or_default().extend(persons);
        }
        self
    }

    /// Every request by which one was erased.
    pub fn requests(&self) -> impl Iterator<Item = (ClientRequestId, OrganizationId, DateTime<Utc>)> {
        self.organizations.iter().map(|(organization, (request, at))| (*request, *organization, *at))
    }

    /// All persons who were erased.
    pub fn all_persons(&self) -> impl Iterator<Item = (OrganizationId, UserId, DateTime<Utc>)> {
        let of_one = |(organization, persons): (&OrganizationId, &BTreeMap<UserId, DateTime<Utc>>)| {
            let organization = *organization;
            persons.iter().map(move |(user, at)| (organization, *user, *at)).collect::<Vec<_>>()
        };
        self.persons.iter().flat_map(of_one)
    }

    /// The persons of an organization who were erased.
    pub fn persons(&self, organization: OrganizationId) -> impl Iterator<Item = (UserId, DateTime<Utc>)> {
        self.persons.get(&organization).into_iter().flatten().map(|(user, at)| (*user, *at))
    }
}

/// What an entry says, once it is believed.
fn believed(store: &Store, path: &str, signers: &Signers) -> Result<Option<Erasure>> {
    let found: Option<Erasure> = find(store, path, Purpose::Erasure, signers).context(NotBelieved)?;
    if let Some(erasure) = &found
        && erasure.path() != path
    {
        let other = anyhow!("{path} in {} is {}: it stands under another name", store.name(), erasure.path());
        return Err(other.context(NotBelieved));
    }
    Ok(found)
}

/// An entry that cannot be believed.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error(
    "This entry of the ledger of erasures is not believed, and it may be one that was damaged: what it is about would come back. \
     Find out who has written there; where nobody of this installation has, move it out of the store"
)]
pub struct NotBelieved;

/// Brings entries that one store has and the other has not to it. Gives how many.
pub fn spread(one: &Store, other: &Store, signers: &Signers) -> Result<usize> {
    let mut brought = 0;
    for (from, to) in [(one, other), (other, one)] {
        let there = to.list(FOLDER)?;
        for path in from.list(FOLDER)?.iter().filter(|path| !there.contains(path)) {
            brought += usize::from(bring(from, to, path, signers)?);
        }
    }
    Ok(brought)
}

/// Brings an entry elsewhere, once it is believed. Says whether it was there.
pub fn bring(from: &Store, to: &Store, path: &str, signers: &Signers) -> Result<bool> {
    if believed(from, path, signers)?.is_none() {
        return Ok(false);
    }
    let Some(bytes) = from.find(path)? else { return Ok(false) };
    to.put_new(path, &bytes)?;
    Ok(true)
}

#[cfg(test)]
mod tests;
