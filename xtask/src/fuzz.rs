//! `cargo xtask fuzz`: schemathesis sends what the OpenAPI document allows, and what it forbids, to a server with demo
//! data, and holds each answer against the document.
//!
//! It is done in the name of three callers, each with a server and a database of their own, since whoever may change
//! everything also takes away what the next one would find. What schemathesis cannot know stands in `openapi/fuzz`.

use std::fmt::{self, Display};
use std::fs::{self, File};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::Seek as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use serde_json::Value;

use crate::app::{self, App, Profile};
use crate::cluster::Cluster;
use crate::packages::{self, Need};
use crate::python::Environment;
use crate::site::{self, Site};
use crate::steps::Steps;
use crate::{exec, repo, test};

/// What the system must have.
pub const NEEDS: [Need; 4] = [Need::Compiler, Need::ClientLibrary, Need::Server, Need::Python];

/// The organization of the demo data, and the password of all its people.
const HOST: &str = "atlas.localhost";
const PASSWORD: &str = "every door has a key";
const ADMIN: &str = "ingrid.solheim@atlas.example";

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Caller {
    /// The company admin, signed in.
    Admin,
    /// A team member, signed in.
    Member,
    /// An API token of the company admin's, with every scope that there is.
    Token,
}

impl Caller {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Token, Self::Member, Self::Admin];

    fn email(self) -> &'static str {
        match self {
            Self::Admin | Self::Token => ADMIN,
            Self::Member => "mei.tanaka@atlas.example",
        }
    }

    /// Operations that are not called in this name, each with the reason.
    fn excluded(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Token => &[],
            Self::Admin | Self::Member => &[(
                "get_events",
                "the stream does not end by itself; tokens are refused there, and the stream has tests of its own",
            )],
        }
    }
}

impl Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_possible_value().as_ref().map_or("", |value| value.get_name()))
    }
}

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Generated requests of each operation and kind.
    pub examples: u32,
    /// For how long, where the number of examples does not decide.
    pub minutes: Option<u32>,
    /// What the generator begins with.
    pub seed: u32,
}

/// What the person may choose.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// In whose name; in all, one after the other, when none is named.
    callers: Vec<Caller>,
    /// Generated requests of each operation and kind.
    #[arg(long, default_value_t = 100)]
    examples: u32,
    /// Go on for so many minutes in each name.
    #[arg(long)]
    minutes: Option<u32>,
    /// Try the same again: the seed that a run has printed.
    #[arg(long)]
    seed: Option<u32>,
}

/// Tries it out.
pub fn command(options: &Options) -> Result<ExitCode> {
    let root = repo::root()?;
    let private = repo::private_folder(&root)?;
    let callers = if options.callers.is_empty() { &Caller::ALL[..] } else { &options.callers };
    let effort = Effort {
        examples: options.examples,
        minutes: options.minutes,
        seed: options.seed.unwrap_or_else(any_seed),
    };
    let mut steps = Steps::new(3 + callers.len());
    steps.loud("checking the system", || packages::ensure(&NEEDS))?;
    steps.loud("building the server", || test::compile_server(&root))?;
    let fuzzer = steps.loud("installing schemathesis", || Fuzzer::ensure(&root, &private))?;
    println!("seed: {}", effort.seed);
    for caller in callers {
        steps.loud(&format!("trying out the API as {caller}"), || {
            println!("{}", fuzzer.run(*caller, effort, None)?);
            Ok(())
        })?;
    }
    Ok(ExitCode::SUCCESS)
}

/// One that nobody has chosen: what the standard library takes for its maps.
fn any_seed() -> u32 {
    let number = RandomState::new().build_hasher().finish();
    u32::try_from(number % u64::from(u32::MAX)).unwrap_or_default()
}

/// schemathesis, installed.
#[derive(Debug)]
pub struct Fuzzer {
    environment: Environment,
    root: PathBuf,
    private: PathBuf,
}

impl Fuzzer {
    /// Installs it where it is missing.
    pub fn ensure(root: &Path, private: &Path) -> Result<Self> {
        let requirements = root.join("openapi/fuzz/requirements.txt");
        let environment = Environment::ensure(private, "schemathesis", &requirements)?;
        Ok(Self { environment, root: root.to_owned(), private: private.to_owned() })
    }

    /// Tries the whole API out in every name at once: one alone leaves half of the machine idle. What was said of each is
    /// shown at its end, in order.
    pub fn run_all(&self, effort: Effort) -> Result<()> {
        let run = |caller: Caller| -> Result<String> {
            let mut said = tempfile::tempfile()?;
            let outcome = self.run(caller, effort, Some(&said));
            said.rewind()?;
            println!("── as {caller} ──\n{}", std::io::read_to_string(&said)?);
            outcome
        };
        std::thread::scope(|scope| {
            let runs = Caller::ALL.map(|caller| scope.spawn(move || run(caller)));
            let outcomes = runs.map(|run| run.join().unwrap_or_else(|_| bail!("a thread panicked")));
            for (caller, outcome) in Caller::ALL.into_iter().zip(outcomes) {
                println!("as {caller}: {}", outcome.with_context(|| format!("as {caller}"))?);
            }
            Ok(())
        })
    }

    /// Tries the whole API out in this name. Gives what it came to; what schemathesis says goes to the file, where there is
    /// one.
    pub fn run(&self, caller: Caller, effort: Effort, said: Option<&File>) -> Result<String> {
        let folder = self.private.join("fuzz").join(caller.to_string());
        fs::create_dir_all(&folder)?;
        let scratch = tempfile::tempdir()?;
        // Dropped from the last to the first: the server before its database.
        let cluster = Cluster::throwaway()?;
        // The caller signs in from another network than that of the requests, whose guesses are slowed: behind a proxy.
        let site = Site {
            app: app::folder(&self.private, App::Organizations, Profile::Dev),
            requests_a_minute: Some(100_000_000),
            ..Site::throwaway(site::program(&self.root, Profile::Dev), &cluster, scratch.path())?
        };
        site.prepare()?;
        site.demo()?;
        let log = self.private.join(format!("fuzz-{caller}.log"));
        let _server = site.serve(&log)?;
        let report = scratch.path().join("report.json");
        let mut schemathesis = self.schemathesis(caller, effort, &site, &folder, &report);
        if let Some(said) = said {
            schemathesis.stdout(said.try_clone()?).stderr(said.try_clone()?);
        }
        let outcome = exec::run(&mut schemathesis);
        // What the hooks say comes first: a run that has lost its session proves nothing.
        let summary = judge(&report, caller)?;
        outcome
            .with_context(|| format!("seed {}; what the server said is in {}", effort.seed, log.display()))?;
        Ok(summary)
    }

    fn schemathesis(
        &self,
        caller: Caller,
        effort: Effort,
        site: &Site,
        folder: &Path,
        report: &Path,
    ) -> Command {
        let files = self.root.join("openapi/fuzz");
        let origin = format!("http://127.0.0.1:{}", site.port);
        let mut command = self.environment.program("schemathesis");
        command.arg("--config-file").arg(files.join("schemathesis.toml")).arg("run");
        command.arg(self.root.join("openapi/portico.json")).args(["--url", &origin, "--continue-on-failure"]);
        command.args(["--header", &format!("Host: {HOST}"), "--header", "X-Forwarded-For: 192.0.2.7"]);
        command.args(["--max-examples", &effort.examples.to_string(), "--seed", &effort.seed.to_string()]);
        if let Some(minutes) = effort.minutes {
            command.args(["--max-time", &(u64::from(minutes) * 60).to_string()]);
        }
        for (operation, _) in caller.excluded() {
            command.args(["--exclude-operation-id", operation]);
        }
        command
            .env("PYTHONPATH", &files)
            .env("SCHEMATHESIS_HOOKS", "hooks")
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command.env("FUZZ_ORIGIN", &origin).env("FUZZ_HOST", HOST).env("FUZZ_PASSWORD", PASSWORD);
        command.env("FUZZ_ADMIN", ADMIN).env("FUZZ_CALLER", caller.to_string());
        command.env("FUZZ_EMAIL", caller.email()).env("FUZZ_REPORT", report);
        command.current_dir(folder);
        command
    }
}

/// Whether the run was one: no operation was left out, and the caller was known all the time.
fn judge(report: &Path, caller: Caller) -> Result<String> {
    let text = fs::read_to_string(report).context("schemathesis did not get as far as to call anything")?;
    let report: Value = serde_json::from_str(&text)?;
    let of = |name: &str| report.get(name).and_then(Value::as_object).into_iter().flatten();
    let lost: Vec<&str> = of("lost").map(|(operation, _)| operation.as_str()).collect();
    if !lost.is_empty() {
        bail!("the caller was not known any more when these were called: {}", lost.join(", "));
    }
    let missed: Vec<&str> = of("missed").map(|(operation, _)| operation.as_str()).collect();
    let missed: Vec<&str> =
        missed.into_iter().filter(|name| !caller.excluded().iter().any(|(one, _)| one == name)).collect();
    if !missed.is_empty() {
        bail!("these were never called: {}", missed.join(", "));
    }
    let (mut calls, mut succeeded) = (0, 0);
    for (_, statuses) in of("statuses") {
        let statuses = statuses.as_object().into_iter().flatten();
        let counted: Vec<(bool, u64)> = statuses
            .map(|(status, count)| (status.starts_with('2'), count.as_u64().unwrap_or_default()))
            .collect();
        calls += counted.iter().map(|(_, count)| count).sum::<u64>();
        succeeded += u32::from(counted.iter().any(|(success, _)| *success));
    }
    Ok(format!("{calls} requests to {} operations, {succeeded} of them with success", of("statuses").count()))
}
