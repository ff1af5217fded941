//! Parts that need not be run again: they passed here today, and nothing that they see is another one since.
//!
//! What a part sees is hashed: the files that Git knows or would take, but for those that the part cannot see; the
//! programs it starts; the settings; and the day, because demo data and licences stand in relation to it. The hash of a
//! part that passed lies in `.portico/passed`. A fresh clone has none, so there everything is run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use blake3::{Hash, Hasher};

use super::Part;
use crate::postgres::Programs;
use crate::{environment, exec, packages};

/// Programs that a part starts, besides PostgreSQL's and the browser.
const PROGRAMS: [&str; 9] =
    ["cc", "cargo", "rustc", "node", "python3", "caddy", "curl", "openssl", "pg_config"];
/// Settings that reach a part.
const SETTINGS: [&str; 6] = [
    "CARGO_TARGET_DIR",
    "DATABASE_URL",
    "PORTICO_CHROMIUM",
    "PORTICO_TEST_ADMIN_URL",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
];

/// What a part cannot see, by how the paths begin, and what of that it sees nevertheless.
///
/// To leave something out here costs time; to name something that a part does see would cost a failure that shows up
/// only in a fresh clone.
#[derive(Debug, Clone, Copy)]
struct Blind {
    to: &'static [&'static str],
    but: &'static [&'static str],
}

impl Blind {
    fn sees(self, path: &str) -> bool {
        let among = |list: &[&str]| list.iter().any(|start| path.starts_with(start));
        !among(self.to) || among(self.but)
    }
}

/// What the integration tests do not see; the parts that start the server see even less of the tests.
const SERVER: Blind = Blind {
    to: &["docs/", "e2e/", "web/", "README.md", "ARCHITECTURE.md"],
    // The server has the app's colours in its own page, and a test compares the app's texts with the codes.
    but: &["web/styles/00-tokens.css", "web/src/locales/problems.rs"],
};

impl Part {
    /// `None` where the part takes no longer than looking would.
    fn blind(self) -> Option<Blind> {
        match self {
            Self::Fmt | Self::Policy => None,
            Self::Clippy | Self::Unit => Some(Blind { to: &["docs/adr/", "docs/images/", "e2e/"], but: &[] }),
            Self::It => Some(SERVER),
            Self::Openapi => Some(Blind {
                to: &["api/tests/", "docs/", "e2e/", "web/", "README.md", "ARCHITECTURE.md"],
                but: SERVER.but,
            }),
            Self::Clients => Some(Blind {
                to: &[
                    "api/tests/",
                    "docs/adr/",
                    "docs/images/",
                    "e2e/",
                    "web/",
                    "README.md",
                    "ARCHITECTURE.md",
                ],
                but: SERVER.but,
            }),
            Self::E2e => Some(Blind {
                to: &["api/tests/", "docs/", "openapi/clients/", "README.md", "ARCHITECTURE.md"],
                but: &["api/tests/mail_server.py"],
            }),
        }
    }
}

/// Everything that parts can see.
#[derive(Debug)]
struct View {
    /// Paths below the clone with what they hold, in order.
    files: Vec<(String, Hash)>,
    surroundings: Hash,
}

/// What passed here, and when that still counts.
#[derive(Debug)]
pub struct Passed<'a> {
    root: &'a Path,
    folder: PathBuf,
}

impl<'a> Passed<'a> {
    pub fn open(root: &'a Path, private: &Path) -> Result<Self> {
        let folder = private.join("passed");
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be created", folder.display()))?;
        Ok(Self { root, folder })
    }

    /// What the part sees now; `None` where that cannot be told, or where it is not worth looking.
    pub fn seen_by(&self, part: Part) -> Result<Option<Hash>> {
        let Some(blind) = part.blind() else { return Ok(None) };
        Ok(View::now(self.root)?.map(|view| view.seen(part, blind)))
    }

    /// Whether the part has passed on just this.
    pub fn has(&self, part: Part, seen: Hash) -> bool {
        fs::read_to_string(self.file(part)).is_ok_and(|kept| kept == seen.to_hex().as_str())
    }

    /// Notes that the part passed on what it saw before it was run, unless that became another one meanwhile.
    pub fn note(&self, part: Part, before: Hash) -> Result<()> {
        if self.seen_by(part)? != Some(before) {
            return Ok(());
        }
        let file = self.file(part);
        fs::write(&file, before.to_hex().as_str())
            .with_context(|| format!("{} cannot be written", file.display()))
    }

    /// Forgets that the part passed: it is about to be run, and may not end.
    pub fn forget(&self, part: Part) -> Result<()> {
        let file = self.file(part);
        if file.exists() {
            fs::remove_file(&file).with_context(|| format!("{} cannot be removed", file.display()))?;
        }
        Ok(())
    }

    fn file(&self, part: Part) -> PathBuf {
        self.folder.join(part.to_string())
    }
}

impl View {
    fn now(root: &Path) -> Result<Option<Self>> {
        let Some(paths) = paths(root) else { return Ok(None) };
        let files = paths
            .into_iter()
            .map(|path| {
                let content = match fs::read(root.join(&path)) {
                    Ok(bytes) => blake3::hash(&bytes),
                    // Git still knows what was removed a moment ago.
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => blake3::hash(b"removed"),
                    Err(error) => return Err(error).with_context(|| format!("{path} cannot be read")),
                };
                Ok((path, content))
            })
            .collect::<Result<_>>()?;
        Ok(Some(Self { files, surroundings: surroundings(root)? }))
    }

    fn seen(&self, part: Part, blind: Blind) -> Hash {
        let mut hasher = Hasher::new();
        hasher.update(part.to_string().as_bytes()).update(self.surroundings.as_bytes());
        for (path, content) in self.files.iter().filter(|(path, _)| blind.sees(path)) {
            hasher.update(&path.len().to_le_bytes()).update(path.as_bytes()).update(content.as_bytes());
        }
        hasher.finalize()
    }
}

/// What Git knows or would take; `None` where this is no clone.
fn paths(root: &Path) -> Option<Vec<String>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
    let text = exec::output(&mut git).ok()?;
    let mut paths: Vec<String> =
        text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    paths.sort();
    paths.dedup();
    Some(paths)
}

/// The compiler, the programs, the settings and the day.
fn surroundings(root: &Path) -> Result<Hash> {
    let mut hasher = Hasher::new();
    let rustc = environment::find("RUSTC").unwrap_or_else(|| "rustc".to_owned());
    hasher.update(exec::output(Command::new(rustc).arg("-vV").current_dir(root))?.as_bytes());
    let programs = PROGRAMS
        .iter()
        .filter_map(|name| exec::find(name))
        .chain(Programs::find_newest().map(|found| found.folder.join("postgres")))
        .chain(packages::chromium());
    for program in programs {
        let metadata =
            fs::metadata(&program).with_context(|| format!("{} cannot be read", program.display()))?;
        let changed = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        hasher
            .update(format!("{} {} {}\n", program.display(), metadata.len(), changed.as_nanos()).as_bytes());
    }
    for name in SETTINGS {
        hasher.update(format!("{name}={:?}\n", environment::find(name)).as_bytes());
    }
    hasher.update(&today().to_le_bytes());
    Ok(hasher.finalize())
}

/// The day in UTC, counted from 1970.
#[expect(clippy::disallowed_methods, reason = "the command has no other clock than the system's")]
fn today() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / 86_400
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    fn clone() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        exec::output(Command::new("git").args(["init", "--quiet"]).current_dir(&folder)).unwrap();
        for path in ["api/src/lib.rs", "web/src/app/page.rs", "e2e/users.spec.ts", "docs/adr/0001.md"] {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "first").unwrap();
        }
        folder
    }

    /// The parts that see another thing after the file was changed.
    fn concerned(path: &str) -> Vec<Part> {
        let (folder, private) = (clone(), tempfile::tempdir().unwrap());
        let passed = Passed::open(folder.path(), private.path()).unwrap();
        let parts = || Part::value_variants().iter().copied();
        let seen = |part| passed.seen_by(part).unwrap();
        let before: Vec<_> = parts().map(seen).collect();
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "second").unwrap();
        parts().zip(before).filter(|(part, before)| seen(*part) != *before).map(|(part, _)| part).collect()
    }

    #[test]
    fn a_change_concerns_the_parts_that_see_it() {
        use Part::{Clients, Clippy, E2e, It, Openapi, Unit};
        let cases: [(&str, &[Part]); 9] = [
            ("api/src/lib.rs", &[Clippy, Unit, It, Openapi, Clients, E2e]),
            ("api/src/new.rs", &[Clippy, Unit, It, Openapi, Clients, E2e]),
            ("a-folder-nobody-thought-of/x", &[Clippy, Unit, It, Openapi, Clients, E2e]),
            ("web/src/app/page.rs", &[Clippy, Unit, E2e]),
            ("web/src/locales/problems.rs", &[Clippy, Unit, It, Openapi, Clients, E2e]),
            ("api/tests/it/access.rs", &[Clippy, Unit, It]),
            ("e2e/users.spec.ts", &[E2e]),
            ("docs/integrating.md", &[Clippy, Unit, Clients]),
            ("docs/adr/0001.md", &[]),
        ];
        for (path, parts) in cases {
            assert_eq!(concerned(path), parts, "{path}");
        }
    }

    #[test]
    fn what_passed_counts_until_something_changes_and_not_when_it_changed_meanwhile() {
        let (folder, private) = (clone(), tempfile::tempdir().unwrap());
        let passed = Passed::open(folder.path(), private.path()).unwrap();
        let first = passed.seen_by(Part::It).unwrap().unwrap();
        assert!(!passed.has(Part::It, first), "nothing passed yet");
        passed.note(Part::It, first).unwrap();
        assert!(passed.has(Part::It, first));
        assert!(!passed.has(Part::Unit, first), "another part has not passed");

        fs::remove_file(folder.path().join("api/src/lib.rs")).unwrap();
        let second = passed.seen_by(Part::It).unwrap().unwrap();
        assert!(!passed.has(Part::It, second));
        fs::write(folder.path().join("api/src/lib.rs"), "third").unwrap();
        passed.note(Part::It, second).unwrap();
        assert!(!passed.has(Part::It, second), "it saw what is no longer there");

        passed.forget(Part::It).unwrap();
        assert!(!passed.has(Part::It, first));
    }

    #[test]
    fn outside_a_clone_everything_is_run() {
        let (folder, private) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let passed = Passed::open(folder.path(), private.path()).unwrap();
        assert_eq!(passed.seen_by(Part::It).unwrap(), None);
    }
}
