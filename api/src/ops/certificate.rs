//! The end of an erased organization in backups: its keys are destroyed in both places of the vault, so that no set can be read
//! that holds something of it, and a signed certificate says so.
//!
//! A person does it in the backup environment. Production asks for it by an entry of the ledger, and cannot do it: whoever has
//! taken production over could otherwise make every set useless. Invariants: no key goes but those of an organization that the
//! ledger has as erased, once its tables were written anew; other organizations' keys are not touched. Where projects alone were
//! erased, the key stays under which both stores hold the rest, and nothing goes before they do.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use age::x25519::Recipient;
use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use shared::{
    console::ErasureCertificate,
    ids::{ClientRequestId, OrganizationId, ProjectId},
};

use super::{
    environment::Environment,
    epoch,
    ledger::{self, Ledger, Rewriting},
    manifest,
    owner::Owner,
    retention::{Place, SetKind},
    signing::{Purpose, Signers},
    stores::Store,
};

/// The folder of certificates: production reads what stands below it.
const FOLDER: &str = "fence/certificates";
/// The most that is read, in bytes.
const LARGEST: u64 = 8 << 20;
/// The stream holds eight days, and the base backup from which the oldest of its seconds comes back is up to a day older.
const STREAM_LETS_GO: TimeDelta = TimeDelta::days(9);

fn path(request: ClientRequestId) -> String {
    format!("{FOLDER}/{request}")
}

/// The certificate of a request that a store has, and the text that is signed.
pub fn find(
    store: &Store,
    request: ClientRequestId,
    signers: &Signers,
) -> Result<Option<(ErasureCertificate, String)>> {
    let path = path(request);
    let about = || format!("{path} in {}", store.name());
    let Some(size) = store.size(&path)? else { return Ok(None) };
    ensure!(size <= LARGEST, "{} has {size} bytes: nobody says so much", about());
    let Some(bytes) = store.find(&path)? else { return Ok(None) };
    let said: ErasureCertificate = signers.read(Purpose::Certificate, &bytes).with_context(about)?;
    ensure!(said.request == request, "{} is of {}: it stands under another name", about(), said.request);
    Ok(Some((said, String::from_utf8(bytes)?)))
}

/// What would be destroyed, and what that makes unreadable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The request.
    pub request: ClientRequestId,
    /// The organization.
    pub organization: OrganizationId,
    /// Its projects that were erased; none where all of it was.
    pub projects: Vec<ProjectId>,
    /// When it was entered into the ledger.
    pub entered_at: DateTime<Utc>,
    /// That its rows and files are gone, and that its tables were written anew; nothing is destroyed before.
    pub rewriting: Option<Rewriting>,
    /// Its keys that stand in the vault or seal a set, by their public halves: those that go.
    pub keys: Vec<String>,
    /// The sets that hold something of it under these, each by its store and name.
    pub sets: Vec<String>,
    /// The key that stays, where projects alone were erased; absent as long as not each store has whole sets under it.
    pub kept: Option<Recipient>,
    /// Whether a certificate stands in the local store.
    pub is_certified: bool,
}

impl Environment {
    /// Everything that was erased by request, as the ledger says.
    pub fn endings(&self) -> Result<Vec<Ending>> {
        let ledger = self.ledger()?;
        let of_projects = ledger.all_projects().map(|erased| erased.request);
        let all = ledger.requests().map(|(request, _, _)| request).chain(of_projects);
        all.map(|request| self.ending(&ledger, request)).collect()
    }

    /// The one of a request.
    pub fn ending(&self, ledger: &Ledger, request: ClientRequestId) -> Result<Ending> {
        let of_projects = ledger.projects_of_request(request);
        let found =
            ledger.of_request(request).or_else(|| of_projects.map(|erased| (erased.organization, erased.at)));
        let (organization, entered_at) = found.with_context(|| {
            format!(
                "no entry of the ledger of erasures is of the request {request}: nothing is destroyed for it"
            )
        })?;
        let owner = Owner::Organization(organization);
        let own = Signers::parse(&self.attendance_key().public())?;
        let mut rewriting: Option<Rewriting> = None;
        for place in [Place::Local, Place::OffSite] {
            let said = ledger::rewriting(self.store(place), request, self.signers())?;
            rewriting = rewriting.into_iter().chain(said).max_by_key(|said| said.at);
        }
        // What an environment has written anew whose place another one has taken says nothing of the one that counts.
        let stores = [self.store(Place::Local), self.store(Place::OffSite)];
        if let Some(epoch) = epoch::latest(stores, &own)? {
            rewriting = rewriting.filter(|said| said.at > epoch.began_at);
        }
        let kept = match (of_projects, &rewriting) {
            (Some(_), Some(said)) => self.key_of_after(owner, said.erased_at)?,
            _ => None,
        };
        let stays = kept.as_ref().map(Recipient::to_string);
        let (sets, mut keys) = self.sets_with(owner, stays.as_deref())?;
        match &kept {
            Some(kept) => keys.extend(self.vault().before(owner, kept)?.unwrap_or_default()),
            None => keys.extend(self.vault().keys(owner)?.iter().map(Recipient::to_string)),
        }
        keys.retain(|key| Some(key) != stays.as_ref());
        Ok(Ending {
            request,
            organization,
            projects: of_projects.iter().flat_map(|erased| &erased.projects).copied().collect(),
            entered_at,
            kept,
            rewriting,
            keys: keys.into_iter().collect(),
            sets,
            is_certified: find(self.store(Place::Local), request, &own)?.is_some(),
        })
    }

    /// Destroys the keys, and signs what says so, into both stores. Done again after it was interrupted, it says the same of what is
    /// left.
    pub fn destroy_keys(
        &self,
        request: ClientRequestId,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<ErasureCertificate> {
        let ledger = self.ledger()?;
        let ending = self.ending(&ledger, request)?;
        let owner = Owner::Organization(ending.organization);
        let is_there = |key: &Recipient| ending.kept.as_ref() != Some(key);
        if ending.is_certified && !self.vault().keys(owner)?.iter().any(is_there) {
            bail!("the keys of {} are destroyed already, and the certificate is there", ending.organization);
        }
        let rewriting = ending.rewriting.context(
            "the erased tables were not written anew yet, so the stream would go on holding dead rows: run \
             `portico ops erasure rewrite` at production first",
        )?;
        match (&ending.kept, ending.projects.is_empty()) {
            (None, true) => self.vault().destroy(owner)?,
            (Some(kept), false) => self.vault().destroy_before(owner, kept, &ending.keys)?,
            // All of it was erased since, and its keys went for that.
            (None, false)
                if ledger.is_erased(ending.organization) && self.vault().keys(owner)?.is_empty() => {}
            (None, false) if ledger.is_erased(ending.organization) => bail!(
                "all of {} was erased since: destroy its keys for that request first, and then there is nothing left of this one",
                ending.organization
            ),
            _ => bail!(
                "not each store has whole sets of {} of after the erasure under its last key: nothing is destroyed before what is \
                 left of it can be brought back. The worker makes them; `portico ops verify` says what is wrong with one.",
                ending.organization
            ),
        }
        let certificate = ErasureCertificate {
            request,
            organization: ending.organization,
            projects: ending.projects,
            erased_at: rewriting.erased_at.max(rewriting.files_removed_at),
            keys_destroyed_at: now,
            by: by.to_owned(),
            keys: ending.keys,
            sets: ending.sets,
            rewritten_at: rewriting.at,
            stream_lets_go_on: (rewriting.at + STREAM_LETS_GO).date_naive(),
        };
        let signed = self.attendance_key().sign(Purpose::Certificate, &certificate)?;
        // Where production looks comes last: what it hears of stands everywhere.
        for place in [Place::OffSite, Place::Local] {
            self.store(place).put_over(&path(request), &signed)?;
        }
        Ok(certificate)
    }

    /// The keys of an organization of which certificates say that they were destroyed for an erasure of projects, each with when that
    /// was carried out.
    pub(super) fn destroyed(
        &self,
        ledger: &Ledger,
        organization: OrganizationId,
    ) -> Result<BTreeMap<String, DateTime<Utc>>> {
        let own = Signers::parse(&self.attendance_key().public())?;
        let mut destroyed = BTreeMap::new();
        for erased in ledger.all_projects().filter(|erased| erased.organization == organization) {
            let (mut said, mut why) = (None, None);
            for place in [Place::Local, Place::OffSite] {
                match find(self.store(place), erased.request, &own) {
                    Ok(found) => said = said.or(found),
                    Err(error) => why = Some(error),
                }
            }
            match (said, why) {
                (Some((certificate, _)), _) => {
                    destroyed.extend(certificate.keys.into_iter().map(|key| (key, certificate.erased_at)));
                }
                (None, Some(error)) => return Err(error),
                (None, None) => {}
            }
        }
        Ok(destroyed)
    }

    /// The key under which each store has all that an organization needs to come back as it was after an instant: of each kind, the
    /// newest set is of after it, is under this key, and can be read. Absent where there is none.
    fn key_of_after(&self, owner: Owner, after: DateTime<Utc>) -> Result<Option<Recipient>> {
        let mut under: Option<String> = None;
        for place in [Place::Local, Place::OffSite] {
            for kind in SetKind::ALL {
                let Some((set, _)) = manifest::sets(self.store(place), kind)?.pop() else {
                    // Where no files are kept, there are none.
                    if kind == SetKind::Files {
                        continue;
                    }
                    return Ok(None);
                };
                let manifest = self.manifest(place, &set)?;
                let mut keys: BTreeSet<&str> = BTreeSet::new();
                for stream in manifest.streams.iter().filter(|stream| stream.owner == owner) {
                    self.rows(self.store(place), stream, |head, rows| {
                        Ok(rows.rows(head.table.clone(), &mut io::sink())?)
                    })?;
                    keys.insert(&stream.key);
                }
                for file in manifest.files.iter().filter(|file| file.owner == owner) {
                    self.file(self.store(place), file, &mut io::sink())?;
                    keys.insert(&file.key);
                }
                let is_there = kind == SetKind::Files || !keys.is_empty();
                if manifest.taken_at < after || !is_there {
                    return Ok(None);
                }
                for key in keys {
                    if under.get_or_insert_with(|| key.to_owned()) != key {
                        return Ok(None);
                    }
                }
            }
        }
        let Some(under) = under else { return Ok(None) };
        // Whoever does not know of the new key seals with the one before, and that may not stay.
        if self.has_sealed_before(owner, &under, after)? {
            return Ok(None);
        }
        let found = self.vault().keys(owner)?.into_iter().find(|key| key.to_string() == under);
        // One that is sealed with no more is not kept.
        let Some(found) = found else { return Ok(None) };
        Ok(self.vault().before(owner, &found)?.map(|_| found))
    }

    /// Whether a set of before an instant has something of somebody's under a key.
    fn has_sealed_before(&self, owner: Owner, key: &str, instant: DateTime<Utc>) -> Result<bool> {
        for place in [Place::Local, Place::OffSite] {
            for kind in SetKind::ALL {
                for (set, taken_at) in manifest::sets(self.store(place), kind)? {
                    let Ok(manifest) = self.manifest(place, &set) else {
                        // It may be just this key that opens what it belongs to.
                        if taken_at < instant {
                            return Ok(true);
                        }
                        continue;
                    };
                    let of_files = manifest.files.iter().filter(|file| file.owner == owner);
                    let of_rows = manifest.streams.iter().filter(|stream| stream.owner == owner);
                    let mut keys = of_rows.map(|stream| &stream.key).chain(of_files.map(|file| &file.key));
                    if manifest.taken_at < instant && keys.any(|one| one == key) {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    /// The sets of both stores that hold something of somebody's, and the keys that seal it there, but for one.
    fn sets_with(&self, owner: Owner, but: Option<&str>) -> Result<(Vec<String>, BTreeSet<String>)> {
        let (mut found, mut keys) = (Vec::new(), BTreeSet::new());
        for place in [Place::Local, Place::OffSite] {
            for kind in SetKind::ALL {
                for (set, _) in manifest::sets(self.store(place), kind)? {
                    let name = format!("{set} in {}", self.store(place).name());
                    let manifest = match self.manifest(place, &set) {
                        Ok(manifest) => manifest,
                        Err(error) => {
                            // What it holds nobody knows; nobody reads it without the keys either.
                            tracing::warn!(set, error = format!("{error:#}"), "a manifest does not hold");
                            found.push(name);
                            continue;
                        }
                    };
                    let of_files = manifest.files.iter().filter(|file| file.owner == owner);
                    let of_rows = manifest.streams.iter().filter(|stream| stream.owner == owner);
                    let sealed: BTreeSet<String> = of_rows
                        .map(|stream| stream.key.clone())
                        .chain(of_files.map(|file| file.key.clone()))
                        .filter(|key| Some(key.as_str()) != but)
                        .collect();
                    if !sealed.is_empty() {
                        keys.extend(sealed);
                        found.push(name);
                    }
                }
            }
        }
        Ok((found, keys))
    }
}
