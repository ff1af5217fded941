//! Brings a database back out of a set, and the files that its rows name: all of it or nothing.
//!
//! Rows come in by [`Refill`], in one transaction; then they are read out of the new database under row-level security and
//! compared with the manifest, table by table. Files are gathered beside their folder and moved there when they are whole.

use std::{
    cell::RefCell,
    collections::HashMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use shared::{console::ActionPhase, ids::OrganizationId};

use super::{
    environment::Environment,
    epoch,
    erased_again::Entries,
    manifest::Manifest,
    owner::Owner,
    progress,
    restored_files::Bringing,
    retention::{Place, SetKind},
    signing::Signers,
};
use crate::{
    audit::lines::Bytes,
    db::{
        migrate,
        refill::{Occupied, Refill},
        settle::Settled,
    },
};

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The database set.
    pub set: String,
    /// The store that it comes from.
    pub from: Place,
    /// The database that it goes into, as `portico_owner`.
    pub into: String,
    /// What is done where that is not empty.
    pub occupied: Occupied,
    /// The folder that files go into, where they are wanted.
    pub files_into: Option<PathBuf>,
    /// Go on without the files that no file set holds.
    pub without_missing_files: bool,
    /// When it happens, so that what belonged to the set's own moment ends: sessions, links, waiting mails. None leaves
    /// everything just as it was.
    pub settle_at: Option<DateTime<Utc>>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Restored {
    /// What the set held.
    pub organizations: usize,
    /// Rows that came in.
    pub rows: u64,
    /// Files that came in.
    pub files: usize,
    /// Files that rows name and no file set holds.
    pub missing_files: usize,
    /// Organizations that the set holds and that were erased since: they did not come back.
    pub erased: Vec<OrganizationId>,
    /// Organizations of which projects were erased since, when they were, so that nobody can read any more what the set holds of
    /// them. They come back alone, out of a later one.
    pub ended: Vec<(OrganizationId, DateTime<Utc>)>,
    /// Projects that were erased since, and are again.
    pub erased_projects: usize,
    /// Persons who were erased since, and are again.
    pub erased_persons: usize,
    /// What ended by it.
    pub settled: Option<Settled>,
    /// How long it took, in seconds.
    pub seconds: f64,
}

impl Environment {
    /// Restores a set. Until it says that it has, the target is what it was.
    pub fn restore(&self, plan: &Plan) -> Result<Restored> {
        let started = Instant::now();
        let (mut manifest, ledger) = (self.manifest(plan.from, &plan.set)?, self.ledger()?);
        check_version(&manifest)?;
        // What was erased since does not come back.
        let is_erased = |owner: Owner| owner.organization().filter(|id| ledger.is_erased(*id));
        let mut erased: Vec<_> = manifest.streams.iter().filter_map(|one| is_erased(one.owner)).collect();
        manifest.streams.retain(|one| is_erased(one.owner).is_none());
        let mut ended = Vec::new();
        for stream in &manifest.streams {
            let barrier = self.barrier(&ledger, stream)?;
            ended.extend(stream.owner.organization().zip(barrier));
        }
        manifest
            .streams
            .retain(|one| one.owner.organization().is_none_or(|id| !ended.iter().any(|(of, _)| *of == id)));
        let staging = plan.files_into.as_deref().map(Staging::begin).transpose()?;
        let mut refill = Refill::begin(&plan.into, plan.occupied, &manifest.schema)?;
        let keys = self.fill(&mut refill, plan, &manifest)?;
        let sequences: Vec<_> =
            manifest.sequences.iter().map(|one| (one.name.clone(), one.last_value, one.is_called)).collect();
        refill.close(&sequences)?;
        compare(&mut refill, &manifest, &keys)?;
        let (files, missing_files) = match &staging {
            Some(staging) => self.restore_files(&mut refill, plan, &manifest, staging)?,
            None => (0, 0),
        };
        refill.migrate()?;
        let organizations = || manifest.streams.iter().filter_map(|stream| stream.owner.organization());
        if plan.settle_at.is_some() {
            // Where a later environment has taken over since the set, this one comes after it.
            let own = Signers::parse(&self.attendance_key().public())?;
            let mut latest = 1;
            for store in [self.store(Place::Local), self.store(Place::OffSite)] {
                // One that is out of reach keeps nobody from restoring.
                match epoch::latest([store], &own) {
                    Ok(said) => latest = said.map_or(latest, |said| said.epoch.max(latest)),
                    Err(error) => tracing::warn!(error = format!("{error:#}"), "no epoch can be read"),
                }
            }
            refill.begin_epoch(latest)?;
        }
        let again = refill.erase_again(&Entries::of(&ledger).erased())?;
        let settled = plan.settle_at.map(|now| refill.settle(organizations(), now)).transpose()?;
        // Rows are compared when all bytes have passed: whoever has called it off meanwhile is heard.
        progress::goes_on()?;
        if let Some(staging) = staging {
            staging.finish()?;
        }
        erased.extend(again.organizations);
        refill.commit()?;
        Ok(Restored {
            erased,
            ended,
            erased_projects: again.projects,
            erased_persons: again.persons,
            organizations: organizations().count(),
            rows: manifest.streams.iter().flat_map(|stream| &stream.tables).map(|table| table.rows).sum(),
            files,
            missing_files,
            settled,
            seconds: started.elapsed().as_secs_f64(),
        })
    }

    /// Lets the rows in. Gives the keys under which they are hashed.
    fn fill(
        &self,
        refill: &mut Refill,
        plan: &Plan,
        manifest: &Manifest,
    ) -> Result<HashMap<Owner, [u8; 32]>> {
        let bytes = manifest.streams.iter().map(|stream| stream.object.size).sum();
        progress::begins(ActionPhase::RestoreRows, "", Some(bytes));
        let mut keys = HashMap::new();
        for stream in &manifest.streams {
            let head = self.rows(self.store(plan.from), stream, |head, rows| {
                // The database's library asks for what can be called again; it is called once.
                let (rows, found) = (RefCell::new(rows), RefCell::new(None));
                refill.copy(&head.table, &head.columns, |out: &mut dyn Write| {
                    let read = rows.borrow_mut().rows(head.table.clone(), out)?;
                    found.replace(Some(read));
                    Ok::<(), io::Error>(())
                })?;
                found.into_inner().context("nothing was read")
            })?;
            keys.insert(stream.owner, head.hash_key.0);
        }
        Ok(keys)
    }

    /// The files that the restored rows name, into the staging folder. Gives how many, and how many are in no file set.
    fn restore_files(
        &self,
        refill: &mut Refill,
        plan: &Plan,
        manifest: &Manifest,
        staging: &Staging,
    ) -> Result<(usize, usize)> {
        let bringing = Bringing::of(self, plan.from, &staging.folder)?;
        let (mut restored, mut missing) = (0, Vec::new());
        progress::begins(ActionPhase::RestoreFiles, "", None);
        for organization in manifest.streams.iter().filter_map(|stream| stream.owner.organization()) {
            let mut rows = refill.of(Some(organization))?;
            restored +=
                bringing.bring(organization, rows.files()?, rows.file_key()?.as_deref(), &mut missing)?;
        }
        if let Some(first) = missing.first()
            && !plan.without_missing_files
        {
            let because = bringing.unreadable.first().map_or_else(
                || "they were uploaded after the last file set".to_owned(),
                |error| format!("a set of files does not hold ({error})"),
            );
            bail!(
                "{} files that the rows name are in no file set, the first of them {first}: {because}. Choose another set, \
                 or say that it should go on without them.",
                missing.len()
            );
        }
        Ok((restored, missing.len()))
    }
}

/// Refuses what this program cannot bring back.
fn check_version(manifest: &Manifest) -> Result<()> {
    if manifest.kind != SetKind::Database {
        bail!(
            "{} holds files: name a database set, and the files that its rows name come with it",
            manifest.set
        );
    }
    let unknown = migrate::unknown(&manifest.schema)?;
    if let Some(first) = unknown.first() {
        bail!(
            "{} is of portico {}, and this is portico {}, which does not know its schema (migration {first}). Restore it \
             with that version or a later one.",
            manifest.set,
            manifest.tool_version,
            env!("CARGO_PKG_VERSION")
        );
    }
    Ok(())
}

/// Reads what came in, as each organization sees it, and compares it with the manifest.
fn compare(refill: &mut Refill, manifest: &Manifest, keys: &HashMap<Owner, [u8; 32]>) -> Result<()> {
    let tables = refill.tables().to_vec();
    for stream in &manifest.streams {
        let owner = stream.owner;
        let key = keys.get(&owner).with_context(|| format!("the rows of {owner} were not read"))?;
        let mut rows = refill.of(owner.organization())?;
        let mut expected = stream.tables.iter();
        for table in &tables {
            if !rows.may_have(table) {
                continue;
            }
            let mut hasher = blake3::Hasher::new_keyed(key);
            let count = rows.copy(table, &mut hasher)?;
            let hash = Bytes(*hasher.finalize().as_bytes());
            let is_same = expected
                .next()
                .is_some_and(|one| one.table == table.name && one.rows == count && one.hash == hash);
            if !is_same {
                bail!("after the restore, {} of {owner} is not what the set holds", table.name);
            }
        }
        if let Some(more) = expected.next() {
            bail!("the set has rows of {}, which the schema has not", more.table);
        }
    }
    Ok(())
}

/// Says of a folder that a restore has made it.
const MARKER: &str = ".portico-restoring";

/// A folder beside the one that files go into. Where it is dropped before it is finished, nothing stays of it.
#[derive(Debug)]
struct Staging {
    folder: PathBuf,
    target: PathBuf,
}

impl Staging {
    fn begin(target: &Path) -> Result<Self> {
        let is_empty = match fs::read_dir(target) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => true,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", target.display())),
        };
        if !is_empty {
            bail!("{} is not empty: name another folder for the files", target.display());
        }
        let name = target.file_name().context("the folder for the files has no name")?;
        let mut name = name.to_owned();
        name.push(".restoring");
        let folder = target.with_file_name(name);
        let marker = folder.join(MARKER);
        if folder.exists() {
            if !marker.exists() {
                bail!("{} is there, and no restore has made it: move it out of the way", folder.display());
            }
            // What an earlier restore has left that was killed.
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        let made = fs::create_dir_all(&folder).and_then(|()| fs::write(&marker, []));
        made.with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self { folder, target: target.to_owned() })
    }

    fn finish(self) -> Result<()> {
        fs::remove_file(self.folder.join(MARKER))?;
        // An empty folder gives way.
        fs::rename(&self.folder, &self.target)
            .with_context(|| format!("cannot move the files to {}", self.target.display()))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if self.folder.exists()
            && let Err(error) = fs::remove_dir_all(&self.folder)
        {
            tracing::warn!(%error, folder = %self.folder.display(), "what was begun is left behind");
        }
    }
}
