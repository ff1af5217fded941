//! `portico ops recover`: a cluster as it was at an instant.
#![expect(
    clippy::print_stderr,
    reason = "whoever waits sees how far it is; the result alone is on the standard output"
)]

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use api::{
    clock::Clock,
    config::backups::RestoreConfig,
    ops::{
        book::Action,
        environment::Environment,
        erased_again::Again,
        ledger::NotBelieved,
        letters::spoken_bytes,
        progress,
        stream::recover::{Both, Cancelled, Plan, Source, To, Watcher},
        under_way::{About, Board},
    },
};
use chrono::{DateTime, Utc};
use clap::Args;
use shared::console::{ActionPhase, LongAction};

use super::From;
use crate::commands::noted::noted;
use crate::commands::repeating::cancelled_when_told_to_stop;

/// How often it is said how far it is.
const EVERY: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
pub struct RecoverArguments {
    /// The instant, such as 2026-11-29T10:15:00Z: all that was committed until then is there, and nothing else. `end` for
    /// everything that there is.
    #[arg(long, value_name = "INSTANT", value_parser = parse)]
    to: ToArgument,
    /// The directory of the new cluster; it is empty or not there. It belongs to the user who runs this.
    #[arg(long, value_name = "DIRECTORY")]
    into_directory: PathBuf,
    /// The store to read from.
    #[arg(long, default_value = "off-site")]
    from: From,
    /// The database that is read in the end, to see that it is whole.
    #[arg(long, default_value = "portico")]
    database: String,
    /// Let the cluster run on, on a socket that this user alone reaches, and print its address.
    #[arg(long)]
    leave_running: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct ToArgument(pub To);

pub fn parse(text: &str) -> Result<ToArgument, String> {
    if text == "end" {
        return Ok(ToArgument(To::End));
    }
    let instant = DateTime::parse_from_rfc3339(text);
    let instant = instant.map_err(|error| format!("it is no instant like 2026-11-29T10:15:00Z: {error}"))?;
    Ok(ToArgument(To::Instant(instant.to_utc())))
}

pub fn run(arguments: RecoverArguments) -> Result<()> {
    keep_from_being_looked_into()?;
    let RecoverArguments { to: ToArgument(to), into_directory, from, database, leave_running } = arguments;
    let subject = match to {
        To::Instant(instant) => format!("the stream at {}", said(instant)),
        To::End => "the end of the stream".to_owned(),
    };
    noted(Action::RestoreSet, &subject, |note| {
        let config = RestoreConfig::from_environment()?;
        let source = Source::open(&config, from.place())?;
        // What was erased the other store knows too, where it is there.
        let source = match Environment::open_from(&config, from.place()).and_then(|one| one.ledger()) {
            Ok(ledger) => source.with(ledger),
            Err(error) if error.is::<NotBelieved>() => return Err(error),
            Err(error) => {
                note.say("ledger", format!("{error:#}"));
                source
            }
        };
        note.say("from", source.store().name());
        if let To::Instant(instant) = to {
            ensure!(instant <= Clock::system().now(), "{} is still to come", said(instant));
        }
        let directory = std::path::absolute(into_directory).context("the directory")?;
        let plan = Plan { to, directory, database, leave_running };
        let done = source.recover(&plan, &mut Progress::cancellable()?)?;
        note.say("base", done.base.clone());
        note.say("rows", done.checked.rows);
        note.say("seconds", done.seconds);
        println!("recovered  {subject} into {}", plan.directory.display());
        println!("from       the base backup {} and {} files of the log", done.base, done.segments);
        match done.last_commit {
            Some(at) => println!("reaches    the commit of {}", said(at)),
            None => println!("reaches    no commit later than the base backup"),
        }
        if done.ends_before {
            println!("look at    the log ends before that instant: everything that there was is there");
        }
        println!(
            "rows       {} of {} organizations, each of them read",
            done.checked.rows, done.checked.organizations
        );
        match done.running {
            Some((address, process)) => println!("running    {address} (process {process})"),
            None => println!("running    no: start it with a configuration of its own"),
        }
        if done.erased != Again::default() {
            println!(
                "erased     {} organizations, {} projects and {} persons, which were erased since and did not come back",
                done.erased.organizations.len(),
                done.erased.projects,
                done.erased.persons
            );
        }
        println!("in         {:.1} s", done.seconds);
        Ok(())
    })
}

/// What runs in a recovered cluster was production's, and runs as this user: it must not look into this process, which has
/// the identity.
pub fn keep_from_being_looked_into() -> Result<()> {
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
        .context("this process cannot be kept from being looked into")
}

fn said(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// Does something that may take long: how far it is, is said on the standard error, and at the console where this shell knows of
/// production's database. It ends when the process is told to stop, or when an operator cancels it there.
pub fn shown<T>(action: LongAction, subject: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let own = Progress::cancellable()?;
    let Some(board) = Board::from_environment()? else { return progress::watched(Box::new(own), work) };
    let telling = board.begin(About::of_shell(action, subject));
    let outcome = progress::watched(Box::new(Both(own, telling.watcher())), work);
    drop(telling);
    outcome
}

/// On the standard error, each second.
#[derive(Debug)]
pub struct Progress {
    last: Option<Instant>,
    cancelled: Cancelled,
}

impl Progress {
    /// Of something that ends, and is taken back, when the process is told to stop.
    pub fn cancellable() -> Result<Self> {
        Ok(Self { last: None, cancelled: cancelled_when_told_to_stop()? })
    }
}

impl Watcher for Progress {
    fn begins(&mut self, phase: ActionPhase, about: &str) {
        eprintln!("{} …", progress::spoken(phase, about));
    }

    fn is_at(&mut self, done: u64, of: u64, left: Option<Duration>) {
        if self.last.is_some_and(|last| last.elapsed() < EVERY) {
            return;
        }
        self.last = Some(Instant::now());
        let left = left.map_or_else(String::new, |left| format!(", {} s to go", left.as_secs()));
        eprintln!("  {done} of {of}{left}");
    }

    fn has_passed(&mut self, bytes: u64, of: Option<u64>, left: Option<Duration>) {
        if self.last.is_some_and(|last| last.elapsed() < EVERY) {
            return;
        }
        // Nobody is told of what is over within a second.
        if self.last.replace(Instant::now()).is_none() {
            return;
        }
        let of = of.map_or_else(String::new, |of| format!(" of {}", spoken_bytes(of)));
        let left = left.map_or_else(String::new, |left| format!(", {} s to go", left.as_secs()));
        eprintln!("  {}{of}{left}", spoken_bytes(bytes));
    }

    fn goes_on(&self) -> Result<()> {
        self.cancelled.check()
    }
}
