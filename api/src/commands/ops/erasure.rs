//! `portico ops erasure …`: what is left to be done once the worker has erased an organization.

use anyhow::{Context as _, Result, bail};
use api::{
    clock::Clock,
    config::{self, backups::RestoreConfig, shell_user},
    db::erase,
    ops::{book::Action, certificate::Ending, environment::Environment},
};
use clap::Subcommand;
use shared::ids::ClientRequestId;
use uuid::Uuid;

use crate::commands::noted::noted;

#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ErasureCommand {
    /// List what was erased by request, organizations and projects, with their keys and the sets that hold something of them. For the backup environment.
    List,
    /// Write the tables anew in which rows were erased by request, so that no dead row is left in them. Each is locked for as long as
    /// that takes: do it in an announced window. For production, as the owner of the database.
    Rewrite {
        /// The request, as the console shows it.
        #[arg(long, value_name = "ID")]
        request: Uuid,
    },
    /// Destroy the keys of an erased organization in both places of the vault, so that no set can be read that holds something of it,
    /// and sign the certificate. Of one of which projects were erased, the key stays under which the rest is held in both stores. It cannot be taken back. For the backup environment.
    DestroyKeys {
        /// The request, as `portico ops erasure list` shows it.
        #[arg(long, value_name = "ID")]
        request: Uuid,
        /// The organization's id, once more.
        #[arg(long, value_name = "ID")]
        organization: Option<Uuid>,
    },
}

pub fn run(command: ErasureCommand) -> Result<()> {
    match command {
        ErasureCommand::List => {
            for ending in environment()?.endings()? {
                show(&ending);
            }
            Ok(())
        }
        ErasureCommand::Rewrite { request } => {
            let request = ClientRequestId(request);
            noted(Action::RewriteErased, &request.to_string(), |note| {
                let url = config::owner_database_url()?;
                let mut tables = 0_u32;
                let at = erase::rewrite(&url, request, &Clock::system(), |table| {
                    tables += 1;
                    println!("rewriting  {table}");
                })?;
                note.say("tables", tables);
                println!("rewritten  {tables} tables at {}", at.to_rfc3339());
                println!(
                    "next       in the backup environment: `portico ops erasure destroy-keys --request {request}`"
                );
                Ok(())
            })
        }
        ErasureCommand::DestroyKeys { request, organization } => {
            destroy(ClientRequestId(request), organization)
        }
    }
}

fn destroy(request: ClientRequestId, confirmed: Option<Uuid>) -> Result<()> {
    let environment = environment()?;
    let ending = environment.ending(&environment.ledger()?, request)?;
    show(&ending);
    match confirmed {
        None => bail!(
            "nothing was destroyed. Say the organization once more to do it: --organization {}",
            ending.organization
        ),
        Some(said) if said != ending.organization.0 => {
            bail!("the request is of {}, not of {said}: nothing was destroyed", ending.organization)
        }
        Some(_) => {}
    }
    let certificate = environment.destroy_keys(request, &shell_user(), Clock::system().now())?;
    println!("destroyed  {} keys in both places of the vault", certificate.keys.len());
    println!("unreadable {} sets, as far as they are of this organization", certificate.sets.len());
    println!("stream     holds nothing of it from {} on", certificate.stream_lets_go_on);
    println!("{}", serde_json::to_string_pretty(&certificate)?);
    Ok(())
}

fn environment() -> Result<Environment> {
    Environment::open(&RestoreConfig::from_environment()?).context("the backup environment")
}

fn show(ending: &Ending) {
    println!("request    {}", ending.request);
    if !ending.projects.is_empty() {
        let projects: Vec<String> = ending.projects.iter().map(ToString::to_string).collect();
        println!("projects   {}", projects.join(", "));
        match &ending.kept {
            Some(kept) => println!("stays      {kept}: both stores hold the rest under it"),
            None => println!("stays      no key yet: not each store holds the rest of after the erasure"),
        }
    }
    println!("of         {}, in the ledger since {}", ending.organization, ending.entered_at.to_rfc3339());
    match &ending.rewriting {
        Some(said) => println!("rewritten  {}", said.at.to_rfc3339()),
        None => println!("rewritten  not yet: `portico ops erasure rewrite` at production"),
    }
    for key in &ending.keys {
        println!("key        {key}");
    }
    println!("sets       {} hold something of it", ending.sets.len());
    println!("certified  {}", if ending.is_certified { "yes: its keys are destroyed" } else { "no" });
}
