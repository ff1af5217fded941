//! TypeScript: types by openapi-typescript, which openapi-fetch takes; checked by `tsc`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::{Client, DOCUMENT};
use crate::exec;
use crate::node::Node;

#[derive(Debug)]
pub struct TypeScript {
    node: Node,
    /// Where npm has installed the tools.
    tools: PathBuf,
    folder: PathBuf,
    document: PathBuf,
}

impl TypeScript {
    pub fn new(root: &Path, node: Node) -> Self {
        let tools = root.join("openapi/node_modules");
        Self { node, tools, folder: root.join("openapi/clients/typescript"), document: root.join(DOCUMENT) }
    }

    fn tool(&self, script: &str) -> Command {
        let mut command = self.node.script(&self.tools.join(script));
        command.current_dir(&self.folder);
        command
    }
}

impl Client for TypeScript {
    fn language(&self) -> &'static str {
        "typescript"
    }

    fn generate(&self) -> Result<()> {
        let mut generator = self.tool("openapi-typescript/bin/cli.js");
        exec::run(generator.arg(&self.document).args(["--output", "portico.ts"]))
    }

    fn offers(&self, operation: &str) -> Result<bool> {
        let types = fs::read_to_string(self.source("portico"))?;
        Ok(types.contains(&format!("\n    {operation}: {{\n")))
    }

    fn source(&self, program: &str) -> PathBuf {
        self.folder.join(program).with_extension("ts")
    }

    fn check(&self) -> Result<()> {
        exec::run(&mut self.tool("typescript/bin/tsc"))
    }

    fn run(&self, program: &str) -> Command {
        self.node.script(&self.folder.join("build").join(program).with_extension("js"))
    }
}
