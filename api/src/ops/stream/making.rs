//! Makes base backups: a whole cluster as PostgreSQL's `pg_basebackup` writes it, straight into the local store, and from there
//! off-site. What stands on a disk is compressed and sealed; a signed manifest says what it is, and is put last.

use std::{
    io::{self, Read as _},
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, Utc};

use super::{
    archive::Looking,
    base::{Base, began_at, is_due, manifest_path, object_path, parse_manifest_path, read},
    database::{self, Database, Identity},
    parts::{self, FORMAT, Sealer},
    programs,
    state::Progress,
    stop::Stop,
};
use crate::{
    clock::Clock,
    config::{backups::StoreConfig, stream::StreamConfig},
    ops::{
        sealed::Sealing,
        signing::{Purpose, Signers},
        stores::{NotCopied, Store},
    },
};

/// How often it is looked whether one is due, or waits for the store off-site.
const LOOK: Duration = Duration::from_secs(10);
/// How often it is tried to bring off-site what waits.
const BRING_EVERY: Duration = Duration::from_mins(5);
/// What makes them.
pub struct Bases<'a> {
    config: &'a StreamConfig,
    identity: &'a Identity,
    sealer: &'a Sealer,
    clock: Clock,
    progress: &'a Progress,
    signers: Signers,
    child: Mutex<Option<Child>>,
}

impl<'a> Bases<'a> {
    /// Makes nothing yet.
    pub fn new(
        config: &'a StreamConfig,
        identity: &'a Identity,
        sealer: &'a Sealer,
        clock: Clock,
        progress: &'a Progress,
    ) -> Result<Self> {
        programs::newest("pg_basebackup")?;
        let signers = sealer.keys.signers();
        Ok(Self { config, identity, sealer, clock, progress, signers, child: Mutex::default() })
    }

    /// Makes one whenever it is due, and brings off-site what waits.
    pub fn run(&self, stop: &Stop) {
        let (mut failed, mut tried): (Option<DateTime<Utc>>, Option<Instant>) = (None, None);
        loop {
            let made = self.make_due(failed);
            match &made {
                Ok(true) => tried = None,
                Ok(false) => {}
                Err(_) if stop.is_set() => {}
                Err(error) => {
                    failed = Some(self.clock.now());
                    self.wrong(error, "no base backup could be made");
                }
            }
            if !stop.is_set() && tried.is_none_or(|at| at.elapsed() >= BRING_EVERY) {
                tried = Some(Instant::now());
                match self.bring() {
                    Ok(()) if made.is_ok() && failed.is_none() => {
                        self.progress.change(|state| state.base_error = None);
                    }
                    Ok(()) => {}
                    Err(error) => self.wrong(&error, "a base backup is not off-site"),
                }
            }
            if matches!(made, Ok(true)) {
                failed = None;
            }
            if stop.wait(LOOK) {
                return;
            }
        }
    }

    /// Ends what is under way.
    pub fn interrupt(&self) {
        if let Some(child) = self.child.lock().unwrap_or_else(PoisonError::into_inner).as_mut()
            && let Err(error) = child.kill()
        {
            tracing::warn!(%error, "a base backup under way cannot be ended");
        }
    }

    fn wrong(&self, error: &anyhow::Error, what: &str) {
        let said = format!("{error:#}");
        tracing::error!(error = said, "{what}");
        self.progress.change(|state| state.base_error = Some(said));
    }

    fn local(&self) -> Result<Store> {
        Store::at("the local store", &self.config.stores.local)
    }

    /// Says whether one was made.
    fn make_due(&self, failed: Option<DateTime<Utc>>) -> Result<bool> {
        let local = self.local()?;
        let mut newest = None;
        for path in local.list(&parts::bases_folder(&self.identity.system))? {
            if let Some((_, name)) = parse_manifest_path(&path)
                && let Some(at) = began_at(name)
            {
                newest = newest.max(Some((at, path.clone())));
            }
        }
        if let Some((_, path)) = &newest {
            let base = read(&local, path, &self.signers)?;
            self.progress.change(|state| state.newest_base = Some(base.ended_at));
        }
        let has_gap = std::cell::Cell::new(false);
        self.progress.change(|state| has_gap.set(state.has_gap));
        let newest = newest.map(|(at, _)| at).filter(|_| !has_gap.get());
        if !is_due(newest, failed, self.clock.now()) {
            return Ok(false);
        }
        let (began, base) = (Instant::now(), self.make(&local)?);
        tracing::info!(
            base = base.name,
            bytes = base.object.size,
            seconds = began.elapsed().as_secs_f64(),
            "a base backup"
        );
        self.progress.change(|state| {
            state.newest_base = Some(base.ended_at);
            state.has_gap = false;
            state.base_error = None;
        });
        Ok(true)
    }

    fn make(&self, local: &Store) -> Result<Base> {
        let mut database = Database::open(&self.config.database_url)?;
        ensure!(database.identity()? == *self.identity, "the database is another cluster");
        let (version, began_at) = (database.check_for_base()?, database.its_time()?);
        let name = format!("{}-{}", self.clock.now().format("%Y%m%dT%H%M%SZ"), self.clock.new_id());
        let upload = local.upload(&object_path(&self.identity.system, &name))?;
        let mut looking = Looking::new(Sealing::begin_for(&self.sealer.recipients, upload)?);
        let bytes = self.read_cluster(&mut looking)?;
        let (said, sealing) = looking.finish()?;
        // By the clock that stamps commits.
        let ended_at = database.its_time()?;
        let object = sealing.finish()?.finish()?;
        let base = Base {
            format: FORMAT,
            name,
            system: self.identity.system.clone(),
            segment_bytes: self.identity.segment_bytes,
            timeline: said.timeline,
            start: said.start.to_string(),
            stop: said.stop.to_string(),
            began_at,
            ended_at,
            version,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            bytes,
            object,
        };
        let signed = parts::sign(&base, Purpose::StreamBase, &self.sealer.keys)?;
        local.put_new(&manifest_path(&base.system, &base.name), &signed)?;
        Ok(base)
    }

    /// Lets PostgreSQL's program write the whole cluster into this. Gives how many bytes that were.
    fn read_cluster(&self, out: &mut impl io::Write) -> Result<u64> {
        let (url, password) = database::for_programs(&self.config.database_url);
        let mut command = Command::new(programs::newest("pg_basebackup")?);
        command.args([
            "--pgdata=-",
            "--format=tar",
            "--wal-method=none",
            "--checkpoint=fast",
            "--no-password",
        ]);
        command.args(["--label=portico stream", "--dbname", &url]);
        command.env_clear().env("LC_ALL", "C").envs(password.map(|password| ("PGPASSWORD", password)));
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("pg_basebackup cannot be started")?;
        let (archive, errors) = (child.stdout.take(), child.stderr.take());
        *self.child.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        let copied = std::thread::scope(|threads| {
            let words = threads.spawn(|| {
                let mut words = String::new();
                // What cannot be read is not said: how it ended is known all the same.
                if let Some(mut errors) = errors
                    && let Err(error) = errors.read_to_string(&mut words)
                {
                    words = error.to_string();
                }
                words
            });
            let copied = io::copy(&mut archive.context("it has an output")?, out);
            if copied.is_err() {
                self.interrupt();
            }
            let words = words.join().unwrap_or_default();
            copied.context("the base backup cannot be written").map(|bytes| (bytes, words))
        });
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner).take();
        let status = child.context("it was started")?.wait()?;
        let (bytes, words) = copied?;
        if !status.success() {
            bail!("pg_basebackup ended with {status}: {}", words.trim());
        }
        Ok(bytes)
    }

    /// Brings off-site what is not there, the newest first: that is the one that is needed.
    fn bring(&self) -> Result<()> {
        let (local, config) = (self.local()?, &self.config.stores.off_site);
        let brought = local.list(&brought_folder(&self.identity.system, config))?;
        let mut off_site = None;
        for path in local.list(&parts::bases_folder(&self.identity.system))?.into_iter().rev() {
            let Some((system, name)) = parse_manifest_path(&path) else { continue };
            let record = format!("{}/{name}", brought_folder(system, config));
            if brought.contains(&record) {
                continue;
            }
            let to = match &mut off_site {
                Some(store) => store,
                none => none.insert(Store::at("the off-site store", config)?),
            };
            let base = read(&local, &path, &self.signers)?;
            local.copy_to(to, &base.object).map_err(NotCopied::into_error)?;
            let manifest = local.find(&path)?.context("a manifest is gone")?;
            to.try_put_new(&path, &manifest)?;
            local.put_over(&record, b"")?;
            tracing::info!(base = name, "a base backup is off-site");
        }
        Ok(())
    }
}

/// Where it is written down which ones were brought to a store.
fn brought_folder(system: &str, off_site: &StoreConfig) -> String {
    let address = blake3::hash(off_site.place.to_string().as_bytes()).to_hex();
    format!("{}/{system}/brought-bases/{address}", parts::FOLDER)
}
