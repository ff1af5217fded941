//! The program of the copy, or this one, run against what was brought back: told everything that it needs, and nothing else.

use std::{
    collections::BTreeMap,
    fs::File,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

/// How long a server may take until it is ready, or to stop.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often it is looked.
const LOOK: Duration = Duration::from_millis(20);

/// A program, and what it is told.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    variables: BTreeMap<&'static str, String>,
}

impl Program {
    /// This file, told nothing yet.
    pub fn new(path: &Path) -> Self {
        let variables =
            BTreeMap::from([("PATH", "/usr/bin:/bin".to_owned()), ("PORTICO_LOG", "warn".to_owned())]);
        Self { path: path.to_owned(), variables }
    }

    /// Tells it something more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.insert(name, value.into());
        self
    }

    /// Runs a command of it to its end.
    pub fn run(&self, arguments: &[&str]) -> Result<()> {
        let output = self.command(arguments).output().with_context(|| self.cannot(arguments))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("`portico {}` ended with {}: {}", arguments.join(" "), output.status, said.trim());
        }
        Ok(())
    }

    /// Starts a server of it at an address of this machine that nobody else has, and waits until it is ready. What it says
    /// goes into this file.
    pub fn serve(self, log: &Path) -> Result<Server> {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let address = address.context("no address of this machine is free")?;
        let said = File::create(log).with_context(|| log.display().to_string())?;
        let program = self.with("PORTICO_LISTEN", address.to_string()).with("PORTICO_DRAIN_SECONDS", "0");
        let mut command = program.command(&["serve"]);
        command.stdout(said.try_clone()?).stderr(said);
        let child = command.spawn().with_context(|| program.cannot(&["serve"]))?;
        let mut server = Server { child: Some(child), address, log: log.to_owned() };
        server.wait_until_ready()?;
        Ok(server)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(arguments).env_clear().envs(&self.variables).stdin(Stdio::null());
        command
    }

    fn cannot(&self, arguments: &[&str]) -> String {
        format!("{} {} cannot be started", self.path.display(), arguments.join(" "))
    }
}

/// A server that runs. It is ended when it is dropped.
#[derive(Debug)]
pub struct Server {
    child: Option<Child>,
    /// Where it is reached.
    pub address: SocketAddr,
    log: PathBuf,
}

impl Server {
    fn wait_until_ready(&mut self) -> Result<()> {
        let started = Instant::now();
        while !is_ready(&self.address.to_string()) {
            if let Some(status) = self.child.as_mut().context("it runs")?.try_wait()? {
                self.child = None;
                bail!("the server ended with {status}: {}", self.last_words());
            }
            if started.elapsed() > PATIENCE {
                bail!("the server is not ready after {} s: {}", PATIENCE.as_secs(), self.last_words());
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines.get(lines.len().saturating_sub(5)..).unwrap_or_default().join("\n")
    }

    /// Stops it in order.
    pub fn stop(mut self) -> Result<()> {
        let mut child = self.child.take().context("it runs")?;
        signal(&child, Signal::TERM)?;
        let started = Instant::now();
        while child.try_wait()?.is_none() {
            if started.elapsed() > PATIENCE {
                self.child = Some(child);
                bail!("the server does not stop");
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let ended = child.kill().and_then(|()| child.wait());
        if let Err(error) = ended {
            tracing::error!(%error, "a server that was started for a check cannot be ended");
        }
    }
}

fn signal(child: &Child, signal: Signal) -> Result<()> {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).context("it has a number")?;
    kill_process(pid, signal).context("the server cannot be told to stop")
}

/// Whether a server says there that it is ready.
pub fn is_ready(address: &str) -> bool {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(2))).build().into();
    agent.get(format!("http://{address}/readyz")).call().is_ok()
}
