//! Finds PostgreSQL's programs and the user they run as.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use rustix::process::geteuid;

use crate::exec;

/// `ON DELETE SET NULL (column)` and views with the caller's rights need it.
pub const OLDEST_MAJOR: u32 = 15;

/// Where distributions keep server programs that they leave off the search path.
const FOLDERS: [&str; 2] = ["/usr/lib/postgresql", "/usr/local/lib/postgresql"];

/// The server programs of one major version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    pub major: u32,
    pub folder: PathBuf,
}

impl Programs {
    /// The newest version on this machine, when one is new enough.
    pub fn find_newest() -> Option<Self> {
        Self::all().into_iter().filter(|found| found.major >= OLDEST_MAJOR).max_by_key(|found| found.major)
    }

    /// The version that wrote an existing cluster: another one cannot read it.
    pub fn of_major(major: u32) -> Option<Self> {
        Self::all().into_iter().find(|found| found.major == major)
    }

    /// One of the programs, with nothing of this process's surroundings: variables like `PGDATA` or
    /// `PGPORT` would lead it to another cluster.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.folder.join(program));
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").current_dir("/").stdin(Stdio::null());
        command
    }

    fn all() -> Vec<Self> {
        let folders = FOLDERS.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
        let mut found: Vec<Self> =
            folders.filter_map(|version| Self::at(&version.path().join("bin"))).collect();
        // What lies on the search path is often a link to one of several versions side by side.
        let linked = exec::find("initdb").and_then(|program| program.canonicalize().ok());
        found.extend(linked.as_deref().and_then(Path::parent).and_then(Self::at));
        found
    }

    fn at(folder: &Path) -> Option<Self> {
        if !folder.join("initdb").exists() || !folder.join("postgres").exists() {
            return None;
        }
        let spoken = exec::output(Command::new(folder.join("postgres")).arg("--version")).ok()?;
        Some(Self { major: major_of(&spoken)?, folder: folder.to_owned() })
    }
}

/// Whom a cluster belongs to. PostgreSQL refuses to run as root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The person who runs the command.
    Myself,
    /// A user without rights, when the person is root.
    Other { uid: u32, gid: u32 },
}

impl Owner {
    /// The user of Debian's package where there is one, else the one that owns nothing.
    pub fn choose() -> Result<Self> {
        if !geteuid().is_root() {
            return Ok(Self::Myself);
        }
        for name in ["postgres", "nobody"] {
            if let (Some(uid), Some(gid)) = (id_of(name, "-u"), id_of(name, "-g")) {
                return Ok(Self::Other { uid, gid });
            }
        }
        bail!("PostgreSQL does not run as root, and this machine has no user `postgres` or `nobody` for it")
    }

    /// Whether this is a folder, and no link to one, that belongs to this user.
    pub fn has(self, folder: &Path) -> bool {
        use std::os::unix::fs::MetadataExt as _;
        let uid = match self {
            Self::Myself => geteuid().as_raw(),
            Self::Other { uid, .. } => uid,
        };
        fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir() && found.uid() == uid)
    }

    /// Lets the command run as this user.
    pub fn run(self, command: &mut Command) -> &mut Command {
        use std::os::unix::process::CommandExt as _;
        match self {
            Self::Myself => command,
            Self::Other { uid, gid } => command.uid(uid).gid(gid),
        }
    }

    /// Gives a folder to this user and shuts it to all others.
    pub fn take(self, folder: &Path) -> Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
            .and_then(|()| match self {
                Self::Myself => Ok(()),
                Self::Other { uid, gid } => std::os::unix::fs::chown(folder, Some(uid), Some(gid)),
            })
            .with_context(|| format!("{} cannot be handed to PostgreSQL's user", folder.display()))
    }
}

fn id_of(name: &str, which: &str) -> Option<u32> {
    exec::output(Command::new("id").args([which, name])).ok()?.trim().parse().ok()
}

/// The major version out of `postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)`.
fn major_of(spoken: &str) -> Option<u32> {
    let version = spoken.split_once(") ")?.1;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_the_server_says() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)\n"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 18beta2"), Some(18));
        assert_eq!(major_of("postgres: command not found"), None);
    }
}
