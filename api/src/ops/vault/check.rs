//! Whether each key that is in use opens in both places of the vault: whoever opens a set takes the first that does, and would
//! miss the other one only when it is too late.

use std::collections::{BTreeMap, BTreeSet};

use age::x25519::Identity;
use anyhow::{Result, bail};

use super::{Name, Vault, open, parse_public, secret_path};
use crate::ops::{ledger::Ledger, owner::Owner};

/// The keys that an owner has had, by their numbers.
type Named = BTreeMap<u32, BTreeSet<String>>;

impl Vault {
    /// Opens each key that either place names, in both, with the backup environment's identity. Gives how many there are. One
    /// that is not named yet is being made, or nobody has used it; those that the ledger has for destruction are nobody's to miss.
    pub fn check(&self, with: &Identity, ledger: &Ledger) -> Result<usize> {
        let mut wrong = Vec::new();
        let mut keys = 0;
        for (owner, named) in self.named(&mut wrong)? {
            let last = named.keys().last().copied();
            for (number, key) in
                named.iter().flat_map(|(number, keys)| keys.iter().map(move |key| (number, key)))
            {
                if is_to_go(owner, Some(*number) == last, ledger) {
                    continue;
                }
                keys += 1;
                wrong.extend(self.cannot_open(owner, key, with));
            }
        }
        match wrong.as_slice() {
            [] => Ok(keys),
            [first] => bail!("a key does not open: {first}"),
            [first, more @ ..] => bail!("keys do not open: {first} (and {} more)", more.len()),
        }
    }

    /// What either place names. A name that names nothing is wrong.
    fn named(&self, wrong: &mut Vec<String>) -> Result<BTreeMap<Owner, Named>> {
        let mut named: BTreeMap<Owner, Named> = BTreeMap::new();
        for place in &self.0 {
            for path in place.list("")? {
                let owner = path.split('/').next().and_then(|owner| owner.parse::<Owner>().ok());
                let number = owner.and_then(|owner| Name::number_of(owner, &path));
                let (Some(owner), Some(number)) = (owner, number) else { continue };
                // It may be gone since it was listed.
                let Some(said) = place.find(&path)? else { continue };
                let key = String::from_utf8_lossy(&said).lines().next().unwrap_or_default().to_owned();
                if let Err(error) = parse_public(owner, &key) {
                    wrong.push(format!("{path} in {}: {error:#}", place.name()));
                } else {
                    named.entry(owner).or_default().entry(number).or_default().insert(key);
                }
            }
        }
        Ok(named)
    }

    /// Why a key does not open, where it does not in both places.
    fn cannot_open(&self, owner: Owner, key: &str, with: &Identity) -> Option<String> {
        let public = match parse_public(owner, key) {
            Ok(public) => public,
            Err(error) => return Some(format!("{error:#}")),
        };
        let path = secret_path(owner, &public);
        let opened = self.0.each_ref().map(|place| {
            let opened = place.find(&path).and_then(|found| open(found, &public, with));
            opened.map(drop).map_err(|error| format!("{path} in {}: {error:#}", place.name()))
        });
        match opened {
            [Ok(()), Ok(())] => None,
            [Ok(()), Err(why)] | [Err(why), Ok(())] => {
                Some(format!("{why}. It opens in the other place: put the file of that one there."))
            }
            [Err(one), Err(other)] => Some(format!("{one}; {other}")),
        }
    }
}

/// Whether a key is to be destroyed, or is: of an organization that is erased each, of one of which projects were each but the last.
fn is_to_go(owner: Owner, is_last: bool, ledger: &Ledger) -> bool {
    owner
        .organization()
        .is_some_and(|id| ledger.is_erased(id) || (!is_last && ledger.last_barrier(id).is_some()))
}
