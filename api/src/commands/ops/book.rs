//! `portico ops book …`.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
};

use anyhow::{Context as _, Result, bail};
use api::{
    audit::lines::{Bytes, PublicKey},
    clock::Clock,
    config::book::BookConfig,
    db::console::ConsoleShell,
    ops::book::{
        BookKeys, lines, off_site, set_back, shell,
        verify::{self, Known, Report},
    },
};
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum BookCommand {
    /// Verify the book in the database, or one that was written out: names the first bad row and what is wrong with it.
    Verify(VerifyArguments),
    /// Write the book as lines of JSON, with its chain and signed heads.
    Export {
        /// The file; the standard output where absent.
        #[arg(long)]
        to: Option<PathBuf>,
    },
    /// After a restore the book ends before what was signed since: say so in the book, so that it verifies again.
    Resume {
        /// Why it was set back.
        #[arg(long)]
        because: String,
    },
    /// Print the keys that sign, to be noted where the database's administrators cannot write.
    Key,
}

#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The file; the database where absent.
    file: Option<PathBuf>,
    /// A key that signs, as `portico ops book key` prints it; may be given again. Without it, those of `PORTICO_KEYS_DIR` are
    /// believed.
    #[arg(long)]
    key: Vec<Bytes<32>>,
}

pub fn run(command: BookCommand) -> Result<()> {
    let config = BookConfig::from_environment()?;
    match command {
        BookCommand::Verify(arguments) => verify_book(&config, &arguments),
        BookCommand::Export { to } => match to {
            Some(path) => {
                let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
                let mut out = BufWriter::new(file);
                write_out(&config, &mut out)?;
                out.into_inner()?.sync_all()?;
                Ok(())
            }
            None => write_out(&config, &mut std::io::stdout().lock()),
        },
        BookCommand::Resume { because } => {
            let store = off_site::open(config.stores.as_ref())?;
            let store = store
                .context("no off-site store is set: nothing there could say that the book was longer")?;
            let keys =
                shell::keys(&config)?.context("only who has the book's key may say so: it is not here")?;
            let mut db = open(&config)?;
            let heads = off_site::heads(&store)?;
            let set_back = db.run(|conn| set_back::resume(conn, &keys, &heads, &because))?;
            match set_back {
                Some(one) => println!("rows {} to {} are gone; the book says so now", one.from, one.to),
                None => println!("no head off-site goes further: there is nothing to say"),
            }
            shell::bring(&config, db)
        }
        BookCommand::Key => {
            for key in BookKeys::read(&api::config::keys_directory()?)?.public() {
                println!("{}", key.public_key);
            }
            Ok(())
        }
    }
}

fn open(config: &BookConfig) -> Result<ConsoleShell> {
    let url = config.database_url.as_deref().context("PORTICO_CONSOLE_DATABASE_URL is not set")?;
    ConsoleShell::open(url, Clock::system())
}

fn write_out(config: &BookConfig, out: &mut dyn Write) -> Result<()> {
    let keys = shell::keys(config)?;
    let public = keys.as_ref().map_or(&[][..], BookKeys::public);
    open(config)?.run(|conn| lines::write(conn, public, out))?;
    Ok(())
}

fn verify_book(config: &BookConfig, arguments: &VerifyArguments) -> Result<()> {
    let text = if let Some(path) = &arguments.file {
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?
    } else {
        let mut out = Vec::new();
        write_out(config, &mut out)?;
        String::from_utf8(out)?
    };
    let given = arguments.key.iter().map(|key| PublicKey { id: String::new(), public_key: *key });
    let mut keys: Vec<PublicKey> = given.collect();
    if keys.is_empty() {
        keys = shell::keys(config)?.map(|keys| keys.public().to_vec()).unwrap_or_default();
    }
    let is_believed = keys.is_empty();
    let store = off_site::open(config.stores.as_ref())?;
    let heads = store.as_ref().map(off_site::heads).transpose()?;
    let report = verify::verify(text.lines(), &Known { keys, heads: heads.clone().unwrap_or_default() });
    print(&report);
    if is_believed {
        println!("key        none is known: those that the book itself names were believed");
    }
    if heads.is_none() {
        println!("off-site   no store is set: rows that were cut off at the end would not be found out");
    }
    match report.bad {
        Some(bad) => bail!("{bad}"),
        None => Ok(()),
    }
}

fn print(report: &Report) {
    println!("rows       {}, of which {} wait for their signature", report.entries, report.unsigned);
    if let Some((sequence, hash)) = report.head {
        println!("head       {sequence}:{}", Bytes(hash));
    }
    println!("off-site   {} heads were compared", report.off_site);
    for (place, because) in &report.explained {
        println!("set back   row {place} says why: {because}");
    }
}
