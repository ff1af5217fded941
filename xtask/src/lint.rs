//! Lints come with compiling: Clippy is the compiler of the workspace's own crates wherever something is built to be tried
//! out. What is tested is what was linted, and nothing is compiled only to be looked at.
//!
//! Clippy looks at code before it is optimised, so what people get is built without it.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{
    environment,
    exec::{self, Beside},
};

/// Cargo, with Clippy for a compiler; without it where Rust was installed without Clippy.
pub fn cargo(root: &Path) -> Command {
    let mut cargo = exec::cargo(root);
    cargo.envs(driver().map(|driver| ("RUSTC_WORKSPACE_WRAPPER", driver)));
    cargo
}

/// An error where there is no Clippy.
pub fn needs_clippy() -> Result<()> {
    driver().map(drop).context("Clippy is missing; with rustup: rustup component add clippy")
}

/// Such a Cargo at work beside this program.
#[derive(Debug)]
pub struct Compiling {
    cargo: Beside,
    said: File,
}

impl Compiling {
    /// Sets it to work.
    pub fn start(cargo: &mut Command) -> Result<Self> {
        let said = tempfile::tempfile()?;
        let cargo = Beside::start(cargo.arg("--message-format=json"), said.try_clone()?)?;
        Ok(Self { cargo, said })
    }

    /// Waits until it is done. A warning is an error.
    pub fn deny(self) -> Result<()> {
        let outcome = self.cargo.finish();
        judge(outcome, self.said)
    }
}

/// Runs such a Cargo; a warning is an error.
pub fn deny(cargo: &mut Command) -> Result<()> {
    let said = tempfile::tempfile()?;
    let outcome = exec::run(cargo.arg("--message-format=json").stdout(said.try_clone()?));
    judge(outcome, said)
}

fn judge(outcome: Result<()>, said: File) -> Result<()> {
    let warnings = show(said)?;
    outcome?;
    if warnings > 0 {
        bail!("the compiler warns {warnings} times");
    }
    Ok(())
}

/// Shows what the compiler has said, and gives how much of it was no more than a warning. What was compiled earlier says again
/// what it said then.
fn show(mut said: File) -> Result<usize> {
    said.rewind()?;
    let mut warnings = 0;
    for line in BufReader::new(said).lines() {
        let Some(diagnostic) = diagnostic(&line?)? else { continue };
        eprint!("{}", diagnostic.text);
        warnings += usize::from(diagnostic.is_warning);
    }
    Ok(warnings)
}

/// What the compiler says of the code.
#[derive(Debug, PartialEq, Eq)]
struct Diagnostic {
    text: String,
    is_warning: bool,
}

/// What a line of Cargo's says of the code, where it does.
fn diagnostic(line: &str) -> Result<Option<Diagnostic>> {
    let line: Value = serde_json::from_str(line).with_context(|| format!("Cargo said {line}"))?;
    let text = |pointer: &str| line.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let is_of_code = text("/reason") == "compiler-message";
    Ok(is_of_code.then(|| Diagnostic {
        text: text("/message/rendered").to_owned(),
        is_warning: text("/message/level") == "warning",
    }))
}

/// Clippy's compiler: the one beside the Cargo that runs this program, or the one on the search path.
fn driver() -> Option<PathBuf> {
    match environment::find("CARGO") {
        Some(cargo) => {
            Some(Path::new(&cargo).with_file_name("clippy-driver")).filter(|driver| driver.exists())
        }
        None => exec::find("clippy-driver"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_compiler_says_is_told_from_what_cargo_says() {
        let message = |level: &str| {
            let message = serde_json::json!({ "level": level, "rendered": "it is so\n" });
            serde_json::json!({ "reason": "compiler-message", "message": message }).to_string()
        };
        let said = |is_warning| Some(Diagnostic { text: "it is so\n".to_owned(), is_warning });
        for (line, expected) in [
            (message("warning"), said(true)),
            (message("error"), said(false)),
            (r#"{"reason":"compiler-artifact","target":{}}"#.to_owned(), None),
            (r#"{"reason":"build-finished","success":true}"#.to_owned(), None),
        ] {
            assert_eq!(diagnostic(&line).unwrap(), expected, "{line}");
        }
        assert!(diagnostic("no JSON").is_err());
    }

    #[test]
    fn a_lint_of_clippys_is_a_warning_while_it_compiles() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("Cargo.toml", "[package]\nname = 'tried'\nedition = '2024'\n[workspace]\n");
        let build = || {
            let target = folder.path().join("target");
            let mut cargo = cargo(folder.path());
            deny(cargo.args(["build", "--offline", "--quiet"]).env("CARGO_TARGET_DIR", target))
                .map_err(|error| error.to_string())
        };
        write("src/lib.rs", "pub fn is_empty(text: &str) -> bool {\n    text.is_empty()\n}\n");
        assert_eq!(build(), Ok(()));
        write("src/lib.rs", "pub fn is_empty(text: &str) -> bool {\n    return text.is_empty();\n}\n");
        assert_eq!(build(), Err("the compiler warns 1 times".to_owned()));
        // What was compiled earlier says it again.
        assert_eq!(build(), Err("the compiler warns 1 times".to_owned()));
        write("src/lib.rs", "pub fn is_empty(text: &str) -> bool {\n    text.is_empti()\n}\n");
        assert!(build().unwrap_err().contains("exit status: 101"));
    }
}
