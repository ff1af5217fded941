//! The second factor: time-based codes (RFC 6238) of six digits, every thirty seconds, by HMAC-SHA-1 as all authenticators
//! know it.
//!
//! Invariant: a code is accepted once. One of the step before or after the present one is taken, since clocks differ; the
//! step of the last accepted code is kept, and nothing up to it is taken again.

use chrono::{DateTime, Utc};
use totp_rs::{Builder, Totp};

use crate::{ApiError, clock};

/// Bytes of a secret, as RFC 4226 wishes.
const SECRET: usize = 20;
/// Who issues the codes, as authenticators show it.
const ISSUER: &str = "Portico";

/// A new secret.
pub fn new_secret() -> [u8; SECRET] {
    let mut secret = [0; SECRET];
    clock::random(&mut secret);
    secret
}

/// The secret as authenticators read it. It is shown once.
pub fn otpauth_url(secret: &[u8], email: &str) -> Result<String, ApiError> {
    totp(secret, email)?.to_url().map_err(|error| broken(&error))
}

/// The step of this code, where it is one of now and none up to the last accepted step.
pub fn accept(
    secret: &[u8],
    code: &str,
    last_step: i64,
    now: DateTime<Utc>,
) -> Result<Option<i64>, ApiError> {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    let found = totp(secret, "")?.check(code, seconds).and_then(|step| i64::try_from(step).ok());
    Ok(found.filter(|step| *step > last_step))
}

fn totp(secret: &[u8], email: &str) -> Result<Totp, ApiError> {
    let builder = Builder::new().with_secret(secret.to_vec()).with_account_name(email);
    builder.with_issuer(Some(ISSUER)).build().map_err(|error| broken(&error))
}

fn broken(error: &dyn std::fmt::Display) -> ApiError {
    ApiError::internal(anyhow::anyhow!("the second factor: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B. Its codes there have eight digits, of which these are the last six.
    const RFC: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("an instant")
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(accept(RFC, code, 0, at(seconds)).expect("judged"), Some(seconds / 30), "{code}");
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_or_late_and_once() {
        // The code of step 37037036, which is of 1111111080 to 1111111109.
        let (code, step) = ("081804", 37_037_036);
        for (seconds, last, expected) in [
            (1_111_111_080, 0, Some(step)),
            (1_111_111_109, 0, Some(step)),
            (1_111_111_110, 0, Some(step)),
            (1_111_111_139, 0, Some(step)),
            (1_111_111_140, 0, None),
            (1_111_111_050, 0, Some(step)),
            (1_111_111_049, 0, None),
            (1_111_111_109, step - 1, Some(step)),
            (1_111_111_109, step, None),
            (1_111_111_109, step + 1, None),
        ] {
            assert_eq!(accept(RFC, code, last, at(seconds)).expect("judged"), expected, "{seconds} {last}");
        }
        assert_eq!(accept(RFC, "081805", 0, at(1_111_111_109)).expect("judged"), None);
        assert_eq!(accept(RFC, "81804", 0, at(1_111_111_109)).expect("judged"), None);
    }

    #[test]
    fn authenticators_can_read_it() {
        let url = otpauth_url(RFC, "ada@ops.example").expect("a URL");
        assert!(url.starts_with("otpauth://totp/Portico:ada%40ops.example?"), "{url}");
        assert!(url.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "{url}");
        assert_ne!(new_secret(), new_secret());
    }
}
