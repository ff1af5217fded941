//! `portico org export` and `portico org import`: an organization moves from one installation to another.

use std::{
    fs::{self, File, OpenOptions},
    io::{BufReader, BufWriter, Read, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use api::{
    clock::Clock,
    config::{self, FilesConfig},
    db::copies::Snapshot,
    files::{Files, Waiting},
    ops::{
        book::Action,
        export::{Contents, arriving, leaving::Leaving},
        progress::{self, Counting},
        sealed::{Opening, Sealing},
        vault,
    },
};
use shared::{
    console::{ActionPhase, LongAction},
    ids::OrganizationId,
};

use crate::commands::{
    noted::{Note, noted},
    ops::shown,
};

/// Writes the file whole, or not at all.
pub fn export(slug: &str, to: &Path, recipient: Option<&str>) -> Result<()> {
    let recipient = recipient.map(vault::parse_recipients).transpose()?;
    let snapshot = Snapshot::take(&config::backup_database_url()?)?;
    let organization = find(&mut snapshot.reader()?, &snapshot, slug)?;
    noted(Action::ExportOrganization, &organization.to_string(), |note| {
        note.leave_out_why();
        note.say("sealed", recipient.is_some());
        leave(note, &snapshot, slug, organization, to, recipient)
    })
}

fn leave(
    note: &mut Note,
    snapshot: &Snapshot,
    slug: &str,
    organization: OrganizationId,
    to: &Path,
    recipients: Option<Vec<age::x25519::Recipient>>,
) -> Result<()> {
    let files = Files::open(&FilesConfig::from_environment()?)?;
    let out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to);
    let out = Counting(BufWriter::new(out.with_context(|| format!("{} cannot be written", to.display()))?));
    let written = shown(LongAction::ExportOrganization, slug, || {
        progress::begins(ActionPhase::WriteExport, slug, None);
        match recipients {
            None => write(snapshot, organization, &files, out)
                .and_then(|(out, contents)| Ok((out.0.into_inner()?, contents))),
            Some(recipients) => Sealing::begin_for(&recipients, out)
                .and_then(|sealing| write(snapshot, organization, &files, sealing))
                .and_then(|(sealing, contents)| Ok((sealing.finish()?.0.into_inner()?, contents))),
        }
    });
    let synced = written.and_then(|(file, contents)| {
        file.sync_all()?;
        Ok((file.metadata()?.len(), contents))
    });
    match synced {
        Ok((bytes, contents)) => {
            let rows: u64 = contents.tables.iter().map(|table| table.rows).sum();
            note.say("rows", rows);
            note.say("files", contents.files.len());
            note.say("bytes", bytes);
            println!("exported   {slug} into {}", to.display());
            println!("holds      {rows} rows and {} files, {bytes} bytes", contents.files.len());
            Ok(())
        }
        Err(error) => {
            fs::remove_file(to).context("what was begun cannot be removed")?;
            Err(error)
        }
    }
}

fn write<W: Write>(
    snapshot: &Snapshot,
    organization: OrganizationId,
    files: &Files,
    out: W,
) -> Result<(W, Contents)> {
    let mut reader = snapshot.reader()?;
    let mut leaving = reader.of(Some(organization), |rows| {
        let newcomer = rows.newcomer(organization)?;
        Leaving::begin(out, &newcomer, Clock::system().now(), rows)
    })?;
    leaving.files_of(files, &Waiting::alone()?)?;
    leaving.finish()
}

fn find(reader: &mut api::db::copies::Reader, snapshot: &Snapshot, slug: &str) -> Result<OrganizationId> {
    for id in &snapshot.organizations {
        if reader.of(Some(*id), |rows| rows.newcomer(*id))?.slug == slug {
            return Ok(*id);
        }
    }
    bail!("there is no organization {slug}")
}

pub fn import(file: &Path, slug: Option<&str>, identity: Option<&Path>) -> Result<()> {
    noted(Action::ImportOrganization, "an export", |note| {
        note.leave_out_why();
        arrive(note, file, slug, identity)
    })
}

fn arrive(note: &mut Note, file: &Path, slug: Option<&str>, identity: Option<&Path>) -> Result<()> {
    let about = || format!("{} cannot be read", file.display());
    let from = File::open(file).with_context(about)?;
    let bytes = from.metadata().with_context(about)?.len();
    let from = Counting(BufReader::new(from));
    let target = Files::open(&FilesConfig::from_environment()?)?;
    let into = config::owner_database_url()?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let arrived = shown(LongAction::ImportOrganization, &name, || {
        progress::begins(ActionPhase::ReadExport, "the file", Some(bytes));
        match identity {
            None => take_in(from, &into, &target, slug),
            Some(path) => {
                let text =
                    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
                let identity = vault::parse_identity(&text)?;
                take_in(Opening::begin(&identity, from)?, &into, &target, slug)
            }
        }
    });
    let arrived =
        arrived.with_context(|| format!("{} was not taken in: nothing was changed", file.display()))?;
    note.about(&arrived.organization.to_string());
    note.say("rows", arrived.rows);
    note.say("files", arrived.files);
    println!("took in    {} ({})", arrived.slug, arrived.organization);
    println!("holds      {} rows and {} files, each compared", arrived.rows, arrived.files);
    if let Some(number) = arrived.number {
        println!(
            "look at    its displayed codes begin with {number} here: another organization has its own number"
        );
    }
    println!(
        "look at    what it holds (`portico org licences {}`): licences came along as they were",
        arrived.slug
    );
    println!("next       it is suspended: `portico org resume {}` lets people in", arrived.slug);
    println!("           passwords are in no export: people ask for a link at the sign-in");
    Ok(())
}

fn take_in(from: impl Read, into: &str, target: &Files, slug: Option<&str>) -> Result<arriving::Arrived> {
    arriving::take_in(from, into, target, slug)
}
