//! `portico ops …`: backups from a shell or a timer, so that a dead server never stops one; the operations book, in which
//! each of them is written down; and operators.

mod book;
mod erasure;
mod operator;
mod recover;
mod restore;
mod standby;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use api::{
    bounded,
    clock::Clock,
    config::{
        self,
        backups::{BackupConfig, RestoreConfig, StorePlace, StoresConfig},
    },
    ops::{
        attendance::AttendanceKey,
        backup::{Made, Production, Stores},
        book::Action,
        bring,
        environment::Environment,
        manifest,
        retention::{Place, SetKind},
        signing::SetKeys,
        stores::Store,
        vault,
    },
};
use clap::{Subcommand, ValueEnum};
use serde_json::json;
use shared::console::LongAction;

pub use self::recover::{keep_from_being_looked_into, shown};
use self::{
    book::BookCommand,
    erasure::ErasureCommand,
    operator::OperatorCommand,
    recover::RecoverArguments,
    restore::RestoreArguments,
    standby::{DrillArguments, StandbyCommand},
};
use super::noted::{Note, noted};

#[derive(Debug, Subcommand)]
pub enum OpsCommand {
    /// Verify sets as they come, remove what is not kept any longer, and try each day whether one comes back, until stopped.
    /// For the backup environment.
    Attend,
    /// Make what is a folder among the stores and places of the vault, where it is empty or not there.
    Init,
    /// Make a set of all rows, or of all files, in both stores. For production.
    Backup {
        /// Of the files that people upload, instead of the rows.
        #[arg(long)]
        files: bool,
    },
    /// Make a base backup each day and put the write-ahead log into both stores as it is written, until stopped. For production.
    Stream {
        /// Confirm to the server at once what is received, so that commits may wait for it: they do where
        /// `synchronous_standby_names` names `portico_stream`.
        #[arg(long)]
        synchronous: bool,
    },
    /// List the sets of both stores. Where production may not look off-site, of those there the ones that it knows of.
    Sets,
    /// Read all of a set and compare it with its signed manifest. For the backup environment.
    Verify {
        /// Its name, as `portico ops sets` shows it.
        set: String,
        /// The store to read from.
        #[arg(long, default_value = "off-site")]
        from: From,
    },
    /// Restore a set into an empty database: all of it, or nothing. For the backup environment.
    Restore(RestoreArguments),
    /// Bring a whole cluster back as it was at any second of the last eight days, out of the stream. For the backup environment.
    Recover(RecoverArguments),
    /// Bring the whole installation back against a target that is thrown away, in the five steps of a take-over, and say how long
    /// each took. For the backup environment.
    Drill(DrillArguments),
    /// Take the place of production. For the standby environment.
    Standby {
        #[command(subcommand)]
        command: StandbyCommand,
    },
    /// Look into both stores whether another environment has taken over, and take no changes from then on where it has. Fails
    /// where it has. For production, before servers start.
    Fence,
    /// Organizations that were erased as their clients have asked for: write the tables anew, destroy the keys.
    Erasure {
        #[command(subcommand)]
        command: ErasureCommand,
    },
    /// Remove from both stores what is not to be kept any longer. For the backup environment.
    Prune,
    /// Print the key that signs sets, to be noted in the backup environment.
    Key,
    /// Print the key with which the backup environment says what it found, to be noted at production. For the backup
    /// environment.
    AttendanceKey,
    /// Make an age identity for the backup environment or an operator, and print its recipient.
    Identity {
        /// The new file.
        #[arg(long)]
        to: PathBuf,
    },
    /// The operations book: verify that nothing in it was changed, and write it out.
    Book {
        #[command(subcommand)]
        command: BookCommand,
    },
    /// Operators, who sign in at the console.
    Operator {
        #[command(subcommand)]
        command: OperatorCommand,
    },
}

/// A store.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum From {
    Local,
    OffSite,
}

impl From {
    fn place(self) -> Place {
        match self {
            Self::Local => Place::Local,
            Self::OffSite => Place::OffSite,
        }
    }
}

pub fn run(command: OpsCommand) -> Result<()> {
    match command {
        OpsCommand::Backup { files } => {
            let kind = if files { SetKind::Files } else { SetKind::Database };
            noted(Action::MakeSet, kind.word(), |note| {
                bounded::claim_little();
                let production = Production::open(&BackupConfig::from_environment()?, Clock::system())?;
                let made = shown(LongAction::MakeSet, kind.word(), || {
                    if files { production.file_set() } else { production.database_set() }
                });
                report(note, made?)
            })
        }
        OpsCommand::Init => init(),
        OpsCommand::Attend => super::attend::run(),
        OpsCommand::Stream { synchronous } => super::stream::run(synchronous),
        OpsCommand::Sets => list(),
        OpsCommand::Verify { set, from } => noted(Action::VerifySet, &set, |note| {
            let environment = Environment::open(&RestoreConfig::from_environment()?)?;
            note.say("from", environment.store(from.place()).name());
            let read = || environment.verify(from.place(), &set);
            let found = shown(LongAction::VerifySet, &set, read)?;
            note.say("rows", found.rows);
            note.say("files", found.files);
            note.say("bytes", found.bytes);
            println!(
                "{set} holds: {} streams with {} rows, {} files, {} bytes",
                found.streams, found.rows, found.files, found.bytes
            );
            Ok(())
        }),
        OpsCommand::Restore(arguments) => {
            let wanted = arguments.wanted().to_owned();
            noted(Action::RestoreSet, &wanted, |note| restore::restore(note, arguments))
        }
        OpsCommand::Recover(arguments) => recover::run(arguments),
        OpsCommand::Drill(arguments) => standby::drill(arguments),
        OpsCommand::Standby { command } => standby::run(command),
        OpsCommand::Fence => standby::fence(),
        OpsCommand::Erasure { command } => erasure::run(command),
        OpsCommand::Prune => noted(Action::PruneSets, "both stores", prune),
        OpsCommand::Key => {
            for key in SetKeys::read(&config::keys_directory()?)?.signers().to_lines() {
                println!("{key}");
            }
            Ok(())
        }
        OpsCommand::AttendanceKey => {
            let identity = vault::parse_identity(&RestoreConfig::identity_from_environment()?)?;
            println!("{}", AttendanceKey::of(&identity).public());
            Ok(())
        }
        OpsCommand::Identity { to } => {
            println!("{}", vault::write_new_identity(&to)?);
            Ok(())
        }
        OpsCommand::Book { command } => book::run(command),
        OpsCommand::Operator { command } => operator::run(command),
    }
}

fn init() -> Result<()> {
    let stores = StoresConfig::from_environment()?;
    let folder = |place: StorePlace| match place {
        StorePlace::Folder(folder) => Some(folder),
        StorePlace::S3(_) | StorePlace::Sftp(_) => None,
    };
    let stores = [stores.local.place, stores.off_site.place].into_iter().filter_map(folder);
    for folder in stores.chain(config::backups::vault_folders()?) {
        let made = Store::prepare(&folder)?;
        println!("{} {}", folder.display(), if made { "is ready" } else { "was there already" });
    }
    Ok(())
}

fn report(note: &mut Note, made: Made) -> Result<()> {
    let (manifest, objects) = (&made.manifest, made.manifest.objects().count());
    note.about(&manifest.set);
    note.say("objects", objects);
    note.say("bytes", made.put);
    note.say("seconds", made.seconds);
    println!("set        {}", manifest.set);
    if manifest.kind == SetKind::Database {
        let rows: u64 =
            manifest.streams.iter().flat_map(|stream| &stream.tables).map(|table| table.rows).sum();
        println!("rows       {rows} of {} organizations", manifest.streams.len().saturating_sub(1));
    }
    println!("objects    {objects}, of which {} had not changed", made.unchanged);
    println!("put        {} bytes in {:.1} s", made.put, made.seconds);
    if let Some(why) = &made.not_copied {
        note.say("application", why.clone());
        println!("look at    the application is in it as it was before: {why}");
    }
    let brought =
        made.off_site.context("the set stands in the local store alone; the next one brings both")?;
    println!("off-site   {brought} sets brought");
    Ok(())
}

fn list() -> Result<()> {
    let config = StoresConfig::from_environment()?;
    let stores = Stores::open(&config)?;
    // Production may not list what stands off-site, unless it mounts that; it knows what it has brought.
    let may_list =
        config::is_set("PORTICO_RESTORE_IDENTITY") || matches!(config.off_site.place, StorePlace::Folder(_));
    let brought = if may_list { None } else { Some(bring::brought(&stores.local, &config.off_site)?) };
    for kind in SetKind::ALL {
        let local = manifest::sets(&stores.local, kind)?;
        let off_site = match &brought {
            None => manifest::sets(&stores.off_site, kind)?,
            Some(brought) => local.iter().filter(|(set, _)| brought.contains(set)).cloned().collect(),
        };
        let mut all: Vec<_> = local.iter().chain(&off_site).collect();
        all.sort_by_key(|(_, at)| *at);
        all.dedup();
        for one in all {
            let mark = |is_there: bool, word: &'static str| if is_there { word } else { "-" };
            println!(
                "{:<28} {:<6} {}",
                one.0,
                mark(local.contains(one), "local"),
                mark(off_site.contains(one), "off-site")
            );
        }
    }
    Ok(())
}

fn prune(note: &mut Note) -> Result<()> {
    let environment = Environment::open(&RestoreConfig::from_environment()?)?;
    let (mut unreadable, mut wrong, now) = (0, 0, Clock::system().now());
    for place in [Place::Local, Place::OffSite] {
        let pruned = environment.prune(place, now)?;
        let name = environment.store(place).name();
        note.say(name, json!({"kept": pruned.kept, "removed": pruned.sets, "objects": pruned.objects}));
        println!("{name}");
        println!("  kept     {} sets", pruned.kept);
        println!("  removed  {} sets, {} objects", pruned.sets.len(), pruned.objects);
        if pruned.packages > 0 {
            println!("  copies   {} of erased organizations removed", pruned.packages);
        }
        for why in &pruned.unreadable {
            println!("  left     {why}");
        }
        unreadable += pruned.unreadable.len();
        let stream = environment.prune_stream(place, now)?;
        if stream.kept > 0 {
            note.say(&format!("stream of {name}"), json!({"kept": stream.kept, "removed": stream.bases}));
            println!(
                "  stream   {} base backups kept, {} removed, {} objects",
                stream.kept,
                stream.bases.len(),
                stream.objects
            );
        }
        for why in &stream.wrong {
            println!("  wrong    {why}");
        }
        wrong += stream.wrong.len();
    }
    if wrong > 0 {
        bail!("{wrong} things of the stream are missing or do not verify: what they concern was left alone");
    }
    if unreadable > 0 {
        bail!(
            "{unreadable} sets do not verify: they were left alone, and no object was removed where they are"
        );
    }
    Ok(())
}
