//! `portico`: serves, migrates, and does what operators ask for.

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{
    audit_log::AuditCommand, files::FilesCommand, jobs::JobsCommand, ops::OpsCommand, org::OrgCommand,
};

/// The system's own gives each thread an arena, keeps what was freed in it, and takes a tenth of a request's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Portico: projects, services, programs and portfolios.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Create the database roles and the database (as a superuser, once).
    Bootstrap {
        /// The database's name.
        #[arg(long, default_value = "portico")]
        database: String,
    },
    /// Bring the database's schema up to this version.
    Migrate,
    /// Keys that sign access tokens, the audit log, backups and the operations book, and that seal second factors.
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Organizations.
    Org {
        #[command(subcommand)]
        command: OrgCommand,
    },
    /// The audit log: export it, and verify that nothing in it was changed.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Make two demo organizations where they are missing, and print their accounts.
    Demo,
    /// Say what is misconfigured, missing or about to go wrong, why it matters, and how to mend it.
    Doctor {
        /// As JSON, for programs.
        #[arg(long)]
        json: bool,
    },
    /// Serve the API, and the app where `PORTICO_APP_DIR` says.
    Serve,
    /// Serve the console of operators, in the administration network.
    Console,
    /// Send mails, and do what else is done behind people's backs.
    Work,
    /// What people upload.
    Files {
        #[command(subcommand)]
        command: FilesCommand,
    },
    /// Work that was left behind.
    Jobs {
        #[command(subcommand)]
        command: JobsCommand,
    },
    /// Backups: make, list, verify and restore sets. The operations book, and operators.
    Ops {
        #[command(subcommand)]
        command: OpsCommand,
    },
    /// Print the API's OpenAPI document.
    Openapi {
        /// That of the console.
        #[arg(long)]
        console: bool,
    },
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Make a key where there is none.
    Create,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", said(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error and its causes. Many a library says its cause itself: nothing is said twice.
fn said(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |said, cause| {
        let cause = cause.to_string();
        match said.as_str() {
            "" => cause,
            before if before.contains(&cause) => said,
            before => format!("{before}: {cause}"),
        }
    })
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Bootstrap { database } => commands::bootstrap(&database),
        Command::Migrate => commands::migrate(),
        Command::Keys { command: KeysCommand::Create } => commands::create_key(),
        Command::Org { command } => commands::org::run(command),
        Command::Audit { command } => commands::audit_log::run(command),
        Command::Demo => commands::demo(),
        Command::Doctor { json } => commands::doctor(json),
        Command::Serve => commands::serve(),
        Command::Console => commands::console(),
        Command::Work => commands::work(),
        Command::Files { command } => commands::files::run(command),
        Command::Jobs { command } => commands::jobs::run(&command),
        Command::Ops { command } => commands::ops::run(command),
        Command::Openapi { console } => commands::openapi(console),
    }
}
