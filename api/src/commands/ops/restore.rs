//! `portico ops restore`: all of a set into an empty database, or one organization beside others.

use std::path::PathBuf;

use anyhow::{Result, bail};
use api::{
    clock::Clock,
    config::backups::RestoreConfig,
    db::refill::{self, Occupied},
    ops::{environment::Environment, manifest, restore::Plan, retention::SetKind},
};
use chrono::DateTime;
use clap::Args;
use shared::{console::LongAction, ids::OrganizationId};

use super::{From, recover::shown};
use crate::commands::noted::Note;

#[derive(Debug, Args)]
pub struct RestoreArguments {
    /// The database set, as `portico ops sets` shows it; or an instant, such as 2026-11-29T11:30:00Z, of which the newest set
    /// until then is taken.
    #[arg(long, value_name = "SET|INSTANT")]
    to: String,
    /// The store to read from.
    #[arg(long, default_value = "off-site")]
    from: From,
    /// The address of the database, as the role `portico_owner`. Its password may stand in PGPASSWORD.
    #[arg(long, value_name = "URL")]
    into: String,
    /// The folder for the files that the rows name; it is empty or not there. Without it, rows alone are restored.
    #[arg(long, value_name = "FOLDER")]
    files_into: Option<PathBuf>,
    /// Go on without files that no file set holds.
    #[arg(long, requires = "files_into")]
    without_missing_files: bool,
    /// Only this organization, by its id, into a database that is in use or was just migrated, and that does not have it.
    #[arg(long, value_name = "ID", conflicts_with_all = ["replace", "without_missing_files"])]
    org: Option<uuid::Uuid>,
    /// Leave everything just as it was, to look at it: sessions go on, and waiting mails are sent.
    #[arg(long)]
    as_it_was: bool,
    /// Remove what this database holds. Its name is to be said, and --yes too.
    #[arg(long, value_name = "DATABASE")]
    replace: Option<String>,
    /// Do remove it.
    #[arg(long, requires = "replace")]
    yes: bool,
}

impl RestoreArguments {
    /// What was asked for.
    pub fn wanted(&self) -> &str {
        &self.to
    }

    /// The same where it names a set: an instant is that of the newest until then.
    fn with_its_set(self, environment: &Environment) -> Result<Self> {
        let Ok(instant) = DateTime::parse_from_rfc3339(&self.to) else { return Ok(self) };
        let store = environment.store(self.from.place());
        let sets = manifest::sets(store, SetKind::Database)?;
        let Some((set, taken_at)) = manifest::newest_until(&sets, instant.to_utc()) else {
            let oldest = sets.first().map(|(_, at)| format!(": the oldest is of {}", at.to_rfc3339()));
            bail!(
                "no database set in {} is of {instant} or before{}",
                store.name(),
                oldest.unwrap_or_default()
            );
        };
        println!(
            "set        {set}, of {}; `portico ops recover` brings back a whole cluster as it was at any second",
            taken_at.to_rfc3339()
        );
        Ok(Self { to: set.clone(), ..self })
    }
}

/// One organization, with its files where a folder for them is named.
fn restore_one(
    note: &mut Note,
    environment: &Environment,
    arguments: &RestoreArguments,
    organization: OrganizationId,
) -> Result<()> {
    let settle_at = (!arguments.as_it_was).then(|| Clock::system().now());
    let files = arguments.files_into.as_deref();
    let (set, from) = (&arguments.to, arguments.from.place());
    let restore = || environment.restore_one(from, set, organization, &arguments.into, files, settle_at);
    let done = shown(LongAction::RestoreSet, set, restore)?;
    note.say("organization", organization.to_string());
    note.say("rows", done.rows);
    note.say("files", done.files);
    println!("restored   {} ({organization}) out of {set}", done.slug);
    println!("rows       {}, compared with the manifest; {} files", done.rows, done.files);
    println!("look at    it is suspended: `portico org resume {}` lets people in", done.slug);
    Ok(())
}

pub fn restore(note: &mut Note, arguments: RestoreArguments) -> Result<()> {
    let environment = Environment::open_from(&RestoreConfig::from_environment()?, arguments.from.place())?;
    note.say("from", environment.store(arguments.from.place()).name());
    let arguments = arguments.with_its_set(&environment)?;
    note.about(&arguments.to);
    if let Some(organization) = arguments.org {
        return restore_one(note, &environment, &arguments, OrganizationId(organization));
    }
    let occupied = match &arguments.replace {
        None => Occupied::Refuse,
        Some(named) => {
            let holds = refill::look(&arguments.into)?;
            if *named != holds.database {
                bail!("the target is the database {}, not {named}: nothing was changed", holds.database);
            }
            if !arguments.yes {
                bail!(
                    "{} things in the database {named} would be removed, {} tables among them; nothing was changed. Say \
                     --yes to do it.",
                    holds.things,
                    holds.tables
                );
            }
            Occupied::Replace
        }
    };
    let plan = Plan {
        set: arguments.to,
        from: arguments.from.place(),
        into: arguments.into,
        occupied,
        files_into: arguments.files_into,
        without_missing_files: arguments.without_missing_files,
        settle_at: (!arguments.as_it_was).then(|| Clock::system().now()),
    };
    let done = shown(LongAction::RestoreSet, &plan.set, || environment.restore(&plan))?;
    note.say("organizations", done.organizations);
    note.say("rows", done.rows);
    note.say("files", done.files);
    note.say("seconds", done.seconds);
    println!("restored   {} into the database", plan.set);
    println!("rows       {} of {} organizations, compared with the manifest", done.rows, done.organizations);
    match plan.files_into {
        Some(folder) => println!(
            "files      {} into {}, {} are in no file set",
            done.files,
            folder.display(),
            done.missing_files
        ),
        None => println!("files      none: --files-into says where they go"),
    }
    for organization in &done.erased {
        println!("erased     {organization}: the ledger has it as erased, and it did not come back");
    }
    for (organization, erased_at) in &done.ended {
        println!(
            "ended      {organization}: projects of it were erased at {}, and nobody can read any more what the set holds of it; it \
             did not come back. Restore it alone, with --org, from a set of after.",
            erased_at.to_rfc3339()
        );
    }
    if done.erased_projects > 0 {
        println!("erased     {} projects, which were erased since and are again", done.erased_projects);
    }
    if done.erased_persons > 0 {
        println!("erased     {} persons, who were erased since and are again", done.erased_persons);
    }
    if !done.ended.is_empty() {
        note.say("ended", done.ended.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>());
    }
    if !done.erased.is_empty() || done.erased_projects > 0 || done.erased_persons > 0 {
        note.say("erased", done.erased.iter().map(ToString::to_string).collect::<Vec<_>>());
        note.say("erased_projects", done.erased_projects);
        note.say("erased_persons", done.erased_persons);
    }
    if let Some(settled) = done.settled {
        println!(
            "ended      {} sessions, {} links for a new password, {} jobs (`portico jobs list` shows them)",
            settled.sessions, settled.links, settled.jobs
        );
        if settled.tokens > 0 {
            println!(
                "look at    {} API tokens that work: what was revoked since works again",
                settled.tokens
            );
        }
    }
    println!("in         {:.1} s", done.seconds);
    Ok(())
}
