//! `portico files …`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use api::{
    config::FilesConfig,
    files::{Copied, Files, Waiting},
    ops::book::Action,
};
use clap::Subcommand;

use super::noted::{Note, noted};

#[derive(Debug, Subcommand)]
pub enum FilesCommand {
    /// Put what stands in a folder of files into the store that is set up: on the way from a folder to a bucket, and after
    /// a restore. What is there already stays as it is.
    Copy {
        /// The folder, as `PORTICO_FILES_DIR` named it, or as a restore has filled it.
        from: PathBuf,
    },
}

pub fn run(command: FilesCommand) -> Result<()> {
    match command {
        FilesCommand::Copy { from } => {
            noted(Action::CopyFiles, &from.display().to_string(), |note| copy(note, from))
        }
    }
}

fn copy(note: &mut Note, from: PathBuf) -> Result<()> {
    let to = FilesConfig::from_environment()?;
    // Opening one makes the folder.
    ensure!(from.is_dir(), "{} is no folder", from.display());
    ensure!(to != FilesConfig::Nowhere, "files are kept {to}");
    let from = FilesConfig::Folder(from);
    let (source, target) = (Files::open(&from)?, Files::open(&to)?);
    let copied = target.copy_from(&source, &Waiting::alone()?);
    let Copied { put, there, others } = copied.with_context(|| format!("from {from} to {to}"))?;
    note.say("to", to.to_string());
    note.say("objects", put);
    println!("copied     {put} objects to {to}; {there} were there already");
    if others > 0 {
        println!("left       {others} that are none of Portico's");
    }
    Ok(())
}
