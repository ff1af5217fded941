//! Where things lie in the clone.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The clone's top folder.
pub fn root() -> Result<PathBuf> {
    // Cargo sets the variable to xtask's own folder while it compiles; the clone is its parent. It is
    // asked again at run time where possible, because a clone may have been moved since.
    let manifest = crate::environment::find("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let root = manifest.parent().context("xtask lies in no folder")?;
    root.canonicalize().with_context(|| format!("{} cannot be read", root.display()))
}

/// `.portico`, where everything the commands make lies, created when absent.
pub fn private_folder(root: &Path) -> Result<PathBuf> {
    let folder = root.join(".portico");
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be created", folder.display()))?;
    Ok(folder)
}
