//! What is said in one line and signed in a second one, both JSON, with whatever stands behind them: manifests of sets, those of
//! base backups, and the heads of parts of the stream.
//!
//! Invariant: no byte of either line may be another one. The second names the key for people who look; so that it cannot be changed
//! there, the first names it too, and is signed.

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::signing::{Purpose, SetKeys, Signers};
use crate::audit::lines::Bytes;

/// The first line.
#[derive(Serialize)]
struct Said<'a, T> {
    #[serde(flatten)]
    said: &'a T,
    signed_by: &'a str,
}

/// What every first line says, but for those of before it named the key.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    signed_by: Option<String>,
}

/// The second line.
#[derive(Serialize, Deserialize)]
struct Seal {
    key_id: String,
    signature: Bytes<64>,
}

/// The two lines.
pub fn sign(said: &impl Serialize, purpose: Purpose, keys: &SetKeys) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(&Said { said, signed_by: keys.id() })?;
    let seal = Seal { key_id: keys.id().to_owned(), signature: Bytes(keys.sign(purpose, &bytes)) };
    bytes.push(b'\n');
    serde_json::to_writer(&mut bytes, &seal)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The first of two such lines, once its signature holds, and what stands behind them.
pub fn believe<'a>(bytes: &'a [u8], purpose: Purpose, signers: &Signers) -> Result<(&'a [u8], &'a [u8])> {
    let (said, rest) = cut(bytes).context("it is cut off")?;
    let (seal, rest) = cut(rest).context("it has no signature, or is cut off")?;
    let seal: Seal = serde_json::from_slice(seal).context("it has no signature")?;
    ensure!(
        signers.have_signed(purpose, said, &seal.signature.0),
        "its signature does not hold: it was changed, or signed with a key that is none of the trusted ones"
    );
    let named: Named = serde_json::from_slice(said).context("it cannot be read")?;
    ensure!(
        named.signed_by.is_none_or(|id| id == seal.key_id),
        "it names another key than the one that signed it: it was changed"
    );
    Ok((said, rest))
}

fn cut(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}

#[cfg(test)]
mod tests;
