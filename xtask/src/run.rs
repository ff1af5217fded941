//! `cargo xtask run`: from a clone to a running Portico.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::app::{self, App, Profile};
use crate::backups::Backups;
use crate::cluster::Cluster;
use crate::console::Console;
use crate::packages::{self, Need};
use crate::site::{self, Databases, Mail, Server, Site};
use crate::steps::{self, Steps};
use crate::{console, interrupt, repo};

/// What the person may choose.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Throw the private database and keys away and begin anew.
    #[arg(long)]
    fresh: bool,
    /// Build server and app as people get them: slower to build, faster to run.
    #[arg(long)]
    release: bool,
    /// Where to listen on this machine.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where the operators' console listens on this machine.
    #[arg(long, default_value_t = 8090)]
    console_port: u16,
    /// Where to show the mails that would be sent.
    #[arg(long, default_value_t = 8025)]
    mail_port: u16,
}

/// Builds, prepares, starts, and stays until Ctrl-C.
pub fn command(options: &Options) -> Result<ExitCode> {
    let root = repo::root()?;
    let private = repo::private_folder(&root)?;
    let profile = Profile::from_release_flag(options.release);
    let named = Databases::named()?;
    if named.is_some() && options.fresh {
        bail!(
            "--fresh throws away the private database alone; DATABASE_URL names one of yours, which is not touched"
        );
    }
    let _lock = lock(&private)?;

    let mut steps = Steps::new(if named.is_some() { 11 } else { 12 });
    steps.loud("checking the system", || check(&root, options, named.is_none()))?;
    steps.loud("building the server", || site::compile(&root, profile))?;
    steps.loud("building the app", || app::compile(&root, profile))?;
    let bundle = app::folder(&private, App::Organizations, profile);
    steps.quiet("bundling the app and the console", || app::bundle_both(&root, &private, profile))?;

    let keys = private.join("keys");
    // Declared before the server, so that it is dropped, and stopped, after it.
    let mut cluster = None;
    let databases = match named {
        Some(named) => named,
        None => steps.quiet("starting PostgreSQL", || {
            if options.fresh {
                forget(&root, &private, &keys)?;
            }
            Ok(Databases::of(cluster.insert(Cluster::persistent(&root, &private)?)))
        })?,
    };
    let program = site::program(&root, profile);
    let mail = Mail::Shown { folder: private.join("mail"), port: options.mail_port };
    let backups = databases.backups(private.join("backups"));
    let console = databases.has_console().then(|| Console {
        app: app::folder(&private, App::Console, profile),
        port: options.console_port,
        folder: console::folder(&private),
    });
    let site = Site {
        program,
        databases,
        keys,
        app: bundle,
        port: options.port,
        proxies: 0,
        mail,
        backups,
        console,
        requests_a_minute: None,
    };
    steps.quiet("preparing the database", || site.prepare())?;
    let accounts = steps.quiet("seeing to the demo data", || site.demo())?;
    let log = private.join("server.log");
    let server = steps.quiet("starting the server", || site.serve(&log))?;
    let worker = steps.quiet("starting the worker", || site.work(&private.join("worker.log")))?;

    let stream = steps.quiet("streaming the database's log", || site.stream(&private.join("stream.log")))?;
    let attendant =
        steps.quiet("starting the backup environment", || site.attend(&private.join("attend.log")))?;

    let console = steps.quiet("starting the console", || site.operate(&private.join("console.log")))?;

    println!("\n{}  (up after {})\n", steps::strong(&site.address()), steps::spoken(steps.elapsed()));
    println!("{}\n", accounts.trim_end());
    if let Some(page) = site.mail_page() {
        println!("Mails are sent to nobody: they are shown at {}\n", steps::strong(&page));
    }
    if let Some(backups) = &site.backups {
        println!(
            "Everything is backed up every two hours, from now on, into two folders{}. To look at the sets:\n  . {} && {} ops sets\n",
            if stream.is_some() { ", and every second in between by its log" } else { "" },
            backups.environment().display(),
            site.program.display()
        );
    }
    if let Some(console) = &site.console {
        println!(
            "Operators have a console of their own at {}\n  {}   {}   and the code that `cargo xtask code` prints\n",
            steps::strong(&console.address()),
            console::OPERATOR,
            console::PASSWORD,
        );
    }
    println!("What the server says is in {}. Ctrl-C stops it.", log.display());
    stay(cluster, [Some(server), Some(worker), stream, attendant, console])
}

/// The parameters are dropped from the last to the first, so the database outlives the server.
fn stay(mut cluster: Option<Cluster>, mut processes: [Option<Server>; 5]) -> Result<ExitCode> {
    while !interrupt::requested() {
        processes.iter_mut().flatten().try_for_each(Server::check)?;
        if cluster.as_mut().is_some_and(|cluster| !cluster.is_running()) {
            bail!("PostgreSQL ended by itself; see .portico/postgres.log");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    println!("\nstopping the server and its database …");
    Ok(ExitCode::SUCCESS)
}

fn check(root: &Path, options: &Options, with_cluster: bool) -> Result<()> {
    let console = (options.console_port, "--console-port");
    for (port, option) in [(options.port, "--port"), (options.mail_port, "--mail-port"), console] {
        if !site::is_free(port) {
            bail!("port {port} is taken by another program; choose one with {option}");
        }
    }
    let mut needs = vec![Need::Compiler, Need::ClientLibrary];
    if with_cluster {
        needs.push(Need::Server);
    }
    packages::ensure(&needs)?;
    packages::ensure_wasm_target(root)
}

fn forget(root: &Path, private: &Path, keys: &Path) -> Result<()> {
    Cluster::remove(root, private)?;
    // The log of a cluster that is gone is of no use to the next one.
    if let Some(memory) =
        Backups::new(private.join("backups"), String::new(), None).memory().filter(|memory| memory.exists())
    {
        fs::remove_dir_all(memory)?;
    }
    let folders = ["files", "mail", "backups"].map(|name| private.join(name));
    for folder in folders.iter().map(PathBuf::as_path).chain([keys, &console::folder(private)]) {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
    }
    Ok(())
}

/// One `run` for one clone at a time: they would share the cluster's files.
fn lock(private: &Path) -> Result<File> {
    let file = File::create(private.join("run.lock")).context("the lock cannot be made")?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("another `cargo xtask run` of this clone is at work; stop it first")
        }
        Err(TryLockError::Error(error)) => Err(error).context("the lock cannot be taken"),
    }
}
