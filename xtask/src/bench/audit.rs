//! How fast the log of changes is verified.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::report::{Bar, Measure};
use crate::exec;

const ROWS: u32 = 1_000_000;
/// Rows a second.
const BAR: Bar = Bar::at_least(200_000.0);

/// Makes a log and verifies it, in the release build.
pub fn measure(portico: &Path) -> Result<Vec<Measure>> {
    let folder = tempfile::tempdir()?;
    let (file, keys) = (folder.path().join("audit.jsonl"), folder.path().join("keys"));
    let portico = |words: &[&str]| {
        let mut command = Command::new(portico);
        command.env("PORTICO_KEYS_DIR", &keys).arg("audit").args(words);
        command
    };
    let path = file.to_str().context("the temporary folder has a strange name")?;
    exec::run(&mut portico(&["sample", "--rows", &ROWS.to_string(), "--to", path]))?;
    let said = exec::output(&mut portico(&["verify", path]))?;
    let speed: f64 = said
        .lines()
        .find_map(|line| line.strip_suffix(" rows/s")?.rsplit(' ').next()?.parse().ok())
        .context("`portico audit verify` does not say how fast it was")?;
    println!("{said}");
    Ok(vec![Measure::new("audit log verified, rows/s", speed, BAR)])
}
