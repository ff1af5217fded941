//! Passwords: which are allowed, and their hashes.
//!
//! Argon2id in a pool of its own that stands back behind requests, so that a storm of sign-ins cannot starve reads.

use std::collections::HashSet;

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::SaltString,
};
use shared::{Violation, ViolationCode, check};

use crate::{
    ApiError,
    bounded::{Bounded, Standing},
    clock,
};

/// 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Sign-ins that may wait for each one that is being worked on.
const WAITING: usize = 64;

/// The bounded pool for hashing.
#[derive(Debug, Clone)]
pub struct Passwords(Bounded);

/// What verifying a password found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is wrong.
    Wrong,
    /// It is right.
    Right,
    /// It is right, and was hashed with less than today's cost: this is its new hash.
    RightButWeak(String),
}

impl Passwords {
    /// A pool for as many hashes at once as there are cores, less one for everything else.
    pub fn start() -> std::io::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let running = cores.saturating_sub(1).max(1);
        Bounded::start("passwords", running, running * (WAITING - 1)).map(Self)
    }

    /// How full the pool is.
    pub fn standing(&self) -> Standing {
        self.0.standing()
    }

    /// The hash of a password.
    pub async fn hash(&self, password: String) -> Result<String, ApiError> {
        self.0.run(move || hash(&password)).await?
    }

    /// Whether the password has this hash. Where there is none, as much work is done and the answer is no, so that
    /// the time does not tell whether an account exists.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<Verdict, ApiError> {
        let work = move || match stored {
            Some(stored) => verify(&password, &stored),
            None => hash(&password).map(|_| Verdict::Wrong),
        };
        self.0.run(work).await?
    }

    /// Whether a new password is allowed; see [`check_new`]. Here, since finding common ones is work too.
    pub async fn check_new(
        &self,
        password: String,
        minimum: i16,
        email: String,
        organization: String,
    ) -> Result<Result<(), Violation>, ApiError> {
        self.0.run(move || check_new(&password, minimum, &email, &organization)).await
    }
}

fn argon2() -> Result<Argon2<'static>, ApiError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| broken(&error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of a password, on this thread: for the command line.
pub fn hash(password: &str) -> Result<String, ApiError> {
    let mut salt = [0_u8; 16];
    clock::random(&mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(|error| broken(&error))?;
    Ok(argon2()?.hash_password(password.as_bytes(), &salt).map_err(|error| broken(&error))?.to_string())
}

fn verify(password: &str, stored: &str) -> Result<Verdict, ApiError> {
    let parsed = PasswordHash::new(stored).map_err(|error| broken(&error))?;
    if argon2()?.verify_password(password.as_bytes(), &parsed).is_err() {
        return Ok(Verdict::Wrong);
    }
    let params = Params::try_from(&parsed).map_err(|error| broken(&error))?;
    if params.m_cost() < MEMORY_KIB || params.t_cost() < PASSES {
        return Ok(Verdict::RightButWeak(hash(password)?));
    }
    Ok(Verdict::Right)
}

fn broken(error: &dyn std::fmt::Display) -> ApiError {
    ApiError::internal(anyhow::anyhow!("password hashing: {error}"))
}

/// Whether a new password is allowed: its length, not among the most common ones, not the e-mail, not the
/// organization. No rules of composition.
pub fn check_new(password: &str, minimum: i16, email: &str, organization: &str) -> Result<(), Violation> {
    check::password_length(password, u8::try_from(minimum).unwrap_or(u8::MAX))?;
    let folded = password.to_lowercase();
    let local = email.split('@').next().unwrap_or_default();
    if [email, local, organization]
        .iter()
        .any(|identity| !identity.is_empty() && folded == identity.to_lowercase())
    {
        let message = "The password may not be the e-mail or the organization's name.";
        return Err(Violation::new(ViolationCode::PasswordIsIdentity, message));
    }
    if is_common(password) {
        let message = "This is one of the most common passwords. Choose another one.";
        return Err(Violation::new(ViolationCode::CommonPassword, message));
    }
    Ok(())
}

/// Whether the whole password is one entry of the list of leaked passwords, a repetition, a sequence or a row of
/// keys: what an attacker tries first.
///
/// What it costs grows with the length and, steeply, with the number of different signs that may stand for letters, so
/// neither is let grow: no password that people share has more of them.
fn is_common(password: &str) -> bool {
    use zxcvbn::matching::patterns::MatchPattern;
    const LONGEST: usize = 32;
    const SIGNS: usize = 4;
    if repeats(password) {
        return true;
    }
    let signs: HashSet<char> =
        password.chars().filter(|sign| !sign.is_alphanumeric() && !sign.is_whitespace()).collect();
    if password.chars().count() > LONGEST || signs.len() > SIGNS {
        return false;
    }
    let judged = zxcvbn::zxcvbn(password, &[]);
    match judged.sequence() {
        [only] => !matches!(only.pattern, MatchPattern::BruteForce),
        _ => false,
    }
}

/// Whether it is a short piece again and again.
fn repeats(password: &str) -> bool {
    let letters: Vec<char> = password.chars().collect();
    (1..=4.min(letters.len() / 3))
        .any(|piece| letters.iter().zip(letters.iter().skip(piece)).all(|(one, next)| one == next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_passwords_are_allowed() {
        let code = |password: &str| {
            check_new(password, 8, "ana@acme.example", "Acme Works").err().map(|one| one.code)
        };
        for (password, expected) in [
            ("short", Some(ViolationCode::TooShort)),
            ("password1", Some(ViolationCode::CommonPassword)),
            ("1234567890", Some(ViolationCode::CommonPassword)),
            ("aaaaaaaaaaaaaaaa", Some(ViolationCode::CommonPassword)),
            ("qwertyuiop", Some(ViolationCode::CommonPassword)),
            ("Ana@Acme.example", Some(ViolationCode::PasswordIsIdentity)),
            ("acme works", Some(ViolationCode::PasswordIsIdentity)),
            ("abcabcabcabcabcabcabcabcabcabcabcabcabcabcabc", Some(ViolationCode::CommonPassword)),
            ("P4ssw0rd", Some(ViolationCode::CommonPassword)),
            ("tres gatos en la niebla", None),
            ("🔑🔑🐈🌫 llave", None),
        ] {
            assert_eq!(code(password), expected, "{password}");
        }
    }

    #[test]
    fn no_password_is_expensive_to_judge() {
        // Signs and digits that stand for letters, as many as are let through, repeated and mixed.
        for password in [
            "4@8({[<369!|1$5+7%20".repeat(5),
            "4@8(369!1$5702".repeat(2),
            "1234567890".repeat(3),
            "1470258369147025836914702583691".to_owned(),
        ] {
            // Counted in work and not in time, which a busy machine stretches: this returns, or the test hangs.
            let _ = is_common(&password);
        }
    }

    #[test]
    fn a_hash_is_verified_and_grows_with_its_cost() {
        let stored = hash("tres gatos en la niebla").expect("a hash");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_eq!(verify("tres gatos en la niebla", &stored).expect("a verdict"), Verdict::Right);
        assert_eq!(verify("cuatro gatos", &stored).expect("a verdict"), Verdict::Wrong);
        let weak = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8 * 1024, 1, 1, None).expect("params"),
        );
        let salt = SaltString::encode_b64(&[7; 16]).expect("a salt");
        let stored = weak.hash_password(b"old one", &salt).expect("a hash").to_string();
        assert!(matches!(verify("old one", &stored).expect("a verdict"), Verdict::RightButWeak(_)));
    }
}
