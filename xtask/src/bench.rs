//! `cargo xtask bench`: figures that are promised, measured in a release build.

use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use crate::{exec, repo, steps};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Bench {
    /// How many rows of an audit log are verified in a second.
    Audit,
}

/// Rows a second that are promised.
const AUDIT_ROWS_A_SECOND: f64 = 200_000.0;
const AUDIT_ROWS: u32 = 1_000_000;

pub fn command(bench: Bench) -> Result<ExitCode> {
    let root = repo::root()?;
    exec::run(exec::cargo(&root).args(["build", "--release", "-p", "api"]))?;
    let portico = root.join("target/release/portico");
    match bench {
        Bench::Audit => {
            let folder = tempfile::tempdir()?;
            let (file, keys) = (folder.path().join("audit.jsonl"), folder.path().join("keys"));
            let portico = |words: &[&str]| {
                let mut command = Command::new(&portico);
                command.env("PORTICO_KEYS_DIR", &keys).arg("audit").args(words);
                command
            };
            let path = file.to_str().context("the temporary folder has a strange name")?;
            exec::run(&mut portico(&["sample", "--rows", &AUDIT_ROWS.to_string(), "--to", path]))?;
            let said = exec::output(&mut portico(&["verify", path]))?;
            let speed: f64 = said
                .lines()
                .find_map(|line| line.strip_suffix(" rows/s")?.rsplit(' ').next()?.parse().ok())
                .context("`portico audit verify` does not say how fast it was")?;
            println!("{said}");
            let ratio = speed / AUDIT_ROWS_A_SECOND;
            println!("{}", steps::strong(&format!("{speed:.0} rows/s: {ratio:.2} of what is promised")));
            Ok(if ratio >= 1.0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}
