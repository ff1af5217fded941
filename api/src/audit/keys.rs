//! The keys that sign heads: Ed25519, files `<key id>.pem` in the folder `audit` of the keys' folder. The newest signs.
//! They are not those of access tokens, so that a token can never be taken for a head, and a server that signs tokens
//! need not be the one that signs heads.

use std::path::Path;

use anyhow::{Result, bail};
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use shared::ids::OrganizationId;

use super::{
    chain::{self, Hash},
    lines::{Bytes, PublicKey},
};
use crate::{clock::Clock, http::tokens};

/// The folder below the keys' folder.
const FOLDER: &str = "audit";

/// The keys of this installation.
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
pub struct HeadKeys {
    signing: SigningKey,
    public: Vec<PublicKey>,
}

impl HeadKeys {
    /// Reads the keys below the keys' folder.
    pub fn read(keys: &Path) -> Result<Self> {
        let directory = keys.join(FOLDER);
        let found = if directory.exists() { tokens::read_keys(&directory)? } else { Vec::new() };
        let public = found
            .iter()
            .map(|(id, key)| PublicKey { id: id.clone(), public_key: Bytes(key.verifying_key().to_bytes()) })
            .collect();
        // Ids begin with the day on which the key was made, so the last one by name is the newest.
        match found.into_iter().last() {
            Some((_, signing)) => Ok(Self { signing, public }),
            None => bail!(
                "{} holds no key to sign the audit log with. `portico keys create` makes one.",
                directory.display()
            ),
        }
    }

    /// The halves that verify, oldest first.
    pub fn public(&self) -> &[PublicKey] {
        &self.public
    }

    /// The id of the key that signs.
    pub fn signing_id(&self) -> &str {
        self.public.last().map_or("", |key| key.id.as_str())
    }

    /// Signs how far a chain went.
    pub fn sign(
        &self,
        organization: OrganizationId,
        sequence: i64,
        hash: &Hash,
        at: DateTime<Utc>,
    ) -> [u8; 64] {
        self.signing.sign(&chain::head_message(organization, sequence, hash, at)).to_bytes()
    }
}

/// Makes a key where there is none. Gives its file, where one was made.
pub fn create(keys: &Path, clock: &Clock) -> Result<Option<std::path::PathBuf>> {
    tokens::create_key(&keys.join(FOLDER), clock)
}

/// Whether this key has signed this.
pub fn verify(key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(&key.public_key.0)
        .is_ok_and(|key| key.verify(message, &Signature::from_bytes(signature)).is_ok())
}
