//! Rust: modules by openapi-to-rust, in a crate that is no member of the workspace; checked by clippy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::Client;
use crate::{app, exec};

#[derive(Debug)]
pub struct Rust {
    root: PathBuf,
    folder: PathBuf,
}

impl Rust {
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), folder: root.join("openapi/clients/rust") }
    }

    fn cargo(&self, word: &str) -> Command {
        let mut cargo = exec::cargo(&self.root);
        cargo.args([word, "--locked", "--manifest-path"]).arg(self.folder.join("Cargo.toml"));
        cargo.arg("--target-dir").arg(app::target_folder(&self.root));
        // `cargo clippy` is `cargo check` with this compiler. Here it compiles at the same time what is run later:
        // otherwise everything below would be built twice.
        cargo.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
        cargo
    }
}

impl Client for Rust {
    fn language(&self) -> &'static str {
        "rust"
    }

    fn generate(&self) -> Result<()> {
        let mut generator = self.cargo("run");
        generator.args(["--package", "generate", "--"]);
        exec::run(generator.arg(self.folder.join("openapi-to-rust.toml")))
    }

    fn offers(&self, operation: &str) -> Result<bool> {
        let client = fs::read_to_string(self.folder.join("src/generated/client.rs"))?;
        Ok(client.contains(&format!("    pub async fn {operation}(")))
    }

    fn source(&self, program: &str) -> PathBuf {
        self.folder.join("examples").join(program).with_extension("rs")
    }

    fn check(&self) -> Result<()> {
        exec::run(self.cargo("build").arg("--examples"))
    }

    fn run(&self, program: &str) -> Command {
        Command::new(app::target_folder(&self.root).join("debug/examples").join(program))
    }
}
