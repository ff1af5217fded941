//! `portico ops operator …`.
#![expect(clippy::print_stderr, reason = "what is asked is not the result")]

use std::{
    io::{BufRead as _, IsTerminal as _},
    path::PathBuf,
};

use anyhow::{Context as _, Result, bail};
use api::{
    clock::Clock,
    config::{self, book::BookConfig},
    console::{operators::shell::Registry, sealing::SealingKeys},
    db::console::ConsoleShell,
    ops::book::{Book, shell},
};
use clap::Subcommand;
use shared::console::Team;

#[derive(Debug, Subcommand)]
pub enum OperatorCommand {
    /// Make an operator. Asks for a password, and shows the second factor once.
    Create {
        /// The e-mail, which is also the name to sign in with.
        #[arg(long)]
        email: String,
        /// The name.
        #[arg(long)]
        name: String,
        /// The team; may be given again.
        #[arg(long = "team", required = true, value_parser = parse_team)]
        teams: Vec<Team>,
        /// The file that holds the password, instead of the terminal.
        #[arg(long)]
        password_file: Option<PathBuf>,
    },
    /// List all operators.
    List,
    /// Keep an operator from signing in, and end their sessions at once.
    Deactivate {
        /// The e-mail.
        email: String,
    },
    /// Give an operator a new password and a new second factor, which is shown once, and end their sessions.
    Reset {
        /// The e-mail.
        email: String,
        /// The file that holds the password, instead of the terminal.
        #[arg(long)]
        password_file: Option<PathBuf>,
    },
}

fn parse_team(text: &str) -> Result<Team, String> {
    let known = || Team::ALL.iter().map(|team| team.key()).collect::<Vec<_>>().join(", ");
    Team::from_key(text).ok_or_else(|| format!("the teams are {}", known()))
}

pub fn run(command: OperatorCommand) -> Result<()> {
    let book = BookConfig::from_environment()?;
    let mut registry = Registry {
        db: ConsoleShell::open(&config::console_database_url()?, Clock::system())?,
        sealing: SealingKeys::read(&config::keys_directory()?)?,
        book: Book::new(shell::keys(&book)?),
    };
    match command {
        OperatorCommand::Create { email, name, teams, password_file } => {
            let password = password(password_file)?;
            show(&email, &registry.create(&email, &name, &teams, &password)?);
        }
        OperatorCommand::List => {
            for one in registry.list()? {
                let teams = one.teams.iter().map(|team| team.key()).collect::<Vec<_>>().join(",");
                let state = match (one.active, one.enrolled) {
                    (false, _) => "inactive",
                    (true, false) => "to enrol",
                    (true, true) => "active",
                };
                println!("{:<40} {state:<9} {teams:<40} {}", one.email, one.name);
            }
            return Ok(());
        }
        OperatorCommand::Deactivate { email } => {
            registry.deactivate(&email)?;
            println!("{email} cannot sign in any more");
        }
        OperatorCommand::Reset { email, password_file } => {
            let password = password(password_file)?;
            show(&email, &registry.reset(&email, &password)?);
        }
    }
    if let Err(error) = shell::bring(&book, registry.db) {
        eprintln!(
            "warning: the head of the operations book is not off-site yet, `portico work` brings it: {error:#}"
        );
    }
    Ok(())
}

fn show(email: &str, otpauth_url: &str) {
    println!("{email} signs in at the console with the password and the codes of this second factor.");
    println!("It is shown now and never again; add it to an authenticator:");
    println!("{otpauth_url}");
}

/// The password: from a file, from the environment, or one line of the standard input. Never an argument, which other
/// people of the machine could see.
fn password(file: Option<PathBuf>) -> Result<String> {
    let text = match (file, config::operator_password()?) {
        (Some(path), _) => {
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?
        }
        (None, Some(password)) => password,
        (None, None) => {
            if std::io::stdin().is_terminal() {
                eprintln!("Password of the operator (it is shown while you type):");
            }
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line)?;
            line
        }
    };
    let password = text.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        bail!("a password is needed: type it, say --password-file, or set PORTICO_OPERATOR_PASSWORD");
    }
    Ok(password)
}
