//! One installation of Portico on this machine: the server's program, its databases, keys and address.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::Signal;

use crate::app::{self, Profile};
use crate::backups::Backups;
use crate::cluster::{Cluster, SUPERUSER};
use crate::console::Console;
use crate::{environment, exec, interrupt, lint};

const DATABASE: &str = "portico";
/// Sets are restored into it on trial.
const SCRATCH: &str = "portico_scratch";
const START: Duration = Duration::from_mins(1);
const STOP: Duration = Duration::from_secs(30);

/// Where the server's roles find their database.
#[derive(Debug, Clone)]
pub struct Databases {
    app: String,
    owner: String,
    operator: String,
    /// Absent where the person has none for the console.
    console: Option<String>,
    /// Absent where the person makes no backups of their own database.
    backup: Option<String>,
    /// Absent beside the person's own.
    stream: Option<String>,
    /// A database of whose content nobody needs anything; absent beside the person's own.
    scratch: Option<String>,
    /// Absent when the person's own database has been set up already.
    admin: Option<String>,
}

impl Databases {
    /// Those of a cluster of ours.
    pub fn of(cluster: &Cluster) -> Self {
        Self {
            app: cluster.url("portico_app", DATABASE),
            owner: cluster.url("portico_owner", DATABASE),
            operator: cluster.url("portico_operator", DATABASE),
            console: Some(cluster.url("portico_console", DATABASE)),
            backup: Some(cluster.url("portico_backup", DATABASE)),
            stream: Some(cluster.url("portico_stream", DATABASE)),
            scratch: Some(cluster.url("portico_owner", SCRATCH)),
            admin: Some(cluster.url(SUPERUSER, "postgres")),
        }
    }

    /// Those the person has named, when `DATABASE_URL` says that there are any.
    pub fn named() -> Result<Option<Self>> {
        let Some(app) = environment::find("DATABASE_URL") else { return Ok(None) };
        let (owner, operator) = ("PORTICO_OWNER_DATABASE_URL", "PORTICO_OPERATOR_DATABASE_URL");
        let missing: Vec<&str> =
            [owner, operator].into_iter().filter(|name| environment::find(name).is_none()).collect();
        let (Some(owner), Some(operator)) = (environment::find(owner), environment::find(operator)) else {
            bail!(
                "DATABASE_URL is set, so your own database is used, but {} is not: the server never owns \
                 what it reads, so it needs a URL for each of its roles",
                missing.join(" and ")
            );
        };
        let console = environment::find("PORTICO_CONSOLE_DATABASE_URL");
        let (backup, admin) = ("PORTICO_BACKUP_DATABASE_URL", "PORTICO_ADMIN_DATABASE_URL");
        let (backup, admin) = (environment::find(backup), environment::find(admin));
        Ok(Some(Self { app, owner, operator, console, backup, stream: None, scratch: None, admin }))
    }

    /// Backups of it below this folder, where there may be any.
    pub fn backups(&self, folder: PathBuf) -> Option<Backups> {
        self.backup.clone().map(|database| Backups::new(folder, database, self.stream.clone()))
    }

    /// Whether there is one for the console.
    pub fn has_console(&self) -> bool {
        self.console.is_some()
    }

    fn tell(&self, command: &mut Command) {
        command.env("DATABASE_URL", &self.app);
        command.env("PORTICO_OWNER_DATABASE_URL", &self.owner);
        command.env("PORTICO_OPERATOR_DATABASE_URL", &self.operator);
        command.envs(self.console.as_ref().map(|url| ("PORTICO_CONSOLE_DATABASE_URL", url)));
        if let Some(admin) = &self.admin {
            command.env("PORTICO_ADMIN_DATABASE_URL", admin);
        }
    }
}

/// What the server is told by its environment.
#[derive(Debug, Clone)]
pub struct Site {
    pub program: PathBuf,
    pub databases: Databases,
    pub keys: PathBuf,
    pub app: PathBuf,
    pub port: u16,
    /// How many proxies in front say where a request comes from.
    pub proxies: u8,
    pub mail: Mail,
    /// Where it is backed up; nowhere where absent.
    pub backups: Option<Backups>,
    /// The operators' console, where there is one.
    pub console: Option<Console>,
    /// How many requests of each kind are let through in a minute; as many as the server does by itself where absent.
    pub requests_a_minute: Option<u32>,
}

/// The server's limits.
const LIMITS: [&str; 4] = [
    "PORTICO_RATE_LIMIT_NETWORK",
    "PORTICO_RATE_LIMIT_PERSON",
    "PORTICO_RATE_LIMIT_TOKEN",
    "PORTICO_RATE_LIMIT_ORGANIZATION",
];

/// Where mails go.
#[derive(Debug, Clone)]
pub enum Mail {
    /// To a page on this machine that shows them.
    Shown { folder: PathBuf, port: u16 },
    /// To an SMTP server on this machine.
    Smtp { port: u16 },
}

impl Site {
    /// One that is gone with its cluster and the folder: behind one proxy, without an app, its mails shown to nobody.
    pub fn throwaway(program: PathBuf, cluster: &Cluster, scratch: &Path) -> Result<Self> {
        Ok(Self {
            program,
            databases: Databases::of(cluster),
            keys: scratch.join("keys"),
            app: scratch.to_owned(),
            port: free_port()?,
            proxies: 1,
            mail: Mail::Shown { folder: scratch.join("mail"), port: free_port()? },
            backups: None,
            console: None,
            requests_a_minute: None,
        })
    }

    /// Where files are kept that people upload.
    pub fn files(&self) -> PathBuf {
        self.keys.with_file_name("files")
    }

    /// Where the person finds it.
    pub fn address(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// One of the server's commands, told everything it needs.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words);
        self.tell(&mut command);
        command
    }

    /// Puts what the server needs into another program's environment.
    pub fn tell(&self, command: &mut Command) {
        self.databases.tell(command);
        command.env("PORTICO_KEYS_DIR", &self.keys).env("PORTICO_APP_DIR", &self.app);
        command.env("PORTICO_FILES_DIR", self.files());
        command.env("PORTICO_LISTEN", format!("127.0.0.1:{}", self.port));
        command.env("PORTICO_DOMAIN", "localhost").env("PORTICO_SHARED_HOST", "localhost");
        command.env("PORTICO_TRUSTED_PROXIES", self.proxies.to_string());
        // As in the production shape, see deploy/.
        command.env("MIMALLOC_PURGE_DELAY", "10");
        // Nobody has to be told that this server goes away.
        command.env("PORTICO_DRAIN_SECONDS", "0");
        if let Some(requests) = self.requests_a_minute {
            command.envs(LIMITS.map(|limit| (limit, requests.to_string())));
        }
        if let Some(backups) = &self.backups {
            backups.tell(command);
        }
        // The worker copies both apps.
        if let Some(console) = &self.console {
            console.tell_app(command);
        }
        self.tell_of_mail(command);
    }

    /// Where mails go, and what stands in them.
    fn tell_of_mail(&self, command: &mut Command) {
        command.env("PORTICO_PUBLIC_ORIGIN", self.address());
        command.env("PORTICO_MAIL_FROM", "Portico <portico@localhost>");
        match &self.mail {
            Mail::Shown { folder, port } => {
                command.env("PORTICO_MAIL_FOLDER", folder);
                command.env("PORTICO_MAIL_PAGE", format!("127.0.0.1:{port}"));
            }
            Mail::Smtp { port } => {
                command.env("PORTICO_SMTP_URL", format!("smtp://127.0.0.1:{port}?tls=none"));
            }
        }
    }

    /// Where the person reads the mails, where they are shown.
    pub fn mail_page(&self) -> Option<String> {
        match &self.mail {
            Mail::Shown { port, .. } => Some(format!("http://localhost:{port}")),
            Mail::Smtp { .. } => None,
        }
    }

    /// Roles, tables and keys, each only where it is missing.
    pub fn prepare(&self) -> Result<()> {
        std::fs::create_dir_all(&self.keys)?;
        if self.databases.admin.is_some() {
            exec::output(&mut self.command(&["bootstrap"]))?;
            if self.backups.is_some() && self.databases.scratch.is_some() {
                exec::output(&mut self.command(&["bootstrap", "--database", SCRATCH]))?;
            }
        }
        exec::output(&mut self.command(&["migrate"]))?;
        exec::output(&mut self.command(&["keys", "create"]))?;
        if let Some(backups) = &self.backups {
            backups.prepare(|words| self.command(words))?;
        }
        if let Some(console) = &self.console {
            console.prepare(|words| self.command(words))?;
        }
        Ok(())
    }

    /// Demo data where there is none, and in any case the accounts, as text for the person.
    pub fn demo(&self) -> Result<String> {
        exec::output(&mut self.command(&["demo"]))
    }

    /// Starts the worker, its words going to a file.
    pub fn work(&self, log: &Path) -> Result<Server> {
        self.start("work", "the worker", log)
    }

    /// Starts the backup environment, its words going to a file, where there are backups and a database for trials.
    pub fn attend(&self, log: &Path) -> Result<Option<Server>> {
        let (Some(backups), Some(scratch)) = (&self.backups, &self.databases.scratch) else {
            return Ok(None);
        };
        let mut command = Command::new(&self.program);
        command.args(["ops", "attend"]);
        backups.tell_environment(&mut command, scratch);
        // PostgreSQL does not run as root, and so nobody drills there.
        if !rustix::process::geteuid().is_root() {
            command.env("PORTICO_DRILL_DIR", backups.drills());
        }
        self.tell_of_mail(&mut command);
        Server::start(command, "the backup environment", log).map(Some)
    }

    /// Starts the stream of the database's log, its words going to a file, where there are backups and memory for it.
    pub fn stream(&self, log: &Path) -> Result<Option<Server>> {
        let mut command = Command::new(&self.program);
        command.args(["ops", "stream"]).env("PORTICO_KEYS_DIR", &self.keys);
        match &self.backups {
            Some(backups) if backups.tell_stream(&mut command) => {
                Server::start(command, "the stream", log).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Starts the server, its words going to a file, and waits until it answers.
    pub fn serve(&self, log: &Path) -> Result<Server> {
        self.start("serve", "the server", log)?.once_ready(self.port)
    }

    /// Starts the console, its words going to a file, and waits until it answers.
    pub fn operate(&self, log: &Path) -> Result<Option<Server>> {
        let Some(console) = &self.console else { return Ok(None) };
        let mut command = self.command(&["console"]);
        console.tell(&mut command);
        Server::start(command, "the console", log)?.once_ready(console.port).map(Some)
    }

    fn start(&self, word: &str, name: &'static str, log: &Path) -> Result<Server> {
        Server::start(self.command(&[word]), name, log)
    }
}

impl Server {
    /// The same once it answers at this port.
    fn once_ready(mut self, port: u16) -> Result<Self> {
        let deadline = Instant::now() + START;
        while !is_ready(port) {
            self.check()?;
            if interrupt::requested() || Instant::now() > deadline {
                let last = exec::last_lines(&self.log);
                bail!("{} was not ready in time; its last words:\n{last}", self.name);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(self)
    }

    fn start(mut command: Command, name: &'static str, log: &Path) -> Result<Self> {
        use std::os::unix::process::CommandExt as _;
        // A process group of its own: Ctrl-C reaches this program, which then stops everything in order.
        let writer = File::create(log).with_context(|| format!("{} cannot be written", log.display()))?;
        command.process_group(0).stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        let process = command.spawn().with_context(|| format!("{name} cannot be started"))?;
        Ok(Self { process, name, log: log.to_owned() })
    }
}

/// One of the running processes; it stops when dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    name: &'static str,
    log: PathBuf,
}

impl Server {
    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// An error when it has ended by itself.
    pub fn check(&mut self) -> Result<()> {
        match self.process.try_wait()? {
            None => Ok(()),
            Some(status) => {
                let last = exec::last_lines(&self.log);
                bail!("{} ended by itself with {status}; its last words:\n{last}", self.name)
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for signal in [Signal::TERM, Signal::KILL] {
            exec::signal(&self.process, signal);
            if !matches!(exec::wait(&mut self.process, STOP), Ok(None)) {
                break;
            }
        }
    }
}

/// Compiles the server.
pub fn compile(root: &Path, profile: Profile) -> Result<()> {
    let (mut cargo, extra) = match profile {
        // Just as the tests want it, so that it is compiled once.
        Profile::Dev => (lint::cargo(root), &[][..]),
        Profile::Release => (exec::cargo(root), &["--release"][..]),
    };
    exec::run(cargo.args(["build", "--package", "api", "--bin", "portico"]).args(extra))
}

/// Where `compile` puts the server's program.
pub fn program(root: &Path, profile: Profile) -> PathBuf {
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    };
    app::target_folder(root).join(folder).join("portico")
}

/// Whether this port can be listened on.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// A port that nobody uses at the moment.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn is_ready(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let answer = || -> std::io::Result<[u8; 12]> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET /readyz HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n")?;
        let mut start = [0; 12];
        stream.read_exact(&mut start)?;
        Ok(start)
    };
    answer().is_ok_and(|start| start == *b"HTTP/1.1 200")
}
