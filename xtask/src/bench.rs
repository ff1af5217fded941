//! `cargo xtask bench`: figures that are promised, measured in a release build.
//!
//! Start at `api.rs` for what is measured, at `ground.rs` for what it is measured on.

mod api;
mod audit;
mod ground;
mod load;
mod pgbench;
mod process;
mod report;
mod statements;

use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;

use crate::app::{self, App, Profile};
use crate::packages::{self, Need};
use crate::steps::Steps;
use crate::{repo, site};
use api::Part;
use ground::Ground;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Bench {
    /// Requests beside pgbench, memory, start, and the size of the first screen.
    Api,
    /// How many rows of an audit log are verified in a second.
    Audit,
}

/// What the person may choose.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Which figures.
    #[arg(default_value = "api")]
    what: Bench,
    /// Of the API, only these; all where none is named.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
}

pub fn command(options: &Options) -> Result<ExitCode> {
    let root = repo::root()?;
    let private = repo::private_folder(&root)?;
    packages::ensure(&[Need::Compiler, Need::ClientLibrary, Need::Server])?;
    let portico = site::program(&root, Profile::Release);
    let (name, measures) = match options.what {
        Bench::Api => {
            let parts = if options.only.is_empty() { Part::value_variants() } else { &options.only };
            let mut steps = Steps::new(parts.len() + 2);
            steps.loud("building the server", || site::compile(&root, Profile::Release))?;
            let app = app::folder(&private, App::Organizations, Profile::Release);
            if parts.contains(&Part::FirstScreen) {
                steps.loud("building the app", || {
                    packages::ensure_wasm_target(&root)?;
                    app::compile(&root, Profile::Release)?;
                    app::bundle_both(&root, &private, Profile::Release)
                })?;
            }
            let ground =
                steps.quiet("filling fifty organizations", || Ground::prepare(portico, app.clone()))?;
            println!("{}", ground.size()?);
            ("api", api::measure(&mut steps, &ground, &app, parts)?)
        }
        Bench::Audit => {
            site::compile(&root, Profile::Release)?;
            ("audit", audit::measure(&portico)?)
        }
    };
    report::publish(&root, &private, name, &measures)
}
