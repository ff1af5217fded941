//! Base backups: a whole cluster as PostgreSQL's `pg_basebackup` writes it, straight into the local store, and from there
//! off-site. What stands on a disk is compressed and sealed; a signed manifest says what it is, and is put last.

use std::{
    io::{self, Read as _},
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    archive::Looking,
    database::{self, Database, Identity},
    parts::{self, FORMAT, Sealer},
    programs,
    segments::{Lsn, SegmentSize},
    state::Progress,
    stop::Stop,
};
use crate::{
    clock::Clock,
    config::{backups::StoreConfig, stream::StreamConfig},
    ops::{
        sealed::Sealing,
        signing::{Purpose, Signers},
        stores::{NotCopied, Object, Store},
    },
};

/// How often it is looked whether one is due, or waits for the store off-site.
const LOOK: Duration = Duration::from_secs(10);
/// How often it is tried to bring off-site what waits.
const BRING_EVERY: Duration = Duration::from_mins(5);
/// When the day of base backups begins, in UTC.
const BEGINS_AT: TimeDelta = TimeDelta::hours(2);
/// How long after a failure it is tried again.
const REST: TimeDelta = TimeDelta::minutes(5);

/// What a base backup is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// [`FORMAT`].
    pub format: u32,
    /// Its own name.
    pub name: String,
    /// The cluster.
    pub system: String,
    /// The length of the files of its log.
    pub segment_bytes: u64,
    /// Its timeline.
    pub timeline: u32,
    /// From where on the log is needed, as PostgreSQL writes it.
    pub start: String,
    /// From where on it is one state.
    pub stop: String,
    /// When it began, by the database's clock.
    pub began_at: DateTime<Utc>,
    /// When it ended: instants from then on can be restored from it.
    pub ended_at: DateTime<Utc>,
    /// The major version of PostgreSQL whose files these are.
    pub version: u32,
    /// The version of the program that made it.
    pub tool_version: String,
    /// Its bytes before they were compressed.
    pub bytes: u64,
    /// Where it stands.
    pub object: Object,
}

impl Base {
    /// From where on the log is needed.
    pub fn start(&self) -> Result<Lsn> {
        self.start.parse()
    }

    /// From where on it is one state.
    pub fn stop(&self) -> Result<Lsn> {
        self.stop.parse()
    }

    /// The length of the files of its log.
    pub fn size(&self) -> Result<SegmentSize> {
        SegmentSize::new(self.segment_bytes)
    }
}

/// Where a base backup's manifest stands.
pub fn manifest_path(system: &str, name: &str) -> String {
    format!("{}/{name}.manifest", parts::bases_folder(system))
}

/// The cluster and the name of such a path.
pub fn parse_manifest_path(path: &str) -> Option<(&str, &str)> {
    let (system, inside) = path.strip_prefix(parts::FOLDER)?.strip_prefix('/')?.split_once("/bases/")?;
    Some((system, inside.strip_suffix(".manifest")?))
}

/// When the base backup of a name began.
pub fn began_at(name: &str) -> Option<DateTime<Utc>> {
    let (at, _) = name.split_once('-')?;
    Some(chrono::NaiveDateTime::parse_from_str(at, "%Y%m%dT%H%M%SZ").ok()?.and_utc())
}

/// Reads a manifest, and believes nothing of it that was not signed.
pub fn read(store: &Store, path: &str, signers: &Signers) -> Result<Base> {
    let (system, name) = parse_manifest_path(path).with_context(|| format!("{path} is no base backup"))?;
    let about = || format!("the manifest of the base backup {name} in {}", store.name());
    let bytes = store.find(path)?.with_context(about)?;
    let (base, rest): (Base, _) = parts::believe(&bytes, Purpose::StreamBase, signers).with_context(about)?;
    let parse = || {
        ensure!(rest.is_empty(), "something stands behind it");
        ensure!(base.format == FORMAT, "it is of format {}: use portico {}", base.format, base.tool_version);
        ensure!(
            base.name == name && base.system == system,
            "it is that of {}: it stands under another name",
            base.name
        );
        Ok(())
    };
    parse().with_context(about)?;
    Ok(base)
}

/// Whether one is to be made: one a day, from two o'clock on.
pub fn is_due(newest: Option<DateTime<Utc>>, failed: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    let day = (now - BEGINS_AT).duration_trunc(TimeDelta::days(1)).map_or(now, |start| start + BEGINS_AT);
    let is_there = newest.is_some_and(|at| at >= day && at <= now);
    let is_resting = failed.is_some_and(|at| at <= now && now < at + REST);
    !is_there && !is_resting
}

/// What makes them.
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
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
        let upload = local.upload(&format!("{}/{name}.age", parts::bases_folder(&self.identity.system)))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_a_day_from_two_o_clock_on() {
        let at = |text: &str| -> DateTime<Utc> { text.parse().expect("an instant") };
        let now = at("2026-11-29T12:00:00Z");
        for (newest, failed, now, expected) in [
            (None, None, now, true),
            (Some(at("2026-11-29T02:00:00Z")), None, now, false),
            (Some(at("2026-11-29T01:59:59Z")), None, now, true),
            (Some(at("2026-11-28T02:00:00Z")), None, at("2026-11-29T01:59:59Z"), false),
            // A clock that ran ahead keeps none from being made.
            (Some(at("2026-11-29T12:00:01Z")), None, now, true),
            (None, Some(at("2026-11-29T11:55:01Z")), now, false),
            (None, Some(at("2026-11-29T11:55:00Z")), now, true),
        ] {
            assert_eq!(is_due(newest, failed, now), expected, "{newest:?} {failed:?}");
        }
    }

    #[test]
    fn names_say_when() {
        let path = manifest_path("7", "20261129T020000Z-x");
        assert_eq!(parse_manifest_path(&path), Some(("7", "20261129T020000Z-x")));
        assert_eq!(began_at("20261129T020000Z-x"), "2026-11-29T02:00:00Z".parse().ok());
        assert_eq!(parse_manifest_path("stream/7/bases/x.age"), None);
    }
}
