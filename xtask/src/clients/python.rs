//! Python: a package by openapi-python-client, checked by mypy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::{Client, DOCUMENT};
use crate::exec;
use crate::python::Environment;

const PACKAGE: &str = "portico_client";

#[derive(Debug)]
pub struct Python {
    environment: Environment,
    folder: PathBuf,
    document: PathBuf,
    /// What mypy remembers.
    cache: PathBuf,
}

impl Python {
    pub fn install(root: &Path, private: &Path) -> Result<Self> {
        let folder = root.join("openapi/clients/python");
        let environment = Environment::ensure(private, "python-client", &folder.join("requirements.txt"))?;
        Ok(Self { environment, folder, document: root.join(DOCUMENT), cache: private.join("mypy") })
    }

    fn tool(&self, name: &str) -> Command {
        let mut command = self.environment.program(name);
        command.current_dir(&self.folder);
        command
    }
}

impl Client for Python {
    fn language(&self) -> &'static str {
        "python"
    }

    fn generate(&self) -> Result<()> {
        let mut generator = self.tool("openapi-python-client");
        // What the generator does not understand it leaves out with a warning: that is an error here.
        generator.args(["generate", "--fail-on-warning", "--overwrite", "--meta", "none"]);
        generator.args(["--config", "config.yml", "--output-path", PACKAGE, "--path"]).arg(&self.document);
        exec::run(&mut generator)
    }

    fn offers(&self, operation: &str) -> Result<bool> {
        let module = format!("{operation}.py");
        let mut groups = fs::read_dir(self.folder.join(PACKAGE).join("api"))?.flatten();
        Ok(groups.any(|group| group.path().join(&module).exists()))
    }

    fn source(&self, program: &str) -> PathBuf {
        self.folder.join(program).with_extension("py")
    }

    fn check(&self) -> Result<()> {
        exec::run(self.tool("mypy").arg("--cache-dir").arg(&self.cache).arg("."))
    }

    fn run(&self, program: &str) -> Command {
        let mut command = self.tool("python");
        // Nothing is left beside the sources.
        command.env("PYTHONDONTWRITEBYTECODE", "1").arg(self.source(program));
        command
    }
}
