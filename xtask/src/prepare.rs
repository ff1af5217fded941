//! `cargo xtask prepare`: everything that the tests need and that is not compiled, installed; also beside what is compiled
//! first, since whoever downloads leaves the processor to others.

use std::fs::File;
use std::io::Seek as _;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::exec::Beside;
use crate::{packages, repo, test};

/// `cargo xtask prepare`.
pub fn command() -> Result<ExitCode> {
    let root = repo::root()?;
    let private = repo::private_folder(&root)?;
    // In one go: each go renews the list of packages.
    packages::ensure(&test::needs())?;
    test::install(&root, &private)?;
    Ok(ExitCode::SUCCESS)
}

/// The same, at work beside this program.
#[derive(Debug)]
pub struct Preparing {
    program: Beside,
    said: File,
}

impl Preparing {
    /// Sets it to work.
    pub fn start() -> Result<Self> {
        let said = tempfile::tempfile()?;
        let mut program = Command::new(std::env::current_exe()?);
        Ok(Self { program: Beside::start(program.arg("prepare"), said.try_clone()?)?, said })
    }

    /// Waits until it is done.
    pub fn finish(mut self) -> Result<()> {
        let outcome = self.program.finish();
        self.said.rewind()?;
        print!("{}", std::io::read_to_string(&self.said)?);
        outcome
    }
}
