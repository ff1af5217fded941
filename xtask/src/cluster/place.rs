//! Where a cluster's files and socket can lie.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::postgres::Owner;

/// The system's limit for a socket's path, less what PostgreSQL appends to its folder.
const LONGEST_FOLDER: usize = 107 - "/.s.PGSQL.65535.lock".len();
/// What a temporary folder's own name takes.
const TEMPORARY_NAME: usize = "/portico-123456".len();
/// Bytes. All tests, two at a time, were counted at 0.2 GB, and the log may grow to 1 GB before it is cut.
const ROOM_FOR_TESTS: u64 = 2 << 30;

/// The folder of the clone's own cluster, created when absent: `.portico/cluster`, or one under
/// `/var/tmp` when PostgreSQL runs as another user who cannot enter the clone.
pub fn choose(root: &Path, private: &Path, owner: Owner) -> Result<PathBuf> {
    let inside = private.join("cluster");
    let home = if owner == Owner::Myself || inside.ancestors().skip(1).all(anyone_enters) {
        inside
    } else {
        PathBuf::from(format!("/var/tmp/portico-{}", short_hash(root)))
    };
    claim(&home, owner)?;
    Ok(home)
}

/// The temporary folder, or `/tmp` when a socket below it would have too long a path.
pub fn short_enough(temporary: &Path) -> PathBuf {
    let fits = temporary.as_os_str().len() + TEMPORARY_NAME <= LONGEST_FOLDER;
    // Another user than the caller's may run the server, so a private temporary folder won't do either.
    if fits && temporary.ancestors().all(anyone_enters) {
        temporary.to_owned()
    } else {
        PathBuf::from("/tmp")
    }
}

/// The folder that lies in memory, where it has room for the databases of all tests with their logs.
pub fn in_memory() -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt as _;
    let memory = Path::new("/dev/shm");
    let anyone_writes = memory.metadata().is_ok_and(|found| found.permissions().mode() & 0o003 == 0o003);
    let free = rustix::fs::statvfs(memory).map(|found| found.f_bavail.saturating_mul(found.f_frsize));
    (anyone_writes && free.is_ok_and(|free| free >= ROOM_FOR_TESTS)).then(|| memory.to_owned())
}

/// `/var/tmp` is everybody's: a folder or link that somebody else put there in advance is refused.
fn claim(home: &Path, owner: Owner) -> Result<()> {
    match fs::create_dir(home) {
        Ok(()) => owner.take(home),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            if !owner.has(home) {
                bail!("{} is in the way: it is no folder of PostgreSQL's user; remove it", home.display());
            }
            Ok(())
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot be created", home.display())),
    }
}

fn anyone_enters(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    folder.metadata().is_ok_and(|found| found.permissions().mode() & 0o001 != 0)
}

fn short_hash(root: &Path) -> String {
    let hash = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
    hash.chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_temporary_folder_gives_way_to_a_short_one() {
        let long = PathBuf::from(format!("/{}", "a".repeat(90)));
        assert_eq!(short_enough(&long), Path::new("/tmp"));
        assert_eq!(short_enough(Path::new("/tmp")), Path::new("/tmp"));
        assert_eq!(short_enough(Path::new("/")), Path::new("/"));
    }

    #[test]
    fn clones_have_places_of_their_own() {
        assert_ne!(short_hash(Path::new("/root/a")), short_hash(Path::new("/root/b")));
        assert_eq!(short_hash(Path::new("/root/a")).len(), 12);
    }
}
