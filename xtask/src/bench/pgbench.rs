//! The database alone, asked by pgbench.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::ground::Ground;
use super::load::Times;
use super::statements::Script;
use crate::exec;

/// Transactions a second that the database does of this script, as the role of the server.
pub fn rate(ground: &Ground, script: &Script, connections: usize, time: Duration) -> Result<f64> {
    let said = exec::output(&mut command(ground, script, connections, time)?)?;
    said.lines()
        .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok())
        .with_context(|| format!("pgbench does not say how fast it was:\n{said}"))
}

/// How long the transactions take where so many a second are begun, from when each was due.
pub fn steady(
    ground: &Ground,
    script: &Script,
    connections: usize,
    time: Duration,
    rate: f64,
) -> Result<Times> {
    let folder = tempfile::tempdir()?;
    let mut pgbench = command(ground, script, connections, time)?;
    pgbench.arg(format!("--rate={rate:.0}")).arg("--log").arg("--log-prefix").arg(folder.path().join("log"));
    exec::output(&mut pgbench)?;
    let mut times = Vec::new();
    for entry in std::fs::read_dir(folder.path())? {
        for line in std::fs::read_to_string(entry?.path())?.lines() {
            times.push(time_of(line).with_context(|| format!("pgbench logs in another way: {line}"))?);
        }
    }
    Times::of(times, time)
}

/// Client, number, microseconds, and more that does not matter here.
fn time_of(line: &str) -> Option<Duration> {
    line.split(' ').nth(2)?.parse().ok().map(Duration::from_micros)
}

fn command(ground: &Ground, script: &Script, connections: usize, time: Duration) -> Result<Command> {
    let file = ground.log("script.sql");
    std::fs::write(&file, &script.text)?;
    let mut pgbench = ground.cluster.command("pgbench");
    pgbench.args(["--no-vacuum", "--protocol=prepared", "--jobs=2", &format!("--client={connections}")]);
    pgbench.arg(format!("--time={}", time.as_secs().max(1)));
    for (name, value) in &script.variables {
        pgbench.arg(format!("--define={name}={value}"));
    }
    pgbench.arg("--file").arg(&file).arg(ground.url());
    Ok(pgbench)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_pgbench_says_how_long_its_transaction_took() {
        assert_eq!(time_of("0 199 2241 0 1175850568 995598 23"), Some(Duration::from_micros(2241)));
        assert_eq!(time_of("0 199 skipped 0 1175850568 995598 23"), None);
    }
}
