//! Brings back the files that rows name, out of all sets of files that a store has.

use std::{collections::HashMap, path::Path};

use anyhow::{Context as _, Result, anyhow};
use shared::ids::OrganizationId;
use uuid::Uuid;

use super::{
    environment::Environment,
    manifest::{self, StoredFile},
    owner::Owner,
    retention::{Place, SetKind},
};
use crate::{
    audit::lines::Bytes,
    config::FilesConfig,
    files::{Files, ObjectName, Waiting},
};

/// What brings them into a folder.
pub(super) struct Bringing<'a> {
    environment: &'a Environment,
    from: Place,
    known: HashMap<(Owner, Uuid), StoredFile>,
    /// Why sets of files could not be read: another may hold all that the rows name.
    pub unreadable: Vec<String>,
    target: Files,
    waiting: Waiting,
}

impl<'a> Bringing<'a> {
    /// Out of one of the stores.
    pub fn of(environment: &'a Environment, from: Place, into: &Path) -> Result<Self> {
        let (mut known, mut unreadable) = (HashMap::new(), Vec::new());
        for (set, _) in manifest::sets(environment.store(from), SetKind::Files)? {
            match environment.manifest(from, &set) {
                // A later set may hold it under a later key.
                Ok(read) => known.extend(read.files.into_iter().map(|file| ((file.owner, file.id), file))),
                Err(error) => {
                    tracing::warn!(set, error = format!("{error:#}"), "a set of files does not hold");
                    unreadable.push(format!("{error:#}"));
                }
            }
        }
        let target = Files::open(&FilesConfig::Folder(into.to_owned()))?;
        Ok(Self { environment, from, known, unreadable, target, waiting: Waiting::alone()? })
    }

    /// Those of an organization: what its rows name, under its key. Gives how many; `missing` gets those that no set holds.
    pub fn bring(
        &self,
        organization: OrganizationId,
        named: Vec<(Uuid, Vec<u8>)>,
        key: Option<&[u8]>,
        missing: &mut Vec<String>,
    ) -> Result<usize> {
        let (owner, mut brought) = (Owner::Organization(organization), 0);
        for (id, hash) in named {
            let hash: [u8; 32] = hash.try_into().map_err(|_| anyhow!("a hash of another length"))?;
            let Some(file) = self.known.get(&(owner, id)).filter(|file| file.hash == Bytes(hash)) else {
                missing.push(format!("{id} of {owner}"));
                continue;
            };
            let key = key.and_then(|key| key.try_into().ok());
            let key = key.with_context(|| format!("{owner} has files and no key of them"))?;
            let mut writing =
                self.target.write(&ObjectName { organization, hash, id }, &key, &self.waiting)?;
            self.environment.file(self.environment.store(self.from), file, &mut writing)?;
            writing.finish().with_context(|| format!("the file {id} of {owner}"))?;
            brought += 1;
        }
        Ok(brought)
    }
}
