//! The SMTP server that the journeys receive mails with: the one of the integration tests, see `api/tests/mail_server.py`.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};

/// A running SMTP server; it stops when dropped.
#[derive(Debug)]
pub struct MailServer {
    process: Child,
    port: u16,
}

impl MailServer {
    /// Starts it. What it receives becomes a file in the folder.
    pub fn start(root: &Path, folder: &Path) -> Result<Self> {
        use std::os::unix::process::CommandExt as _;
        // The system's own Python: packages of the system are for it alone. It ends when its input does, so it never
        // outlives this program.
        let mut process = Command::new("/usr/bin/python3")
            .arg(root.join("api/tests/mail_server.py"))
            .arg(folder)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the mail server cannot be started")?;
        let output = process.stdout.take().context("the mail server has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let port = line.trim().parse().context("the mail server does not say its port")?;
        Ok(Self { process, port })
    }

    /// Where it listens on this machine.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // It may have ended already, and holds nothing that would have to be written.
        self.process.kill().unwrap_or_default();
        drop(self.process.wait());
    }
}
