//! A cluster that recovers: started on a socket that nobody else reaches, and on no network.
//!
//! What its own configuration says does not count, since it is that of production: it would archive, wait for standbys, listen.
//! Everything that matters is said on the command line, which goes over all files.

use std::{
    fs, io,
    os::unix::{fs::DirBuilderExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, SecondsFormat, Utc};
use rustix::process::{Pid, Signal, kill_process};

use super::{AIDS, Watcher, left};
use crate::{
    clock,
    db::{copies::Snapshot, migrate, replication::Replication},
    ops::stream::{base::Base, programs},
};

/// The folder of the log, within that of what helps.
pub const LOG: &str = "log";
/// Only names the socket's file.
const PORT: u16 = 5432;
/// How often it is looked how far it is.
const LOOK: Duration = Duration::from_millis(20);
/// Said by PostgreSQL where the log ends before the instant.
const ENDED_BEFORE: &str = "recovery ended before configured recovery target was reached";
/// How long it may take to stop.
const STOP: Duration = Duration::from_mins(5);

/// One that runs. Where it is dropped, it is ended at once.
#[derive(Debug)]
pub struct Cluster {
    server: Option<Child>,
    socket: PathBuf,
}

/// How it went.
pub enum Started {
    /// It reached what it was to reach, and takes writes.
    Promoted(Cluster),
    /// The log ended before.
    EndedBefore,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// Organizations.
    pub organizations: usize,
    /// Rows of all tables.
    pub rows: u64,
}

impl Cluster {
    /// Starts one, and waits until it is where it should be.
    pub fn start(
        base: &Base,
        directory: &Path,
        to: Option<DateTime<Utc>>,
        segments: usize,
        watcher: &mut dyn Watcher,
    ) -> Result<Started> {
        forget_settings(directory)?;
        let aids = directory.join(AIDS);
        fs::write(directory.join("recovery.signal"), "")?;
        // Nobody but this user enters the socket's folder.
        fs::write(aids.join("hba"), "local all all trust\n")?;
        fs::write(aids.join("empty"), "")?;
        let said = aids.join("words");
        let words = fs::File::create(&said)?;
        let socket = socket_folder()?;
        let mut command = Command::new(programs::of_major("postgres", base.version)?);
        command.arg("-D").arg(directory).args(settings(&aids, &socket, to));
        command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin").current_dir("/");
        command.process_group(0).stdin(Stdio::null()).stdout(words.try_clone()?).stderr(words);
        let server = command.spawn().context("PostgreSQL cannot be started")?;
        let mut cluster = Self { server: Some(server), socket };
        let began = Instant::now();
        let mut replayed = 0;
        loop {
            std::thread::sleep(LOOK);
            // The cluster is ended by being dropped.
            watcher.goes_on()?;
            let status = cluster.server.as_mut().context("it runs")?.try_wait()?;
            let text = fs::read_to_string(&said)?;
            if let Some(status) = status {
                // Its number may be another's from now on.
                cluster.server = None;
                fs::remove_dir_all(&cluster.socket)?;
                if text.contains(ENDED_BEFORE) {
                    return Ok(Started::EndedBefore);
                }
                bail!("PostgreSQL ended with {status}; its last words:\n{}", last_lines(&text));
            }
            let now = text.matches("restored log file").count().min(segments);
            if now > replayed {
                replayed = now;
                let (done, all) = (u64::try_from(now)?, u64::try_from(segments)?);
                watcher.is_at(done, all, left(began, done, all));
            }
            if text.contains("database system is ready to accept connections") {
                return Ok(Started::Promoted(cluster));
            }
        }
    }

    /// When the last change was committed that was replayed.
    pub fn last_commit(&self) -> Result<Option<DateTime<Utc>>> {
        Replication::open(&self.url("portico_stream", "postgres"))?.last_replayed()
    }

    /// Reads every row of every table as a backup does, under row-level security, and looks whether this program knows the schema.
    pub fn check(&self, database: &str, watcher: &dyn Watcher) -> Result<Checked> {
        let snapshot = Snapshot::take(&self.url("portico_backup", database));
        let snapshot =
            snapshot.with_context(|| format!("the database {database} of the recovered cluster"))?;
        let unknown = migrate::unknown(&snapshot.migrations)?;
        if let Some(newest) = unknown.last() {
            bail!(
                "its schema is of a later version than this program, which does not know the migration {newest}"
            );
        }
        let mut reader = snapshot.reader()?;
        let mut rows = 0;
        for owner in snapshot.organizations.iter().copied().map(Some).chain([None]) {
            rows += reader.of(owner, |owned| {
                let mut rows = 0;
                for table in snapshot.tables.iter().filter(|table| owned.may_have(table)).collect::<Vec<_>>()
                {
                    watcher.goes_on()?;
                    rows += owned.copy(table, &mut io::sink())?;
                }
                Ok(rows)
            })?;
        }
        Ok(Checked { organizations: snapshot.organizations.len(), rows })
    }

    /// Stops it in order.
    pub fn stop(mut self) -> Result<()> {
        let mut server = self.server.take().context("it runs")?;
        signal(&server, Signal::INT)?;
        let began = Instant::now();
        while server.try_wait()?.is_none() {
            if began.elapsed() > STOP {
                self.server = Some(server);
                bail!("the recovered cluster does not stop");
            }
            std::thread::sleep(LOOK);
        }
        Ok(fs::remove_dir_all(&self.socket)?)
    }

    /// Lets it run on. Gives where it is found, and its process.
    pub fn leave(mut self, database: &str) -> (String, u32) {
        let process = self.server.take().map_or(0, |server| server.id());
        (self.url("portico_owner", database), process)
    }

    /// Where a role finds one of its databases.
    pub fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@/{database}?host={}&port={PORT}", self.socket.display())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        // It is worth nothing: there is nothing to write down.
        let ended = signal(&server, Signal::QUIT).and_then(|()| Ok(server.wait()?));
        if let Err(error) = ended.and_then(|_| Ok(fs::remove_dir_all(&self.socket)?)) {
            tracing::error!(error = format!("{error:#}"), "the recovered cluster cannot be ended");
        }
    }
}

fn signal(server: &Child, signal: Signal) -> Result<()> {
    let pid = i32::try_from(server.id()).ok().and_then(Pid::from_raw).context("it has a number")?;
    kill_process(pid, signal).context("the recovered cluster cannot be told to stop")
}

/// What production has set by itself would go over nothing that is said on the command line, and beside it: commands among
/// it, which would run here, where the identity is.
fn forget_settings(directory: &Path) -> Result<()> {
    for file in ["postgresql.auto.conf", "standby.signal"] {
        match fs::remove_file(directory.join(file)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{file} of the base backup cannot be removed"));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(fs::write(directory.join("postgresql.auto.conf"), "")?)
}

/// A short path, since the system cuts those of sockets off.
fn socket_folder() -> Result<PathBuf> {
    let mut bytes = [0; 8];
    clock::random(&mut bytes);
    let path = PathBuf::from(format!("/tmp/portico-recovery-{:016x}", u64::from_le_bytes(bytes)));
    fs::DirBuilder::new().mode(0o700).create(&path)?;
    Ok(path)
}

fn settings(aids: &Path, socket: &Path, to: Option<DateTime<Utc>>) -> Vec<String> {
    let log = aids.join(LOG).display().to_string();
    // Names of time zones, `Z` among them, are not known yet where PostgreSQL reads it.
    let to = to.map(|to| to.to_rfc3339_opts(SecondsFormat::Micros, false)).unwrap_or_default();
    let settings = [
        ("config_file", aids.join("empty").display().to_string()),
        ("hba_file", aids.join("hba").display().to_string()),
        ("ident_file", aids.join("empty").display().to_string()),
        ("listen_addresses", String::new()),
        ("unix_socket_directories", socket.display().to_string()),
        ("port", PORT.to_string()),
        ("restore_command", format!("test -f \"{log}/%f\" && cp \"{log}/%f\" \"%p\"")),
        ("recovery_target", String::new()),
        ("recovery_target_name", String::new()),
        ("recovery_target_xid", String::new()),
        ("recovery_target_lsn", String::new()),
        ("recovery_target_time", to),
        ("recovery_target_inclusive", "on".to_owned()),
        ("recovery_target_action", "promote".to_owned()),
        ("recovery_target_timeline", "latest".to_owned()),
        // Nobody looks before it is promoted, and so no setting of production's has to be met.
        ("hot_standby", "off".to_owned()),
        ("recovery_end_command", String::new()),
        ("archive_cleanup_command", String::new()),
        ("session_preload_libraries", String::new()),
        ("local_preload_libraries", String::new()),
        ("dynamic_library_path", "$libdir".to_owned()),
        ("jit", "off".to_owned()),
        ("archive_mode", "off".to_owned()),
        ("archive_command", String::new()),
        ("primary_conninfo", String::new()),
        ("synchronous_standby_names", String::new()),
        ("shared_preload_libraries", String::new()),
        ("max_prepared_transactions", "100".to_owned()),
        ("ssl", "off".to_owned()),
        ("logging_collector", "off".to_owned()),
        ("log_destination", "stderr".to_owned()),
        ("log_min_messages", "log".to_owned()),
        ("lc_messages", "C".to_owned()),
        ("timezone", "UTC".to_owned()),
        ("log_timezone", "UTC".to_owned()),
    ];
    settings.into_iter().flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")]).collect()
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(12);
    lines.get(from..).unwrap_or_default().join("\n")
}
