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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use api::ops::book::Action;
    use clap::CommandFactory as _;

    use super::*;

    /// What a command leaves in the operations book.
    #[derive(Debug)]
    #[expect(dead_code, reason = "rows are said to whoever reads the list")]
    enum Leaves {
        /// A row, however it ends; of what the backup environment does alone, once production hears of it.
        Row(Action),
        /// Nothing, since it only looks.
        Looks,
        /// Nothing by itself: it goes on, and each thing that it does is a row.
        GoesOn,
        /// Nothing, and why.
        Nothing(&'static str),
    }

    use Leaves::{GoesOn, Looks, Nothing, Row};

    const COMMANDS: [(&str, Leaves); 54] = [
        ("audit export", Row(Action::ExportAuditLog)),
        ("audit key", Looks),
        ("audit sample", Nothing("it writes a log of nobody, to measure")),
        (
            "audit seal",
            Nothing("it does what the worker does by itself, and changes nothing that anybody has said"),
        ),
        ("audit verify", Looks),
        ("bootstrap", Nothing("there is no book before it")),
        ("console", GoesOn),
        ("demo", Nothing("it makes organizations of nobody")),
        ("doctor", Looks),
        ("files copy", Row(Action::CopyFiles)),
        ("jobs list", Looks),
        ("jobs retry", Row(Action::RetryJobs)),
        ("keys create", Nothing("it comes before the database, and changes no key that is there")),
        ("migrate", Nothing("it lays the book itself; which version came when stands with the migrations")),
        ("openapi", Looks),
        ("ops attend", GoesOn),
        ("ops attendance-key", Looks),
        ("ops backup", Row(Action::MakeSet)),
        ("ops book export", Looks),
        ("ops book key", Looks),
        ("ops book resume", Row(Action::ResumeBook)),
        ("ops book verify", Looks),
        ("ops drill", Row(Action::Drill)),
        ("ops erasure destroy-keys", Row(Action::DestroyKeys)),
        ("ops erasure list", Looks),
        ("ops erasure rewrite", Row(Action::RewriteErased)),
        ("ops fence", Row(Action::Fence)),
        ("ops identity", Nothing("it comes before everything else")),
        ("ops init", Nothing("it comes before everything else")),
        ("ops key", Looks),
        ("ops operator create", Row(Action::CreateOperator)),
        ("ops operator deactivate", Row(Action::UpdateOperator)),
        ("ops operator list", Looks),
        ("ops operator reset", Row(Action::ResetOperator)),
        ("ops prune", Row(Action::PruneSets)),
        ("ops recover", Row(Action::RestoreSet)),
        ("ops restore", Row(Action::RestoreSet)),
        ("ops sets", Looks),
        ("ops standby activate", Row(Action::ActivateStandby)),
        ("ops standby fetch", GoesOn),
        ("ops stream", GoesOn),
        ("ops verify", Row(Action::VerifySet)),
        ("org change-licence", Row(Action::ChangeLicence)),
        ("org create", Row(Action::CreateOrganization)),
        ("org domain", Row(Action::AddDomain)),
        ("org export", Row(Action::ExportOrganization)),
        ("org hold", Row(Action::HoldLicences)),
        ("org import", Row(Action::ImportOrganization)),
        ("org licences", Looks),
        ("org list", Looks),
        ("org resume", Row(Action::ResumeOrganization)),
        ("org suspend", Row(Action::SuspendOrganization)),
        ("serve", GoesOn),
        ("work", GoesOn),
    ];

    fn leaves(command: &clap::Command, path: &str, found: &mut Vec<String>) {
        let mut below = command.get_subcommands().filter(|one| one.get_name() != "help").peekable();
        if below.peek().is_none() {
            found.push(path.to_owned());
        }
        for one in below {
            leaves(one, format!("{path} {}", one.get_name()).trim(), found);
        }
    }

    /// Whoever adds a command says here what it leaves; that it does is shown where the commands are run.
    #[test]
    fn each_command_leaves_a_row_in_the_operations_book_or_says_why_not() {
        let mut all = Vec::new();
        leaves(&Arguments::command(), "", &mut all);
        let known: BTreeMap<&str, &Leaves> = COMMANDS.iter().map(|(name, leaves)| (*name, leaves)).collect();
        all.sort();
        assert_eq!(all, known.keys().copied().collect::<Vec<_>>());
        for (name, leaves) in known {
            if let Nothing(why) = leaves {
                assert!(why.len() > 20, "{name}: {why}");
            }
        }
    }
}
