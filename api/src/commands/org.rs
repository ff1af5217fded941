//! `portico org …`.

use std::{
    io::{BufRead, IsTerminal},
    path::PathBuf,
};

mod effect;
mod moving;

use anyhow::{Context, Result, bail};
use api::{
    config,
    db::operator::OperatorDb,
    ops::book::Action,
    organizations::{
        self, NewOrganization,
        licences::{self, HeldLicence, LicenceChange, NewLicence},
    },
};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use shared::{
    Language,
    ids::{LicenceId, OrganizationId},
};
use uuid::Uuid;

use super::noted::{Note, noted};

#[derive(Debug, Subcommand)]
pub enum OrgCommand {
    /// Create an organization with its first company admin.
    Create(CreateArguments),
    /// Suspend: nobody of it can sign in or go on.
    Suspend {
        /// The word in its addresses.
        slug: String,
    },
    /// Resume what was suspended.
    Resume {
        /// The word in its addresses.
        slug: String,
    },
    /// Write an organization with all of its rows and files into a file, which another installation takes in.
    Export {
        /// The word in its addresses.
        slug: String,
        /// The new file.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        /// The age recipient who alone can read it; everybody who has the file, where none is said.
        #[arg(long, value_name = "RECIPIENT")]
        recipient: Option<String>,
    },
    /// Take in an organization that was exported: all of it, or nothing.
    Import {
        /// The file.
        file: PathBuf,
        /// Another word in its addresses, where somebody else has its own here.
        #[arg(long)]
        slug: Option<String>,
        /// The file with the age identity that opens it.
        #[arg(long, value_name = "FILE")]
        identity: Option<PathBuf>,
    },
    /// List all organizations.
    List,
    /// Serve an organization at a domain of its own.
    Domain {
        /// The word in its addresses.
        slug: String,
        /// The host, such as projects.example.org.
        host: String,
    },
    /// Let an organization hold more licences.
    Hold {
        /// The word in its addresses.
        slug: String,
        /// TYPE=SEATS or TYPE=unlimited, with @FROM..UNTIL or @FROM.. behind it.
        #[arg(required = true)]
        licences: Vec<NewLicence>,
    },
    /// List the licences that an organization holds.
    Licences {
        /// The word in its addresses.
        slug: String,
    },
    /// Change the seats of a licence, or the day on which it ends.
    ChangeLicence {
        /// The word in the organization's addresses.
        slug: String,
        /// The licence's id, as `portico org licences` shows it.
        licence: Uuid,
        /// A number, or unlimited.
        #[arg(long)]
        seats: Option<String>,
        /// The last day, such as 2026-12-31, or never.
        #[arg(long, required_unless_present = "seats")]
        until: Option<String>,
        /// Do it. Without this, only what it would come to is printed.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub struct CreateArguments {
    /// The word in its addresses: 2 to 40 lower-case letters, digits and hyphens.
    #[arg(long)]
    slug: String,
    /// Its name.
    #[arg(long)]
    name: String,
    /// The language of its admin and of new users: en or es.
    #[arg(long, default_value = "en")]
    language: String,
    /// The ISO 4217 code of its currency.
    #[arg(long, default_value = "EUR")]
    currency: String,
    /// The IANA name of its time zone.
    #[arg(long, default_value = "UTC")]
    time_zone: String,
    /// The e-mail of its first company admin.
    #[arg(long)]
    admin_email: String,
    /// The admin's first name.
    #[arg(long)]
    admin_first_name: String,
    /// The admin's last name.
    #[arg(long)]
    admin_last_name: String,
    /// What it holds: TYPE=SEATS or TYPE=unlimited, with @FROM..UNTIL or @FROM.. behind it. May be given again.
    #[arg(long = "licence")]
    licences: Vec<NewLicence>,
}

pub fn run(command: OrgCommand) -> Result<()> {
    let command = match command {
        OrgCommand::Export { slug, to, recipient } => {
            return moving::export(&slug, &to, recipient.as_deref());
        }
        OrgCommand::Import { file, slug, identity } => {
            return moving::import(&file, slug.as_deref(), identity.as_deref());
        }
        other => other,
    };
    let mut db = organizations::open()?;
    match command {
        OrgCommand::Export { .. } | OrgCommand::Import { .. } => Ok(()),
        OrgCommand::Create(arguments) => {
            let new = arguments.into_new()?;
            noted(Action::CreateOrganization, "a new organization", |note| {
                note.leave_out_why();
                let id = organizations::create(&mut db, &new)?;
                note.about(&id.to_string());
                println!("created {} ({id})", new.slug);
                Ok(())
            })
        }
        OrgCommand::Suspend { slug } => noted_of(&mut db, Action::SuspendOrganization, &slug, |db, _, _| {
            organizations::suspend(db, &slug)?;
            println!("suspended {slug}");
            Ok(())
        }),
        OrgCommand::Resume { slug } => noted_of(&mut db, Action::ResumeOrganization, &slug, |db, _, _| {
            organizations::resume(db, &slug)?;
            println!("resumed {slug}");
            Ok(())
        }),
        OrgCommand::List => {
            for one in organizations::list(&mut db)? {
                println!("{:>5}  {:<24} {:<10} {}", one.number, one.slug, one.state, one.name);
            }
            Ok(())
        }
        OrgCommand::Domain { slug, host } => noted_of(&mut db, Action::AddDomain, &slug, |db, _, _| {
            organizations::add_domain(db, &slug, &host)?;
            println!("{slug} is served at {host}");
            Ok(())
        }),
        OrgCommand::Hold { slug, licences: new } => {
            noted_of(&mut db, Action::HoldLicences, &slug, |db, organization, note| {
                note.say("licences", new.iter().map(ToString::to_string).collect::<Vec<_>>());
                licences::hold(db, organization, &new)?;
                println!("{slug} holds {} more", new.len());
                Ok(())
            })
        }
        OrgCommand::Licences { slug } => {
            let organization = organization(&mut db, &slug)?;
            for (licence, used) in licences::held(&mut db, organization)? {
                println!("{}, {used} used", line(&licence));
            }
            Ok(())
        }
        OrgCommand::ChangeLicence { slug, licence, seats, until, yes } => {
            let change = LicenceChange {
                seats: seats.as_deref().map(licences::parse_seats).transpose()?,
                valid_until: until.as_deref().map(parse_end).transpose()?,
            };
            let organization = organization(&mut db, &slug)?;
            let simulation = licences::simulate(&mut db, organization, LicenceId(licence), change)?;
            print!("{}", effect::in_words(&simulation));
            if !yes {
                bail!("nothing was changed; say --yes to do it");
            }
            noted_of(&mut db, Action::ChangeLicence, &slug, |db, organization, note| {
                note.say("licence", licence.to_string());
                note.say("seats", seats);
                note.say("until", until);
                println!("{}", line(&licences::change(db, organization, LicenceId(licence), change)?));
                Ok(())
            })
        }
    }
}

/// Does something to an organization, which the book names by its id alone: an erasure leaves nothing by which somebody
/// would know it again.
fn noted_of(
    db: &mut OperatorDb,
    action: Action,
    slug: &str,
    work: impl FnOnce(&mut OperatorDb, OrganizationId, &mut Note) -> Result<()>,
) -> Result<()> {
    let organization = organization(db, slug)?;
    noted(action, &organization.to_string(), |note| {
        note.leave_out_why();
        work(db, organization, note)
    })
}

fn organization(db: &mut OperatorDb, slug: &str) -> Result<OrganizationId> {
    let found = organizations::find(db, slug)?;
    Ok(found.with_context(|| format!("there is no organization {slug}"))?.id.into())
}

fn line(licence: &HeldLicence) -> String {
    let HeldLicence { id, licence_type, seats, valid_from, valid_until } = licence;
    let seats = seats.map_or_else(|| "unlimited".to_owned(), |seats| seats.to_string());
    let until = valid_until.map(|until| until.to_string()).unwrap_or_default();
    format!("{id}  {:<30} {valid_from}..{until}", format!("{licence_type}={seats}"))
}

fn parse_end(text: &str) -> Result<Option<NaiveDate>> {
    match text {
        "never" => Ok(None),
        day => Ok(Some(day.parse().context("write the last day as 2026-12-31, or never")?)),
    }
}

impl CreateArguments {
    fn into_new(self) -> Result<NewOrganization> {
        let language = Language::from_code(&self.language).context("the language is en or es")?;
        Ok(NewOrganization {
            slug: self.slug,
            name: self.name,
            language,
            currency: self.currency,
            time_zone: self.time_zone,
            admin_email: self.admin_email,
            admin_first_name: self.admin_first_name,
            admin_last_name: self.admin_last_name,
            admin_password: password()?,
            licences: self.licences,
        })
    }
}

/// The admin's password: from the environment, or one line of the standard input. Never an argument, which other
/// people of the machine could see.
fn password() -> Result<String> {
    if let Some(password) = config::initial_password()? {
        return Ok(password);
    }
    if std::io::stdin().is_terminal() {
        eprintln!("Password of the company admin (it is shown while you type):");
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        bail!("a password is needed: type it, or set PORTICO_INITIAL_PASSWORD");
    }
    Ok(password)
}
