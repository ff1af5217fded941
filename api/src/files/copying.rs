//! Brings what one store has into another: on the way from a folder to a bucket, and after a restore into a folder.

use anyhow::{Context as _, Result, ensure};
use futures_util::TryStreamExt as _;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _, WriteMultipart, path::Path};

use super::{DELIVERIES, Files, ObjectName};

/// So many bytes go at once.
const PART: usize = 8 << 20;
/// So many parts are on their way at once.
const AT_ONCE: usize = 2;

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
    pub async fn copy_from(&self, other: &Self) -> Result<Copied> {
        let (to, from) = (self.0.as_ref(), other.0.as_ref());
        let (to, from) = (to.context("there is no file store")?, from.context("there is nothing to copy")?);
        let mut listed: Vec<ObjectMeta> =
            from.list(None).try_collect().await.context("it cannot be listed")?;
        listed.sort_by(|one, another| one.location.cmp(&another.location));
        let mut copied = Copied::default();
        for object in &listed {
            let path = &object.location;
            if !is_ours(path) {
                copied.others += 1;
                continue;
            }
            match to.head(path).await {
                Ok(there) => {
                    ensure!(there.size == object.size, "{path} is there already, with another size");
                    copied.there += 1;
                }
                Err(object_store::Error::NotFound { .. }) => {
                    put(to, from, object).await.with_context(|| format!("{path} cannot be copied"))?;
                    copied.put += 1;
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

async fn put(to: &dyn ObjectStore, from: &dyn ObjectStore, object: &ObjectMeta) -> Result<()> {
    let mut pieces = from.get(&object.location).await?.into_stream();
    let mut parts = WriteMultipart::new_with_chunk_size(to.put_multipart(&object.location).await?, PART);
    while let Some(piece) = pieces.try_next().await? {
        parts.wait_for_capacity(AT_ONCE).await?;
        parts.put(piece);
    }
    parts.finish().await?;
    let size = to.head(&object.location).await?.size;
    ensure!(size == object.size, "it has {size} bytes there instead of {}", object.size);
    Ok(())
}
