//! What the stream needs, in production.

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};

use super::{backups::StoresConfig, database, found, is_set, keys_directory, parsed, secret, variable};

/// What `portico ops stream` needs.
#[derive(Debug, Clone)]
pub struct StreamConfig {
    /// `PORTICO_STREAM_DATABASE_URL`: PostgreSQL as the role `portico_stream`, which may replicate and nothing else.
    pub database_url: String,
    /// `PORTICO_STREAM_DIR`: a folder in memory; `/dev/shm/portico-stream` where absent.
    pub directory: PathBuf,
    /// `PORTICO_STREAM_MEGABYTES`: how much of the log may be in memory; 512 where absent. More stays on the server.
    pub most_bytes: u64,
    /// Whether commits may wait for it: what is received is confirmed to the server at once.
    pub synchronous: bool,
    /// Where it is put.
    pub stores: StoresConfig,
    /// `PORTICO_VAULT_RECIPIENTS`, as for sets: who can open it.
    pub vault_recipients: String,
    /// `PORTICO_KEYS_DIR`: the folder below which the keys lie that sign it.
    pub keys_directory: PathBuf,
}

impl StreamConfig {
    /// Reads it from the environment.
    pub fn from_environment(synchronous: bool) -> Result<Self> {
        if is_set("PORTICO_RESTORE_IDENTITY") {
            bail!(
                "PORTICO_RESTORE_IDENTITY is set where the stream is made. It opens every backup, so it belongs to the \
                 backup environment and must not be on this machine: take it away"
            );
        }
        let megabytes: u64 = parsed("PORTICO_STREAM_MEGABYTES", || 512)?;
        // Two files of the log, the one that is written and the one before, have to fit in any case.
        ensure!(megabytes >= 64, "PORTICO_STREAM_MEGABYTES is {megabytes}: the log needs 64 at least");
        let recipients = secret("PORTICO_VAULT_RECIPIENTS")?;
        Ok(Self {
            database_url: stream_database_url()?,
            directory: variable("PORTICO_STREAM_DIR")
                .map_or_else(|| "/dev/shm/portico-stream".into(), PathBuf::from),
            most_bytes: megabytes << 20,
            synchronous,
            stores: StoresConfig::from_environment()?,
            vault_recipients: found(
                "PORTICO_VAULT_RECIPIENTS",
                "the age recipients of the vault",
                recipients,
            )?,
            keys_directory: keys_directory()?,
        })
    }
}

/// `PORTICO_STREAM_DATABASE_URL`: PostgreSQL as the role `portico_stream`.
pub fn stream_database_url() -> Result<String> {
    database("PORTICO_STREAM_DATABASE_URL", "PostgreSQL as the role portico_stream")
}

/// Whether the stream is set up.
pub fn is_begun() -> bool {
    is_set("PORTICO_STREAM_DATABASE_URL")
}
