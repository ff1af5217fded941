//! What stands in front of the servers is told where addresses lead: by a command, since every installation has another one.
//! `deploy/standby/proxy` is the one for Caddy.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::config;

/// The command.
#[derive(Debug, Clone)]
pub struct Proxy(PathBuf);

impl Proxy {
    /// This program.
    pub const fn new(program: PathBuf) -> Self {
        Self(program)
    }

    /// Lets nobody in, and says why to whoever comes.
    pub fn block(&self, notice: &str) -> Result<()> {
        tell(&self.0, "block", &[("PORTICO_NOTICE", notice)])
    }

    /// Leads everybody to this server.
    pub fn open(&self, upstream: &str) -> Result<()> {
        // It becomes a part of somebody's configuration.
        let is_sign = |sign: char| sign.is_ascii_alphanumeric() || ".:-[]".contains(sign);
        ensure!(
            !upstream.is_empty() && upstream.chars().all(is_sign),
            "{upstream:?} is no address of a server, such as 127.0.0.1:8081"
        );
        tell(&self.0, "open", &[("PORTICO_UPSTREAMS", upstream)])
    }
}

/// Runs a command of the installation's own, with what it is told in its environment. What it says is in the error where it
/// fails.
pub fn tell(program: &Path, argument: &str, variables: &[(&str, &str)]) -> Result<()> {
    let about = || format!("{} {argument}", program.display());
    let mut command = Command::new(program);
    command.arg(argument).envs(variables.iter().copied()).stdin(Stdio::null());
    // The identity that opens everything is none of its business, nor are other secrets.
    for secret in config::secret_names() {
        command.env_remove(secret);
    }
    let output = command.output().with_context(|| format!("{} cannot be run", about()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{} ended with {}: {}", about(), output.status, said.trim());
    }
    Ok(())
}
