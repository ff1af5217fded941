//! Makes sets, in production: rows or files out of one snapshot, sealed for the vault's keys, into the local store, and
//! from there off-site.
//!
//! Invariants: a set's manifest is put when all of its objects are confirmed, so no set is there in part; what has not
//! changed since the set before is not put again; what could not be brought off-site is brought with a later set
//! ([`super::bring`]).

use std::time::Instant;

use age::x25519::Recipient;
use anyhow::{Context as _, Result, anyhow, bail};
use chrono::{DateTime, Utc};
use shared::console::ActionPhase;
use uuid::Uuid;

use super::{
    application::{Application, Found},
    bring::Bringing,
    manifest::{self, FORMAT, Manifest, Sequence, StoredFile, Stream, manifest_path, set_name},
    owner::Owner,
    pace::Pace,
    progress,
    retention::SetKind,
    rows::{RowsWriter, TableHead},
    sealed::Sealing,
    signing::SetKeys,
    stores::{Object, Store},
    vault::{self, Vault},
};
use crate::{
    audit::lines::Bytes,
    clock::Clock,
    config::{
        application::ApplicationConfig,
        backups::{BackupConfig, StoreConfig, StoresConfig},
    },
    db::copies::{Reader, Snapshot},
    files::{Files, ObjectName, Waiting},
};

/// The two stores.
#[derive(Debug, Clone)]
pub struct Stores {
    /// At the production environment.
    pub local: Store,
    /// At another provider.
    pub off_site: Store,
}

impl Stores {
    /// Opens both.
    pub fn open(config: &StoresConfig) -> Result<Self> {
        Ok(Self { local: open_local(&config.local)?, off_site: open_off_site(&config.off_site)? })
    }

    /// Opens the off-site one alone.
    pub fn open_off_site(config: &StoresConfig) -> Result<Store> {
        open_off_site(&config.off_site)
    }
}

fn open_local(config: &StoreConfig) -> Result<Store> {
    Store::at("the local store", config)
}

pub(super) fn open_off_site(config: &StoreConfig) -> Result<Store> {
    Store::at("the off-site store", config)
}

/// What makes sets.
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
pub struct Production {
    local: Store,
    // Opened anew each time: that it is out of reach keeps no set from being made.
    off_site: StoreConfig,
    vault: Vault,
    recipients: Vec<Recipient>,
    keys: SetKeys,
    files: Files,
    application: Option<ApplicationConfig>,
    database_url: String,
    clock: Clock,
}

/// A set that was made.
#[derive(Debug)]
pub struct Made {
    /// What it holds.
    pub manifest: Manifest,
    /// The BLAKE3 hash of the object that holds its manifest.
    pub manifest_hash: Bytes<32>,
    /// How many of its objects are of earlier sets.
    pub unchanged: usize,
    /// The bytes that were put for it.
    pub put: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// How many sets were brought off-site, this one among them, or why they were not.
    pub off_site: Result<usize>,
    /// Why the application is in it as it was before, or not at all.
    pub not_copied: Option<String>,
}

impl Production {
    /// Opens what it needs.
    pub fn open(config: &BackupConfig, clock: Clock) -> Result<Self> {
        Ok(Self {
            local: open_local(&config.stores.local)?,
            off_site: config.stores.off_site.clone(),
            vault: Vault::open(&config.vault)?,
            recipients: vault::parse_recipients(&config.vault_recipients)?,
            keys: SetKeys::read(&config.keys_directory)?,
            files: Files::open(&config.files)?,
            application: config.application.clone(),
            database_url: config.database_url.clone(),
            clock,
        })
    }

    /// Makes a set.
    pub fn set(&self, kind: SetKind) -> Result<Made> {
        match kind {
            SetKind::Database => self.database_set(),
            SetKind::Files => self.file_set(),
        }
    }

    /// Makes a set of all rows.
    pub fn database_set(&self) -> Result<Made> {
        let mut pace = Pace::begin(&self.database_url)?;
        self.make(SetKind::Database, |snapshot, reader, before, manifest| {
            let owners = snapshot.organizations.iter().map(|id| Owner::Organization(*id));
            for owner in std::iter::once(Owner::Platform).chain(owners) {
                let stream = self.stream(snapshot, reader, &mut pace, owner, before);
                manifest.streams.push(stream.with_context(|| format!("the rows of {owner}"))?);
            }
            let sequences = snapshot.sequences()?;
            let sequences = sequences.into_iter().map(|(name, last_value, is_called)| Sequence {
                name,
                last_value,
                is_called,
            });
            manifest.sequences = sequences.collect();
            Ok(())
        })
    }

    /// Makes a set of all files that the rows name.
    pub fn file_set(&self) -> Result<Made> {
        if !self.files.is_set_up() {
            bail!(
                "neither PORTICO_FILES_DIR nor PORTICO_FILES_STORE is set: there are no files to make a set of"
            );
        }
        let mut not_copied = None;
        let made = self.make(SetKind::Files, |snapshot, reader, before, manifest| {
            for id in snapshot.organizations.clone() {
                let owner = Owner::Organization(id);
                let (files, key) = reader.of(Some(id), |rows| Ok((rows.files()?, rows.file_key()?)))?;
                for (file, hash) in files {
                    let name = ObjectName { organization: id, hash: exactly(hash)?, id: file };
                    let stored = self.file(owner, name, key.as_deref(), before);
                    let stored = stored.with_context(|| format!("the file {file} of {owner}"))?;
                    manifest.files.extend(stored);
                }
            }
            // That it cannot be copied keeps nobody's files from being so.
            manifest.application = match self.application(before) {
                Ok(application) => application,
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "the application cannot be copied");
                    not_copied = Some(format!("{error:#}"));
                    before.and_then(|before| before.application.clone())
                }
            };
            Ok(())
        })?;
        Ok(Made { not_copied, ..made })
    }

    fn make(
        &self,
        kind: SetKind,
        gather: impl FnOnce(&mut Snapshot, &mut Reader, Option<&Manifest>, &mut Manifest) -> Result<()>,
    ) -> Result<Made> {
        let (started, taken_at) = (Instant::now(), self.clock.now());
        let set = set_name(kind, taken_at);
        if self.local.size(&manifest_path(&set))?.is_some() {
            bail!("{set} is there already: somebody makes sets at the same moment");
        }
        let before = self.newest(kind)?;
        // As much as the one before, by all that is known; what has not changed is read all the same.
        let bytes = before.as_ref().map(|before| before.objects().map(|object| object.size).sum());
        progress::begins(ActionPhase::MakeSet, &set, bytes);
        let named = self.vault.renewed()?;
        let mut snapshot = Snapshot::take(&self.database_url)?;
        let mut manifest = empty_manifest(set, kind, taken_at, &snapshot);
        let mut reader = snapshot.reader()?;
        gather(&mut snapshot, &mut reader, before.as_ref(), &mut manifest)?;
        drop(snapshot);
        let earlier: std::collections::HashSet<&str> =
            before.iter().flat_map(Manifest::objects).map(|object| object.path.as_str()).collect();
        let new = |object: &&Object| !earlier.contains(object.path.as_str());
        let put = manifest.objects().filter(new).map(|object| object.size).sum();
        let unchanged = manifest.objects().count() - manifest.objects().filter(new).count();
        for object in manifest.objects() {
            if !self.is_there(object)? {
                bail!("{} was removed while the set was made: make it again", object.path);
            }
        }
        if let Some((owner, _)) =
            self.vault.renewed()?.iter().find(|(owner, number)| named.get(owner) != Some(number))
        {
            bail!(
                "the key of {owner} was made anew while the set was made, and what was read before is not to be read with \
                 that: make it again"
            );
        }
        let signed = manifest.sign(&self.keys)?;
        // What failed and was said only, such as a copy of the application, may have failed because of that.
        progress::goes_on()?;
        self.local.put_new(&manifest_path(&manifest.set), &signed)?;
        progress::begins(ActionPhase::BringOffSite, "", None);
        let off_site = self.bring_off_site();
        let manifest_hash = Bytes(*blake3::hash(&signed).as_bytes());
        Ok(Made {
            manifest,
            manifest_hash,
            unchanged,
            put,
            seconds: started.elapsed().as_secs_f64(),
            off_site,
            not_copied: None,
        })
    }

    /// The newest set that is there. One that does not verify is said and left out: everything is put again then.
    fn newest(&self, kind: SetKind) -> Result<Option<Manifest>> {
        let sets = manifest::sets(&self.local, kind)?;
        let Some((set, _)) = sets.last() else { return Ok(None) };
        match manifest::read(&self.local, set, &self.keys.signers()) {
            Ok(manifest) => Ok(Some(manifest)),
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), set, "the set before cannot be built upon");
                Ok(None)
            }
        }
    }

    /// The rows of an owner, read once. Where they turn out to be those of the set before, what was begun is given up.
    fn stream(
        &self,
        snapshot: &Snapshot,
        reader: &mut Reader,
        pace: &mut Pace,
        owner: Owner,
        before: Option<&Manifest>,
    ) -> Result<Stream> {
        let key = self.vault.key(owner, &self.recipients, &self.keys)?;
        let upload = self.local.upload(&format!("objects/{owner}/{}.age", self.clock.new_id()))?;
        let sealing = Sealing::begin(&key, upload)?;
        let mut writer = RowsWriter::begin(sealing, owner, self.keys.hash_key(owner))?;
        reader.of(owner.organization(), |rows| {
            for table in &snapshot.tables {
                if rows.may_have(table) {
                    let head = TableHead { table: table.name.clone(), columns: table.columns.clone() };
                    writer.table(head, |out| rows.copy(table, &mut pace.over(out)))?;
                }
            }
            Ok(())
        })?;
        let (sealing, tables) = writer.finish();
        let key = key.to_string();
        let earlier = before.filter(|before| before.schema == snapshot.migrations);
        if let Some(earlier) = earlier.and_then(|before| before.stream(owner))
            && earlier.key == key
            && earlier.tables == tables
            && self.is_there(&earlier.object)?
        {
            return Ok(earlier.clone());
        }
        let object = sealing.finish()?.finish()?;
        Ok(Stream { owner, key, object, tables })
    }

    /// A file, where it is still there: one that nothing names any more may be swept while the set is made.
    fn file(
        &self,
        owner: Owner,
        name: ObjectName,
        file_key: Option<&[u8]>,
        before: Option<&Manifest>,
    ) -> Result<Option<StoredFile>> {
        let key = self.vault.key(owner, &self.recipients, &self.keys)?;
        let hash = Bytes(name.hash);
        let mut known = before.into_iter().flat_map(|before| &before.files);
        if let Some(earlier) = known.find(|one| {
            one.owner == owner && one.id == name.id && one.hash == hash && one.key == key.to_string()
        }) && self.is_there(&earlier.object)?
        {
            return Ok(Some(earlier.clone()));
        }
        let file_key = exactly(file_key.context("the organization has no key of its files")?.to_vec())?;
        let waiting = Waiting::alone()?;
        let reading = match waiting.until(self.files.read(&name, &file_key)) {
            Ok(reading) => reading,
            Err(_) if !self.is_still_named(owner, name.id)? => return Ok(None),
            Err(error) => return Err(anyhow!("{error}: the server's log says more")),
        };
        let path = format!("objects/{owner}/{}.{}.age", name.id, self.clock.new_id());
        let mut sealing = Sealing::begin(&key, self.local.upload(&path)?)?;
        std::io::copy(&mut reading.read_by(&waiting), &mut sealing)?;
        let object = sealing.finish()?.finish()?;
        Ok(Some(StoredFile { owner, id: name.id, hash, key: key.to_string(), object }))
    }

    /// The application, put again where anything of it has changed.
    fn application(&self, before: Option<&Manifest>) -> Result<Option<Application>> {
        let Some(config) = &self.application else { return Ok(None) };
        let key = self.vault.key(Owner::Platform, &self.recipients, &self.keys)?;
        let found = Found::look(config)?;
        if let Some(earlier) = before.and_then(|before| before.application.as_ref())
            && earlier.key == key.to_string()
            && earlier.files == found.files
            && self.is_there(&earlier.object)?
        {
            return Ok(Some(earlier.clone()));
        }
        let path = format!("objects/{}/application.{}.age", Owner::Platform, self.clock.new_id());
        let object = found.pack(&key, self.local.upload(&path)?)?;
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Ok(Some(Application { version, key: key.to_string(), object, files: found.files }))
    }

    fn is_there(&self, object: &Object) -> Result<bool> {
        Ok(self.local.size(&object.path)? == Some(object.size))
    }

    fn is_still_named(&self, owner: Owner, file: Uuid) -> Result<bool> {
        let now = Snapshot::take(&self.database_url)?;
        now.reader()?.of(owner.organization(), |rows| Ok(rows.files()?.iter().any(|(id, _)| *id == file)))
    }

    /// Brings off-site what is not there yet, oldest first. Gives how many sets.
    pub fn bring_off_site(&self) -> Result<usize> {
        let now = self.clock.now();
        Bringing { local: &self.local, to: &self.off_site, keys: &self.keys, now }.all()
    }
}

/// What a set is known by before anything is gathered for it.
fn empty_manifest(set: String, kind: SetKind, taken_at: DateTime<Utc>, snapshot: &Snapshot) -> Manifest {
    Manifest {
        format: FORMAT,
        set,
        kind,
        taken_at,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        schema: snapshot.migrations.clone(),
        lsn: snapshot.lsn.clone(),
        sequences: Vec::new(),
        streams: Vec::new(),
        files: Vec::new(),
        application: None,
    }
}

fn exactly(bytes: Vec<u8>) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| anyhow!("a hash or key of another length"))
}
