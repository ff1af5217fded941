//! What the standby environment needs to take over, and a drill to try that.

use std::path::PathBuf;

use anyhow::Result;

use super::{application::this_program, backups::RestoreConfig, needed, variable};

/// The standby environment.
#[derive(Debug, Clone)]
pub struct StandbyConfig {
    /// What it needs to read backups.
    pub restore: RestoreConfig,
    /// `PORTICO_STANDBY_MIRROR`: the folder in which what the stream has put off-site is kept here too, sealed as it is.
    pub mirror: Option<PathBuf>,
    /// `PORTICO_PROXY_COMMAND`: the program that is told `block` and `open`, so that addresses lead here.
    pub proxy: Option<PathBuf>,
    /// `PORTICO_STANDBY_START_COMMAND`: the program that starts PostgreSQL on the directory that it is told, and the servers.
    pub start: Option<PathBuf>,
    /// `PORTICO_STANDBY_UPSTREAM`: where the server is then ready, such as `127.0.0.1:8081`.
    pub upstream: Option<String>,
}

impl StandbyConfig {
    /// Reads it from the environment.
    pub fn from_environment() -> Result<Self> {
        Ok(Self {
            restore: RestoreConfig::from_environment()?,
            mirror: variable("PORTICO_STANDBY_MIRROR").map(PathBuf::from),
            proxy: variable("PORTICO_PROXY_COMMAND").map(PathBuf::from),
            start: variable("PORTICO_STANDBY_START_COMMAND").map(PathBuf::from),
            upstream: variable("PORTICO_STANDBY_UPSTREAM"),
        })
    }

    /// The folder of what the stream has put off-site.
    pub fn mirror_from_environment() -> Result<PathBuf> {
        needed("PORTICO_STANDBY_MIRROR", "the folder for what the stream has put off-site").map(PathBuf::from)
    }
}

/// What a drill needs beside what reads backups.
#[derive(Debug, Clone)]
pub struct DrillConfig {
    /// `PORTICO_DRILL_DIR`: the folder below which a cluster is brought back and thrown away, each week.
    pub directory: PathBuf,
    /// `PORTICO_DRILL_PROXY_COMMAND`: the program that is told `block` and `open` in a drill; none is where absent.
    pub proxy: Option<PathBuf>,
    /// The program that runs.
    pub program: PathBuf,
}

impl DrillConfig {
    /// Reads it from the environment, where drills are to be made.
    pub fn from_environment() -> Result<Option<Self>> {
        let Some(directory) = variable("PORTICO_DRILL_DIR").map(PathBuf::from) else { return Ok(None) };
        Ok(Some(Self { directory, proxy: Self::proxy_from_environment(), program: this_program()? }))
    }

    /// The proxy of drills alone.
    pub fn proxy_from_environment() -> Option<PathBuf> {
        variable("PORTICO_DRILL_PROXY_COMMAND").map(PathBuf::from)
    }
}
