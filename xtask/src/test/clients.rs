//! The generated clients, and the page for those who integrate something: every journey and every example is run, with
//! an API token, against a server with demo data that exists only for them.

mod page;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use self::page::Example;
use crate::app::Profile;
pub use crate::clients::install;
use crate::clients::{self, Client};
use crate::cluster::Cluster;
use crate::exec;
use crate::packages::{self, Need};
use crate::site::{self, Site};
use crate::steps::Steps;

const PAGE: &str = "docs/integrating.md";
/// Makes a token as one of the demo accounts.
const TOKEN: &str = "openapi/clients/demo-token.sh";

/// What the system must have, besides what the generators need.
pub const NEEDS: [Need; 3] = [Need::ClientLibrary, Need::Server, Need::Curl];

/// What each journey tells of what has happened on its way.
const STORY: &str = "\
token: First steps of Marcus Okafor, Atlas Civil Works
projects: 30 on 4 pages
created: Footbridge over the Rotte, once
read: version 1
changed: version 2
stale: 412 stale_version, now version 2
invalid: 422 /end_date end_before_start
deleted: 404 not_found
refused: 403 token_scope for users view
";

/// Where a program of the page asks, and as whom.
struct Access {
    url: String,
    token: String,
}

impl Access {
    fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        tell_where(command, &self.url).env("PORTICO_TOKEN", &self.token)
    }
}

fn tell_where<'a>(command: &'a mut Command, url: &str) -> &'a mut Command {
    // Whatever stands between this machine and others is not asked.
    command.env("PORTICO_URL", url).env("NO_PROXY", "localhost").env("no_proxy", "localhost")
}

/// Generates and checks the clients, and runs all that uses them.
pub fn run(root: &Path, private: &Path) -> Result<()> {
    let mut steps = Steps::new(7);
    let clients = steps.loud("installing the generators", || {
        packages::ensure(&NEEDS)?;
        install(root, private)
    })?;
    steps.loud("generating the clients", || clients::generate(root, &clients))?;
    let examples = page::examples(&fs::read_to_string(root.join(PAGE))?)?;
    steps.loud("checking their types", || {
        clients.iter().try_for_each(|client| {
            lay_out(client.as_ref(), &examples)?;
            client.check()
        })
    })?;
    steps.loud("building the server", || super::compile_server(root))?;

    let scratch = tempfile::tempdir()?;
    let log = private.join("clients-server.log");
    // Dropped from the last to the first: the server before its database.
    let (_cluster, access, _server) = steps.quiet("starting a server with demo data", || {
        let cluster = Cluster::throwaway()?;
        let site = Site::throwaway(site::program(root, Profile::Dev), &cluster, scratch.path())?;
        site.prepare()?;
        site.demo()?;
        let server = site.serve(&log)?;
        let mut maker = Command::new("sh");
        maker.arg(TOKEN).current_dir(root);
        let token = exec::output(tell_where(&mut maker, &site.address()))?.trim().to_owned();
        Ok((cluster, Access { url: site.address(), token }, server))
    })?;
    let context = || format!("a program went another way; what the server said is in {}", log.display());
    steps
        .quiet("running the journeys", || {
            clients.iter().try_for_each(|client| journey(client.as_ref(), &access))
        })
        .with_context(context)?;
    steps
        .quiet("running what the page shows", || follow(root, &examples, &clients, &access))
        .with_context(context)?;
    println!("{} examples of {PAGE} do what it says", examples.len());
    Ok(())
}

fn journey(client: &dyn Client, access: &Access) -> Result<()> {
    let said = exec::output(access.tell(&mut client.run("journey")))?;
    let language = client.language();
    ensure!(said == STORY, "the journey in {language} went another way:\n{said}\nand not:\n{STORY}");
    Ok(())
}

/// Puts the examples of a language where its client finds them, and takes those away that the page had before.
fn lay_out(client: &dyn Client, examples: &[Example]) -> Result<()> {
    let of_language = |example: &&Example| example.language == client.language();
    for (example, number) in examples.iter().filter(of_language).zip(1..) {
        fs::write(client.source(&program(number)), &example.code)?;
    }
    let after = examples.iter().filter(of_language).count() + 1;
    for old in (after..).map(|number| client.source(&program(number))).take_while(|file| file.exists()) {
        fs::remove_file(old)?;
    }
    Ok(())
}

fn program(number: usize) -> String {
    format!("page_{number}")
}

/// Runs the examples and compares what they print.
fn follow(root: &Path, examples: &[Example], clients: &[Box<dyn Client>], access: &Access) -> Result<()> {
    let in_shell: Vec<&Example> = examples.iter().filter(|example| example.language == page::SHELL).collect();
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(page::script(&in_shell)).current_dir(root);
    let said = exec::output(access.tell(&mut shell))?;
    let said: Vec<&str> = said.split(page::BETWEEN).collect();
    ensure!(said.len() == in_shell.len(), "the examples for the shell ended before their last one");
    for (example, said) in in_shell.iter().zip(said) {
        example.compare(said)?;
    }
    for client in clients {
        let of_language = examples.iter().filter(|example| example.language == client.language());
        let mut number = 0;
        for example in of_language {
            number += 1;
            example.compare(&exec::output(access.tell(&mut client.run(&program(number))))?)?;
        }
        if number == 0 {
            bail!("{PAGE} shows nothing in {}", client.language());
        }
    }
    Ok(())
}
