//! PostgreSQL's own programs, where they are installed.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// Where distributions keep them, a folder for each major version.
const FOLDERS: [&str; 2] = ["/usr/lib/postgresql", "/usr/local/lib/postgresql"];
/// Where else they may be.
const OTHERS: [&str; 2] = ["/usr/local/bin", "/usr/bin"];

/// A program of the newest version that is installed: one that talks to a server may be newer than it.
pub fn newest(name: &str) -> Result<PathBuf> {
    let of_version = versions().into_iter().rev().map(|(_, folder)| folder.join(name));
    let others = OTHERS.iter().map(|folder| Path::new(folder).join(name));
    match of_version.chain(others).find(|program| program.exists()) {
        Some(program) => Ok(program),
        None => bail!("PostgreSQL's program {name} is not installed (Debian's postgresql-client has it)"),
    }
}

/// A program of just this major version: another one does not read its files.
pub fn of_major(name: &str, major: u32) -> Result<PathBuf> {
    let found = versions().into_iter().find(|(version, _)| *version == major);
    match found.map(|(_, folder)| folder.join(name)).filter(|program| program.exists()) {
        Some(program) => Ok(program),
        None => {
            bail!("PostgreSQL {major}, whose files these are, is not installed: install postgresql-{major}")
        }
    }
}

/// The versions that are there, the oldest first, with their folders.
fn versions() -> Vec<(u32, PathBuf)> {
    let entries = FOLDERS.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    found.sort();
    found
}
