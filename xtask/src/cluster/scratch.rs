//! Temporary folders for sockets and throw-away data. They vanish with the value; those of a command that
//! was killed are cleared by the next one.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use rustix::process::Pid;
use tempfile::TempDir;

use super::{note, place};
use crate::postgres::Owner;

const PREFIX: &str = "portico-";
/// Holds the number of the process that made the folder.
const MAKER: &str = "made-by";

/// A folder that only the owner can enter, with a path short enough for a socket.
pub fn folder(owner: Owner) -> Result<TempDir> {
    folder_in(place::short_enough(&std::env::temp_dir()), owner)
}

/// The same for data that nobody misses: in memory where the machine has enough of it, since the many small files of
/// a database cost a disk most of the time that tests take.
pub fn quick_folder(owner: Owner) -> Result<TempDir> {
    match place::in_memory() {
        Some(parent) => folder_in(parent, owner),
        None => folder(owner),
    }
}

fn folder_in(parent: PathBuf, owner: Owner) -> Result<TempDir> {
    sweep(&parent, owner);
    let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
    fs::write(folder.path().join(MAKER), std::process::id().to_string())?;
    owner.take(folder.path())?;
    Ok(folder)
}

/// What cannot be cleared stays for another time: it harms nothing but the space it takes.
fn sweep(parent: &Path, owner: Owner) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let folder = entry.path();
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX) && owner.has(&folder);
        if is_ours && is_orphan(&folder) && note::clear(&folder.join("data")).is_ok() {
            fs::remove_dir_all(&folder).unwrap_or_default();
        }
    }
}

/// Whether the folder says who made it, and that process is no more.
fn is_orphan(folder: &Path) -> bool {
    let maker = fs::read_to_string(folder.join(MAKER)).ok();
    let maker = maker.and_then(|number| number.parse().ok()).and_then(Pid::from_raw);
    maker.is_some_and(|maker| !note::is_alive(maker))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_folder_whose_maker_is_gone_is_an_orphan() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_orphan(folder.path()));
        fs::write(folder.path().join(MAKER), std::process::id().to_string()).unwrap();
        assert!(!is_orphan(folder.path()));
        let mut gone = std::process::Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        fs::write(folder.path().join(MAKER), gone.id().to_string()).unwrap();
        assert!(is_orphan(folder.path()));
    }
}
