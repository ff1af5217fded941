//! PostgreSQL clusters of our own, which no other program knows of.
//!
//! A cluster listens on a socket in a folder that only its owner can enter, and on nothing else; that is
//! why connections need no password. The socket lies in a short temporary path, because the system cuts
//! such paths off at 107 bytes. The persistent cluster of `cargo xtask run` survives restarts; throw-away
//! ones, for tests, live in memory or a temporary folder and give up durability for speed.

mod note;
mod place;
mod scratch;

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::Signal;
use tempfile::TempDir;

use crate::postgres::{OLDEST_MAJOR, Owner, Programs};
use crate::{exec, interrupt, steps};

/// Only names the socket's file: nothing listens on a network port.
const PORT: u16 = 5544;
/// Made by `initdb`; nothing but `portico bootstrap` and the tests use it.
pub const SUPERUSER: &str = "postgres";
/// Recovery after a crash may replay a checkpoint's worth of log.
const START: Duration = Duration::from_mins(2);
const STOP: Duration = Duration::from_mins(1);

/// For data that nobody misses: speed instead of durability.
const QUICK: [&str; 6] = [
    "--fsync=off",
    "--synchronous_commit=off",
    "--full_page_writes=off",
    "--max_connections=200",
    "--max_wal_size=1GB",
    "--jit=off",
];
/// For a bench: the data fits into memory as on a machine that was made for it, and no checkpoint falls into a run.
const MEASURED: [&str; 4] =
    ["--log_line_prefix=", "--shared_buffers=512MB", "--max_wal_size=4GB", "--checkpoint_timeout=1h"];

/// A running cluster; it stops when dropped.
#[derive(Debug)]
pub struct Cluster {
    server: Child,
    programs: Programs,
    /// Where the socket lies, and a throw-away cluster's files.
    scratch: TempDir,
}

/// What may be given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Durability {
    Full,
    None,
}

impl Cluster {
    /// Starts the clone's own cluster, making it when it is not there yet.
    ///
    /// The caller holds the clone's lock, so a server that still runs on the same files was left behind
    /// by a command that died: it is stopped first.
    pub fn persistent(root: &Path, private: &Path) -> Result<Self> {
        let owner = Owner::choose()?;
        let home = place::choose(root, private, owner)?;
        let data = home.join("data");
        let programs = if data.exists() {
            programs_for(&data)?
        } else {
            let programs = newest()?;
            create(&programs, owner, &data, Durability::Full)?;
            programs
        };
        note::clear(&data)?;
        let log = private.join("postgres.log");
        Self::start(programs, owner, &data, &log, scratch::folder(owner)?, &[])
    }

    /// Removes the clone's own cluster with everything in it.
    pub fn remove(root: &Path, private: &Path) -> Result<()> {
        let home = place::choose(root, private, Owner::choose()?)?;
        note::clear(&home.join("data"))?;
        fs::remove_dir_all(&home).with_context(|| format!("{} cannot be removed", home.display()))
    }

    /// Starts a cluster that is gone when this value is.
    pub fn throwaway() -> Result<Self> {
        let (programs, owner) = (newest()?, Owner::choose()?);
        let scratch = scratch::quick_folder(owner)?;
        let data = scratch.path().join("data");
        create(&programs, owner, &data, Durability::None)?;
        let log = scratch.path().join("log");
        Self::start(programs, owner, &data, &log, scratch, &QUICK)
    }

    /// Starts one that is gone when this value is, and until then as durable as that of an installation: its files are
    /// on a disk, and what was committed is there. Its log, whose lines have no prefix, is the second value.
    pub fn measured() -> Result<(Self, PathBuf)> {
        let (programs, owner) = (newest()?, Owner::choose()?);
        let scratch = scratch::folder(owner)?;
        let data = scratch.path().join("data");
        create(&programs, owner, &data, Durability::Full)?;
        let log = scratch.path().join("log");
        let cluster = Self::start(programs, owner, &data, &log, scratch, &MEASURED)?;
        Ok((cluster, log))
    }

    /// One of PostgreSQL's programs of the version that runs here.
    pub fn command(&self, program: &str) -> Command {
        self.programs.command(program)
    }

    /// The number of PostgreSQL's first process, whose children the others are.
    pub fn process(&self) -> u32 {
        self.server.id()
    }

    /// Where a role finds a database of this cluster.
    pub fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@/{database}?host={}&port={PORT}", self.scratch.path().display())
    }

    /// Whether the server still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.server.try_wait(), Ok(None))
    }

    fn start(
        programs: Programs,
        owner: Owner,
        data: &Path,
        log: &Path,
        scratch: TempDir,
        settings: &[&str],
    ) -> Result<Self> {
        use std::os::unix::process::CommandExt as _;
        let writer = OpenOptions::new().create(true).append(true).open(log)?;
        let mut command = programs.command("postgres");
        command.arg("-D").arg(data);
        command.arg(format!("--unix_socket_directories={}", scratch.path().display()));
        command.args(["--listen_addresses=", &format!("--port={PORT}")]);
        command.args(["--timezone=UTC", "--log_timezone=UTC", "--logging_collector=off"]);
        command.args(settings);
        // A process group of its own keeps the terminal's Ctrl-C away: the server's clients stop first.
        owner.run(command.process_group(0)).stdout(writer.try_clone()?).stderr(writer);
        let server = command.spawn().context("PostgreSQL cannot be started")?;
        let mut cluster = Self { server, programs, scratch };
        cluster.wait_until_ready(data, log)?;
        Ok(cluster)
    }

    fn wait_until_ready(&mut self, data: &Path, log: &Path) -> Result<()> {
        let deadline = Instant::now() + START;
        loop {
            if note::is_ready(data, self.server.id()) {
                return Ok(());
            }
            if let Some(status) = self.server.try_wait()? {
                bail!("PostgreSQL ended at once with {status}; its last words:\n{}", exec::last_lines(log));
            }
            if interrupt::requested() || Instant::now() > deadline {
                bail!("PostgreSQL was not ready in time; its last words:\n{}", exec::last_lines(log));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGINT ends open transactions and shuts down in order, SIGQUIT leaves the rest to recovery.
        for signal in [Signal::INT, Signal::QUIT, Signal::KILL] {
            exec::signal(&self.server, signal);
            if !matches!(exec::wait(&mut self.server, STOP), Ok(None)) {
                break;
            }
        }
    }
}

/// `cargo xtask db`.
pub fn command() -> Result<ExitCode> {
    let started = Instant::now();
    let mut cluster = Cluster::throwaway()?;
    println!(
        "A throw-away PostgreSQL is up after {}. In another terminal:",
        steps::spoken(started.elapsed())
    );
    println!("\nexport PORTICO_TEST_ADMIN_URL='{}'\n", cluster.url(SUPERUSER, "postgres"));
    println!("Ctrl-C stops it and removes its data.");
    while !interrupt::requested() {
        if !cluster.is_running() {
            bail!("PostgreSQL ended by itself");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(ExitCode::SUCCESS)
}

fn newest() -> Result<Programs> {
    Programs::find_newest().with_context(|| {
        format!("PostgreSQL {OLDEST_MAJOR} or later is not installed; `cargo xtask run` installs it")
    })
}

fn programs_for(data: &Path) -> Result<Programs> {
    let written = fs::read_to_string(data.join("PG_VERSION"))
        .with_context(|| format!("{} holds no cluster", data.display()))?;
    let major = written.trim().parse().with_context(|| format!("an odd version: {}", written.trim()))?;
    Programs::of_major(major).with_context(|| {
        format!(
            "the data in {} was written by PostgreSQL {major}, which is no longer installed; \
             install postgresql-{major}, or begin anew with --fresh",
            data.display()
        )
    })
}

/// Made beside its place and moved there when complete, so that a half-made cluster is never started.
fn create(programs: &Programs, owner: Owner, data: &Path, durability: Durability) -> Result<()> {
    let unfinished = data.with_extension("new");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    let mut command = programs.command("initdb");
    command.arg("--pgdata").arg(&unfinished).arg(format!("--username={SUPERUSER}"));
    command.args(["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]);
    if durability == Durability::None {
        command.arg("--no-sync");
    }
    exec::output(owner.run(&mut command))?;
    fs::rename(&unfinished, data).with_context(|| format!("{} cannot be put in place", data.display()))
}
