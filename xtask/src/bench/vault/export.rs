//! What an organization with many rows and files takes on its way out: at the shell, and from a server.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::Signal;
use serde_json::Value;

use super::ground::{FIRST, Vault, megabytes};
use crate::bench::ground;
use crate::bench::load::{Connection, expect};
use crate::bench::process::Memory;
use crate::bench::report::{Bar, Measure};
use crate::{exec, interrupt};

/// How often it is asked how much memory a program has held. Linux keeps the most, so only what is taken at the very end
/// can be missed.
const POLL: Duration = Duration::from_millis(10);
/// Megabytes of memory that it may take.
const MEMORY: Bar = Bar::at_most(200.0);
/// Nothing is promised of how fast it is.
const SPEED: Bar = Bar::at_least(0.0);

/// Memory and speed of both.
pub fn measure(vault: &Vault) -> Result<Vec<Measure>> {
    let (shell, server) = (at_the_shell(vault)?, from_a_server(vault)?);
    let spoken = |one: &Taken| format!("{:.0} MB in {:.1} s", one.megabytes, one.seconds);
    Ok(vec![
        Measure::new("memory of `org export` at peak, MB", shell.memory, MEMORY).note(shell.note.clone()),
        Measure::new("`org export`, MB/s", shell.megabytes / shell.seconds, SPEED).note(spoken(&shell)),
        Measure::new("memory of a server that gives an export at peak, MB", server.memory, MEMORY)
            .note(server.note.clone()),
        Measure::new("export from a server, MB/s", server.megabytes / server.seconds, SPEED)
            .note(spoken(&server)),
    ])
}

/// What one export took.
struct Taken {
    /// Of the archive.
    megabytes: f64,
    seconds: f64,
    /// At peak, in megabytes.
    memory: f64,
    /// What else is to be known of it.
    note: String,
}

fn at_the_shell(vault: &Vault) -> Result<Taken> {
    let site = vault.fresh_stores()?;
    let to = vault.ground.log("export.tar.zst");
    let mut command = site.command(&["org", "export", FIRST, "--to"]);
    let started = Instant::now();
    let (memory, said) = watched(command.arg(&to))?;
    let seconds = started.elapsed().as_secs_f64();
    let bytes = to.metadata()?.len();
    std::fs::remove_file(&to)?;
    let holds = said.lines().find_map(|line| line.strip_prefix("holds")).unwrap_or_default();
    let note = holds.trim().to_owned();
    Ok(Taken { megabytes: megabytes(bytes), seconds, memory: megabytes(memory.most), note })
}

/// Runs a program that says little, and gives the most memory that it has held, and what it said.
fn watched(command: &mut Command) -> Result<(Memory, String)> {
    let name = command.get_program().to_string_lossy().into_owned();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = child.with_context(|| format!("{name} cannot be started"))?;
    let mut most = None;
    let status = loop {
        // One that has just ended holds none, and its end is seen in the next line.
        most = Memory::peak(child.id()).ok().or(most);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if interrupt::requested() {
            exec::signal(&child, Signal::TERM);
        }
        thread::sleep(POLL);
    };
    if !status.success() {
        bail!("{name} ended with {status}");
    }
    let said = child.stdout.take().map(std::io::read_to_string).transpose()?.unwrap_or_default();
    Ok((most.with_context(|| format!("{name} was gone before its memory could be seen"))?, said))
}

fn from_a_server(vault: &Vault) -> Result<Taken> {
    let server = vault.ground.unlimited()?;
    let (port, account) = (vault.ground.site.port, vault.ground.sign_in(FIRST)?);
    let mut connection = Connection::open(port)?;
    let confirm = account.request("POST", "/api/v1/session/confirm", "", &ground::password());
    expect(connection.ask(&confirm)?, &[204])?;
    let before = Memory::peak(server.process())?;
    let answer = connection.ask(&account.request("GET", "/api/v1/organization/export/link", "", ""))?;
    expect(answer, &[200])?;
    let link: Value = serde_json::from_slice(&answer.body)?;
    let href = link.get("href").and_then(Value::as_str).context("the link has no address")?;
    // It comes without a length, which the generator does not read; and this fails where the end is missing.
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail", "--noproxy", "*", "--output", "/dev/null"]);
    curl.args(["--write-out", "%{size_download} %{time_total}", "--header"]);
    curl.arg(format!("Host: {}", account.host)).arg(format!("http://127.0.0.1:{port}{href}"));
    let said = exec::output(&mut curl)?;
    let (bytes, seconds) =
        size_and_time(&said).with_context(|| format!("curl says something else: {said}"))?;
    let memory = megabytes(Memory::peak(server.process())?.most);
    let note = format!("{:.0} MB before it", megabytes(before.most));
    Ok(Taken { megabytes: megabytes(bytes), seconds, memory, note })
}

/// What curl says of bytes and seconds.
fn size_and_time(said: &str) -> Option<(u64, f64)> {
    let (bytes, seconds) = said.trim().split_once(' ')?;
    let seconds = seconds.parse().ok().filter(|seconds: &f64| *seconds > 0.0)?;
    Some((bytes.parse().ok()?, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_seconds_are_read() {
        for (said, expected) in [
            ("1048576 2.500000", Some((1_048_576, 2.5))),
            ("7 0.1\n", Some((7, 0.1))),
            ("7 0.000000", None),
            ("7", None),
            ("", None),
            ("seven 1.0", None),
        ] {
            assert_eq!(size_and_time(said), expected, "{said}");
        }
    }

    #[test]
    fn the_memory_of_a_program_is_seen_and_its_failure_told() {
        let run = |script: &str| watched(Command::new("sh").args(["-c", script]));
        let (memory, said) = run("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done").unwrap();
        assert!(memory.most > 0);
        assert_eq!(said, "done\n");
        assert!(run("exit 3").is_err());
    }
}
