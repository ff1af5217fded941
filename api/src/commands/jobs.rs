//! `portico jobs …`.

use anyhow::{Result, bail};
use api::{db::queue, ops::book::Action, organizations};
use clap::Subcommand;
use uuid::Uuid;

use super::noted::noted;

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
            let subject = job.map_or_else(|| "all that was given up".to_owned(), |job| job.to_string());
            return noted(Action::RetryJobs, &subject, |note| {
                let now = db.clock().now();
                let revived = queue::revive(db.global(), *job, now)?;
                if let (0, Some(job)) = (revived, job) {
                    bail!("{job} is no job that was given up");
                }
                note.say("jobs", revived);
                println!("{revived} will be tried again");
                Ok(())
            });
        }
    }
    Ok(())
}
