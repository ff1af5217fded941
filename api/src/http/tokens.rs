//! Access tokens: JWT, signed with `EdDSA`; the algorithm is fixed by the key, and the key found by its id.
//!
//! The keys stand in files `<key id>.pem` of one folder (PKCS #8, Ed25519). The newest signs; all verify, so that a
//! new key is laid beside the old one first, and the old one taken away when its last token is over.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{
    SigningKey,
    pkcs8::{DecodePrivateKey, EncodePrivateKey, spki::der::pem::LineEnding},
};
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use moka::sync::Cache;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use shared::ids::{OrganizationId, SessionId, UserId};

use crate::{ApiError, clock::Clock};

/// How long an access token lives.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(10);
const ISSUER: &str = "portico";
/// Of signed links: neither passes for the other.
const LINK_ISSUER: &str = "portico link";

/// What an access token says. No permissions: they are asked for when they are needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The person.
    pub sub: UserId,
    /// The organization.
    pub org: OrganizationId,
    /// The session.
    pub sid: SessionId,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// When it was made, in seconds since 1970.
    pub iat: i64,
    /// Who made it.
    pub iss: String,
}

/// What a signed link says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkClaims {
    /// The person.
    pub sub: UserId,
    /// The organization.
    pub org: OrganizationId,
    /// The session.
    pub sid: SessionId,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// The hash of the address that it opens.
    pub res: String,
    /// Who made it.
    pub iss: String,
}

/// The keys that sign and verify.
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
pub struct TokenKeys {
    signing_id: String,
    signing: EncodingKey,
    verifying: HashMap<String, DecodingKey>,
    marks: Arc<[MarkKey]>,
    /// What tokens say whose signatures were checked a moment ago, by their hashes: a signature costs more than all the
    /// rest of knowing who asks. Their end is looked at each time, and so is their session.
    verified: Cache<[u8; 32], Claims>,
}

/// How long a checked signature is kept, and how many are.
const VERIFIED_FOR: Duration = Duration::from_mins(1);
const VERIFIED: u64 = 10_000;

/// A secret of the servers with which they mark what they keep, so that whoever reads the database cannot try what it
/// was made of. Made of a key that signs, and of no use for signing.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
pub struct MarkKey(Hmac<Sha256>);

impl MarkKey {
    fn of(key: &SigningKey) -> Option<Self> {
        let derived =
            Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?.chain_update(b"portico marks").finalize();
        Hmac::new_from_slice(&derived.into_bytes()).ok().map(Self)
    }

    /// The mark of some bytes.
    pub fn mark(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.clone().chain_update(bytes).finalize().into_bytes().to_vec()
    }

    /// Whether this is the mark of these bytes.
    pub fn fits(&self, bytes: &[u8], mark: &[u8]) -> bool {
        self.0.clone().chain_update(bytes).verify_slice(mark).is_ok()
    }
}

impl TokenKeys {
    /// Reads the keys of the folder.
    pub fn read(directory: &Path) -> Result<Self> {
        let mut newest: Option<(String, EncodingKey)> = None;
        let (mut verifying, mut marks) = (HashMap::new(), Vec::new());
        for (id, key) in read_keys(directory)? {
            verifying.insert(id.clone(), DecodingKey::from_ed_der(key.verifying_key().as_bytes()));
            marks.extend(MarkKey::of(&key));
            // Ids begin with the day on which the key was made, so the last one by name is the newest.
            newest = Some((id, EncodingKey::from_ed_pem(to_pem(&key)?.as_bytes())?));
        }
        let Some((signing_id, signing)) = newest else {
            bail!("{} holds no key. `portico keys create` makes one.", directory.display());
        };
        marks.reverse();
        let verified = Cache::builder().max_capacity(VERIFIED).time_to_live(VERIFIED_FOR).build();
        Ok(Self { signing_id, signing, verifying, marks: marks.into(), verified })
    }

    /// What marks, the newest first. The others tell what was marked before.
    pub fn marks(&self) -> Arc<[MarkKey]> {
        Arc::clone(&self.marks)
    }

    /// A token for a session, and when it ends.
    pub fn sign(
        &self,
        organization: OrganizationId,
        user: UserId,
        session: SessionId,
        now: DateTime<Utc>,
    ) -> Result<(String, DateTime<Utc>), ApiError> {
        let expires_at = now + LIFETIME;
        let claims = Claims {
            sub: user,
            org: organization,
            sid: session,
            exp: expires_at.timestamp(),
            iat: now.timestamp(),
            iss: ISSUER.to_owned(),
        };
        Ok((self.encode(&claims)?, expires_at))
    }

    /// What a token says, where it is one of ours and not over.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        let hash = Sha256::digest(token).into();
        let claims = if let Some(claims) = self.verified.get(&hash) {
            claims
        } else {
            let claims: Claims = self.decode(token, ISSUER)?;
            self.verified.insert(hash, claims.clone());
            claims
        };
        (claims.exp > now.timestamp()).then_some(claims)
    }

    /// The secret of a signed link.
    pub fn sign_link(&self, claims: LinkClaims) -> Result<String, ApiError> {
        self.encode(&LinkClaims { iss: LINK_ISSUER.to_owned(), ..claims })
    }

    /// What the secret of a link says, where it is one of ours and not over.
    pub fn verify_link(&self, token: &str, now: DateTime<Utc>) -> Option<LinkClaims> {
        let claims: LinkClaims = self.decode(token, LINK_ISSUER)?;
        (claims.exp > now.timestamp()).then_some(claims)
    }

    fn encode(&self, claims: &impl Serialize) -> Result<String, ApiError> {
        let header = Header { kid: Some(self.signing_id.clone()), ..Header::new(Algorithm::EdDSA) };
        encode(&header, claims, &self.signing).map_err(ApiError::internal)
    }

    fn decode<C: DeserializeOwned>(&self, token: &str, issuer: &str) -> Option<C> {
        let key = self.verifying.get(&decode_header(token).ok()?.kid?)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[issuer]);
        // The library would ask the machine for the time; ours can be fixed and moved.
        validation.validate_exp = false;
        Some(decode::<C>(token, key, &validation).ok()?.claims)
    }
}

/// Makes a key where the folder has none. Gives its file, where one was made.
pub fn create_key(directory: &Path, clock: &Clock) -> Result<Option<PathBuf>> {
    std::fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    if !key_files(directory)?.is_empty() {
        return Ok(None);
    }
    let mut seed = [0_u8; 32];
    crate::clock::random(&mut seed);
    let pem = to_pem(&SigningKey::from_bytes(&seed))?;
    let path = directory.join(format!("{}.pem", clock.now().format("%Y-%m-%d-%H%M%S")));
    write_private(&path, pem.as_bytes())?;
    Ok(Some(path))
}

/// The keys of a folder with their ids, the oldest first.
pub(crate) fn read_keys(directory: &Path) -> Result<Vec<(String, SigningKey)>> {
    let mut keys = Vec::new();
    for path in key_files(directory)? {
        let id = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let pem =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let key = SigningKey::from_pkcs8_pem(&pem).map_err(|error| {
            anyhow::anyhow!("{} is not an Ed25519 key in PKCS #8: {error}", path.display())
        })?;
        keys.push((id, key));
    }
    Ok(keys)
}

fn to_pem(key: &SigningKey) -> Result<ed25519_dalek::pkcs8::spki::der::zeroize::Zeroizing<String>> {
    key.to_pkcs8_pem(LineEnding::LF).map_err(|error| anyhow::anyhow!("the key cannot be written: {error}"))
}

/// Writes a new file that only its owner may read.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(())
}

fn key_files(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(directory)
        .with_context(|| format!("cannot read the keys in {}", directory.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "pem") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
