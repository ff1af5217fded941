//! The keys that sign what backups rest on: manifests, and which key of the vault is in use.
//!
//! Production signs; whoever reads sets knows whose signatures count. Invariant: a signature says for what it was given.

use std::{collections::BTreeSet, path::Path, str::FromStr};

use anyhow::{Context as _, Result, anyhow, bail};
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};
use serde::{Serialize, de::DeserializeOwned};

use super::owner::Owner;
use crate::{audit::lines::Bytes, clock::Clock, http::tokens};

/// The folder below the keys' folder, of the keys that sign.
const KEYS: &str = "backup";

/// What a signature is given for. One that was given for something else counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// What a set holds.
    Manifest,
    /// Which key of the vault is in use.
    VaultKey,
    /// What the backup environment says.
    Attendance,
    /// That another environment has taken over.
    Epoch,
    /// Whose data was erased.
    Erasure,
    /// That erased tables were written anew.
    Rewriting,
    /// That keys were destroyed.
    Certificate,
    /// Some of the write-ahead log.
    StreamPart,
    /// What a base backup of the stream is.
    StreamBase,
}

impl Purpose {
    /// What is signed for bytes that are given for it.
    pub(super) fn message(self, bytes: &[u8]) -> Vec<u8> {
        [self.context(), bytes].concat()
    }

    fn context(self) -> &'static [u8] {
        match self {
            Self::Manifest => b"portico backup manifest 1\n",
            Self::VaultKey => b"portico backup vault key 1\n",
            Self::Attendance => b"portico backup attendance 1\n",
            Self::Epoch => b"portico epoch 1\n",
            Self::Erasure => b"portico erasure 1\n",
            Self::Rewriting => b"portico rewriting of erased tables 1\n",
            Self::Certificate => b"portico erasure certificate 1\n",
            Self::StreamPart => b"portico backup stream part 1\n",
            Self::StreamBase => b"portico backup stream base 1\n",
        }
    }
}

/// The key that signs sets: Ed25519, files `<key id>.pem` in the folder `backup` of the keys' folder. The newest signs.
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
pub struct SetKeys {
    id: String,
    signing: SigningKey,
    all: Vec<VerifyingKey>,
}

impl SetKeys {
    /// Reads the keys below the keys' folder.
    pub fn read(keys: &Path) -> Result<Self> {
        let directory = keys.join(KEYS);
        let found = if directory.exists() { tokens::read_keys(&directory)? } else { Vec::new() };
        let all = found.iter().map(|(_, key)| key.verifying_key()).collect();
        match found.into_iter().last() {
            Some((id, signing)) => Ok(Self { id, signing, all }),
            None => bail!(
                "{} holds no key to sign backups with. `portico keys create` makes one.",
                directory.display()
            ),
        }
    }

    /// The halves that verify.
    pub fn signers(&self) -> Signers {
        Signers(self.all.clone())
    }

    /// The key under which the rows of an owner are hashed: the same for each set, so that what has not changed is
    /// recognized.
    pub fn hash_key(&self, owner: Owner) -> [u8; 32] {
        let material = [self.signing.as_bytes().as_slice(), owner.to_string().as_bytes()].concat();
        blake3::derive_key("portico 2026-11-29 hashes of rows in backups", &material)
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Signs bytes for one purpose.
    pub fn sign(&self, purpose: Purpose, bytes: &[u8]) -> [u8; 64] {
        self.signing.sign(&purpose.message(bytes)).to_bytes()
    }

    /// The bytes of an object: a signature, and what is said.
    pub fn state(&self, purpose: Purpose, said: &impl Serialize) -> Result<Vec<u8>> {
        statement(said, |bytes| self.sign(purpose, bytes))
    }
}

/// Makes a key where there is none. Gives its file, where one was made.
pub fn create_key(keys: &Path, clock: &Clock) -> Result<Option<std::path::PathBuf>> {
    tokens::create_key(&keys.join(KEYS), clock)
}

/// The bytes of an object: a signature, and what is said.
pub(super) fn statement(said: &impl Serialize, sign: impl FnOnce(&[u8]) -> [u8; 64]) -> Result<Vec<u8>> {
    let said = serde_json::to_vec(said)?;
    let mut bytes = Bytes(sign(&said)).to_string().into_bytes();
    bytes.push(b'\n');
    bytes.extend(said);
    Ok(bytes)
}

/// The keys whose signatures count.
#[derive(Debug, Clone)]
pub struct Signers(Vec<VerifyingKey>);

impl Signers {
    /// One a line, as `portico ops key` prints them: the key, then its id, which is not read. What a wrong line says is
    /// not told: another file may have been given, with a secret in it.
    pub fn parse(text: &str) -> Result<Self> {
        let mut keys = Vec::new();
        let lines = text.lines().map(str::trim).zip(1..);
        for (line, number) in lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#')) {
            let word = line.split_whitespace().next().unwrap_or_default();
            let key = Bytes::<32>::from_str(word).map_err(|_| anyhow!("line {number} is no key"))?;
            let key =
                VerifyingKey::from_bytes(&key.0).map_err(|_| anyhow!("line {number} is no Ed25519 key"))?;
            keys.push(key);
        }
        if keys.is_empty() {
            bail!("no key is named whose signatures count");
        }
        Ok(Self(keys))
    }

    /// As [`Self::parse`] reads them.
    pub fn to_lines(&self) -> BTreeSet<String> {
        self.0.iter().map(|key| Bytes(key.to_bytes()).to_string()).collect()
    }

    /// What an object says, once its signature holds.
    pub fn read<T: DeserializeOwned>(&self, purpose: Purpose, bytes: &[u8]) -> Result<T> {
        let text = std::str::from_utf8(bytes).context("it is no text")?;
        let (signature, said) = text.split_once('\n').context("it is no statement, or cut off")?;
        let signature = Bytes::<64>::from_str(signature).map_err(|_| anyhow!("it has no signature"))?;
        if !self.have_signed(purpose, said.as_bytes(), &signature.0) {
            bail!("it was not signed with a key that is noted here for it");
        }
        serde_json::from_str(said).context("it cannot be read: it may be of another version")
    }

    /// Whether one of them has signed these bytes for this purpose.
    pub fn have_signed(&self, purpose: Purpose, bytes: &[u8], signature: &[u8; 64]) -> bool {
        let (message, signature) = (purpose.message(bytes), Signature::from_bytes(signature));
        self.0.iter().any(|key| key.verify(&message, &signature).is_ok())
    }
}
