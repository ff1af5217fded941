//! What the operations book needs. None of it is needed by whoever writes it: what is missing is said, and made up for.

use std::path::PathBuf;

use anyhow::Result;

use super::{
    backups, backups::StoresConfig, console_database_url, is_set, keys_directory, operator_database_url,
    variable,
};

/// Where the book is, what signs it, and where its heads go.
#[derive(Debug, Clone, Default)]
pub struct BookConfig {
    /// `PORTICO_CONSOLE_DATABASE_URL`: PostgreSQL as the role `portico_console`.
    pub database_url: Option<String>,
    /// `PORTICO_OPERATOR_DATABASE_URL`: as the role `portico_operator`, where a shell has not the console's.
    pub operator_database_url: Option<String>,
    /// `PORTICO_KEYS_DIR`: the folder below which the key lies that signs.
    pub keys_directory: Option<PathBuf>,
    /// `PORTICO_BOOK_WAITING`: the folder in which entries wait that could not be written.
    pub waiting: Option<PathBuf>,
    /// The stores of backups: heads go to the off-site one.
    pub stores: Option<StoresConfig>,
}

impl BookConfig {
    /// Reads it from the environment.
    pub fn from_environment() -> Result<Self> {
        let database_url = is_set("PORTICO_CONSOLE_DATABASE_URL").then(console_database_url).transpose()?;
        let operator_database_url =
            is_set("PORTICO_OPERATOR_DATABASE_URL").then(operator_database_url).transpose()?;
        let stores = backups::has_stores().then(StoresConfig::from_environment).transpose()?;
        Ok(Self {
            database_url,
            operator_database_url,
            keys_directory: keys_directory().ok(),
            waiting: variable("PORTICO_BOOK_WAITING").map(PathBuf::from),
            stores,
        })
    }
}
