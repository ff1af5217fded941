//! Brings what one store has into another: on the way from a folder to a bucket, and after a restore into a folder.

use std::{io::Write as _, sync::Arc};

use anyhow::{Context as _, Result, ensure};
use futures_util::TryStreamExt as _;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _, path::Path};

use super::{DELIVERIES, Files, ObjectName, Waiting, Writing};

/// What came of it, in objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    /// Put now.
    pub put: usize,
    /// Were there already.
    pub there: usize,
    /// Are none of Portico's, and were left alone.
    pub others: usize,
}

impl Files {
    /// Puts what the other store has and this one has not. What is there stays as it is, so it can be done again.
    pub fn copy_from(&self, other: &Self, waiting: &Waiting) -> Result<Copied> {
        let (to, from) = (self.0.as_ref(), other.0.as_ref());
        let (to, from) = (to.context("there is no file store")?, from.context("there is nothing to copy")?);
        let listed = waiting.until(from.list(None).try_collect::<Vec<ObjectMeta>>());
        let mut listed = listed.context("it cannot be listed")?;
        listed.sort_by(|one, another| one.location.cmp(&another.location));
        let mut copied = Copied::default();
        for object in &listed {
            let path = &object.location;
            if !is_ours(path) {
                copied.others += 1;
                continue;
            }
            match waiting.until(to.head(path)) {
                Ok(there) => {
                    ensure!(there.size == object.size, "{path} is there already, with another size");
                    copied.there += 1;
                }
                Err(object_store::Error::NotFound { .. }) => {
                    copied.put += usize::from(put(to, from, object, waiting)?);
                }
                Err(error) => return Err(error).with_context(|| format!("{path} cannot be looked up")),
            }
        }
        Ok(copied)
    }
}

fn is_ours(path: &Path) -> bool {
    ObjectName::parse(path).is_some()
        || (path.prefix_matches(&Path::from(DELIVERIES)) && path.extension() == Some("age"))
}

/// Gives whether it was put.
fn put(
    to: &Arc<dyn ObjectStore>,
    from: &Arc<dyn ObjectStore>,
    object: &ObjectMeta,
    waiting: &Waiting,
) -> Result<bool> {
    let path = &object.location;
    let cannot = || format!("{path} cannot be read");
    let found = match waiting.until(from.get(path)) {
        Ok(found) => found,
        // Somebody has taken it away meanwhile.
        Err(object_store::Error::NotFound { .. }) => return Ok(false),
        Err(error) => return Err(error).with_context(cannot),
    };
    let mut pieces = found.into_stream();
    let mut file = Writing::begin(Arc::clone(to), path.clone(), None, waiting)?;
    while let Some(piece) = waiting.until(pieces.try_next()).with_context(cannot)? {
        file.write_all(&piece)?;
    }
    let size = file.finish()?;
    ensure!(size == object.size, "{path} was cut off while it was read");
    Ok(true)
}
