//! The key that signs how far the book went: Ed25519, files `<key id>.pem` in the folder `book` of the keys' folder. The
//! newest signs. It is none of the others, so that nothing else that is signed can be taken for a head, and the console needs
//! no key of another process.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signer as _, SigningKey};

use super::chain;
use crate::{
    audit::{
        chain::Hash,
        keys,
        lines::{Bytes, HeadLine, PublicKey},
    },
    clock::Clock,
    http::tokens,
};

/// The folder below the keys' folder.
pub const FOLDER: &str = "book";

/// The keys of this installation.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
pub struct BookKeys {
    signing: SigningKey,
    public: Vec<PublicKey>,
}

impl BookKeys {
    /// Reads the keys below the keys' folder.
    pub fn read(keys: &Path) -> Result<Self> {
        match Self::find(keys)? {
            Some(found) => Ok(found),
            None => bail!(
                "{} holds no key to sign the operations book with. `portico keys create` makes one.",
                keys.join(FOLDER).display()
            ),
        }
    }

    /// The same, where there are any.
    pub fn find(keys: &Path) -> Result<Option<Self>> {
        let directory = keys.join(FOLDER);
        let found = if directory.exists() { tokens::read_keys(&directory)? } else { Vec::new() };
        let public = found
            .iter()
            .map(|(id, key)| PublicKey { id: id.clone(), public_key: Bytes(key.verifying_key().to_bytes()) })
            .collect();
        // Ids begin with the day on which the key was made, so the last one by name is the newest.
        Ok(found.into_iter().last().map(|(_, signing)| Self { signing, public }))
    }

    /// The halves that verify, oldest first.
    pub fn public(&self) -> &[PublicKey] {
        &self.public
    }

    /// Signs how far the book went.
    pub fn sign(&self, sequence: i64, hash: Hash, signed_at: DateTime<Utc>) -> HeadLine {
        let signature = self.sign_message(&chain::head_message(sequence, &hash, signed_at));
        HeadLine {
            sequence,
            hash: Bytes(hash),
            signed_at,
            key_id: self.public.last().map_or_else(String::new, |key| key.id.clone()),
            signature,
        }
    }

    /// Signs a message of the book's own.
    pub fn sign_message(&self, message: &[u8]) -> Bytes<64> {
        Bytes(self.signing.sign(message).to_bytes())
    }
}

/// Makes a key where there is none. Gives its file, where one was made.
pub fn create(keys: &Path, clock: &Clock) -> Result<Option<PathBuf>> {
    tokens::create_key(&keys.join(FOLDER), clock)
}

/// Whether one of these keys has signed this head.
pub fn have_signed(known: &[PublicKey], head: &HeadLine) -> bool {
    have_signed_message(
        known,
        &chain::head_message(head.sequence, &head.hash.0, head.signed_at),
        &head.signature,
    )
}

/// Whether one of these keys has signed this.
pub fn have_signed_message(known: &[PublicKey], message: &[u8], signature: &Bytes<64>) -> bool {
    known.iter().any(|key| keys::verify(key, message, &signature.0))
}
