//! The text of an API token: `prt_<organization's short id>_<256 bits><checksum>`.
//!
//! The prefix lets scanners find one that has leaked into a repository or a log; the checksum (CRC-32 of all that
//! stands before it) lets them, and us, tell a token from what only looks like one without asking a database. Both
//! are no protection: what protects is that nobody guesses 256 bits.

use sha2::{Digest, Sha256};

use crate::clock;

const PREFIX: &str = "prt_";
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Length of an organization's short id.
const SHORT_ID: usize = 8;
/// So many of 62 digits carry 256 bits.
const RANDOM: usize = 43;
/// So many of 62 digits carry 32 bits.
const CHECKSUM: usize = 6;

/// A token's text.
#[derive(Clone, PartialEq, Eq)]
#[expect(missing_debug_implementations, reason = "a secret is not for showing")]
pub struct Secret(String);

impl Secret {
    /// A new one of the organization with this short id.
    pub fn random(short_id: &str) -> Self {
        let random: String = std::iter::repeat_with(random_digit).take(RANDOM).collect();
        let body = format!("{PREFIX}{short_id}_{random}");
        Self(format!("{body}{}", checksum(&body)))
    }

    /// Whether a credential means to be a token at all.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// What somebody shows, where it can be a token of ours. Whether it is one, only the database knows.
    pub fn parse(text: &str) -> Option<Self> {
        let (short_id, rest) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let well_formed = short_id.len() == SHORT_ID
            && short_id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && rest.len() == RANDOM + CHECKSUM
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let (body, shown) = text.split_at_checked(text.len().checked_sub(CHECKSUM)?)?;
        (well_formed && shown == checksum(body)).then(|| Self(text.to_owned()))
    }

    /// The short id of its organization.
    pub fn short_id(&self) -> &str {
        self.0.get(PREFIX.len()..PREFIX.len() + SHORT_ID).unwrap_or_default()
    }

    /// What is shown once.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What the server keeps.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

/// One of the digits, each as likely as any other: bytes beyond the last whole multiple of 62 are drawn again.
fn random_digit() -> char {
    loop {
        let mut byte = [0_u8];
        clock::random(&mut byte);
        let [byte] = byte;
        if byte < 248
            && let Some(digit) = DIGITS.get(usize::from(byte % 62))
        {
            return char::from(*digit);
        }
    }
}

fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = [b'0'; CHECKSUM];
    for place in digits.iter_mut().rev() {
        *place = usize::try_from(rest % 62).ok().and_then(|digit| DIGITS.get(digit)).copied().unwrap_or(b'0');
        rest /= 62;
    }
    digits.map(char::from).iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_form_is_the_documented_one() {
        let secret = Secret::random("acme0001");
        assert_eq!(secret.text().len(), 62);
        assert!(secret.text().starts_with("prt_acme0001_"));
        assert_eq!(secret.short_id(), "acme0001");
        assert_ne!(secret.text(), Secret::random("acme0001").text());
        // The checksum does not change from one version of the server to the next.
        assert_eq!(checksum("prt_acme0001_"), "2j0Omw");
    }

    #[test]
    fn what_is_no_token_is_told_without_a_database() {
        let secret = Secret::random("acme0001");
        let text = secret.text();
        for wrong in [
            "",
            "prt_",
            "prt_acme0001",
            "prt_acme0001_",
            &text[..61],
            &format!("{text}0"),
            &text.to_uppercase(),
            &text.replace("prt_", "ghp_"),
            &text.replace("acme0001", "acme0002"),
            &text.replace("acme0001", "acme000ñ"),
            &text.replace("acme0001_", "acme0001."),
            &format!(" {text}"),
        ] {
            assert!(Secret::parse(wrong).is_none(), "{wrong}");
        }
        assert!(Secret::is_meant(text) && !Secret::is_meant("eyJhbGciOiJFZERTQSJ9"));
    }

    proptest! {
        #[test]
        fn what_was_made_is_read_back(short_id in "[a-z0-9]{8}") {
            let secret = Secret::random(&short_id);
            let read = Secret::parse(secret.text()).expect("it is one");
            prop_assert_eq!(read.hash(), secret.hash());
            prop_assert_eq!(read.short_id(), short_id.as_str());
        }

        #[test]
        fn one_slip_is_found(at in 0..62_usize, digit in "[0-9A-Za-z_]") {
            let secret = Secret::random("acme0001");
            let mut slipped = secret.text().to_owned();
            slipped.replace_range(at..=at, &digit);
            prop_assert_eq!(Secret::parse(&slipped).is_some(), slipped == secret.text());
        }

        #[test]
        fn nothing_that_is_shown_breaks_the_reading(text in "\\PC{0,80}") {
            prop_assert!(Secret::parse(&text).is_none());
        }
    }
}
