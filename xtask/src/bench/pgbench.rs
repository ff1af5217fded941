//! The database alone, asked by pgbench.

use std::time::Duration;

use anyhow::{Context as _, Result};

use super::ground::Ground;
use super::statements::Script;
use crate::exec;

/// Transactions a second that the database does of this script, as the role of the server.
pub fn rate(ground: &Ground, script: &Script, connections: usize, time: Duration) -> Result<f64> {
    let file = ground.log("script.sql");
    std::fs::write(&file, &script.text)?;
    let mut pgbench = ground.cluster.command("pgbench");
    pgbench.args(["--no-vacuum", "--protocol=prepared", "--jobs=2", &format!("--client={connections}")]);
    pgbench.arg(format!("--time={}", time.as_secs().max(1)));
    for (name, value) in &script.variables {
        pgbench.arg(format!("--define={name}={value}"));
    }
    pgbench.arg("--file").arg(&file).arg(ground.url());
    let said = exec::output(&mut pgbench)?;
    said.lines()
        .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok())
        .with_context(|| format!("pgbench does not say how fast it was:\n{said}"))
}
