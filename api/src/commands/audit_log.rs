//! `portico audit …`: the audit log out of the database, and proved without one.

use std::{
    fs::File,
    io::{BufReader, BufWriter, Read, Write},
    path::PathBuf,
    time::Instant,
};

use anyhow::{Context, Result, bail};
use api::{
    audit::{
        export::Export,
        keys::{self, HeadKeys},
        lines::Bytes,
        sample,
        sealer::Sealer,
        verify::{self, Known, Report},
    },
    clock::Clock,
    config,
    db::{Organization, operator::OperatorDb},
    ops::book::Action,
    organizations,
};
use clap::{Args, Subcommand};
use shared::ids::OrganizationId;

use super::noted::noted;

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Write an organization's audit log as lines of JSON, with its chain and signed heads.
    Export {
        /// The word in its addresses.
        slug: String,
        /// The file; the standard output where absent.
        #[arg(long)]
        to: Option<PathBuf>,
    },
    /// Verify an exported audit log, without a database: names the first bad row and what is wrong with it.
    Verify(VerifyArguments),
    /// Print the key that signs heads, to be noted where the database's administrators cannot write.
    Key,
    /// Write an audit log that holds and says nothing, to measure how fast it is verified.
    #[command(hide = true)]
    Sample {
        /// How many rows.
        #[arg(long)]
        rows: i64,
        /// The file.
        #[arg(long)]
        to: PathBuf,
    },
    /// Seal what waits to be sealed, in all organizations. `portico work` does it by itself.
    Seal,
}

#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The exported file; `-` is the standard input.
    #[arg(required_unless_present = "organization")]
    file: Option<PathBuf>,
    /// Verify this organization in the database instead of a file.
    #[arg(long, conflicts_with = "file")]
    organization: Option<String>,
    /// How far the chain went at some time, as `verify` printed it then: a log that was cut off since is found out.
    #[arg(long, value_name = "ROW:HASH", value_parser = verify::parse_head)]
    head: Option<(i64, [u8; 32])>,
    /// The key that signs, as `portico audit key` prints it. Without it, the keys that the file names are believed.
    #[arg(long)]
    key: Option<Bytes<32>>,
}

pub fn run(command: AuditCommand) -> Result<()> {
    match command {
        AuditCommand::Export { slug, to } => {
            let mut db = organizations::open()?;
            let organization = organization(&mut db, &slug)?;
            noted(Action::ExportAuditLog, &organization.id.to_string(), |note| {
                note.leave_out_why();
                match to {
                    Some(path) => {
                        let file = File::create(&path);
                        let file = file.with_context(|| format!("cannot write {}", path.display()))?;
                        let mut out = BufWriter::new(file);
                        export(&mut db, &organization, &mut out)?;
                        out.into_inner()?.sync_all()?;
                        Ok(())
                    }
                    None => export(&mut db, &organization, &mut std::io::stdout().lock()),
                }
            })
        }
        AuditCommand::Verify(arguments) => verify_log(&arguments),
        AuditCommand::Key => {
            for key in HeadKeys::read(&config::keys_directory()?)?.public() {
                println!("{}  {}", key.public_key, key.id);
            }
            Ok(())
        }
        AuditCommand::Sample { rows, to } => {
            let (directory, clock) = (config::keys_directory()?, Clock::system());
            keys::create(&directory, &clock)?;
            let mut out = BufWriter::new(File::create(to)?);
            sample::write(&mut out, rows, &HeadKeys::read(&directory)?, clock.now())?;
            Ok(out.flush()?)
        }
        AuditCommand::Seal => {
            let mut sealer = Sealer::new(HeadKeys::read(&config::keys_directory()?)?);
            println!("sealed {} rows", sealer.look(&mut organizations::open()?)?);
            Ok(())
        }
    }
}

/// Writes the lines of an organization, chunk by chunk.
fn export(db: &mut OperatorDb, organization: &Organization, out: &mut impl Write) -> Result<()> {
    let keys = HeadKeys::read(&config::keys_directory()?)?;
    let id = organization.id;
    let mut export = db.in_organization(id, |conn| Export::begin(conn, organization, keys.public()))?;
    loop {
        let mut lines = Vec::new();
        let done = db.in_organization(id, |conn| export.chunk(conn, &mut lines))?;
        out.write_all(&lines)?;
        if done {
            return Ok(out.flush()?);
        }
    }
}

fn organization(db: &mut OperatorDb, slug: &str) -> Result<Organization> {
    let row = organizations::find(db, slug)?.with_context(|| format!("there is no organization {slug}"))?;
    Ok(Organization {
        id: OrganizationId(row.id),
        number: row.number,
        short_id: row.short_id,
        slug: row.slug,
        name: row.name,
        suspended: row.state != "active",
    })
}

fn verify_log(arguments: &VerifyArguments) -> Result<()> {
    let known = Known { head: arguments.head, key: arguments.key.map(|key| key.0) };
    let started = Instant::now();
    let report = if let Some(slug) = &arguments.organization {
        let (reader, mut writer) = std::io::pipe()?;
        std::thread::scope(|scope| {
            // Where the writer fails, it is dropped: the reader comes to its end, and the failure is told.
            let writing = scope.spawn(move || {
                let mut db = organizations::open()?;
                let organization = organization(&mut db, slug)?;
                export(&mut db, &organization, &mut writer)
            });
            let report = verify::verify(BufReader::new(reader), known);
            match writing.join() {
                Ok(written) => written.and(report.map_err(Into::into)),
                Err(_) => bail!("the export has panicked"),
            }
        })?
    } else {
        let file = arguments.file.clone().unwrap_or_default();
        let from: Box<dyn Read> = if file.as_os_str() == "-" {
            Box::new(std::io::stdin())
        } else {
            Box::new(File::open(&file).with_context(|| format!("cannot read {}", file.display()))?)
        };
        verify::verify(BufReader::with_capacity(1 << 20, from), known)?
    };
    print(&report, started.elapsed().as_secs_f64())
}

fn print(report: &Report, seconds: f64) -> Result<()> {
    let rows = report.sealed + report.unsealed;
    let speed = u32::try_from(rows).map_or(0.0, |rows| f64::from(rows) / seconds);
    if let Some(organization) = report.organization {
        println!("organization  {organization}");
    }
    println!("sealed        {} rows", report.sealed);
    println!("not sealed    {} rows", report.unsealed);
    println!("erased        {} people", report.erased);
    println!("read          {rows} rows in {seconds:.2} s: {speed:.0} rows/s");
    if let Some((sequence, hash)) = report.head {
        println!("head          {sequence}:{}", Bytes(hash));
    }
    match &report.bad {
        None => {
            println!(
                "The audit log is whole. Note its head, so that a log that is cut off later is found out."
            );
            Ok(())
        }
        Some(bad) => bail!("the audit log was changed. The first bad row is {bad}"),
    }
}
