//! Whether each key that is in use opens in both places of the vault: whoever opens a set takes the first that does, and would
//! miss the other one only when it is too late.

use std::collections::BTreeSet;

use age::x25519::Identity;
use anyhow::{Context as _, Result, bail};

use super::{Name, Vault, open, parse_public, secret_path};
use crate::ops::owner::Owner;

impl Vault {
    /// Opens each key that either place names, in both, with the backup environment's identity. Gives how many there are. One
    /// that is not named yet is being made, or nobody has used it.
    pub fn check(&self, with: &Identity) -> Result<usize> {
        let mut wrong = Vec::new();
        let mut named: BTreeSet<(Owner, String)> = BTreeSet::new();
        for place in &self.0 {
            for path in place.list("")? {
                let owner = path.split('/').next().and_then(|owner| owner.parse::<Owner>().ok());
                let Some(owner) = owner.filter(|owner| Name::number_of(*owner, &path).is_some()) else {
                    continue;
                };
                let said = place.find(&path)?.unwrap_or_default();
                let key = String::from_utf8_lossy(&said).lines().next().unwrap_or_default().to_owned();
                if let Err(error) = parse_public(owner, &key) {
                    wrong.push(format!("{path} in {}: {error:#}", place.name()));
                } else {
                    named.insert((owner, key));
                }
            }
        }
        for (owner, key) in &named {
            let public = parse_public(*owner, key)?;
            let path = secret_path(*owner, &public);
            for place in &self.0 {
                let opened = place.find(&path).and_then(|found| open(found, &public, with));
                let opened = opened.with_context(|| format!("{path} in {}", place.name()));
                wrong.extend(opened.err().map(|error| format!("{error:#}")));
            }
        }
        match wrong.as_slice() {
            [] => Ok(named.len()),
            [first, more @ ..] => bail!(
                "a key does not open: {first}{}. Put the file of the other place there, where it opens.",
                if more.is_empty() { String::new() } else { format!(" (and {} more)", more.len()) }
            ),
        }
    }
}
