//! The backup environment: reads sets, and proves that they hold what their manifests say. Production cannot do this: it has
//! no identity that opens the vault.

use std::{
    io::{self, BufRead, BufReader, Read as _, Write},
    path::Path,
};

use age::x25519::Identity;
use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use shared::console::ActionPhase;

use super::{
    application::{self, Application},
    attendance::AttendanceKey,
    backup::Stores,
    ledger::{self, Ledger},
    manifest::{self, Manifest, StoredFile, Stream, TableRows},
    owner::Owner,
    progress,
    retention::Place,
    rows::{Head, RowsReader, TableHead},
    sealed::Opening,
    signing::Signers,
    stores::{Download, Store},
    vault::{self, Vault},
};
use crate::config::backups::RestoreConfig;

/// What reads sets.
#[expect(missing_debug_implementations, reason = "an identity is not for showing")]
pub struct Environment {
    stores: Stores,
    vault: Vault,
    identity: Identity,
    signers: Signers,
}

/// A stream that is being read.
pub type Rows<'a> = RowsReader<Box<dyn BufRead + 'a>>;

/// What was found in a set that holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verified {
    /// Streams of rows.
    pub streams: usize,
    /// Rows in them.
    pub rows: u64,
    /// Files.
    pub files: usize,
    /// Bytes in the store.
    pub bytes: u64,
}

impl Environment {
    /// Opens what it needs.
    pub fn open(config: &RestoreConfig) -> Result<Self> {
        Self::over(config, Stores::open(&config.stores)?)
    }

    fn over(config: &RestoreConfig, stores: Stores) -> Result<Self> {
        Ok(Self {
            stores,
            vault: Vault::open(&config.vault)?,
            identity: vault::parse_identity(&config.identity).context("PORTICO_RESTORE_IDENTITY")?,
            signers: Signers::parse(&config.signers).context("PORTICO_BACKUP_SIGNERS")?,
        })
    }

    /// The same for whoever reads one of the stores alone. That the other one is gone keeps nobody from restoring: what it would say,
    /// this one says.
    pub fn open_from(config: &RestoreConfig, from: Place) -> Result<Self> {
        let local = Store::at("the local store", &config.stores.local);
        let off_site = Stores::open_off_site(&config.stores);
        let (read, other) = match from {
            Place::Local => (local?, off_site),
            Place::OffSite => (off_site?, local),
        };
        let other = other.unwrap_or_else(|error| {
            tracing::warn!(
                error = format!("{error:#}"),
                "the other store is not there: this one counts alone"
            );
            read.clone()
        });
        let (local, off_site) = match from {
            Place::Local => (read, other),
            Place::OffSite => (other, read),
        };
        Self::over(config, Stores { local, off_site })
    }

    /// One of the stores.
    pub fn store(&self, place: Place) -> &Store {
        match place {
            Place::Local => &self.stores.local,
            Place::OffSite => &self.stores.off_site,
        }
    }

    /// What opens the vault and the stream.
    pub(super) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Opens each key that is in use in both places of the vault. Gives how many there are.
    pub fn check_keys(&self) -> Result<usize> {
        self.vault().check(self.identity(), &self.ledger()?)
    }

    /// The key vault.
    pub(super) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Whose data was erased, as both stores say: it does not come back.
    pub fn ledger(&self) -> Result<Ledger> {
        Ledger::read([&self.stores.local, &self.stores.off_site], &self.signers)
    }

    /// When projects of a stream's organization were erased, where that is why nobody can read it any more: a certificate says of its
    /// key that it was destroyed for that. One that is missing for another reason is an error where it is needed.
    pub(super) fn barrier(&self, ledger: &Ledger, stream: &Stream) -> Result<Option<DateTime<Utc>>> {
        let Some(organization) = stream.owner.organization() else { return Ok(None) };
        if ledger.last_barrier(organization).is_none() || self.has_key(stream.owner, &stream.key)? {
            return Ok(None);
        }
        Ok(self.destroyed(ledger, organization)?.get(&stream.key).copied())
    }

    /// Whether either place of the vault has a key.
    fn has_key(&self, owner: Owner, key: &str) -> Result<bool> {
        Ok(self.vault.keys(owner)?.iter().any(|one| one.to_string() == key))
    }

    /// Brings what one store has of it and the other has not to it: a store may have been away, or be a new one.
    pub fn spread_ledger(&self) -> Result<usize> {
        ledger::spread(&self.stores.local, &self.stores.off_site, &self.signers)
    }

    /// Whose signatures count.
    pub(super) fn signers(&self) -> &Signers {
        &self.signers
    }

    /// The key with which it says what it found.
    pub(super) fn attendance_key(&self) -> AttendanceKey {
        AttendanceKey::of(&self.identity)
    }

    /// A set's manifest, once its signature holds.
    pub fn manifest(&self, place: Place, set: &str) -> Result<Manifest> {
        manifest::read(self.store(place), set, &self.signers)
    }

    /// Reads all of a set, and compares it with its manifest.
    pub fn verify(&self, place: Place, set: &str) -> Result<Verified> {
        let (store, manifest) = (self.store(place), self.manifest(place, set)?);
        let bytes = manifest.objects().map(|object| object.size).sum();
        progress::begins(ActionPhase::ReadSet, set, Some(bytes));
        let mut gone = Gone { environment: self, ledger: None };
        for stream in &manifest.streams {
            let read =
                self.rows(store, stream, |head, rows| Ok(rows.rows(head.table.clone(), &mut io::sink())?));
            gone.unless_erased(stream.owner, &stream.key, read)?;
        }
        for file in &manifest.files {
            gone.unless_erased(file.owner, &file.key, self.file(store, file, &mut io::sink()))?;
        }
        if let Some(application) = &manifest.application {
            self.application(store, application, None)?;
        }
        Ok(Verified {
            streams: manifest.streams.len(),
            rows: manifest.streams.iter().flat_map(|stream| &stream.tables).map(|table| table.rows).sum(),
            files: manifest.files.len(),
            bytes: manifest.objects().map(|object| object.size).sum(),
        })
    }

    /// Reads a stream: `each` reads the rows of one table. Every table has to be what the manifest says. Gives the stream's
    /// first line.
    pub fn rows(
        &self,
        store: &Store,
        stream: &Stream,
        each: impl FnMut(&TableHead, &mut Rows<'_>) -> Result<TableRows>,
    ) -> Result<Head> {
        let secret = self.vault.secret(stream.owner, &stream.key, &self.identity)?;
        let mut download = store.read(&stream.object)?;
        let read = read_rows(&mut download, &secret, stream, each);
        // Bytes that are not those that were put explain whatever else was found in them.
        download.check()?;
        read.with_context(|| format!("the rows of {} in {}", stream.owner, stream.object.path))
    }

    /// Reads the application, into a directory that is not there yet where one is named.
    pub fn application(&self, store: &Store, application: &Application, into: Option<&Path>) -> Result<()> {
        let secret = self.vault.secret(Owner::Platform, &application.key, &self.identity)?;
        application::unpack(application, store, &secret, into)
    }

    /// Reads a file.
    pub fn file(&self, store: &Store, file: &StoredFile, out: &mut dyn Write) -> Result<()> {
        let secret = self.vault.secret(file.owner, &file.key, &self.identity)?;
        let mut download = store.read(&file.object)?;
        let read =
            Opening::begin(&secret, &mut download).and_then(|mut opened| Ok(io::copy(&mut opened, out)?));
        download.check()?;
        read.with_context(|| format!("the file {} of {}", file.id, file.owner))?;
        Ok(())
    }
}

/// What cannot be read any more, since the keys of whom it was were destroyed.
struct Gone<'a> {
    environment: &'a Environment,
    /// Read once, where it is needed.
    ledger: Option<Ledger>,
}

impl Gone<'_> {
    /// What was read; nothing is wrong with what nobody can read any more on purpose.
    fn unless_erased<T>(&mut self, owner: Owner, key: &str, read: Result<T>) -> Result<()> {
        let Err(error) = read else { return Ok(()) };
        let Some(organization) = owner.organization() else { return Err(error) };
        let ledger = match &self.ledger {
            Some(ledger) => ledger,
            None => self.ledger.insert(self.environment.ledger()?),
        };
        if self.environment.has_key(owner, key)? {
            return Err(error);
        }
        // Of an organization that is gone, or of which a part is.
        let is_meant = ledger.is_erased(organization)
            || self.environment.destroyed(ledger, organization)?.contains_key(key);
        if is_meant { Ok(()) } else { Err(error) }
    }
}

fn read_rows(
    download: &mut Download<'_>,
    secret: &Identity,
    stream: &Stream,
    mut each: impl FnMut(&TableHead, &mut Rows<'_>) -> Result<TableRows>,
) -> Result<Head> {
    let opened: Box<dyn BufRead + '_> =
        Box::new(BufReader::with_capacity(128 << 10, Opening::begin(secret, download.by_ref())?));
    let mut rows = RowsReader::begin(opened)?;
    let head = rows.head().clone();
    if head.owner != stream.owner {
        bail!("they are those of {}", head.owner);
    }
    let mut expected = stream.tables.iter();
    while let Some(table) = rows.next_table()? {
        let found = each(&table, &mut rows)?;
        if expected.next() != Some(&found) {
            bail!("the table {} is not what the manifest says", table.table);
        }
    }
    match expected.next() {
        None => Ok(head),
        Some(missing) => bail!("the table {} is missing", missing.table),
    }
}
