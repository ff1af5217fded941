//! The signed heads off-site: an object each below `book/` in the off-site store of backups, named by its place and hash, so
//! that none ever takes the place of another.

use anyhow::{Context as _, Result};

use super::{BookKeys, store};
use crate::{
    ApiError,
    audit::lines::HeadLine,
    config::backups::StoresConfig,
    db::console::ConsoleConn,
    ops::{backup::Stores, stores::Store},
};

/// The folder in the store.
pub const FOLDER: &str = "book";
/// What the store is called in the note of how far heads were brought.
const OFF_SITE: &str = "off-site";

/// The off-site store, where stores of backups are configured.
pub fn open(config: Option<&StoresConfig>) -> Result<Option<Store>> {
    config.map(Stores::open_off_site).transpose()
}

/// Where a head stands.
fn path(head: &HeadLine) -> String {
    let beginning = head.hash.0.first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
    format!("{FOLDER}/{:012}-{beginning:016x}.head", head.sequence)
}

/// Brings the newest head, which vouches for all before it. With the key it is signed here and now: neither the note of how
/// far heads were brought nor a head that stands in the database keeps it from being brought.
pub fn bring(conn: &mut ConsoleConn<'_>, to: &Store, keys: Option<&BookKeys>) -> Result<()> {
    let head = match keys {
        Some(keys) => store::sign_rest(conn, keys)?,
        None => store::newest_head(conn)?,
    };
    let Some(head) = head else { return Ok(()) };
    let (path, bytes) = (path(&head), serde_json::to_vec(&head)?);
    if let Err(error) = to.put_new(&path, &bytes) {
        // It was brought before, or somebody else has brought it a moment ago.
        to.size(&path).ok().flatten().ok_or(error)?;
    }
    if store::brought_to(conn, OFF_SITE)? != head.sequence {
        store::note_brought(conn, OFF_SITE, head.sequence)?;
    }
    Ok(())
}

/// How many rows at the end no head off-site vouches for, as whoever brought the last one has noted.
pub fn behind(conn: &mut ConsoleConn<'_>) -> Result<i64, ApiError> {
    let last = store::last_place(conn)?;
    Ok((last - store::brought_to(conn, OFF_SITE)?).max(0))
}

/// All heads that stand there.
pub fn heads(from: &Store) -> Result<Vec<HeadLine>> {
    let mut heads = Vec::new();
    for path in from.list(FOLDER)? {
        let bytes = from.find(&path)?.with_context(|| format!("{path} has gone meanwhile"))?;
        heads.push(serde_json::from_slice(&bytes).with_context(|| format!("{path} in {}", from.name()))?);
    }
    Ok(heads)
}
