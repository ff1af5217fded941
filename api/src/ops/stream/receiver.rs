//! Runs PostgreSQL's `pg_receivewal`, and begins it again whenever it ends.
//!
//! It is told no slot: it would move it on over what is in memory alone. The slot is the stream's own ([`super::keeper`]), and
//! where the folder is empty, a mark in it says from where on to receive ([`Folder::begin_at`]).

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::{
    database::{self, Database, Identity, Slot},
    files::Folder,
    programs,
    segments::SegmentSize,
    state::Progress,
    stop::Stop,
};
use crate::config::stream::StreamConfig;

const PROGRAM: &str = "pg_receivewal";
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// Between two tries, at first and at most.
const FIRST_REST: Duration = Duration::from_millis(200);
const LONGEST_REST: Duration = Duration::from_secs(5);
/// Whoever ran for so long failed for a new reason.
const LONG: Duration = Duration::from_secs(20);

/// What receives.
#[derive(Debug)]
pub struct Receiver<'a> {
    program: PathBuf,
    config: &'a StreamConfig,
    folder: &'a Folder,
    identity: &'a Identity,
    size: SegmentSize,
    /// Whether the local store has some of this cluster's log.
    goes_on: bool,
}

/// Why it does not receive any more.
enum Ended {
    /// It was told to stop.
    Stopped,
    /// As much is in memory as may be.
    Full,
}

/// What no further try mends.
#[derive(Debug, thiserror::Error)]
#[error(
    "the database is the cluster {found}, and what is in {folder} is of {expected}: remove that folder where nobody misses the \
     other cluster"
)]
struct OtherCluster {
    found: String,
    expected: String,
    folder: String,
}

impl<'a> Receiver<'a> {
    /// Finds the program.
    pub fn new(
        config: &'a StreamConfig,
        folder: &'a Folder,
        identity: &'a Identity,
        names: &[String],
    ) -> Result<Self> {
        let (program, size, goes_on) = (programs::newest(PROGRAM)?, identity.size()?, !names.is_empty());
        Ok(Self { program, config, folder, identity, size, goes_on })
    }

    /// Receives until it is told to stop, or finds what no further try mends.
    pub fn run(&self, stop: &Stop, progress: &Progress) -> Result<()> {
        let mut rest = FIRST_REST;
        while !stop.is_set() {
            let began = Instant::now();
            match self.receive(stop, progress) {
                Ok(Ended::Stopped) => return Ok(()),
                Ok(Ended::Full) => self.wait_for_room(stop, progress)?,
                Err(error) if error.is::<OtherCluster>() => return Err(error),
                Err(error) => {
                    tracing::warn!(error = format!("{error:#}"), "nothing is received");
                    progress.receives(Err(&error));
                }
            }
            rest = if began.elapsed() > LONG { FIRST_REST } else { (rest * 2).min(LONGEST_REST) };
            stop.wait(rest);
        }
        Ok(())
    }

    fn receive(&self, stop: &Stop, progress: &Progress) -> Result<Ended> {
        self.end_left_behind()?;
        let mut database = Database::open(&self.config.database_url)?;
        let found = database.identity()?;
        if found != *self.identity {
            return Err(anyhow!(OtherCluster {
                found: found.system,
                expected: self.identity.system.clone(),
                folder: self.folder.path().display().to_string(),
            }));
        }
        let mut slot = database.slot()?;
        if slot == Slot::Lost {
            database.remake_slot()?;
            slot = database.slot()?;
            has_gap(progress);
        }
        let (timeline, lsn) = match slot {
            Slot::Keeps(timeline, lsn) => (timeline, lsn),
            // Of a cluster that was recovered, or where somebody has dropped it.
            Slot::Made(timeline, lsn) => {
                if self.goes_on || progress.whole().is_some() {
                    has_gap(progress);
                }
                (timeline, lsn)
            }
            Slot::Lost => bail!("the replication slot keeps nothing"),
        };
        drop(database);
        self.folder.begin_at(self.size, self.size.of(timeline, lsn))?;
        let (mut child, said) = self.spawn()?;
        let ended = self.watch(&mut child, stop, progress);
        // It may have ended by itself.
        child.kill().and_then(|()| child.wait()).with_context(|| format!("{PROGRAM} cannot be ended"))?;
        ended.with_context(|| said.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn watch(&self, child: &mut Child, stop: &Stop, progress: &Progress) -> Result<Ended> {
        let mut works = false;
        loop {
            if stop.wait(LOOK) {
                return Ok(Ended::Stopped);
            }
            if let Some(status) = child.try_wait()? {
                bail!("{PROGRAM} ended by itself with {status}");
            }
            let found = self.folder.look(self.size)?;
            if found.bytes > self.config.most_bytes {
                return Ok(Ended::Full);
            }
            if !works && self.folder.is_received_into(self.size, &found.partial) {
                works = true;
                progress.receives(Ok(()));
                tracing::info!("the log is received");
            }
        }
    }

    /// The log stays on the server meanwhile.
    fn wait_for_room(&self, stop: &Stop, progress: &Progress) -> Result<()> {
        let why = anyhow!("as much of the log is in memory as may be: what was received could not be put");
        progress.receives(Err(&why));
        tracing::warn!("{why:#}");
        while self.folder.look(self.size)?.bytes > self.config.most_bytes / 2 && !stop.wait(LOOK) {}
        Ok(())
    }

    fn spawn(&self) -> Result<(Child, Arc<Mutex<String>>)> {
        let (url, password) = database::for_programs(&self.config.database_url);
        let mut command = Command::new(&self.program);
        command.arg(self.directory()).args(["--no-loop", "--verbose", "--no-password"]);
        command.args(["--status-interval=1", "--dbname", &url]);
        // Without it, it would wait for disks at the end of each file.
        command.arg(if self.config.synchronous { "--synchronous" } else { "--no-sync" });
        command.env_clear().env("LC_ALL", "C").envs(password.map(|password| ("PGPASSWORD", password)));
        let command =
            command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("{PROGRAM} cannot be started"))?;
        let said = Arc::new(Mutex::new(format!("{PROGRAM} has said nothing")));
        if let Some(errors) = child.stderr.take() {
            let last = Arc::clone(&said);
            std::thread::Builder::new().name("receive words".to_owned()).spawn(move || {
                for line in BufReader::new(errors).lines().map_while(Result::ok) {
                    tracing::debug!(line, "{PROGRAM}");
                    let said = &mut *last.lock().unwrap_or_else(PoisonError::into_inner);
                    if is_news(said, &line) {
                        *said = line;
                    }
                }
            })?;
        }
        Ok((child, said))
    }

    fn directory(&self) -> String {
        format!("--directory={}", self.folder.path().display())
    }

    /// Whoever had this folder before may have been killed, and its receiver still write into it. Since the folder is locked,
    /// whoever does so is none of anybody's.
    fn end_left_behind(&self) -> Result<()> {
        let directory = self.directory();
        let is_ours = |pid: Pid| {
            let line = std::fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).unwrap_or_default();
            let mut words = line.split(|byte| *byte == 0);
            words.next().is_some_and(|program| program.ends_with(PROGRAM.as_bytes()))
                && words.any(|word| word == directory.as_bytes())
        };
        let entries = std::fs::read_dir("/proc")?.flatten();
        let pids = entries.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?));
        for pid in pids.filter(|pid| is_ours(*pid)).collect::<Vec<_>>() {
            tracing::warn!("a receiver that was left behind is ended");
            match kill_process(pid, Signal::KILL) {
                Ok(()) | Err(rustix::io::Errno::SRCH) => {}
                Err(error) => return Err(error).context("a receiver that was left behind cannot be ended"),
            }
            let began = Instant::now();
            while is_ours(pid) {
                if began.elapsed() > LONGEST_REST {
                    bail!("a receiver that was left behind does not end");
                }
                std::thread::yield_now();
            }
        }
        Ok(())
    }
}

fn has_gap(progress: &Progress) {
    tracing::error!("the server may have thrown away log that was not received: a base backup is needed");
    progress.change(|state| state.has_gap = true);
}

/// Whether a line says more of why the program ends than the one before. Behind the reason it always says that it was disconnected.
fn is_news(before: &str, line: &str) -> bool {
    let is_error = |line: &str| line.contains("error: ");
    !is_error(before) || (is_error(line) && !line.ends_with("error: disconnected"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_the_program_says_in_the_end_the_reason_counts() {
        let full = "pg_receivewal: error: could not open write-ahead log file \"1\": No space left on device";
        let lines = [
            "pg_receivewal: starting log streaming at 0/1",
            full,
            "\tIt goes on.",
            "pg_receivewal: error: disconnected",
        ];
        let last = |lines: &[&'static str]| {
            lines.iter().copied().reduce(|said, line| if is_news(said, line) { line } else { said })
        };
        assert_eq!(last(&lines), Some(full));
        // Where nothing else is said, that is.
        assert_eq!(last(&[lines[0], lines[3]]), Some(lines[3]));
        assert_eq!(
            last(&[full, "pg_receivewal: error: could not send"]),
            Some("pg_receivewal: error: could not send")
        );
    }
}
