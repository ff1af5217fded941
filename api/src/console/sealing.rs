//! What the database keeps of second factors is sealed with a key that it does not have: a copy of the database alone lets
//! nobody in.
//!
//! The key is made of that in the folder `console` of the keys' folder; the newest seals, all open.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use uuid::Uuid;

use crate::{
    ApiError,
    clock::{self, Clock},
    http::tokens,
};

/// The folder below the keys' folder.
pub const FOLDER: &str = "console";
const NONCE: usize = 24;

/// The keys of this installation, the oldest first.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
pub struct SealingKeys {
    newest: [u8; 32],
    older: Vec<[u8; 32]>,
}

impl SealingKeys {
    /// Reads the keys below the keys' folder.
    pub fn read(keys: &Path) -> Result<Self> {
        let directory = keys.join(FOLDER);
        let found = if directory.exists() { tokens::read_keys(&directory)? } else { Vec::new() };
        let derived = found.iter().map(|(_, key)| {
            blake3::derive_key("portico 2026-11-29 second factors of operators", key.as_bytes())
        });
        let mut older: Vec<[u8; 32]> = derived.collect();
        match older.pop() {
            Some(newest) => Ok(Self { newest, older }),
            None => bail!(
                "{} holds no key to seal second factors with. `portico keys create` makes one.",
                directory.display()
            ),
        }
    }

    /// Seals an operator's secret. What comes out opens for that operator alone.
    pub fn seal(&self, secret: &[u8], operator: Uuid) -> Result<Vec<u8>, ApiError> {
        let mut nonce = [0; NONCE];
        clock::random(&mut nonce);
        let sealed = XChaCha20Poly1305::new(&self.newest.into())
            .encrypt(&XNonce::from(nonce), Payload { msg: secret, aad: operator.as_bytes() })
            .map_err(|_| ApiError::internal(anyhow::anyhow!("a secret is too long to be sealed")))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// The secret that was sealed for this operator.
    pub fn open(&self, sealed: &[u8], operator: Uuid) -> Result<Vec<u8>, ApiError> {
        let cannot = || ApiError::internal(anyhow::anyhow!("the second factor of {operator} does not open"));
        let (nonce, rest) = sealed.split_first_chunk::<NONCE>().ok_or_else(cannot)?;
        let open = |key: &[u8; 32]| {
            XChaCha20Poly1305::new(&(*key).into())
                .decrypt(&XNonce::from(*nonce), Payload { msg: rest, aad: operator.as_bytes() })
                .ok()
        };
        std::iter::once(&self.newest).chain(self.older.iter().rev()).find_map(open).ok_or_else(cannot)
    }
}

/// Makes a key where there is none. Gives its file, where one was made.
pub fn create_key(keys: &Path, clock: &Clock) -> Result<Option<PathBuf>> {
    tokens::create_key(&keys.join(FOLDER), clock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_for_its_operator_alone_and_with_older_keys() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let old = SealingKeys { newest: [1; 32], older: Vec::new() };
        let new = SealingKeys { newest: [2; 32], older: vec![[1; 32]] };
        let sealed = old.seal(b"secret", one).expect("it is sealed");
        assert_eq!(new.open(&sealed, one).expect("it opens"), b"secret");
        assert!(new.open(&sealed, other).is_err());
        let sealed_anew = new.seal(b"secret", one).expect("it is sealed");
        assert!(old.open(&sealed_anew, one).is_err() && old.open(&[], one).is_err());
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(old.open(&changed, one).is_err(), "byte {index}");
        }
    }
}
