//! A first set beside what one would otherwise make of the same database: `pg_dump | zstd -3 | age`.
//!
//! The pipe writes one file once, and leaves it to the system when that is on the disk. A set stands in two stores, is synced
//! and read back in both, and each organization is sealed for its own key. So the ratio says what all of that costs.

use std::io::Read as _;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::Signal;

use super::ground::{Set, Vault, megabytes, sync};
use crate::bench::process::{Parties, Shares, Watch};
use crate::bench::report::{Bar, Measure, median};
use crate::cluster::SUPERUSER;
use crate::exec;
use crate::site::Site;

/// The turns that the two take.
const TURNS: usize = 3;

/// How long the pipe takes by how long a set does.
pub fn measure(vault: &Vault) -> Result<Measure> {
    // Also brings the database into memory, for both.
    let plain = megabytes(plain_bytes(vault)?);
    let (mut pipes, mut sets, mut last) = (Vec::new(), Vec::new(), None);
    for _ in 0..TURNS {
        let site = vault.fresh_stores()?;
        sync();
        let watch = watch(vault)?;
        let (dumped, took) = pipe(vault, &site)?;
        pipes.push(took.as_secs_f64());
        let of_pipe = watch.stop()?;
        sync();
        let watch = self::watch(vault)?;
        let (set, took) = Set::make(&site, false)?;
        sets.push(took.as_secs_f64());
        last = Some((set.bytes, watch.stop()?, dumped, of_pipe));
    }
    let (set_bytes, of_set, dumped, of_pipe) = last.context("no turn was taken")?;
    let (pipe, set) = (median(&mut pipes), median(&mut sets));
    let name = "`ops backup` / pg_dump | zstd -3 | age, speed";
    let note = format!(
        "{set:.2} s and {pipe:.2} s for {plain:.0} MB of SQL: {:.0} and {:.0} MB/s, {:.0} and {:.0} MB sealed",
        plain / set,
        plain / pipe,
        megabytes(set_bytes),
        megabytes(dumped)
    );
    let had = format!("of the machine, a set: {}; the pipe: {}", spoken(&of_set), spoken(&of_pipe));
    let what = "a set stands in two stores, synced and read back; the pipe writes one file";
    Ok(Measure::new(name, pipe / set, Bar::at_least(0.8)).note(note).note(had).note(what.to_owned()))
}

/// Watches the machine. The programs come and go, so they are what neither the database nor this program has.
fn watch(vault: &Vault) -> Result<Watch> {
    Watch::start(Parties { server: std::process::id(), database: vault.ground.cluster.process() })
}

fn spoken(shares: &Shares) -> String {
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    format!(
        "database {}, programs {}, idle {}",
        percent(shares.database),
        percent(shares.others),
        percent(1.0 - shares.database - shares.others)
    )
}

/// How many bytes `pg_dump` says.
fn plain_bytes(vault: &Vault) -> Result<u64> {
    let mut running = Running::start(&mut [dump(vault)])?;
    let mut said = running.end.take().context("pg_dump has no output")?;
    let (mut piece, mut bytes) = (vec![0; 1 << 16], 0);
    loop {
        match said.read(&mut piece)? {
            0 => break,
            more => bytes += u64::try_from(more)?,
        }
    }
    running.finish()?;
    Ok(bytes)
}

/// The pipe, into a file. Gives how long that is, and how long it took.
pub fn pipe(vault: &Vault, site: &Site) -> Result<(u64, Duration)> {
    let recipients = site.backups.as_ref().context("nothing is backed up")?.recipients();
    let to = vault.ground.log("dump.sql.zst.age");
    let mut zstd = Command::new("zstd");
    zstd.args(["-3", "--quiet", "--stdout"]);
    let mut age = Command::new("age");
    age.args(["--encrypt", "--recipients-file"]).arg(recipients).arg("--output").arg(&to);
    let started = Instant::now();
    Running::start(&mut [dump(vault), zstd, age])?.finish()?;
    let took = started.elapsed();
    let bytes = to.metadata()?.len();
    std::fs::remove_file(&to)?;
    Ok((bytes, took))
}

/// As the superuser, whom no policy holds: it dumps all organizations at once.
fn dump(vault: &Vault) -> Command {
    let mut dump = vault.ground.cluster.command("pg_dump");
    dump.args(["--dbname", &vault.ground.url_of(SUPERUSER)]);
    dump
}

/// Programs of which each reads what the one before it says. They are stopped when this is dropped before their end.
#[derive(Debug)]
struct Running {
    children: Vec<(String, Child)>,
    /// What the last one says.
    end: Option<ChildStdout>,
}

impl Running {
    fn start(commands: &mut [Command]) -> Result<Self> {
        let mut running = Self { children: Vec::new(), end: None };
        for command in commands {
            let name = command.get_program().to_string_lossy().into_owned();
            let from = running.end.take().map_or_else(Stdio::null, Stdio::from);
            let child = command.stdin(from).stdout(Stdio::piped()).spawn();
            let mut child = child.with_context(|| format!("{name} cannot be started"))?;
            running.end = child.stdout.take();
            running.children.push((name, child));
        }
        Ok(running)
    }

    /// Waits for all of them; each has to end well.
    fn finish(mut self) -> Result<()> {
        for (name, child) in &mut self.children {
            let status = child.wait()?;
            if !status.success() {
                bail!("{name} ended with {status}");
            }
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for (_, child) in &mut self.children {
            if matches!(child.try_wait(), Ok(None)) {
                exec::signal(child, Signal::TERM);
                // It has nothing more to say to anybody.
                drop(child.wait());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_had_is_idle() {
        let shares = Shares { server: 0.0, database: 0.25, generator: 0.0, others: 0.5 };
        assert_eq!(spoken(&shares), "database 25 %, programs 50 %, idle 25 %");
    }

    fn shell(script: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        shell
    }

    #[test]
    fn each_program_reads_what_the_one_before_it_says_and_has_to_end_well() {
        for (scripts, expected) in [
            (&["echo one; echo two", "cat", "wc -l"][..], Some("2")),
            (&["exit 3", "cat"], None),
            (&["echo one", "cat > /dev/null; exit 1"], None),
        ] {
            let mut commands: Vec<Command> = scripts.iter().map(|script| shell(script)).collect();
            let mut running = Running::start(&mut commands).unwrap();
            let mut said = String::new();
            running.end.take().unwrap().read_to_string(&mut said).unwrap();
            let outcome = running.finish().ok().map(|()| said.trim().to_owned());
            assert_eq!(outcome.as_deref(), expected, "{scripts:?}");
        }
    }
}
