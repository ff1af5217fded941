//! The contingency plan: five steps, of which each rests on those before it.

use std::{
    cell::Cell,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use shared::console::{TakeOverReport, TakeOverStep as Step};

use super::{
    check::Check,
    mirror::Mirror,
    program,
    proxy::{self, Proxy},
    steps::{Failed, Steps, Went},
};
use crate::{
    clock::Clock,
    config::backups::RestoreConfig,
    db::{
        copies::Snapshot,
        epoch::{begin, standing_at},
        operator::OperatorDb,
    },
    ops::{
        application::{APP, Application, PROGRAM},
        attendance::AttendanceKey,
        book::{Action, Book, Doer, Entry},
        environment::Environment,
        epoch::{self, Epoch},
        manifest,
        restored_files::Bringing,
        retention::{Place, SetKind},
        signing::Signers,
        stream::recover::{self, Recovered, Running, Source, To, Watcher},
    },
};

/// How long the servers may take to be ready once they are told to start.
const PATIENCE: Duration = Duration::from_mins(5);
/// What the folders of drills begin with.
const DRILL: &str = "drill-";
/// How often it is looked.
const LOOK: Duration = Duration::from_millis(200);

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
    /// Whether what was brought back is used from now on.
    stays: Cell<bool>,
}

/// What runs.
struct Version {
    program: PathBuf,
    app: Option<PathBuf>,
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
            environment: Environment::open(config)?,
            source,
            application: beside("application"),
            aside: beside("check"),
            cluster,
            files,
            thrown_away,
            notes,
            stays: Cell::new(false),
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
                    self.stays.set(true);
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

    /// The first step. Gives the epoch that begins, which is none of a drill.
    fn block_access(&self, report: &mut TakeOverReport) -> Result<Went<i64>> {
        let proxy = self.plan.proxy.as_ref();
        let own = Signers::parse(&self.key().public())?;
        let stores = [self.environment.store(Place::OffSite), self.environment.store(Place::Local)];
        let Kind::Activation { because, without_fence, .. } = &self.plan.kind else {
            let Some(proxy) = proxy else {
                return Ok(Went::Skipped(0, "no proxy is there for drills".to_owned()));
            };
            proxy.block("This is a drill.")?;
            return Ok(Went::Done(0, "the proxy of drills lets nobody in".to_owned()));
        };
        let mut latest = 1;
        for store in stores {
            // One that is out of reach is said below: nothing can be put there either.
            if let Ok(Some(said)) = epoch::latest([store], &own) {
                latest = latest.max(said.epoch);
            }
        }
        let (next, said, refused) = self.say_epoch(latest + 1, because);
        if said.is_empty() && !without_fence {
            bail!(
                "no store takes that epoch {} begins, so that the old environment may go on taking changes: {}",
                next,
                refused.join("; ")
            );
        }
        report.epoch = Some(next);
        let mut words = vec![format!("epoch {next} begins, as {} say", said.join(" and "))];
        words.extend(refused);
        match proxy {
            Some(proxy) => proxy.block(because)?,
            None => words.push("no proxy is told".to_owned()),
        }
        Ok(Went::Done(next, words.join("; ")))
    }

    /// Says in both stores that an epoch begins. Gives it, the stores that have taken it, and why others have not.
    fn say_epoch(&self, epoch: i64, because: &str) -> (i64, Vec<String>, Vec<String>) {
        let next = Epoch {
            epoch,
            began_at: self.clock.now(),
            by: crate::config::shell_user(),
            because: because.to_owned(),
        };
        let (mut said, mut refused) = (Vec::new(), Vec::new());
        for store in [self.environment.store(Place::OffSite), self.environment.store(Place::Local)] {
            match epoch::say(store, &self.key(), &next) {
                Ok(()) => said.push(store.name().to_owned()),
                Err(error) => refused.push(format!("{error:#}")),
            }
        }
        (epoch, said, refused)
    }

    fn key(&self) -> AttendanceKey {
        self.environment.attendance_key()
    }

    /// The second step: which program production ran, and where it is here.
    fn check_version(&self) -> Result<Went<Version>> {
        let own = &self.plan.program;
        let Some((set, application)) = self.newest_application()? else {
            let nothing = "no set of files has a copy of the application";
            return match self.plan.kind {
                Kind::Drill => bail!("{nothing}: production has to make one"),
                Kind::Activation { .. } => Ok(Went::Skipped(
                    Version { program: own.clone(), app: None },
                    format!("{nothing}: this program, {}, goes on", env!("CARGO_PKG_VERSION")),
                )),
            };
        };
        let store = self.environment.store(self.plan.from);
        self.environment.application(store, &application, Some(&self.application))?;
        let program = self.application.join(PROGRAM);
        let is_same = hash(&program)? == hash(own)?;
        let app = Some(self.application.join(APP)).filter(|folder| folder.is_dir());
        let words = if is_same {
            format!("{} in {set} is this program", application.version)
        } else if matches!(self.plan.kind, Kind::Drill) {
            // What production signs is not run where the identity is, unless somebody says so by activating.
            bail!(
                "the program in {set} is another one than this: bring the program here to production's version ({})",
                application.version
            )
        } else {
            format!("{} of {set} takes the place of this program, which is another one", application.version)
        };
        Ok(Went::Done(Version { program, app }, words))
    }

    fn newest_application(&self) -> Result<Option<(String, Application)>> {
        for (set, _) in
            manifest::sets(self.environment.store(self.plan.from), SetKind::Files)?.into_iter().rev()
        {
            match self.environment.manifest(self.plan.from, &set) {
                Ok(manifest) => {
                    if let Some(application) = manifest.application {
                        return Ok(Some((set, application)));
                    }
                }
                Err(error) => {
                    tracing::warn!(set, error = format!("{error:#}"), "a set of files does not hold");
                }
            }
        }
        Ok(None)
    }

    /// The third step: rows, then the files that they name.
    fn restore(
        &self,
        epoch: i64,
        report: &mut TakeOverReport,
        watcher: &mut dyn Watcher,
    ) -> Result<Went<Running>> {
        let plan = self.recovery();
        let (recovered, running) = self.source.start(&plan, watcher)?;
        let owner = running.url("portico_owner", &self.plan.database);
        let mut epoch = epoch.max(1);
        if let Kind::Activation { because, .. } = &self.plan.kind {
            // A store that was lost may have been the only one that knew of an earlier take-over.
            let came_back = standing_at(&owner)?.epoch;
            if came_back >= epoch {
                let (later, said, refused) = self.say_epoch(came_back + 1, because);
                ensure!(!said.is_empty(), "no store takes that epoch {later} begins: {}", refused.join("; "));
                epoch = later;
                report.epoch = Some(later);
            }
        }
        // What was fenced, or is older than another epoch, takes changes here.
        begin(&owner, epoch)?;
        watcher.begins("bringing the files back");
        let (files, missing) = self.restore_files(&running, watcher)?;
        watcher.goes_on()?;
        report.last_commit = recovered.last_commit;
        report.organizations = u64::try_from(recovered.checked.organizations)?;
        report.rows = recovered.checked.rows;
        (report.files, report.missing_files) = (u64::try_from(files)?, u64::try_from(missing)?);
        Ok(Went::Done(running, self.words(&recovered, files, missing)))
    }

    fn words(&self, recovered: &Recovered, files: usize, missing: usize) -> String {
        let until =
            recovered.last_commit.map_or_else(String::new, |at| format!(" until the commit of {}", said(at)));
        let missing = match missing {
            0 => String::new(),
            _ => format!(", {missing} files are in no set"),
        };
        let notes = self.notes.iter().fold(String::new(), |said, note| said + "; " + note);
        format!(
            "base backup {} and {} files of the log from {}{until}: {} rows of {} organizations, each read, and {files} files{missing}{notes}",
            recovered.base,
            recovered.segments,
            self.source.store().name(),
            recovered.checked.rows,
            recovered.checked.organizations,
        )
    }

    fn restore_files(&self, running: &Running, watcher: &dyn Watcher) -> Result<(usize, usize)> {
        refuse_full(&self.files)?;
        fs::create_dir_all(&self.files).with_context(|| self.files.display().to_string())?;
        let bringing = Bringing::of(&self.environment, self.plan.from, &self.files)?;
        let snapshot = Snapshot::take(&running.url("portico_backup", &self.plan.database))?;
        let (mut reader, mut files, mut missing) = (snapshot.reader()?, 0, Vec::new());
        for organization in snapshot.organizations.clone() {
            watcher.goes_on()?;
            let (named, key) = reader.of(Some(organization), |rows| Ok((rows.files()?, rows.file_key()?)))?;
            files += bringing.bring(organization, named, key.as_deref(), &mut missing)?;
        }
        Ok((files, missing.len()))
    }

    /// The fourth step.
    fn check(
        &self,
        running: &Running,
        version: &Version,
        meanwhile: impl FnOnce(&str) -> Result<()>,
    ) -> Result<Went<()>> {
        let check = Check {
            running,
            database: &self.plan.database,
            program: &version.program,
            app: version.app.as_deref(),
            files: &self.files,
            aside: &self.aside,
        };
        let ((), words) = check.check(meanwhile)?;
        Ok(Went::Done((), words))
    }

    /// In the book that was brought back, before anybody else writes there.
    fn write_down(&self, running: &Running, report: &TakeOverReport) -> Result<()> {
        let url = running.url("portico_operator", &self.plan.database);
        let mut db = OperatorDb::open(&url, self.clock.clone())?;
        let subject = report.epoch.map_or_else(|| "no epoch".to_owned(), |epoch| format!("epoch {epoch}"));
        let entry = Entry::new(self.clock, Doer::shell(), Action::ActivateStandby, subject);
        let entry = entry.with(&serde_json::json!({ "report": report }));
        // The worker signs for it.
        db.on_the_platform(|conn| Book::new(None).write(conn, &entry))?;
        Ok(())
    }

    /// Lets PostgreSQL and the servers start, as they run here, and waits until they are ready.
    fn start(&self, command: &Path, upstream: &str, version: &Version) -> Result<()> {
        let shown = |path: &Path| path.display().to_string();
        let (cluster, files, program) = (shown(&self.cluster), shown(&self.files), shown(&version.program));
        let app = version.app.as_deref().map(shown).unwrap_or_default();
        proxy::tell(
            command,
            "start",
            &[
                ("PORTICO_STANDBY_CLUSTER", &cluster),
                ("PORTICO_FILES_DIR", &files),
                ("PORTICO_STANDBY_PROGRAM", &program),
                ("PORTICO_APP_DIR", &app),
            ],
        )?;
        let started = Instant::now();
        while !program::is_ready(upstream) {
            if started.elapsed() > PATIENCE {
                bail!("no server is ready at {upstream} after {} s", PATIENCE.as_secs());
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// The fifth step.
    fn redirect(&self, upstream: &str) -> Result<Went<()>> {
        match (&self.plan.proxy, &self.plan.kind) {
            (Some(proxy), _) => {
                proxy.open(upstream)?;
                Ok(Went::Done((), format!("the proxy leads to {upstream}")))
            }
            (None, Kind::Drill) => Ok(Went::Skipped((), "no proxy is there for drills".to_owned())),
            (None, Kind::Activation { .. }) => {
                Ok(Went::Skipped((), format!("no proxy is told: lead the addresses to {upstream}")))
            }
        }
    }
}

impl Drop for Ground<'_> {
    fn drop(&mut self) {
        if self.stays.get() {
            return;
        }
        // The directory of the cluster is cleared by what brings it back.
        let folders = match &self.thrown_away {
            Some(folder) => vec![folder],
            None => vec![&self.application, &self.aside, &self.files],
        };
        for folder in folders {
            match fs::remove_dir_all(folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::error!(%error, path = %folder.display(), "what was begun cannot be removed");
                }
                Ok(()) | Err(_) => {}
            }
        }
    }
}

/// Refuses a folder in which anything is.
fn refuse_full(folder: &Path) -> Result<()> {
    match fs::read_dir(folder) {
        Ok(mut entries) => ensure!(entries.next().is_none(), "{} is not empty", folder.display()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| folder.display().to_string()),
    }
    Ok(())
}

/// Removes what a drill has left that was killed, unless its PostgreSQL runs: plain data of production's is in it.
fn clear_earlier(directory: &Path) -> Result<()> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| directory.display().to_string()),
    };
    for entry in entries {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(DRILL) {
            continue;
        }
        let running = fs::read_to_string(entry.path().join("cluster/postmaster.pid")).unwrap_or_default();
        let process = running.lines().next().map(|process| Path::new("/proc").join(process.trim()));
        if let Some(process) = process.filter(|process| process.join("stat").exists()) {
            bail!("{} is in use by {}: end it first", entry.path().display(), process.display());
        }
        fs::remove_dir_all(entry.path()).with_context(|| entry.path().display().to_string())?;
    }
    Ok(())
}

fn hash(path: &Path) -> Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    let mut file = fs::File::open(path).with_context(|| path.display().to_string())?;
    io::copy(&mut file, &mut hasher)?;
    Ok(hasher.finalize())
}

fn said(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// How often it is drilled.
pub const DRILL_EVERY: TimeDelta = TimeDelta::days(7);
/// How long ago the last one that passed may be.
pub const DRILL_OVERDUE: TimeDelta = TimeDelta::days(8);
