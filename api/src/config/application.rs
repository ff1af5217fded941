//! What the application is, where it is copied into backups.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{Context as _, Result};

use super::{known, variable};

/// What is copied with the files: what is needed to run this very version elsewhere, or again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationConfig {
    /// The program.
    pub program: PathBuf,
    /// `PORTICO_APP_DIR`: the app that it serves.
    pub app: Option<PathBuf>,
    /// `PORTICO_CONSOLE_APP_DIR`: the app of the console.
    pub console_app: Option<PathBuf>,
    /// What it is told, without secrets.
    pub settings: BTreeMap<String, String>,
}

impl ApplicationConfig {
    /// The program that runs, and what its environment says.
    pub fn from_environment() -> Result<Self> {
        Ok(Self {
            program: this_program()?,
            app: variable("PORTICO_APP_DIR").map(PathBuf::from),
            console_app: variable("PORTICO_CONSOLE_APP_DIR").map(PathBuf::from),
            settings: known::shown_settings(),
        })
    }
}

/// Where the program is that runs. Some systems let only root look; then it is where it was started from.
pub fn this_program() -> Result<PathBuf> {
    match std::env::current_exe() {
        Ok(path) => Ok(path),
        Err(error) => {
            let started = std::env::args_os().next().map(PathBuf::from).filter(|path| path.is_absolute());
            started.with_context(|| {
                format!("where this program is cannot be found out ({error}): start it by its full path")
            })
        }
    }
}
