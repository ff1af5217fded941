//! The contingency plan: five steps, of which each rests on those before it.

mod block;
mod leftovers;
mod restore;
mod serve;
mod version;

use std::{cell::Cell, fs, path::PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use chrono::TimeDelta;
use shared::console::{TakeOverReport, TakeOverStep as Step};

use self::leftovers::{clear_earlier, refuse_full};
use super::{
    mirror::Mirror,
    proxy::Proxy,
    steps::{Failed, Steps},
};
use crate::{
    clock::Clock,
    config::backups::RestoreConfig,
    ops::{
        environment::Environment,
        ledger::NotBelieved,
        retention::Place,
        stream::recover::{self, Source, To, Watcher},
    },
};

/// What the folders of drills begin with.
const DRILL: &str = "drill-";
/// Whether it counts.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Nothing of it stays.
    Drill,
    /// It stays, and production takes no changes from then on.
    Activation {
        /// Why.
        because: String,
        /// The program that starts PostgreSQL on the directory that it is told, and the servers.
        start: PathBuf,
        /// Where the server is then ready.
        upstream: String,
        /// Where it is begun although no store takes that a later epoch has begun.
        without_fence: bool,
    },
}

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Whether it counts.
    pub kind: Kind,
    /// Up to when.
    pub to: To,
    /// The store of sets, and of the stream where there is no mirror.
    pub from: Place,
    /// The folder in which what the stream has put is kept.
    pub mirror: Option<PathBuf>,
    /// Where the cluster is to be; of a drill, the folder below which everything is.
    pub directory: PathBuf,
    /// Where files are to be; none of a drill.
    pub files: Option<PathBuf>,
    /// The database.
    pub database: String,
    /// What stands in front of the servers.
    pub proxy: Option<Proxy>,
    /// The program that runs this. It cannot be asked for once the process is kept from being looked into.
    pub program: PathBuf,
}

/// Does all of it, or as much as goes. The error is that of the step that failed.
pub fn take_over(
    config: &RestoreConfig,
    plan: &Plan,
    clock: &Clock,
    watcher: &mut dyn Watcher,
) -> (TakeOverReport, Result<()>) {
    let mut steps = Steps::begin(clock, matches!(plan.kind, Kind::Drill));
    let outcome = Ground::prepare(config, plan, clock)
        .map_err(Failed)
        .and_then(|ground| ground.go(&mut steps, watcher).and_then(|()| ground.clear().map_err(Failed)));
    let passed = outcome.is_ok();
    (steps.end(passed), outcome.map_err(|Failed(error)| error))
}

/// What the steps stand on.
struct Ground<'a> {
    plan: &'a Plan,
    clock: &'a Clock,
    environment: Environment,
    source: Source,
    /// Where the cluster, the files and the copy of the application go.
    cluster: PathBuf,
    files: PathBuf,
    application: PathBuf,
    aside: PathBuf,
    /// What a drill throws away.
    thrown_away: Option<PathBuf>,
    /// What is to be said beside.
    notes: Vec<String>,
    /// Whether what is in its folders was made here, and goes where it does not come to its end.
    is_ours: Cell<bool>,
}

impl<'a> Ground<'a> {
    fn prepare(config: &RestoreConfig, plan: &'a Plan, clock: &'a Clock) -> Result<Self> {
        let mut notes = Vec::new();
        let source = match &plan.mirror {
            Some(folder) => {
                let mirror = Mirror::open(config, folder)?;
                // What came since it was last fetched is wanted; that the far store is away is no reason to stop.
                match mirror.look() {
                    Ok(fetched) => notes.extend(fetched.wrong),
                    Err(error) => notes.push(format!("the mirror is as it was last fetched: {error:#}")),
                }
                Source::over(config, mirror.store().clone())?
            }
            None => Source::open(config, plan.from)?,
        };
        let environment = Environment::open(config)?;
        // What a store knows of it that is not reached now, the other one knows too.
        let source = match environment.ledger() {
            Ok(ledger) => source.with(ledger),
            Err(error) if error.is::<NotBelieved>() => return Err(error),
            Err(error) => {
                notes.push(format!("of erasures, only what the source itself says is known: {error:#}"));
                source
            }
        };
        let directory = std::path::absolute(&plan.directory)?;
        let (cluster, files, thrown_away) = match &plan.kind {
            Kind::Drill => {
                clear_earlier(&directory)?;
                let folder = directory.join(format!("{DRILL}{}", clock.new_id()));
                fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
                (folder.join("cluster"), folder.join("files"), Some(folder))
            }
            Kind::Activation { .. } => {
                let files = plan.files.clone().context("no folder is named for the files")?;
                (directory.clone(), std::path::absolute(files)?, None)
            }
        };
        let beside = |what: &str| {
            let name = cluster.file_name().unwrap_or_default().to_string_lossy();
            cluster.with_file_name(format!("{name}-{what}"))
        };
        Ok(Self {
            plan,
            clock,
            environment,
            source,
            application: beside("application"),
            aside: beside("check"),
            cluster,
            files,
            thrown_away,
            notes,
            is_ours: Cell::new(matches!(plan.kind, Kind::Drill)),
        })
    }

    /// Looks whether all of it could be done, before anything is.
    fn check_first(&self) -> Result<()> {
        self.source.check(&self.recovery()).context("nothing was begun")?;
        refuse_full(&self.files)?;
        for folder in [&self.application, &self.aside] {
            ensure!(!folder.exists(), "{} is in the way: nothing was begun", folder.display());
        }
        if let Kind::Activation { start, .. } = &self.plan.kind {
            ensure!(start.is_file(), "{} is not there: nothing was begun", start.display());
        }
        // Nothing was there: what will be is.
        self.is_ours.set(true);
        Ok(())
    }

    /// How the cluster comes back.
    fn recovery(&self) -> recover::Plan {
        recover::Plan {
            to: self.plan.to,
            directory: self.cluster.clone(),
            database: self.plan.database.clone(),
            leave_running: true,
        }
    }

    fn go(&self, steps: &mut Steps, watcher: &mut dyn Watcher) -> Result<(), Failed> {
        let epoch = steps.step(Step::BlockAccess, |report| {
            self.check_first()?;
            self.block_access(report)
        })?;
        let version = steps.step(Step::CheckVersion, |_| {
            watcher.goes_on()?;
            self.check_version()
        })?;
        let running = steps.step(Step::Restore, |report| self.restore(epoch, report, watcher))?;
        match &self.plan.kind {
            Kind::Drill => {
                // The server of the check is what addresses lead to: it is gone when the check is.
                let mut redirected = None;
                steps.step(Step::GeneralCheck, |_| {
                    self.check(&running, &version, |address| {
                        redirected = Some(self.redirect(address));
                        Ok(())
                    })
                })?;
                steps.step(Step::Redirect, |_| redirected.unwrap_or_else(|| bail!("no server was there")))?;
                drop(running);
            }
            Kind::Activation { start, upstream, .. } => {
                steps.step(Step::GeneralCheck, |report| {
                    let checked = self.check(&running, &version, |_| Ok(()))?;
                    self.write_down(&running, report)?;
                    // From here on it is somebody's.
                    self.is_ours.set(false);
                    running.stop()?;
                    self.start(start, upstream, &version).with_context(|| self.how_to_go_on())?;
                    Ok(checked)
                })?;
                steps
                    .step(Step::Redirect, |_| self.redirect(upstream).with_context(|| self.how_to_go_on()))?;
            }
        }
        Ok(())
    }

    /// Where everything is back already, the rest can be done by hand.
    fn how_to_go_on(&self) -> String {
        format!(
            "the cluster in {}, the files in {} and the program in {} are whole and checked: start them and lead the addresses there",
            self.cluster.display(),
            self.files.display(),
            self.application.display()
        )
    }

    /// What a drill has made goes.
    fn clear(&self) -> Result<()> {
        match &self.thrown_away {
            Some(folder) => fs::remove_dir_all(folder).with_context(|| folder.display().to_string()),
            None => Ok(()),
        }
    }
}

/// How often it is drilled.
pub const DRILL_EVERY: TimeDelta = TimeDelta::days(7);
/// How long ago the last one that passed may be.
pub const DRILL_OVERDUE: TimeDelta = TimeDelta::days(8);
