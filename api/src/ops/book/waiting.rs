//! Entries that could not be written, since the database was not there: a file each in a folder of their own, brought into
//! the book by whoever writes next.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use super::{Book, Entry};
use crate::{db::console::ConsoleConn, http::tokens};

/// Keeps an entry. Gives its file.
pub fn keep(folder: &Path, entry: &Entry) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join(format!("{}-{}.json", entry.at.format("%Y%m%dT%H%M%S%6fZ"), entry.id));
    tokens::write_private(&path, &serde_json::to_vec(entry)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// What waits, the oldest first.
pub fn all(folder: &Path) -> Result<Vec<(PathBuf, Entry)>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let entry = serde_json::from_slice(&bytes).with_context(|| path.display().to_string())?;
        Ok((path, entry))
    };
    paths.into_iter().map(read).collect()
}

/// Writes what waits into the book. Its files go once it is committed: see [`done`].
pub fn write(
    conn: &mut ConsoleConn<'_>,
    book: &Book,
    waiting: &[(PathBuf, Entry)],
) -> Result<(), crate::ApiError> {
    waiting.iter().try_for_each(|(_, entry)| book.write(conn, entry).map(drop))
}

/// Takes the files of what stands in the book away. One that stays is found to be written already.
pub fn done(waiting: &[(PathBuf, Entry)]) {
    for (path, _) in waiting {
        if let Err(error) = fs::remove_file(path) {
            tracing::warn!(%error, path = %path.display(), "an entry that stands in the operations book is left behind");
        }
    }
}
