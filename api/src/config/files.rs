//! Where files are kept that people upload.

use std::{
    fmt::{self, Display},
    path::PathBuf,
};

use anyhow::{Result, bail};

use super::{
    bucket::{BucketNames, S3Place},
    is_set, variable,
};

const FOLDER: &str = "PORTICO_FILES_DIR";

const BUCKET: BucketNames = BucketNames {
    store: "PORTICO_FILES_STORE",
    endpoint: "PORTICO_FILES_ENDPOINT",
    region: "PORTICO_FILES_REGION",
    access_key_id: "PORTICO_FILES_ACCESS_KEY_ID",
    secret_access_key: "PORTICO_FILES_SECRET_ACCESS_KEY",
};

/// Where files are kept that people upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilesConfig {
    /// Nothing is set: nothing can be uploaded.
    Nowhere,
    /// `PORTICO_FILES_DIR`: in this folder, which all servers and workers share.
    Folder(PathBuf),
    /// `PORTICO_FILES_STORE`, with `PORTICO_FILES_ENDPOINT` and what else opens it: in this bucket.
    Bucket(S3Place),
}

impl FilesConfig {
    /// Reads it from the environment.
    pub fn from_environment() -> Result<Self> {
        let store = BUCKET.store;
        let Some(bucket) = variable(store) else {
            if let Some(name) = BUCKET.of_service().into_iter().find(|name| is_set(name)) {
                bail!("{name} is set, and {store} is not, which says what bucket it is for");
            }
            return Ok(variable(FOLDER).map_or(Self::Nowhere, |folder| Self::Folder(folder.into())));
        };
        if is_set(FOLDER) {
            bail!("{FOLDER} and {store} are both set: files are kept in a folder or in a bucket");
        }
        if !bucket.starts_with("s3://") {
            bail!(
                "{store} is no bucket: it is s3://bucket or s3://bucket/prefix, and a folder stands in {FOLDER}"
            );
        }
        BUCKET.read(&bucket).map(Self::Bucket)
    }
}

impl Display for FilesConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere => write!(f, "nowhere: neither {FOLDER} nor {} is set", BUCKET.store),
            Self::Folder(folder) => folder.display().fmt(f),
            Self::Bucket(place) => place.fmt(f),
        }
    }
}
