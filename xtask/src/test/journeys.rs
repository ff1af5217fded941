//! The journeys: Playwright in Chromium, against a server with demo data that exists only for them.

use std::path::Path;

use anyhow::{Context as _, Result};

use super::Broken;
use crate::app::{self, App, Profile};
use crate::cluster::Cluster;
use crate::console::{self, Console};
use crate::exec;
use crate::mail_server::MailServer;
use crate::node::{self, Node};
use crate::packages::{self, Need};
use crate::site::{self, Databases, Mail, Site};
use crate::steps::Steps;

const FOLDER: &str = "e2e";

/// What the system must have.
pub fn needs() -> Vec<Need> {
    let mut needs = vec![Need::Compiler, Need::ClientLibrary, Need::Server];
    needs.extend(packages::for_journeys());
    needs
}

/// Installs what walks them.
pub fn install(root: &Path, private: &Path) -> Result<Node> {
    let node = Node::ensure(root, private)?;
    node::install(&node, &root.join(FOLDER))?;
    Ok(node)
}

/// Builds what the journeys go through, starts it, and lets Playwright loose on it.
pub fn run(root: &Path, private: &Path, passed_on: &[String]) -> Result<()> {
    let folder = root.join(FOLDER);
    let mut steps = Steps::new(8);
    let chromium = steps.loud("checking the system", || {
        packages::ensure(&needs())?;
        packages::ensure_wasm_target(root)?;
        packages::chromium().context("Chromium is missing")
    })?;
    let node = steps.loud("installing the runner", || install(root, private))?;
    // Playwright strips the types without a look at them.
    steps.loud("checking the journeys' types", || {
        exec::run(node.script(Path::new("node_modules/typescript/bin/tsc")).current_dir(&folder))
    })?;
    steps.loud("building the server", || super::compile_server(root))?;
    steps.loud("building the app", || app::compile(root, Profile::Dev).context(Broken))?;
    let bundle = app::folder(private, App::Organizations, Profile::Dev);
    steps.quiet("bundling the app and the console", || app::bundle_both(root, private, Profile::Dev))?;

    let scratch = tempfile::tempdir()?;
    let log = private.join("e2e-server.log");
    // Dropped from the last to the first: the server before its database.
    let inbox = scratch.path().join("inbox");
    let (_cluster, _mail_server, site, _processes) =
        steps.quiet("starting a server with demo data", || {
            let cluster = Cluster::throwaway()?;
            let mail_server = MailServer::start(root, &inbox)?;
            // Each journey comes from a network of its own, behind a proxy, so that guesses in one do not slow another.
            let databases = Databases::of(&cluster);
            let site = Site {
                app: bundle,
                mail: Mail::Smtp { port: mail_server.port() },
                backups: databases.backups(scratch.path().join("backups")),
                console: Some(Console {
                    app: app::folder(private, App::Console, Profile::Dev),
                    port: site::free_port()?,
                    folder: console::folder(scratch.path()),
                }),
                databases,
                ..Site::throwaway(site::program(root, Profile::Dev), &cluster, scratch.path())?
            };
            site.prepare()?;
            site.demo()?;
            let server = site.serve(&log)?;
            let worker = site.work(&private.join("e2e-worker.log"))?;
            let console = site.operate(&private.join("e2e-console.log"))?;
            let attendant = site.attend(&private.join("e2e-attend.log"))?;
            Ok((cluster, mail_server, site, ([server, worker], console, attendant)))
        })?;

    steps.loud("walking the journeys", || {
        let mut playwright = node.script(Path::new("node_modules/@playwright/test/cli.js"));
        playwright.arg("test").args(passed_on).current_dir(&folder);
        site.tell(&mut playwright);
        // Where the mails arrive that somebody in a journey gets.
        playwright.env("PORTICO_INBOX", &inbox);
        playwright.env("PORTICO_BASE_URL", site.address()).env("PORTICO_CHROMIUM", chromium);
        playwright.envs(site.console.as_ref().map(|console| ("PORTICO_CONSOLE_URL", console.address())));
        // Journeys that begin at the operator's desk type what an operator would.
        playwright.env("PORTICO_PROGRAM", &site.program);
        exec::run(&mut playwright)
            .with_context(|| format!("journeys failed; what the server said is in {}", log.display()))
    })
}
