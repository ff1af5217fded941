//! The end of an erased organization in backups: its keys are destroyed in both places of the vault, so that no set can be read
//! that holds something of it, and a signed certificate says so.
//!
//! A person does it in the backup environment. Production asks for it by an entry of the ledger, and cannot do it: whoever has
//! taken production over could otherwise make every set useless. Invariants: no key goes but those of an organization that the
//! ledger has as erased, once its tables were written anew; other organizations' keys are not touched.

use std::collections::BTreeSet;

use age::x25519::Recipient;
use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use shared::{
    console::ErasureCertificate,
    ids::{ClientRequestId, OrganizationId},
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
    /// When it was entered into the ledger.
    pub entered_at: DateTime<Utc>,
    /// That its rows and files are gone, and that its tables were written anew; nothing is destroyed before.
    pub rewriting: Option<Rewriting>,
    /// Its keys that stand in the vault or seal a set, by their public halves.
    pub keys: Vec<String>,
    /// The sets that hold something of it, each by its store and name.
    pub sets: Vec<String>,
    /// Whether a certificate stands in the local store.
    pub is_certified: bool,
}

impl Environment {
    /// Every organization that was erased, as the ledger says.
    pub fn endings(&self) -> Result<Vec<Ending>> {
        let ledger = self.ledger()?;
        ledger.requests().map(|(request, _, _)| self.ending(&ledger, request)).collect()
    }

    /// The one of a request.
    pub fn ending(&self, ledger: &Ledger, request: ClientRequestId) -> Result<Ending> {
        let found = ledger.of_request(request);
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
        let (sets, mut keys) = self.sets_with(owner)?;
        keys.extend(self.vault().keys(owner)?.iter().map(Recipient::to_string));
        Ok(Ending {
            request,
            organization,
            entered_at,
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
        if ending.is_certified && self.vault().keys(Owner::Organization(ending.organization))?.is_empty() {
            bail!("the keys of {} are destroyed already, and the certificate is there", ending.organization);
        }
        let rewriting = ending.rewriting.context(
            "the erased tables were not written anew yet, so the stream would go on holding dead rows: run \
             `portico ops erasure rewrite` at production first",
        )?;
        self.vault().destroy(Owner::Organization(ending.organization))?;
        let certificate = ErasureCertificate {
            request,
            organization: ending.organization,
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

    /// The sets of both stores that hold something of somebody's, and the keys that seal it there.
    fn sets_with(&self, owner: Owner) -> Result<(Vec<String>, BTreeSet<String>)> {
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
