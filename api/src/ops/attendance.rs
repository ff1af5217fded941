//! What the backup environment says: which sets it has verified, what is wrong, and what it did.
//!
//! The two environments share nothing but the stores, so it is said there: one signed statement in the local store, written
//! over with each change and every few minutes, which the worker reads. Invariants: production believes nothing that was
//! not signed with a key it was told; an older statement never takes the place of a newer one.

use age::{secrecy::ExposeSecret as _, x25519::Identity};
use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signer as _, SigningKey};
use serde::{Deserialize, Serialize};
use shared::console::{LongAction, PhaseProgress, TakeOverReport};

use super::{
    book::Entry,
    retention::Place,
    signing::{Purpose, Signers, statement},
    stores::Store,
};
use crate::audit::lines::Bytes;

/// Where it stands in the local store. Of what stands below `fence`, production reads what the other side says.
pub const PATH: &str = "fence/attendance";
/// How many of its deeds are said, the newest ones: more than there are while the worker is away for a week.
pub const ENTRIES: usize = 500;

/// The most that is read, in bytes: whoever may write into the store may have put anything there.
const LARGEST: u64 = 8 << 20;

/// One statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// All sets of both stores.
    pub sets: Vec<AttendedSet>,
    /// What is wrong at the moment.
    pub wrong: Vec<Wrong>,
    /// When it last looked for what is not kept any longer.
    pub pruned_at: Option<DateTime<Utc>>,
    /// The last set that was restored on trial.
    pub restored: Option<Trial>,
    /// Whether it drills by itself.
    #[serde(default)]
    pub drills: bool,
    /// What the last drill came to.
    #[serde(default)]
    pub drill: Option<TakeOverReport>,
    /// When the last one that passed was begun.
    #[serde(default)]
    pub drill_passed_at: Option<DateTime<Utc>>,
    /// How full the stores are.
    pub stores: Vec<StoreUse>,
    /// What it did, for the operations book.
    pub entries: Vec<Entry>,
    /// What takes long and is under way, as of when this was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_way: Option<AttendedAction>,
}

/// Something that takes long and is under way in the backup environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttendedAction {
    /// What.
    pub action: LongAction,
    /// To what: a set, a base backup, or what a drill brings back.
    pub subject: String,
    /// The store that is read from.
    pub place: Place,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How far it is.
    pub progress: PhaseProgress,
}

/// A set in a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttendedSet {
    /// The store.
    pub place: Place,
    /// The set.
    pub set: String,
    /// When it was read whole and compared; never, where it was there before anybody looked.
    pub verified_at: Option<DateTime<Utc>>,
    /// Why it does not hold.
    pub error: Option<String>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    /// With what.
    pub about: String,
    /// What.
    pub error: String,
}

/// A set that was restored on trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// The set.
    pub set: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Rows.
    pub rows: u64,
    /// How long it took.
    pub seconds: f64,
}

/// How full a store is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreUse {
    /// The store.
    pub place: Place,
    /// When it was looked at.
    pub at: DateTime<Utc>,
    /// Bytes of all objects that its sets name, each counted once.
    pub bytes: u64,
}

/// The key of the backup environment. It comes from the identity that only this environment has.
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
#[derive(Clone)]
pub struct AttendanceKey(SigningKey);

impl AttendanceKey {
    /// The one that belongs to an identity.
    pub fn of(identity: &Identity) -> Self {
        let secret = identity.to_string();
        let seed = blake3::derive_key(
            "portico 2026-11-29 statements of the backup environment",
            secret.expose_secret().as_bytes(),
        );
        Self(SigningKey::from_bytes(&seed))
    }

    /// The half that verifies, as [`Signers::parse`] reads it.
    pub fn public(&self) -> String {
        Bytes(self.0.verifying_key().to_bytes()).to_string()
    }

    /// The bytes of an object: a signature, and what is said.
    pub fn sign(&self, purpose: Purpose, said: &impl Serialize) -> Result<Vec<u8>> {
        statement(said, |said| self.0.sign(&purpose.message(said)).to_bytes())
    }
}

/// What stands in a store, where anything does.
pub fn find(store: &Store, signers: &Signers) -> Result<Option<Statement>> {
    let Some(size) = store.size(PATH)? else { return Ok(None) };
    if size > LARGEST {
        bail!(
            "what stands in {} as said by the backup environment has {size} bytes: nobody says so much",
            store.name()
        );
    }
    let Some(bytes) = store.find(PATH)? else { return Ok(None) };
    let statement = signers.read(Purpose::Attendance, &bytes);
    statement.map(Some).with_context(|| format!("what the backup environment says in {}", store.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement() -> Statement {
        Statement {
            written_at: DateTime::UNIX_EPOCH,
            sets: vec![AttendedSet {
                place: Place::OffSite,
                set: "database-20261129T120000Z".to_owned(),
                verified_at: Some(DateTime::UNIX_EPOCH),
                error: None,
            }],
            wrong: Vec::new(),
            pruned_at: None,
            restored: None,
            drills: false,
            drill: None,
            drill_passed_at: None,
            stores: Vec::new(),
            entries: Vec::new(),
            under_way: None,
        }
    }

    #[test]
    fn what_an_earlier_version_has_said_or_reads_is_understood() {
        let said = serde_json::to_value(statement()).expect("it is said");
        assert!(said.get("under_way").is_none(), "nothing is said of nothing");
        assert_eq!(serde_json::from_value::<Statement>(said).expect("it is read"), statement());
    }

    #[test]
    fn nothing_counts_that_another_key_has_signed_or_that_was_changed() {
        let (key, other) =
            (AttendanceKey::of(&Identity::generate()), AttendanceKey::of(&Identity::generate()));
        let signers = Signers::parse(&key.public()).expect("a key");
        let bytes = key.sign(Purpose::Attendance, &statement()).expect("it is signed");
        assert_eq!(signers.read::<Statement>(Purpose::Attendance, &bytes).expect("it is whole"), statement());
        let foreign = other.sign(Purpose::Attendance, &statement()).expect("it is signed");
        assert!(signers.read::<Statement>(Purpose::Attendance, &foreign).is_err());
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            if let Some(byte) = changed.get_mut(place) {
                *byte ^= 1;
            }
            assert!(signers.read::<Statement>(Purpose::Attendance, &changed).is_err(), "{place}");
            let cut = bytes.get(..place).unwrap_or_default();
            assert!(signers.read::<Statement>(Purpose::Attendance, cut).is_err(), "{place}");
        }
    }

    #[test]
    fn the_key_follows_from_the_identity() {
        let identity = Identity::generate();
        assert_eq!(AttendanceKey::of(&identity).public(), AttendanceKey::of(&identity).public());
    }
}
