//! OpenSSH's own server, of a test's own, with a key that may only add and one that may do everything.

use std::{
    fs,
    io::Write as _,
    net::{SocketAddr, TcpStream},
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use api::config::backups::{SftpPlace, StorePlace};

use super::{
    Whose,
    program::{free_address, until},
};

/// As docs/operating.md says it.
const PUT_ONLY: &str = "restrict,command=\"internal-sftp -P read,opendir,readdir,readlink,remove,rmdir,rename,posix-rename,\
                        setstat,fsetstat,lsetstat,symlink,copy-data\"";
const EVERYTHING: &str = "restrict,command=\"internal-sftp\"";

/// The system's own asks of each session that its user be noted for the kernel's audit, which a server that is not root
/// cannot do.
const PAM: &str =
    "auth required pam_deny.so\naccount required pam_permit.so\nsession required pam_permit.so\n";

/// Of Debian's `nobody`.
const NOBODY: u32 = 65534;

/// The server. It is killed when it is dropped.
#[derive(Debug)]
pub struct SftpServer {
    process: Child,
    address: SocketAddr,
    folder: PathBuf,
    user: String,
}

/// What the server's files stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    /// The machine's own.
    Own,
    /// One of so many KiB.
    Small(u32),
}

impl SftpServer {
    /// Starts it.
    pub fn start() -> Self {
        Self::start_on(Disk::Own).expect("every machine has a disk")
    }

    /// Starts it on such a disk; none where this machine lets nobody make one.
    pub fn start_on(disk: Disk) -> Option<Self> {
        let address = free_address();
        let folder = std::env::temp_dir().join(format!("portico-test-sftp-{}", address.port()));
        fs::create_dir_all(folder.join("files")).expect("a folder");
        for key in ["host", "production", "environment"] {
            let mut making = Command::new("ssh-keygen");
            making.args(["-q", "-t", "ed25519", "-N", "", "-C", key, "-f"]).arg(folder.join(key));
            assert!(making.status().expect("ssh-keygen runs").success());
        }
        let public = |key: &str| read(&folder.join(format!("{key}.pub")));
        let keys = format!("{PUT_ONLY} {}{EVERYTHING} {}", public("production"), public("environment"));
        fs::write(folder.join("authorized_keys"), keys).expect("it is written");
        // Whether an account is locked stands where root alone reads it: PAM asks that for others.
        let config = format!(
            "ListenAddress {address}\nHostKey {0}/host\nAuthorizedKeysFile {0}/authorized_keys\nPidFile none\n\
             StrictModes no\nUsePAM yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nSubsystem sftp internal-sftp\n\
             LogLevel ERROR\n",
            folder.display()
        );
        fs::write(folder.join("config"), config).expect("it is written");
        let (mut command, user) = as_nobody(&folder, disk);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let log = fs::File::create(folder.join("log")).expect("a file for the log");
        let process = command.stderr(log).spawn().expect("sshd is there: `cargo xtask test it` installs it");
        let mut server = Self { process, address, folder, user };
        until("the SFTP server answers, or has ended", || {
            TcpStream::connect(address).is_ok() || read(&server.folder.join("log")).contains("mount")
        });
        (server.process.try_wait().expect("it is known").is_none()).then_some(server)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The folder of its files, with somebody's key, asked at this address.
    pub fn place_at(&self, address: SocketAddr, whose: Whose) -> StorePlace {
        let key = if whose == Whose::Production { "production" } else { "environment" };
        StorePlace::Sftp(SftpPlace {
            host: address.ip().to_string(),
            port: address.port(),
            user: self.user.clone(),
            path: self.files().display().to_string(),
            private_key: read(&self.folder.join(key)),
            host_keys: read(&self.folder.join("host.pub")),
        })
    }

    /// The same at its own address.
    pub fn place(&self, whose: Whose) -> StorePlace {
        self.place_at(self.address, whose)
    }

    /// What OpenSSH's own client says to a command, with somebody's key.
    pub fn by_hand(&self, whose: Whose, command: &str) -> Output {
        let key = if whose == Whose::Production { "production" } else { "environment" };
        let options = [
            "BatchMode=yes",
            "IdentitiesOnly=yes",
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
        ];
        let mut client = Command::new("sftp");
        client.args(["-F", "none", "-q", "-b", "-"]).args(options.map(|option| format!("-o{option}")));
        client.arg("-i").arg(self.folder.join(key)).args(["-P", &self.address.port().to_string()]);
        client.arg(format!("{}@{}:{}", self.user, self.address.ip(), self.files().display()));
        client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = client.spawn().expect("sftp runs");
        let mut input = running.stdin.take().expect("it has an input");
        writeln!(input, "{command}").expect("it listens");
        drop(input);
        running.wait_with_output().expect("it ends")
    }

    /// The folder of its files.
    pub fn files(&self) -> PathBuf {
        self.folder.join("files")
    }
}

impl Drop for SftpServer {
    fn drop(&mut self) {
        // Already gone where it could not be started.
        let _killed = self.process.kill();
        self.process.wait().expect("it ends");
        // What cannot be removed lies in the folder for what is temporary.
        fs::remove_dir_all(&self.folder).unwrap_or_default();
    }
}

/// What starts the server: never as root, whom no right of a file holds. Gives its user, too.
fn as_nobody(folder: &Path, disk: Disk) -> (Command, String) {
    let (sshd, config) = ("/usr/sbin/sshd", folder.join("config"));
    let id = |option: &str| {
        let output = Command::new("id").arg(option).output().expect("id runs");
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    };
    let arguments = |command: &mut Command| {
        command.args(["-D", "-e", "-f"]).arg(&config);
    };
    if id("-u") != "0" {
        // Nobody but root mounts anything.
        let mut command = Command::new(if disk == Disk::Own { sshd } else { "mount" });
        arguments(&mut command);
        return (command, id("-un"));
    }
    for path in walk(folder) {
        chown(path, Some(NOBODY), Some(NOBODY)).expect("root gives away what it has");
    }
    fs::write(folder.join("pam"), PAM).expect("it is written");
    let may_mount = Command::new("unshare").args(["--mount", "true"]).status();
    if disk == Disk::Own && !may_mount.is_ok_and(|status| status.success()) {
        // The system's own PAM is asked, which may be content.
        let mut command = Command::new(sshd);
        arguments(command.uid(NOBODY).gid(NOBODY));
        return (command, "nobody".to_owned());
    }
    // What is mounted is so for the server alone, and gone with it.
    let mut command = Command::new("unshare");
    let size = match disk {
        Disk::Own => String::new(),
        Disk::Small(size) => size.to_string(),
    };
    let script = "if [ -n \"$1\" ]; then mount -t tmpfs -o size=$1k,mode=0777 tmpfs \"$2/files\" || exit 1; fi; \
                  mount --bind \"$2/pam\" /etc/pam.d/sshd || true; shift 2; \
                  exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"";
    command.args(["--mount", "sh", "-c", script, "sh"]).arg(size).arg(folder).arg(sshd);
    arguments(&mut command);
    (command, "nobody".to_owned())
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("an entry").path());
    entries.chain([folder.to_owned()]).collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("it is read")
}
