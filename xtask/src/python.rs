//! Tools that are written in Python, each set in an environment of its own below `.portico`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::exec;

/// The packages of a `requirements.txt`, installed.
#[derive(Debug, Clone)]
pub struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// Installs what the file lists (exact versions, also of what these need), when that is not what is there.
    ///
    /// Needs `Need::Python`.
    pub fn ensure(private: &Path, name: &str, requirements: &Path) -> Result<Self> {
        let folder = private.join(name);
        let environment = Self { folder };
        let wanted = std::fs::read(requirements)
            .with_context(|| format!("{} cannot be read", requirements.display()))?;
        let wanted = blake3::hash(&wanted).to_hex().to_string();
        let origin = environment.folder.join(".installed-from");
        if std::fs::read_to_string(&origin).is_ok_and(|found| found == wanted) {
            return Ok(environment);
        }
        println!("installing {name} into {}", environment.folder.display());
        exec::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment.folder))?;
        let mut pip = environment.program("pip");
        exec::run(
            pip.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"])
                .arg(requirements),
        )?;
        std::fs::write(origin, wanted)?;
        Ok(environment)
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A program of the environment: `python`, or what a package brings.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.path(name));
        // What the person's shell says of Python is about another one.
        command.env_remove("PYTHONPATH").env_remove("PYTHONHOME").env("PYTHONUTF8", "1");
        // A tool finds the others of its environment.
        exec::lead(&mut command, Some(&self.folder.join("bin")));
        command
    }

    /// Where such a program is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }
}
