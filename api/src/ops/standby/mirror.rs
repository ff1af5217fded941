//! Keeps what the stream has put off-site near, so that a take-over does not wait for a far store: sealed as it is, since
//! nothing here is to be read before somebody activates it.
//!
//! What can be known without the identity is checked: signatures of base backups and the checksums that they name, and that
//! the log is sealed with age. Invariants: what is here goes only when what came after it is here too, however the off-site store
//! looks; what was begun counts for nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    config::backups::RestoreConfig,
    ops::{
        ledger,
        signing::Signers,
        stores::Store,
        stream::{
            assemble,
            base::{self, Base},
            parts::{self, Kind},
            segments::SegmentSize,
        },
    },
};

/// What keeps it.
#[derive(Debug)]
pub struct Mirror {
    from: Store,
    to: Store,
    signers: Signers,
}

/// What one look came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Base backups that are new here.
    pub bases: usize,
    /// Other objects that are new here.
    pub objects: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Objects that went.
    pub removed: usize,
    /// What was not taken, and why.
    pub wrong: Vec<String>,
}

impl Mirror {
    /// Of the off-site store, into this folder.
    pub fn open(config: &RestoreConfig, folder: &Path) -> Result<Self> {
        Store::prepare(folder)?;
        Ok(Self {
            from: Store::at("the off-site store", &config.stores.off_site)?,
            to: Store::open("the mirror", folder)?,
            signers: Signers::parse(&config.signers).context("PORTICO_BACKUP_SIGNERS")?,
        })
    }

    /// Where it is kept.
    pub fn store(&self) -> &Store {
        &self.to
    }

    /// Fetches what is not here, and lets go what is of no use any more.
    pub fn look(&self) -> Result<Fetched> {
        let mut fetched = Fetched::default();
        let (there, here) = (listed(&self.from)?, listed(&self.to)?);
        for path in there.iter().filter(|path| !here.contains(*path)) {
            let taken = match base::parse_manifest_path(path) {
                Some(_) => self.take_base(path, &mut fetched),
                None if is_of_log(path) => self.take(path, &mut fetched),
                // What a base backup holds comes with its manifest.
                None => Ok(()),
            };
            if let Err(error) = taken {
                fetched.wrong.push(format!("{error:#}"));
            }
        }
        self.take_ledger(&mut fetched)?;
        // What does not verify here is said, and keeps nothing from being fetched.
        if let Err(error) = self.let_go(&there, &mut fetched) {
            fetched.wrong.push(format!("{error:#}"));
        }
        Ok(fetched)
    }

    /// What was erased does not come back from here either. Entries never go.
    fn take_ledger(&self, fetched: &mut Fetched) -> Result<()> {
        let here = self.to.list(ledger::FOLDER)?;
        for path in self.from.list(ledger::FOLDER)?.iter().filter(|path| !here.contains(path)) {
            match ledger::bring(&self.from, &self.to, path, &self.signers) {
                Ok(brought) => fetched.objects += usize::from(brought),
                Err(error) => fetched.wrong.push(format!("{error:#}")),
            }
        }
        Ok(())
    }

    /// A base backup: all of it, then its manifest.
    fn take_base(&self, path: &str, fetched: &mut Fetched) -> Result<()> {
        let base = base::read(&self.from, path, &self.signers)?;
        self.from.copy_to(&self.to, &base.object).map_err(crate::ops::stores::NotCopied::into_error)?;
        let manifest = self.from.find(path)?.context("its manifest is gone")?;
        self.to.put_new(path, &manifest)?;
        fetched.bases += 1;
        fetched.bytes += base.object.size;
        Ok(())
    }

    fn take(&self, path: &str, fetched: &mut Fetched) -> Result<()> {
        // It may have gone meanwhile: parts go when their file stands whole.
        let Some(bytes) = self.from.find(path)? else { return Ok(()) };
        let is_sealed = age::Decryptor::new_buffered(&*bytes).is_ok();
        ensure!(is_sealed, "{path} in {} is nothing that was sealed, or cut off", self.from.name());
        self.to.put_new(path, &bytes)?;
        fetched.objects += 1;
        fetched.bytes += u64::try_from(bytes.len())?;
        Ok(())
    }

    /// What is gone off-site goes here too, where it lies before the oldest base backup that is both here and there, or is a
    /// part of a file that is here whole.
    fn let_go(&self, there: &BTreeSet<String>, fetched: &mut Fetched) -> Result<()> {
        let here = listed(&self.to)?;
        let mut oldest: BTreeMap<String, Base> = BTreeMap::new();
        for path in here.iter().filter(|path| there.contains(*path)) {
            if base::parse_manifest_path(path).is_some() {
                let base = base::read(&self.to, path, &self.signers)?;
                match oldest.get(&base.system) {
                    Some(known) if known.ended_at <= base.ended_at => {}
                    _ => drop(oldest.insert(base.system.clone(), base)),
                }
            }
        }
        for (system, oldest) in &oldest {
            let size = oldest.size()?;
            let first = size.of(oldest.timeline, oldest.start()?).number;
            let of_system: Vec<String> = here.iter().filter(|path| is_of(path, system)).cloned().collect();
            let log = assemble::sort(&of_system, size);
            for path in of_system.iter().filter(|path| !there.contains(*path)) {
                let goes = match base::parse_manifest_path(path) {
                    Some(_) => {
                        let base = base::read(&self.to, path, &self.signers)?;
                        let goes = base.ended_at < oldest.ended_at;
                        if goes {
                            self.to.delete(&base.object.path)?;
                        }
                        goes
                    }
                    None => is_superfluous(path, size, first, &log),
                };
                if goes {
                    self.to.delete(path)?;
                    fetched.removed += 1;
                }
            }
        }
        Ok(())
    }
}

fn listed(store: &Store) -> Result<BTreeSet<String>> {
    Ok(store.list(parts::FOLDER)?.into_iter().collect())
}

/// Whether a piece of the log is needed no more.
fn is_superfluous(
    path: &str,
    size: SegmentSize,
    first: u64,
    log: &BTreeMap<crate::ops::stream::segments::Segment, assemble::Pieces>,
) -> bool {
    let Some(name) = parts::parse_wal(path) else { return false };
    let Some(segment) = size.parse(&name.segment) else { return false };
    let is_whole = log.get(&segment).is_some_and(|pieces| !pieces.wholes.is_empty());
    segment.number < first || (matches!(name.kind, Kind::Chunk { .. }) && is_whole)
}

fn is_of(path: &str, system: &str) -> bool {
    path.split('/').nth(1) == Some(system)
}

fn is_of_log(path: &str) -> bool {
    parts::parse_wal(path).is_some() || path.contains("/history/")
}
