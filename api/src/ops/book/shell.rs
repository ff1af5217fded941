//! Entries of commands, and the care for the book that a worker takes: nothing that was done is forgotten because the
//! database, the key or the off-site store was not there.

use anyhow::{Context as _, Result, bail};

use super::{Book, BookKeys, Entry, off_site, store, waiting};
use crate::{
    ApiError,
    clock::Clock,
    config::book::BookConfig,
    db::{
        console::{ConsoleConn, ConsoleShell},
        operator::OperatorDb,
    },
};

/// What became of an entry.
#[derive(Debug)]
pub enum Written {
    /// It stands in the book.
    InBook {
        /// Why its signed head is not off-site, where it is not: a worker brings it.
        not_off_site: Option<String>,
    },
    /// It waits in this file, since the book could not be written.
    Waiting {
        /// Why it could not.
        because: String,
        /// The file.
        file: std::path::PathBuf,
    },
    /// It stands nowhere: it could not be written, and no folder is set in which it could wait.
    Nowhere {
        /// Why it could not.
        because: String,
    },
}

/// Writes an entry, what waits first. Where it cannot be written, it waits.
pub fn write(config: &BookConfig, clock: &Clock, entry: &Entry) -> Result<Written> {
    let because = match try_write(config, clock, entry) {
        Ok(not_off_site) => return Ok(Written::InBook { not_off_site }),
        Err(error) => format!("{error:#}"),
    };
    let Some(folder) = &config.waiting else { return Ok(Written::Nowhere { because }) };
    let file =
        waiting::keep(folder, entry).with_context(|| format!("the book could not be written: {because}"))?;
    Ok(Written::Waiting { because, file })
}

fn try_write(config: &BookConfig, clock: &Clock, entry: &Entry) -> Result<Option<String>> {
    let book = Book::new(keys(config)?);
    let mut db = Writer::open(config, clock)?;
    let left = config.waiting.as_deref().map(waiting::all).transpose()?.unwrap_or_default();
    db.run(|conn| {
        waiting::write(conn, &book, &left)?;
        book.write(conn, entry)
    })?;
    waiting::done(&left);
    Ok(bring_by(config, &mut db).err().map(|error| format!("{error:#}")))
}

/// Who writes the book from a shell: the console's role, or, where a shell has not that one, the operators', which do
/// what is written down.
enum Writer {
    Console(ConsoleShell),
    Operator(OperatorDb),
}

impl Writer {
    fn open(config: &BookConfig, clock: &Clock) -> Result<Self> {
        match (&config.database_url, &config.operator_database_url) {
            (Some(url), _) => ConsoleShell::open(url, clock.clone()).map(Self::Console),
            (None, Some(url)) => OperatorDb::open(url, clock.clone()).map(Self::Operator),
            (None, None) => {
                bail!("neither PORTICO_CONSOLE_DATABASE_URL nor PORTICO_OPERATOR_DATABASE_URL is set")
            }
        }
    }

    fn run<T>(
        &mut self,
        work: impl FnOnce(&mut ConsoleConn<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        match self {
            Self::Console(db) => db.run(work),
            Self::Operator(db) => db.on_the_platform(work),
        }
    }
}

/// Brings the newest signed head off-site, where that is set up.
pub fn bring(config: &BookConfig, db: ConsoleShell) -> Result<()> {
    bring_by(config, &mut Writer::Console(db))
}

fn bring_by(config: &BookConfig, db: &mut Writer) -> Result<()> {
    let Some(store) = off_site::open(config.stores.as_ref())? else { return Ok(()) };
    let keys = keys(config)?;
    Ok(db.run(|conn| off_site::bring(conn, &store, keys.as_ref()).map_err(ApiError::internal))?)
}

/// The key that signs, where it is here.
pub fn keys(config: &BookConfig) -> Result<Option<BookKeys>> {
    Ok(config.keys_directory.as_deref().map(BookKeys::find).transpose()?.flatten())
}

/// Writes an entry of the worker's own, and sees to it that the signed head goes off-site with it. Where that cannot be done
/// now, the worker looks after it later.
pub fn note(config: &BookConfig, db: &mut OperatorDb, entry: &Entry) -> Result<()> {
    db.on_the_platform(|conn| Book::new(None).write(conn, entry))?;
    look_after(config, db)
}

/// What a worker does every now and then: writes what waits, signs for what nobody signed for, and brings the newest head
/// off-site. Fails where the database does; what else is out of reach is said, and looked for again.
pub fn look_after(config: &BookConfig, db: &mut OperatorDb) -> Result<()> {
    let keys = keys(config).unwrap_or_else(|error| not_now(&error));
    let book = Book::new(keys.clone());
    let left = config.waiting.as_deref().map_or_else(|| Ok(Vec::new()), waiting::all);
    let left = left.unwrap_or_else(|error| not_now(&error));
    db.on_the_platform(|conn| {
        waiting::write(conn, &book, &left)?;
        keys.as_ref().map_or(Ok(None), |keys| store::sign_rest(conn, keys))
    })?;
    waiting::done(&left);
    match off_site::open(config.stores.as_ref()) {
        Ok(Some(store)) => {
            let bring = |conn: &mut ConsoleConn<'_>| {
                off_site::bring(conn, &store, keys.as_ref()).map_err(ApiError::internal)
            };
            if let Err(error) = db.on_the_platform(bring) {
                not_now::<()>(&error.into());
            }
        }
        Ok(None) => {}
        Err(error) => not_now(&error),
    }
    Ok(())
}

fn not_now<T: Default>(error: &anyhow::Error) -> T {
    tracing::warn!(error = format!("{error:#}"), "the operations book waits for another look");
    T::default()
}
