//! `cargo xtask test`: everything that must hold before a change lands.

mod clients;
mod journeys;
mod openapi;
mod passed;
mod policy;
mod production;

use std::fmt::{self, Display};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Error, Result};
use clap::ValueEnum;

use self::passed::Passed;
use crate::cluster::{Cluster, SUPERUSER};
use crate::packages::{self, Need};
use crate::prepare::Preparing;
use crate::{
    app, environment, exec, interrupt,
    lint::{self, Compiling},
    python, repo, steps,
};

/// The crates that Cargo builds together, always these: another choice would give their dependencies other
/// features, and everything would be compiled once more.
const SERVER_SIDE: [&str; 4] = ["--package", "api", "--package", "shared"];
const APP: [&str; 2] = ["--package", "web"];
const COMMANDS: [&str; 2] = ["--package", "xtask"];

/// A part that can be run alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The code's layout.
    Fmt,
    /// Lints, for the server and for the browser.
    Clippy,
    /// Licences, sources and directions of dependencies; what production is made of.
    Policy,
    /// Tests that need nothing but themselves.
    Unit,
    /// Integration and promise tests, against a PostgreSQL of their own.
    It,
    /// The OpenAPI document by the linter, and the server by requests that are made from it.
    Openapi,
    /// Generated clients, and every example of the page for integrators, against a server.
    Clients,
    /// Journeys through the app in a browser.
    E2e,
}

/// What the person may choose.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Parts to run, whatever they saw before; when none is named, those that have not passed yet as things are.
    parts: Vec<Part>,
    /// Run all parts, also those that passed today and have seen nothing new since.
    #[arg(long)]
    all: bool,
    /// Passed on to the tests of the one part that is named.
    #[arg(last = true)]
    passed_on: Vec<String>,
}

/// How a part ended.
#[derive(Debug)]
enum Ending {
    Passed,
    /// It passed today, and nothing that it sees is another one since.
    Unchanged,
    Failed(Error),
    Skipped,
}

/// An error after which the later parts could only fail in the same way.
#[derive(Debug)]
pub struct Broken;

impl Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it does not compile")
    }
}

impl std::error::Error for Broken {}

/// Runs the parts in order. A failure does not hide what the later ones would say, unless nothing compiles.
pub fn command(options: &Options) -> Result<ExitCode> {
    let root = repo::root()?;
    let private = repo::private_folder(&root)?;
    let parts = if options.parts.is_empty() { Part::value_variants() } else { &options.parts };
    let passed = Passed::open(&root, &private)?;
    let mut endings = vec![];
    let mut broken = false;
    for part in parts {
        println!("\n{}", steps::strong(&format!("── {part} ──")));
        let started = Instant::now();
        let ending = if broken || interrupt::requested() {
            Ending::Skipped
        } else {
            part.ending(&root, &private, options, &passed)?
        };
        if let Ending::Failed(error) = &ending {
            steps::report(error);
            broken = error.is::<Broken>();
        }
        endings.push((*part, ending, started.elapsed()));
    }
    Ok(summary(&endings))
}

impl Part {
    /// Runs the part where it has not passed yet on what it sees, or was asked for by name.
    fn ending(self, root: &Path, private: &Path, options: &Options, passed: &Passed<'_>) -> Result<Ending> {
        let seen = passed.seen_by(self)?;
        let asked_for = options.all || !options.parts.is_empty();
        if !asked_for && seen.is_some_and(|seen| passed.has(self, seen)) {
            println!("passed today, and nothing that it sees has changed since; --all runs it again");
            return Ok(Ending::Unchanged);
        }
        passed.forget(self)?;
        match self.run(root, private, options.parts.is_empty(), &options.passed_on) {
            Ok(()) => {
                // Not where only some of its tests were asked for.
                if let Some(seen) = seen.filter(|_| options.passed_on.is_empty()) {
                    passed.note(self, seen)?;
                }
                Ok(Ending::Passed)
            }
            Err(_) if interrupt::requested() => Ok(Ending::Skipped),
            Err(error) => Ok(Ending::Failed(error)),
        }
    }

    /// `whole` says that all the others are run too.
    fn run(self, root: &Path, private: &Path, whole: bool, passed_on: &[String]) -> Result<()> {
        match self {
            Self::Fmt => fmt(root),
            Self::Clippy => clippy(root, whole),
            Self::Policy => policy::check(root).and(production::check(root)),
            Self::Unit => unit(root, passed_on),
            Self::It => integration(root, private, passed_on),
            Self::Openapi => openapi::run(root, private),
            Self::Clients => clients::run(root, private),
            Self::E2e => journeys::run(root, private, passed_on),
        }
    }
}

impl Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_possible_value().as_ref().map_or("", |value| value.get_name()))
    }
}

fn fmt(root: &Path) -> Result<()> {
    let results = ["Cargo.toml", "openapi/clients/rust/Cargo.toml"].map(|manifest| {
        exec::run(exec::cargo(root).args(["fmt", "--all", "--check", "--manifest-path", manifest]))
    });
    results.into_iter().collect()
}

fn clippy(root: &Path, whole: bool) -> Result<()> {
    needs_for_building(root)?;
    lint::needs_clippy()?;
    let preparing = whole.then(Preparing::start).transpose()?;
    // What is compiled here is what the later parts run. The app has a folder of its own to be compiled into, and one
    // crate alone seldom keeps all cores busy.
    let app = Compiling::start(&mut app::cargo(root, app::Profile::Dev))?;
    // All are shown before one fails the part.
    let results = [
        lint::deny(lint::cargo(root).arg("build").args(COMMANDS)),
        lint::deny(lint::cargo(root).arg("test").args(COMMANDS).arg("--no-run")),
        lint::deny(lint::cargo(root).arg("test").args(SERVER_SIDE).arg("--no-run")),
        app.deny(),
    ];
    if let Some(Err(error)) = preparing.map(Preparing::finish) {
        // Whichever part needs it tries again, and fails by it.
        steps::report(&error);
    }
    results.into_iter().collect()
}

fn unit(root: &Path, passed_on: &[String]) -> Result<()> {
    needs_for_building(root)?;
    let results = [
        cargo_test(root, &COMMANDS, &[], None, passed_on),
        cargo_test(root, &SERVER_SIDE, &["--lib", "--bins"], None, passed_on),
        // Some promises are that a thing does not compile; only a documentation test can say so.
        exec::run(lint::cargo(root).arg("test").args(SERVER_SIDE).arg("--doc")),
        cargo_test(root, &APP, &[], None, passed_on),
    ];
    first_that_matters(results)
}

fn integration(root: &Path, private: &Path, passed_on: &[String]) -> Result<()> {
    needs_for_building(root)?;
    packages::ensure(&BESIDE_INTEGRATION)?;
    s3_server(root, private)?;
    let run = |admin: &str| {
        let tests =
            |passed_on: &[String]| cargo_test(root, &SERVER_SIDE, &["--test", "*"], Some(admin), passed_on);
        tests(passed_on)?;
        if !passed_on.is_empty() {
            return Ok(());
        }
        // Those that compare times need the machine to themselves.
        tests(&["--ignored", "--test-threads=1", "--nocapture"].map(str::to_owned))
    };
    if let Some(admin) = environment::find("PORTICO_TEST_ADMIN_URL") {
        return run(&admin);
    }
    let cluster = Cluster::throwaway()?;
    run(&cluster.url(SUPERUSER, "postgres"))
}

/// What integration tests start.
const BESIDE_INTEGRATION: [Need; 6] =
    [Need::Server, Need::MailServer, Need::OpenSsl, Need::Proxy, Need::SshServer, Need::Python];

/// The tests look for it there.
fn s3_server(root: &Path, private: &Path) -> Result<python::Environment> {
    python::Environment::ensure(private, "s3-server", &root.join("api/tests/s3_server_requirements.txt"))
}

/// What the system must have for any of the parts.
pub fn needs() -> Vec<Need> {
    [&BESIDE_INTEGRATION[..], &openapi::needs(), &clients::NEEDS, &journeys::needs()].concat()
}

/// Installs what the parts need that is no package of the system.
pub fn install(root: &Path, private: &Path) -> Result<()> {
    s3_server(root, private)?;
    openapi::install(root, private)?;
    clients::install(root, private)?;
    journeys::install(root, private).map(drop)
}

/// What the runner of Rust's tests goes by where it is not told by an argument.
const TEST_THREADS: &str = "RUST_TEST_THREADS";

/// One more than there are cores: a test that waits for PostgreSQL leaves its core to another one.
fn threads_beside_a_server() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from) + 1
}

/// Compiles first, so that what does not compile is told apart from what fails.
fn cargo_test(
    root: &Path,
    which: &[&str],
    targets: &[&str],
    admin: Option<&str>,
    passed_on: &[String],
) -> Result<()> {
    let command = |extra: &[&str]| -> Command {
        // Here the app is compiled for another machine than its own, where lints about sizes see other sizes.
        let mut cargo = if which == APP { exec::cargo(root) } else { lint::cargo(root) };
        cargo.arg("test").args(which).args(targets).args(extra);
        cargo.envs(admin.map(|url| ("PORTICO_TEST_ADMIN_URL", url)));
        if admin.is_some() && environment::find(TEST_THREADS).is_none() {
            cargo.env(TEST_THREADS, threads_beside_a_server().to_string());
        }
        cargo
    };
    exec::run(&mut command(&["--no-run"])).map_err(|error| error.context(Broken))?;
    exec::run(command(&["--no-fail-fast", "--"]).args(passed_on))
}

/// Compiles the server's program just as the integration tests want it.
pub fn compile_server(root: &Path) -> Result<()> {
    exec::run(lint::cargo(root).arg("test").args(SERVER_SIDE).args(["--test", "*", "--no-run"]))
        .map_err(|error| error.context(Broken))
}

fn first_that_matters<const N: usize>(results: [Result<()>; N]) -> Result<()> {
    let mut failures: Vec<Error> = results.into_iter().filter_map(Result::err).collect();
    let which = failures.iter().position(Error::is::<Broken>).unwrap_or_default();
    if which < failures.len() { Err(failures.swap_remove(which)) } else { Ok(()) }
}

fn needs_for_building(root: &Path) -> Result<()> {
    packages::ensure(&[Need::Compiler, Need::ClientLibrary])?;
    packages::ensure_wasm_target(root)
}

fn summary(endings: &[(Part, Ending, Duration)]) -> ExitCode {
    println!("\n{}", steps::strong("── summary ──"));
    for (part, ending, took) in endings {
        let (word, reason) = match ending {
            Ending::Passed => ("ok", String::new()),
            Ending::Unchanged => ("unchanged", String::new()),
            Ending::Failed(error) => {
                ("FAILED", format!("  {}", error.to_string().lines().next().unwrap_or_default()))
            }
            Ending::Skipped => ("skipped", String::new()),
        };
        println!("{:<8}{word:<11}{:>12}{reason}", part.to_string(), steps::spoken(*took));
    }
    let whole = endings.iter().map(|(_, _, took)| *took).sum();
    println!("{:<19}{:>12}", "together", steps::spoken(whole));
    let all_passed =
        endings.iter().all(|(_, ending, _)| matches!(ending, Ending::Passed | Ending::Unchanged));
    if all_passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
