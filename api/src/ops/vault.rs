//! The key vault: one age key for each organization, and one for what belongs to none.
//!
//! The secret half stands in an age file that the operators and the backup environment can open, in two places, and nowhere
//! else; production makes it and forgets it, and reads the public half alone. Invariants: a public half is in use only once
//! its secret half stands confirmed in both places, and only with production's signature for just this owner, so that who
//! can write there cannot have sets sealed for themselves; a file of a secret half is named by its public half, so that two
//! that make a key at one moment cannot mix them up; neither is ever overwritten. An owner who gets another key has a further name of
//! a public half, with a number that is signed too: the highest one counts.

mod check;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    str::FromStr,
};

use age::{
    secrecy::ExposeSecret as _,
    x25519::{Identity, Recipient},
};
use anyhow::{Context as _, Result, anyhow, bail};

use super::{
    owner::Owner,
    signing::{Purpose, SetKeys},
    stores::Store,
};
use crate::{audit::lines::Bytes, http::tokens};

/// The places of the vault.
#[derive(Debug, Clone)]
pub struct Vault([Store; 2]);

impl Vault {
    /// Opens it. The folders have to be there ([`Store::prepare`]).
    pub fn open([first, second]: &[PathBuf; 2]) -> Result<Self> {
        Ok(Self([Store::open("the vault", first)?, Store::open("the second vault", second)?]))
    }

    /// The public half of the owner's key, made and signed where there is none yet.
    pub fn key(&self, owner: Owner, recipients: &[Recipient], keys: &SetKeys) -> Result<Recipient> {
        let name = Name { owner, number: self.newest(owner)?.unwrap_or(FIRST) };
        let path = name.path();
        let [first, second] = &self.0;
        let key = match (first.find(&path)?, second.find(&path)?) {
            (Some(one), Some(other)) if one == other => believe(name, &one, keys)?,
            (Some(_), Some(_)) => bail!("the two places of the vault name different keys of {owner}"),
            // Whoever made it was interrupted, or one place was lost.
            (Some(one), None) => spread(name, &one, first, second, keys)?,
            (None, Some(other)) => spread(name, &other, second, first, keys)?,
            (None, None) => return self.make(name, recipients, keys),
        };
        for place in &self.0 {
            if place.size(&secret_path(owner, &key))?.unwrap_or_default() == 0 {
                bail!(
                    "the secret half of the key of {owner} is not in {}: nothing is sealed with a key that may open no \
                     more. Copy {} from the other place of the vault.",
                    place.name(),
                    secret_path(owner, &key)
                );
            }
        }
        Ok(key)
    }

    /// Makes another key for an owner, with which everything is sealed from now on.
    pub fn renew(&self, owner: Owner, recipients: &[Recipient], keys: &SetKeys) -> Result<Recipient> {
        // The one before stands whole in both places: it may be all that opens what there is.
        self.key(owner, recipients, keys)?;
        let number = self.newest(owner)?.unwrap_or(FIRST) + 1;
        self.make(Name { owner, number }, recipients, keys)
    }

    /// The owners who have got another key than their first, each with the number of the last.
    pub fn renewed(&self) -> Result<BTreeMap<Owner, u32>> {
        let mut renewed: BTreeMap<Owner, u32> = BTreeMap::new();
        for place in &self.0 {
            for path in place.list("")? {
                let owner = path.split('/').next().and_then(|owner| owner.parse::<Owner>().ok());
                let Some(owner) = owner else { continue };
                if let Some(number) = Name::number_of(owner, &path).filter(|number| *number > FIRST) {
                    let last = renewed.entry(owner).or_default();
                    *last = number.max(*last);
                }
            }
        }
        Ok(renewed)
    }

    /// The highest number under which either place names a key of the owner's.
    fn newest(&self, owner: Owner) -> Result<Option<u32>> {
        let mut newest = None;
        for place in &self.0 {
            let listed = place.list(&owner.to_string())?;
            newest = newest.max(listed.iter().filter_map(|path| Name::number_of(owner, path)).max());
        }
        Ok(newest)
    }

    /// The secret half of one of the owner's keys, opened with the backup environment's identity.
    pub fn secret(&self, owner: Owner, key: &str, with: &Identity) -> Result<Identity> {
        let public = parse_public(owner, key)?;
        let path = secret_path(owner, &public);
        let mut why = Vec::new();
        for place in &self.0 {
            match place.find(&path).and_then(|found| open(found, &public, with)) {
                Ok(identity) => return Ok(identity),
                Err(error) => why.push(format!("{}: {error:#}", place.name())),
            }
        }
        bail!("the key of {owner} does not open: {}", why.join("; "))
    }

    /// All of an owner's keys that are in either place, by their public halves.
    pub fn keys(&self, owner: Owner) -> Result<Vec<Recipient>> {
        let mut keys = BTreeMap::new();
        for place in &self.0 {
            for path in place.list(&owner.to_string())? {
                let name = path.rsplit('/').next().and_then(|name| name.strip_suffix(".age"));
                if let Some(key) = name.map(|name| parse_public(owner, name)).transpose()? {
                    keys.insert(key.to_string(), key);
                }
            }
        }
        Ok(keys.into_values().collect())
    }

    /// Destroys an organization's keys in both places: what was sealed with them opens no more. Nothing is left of them but for what
    /// the medium itself may keep, so the vault is to be on storage that keeps no versions.
    pub fn destroy(&self, owner: Owner) -> Result<()> {
        self.destroy_where(owner, |_| true)
    }

    /// Destroys those that were named before one, and those that have sealed anything besides. Nothing is destroyed where that one is
    /// not the last: a later one is what everything is sealed with now, and what is not named yet is being made at this moment.
    pub fn destroy_before(&self, owner: Owner, kept: &Recipient, sealed: &[String]) -> Result<()> {
        let Some(before) = self.before(owner, kept)? else {
            bail!(
                "another key of {owner} was made meanwhile: nothing is destroyed before the newest sets are under that one"
            )
        };
        let meant = before.iter().chain(sealed).filter(|key| **key != kept.to_string());
        let meant = meant.map(|key| Ok(secret_path(owner, &parse_public(owner, key)?)));
        let meant: BTreeSet<String> = meant.collect::<Result<_>>()?;
        self.destroy_where(owner, |path| meant.contains(path))
    }

    /// The public halves that were named before one; absent where that one is not the last that either place names.
    pub fn before(&self, owner: Owner, one: &Recipient) -> Result<Option<BTreeSet<String>>> {
        let mut named: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
        for place in &self.0 {
            for path in place.list(&owner.to_string())? {
                let Some(number) = Name::number_of(owner, &path) else { continue };
                let said = place.find(&path)?.unwrap_or_default();
                let key = std::str::from_utf8(&said).ok().and_then(|said| said.lines().next());
                let key = key.with_context(|| format!("{path} in {} names no key", place.name()))?;
                named.entry(number).or_default().insert(key.to_owned());
            }
        }
        let last = named.pop_last().map(|(_, keys)| keys);
        let is_last = last.is_some_and(|keys| keys == BTreeSet::from([one.to_string()]));
        Ok(is_last.then(|| named.into_values().flatten().collect()))
    }

    fn destroy_where(&self, owner: Owner, is_meant: impl Fn(&str) -> bool) -> Result<()> {
        if owner.organization().is_none() {
            bail!("the key of the platform is not destroyed: every set has something that is sealed with it");
        }
        for place in &self.0 {
            let meant = || -> Result<Vec<String>> {
                let mut listed = place.list(&owner.to_string())?;
                listed.retain(|path| is_meant(path));
                Ok(listed)
            };
            for path in meant()? {
                place.delete(&path)?;
            }
            if let Some(left) = meant()?.first() {
                bail!("{left} is still in {}", place.name());
            }
        }
        Ok(())
    }

    /// Makes a key: the secret half in both places first, then the name of the public one.
    fn make(&self, name: Name, recipients: &[Recipient], keys: &SetKeys) -> Result<Recipient> {
        let ([first, second], owner) = (&self.0, name.owner);
        let identity = Identity::generate();
        let public = identity.to_public();
        let secret = seal(&identity, recipients)?;
        first.put_new(&secret_path(owner, &public), &secret)?;
        second.put_new(&secret_path(owner, &public), &secret)?;
        let signature = Bytes(keys.sign(Purpose::VaultKey, &name.statement(&public)));
        let said = format!("{public}\n{signature}\n").into_bytes();
        let named = first.put_new(&name.path(), &said);
        if let Err(error) = named {
            // Somebody has made one at the same moment: theirs counts.
            let theirs = first.find(&name.path())?.ok_or(error)?;
            return spread(name, &theirs, first, second, keys);
        }
        spread(name, &said, first, second, keys)
    }
}

/// Brings a key from one place to the other.
fn spread(name: Name, said: &[u8], from: &Store, to: &Store, keys: &SetKeys) -> Result<Recipient> {
    let (key, owner) = (believe(name, said, keys)?, name.owner);
    let path = secret_path(owner, &key);
    if to.size(&path)?.is_none() {
        let secret = from.find(&path)?;
        let secret = secret
            .with_context(|| format!("the secret half of the key of {owner} is not in {}", from.name()))?;
        to.put_new(&path, &secret)?;
    }
    if let Err(error) = to.put_new(&name.path(), said)
        && to.find(&name.path())?.as_deref() != Some(said)
    {
        return Err(error);
    }
    Ok(key)
}

/// The recipients of the vault's files: one a line, `#` begins a comment. What a wrong line says is not told: it may be
/// the identity, given in the place of its recipient.
pub fn parse_recipients(text: &str) -> Result<Vec<Recipient>> {
    let lines =
        text.lines().map(str::trim).zip(1..).filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    let parse = |(line, number): (&str, u32)| {
        Recipient::from_str(line).map_err(|why| anyhow!("line {number} is no age recipient (age1…): {why}"))
    };
    let recipients: Vec<Recipient> = lines.map(parse).collect::<Result<_>>()?;
    if recipients.is_empty() {
        bail!("no recipient of the vault is named: nobody could open what is sealed");
    }
    Ok(recipients)
}

/// The identity of a file as `age-keygen` and `portico ops identity` write it.
pub fn parse_identity(text: &str) -> Result<Identity> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    match (lines.next(), lines.next()) {
        // What stands there is a secret: it is not said.
        (Some(line), None) => {
            Identity::from_str(line).map_err(|_| anyhow!("that is no age identity (AGE-SECRET-KEY-1…)"))
        }
        _ => bail!("one age identity is needed, on a line of its own"),
    }
}

/// Writes a new identity into a new file that only its owner may read. Gives its recipient.
pub fn write_new_identity(path: &Path) -> Result<Recipient> {
    let identity = Identity::generate();
    let public = identity.to_public();
    let secret = identity.to_string();
    let text = format!("# public key: {public}\n{}\n", secret.expose_secret());
    tokens::write_private(path, text.as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(public)
}

/// The number of an owner's first key.
const FIRST: u32 = 1;

/// Under what the public half of an owner's key stands: the first, or one that came in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Name {
    owner: Owner,
    number: u32,
}

impl Name {
    fn path(self) -> String {
        match self.number {
            FIRST => format!("{}/current", self.owner),
            number => format!("{}/current-{number:06}", self.owner),
        }
    }

    /// The number of such a path.
    fn number_of(owner: Owner, path: &str) -> Option<u32> {
        let name = path.rsplit('/').next()?;
        let number = match name.strip_prefix("current")? {
            "" => FIRST,
            rest => rest.strip_prefix('-')?.parse().ok()?,
        };
        (Self { owner, number }.path() == path).then_some(number)
    }

    /// What is signed of it: with the number, so that an earlier key cannot be named as a later one.
    fn statement(self, key: &Recipient) -> Vec<u8> {
        let owner = self.owner;
        match self.number {
            FIRST => format!("{owner}\n{key}\n").into_bytes(),
            number => format!("{owner}\n{key}\n{number}\n").into_bytes(),
        }
    }
}

fn secret_path(owner: Owner, key: &Recipient) -> String {
    format!("{owner}/{key}.age")
}

/// The public half that stands under a name, where it was signed for this owner and number.
fn believe(name: Name, said: &[u8], keys: &SetKeys) -> Result<Recipient> {
    let owner = name.owner;
    let text = String::from_utf8_lossy(said);
    let (public, signature) = text.split_once('\n').unwrap_or((&text, ""));
    let key = parse_public(owner, public)?;
    let signature = Bytes::<64>::from_str(signature.trim_end());
    let is_ours = signature.is_ok_and(|signature| {
        keys.signers().have_signed(Purpose::VaultKey, &name.statement(&key), &signature.0)
    });
    if !is_ours {
        bail!(
            "what the vault names as the key of {owner} was not signed for it by this installation: nothing is sealed with \
             it. Find out who can write into the vault."
        );
    }
    Ok(key)
}

fn parse_public(owner: Owner, text: &str) -> Result<Recipient> {
    Recipient::from_str(text.trim())
        .map_err(|why| anyhow!("what is named as the key of {owner} is none: {why}"))
}

fn seal(identity: &Identity, recipients: &[Recipient]) -> Result<Vec<u8>> {
    use std::io::Write as _;
    let recipients = recipients.iter().map(|one| -> &dyn age::Recipient { one });
    let mut sealing = age::Encryptor::with_recipients(recipients)?.wrap_output(Vec::new())?;
    sealing.write_all(identity.to_string().expose_secret().as_bytes())?;
    Ok(sealing.finish()?)
}

fn open(found: Option<Vec<u8>>, public: &Recipient, with: &Identity) -> Result<Identity> {
    let file = found.context("it is not there")?;
    let text = age::decrypt(with, &file).context("the restore identity does not open it")?;
    let identity = parse_identity(&String::from_utf8_lossy(&text))?;
    if &identity.to_public() != public {
        bail!("it holds another key than its name says");
    }
    Ok(identity)
}

#[cfg(test)]
mod tests;
