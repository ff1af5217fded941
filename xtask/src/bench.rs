//! `cargo xtask bench`: figures that are promised, measured in a release build.
//!
//! Start at `api.rs` and `vault.rs` for what is measured, at `ground.rs` for what it is measured on.

mod api;
mod audit;
mod ground;
mod load;
mod pgbench;
mod process;
mod report;
mod statements;
mod vault;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::ValueEnum as _;

use crate::app::{self, App, Profile};
use crate::packages::{self, Need};
use crate::steps::Steps;
use crate::{exec, repo, site};
use api::Part;
use ground::Ground;
use report::Measure;

/// What is measured.
#[derive(Debug, Clone, clap::Subcommand)]
enum Bench {
    /// Requests beside pgbench, memory, start, and the size of the first screen; this where nothing is named.
    Api(ApiOptions),
    /// How many rows of an audit log are verified in a second.
    Audit,
    /// Backups beside the programs for it, restores, and exports.
    Vault(vault::Options),
}

/// What the person may choose.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Options {
    #[command(subcommand)]
    what: Option<Bench>,
    #[command(flatten)]
    api: ApiOptions,
}

#[derive(Debug, Clone, clap::Args)]
struct ApiOptions {
    /// Only these; all where none is named.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
}

pub fn command(options: &Options) -> Result<ExitCode> {
    let root = repo::root()?;
    if cfg!(debug_assertions) {
        return optimized(&root);
    }
    let private = repo::private_folder(&root)?;
    packages::ensure(&[Need::Compiler, Need::ClientLibrary, Need::Server])?;
    let portico = site::program(&root, Profile::Release);
    let (name, measures) = match &options.what {
        None => ("api", of_api(&root, &private, portico, &options.api)?),
        Some(Bench::Api(options)) => ("api", of_api(&root, &private, portico, options)?),
        Some(Bench::Audit) => {
            site::compile(&root, Profile::Release)?;
            ("audit", audit::measure(&portico)?)
        }
        Some(Bench::Vault(options)) => {
            // Figures of whichever program are not kept as those of a release build.
            let name = if options.program.is_some() { "vault-tried" } else { "vault" };
            (name, of_vault(&root, portico, options)?)
        }
    };
    report::publish(&root, &private, name, &measures)
}

/// The same again by an optimised build of this program: what the load generator wastes of the machine, the server lacks
/// that is measured on it.
fn optimized(root: &Path) -> Result<ExitCode> {
    let mut cargo = exec::cargo(root);
    cargo.args(["run", "--release", "--package", "xtask", "--"]).args(std::env::args_os().skip(1));
    let status = exec::status(&mut cargo)?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn of_api(root: &Path, private: &Path, portico: PathBuf, options: &ApiOptions) -> Result<Vec<Measure>> {
    let parts = if options.only.is_empty() { Part::value_variants() } else { &options.only };
    let mut steps = Steps::new(parts.len() + 2);
    steps.loud("building the server", || site::compile(root, Profile::Release))?;
    let app = app::folder(private, App::Organizations, Profile::Release);
    if parts.contains(&Part::FirstScreen) {
        steps.loud("building the app", || {
            packages::ensure_wasm_target(root)?;
            app::compile(root, Profile::Release)?;
            app::bundle_both(root, private, Profile::Release)
        })?;
    }
    let ground = steps.quiet("filling fifty organizations", || Ground::prepare(portico, app.clone()))?;
    println!("{}", ground.size()?);
    api::measure(&mut steps, &ground, &app, parts)
}

fn of_vault(root: &Path, portico: PathBuf, options: &vault::Options) -> Result<Vec<Measure>> {
    let Some(named) = &options.program else {
        let mut steps = Steps::new(options.steps() + 1);
        steps.loud("building the server", || site::compile(root, Profile::Release))?;
        return vault::measure(&mut steps, options, portico);
    };
    // Programs are started in other folders too.
    let program = named.canonicalize().with_context(|| format!("{} is not there", named.display()))?;
    vault::measure(&mut Steps::new(options.steps()), options, program)
}
