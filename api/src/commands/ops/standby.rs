//! `portico ops drill`, `portico ops standby …` and `portico ops fence`.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, Result, bail};
use api::{
    clock::Clock,
    config::{
        self, WorkConfig,
        backups::RestoreConfig,
        standby::{DrillConfig, StandbyConfig},
    },
    db::operator::OperatorDb,
    ops::{
        book::Action,
        fence::Watch,
        signing::Signers,
        standby::{
            Kind, Plan,
            mirror::{Fetched, Mirror},
            proxy::Proxy,
            take_over,
        },
        stream::recover::{Cancelled, To},
    },
};
use clap::{Args, Subcommand};
use shared::console::{StepOutcome, TakeOverReport};

use super::{
    From,
    recover::{Progress, ToArgument, keep_from_being_looked_into, parse},
};
use crate::commands::noted::noted;

/// How often what is new is fetched.
const EVERY: Duration = Duration::from_secs(5);

/// What is brought back.
#[derive(Debug, Args)]
pub struct What {
    /// The store to read from; of a take-over, the stream comes from the mirror where there is one.
    #[arg(long, default_value = "off-site")]
    from: From,
    /// The instant, such as 2026-11-29T10:15:00Z; everything that there is, where none is said.
    #[arg(long, value_name = "INSTANT", value_parser = parse, default_value = "end")]
    to: ToArgument,
    /// The database.
    #[arg(long, default_value = "portico")]
    database: String,
}

#[derive(Debug, Args)]
pub struct DrillArguments {
    /// The folder below which everything is brought back, and thrown away.
    #[arg(long, value_name = "DIRECTORY")]
    below: PathBuf,
    #[command(flatten)]
    what: What,
}

#[derive(Debug, Subcommand)]
pub enum StandbyCommand {
    /// Fetch what the stream has put off-site, sealed as it is, until stopped.
    Fetch {
        /// Once, and no more.
        #[arg(long)]
        once: bool,
    },
    /// Bring the installation back here, and let the addresses lead here. Production takes no changes from then on.
    Activate(ActivateArguments),
}

#[derive(Debug, Args)]
pub struct ActivateArguments {
    /// Why: whoever comes meanwhile is told so, and it stands in the operations book.
    #[arg(long)]
    because: String,
    /// The directory of the new cluster; it is empty or not there. It belongs to the user who runs this.
    #[arg(long, value_name = "DIRECTORY")]
    into_directory: PathBuf,
    /// The folder for the files that people have uploaded; it is empty or not there.
    #[arg(long, value_name = "FOLDER")]
    files_into: PathBuf,
    #[command(flatten)]
    what: What,
    /// Go on where no store takes that a later epoch begins: production has to be off for good.
    #[arg(long)]
    without_fence: bool,
    /// Do it.
    #[arg(long)]
    yes: bool,
}

pub fn drill(arguments: DrillArguments) -> Result<()> {
    let program = this_program()?;
    let config = RestoreConfig::from_environment()?;
    let plan = Plan {
        kind: Kind::Drill,
        to: arguments.what.to.0,
        from: arguments.what.from.place(),
        mirror: None,
        directory: arguments.below,
        files: None,
        database: arguments.what.database,
        proxy: DrillConfig::proxy_from_environment().map(Proxy::new),
        program,
    };
    go(Action::Drill, &config, &plan)
}

pub fn run(command: StandbyCommand) -> Result<()> {
    match command {
        StandbyCommand::Fetch { once } => fetch(once),
        StandbyCommand::Activate(arguments) => activate(arguments),
    }
}

fn activate(arguments: ActivateArguments) -> Result<()> {
    let program = this_program()?;
    let config = StandbyConfig::from_environment()?;
    let start = config.start.context(
        "PORTICO_STANDBY_START_COMMAND is not set. It names the program that starts PostgreSQL and the servers here.",
    )?;
    let upstream = config.upstream.context(
        "PORTICO_STANDBY_UPSTREAM is not set. It says where the server here is, such as 127.0.0.1:8081.",
    )?;
    if !arguments.yes {
        bail!(
            "production would take no changes any more, and {upstream} would take its place; nothing was changed. Say \
             --yes to do it."
        );
    }
    let plan = Plan {
        kind: Kind::Activation {
            because: arguments.because,
            start,
            upstream,
            without_fence: arguments.without_fence,
        },
        to: arguments.what.to.0,
        from: arguments.what.from.place(),
        mirror: config.mirror,
        directory: arguments.into_directory,
        files: Some(arguments.files_into),
        database: arguments.what.database,
        proxy: config.proxy.map(Proxy::new),
        program,
    };
    go(Action::ActivateStandby, &config.restore, &plan)
}

/// Found before nobody may look into this process any more, itself among them.
fn this_program() -> Result<PathBuf> {
    let program = config::application::this_program()?;
    keep_from_being_looked_into()?;
    Ok(program)
}

fn go(action: Action, config: &RestoreConfig, plan: &Plan) -> Result<()> {
    let subject = match plan.to {
        To::End => "the end of the stream".to_owned(),
        To::Instant(instant) => format!("the stream at {instant}"),
    };
    noted(action, &subject, |note| {
        let (report, outcome) =
            take_over::take_over(config, plan, &Clock::system(), &mut Progress::cancellable()?);
        note.say("report", serde_json::to_value(&report)?);
        print(&report);
        outcome
    })
}

fn print(report: &TakeOverReport) {
    for step in &report.steps {
        let outcome = match step.outcome {
            StepOutcome::Done => "done",
            StepOutcome::Skipped => "skipped",
            StepOutcome::Failed => "FAILED",
        };
        println!("{:<14} {outcome:<8} {:>7.1} s  {}", step.step.key(), step.seconds, step.details);
    }
    let what = if report.is_drill { "drill" } else { "take-over" };
    println!("{what} {} in {:.1} s", if report.passed { "passed" } else { "FAILED" }, report.seconds);
}

fn fetch(once: bool) -> Result<()> {
    let folder = StandbyConfig::mirror_from_environment()?;
    let mirror = Mirror::open(&RestoreConfig::from_environment()?, &folder)?;
    if once {
        let fetched = mirror.look()?;
        println!(
            "fetched    {} base backups and {} objects of the log, {} bytes; {} objects went",
            fetched.bases, fetched.objects, fetched.bytes, fetched.removed
        );
        return is_good(&fetched);
    }
    let _traces = crate::commands::observe("portico-standby")?;
    crate::commands::repeating::until_told_to_stop(
        "fetch",
        EVERY,
        &Cancelled::default(),
        move || match mirror.look() {
            Ok(fetched) => {
                for why in &fetched.wrong {
                    tracing::error!(why, "something was not taken");
                }
            }
            Err(error) => tracing::error!(error = format!("{error:#}"), "nothing can be fetched now"),
        },
    )
}

fn is_good(fetched: &Fetched) -> Result<()> {
    match fetched.wrong.first() {
        None => Ok(()),
        Some(first) => bail!("{} things were not taken: {first}", fetched.wrong.len()),
    }
}

pub fn fence() -> Result<()> {
    let work = WorkConfig::from_environment()?;
    let backups = work
        .backups
        .context("no stores of backups are set: nobody says there that another has taken over")?;
    let keys =
        backups.attendance_keys.context("PORTICO_ATTENDANCE_KEYS_FILE is not set: nobody's word counts")?;
    let watch =
        Watch { stores: backups.stores, signers: Signers::parse(&keys)?, readers: work.operators_mail };
    let mut db = OperatorDb::open(&config::operator_database_url()?, Clock::system())?;
    let standing = watch.look(&mut db)?;
    match standing.fenced_by {
        None => {
            println!("epoch      {}, and none later is said", standing.epoch);
            Ok(())
        }
        Some(later) => bail!(
            "epoch {later} has taken the place of epoch {}, which takes no changes any more: {}",
            standing.epoch,
            standing.fenced_because.unwrap_or_default()
        ),
    }
}
