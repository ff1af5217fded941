//! What a take-over has made and does not need goes, and nothing that was there before it.

use std::{fs, io, path::Path};

use anyhow::{Context as _, Result, bail, ensure};

use super::{DRILL, Ground};

impl Drop for Ground<'_> {
    fn drop(&mut self) {
        if !self.is_ours.get() {
            return;
        }
        // The directory of the cluster is cleared by what brings it back.
        let folders = match &self.thrown_away {
            Some(folder) => vec![folder],
            None => vec![&self.application, &self.aside, &self.files],
        };
        for folder in folders {
            match fs::remove_dir_all(folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::error!(%error, path = %folder.display(), "what was begun cannot be removed");
                }
                Ok(()) | Err(_) => {}
            }
        }
    }
}

/// Refuses a folder in which anything is.
pub(super) fn refuse_full(folder: &Path) -> Result<()> {
    match fs::read_dir(folder) {
        Ok(mut entries) => ensure!(entries.next().is_none(), "{} is not empty", folder.display()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| folder.display().to_string()),
    }
    Ok(())
}

/// Removes what a drill has left that was killed, unless its PostgreSQL runs: plain data of production's is in it.
pub(super) fn clear_earlier(directory: &Path) -> Result<()> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| directory.display().to_string()),
    };
    for entry in entries {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(DRILL) {
            continue;
        }
        let running = fs::read_to_string(entry.path().join("cluster/postmaster.pid")).unwrap_or_default();
        let process = running.lines().next().map(|process| Path::new("/proc").join(process.trim()));
        if let Some(process) = process.filter(|process| process.join("stat").exists()) {
            bail!("{} is in use by {}: end it first", entry.path().display(), process.display());
        }
        fs::remove_dir_all(entry.path()).with_context(|| entry.path().display().to_string())?;
    }
    Ok(())
}
