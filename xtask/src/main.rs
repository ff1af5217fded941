//! What a person would otherwise type: `cargo xtask run` and `cargo xtask test`, and the pieces they
//! are made of.
//!
//! Nothing here links to PostgreSQL's client library, because one of the first things `run` does is to
//! install it. Start reading at `run.rs` and `test.rs`.
#![expect(clippy::print_stdout, reason = "talking to the person at the terminal is what these commands do")]

mod app;
mod assets;
mod backups;
mod bench;
mod bundle;
mod clients;
mod cluster;
mod console;
mod environment;
mod exec;
mod fuzz;
mod interrupt;
mod lint;
mod mail_server;
mod node;
mod packages;
mod pieces;
mod postgres;
mod prepare;
mod python;
mod repo;
mod run;
mod site;
mod steps;
mod test;
mod weight;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::Profile;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about, version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build Portico, start it with a private PostgreSQL and demo data, and stay until Ctrl-C.
    Run(run::Options),
    /// Check everything that must hold before a change lands.
    Test(test::Options),
    /// Install what the tests need and this machine has not.
    Prepare,
    /// Build the app into `.portico/app-dev` or `.portico/app-release` and stop.
    App {
        /// Build what people get: small, slow to build.
        #[arg(long)]
        release: bool,
    },
    /// Generate clients in TypeScript, Python and Rust into `openapi/clients` and check them.
    Clients,
    /// Measure, in a release build, the figures that are promised.
    Bench(bench::Options),
    /// Try out the whole API with generated requests, for as long as you like.
    Fuzz(fuzz::Options),
    /// Print the code with which the operator of `cargo xtask run` signs in at the console.
    Code,
    /// Keep a throw-away PostgreSQL for `cargo test` by hand, until Ctrl-C.
    Db,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = interrupt::listen().and_then(|()| match arguments.command {
        Command::Run(options) => run::command(&options),
        Command::Test(options) => test::command(&options),
        Command::Prepare => prepare::command(),
        Command::App { release } => app::command(Profile::from_release_flag(release)),
        Command::Clients => clients::command(),
        Command::Bench(options) => bench::command(&options),
        Command::Fuzz(options) => fuzz::command(&options),
        Command::Code => console::code(),
        Command::Db => cluster::command(),
    });
    match outcome {
        Ok(code) => code,
        Err(error) => {
            steps::report(&error);
            ExitCode::FAILURE
        }
    }
}
