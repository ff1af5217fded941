//! The epoch of an installation: which of its lives counts. Whoever lets another environment take its place says so in both
//! stores, signed; production reads it there and takes no changes from then on.
//!
//! Invariants: nothing is believed that no key of the backup environment has signed; that a store is out of reach, or says
//! something else, fences nobody; an epoch that was said is never taken back by an earlier one.

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    attendance::AttendanceKey,
    signing::{Purpose, Signers},
    stores::Store,
};

/// The folder of epochs in a store: each stands under a name of its own, which is never written over.
pub const FOLDER: &str = "fence";
/// So many epochs may have begun while nobody here learnt of any.
const AHEAD: i64 = 4;
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

/// Where an epoch stands.
fn path(epoch: i64) -> String {
    format!("{FOLDER}/epoch-{epoch:06}")
}

/// One that a store says, where it does.
pub fn find(store: &Store, epoch: i64, signers: &Signers) -> Result<Option<Epoch>> {
    let path = path(epoch);
    let Some(size) = store.size(&path)? else { return Ok(None) };
    if size > LARGEST {
        bail!("what stands in {} as {path} has {size} bytes: nobody says so much", store.name());
    }
    let Some(bytes) = store.find(&path)? else { return Ok(None) };
    let said: Epoch =
        signers.read(Purpose::Epoch, &bytes).with_context(|| format!("{path} in {}", store.name()))?;
    ensure!(
        said.epoch == epoch,
        "{path} in {} is epoch {}: it stands under another name",
        store.name(),
        said.epoch
    );
    Ok(Some(said))
}

/// Says one in a store, in which nothing stands under its name.
pub fn say(store: &Store, key: &AttendanceKey, epoch: &Epoch) -> Result<()> {
    store.put_new(&path(epoch.epoch), &key.sign(Purpose::Epoch, epoch)?)
}

/// The latest that these stores say, for whoever may list them. Fails where one says nothing that can be known.
pub fn latest<'a>(stores: impl IntoIterator<Item = &'a Store>, signers: &Signers) -> Result<Option<Epoch>> {
    let mut latest: Option<Epoch> = None;
    for store in stores {
        let names = store.list(FOLDER)?;
        let number = |name: &String| -> Option<i64> {
            name.strip_prefix(FOLDER)?.strip_prefix("/epoch-")?.parse().ok()
        };
        let mut numbers: Vec<i64> = names.iter().filter_map(number).collect();
        numbers.sort_unstable();
        for number in numbers.into_iter().rev() {
            match find(store, number, signers) {
                Ok(Some(said)) => {
                    latest = latest.filter(|known| known.epoch >= number).or(Some(said));
                    break;
                }
                Ok(None) => {}
                // Somebody else's word is none, and keeps no earlier one from counting.
                Err(error) => tracing::warn!(error = format!("{error:#}"), "an epoch is not believed"),
            }
        }
    }
    Ok(latest)
}

/// A later one than this that a store says, for whoever may not list it.
pub fn later(store: &Store, epoch: i64, signers: &Signers) -> Result<Option<Epoch>> {
    let mut silent = None;
    for number in (epoch + 1..=epoch + AHEAD).rev() {
        match find(store, number, signers) {
            Ok(Some(said)) => return Ok(Some(said)),
            Ok(None) => {}
            Err(error) => silent = Some(error),
        }
    }
    silent.map_or(Ok(None), Err)
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
        let all = || latest(&stores, &signers).expect("they are read").map(|epoch| epoch.epoch);
        let after = |store, epoch| later(store, epoch, &signers).ok().flatten().map(|epoch| epoch.epoch);
        assert_eq!((all(), after(first, 1)), (None, None));
        say(first, &key, &of(2)).expect("it is said");
        say(second, &key, &of(3)).expect("it is said");
        // Whoever may write there makes it a higher one, which is signed with no key that counts, or has another's name.
        say(third, &other, &of(4)).expect("it is said");
        assert_eq!(
            (all(), after(first, 1), after(second, 1), after(second, 3)),
            (Some(3), Some(2), Some(3), None)
        );
        assert_eq!(after(third, 1), None);
        assert!(later(third, 1, &signers).is_err(), "what is not believed is said");
        // Each is said once.
        assert!(say(second, &key, &of(3)).is_err());
        std::fs::copy(folder.join("first").join(path(2)), folder.join("first").join(path(9)))
            .expect("a copy");
        assert_eq!((all(), after(first, 6)), (Some(3), None));
        // One that is cut off says nothing, and keeps none of before from counting.
        std::fs::write(folder.join("second").join(path(7)), "{").expect("it is written");
        assert_eq!((all(), after(second, 3)), (Some(3), None));
        std::fs::remove_dir_all(folder).expect("it is removed");
    }
}
