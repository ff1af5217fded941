//! `portico jobs …`.

use anyhow::{Result, bail};
use api::{db::queue, organizations};
use clap::Subcommand;
use uuid::Uuid;

#[derive(Debug, Subcommand)]
pub enum JobsCommand {
    /// List what waits, is under way, or was given up.
    List {
        /// Only what was given up.
        #[arg(long)]
        dead: bool,
    },
    /// Let what was given up be tried again.
    Retry {
        /// The job's id, as `portico jobs list` shows it.
        #[arg(required_unless_present = "all")]
        job: Option<Uuid>,
        /// All that was given up.
        #[arg(long, conflicts_with = "job")]
        all: bool,
    },
}

pub fn run(command: &JobsCommand) -> Result<()> {
    let mut db = organizations::open()?;
    match command {
        JobsCommand::List { dead } => {
            let states: &[&str] = if *dead { &["dead"] } else { &["waiting", "running", "dead"] };
            for job in queue::list(db.global(), states)? {
                let queue::Listed { organization, id, kind, state, due_at, attempts, last_error } = job;
                let due_at = due_at.format("%Y-%m-%dT%H:%M:%SZ");
                let error = last_error.unwrap_or_default();
                println!("{id}  {organization:<24} {kind:<10} {state:<8} {attempts:>3}  {due_at}  {error}");
            }
        }
        JobsCommand::Retry { job, .. } => {
            let now = db.clock().now();
            match (queue::revive(db.global(), *job, now)?, job) {
                (0, Some(job)) => bail!("{job} is no job that was given up"),
                (revived, _) => println!("{revived} will be tried again"),
            }
        }
    }
    Ok(())
}
