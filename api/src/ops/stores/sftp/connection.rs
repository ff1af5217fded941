//! A connection to an SFTP server, through OpenSSH's program `ssh`, which speaks to no machine whose key is not known. Every
//! answer is waited for no longer than is bearable.

use std::{
    fs::File,
    io::Write as _,
    os::fd::AsRawFd as _,
    process::Stdio,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use bytes::Bytes;
use russh_sftp::{
    client::{Config, RawSftpSession, error::Error},
    protocol::{File as Entry, FileAttributes, OpenFlags, StatusCode},
};
use rustix::fs::{MemfdFlags, Mode};
use tokio::{
    io::AsyncReadExt as _,
    process::{Child, Command},
};

use crate::config::backups::SftpPlace;

/// How long a connection is waited for, and signing in.
const CONNECTING: u64 = 20;
/// Less than what a part of an object may need.
const FULL: u64 = 16 << 20;
/// What the machine is called where its keys are noted: whatever its address is, it is the one with these keys.
const MACHINE: &str = "portico-store";

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    #[error("it is not there")]
    Missing,
    #[error("the server refuses it to this key: {0}")]
    Denied(String),
    #[error("the server refuses it: {0}")]
    Refused(String),
    #[error("the connection broke: {0}")]
    Broken(String),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        let status = match error {
            Error::Status(status) => status,
            Error::Timeout => return Self::Broken("no answer came in time".to_owned()),
            // What it says then is of its own parts.
            Error::UnexpectedBehavior(_) => return Self::Broken("it ended in the middle".to_owned()),
            other => return Self::Broken(other.to_string()),
        };
        match status.status_code {
            StatusCode::NoSuchFile => Self::Missing,
            StatusCode::PermissionDenied => Self::Denied(status.error_message),
            StatusCode::NoConnection | StatusCode::ConnectionLost => Self::Broken(status.error_message),
            _ => Self::Refused(status.error_message),
        }
    }
}

/// A server and the keys: its own, and the one that signs in there.
#[derive(Debug)]
pub(super) struct Server {
    host: String,
    port: u16,
    user: String,
    key: InMemory,
    known_hosts: InMemory,
    patience: Duration,
}

impl Server {
    /// Lays the keys out.
    pub(super) fn new(place: &SftpPlace, patience: Duration) -> Result<Self> {
        // What is wrong with it is not told further: it is a secret.
        let key = place.private_key.trim();
        ensure!(
            key.starts_with("-----BEGIN ") && key.ends_with(" PRIVATE KEY-----"),
            "its private key is none as ssh-keygen writes it"
        );
        let lines = place.host_keys.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let known_hosts = lines.map(known_host).collect::<Result<String>>()?;
        ensure!(!known_hosts.is_empty(), "no public key of its machine is named");
        Ok(Self {
            host: place.host.clone(),
            port: place.port,
            user: place.user.clone(),
            key: InMemory::new(&format!("{key}\n"))?,
            known_hosts: InMemory::new(&known_hosts)?,
            patience,
        })
    }

    /// Connects and signs in.
    pub(super) async fn connect(&self) -> Result<Connection> {
        let mut ssh = self.command().spawn().context(
            "the program ssh cannot be started: a store behind SFTP needs it (Debian's openssh-client)",
        )?;
        let (Some(input), Some(output), Some(mut said)) =
            (ssh.stdin.take(), ssh.stdout.take(), ssh.stderr.take())
        else {
            bail!("the program ssh has no input or output");
        };
        let config = Config { request_timeout_secs: CONNECTING, ..Config::default() };
        let sftp = RawSftpSession::new_with_config(tokio::io::join(output, input), config);
        let version = match sftp.init().await {
            Ok(version) => version,
            Err(error) => {
                ssh.start_kill().ok();
                let mut why = String::new();
                said.read_to_string(&mut why).await.ok();
                // It frames some of what it says with lines of @.
                let why: Vec<&str> = why
                    .lines()
                    .map(str::trim)
                    .filter(|line| !line.is_empty() && !line.starts_with('@'))
                    .collect();
                return Err(match why.last() {
                    // What the library says then is of its own parts.
                    None => anyhow!("it cannot be reached: {}", Failed::from(error)),
                    Some(why) => anyhow!("it cannot be reached: {why}"),
                });
            }
        };
        sftp.set_timeout(self.patience.as_secs().max(1));
        let offers = |extension: &str| version.extensions.contains_key(extension);
        Ok(Connection {
            has_links: offers("hardlink@openssh.com"),
            has_sync: offers("fsync@openssh.com"),
            has_space: offers("statvfs@openssh.com"),
            is_broken: AtomicBool::new(false),
            sftp,
            _ssh: ssh,
        })
    }

    /// Nothing but what is said here counts: neither the files of whoever runs this, nor agents, nor questions.
    fn command(&self) -> Command {
        let known_hosts = format!("UserKnownHostsFile={}", self.known_hosts.path());
        let machine = format!("HostKeyAlias={MACHINE}");
        let connecting = format!("ConnectTimeout={}", CONNECTING / 2);
        let options = [
            "BatchMode=yes",
            "ClearAllForwardings=yes",
            "GlobalKnownHostsFile=none",
            "IdentitiesOnly=yes",
            "IdentityAgent=none",
            "LogLevel=ERROR",
            "PreferredAuthentications=publickey",
            "ServerAliveInterval=15",
            "StrictHostKeyChecking=yes",
            &known_hosts,
            &machine,
            &connecting,
        ];
        let mut ssh = Command::new("ssh");
        ssh.args(["-F", "none", "-i"]).arg(self.key.path());
        for option in options {
            ssh.args(["-o", option]);
        }
        ssh.args(["-p", &self.port.to_string(), "-l", &self.user, "-s", "--", &self.host, "sftp"]);
        ssh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        ssh
    }
}

/// A line of `ssh-keyscan`, with the host's name before the key or without it, as a line of known hosts.
fn known_host(line: &str) -> Result<String> {
    let mut words = line.split_whitespace().peekable();
    let is_kind = |word: &str| ["ssh-", "ecdsa-", "sk-"].iter().any(|kind| word.starts_with(kind));
    words.next_if(|word| !is_kind(word));
    match (words.next().filter(|kind| is_kind(kind)), words.next().filter(|key| key.starts_with("AAAA"))) {
        (Some(kind), Some(key)) => Ok(format!("{MACHINE} {kind} {key}\n")),
        _ => bail!("{line:?} is no public key of a machine"),
    }
}

/// A file that is on no disk, and that nobody else may read.
#[derive(Debug)]
struct InMemory(File);

impl InMemory {
    fn new(text: &str) -> Result<Self> {
        let file = rustix::fs::memfd_create("portico", MemfdFlags::CLOEXEC)?;
        rustix::fs::fchmod(&file, Mode::RUSR | Mode::WUSR)?;
        let mut file = File::from(file);
        file.write_all(text.as_bytes())?;
        Ok(Self(file))
    }

    /// Where another program of this user finds it, as long as this one runs.
    fn path(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.0.as_raw_fd())
    }
}

/// A connection. The program ends with it.
pub(super) struct Connection {
    sftp: RawSftpSession,
    has_links: bool,
    has_sync: bool,
    has_space: bool,
    is_broken: AtomicBool,
    _ssh: Child,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("has_links", &self.has_links).finish_non_exhaustive()
    }
}

type Done<T> = Result<T, Failed>;

impl Connection {
    pub(super) fn is_open(&self) -> bool {
        !self.is_broken.load(Ordering::Relaxed)
    }

    /// What an answer says; one that did not come means that none will come any more.
    fn heard<T>(&self, answer: Result<T, Error>) -> Done<T> {
        answer.map_err(|error| {
            let failed = Failed::from(error);
            if matches!(failed, Failed::Broken(_)) {
                self.is_broken.store(true, Ordering::Relaxed);
            }
            failed
        })
    }

    pub(super) async fn open(
        &self,
        path: &str,
        flags: OpenFlags,
        attributes: FileAttributes,
    ) -> Done<String> {
        Ok(self.heard(self.sftp.open(path, flags, attributes).await)?.handle)
    }

    pub(super) async fn close(&self, handle: &str) -> Done<()> {
        self.heard(self.sftp.close(handle).await)?;
        Ok(())
    }

    pub(super) async fn write(&self, handle: &str, offset: u64, piece: Vec<u8>) -> Done<()> {
        self.heard(self.sftp.write(handle, offset, piece).await)?;
        Ok(())
    }

    /// Servers may give less than they are asked for.
    pub(super) async fn read(&self, handle: &str, offset: u64, length: u32) -> Done<Bytes> {
        let (mut offset, mut missing, mut whole) = (offset, length, Vec::new());
        while missing > 0 {
            let piece = self.heard(self.sftp.read(handle, offset, missing).await)?.data;
            let got = u32::try_from(piece.len()).unwrap_or(u32::MAX);
            if got == 0 || got > missing {
                return Err(Failed::Broken(
                    "the server gives another length than that of the file".to_owned(),
                ));
            }
            whole.extend_from_slice(&piece);
            offset += u64::from(got);
            missing -= got;
        }
        Ok(whole.into())
    }

    /// Has the file written to the server's disk, and asks how long it is.
    pub(super) async fn sync_and_size(&self, handle: &str) -> Done<u64> {
        if self.has_sync {
            self.heard(self.sftp.fsync(handle).await)?;
        }
        Ok(self.heard(self.sftp.fstat(handle).await)?.attrs.size.unwrap_or_default())
    }

    /// Gives a file a name that nobody has: one more, where the server can.
    pub(super) async fn name(&self, from: &str, to: &str) -> Done<()> {
        if self.has_links {
            self.heard(self.sftp.hardlink(from, to).await)?;
        } else {
            // Of this version of the protocol: it fails where the name is taken.
            self.heard(self.sftp.rename(from, to).await)?;
        }
        Ok(())
    }

    pub(super) async fn look_at(&self, path: &str) -> Done<FileAttributes> {
        Ok(self.heard(self.sftp.stat(path).await)?.attrs)
    }

    pub(super) async fn remove(&self, path: &str) -> Done<()> {
        self.heard(self.sftp.remove(path).await)?;
        Ok(())
    }

    pub(super) async fn make_folder(&self, path: &str) -> Done<()> {
        self.heard(self.sftp.mkdir(path, FileAttributes::empty()).await)?;
        Ok(())
    }

    /// Whether less is free than a part may need, where the server tells.
    pub(super) async fn is_full(&self, path: &str) -> bool {
        if !self.has_space {
            return false;
        }
        let space = self.sftp.statvfs(path).await;
        space.is_ok_and(|space| space.blocks_avail.saturating_mul(space.fragment_size) < FULL)
    }

    /// What is in a folder.
    pub(super) async fn entries(&self, path: &str) -> Done<Vec<Entry>> {
        let handle = self.heard(self.sftp.opendir(path).await)?.handle;
        let mut entries = Vec::new();
        let ended = loop {
            match self.sftp.readdir(&handle).await {
                Ok(names) => entries.extend(names.files),
                Err(error) => break error,
            }
        };
        self.heard(self.sftp.close(&handle).await)?;
        entries.retain(|entry| !matches!(entry.filename.as_str(), "." | ".."));
        match ended {
            Error::Status(status) if status.status_code == StatusCode::Eof => Ok(entries),
            other => self.heard(Err(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_machines_stand_there_as_ssh_knows_them() {
        for line in [
            "host.example ssh-ed25519 AAAAC3Nz",
            "[host.example]:2222 ssh-ed25519 AAAAC3Nz",
            "ssh-ed25519 AAAAC3Nz root@host",
            "ssh-ed25519   AAAAC3Nz",
        ] {
            assert_eq!(known_host(line).expect(line), "portico-store ssh-ed25519 AAAAC3Nz\n");
        }
        for line in
            ["host.example", "ssh-ed25519", "ssh-ed25519 key", "@cert-authority * ssh-ed25519 AAAAC3Nz"]
        {
            assert!(known_host(line).is_err(), "{line}");
        }
    }
}
