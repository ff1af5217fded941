//! How fast backups are made and come back, what they cost those who work meanwhile, and what an export takes.
//!
//! Start at `ground.rs` for what is backed up. Backups stand beside the programs that one would otherwise make them with, in
//! turn and in one run; the rest are times and bytes of this machine.

mod beside;
mod export;
mod ground;
mod piped;
mod restore;

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum as _;

use super::report::Measure;
use crate::packages::{self, Need};
use crate::steps::Steps;
use ground::{Size, Vault};

/// What can be measured alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// A first set beside `pg_dump | zstd | age`.
    Backup,
    /// From the store off-site to a server that works.
    Restore,
    /// Others beside a backup.
    Beside,
    /// An organization with its files, at the shell and from a server.
    Export,
}

/// What the person may choose.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Only these; all where none is named.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
    /// How large the database is.
    #[arg(long, value_name = "MB", default_value_t = 1000)]
    database: u32,
    /// How much people have uploaded.
    #[arg(long, value_name = "MB", default_value_t = 1000)]
    files: u32,
    /// How large each of these files is.
    #[arg(long, value_name = "MB", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    each: u32,
    /// Measure this program, instead of building one as people get it: to try the bench itself.
    #[arg(long, value_name = "FILE")]
    pub program: Option<PathBuf>,
}

impl Options {
    fn parts(&self) -> &[Part] {
        if self.only.is_empty() { Part::value_variants() } else { &self.only }
    }

    /// How many steps it takes.
    pub fn steps(&self) -> usize {
        self.parts().len() + 1
    }
}

/// All of these, one after the other.
pub fn measure(steps: &mut Steps, options: &Options, program: PathBuf) -> Result<Vec<Measure>> {
    packages::ensure(&[Need::Zstd, Need::Age, Need::Curl])?;
    let size = Size { database: options.database, files: options.files, each: options.each };
    let vault = steps.quiet("filling the database and the file store", || Vault::prepare(program, size))?;
    println!("{}", vault.holds()?);
    let mut measures = Vec::new();
    for part in options.parts() {
        measures.extend(match part {
            Part::Backup => vec![steps.quiet("backing up", || piped::measure(&vault))?],
            Part::Restore => vec![steps.quiet("restoring from off-site", || restore::measure(&vault))?],
            Part::Beside => vec![steps.quiet("asking beside a backup", || beside::measure(&vault))?],
            Part::Export => steps.quiet("exporting an organization", || export::measure(&vault))?,
        });
    }
    Ok(measures)
}
