//! `cargo xtask clients`: clients in three languages, generated from `openapi/portico.json`.
//!
//! Each lies in a folder below `openapi/clients`, and each is made and checked by the tools that its language has for
//! it. What is configured, and the journey that shows how a client is used, is committed; what is generated is not.

mod python;
mod rust;
mod typescript;

use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::packages::{self, Need};
use crate::steps::Steps;
use crate::{node, repo};

/// What all clients are made from.
const DOCUMENT: &str = "openapi/portico.json";

/// A client in one language, with its tools installed.
pub trait Client: Debug {
    /// The language, as blocks of code are marked in Markdown.
    fn language(&self) -> &'static str;

    /// Makes the client anew.
    fn generate(&self) -> Result<()>;

    /// Whether what was made offers this operation.
    fn offers(&self, operation: &str) -> Result<bool>;

    /// Where a program of this name that uses the client lies; `journey` is one.
    fn source(&self, program: &str) -> PathBuf;

    /// Checks the types of the client and of all programs, and compiles what is compiled.
    fn check(&self) -> Result<()>;

    /// Runs a program that has been checked.
    fn run(&self, program: &str) -> Command;
}

/// `cargo xtask clients`.
pub fn command() -> Result<ExitCode> {
    let root = repo::root()?;
    let private = repo::private_folder(&root)?;
    let mut steps = Steps::new(3);
    let clients = steps.loud("installing the generators", || install(&root, &private))?;
    steps.loud("generating the clients", || generate(&root, &clients))?;
    steps.loud("checking their types", || clients.iter().try_for_each(|client| client.check()))?;
    println!(
        "\nThe clients are in {}; its README says what is where.",
        root.join("openapi/clients").display()
    );
    Ok(ExitCode::SUCCESS)
}

/// The clients, with what makes, checks and runs them.
pub fn install(root: &Path, private: &Path) -> Result<Vec<Box<dyn Client>>> {
    let needs = [Need::Compiler, Need::Python];
    packages::ensure(&needs)?;
    let node = node::Node::ensure(root, private)?;
    node::install(&node, &root.join("openapi"))?;
    Ok(vec![
        Box::new(typescript::TypeScript::new(root, node)),
        Box::new(python::Python::install(root, private)?),
        Box::new(rust::Rust::new(root)),
    ])
}

/// Makes all clients anew, each with every operation of the document: generators leave out what they do not understand.
pub fn generate(root: &Path, clients: &[Box<dyn Client>]) -> Result<()> {
    let document = fs::read(root.join(DOCUMENT)).with_context(|| format!("{DOCUMENT} cannot be read"))?;
    let document = serde_json::from_slice(&document).with_context(|| format!("{DOCUMENT} is no JSON"))?;
    let operations = operations(&document);
    ensure!(!operations.is_empty(), "{DOCUMENT} has no operations");
    for client in clients {
        client.generate()?;
        for operation in &operations {
            let language = client.language();
            ensure!(client.offers(operation)?, "the client in {language} was made without {operation}");
        }
    }
    Ok(())
}

/// The ids of all operations.
fn operations(document: &Value) -> Vec<&str> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let operations = paths.filter_map(|(_, path)| path.as_object()).flatten();
    operations.filter_map(|(_, operation)| operation.get("operationId").and_then(Value::as_str)).collect()
}
