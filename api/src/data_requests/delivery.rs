//! The links by which clients take what was made for them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::{clock, http::routes::PREFIX};

/// What stands in a link: 256 bits, of which the server keeps the hash alone.
#[derive(Clone, PartialEq, Eq)]
#[expect(missing_debug_implementations, reason = "a secret is not for showing")]
pub struct DeliveryToken(String);

impl DeliveryToken {
    /// A new one.
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        clock::random(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What somebody shows, where it can be one at all.
    pub fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    /// What the server keeps.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(&self.0).to_vec()
    }

    /// What stands behind the address of the installation.
    pub fn path(&self) -> String {
        format!("{PREFIX}/deliveries/{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_nothing_else_is_one() {
        let token = DeliveryToken::random();
        let path = token.path();
        let text = path.strip_prefix("/api/v1/deliveries/").expect("a path of the API");
        assert!(DeliveryToken::parse(text).is_some_and(|read| read.hash() == token.hash()));
        for other in ["", "x", &text[1..], &format!("{text}A"), &format!("{text}=")] {
            assert!(DeliveryToken::parse(other).is_none(), "{other}");
        }
        assert!(DeliveryToken::random() != token);
    }
}
