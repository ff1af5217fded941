//! Brings a whole cluster back as it was at an instant, out of a base backup and the log since.
//!
//! Everything that is needed is read, opened and checked before PostgreSQL is started; then it replays the log up to the
//! instant, begins a new timeline, and every row is read as a backup reads them. Invariant: until that went well the directory
//! counts for nothing, and whatever goes wrong leaves it as it was found: empty, or not there.

mod cluster;
mod log;
pub(super) mod unpack;
mod watching;

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use age::x25519::Identity;
use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use shared::console::ActionPhase;

pub use self::{
    cluster::Checked,
    watching::{Both, Cancelled, Silent, Watcher},
};
use self::{
    cluster::{Cluster, Started},
    log::Log,
};
use super::{
    assemble::{self, History, Reader},
    base::{self, Base},
    parts, programs,
};
use crate::{
    config::backups::RestoreConfig,
    ops::{
        erased_again::{Again, Entries},
        ledger::Ledger,
        retention::Place,
        signing::Signers,
        stores::Store,
        vault,
    },
};

/// Clocks of production may differ by so much. The log of later than that is not read.
const MARGIN: TimeDelta = TimeDelta::minutes(10);
/// What is only there for the recovery, in the cluster's directory.
const AIDS: &str = "portico-recovery";

/// Up to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// Just what was committed at or before this instant, by the database's own clock.
    Instant(DateTime<Utc>),
    /// Everything that is there.
    End,
}

impl To {
    const fn instant(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Instant(instant) => Some(instant),
            Self::End => None,
        }
    }
}

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Up to when.
    pub to: To,
    /// Where the cluster is to be: empty, or not there.
    pub directory: PathBuf,
    /// The database that is looked at in the end.
    pub database: String,
    /// Whether it goes on running.
    pub leave_running: bool,
}

/// What was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovered {
    /// The base backup.
    pub base: String,
    /// How many files of the log were read.
    pub segments: usize,
    /// When the last change in it was committed.
    pub last_commit: Option<DateTime<Utc>>,
    /// Whether the log ends before the instant: everything that there was is in it.
    pub ends_before: bool,
    /// What was looked at.
    pub checked: Checked,
    /// What was erased since, and did not come back.
    pub erased: Again,
    /// Where it runs, and as which process.
    pub running: Option<(String, u32)>,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// A base backup, and what leads from it to the end.
struct Way {
    base: Base,
    history: History,
    timeline: u32,
    histories: Vec<(u32, Vec<u8>)>,
}

/// What a cluster comes from.
#[expect(missing_debug_implementations, reason = "an identity is not for showing")]
pub struct Source {
    store: Store,
    identity: Identity,
    signers: Signers,
    erased: Ledger,
}

impl Source {
    /// Opens one of the stores, and nothing else: neither the vault nor the other store is needed.
    pub fn open(config: &RestoreConfig, from: Place) -> Result<Self> {
        Self::over(
            config,
            match from {
                Place::Local => Store::at("the local store", &config.stores.local)?,
                Place::OffSite => Store::at("the off-site store", &config.stores.off_site)?,
            },
        )
    }

    /// The same from another store, such as a mirror of one.
    pub fn over(config: &RestoreConfig, store: Store) -> Result<Self> {
        Ok(Self {
            store,
            identity: vault::parse_identity(&config.identity).context("PORTICO_RESTORE_IDENTITY")?,
            signers: Signers::parse(&config.signers).context("PORTICO_BACKUP_SIGNERS")?,
            erased: Ledger::default(),
        })
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Recovers a cluster. Until it says that it has, the directory is what it was.
    pub fn recover(&self, plan: &Plan, watcher: &mut dyn Watcher) -> Result<Recovered> {
        let (recovered, running) = self.start(plan, watcher)?;
        let running = if plan.leave_running {
            Some(running.leave(&plan.database))
        } else {
            running.stop()?;
            None
        };
        Ok(Recovered { running, ..recovered })
    }

    /// Whose data was erased, as this store says, and others that were named.
    fn ledger(&self) -> Result<Ledger> {
        Ok(Ledger::read([&self.store], &self.signers)?.and(self.erased.clone()))
    }

    /// The same, with what another ledger says as well.
    #[must_use]
    pub fn with(self, erased: Ledger) -> Self {
        Self { erased, ..self }
    }

    /// Looks whether it could begin: nothing is made, and nothing is read but what says what there is.
    pub fn check(&self, plan: &Plan) -> Result<()> {
        refuse_root()?;
        let reader = Reader { store: &self.store, identity: &self.identity, signers: &self.signers };
        let way = find(&reader, plan.to)?;
        programs::of_major("postgres", way.base.version)?;
        drop(Target::claim(&plan.directory)?);
        Ok(())
    }

    /// The same, and lets it run: as long as it is neither stopped nor left, it counts for nothing.
    pub fn start(&self, plan: &Plan, watcher: &mut dyn Watcher) -> Result<(Recovered, Running)> {
        let started = Instant::now();
        refuse_root()?;
        let reader = Reader { store: &self.store, identity: &self.identity, signers: &self.signers };
        let way = find(&reader, plan.to)?;
        programs::of_major("postgres", way.base.version)?;
        let target = Target::claim(&plan.directory)?;
        watcher.begins(ActionPhase::UnpackBase, &way.base.name);
        unpack::unpack(&reader, &way.base, &target.path, watcher)?;
        let aids = target.path.join(AIDS);
        fs::create_dir(&aids)?;
        watcher.begins(ActionPhase::ReadLog, "");
        let mut log = Log::begin(&reader, &way, &aids)?;
        log.read(plan.to.instant(), watcher)?;
        watcher.begins(ActionPhase::ReplayLog, "");
        let (cluster, ends_before) = replay(&mut log, plan.to, &target.path, watcher)?;
        let last_commit = cluster.last_commit()?;
        let owner = cluster.url("portico_owner", &plan.database);
        let erased = Entries::of(&self.ledger()?).erased().again_at(&owner)?;
        watcher.begins(ActionPhase::ReadRows, "");
        let checked = cluster.check(&plan.database, watcher)?;
        remove_log(&aids)?;
        let recovered = Recovered {
            base: way.base.name.clone(),
            segments: log.read,
            last_commit,
            ends_before,
            checked,
            erased,
            running: None,
            seconds: started.elapsed().as_secs_f64(),
        };
        Ok((recovered, Running { cluster, target, aids }))
    }
}

/// A cluster that was recovered, and runs. Where it is dropped, it is ended, and its directory is what it was.
#[derive(Debug)]
pub struct Running {
    // Ended before its directory goes.
    cluster: Cluster,
    target: Target,
    aids: PathBuf,
}

impl Running {
    /// Where a role finds one of its databases.
    pub fn url(&self, role: &str, database: &str) -> String {
        self.cluster.url(role, database)
    }

    /// Stops it in order. The directory stays, with nothing in it that was only there for the recovery.
    pub fn stop(self) -> Result<()> {
        let Self { cluster, target, aids } = self;
        cluster.stop()?;
        fs::remove_dir_all(&aids)?;
        target.keep();
        Ok(())
    }

    /// Lets it run on. Gives where its owner finds a database, and its process.
    pub fn leave(self, database: &str) -> (String, u32) {
        let Self { cluster, target, .. } = self;
        target.keep();
        cluster.leave(database)
    }
}

fn refuse_root() -> Result<()> {
    if rustix::process::geteuid().is_root() {
        bail!(
            "PostgreSQL does not run as root: recover as the user whom the cluster is to belong to, such as postgres"
        );
    }
    Ok(())
}

/// The newest base backup that leads there.
fn find(reader: &Reader<'_>, to: To) -> Result<Way> {
    let names = reader.store.list(parts::FOLDER)?;
    let mut bases: Vec<(DateTime<Utc>, &String)> = names
        .iter()
        .filter_map(|path| Some((base::began_at(base::parse_manifest_path(path)?.1)?, path)))
        .filter(|(began_at, _)| match to {
            To::Instant(instant) => *began_at <= instant + MARGIN,
            To::End => true,
        })
        .collect();
    bases.sort();
    for (_, path) in bases.into_iter().rev() {
        let base = base::read(reader.store, path, reader.signers)?;
        let mut histories = reader.histories(&base.system)?;
        let timeline = histories.keys().next_back().copied().unwrap_or(base.timeline).max(base.timeline);
        let history = histories.get(&timeline).map(|(history, _)| history.clone()).unwrap_or_default();
        let is_early = match to {
            To::Instant(instant) => base.ended_at <= instant,
            To::End => true,
        };
        if is_early && assemble::leads_to((base.timeline, base.stop()?), &history, timeline) {
            let texts = std::mem::take(&mut histories).into_iter().map(|(one, (_, text))| (one, text));
            return Ok(Way { base, history, timeline, histories: texts.collect() });
        }
    }
    let store = reader.store.name();
    match to {
        To::Instant(instant) => bail!("no base backup in {store} ended before {}", instant.to_rfc3339()),
        To::End => bail!("there is no base backup in {store}"),
    }
}

/// Replays the log. Where it ends before the instant, everything that there is is replayed. Says whether it did.
fn replay(log: &mut Log<'_>, to: To, directory: &Path, watcher: &mut dyn Watcher) -> Result<(Cluster, bool)> {
    let way = log.way;
    let base = &way.base;
    if let To::Instant(instant) = to {
        loop {
            match Cluster::start(base, directory, Some(instant), log.read, watcher)? {
                Started::Promoted(cluster) => return Ok((cluster, false)),
                // What was sealed late is older than it looks: the rest may be needed all the same.
                Started::EndedBefore if !log.is_read() => log.read(None, watcher)?,
                // No commit is later than the instant: what there is is all of it.
                Started::EndedBefore => break,
            }
        }
    }
    match Cluster::start(base, directory, None, log.read, watcher)? {
        Started::Promoted(cluster) => Ok((cluster, matches!(to, To::Instant(_)))),
        Started::EndedBefore => bail!("the recovery ended before its end"),
    }
}

fn remove_log(aids: &Path) -> Result<()> {
    let folder = aids.join(cluster::LOG);
    fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be removed", folder.display()))
}

/// How long the rest takes, when it goes on as it went.
fn left(began: Instant, done: u64, all: u64) -> Option<Duration> {
    let each = began.elapsed().checked_div(u32::try_from(done).ok()?)?;
    Some(each * u32::try_from(all.saturating_sub(done)).ok()?)
}

/// The directory. What is in it goes, unless it is kept.
#[derive(Debug)]
struct Target {
    path: PathBuf,
    was_there: bool,
    keeps: bool,
}

impl Target {
    fn claim(path: &Path) -> Result<Self> {
        let cannot = || format!("{} cannot be the cluster's directory", path.display());
        ensure!(path.is_absolute(), "{}: say it from the root on", cannot());
        // It stands in a command of PostgreSQL's.
        let is_plain =
            path.to_str().is_some_and(|text| !text.contains(['"', '\'', '\\', '%', '$', '`', '\n']));
        ensure!(is_plain, "{}: it has signs that a shell would understand", cannot());
        let was_there = match fs::read_dir(path) {
            Ok(mut entries) => {
                ensure!(entries.next().is_none(), "{}: it is not empty", cannot());
                true
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir(path).with_context(cannot)?;
                false
            }
            Err(error) => return Err(error).with_context(cannot),
        };
        let target = Self { path: path.to_owned(), was_there, keeps: false };
        let mode = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o700);
        fs::set_permissions(path, mode).with_context(cannot)?;
        Ok(target)
    }

    fn keep(mut self) {
        self.keeps = true;
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if self.keeps {
            return;
        }
        let removed = fs::remove_dir_all(&self.path)
            .and_then(|()| if self.was_there { fs::create_dir(&self.path) } else { Ok(()) });
        if let Err(error) = removed {
            tracing::error!(%error, path = %self.path.display(), "what was begun cannot be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_left_as_it_was_found() {
        let parent = std::env::temp_dir().join(format!("portico-target-{}", std::process::id()));
        fs::create_dir_all(&parent).expect("a folder");
        let (new, empty, full) = (parent.join("new"), parent.join("empty"), parent.join("full"));
        fs::create_dir(&empty).expect("a folder");
        fs::create_dir(&full).expect("a folder");
        fs::write(full.join("precious"), "data").expect("a file");
        for path in [&new, &empty] {
            let target = Target::claim(path).expect("it is claimed");
            fs::write(path.join("half"), "done").expect("a file");
            drop(target);
        }
        assert!(!new.exists());
        assert_eq!(fs::read_dir(&empty).expect("it is there").count(), 0);
        for path in [&full, &parent.join("$HOME"), Path::new("here")] {
            assert!(Target::claim(path).is_err(), "{}", path.display());
        }
        assert!(full.join("precious").exists());
        Target::claim(&new).expect("it is claimed").keep();
        assert!(new.exists());
        fs::remove_dir_all(parent).expect("it is removed");
    }
}
