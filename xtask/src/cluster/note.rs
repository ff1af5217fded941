//! Reads the note, `postmaster.pid`, that a running server keeps among its files: whether it is ready, and
//! whether a command that was killed has left one behind.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

const NAME: &str = "postmaster.pid";
const PATIENCE: Duration = Duration::from_mins(1);

/// Whether this process serves these files and takes connections.
pub fn is_ready(data: &Path, process: u32) -> bool {
    let Ok(text) = fs::read_to_string(data.join(NAME)) else { return false };
    text.lines().next() == Some(&process.to_string()) && text.lines().any(|line| line.trim_end() == "ready")
}

/// Leaves no server running on these files and no note that would keep one from starting.
pub fn clear(data: &Path) -> Result<()> {
    let note = data.join(NAME);
    let Ok(text) = fs::read_to_string(&note) else { return Ok(()) };
    match noted_pid(&text) {
        Some(pid) if serves(pid, data) => stop(pid, data),
        // The number may meanwhile belong to any other program of the same user, in which case PostgreSQL
        // would refuse to start; it is certain here that none of ours is behind it.
        _ => fs::remove_file(&note).with_context(|| format!("{} cannot be removed", note.display())),
    }
}

fn stop(pid: Pid, data: &Path) -> Result<()> {
    kill_process(pid, Signal::INT)
        .context("the PostgreSQL that an earlier command left cannot be stopped")?;
    let deadline = Instant::now() + PATIENCE;
    while serves(pid, data) {
        if Instant::now() > deadline {
            bail!("the PostgreSQL that an earlier command left (process {pid:?}) does not stop");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Whether the process is a PostgreSQL on exactly these files.
fn serves(pid: Pid, data: &Path) -> bool {
    let line = command_line(pid);
    let mut words = line.split(|byte| *byte == 0);
    words.next().is_some_and(|program| program.ends_with(b"/postgres"))
        && words.any(|word| word == data.as_os_str().as_encoded_bytes())
}

/// Whether the process runs. One that has ended and that nobody has asked about since, as happens in
/// containers, is still listed but has no command line.
pub fn is_alive(pid: Pid) -> bool {
    !command_line(pid).is_empty()
}

fn command_line(pid: Pid) -> Vec<u8> {
    fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).unwrap_or_default()
}

fn noted_pid(note: &str) -> Option<Pid> {
    note.lines().next()?.trim().parse().ok().and_then(Pid::from_raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_is_the_notes_first_line() {
        assert_eq!(noted_pid("4711\n/data\n1700000000\n").map(|pid| pid.as_raw_nonzero().get()), Some(4711));
        assert_eq!(noted_pid(""), None);
        assert_eq!(noted_pid("0\n"), None);
    }

    #[test]
    fn a_server_is_ready_when_its_own_note_says_so() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_ready(folder.path(), 7));
        fs::write(folder.path().join(NAME), "7\n/data\n17\n5544\n/tmp/s\n\n 1 2\nstarting\n").unwrap();
        assert!(!is_ready(folder.path(), 7));
        fs::write(folder.path().join(NAME), "7\n/data\n17\n5544\n/tmp/s\n\n 1 2\nready   \n").unwrap();
        assert!(is_ready(folder.path(), 7));
        assert!(!is_ready(folder.path(), 8));
    }

    #[test]
    fn this_test_is_no_postgres() {
        let this = rustix::process::getpid();
        assert!(is_alive(this));
        assert!(!serves(this, Path::new("/tmp")));
    }
}
