//! The epoch of an installation: which of its lives counts. Whoever lets another environment take its place says so in both
//! stores, signed; production reads it there and takes no changes from then on.
//!
//! Invariants: nothing is believed that no key of the backup environment has signed; that a store is out of reach, or says
//! something else, fences nobody; an epoch that was said is never taken back by an earlier one.

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    attendance::{self, AttendanceKey},
    signing::{Purpose, Signers},
    stores::Store,
};

/// Where it stands in a store.
pub const PATH: &str = "fence/epoch";
/// The most that is read, in bytes.
const LARGEST: u64 = 64 << 10;

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epoch {
    /// The epoch that began.
    pub epoch: i64,
    /// When.
    pub began_at: DateTime<Utc>,
    /// Who began it: the user and the machine.
    pub by: String,
    /// Why.
    pub because: String,
}

/// What a store says, where it says anything.
pub fn find(store: &Store, signers: &Signers) -> Result<Option<Epoch>> {
    let Some(size) = store.size(PATH)? else { return Ok(None) };
    if size > LARGEST {
        bail!("what stands in {} as an epoch has {size} bytes: nobody says so much", store.name());
    }
    let Some(bytes) = store.find(PATH)? else { return Ok(None) };
    let epoch = attendance::parse(&bytes, Purpose::Epoch, signers);
    epoch.map(Some).with_context(|| format!("the epoch that {} says", store.name()))
}

/// Says one in a store, unless a later one stands there.
pub fn say(store: &Store, key: &AttendanceKey, epoch: &Epoch) -> Result<()> {
    let own = Signers::parse(&key.public())?;
    // What does not verify is nobody's word: it is written over.
    if let Ok(Some(there)) = find(store, &own)
        && there.epoch >= epoch.epoch
    {
        bail!("{} says already that epoch {} has begun, on {}", store.name(), there.epoch, there.began_at);
    }
    store.put_over(PATH, &key.sign(Purpose::Epoch, epoch)?)
}

/// The latest that any of these stores says, and what kept the others from saying anything.
pub fn latest<'a>(
    stores: impl IntoIterator<Item = &'a Store>,
    signers: &Signers,
) -> (Option<Epoch>, Vec<anyhow::Error>) {
    let (mut latest, mut silent): (Option<Epoch>, _) = (None, Vec::new());
    for store in stores {
        match find(store, signers) {
            Ok(Some(found)) if latest.as_ref().is_none_or(|latest| found.epoch > latest.epoch) => {
                latest = Some(found);
            }
            Ok(_) => {}
            Err(error) => silent.push(error),
        }
    }
    (latest, silent)
}

#[cfg(test)]
mod tests {
    use age::x25519::Identity;

    use super::*;

    #[test]
    fn the_latest_signed_one_counts_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("portico-epoch-{}", std::process::id()));
        let stores = ["first", "second", "third"].map(|name| {
            Store::prepare(&folder.join(name)).expect("it is made");
            Store::open(name, &folder.join(name)).expect("a folder")
        });
        let [first, second, third] = &stores;
        let (key, other) =
            (AttendanceKey::of(&Identity::generate()), AttendanceKey::of(&Identity::generate()));
        let signers = Signers::parse(&key.public()).expect("a key");
        let of = |epoch| Epoch {
            epoch,
            began_at: DateTime::UNIX_EPOCH,
            by: "somebody".to_owned(),
            because: "fire".to_owned(),
        };
        assert_eq!(latest(&stores, &signers).0, None);
        say(first, &key, &of(2)).expect("it is said");
        say(second, &key, &of(3)).expect("it is said");
        // Whoever may write there makes it a higher one, which is signed with no key that counts.
        say(third, &other, &of(9)).expect("it is said");
        let (found, silent) = latest(&stores, &signers);
        assert_eq!((found, silent.len()), (Some(of(3)), 1));
        // An earlier one takes the place of none.
        assert!(say(second, &key, &of(2)).is_err());
        assert!(say(second, &key, &of(3)).is_err());
        say(first, &key, &of(4)).expect("it is said");
        // One that is cut off says nothing, and keeps the other from nothing.
        std::fs::write(folder.join("first").join(PATH), "{").expect("it is written");
        let (found, silent) = latest(&stores, &signers);
        assert_eq!((found, silent.len()), (Some(of(3)), 2));
        std::fs::remove_dir_all(folder).expect("it is removed");
    }
}
