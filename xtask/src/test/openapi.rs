//! The OpenAPI document: judged by a linter, and held against a server by schemathesis, for a bounded while.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::exec;
use crate::fuzz::{self, Effort, Fuzzer};
use crate::node::{self, Node};
use crate::packages::{self, Need};
use crate::steps::Steps;

/// The same requests each time: what fails fails again. Another look is taken by `cargo xtask fuzz`.
const EFFORT: Effort = Effort { examples: 4, minutes: None, seed: 20_261_128 };

const FOLDER: &str = "openapi";

/// What the system must have.
pub fn needs() -> Vec<Need> {
    let mut needs = fuzz::NEEDS.to_vec();
    if node::found_on_system().is_none() {
        needs.push(Need::Python);
    }
    needs
}

/// Installs the linter, and what tries out the API.
pub fn install(root: &Path, private: &Path) -> Result<(Node, Fuzzer)> {
    let node = Node::ensure(root, private)?;
    node::install(&node, &root.join(FOLDER))?;
    Ok((node, Fuzzer::ensure(root, private)?))
}

/// The whole part.
pub fn run(root: &Path, private: &Path) -> Result<()> {
    let mut steps = Steps::new(5);
    steps.loud("checking the system", || packages::ensure(&needs()))?;
    let (node, fuzzer) = steps.loud("installing the linter and schemathesis", || install(root, private))?;
    steps.loud("linting the document", || lint(&node, &root.join(FOLDER)))?;
    steps.loud("building the server", || super::compile_server(root))?;
    steps.loud("trying out the API in every name", || fuzzer.run_all(EFFORT))
}

/// Nothing of it asks for anything over the network.
fn lint(node: &Node, folder: &Path) -> Result<()> {
    let mut redocly = node.script(Path::new("node_modules/@redocly/cli/bin/cli.js"));
    redocly.args(["lint", "portico", "--config", "redocly.yaml", "--format", "stylish"]).current_dir(folder);
    redocly.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    exec::run(&mut redocly).context("the document is not as openapi/redocly.yaml wants it")
}
