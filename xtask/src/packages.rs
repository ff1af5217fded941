//! What the system must have: installed where the person may, spelled out where not.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use rustix::process::geteuid;

use crate::postgres::{OLDEST_MAJOR, Programs};
use crate::{app, exec, node};

/// Where Debian's PostgreSQL reads whether its installation makes and starts a cluster for the system.
const CLUSTER_SETTINGS: &str = "/etc/postgresql-common";

/// Something that comes as a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Build scripts compile C, and every program is linked.
    Compiler,
    /// The server links to PostgreSQL's client library.
    ClientLibrary,
    /// PostgreSQL's server programs.
    Server,
    /// The browser of the journeys.
    Chromium,
    /// Brings Node where the system's is too old.
    Python,
    /// The SMTP server that tests receive mails with.
    MailServer,
    /// Asks the API with a token, as an integration does.
    Curl,
    /// Makes the certificate of the mail server that asks for TLS.
    OpenSsl,
    /// The proxy in front of several servers, as production has it.
    Proxy,
    /// A store of backups behind SFTP.
    SshServer,
    /// Compresses what backups are compared with.
    Zstd,
    /// Encrypts what backups are compared with.
    Age,
}

impl Need {
    fn package(self) -> &'static str {
        match self {
            Self::Compiler => "build-essential",
            Self::ClientLibrary => "libpq-dev",
            Self::Server => "postgresql",
            Self::Chromium if is_debian() => "chromium-headless-shell",
            Self::Chromium => "chromium",
            Self::Python => "python3-venv",
            Self::MailServer => "python3-aiosmtpd",
            Self::Curl => "curl",
            Self::OpenSsl => "openssl",
            Self::Proxy => "caddy",
            Self::SshServer => "openssh-server",
            Self::Zstd => "zstd",
            Self::Age => "age",
        }
    }

    fn is_met(self) -> bool {
        match self {
            Self::Compiler => exec::find("cc").is_some(),
            Self::ClientLibrary => client_library_exists(),
            Self::Server => Programs::find_newest().is_some(),
            Self::Chromium => chromium().is_some(),
            Self::Curl => exec::find("curl").is_some(),
            Self::OpenSsl => exec::find("openssl").is_some(),
            Self::Proxy => exec::find("caddy").is_some(),
            Self::Zstd => exec::find("zstd").is_some(),
            Self::Age => exec::find("age").is_some(),
            // Outside of what people search for programs.
            Self::SshServer => Path::new("/usr/sbin/sshd").exists() && exec::find("ssh-keygen").is_some(),
            Self::Python => exec::succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])),
            // The system's own Python: packages of the system are for it alone.
            Self::MailServer => {
                exec::succeeds(Command::new("/usr/bin/python3").args(["-c", "import aiosmtpd"]))
            }
        }
    }

    /// What to do when the package is there and the need is not met.
    fn advice(self) -> String {
        match self {
            Self::Server => format!(
                "this system's PostgreSQL is older than {OLDEST_MAJOR}; Debian 12, Ubuntu 24.04 and later have one"
            ),
            Self::Chromium => {
                "no usable Chromium was found (a snap cannot be driven); set PORTICO_CHROMIUM to one"
                    .to_owned()
            }
            other => format!("the package {} does not bring what it should", other.package()),
        }
    }
}

/// Sees to it that all of this is there.
pub fn ensure(needs: &[Need]) -> Result<()> {
    let mut missing: Vec<Need> = Vec::new();
    for need in needs {
        if !missing.contains(need) && !need.is_met() {
            missing.push(*need);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|need| need.package()).collect();
    if exec::find("apt-get").is_none() {
        bail!(
            "this system has no apt; install what Debian calls {} by its own means, then try again",
            names.join(", ")
        );
    }
    let Some(prefix) = Prefix::find() else {
        bail!(
            "some packages are missing; type this, then try again:\n\n    \
             sudo apt-get update && sudo apt-get install --yes {}\n",
            names.join(" ")
        );
    };
    println!("installing {}", names.join(", "));
    install(prefix, &names)?;
    match missing.iter().find(|need| !need.is_met()) {
        None => Ok(()),
        Some(still) => bail!(still.advice()),
    }
}

/// The browser that Playwright drives.
pub fn chromium() -> Option<PathBuf> {
    if let Some(set) = crate::environment::find("PORTICO_CHROMIUM") {
        return Some(PathBuf::from(set));
    }
    // Ubuntu's packages of these names are shells around a snap, which a test cannot drive.
    let is_snap = |program: &PathBuf| {
        program.canonicalize().is_ok_and(|real| real.starts_with("/snap") || real.ends_with("snap"))
            || std::fs::read(program).is_ok_and(|text| text.len() < 10_000 && contains(&text, b"snap"))
    };
    // The one without windows takes a third less of the processor for the same pages.
    ["chromium-headless-shell", "chromium", "google-chrome", "chromium-browser"]
        .iter()
        .filter_map(|name| exec::find(name))
        .find(|program| program.starts_with("/usr/bin") && !is_snap(program))
}

/// Adds what Rust needs to compile for the browser.
pub fn ensure_wasm_target(root: &Path) -> Result<()> {
    let mut rustc = Command::new(crate::environment::find("RUSTC").unwrap_or_else(|| "rustc".to_owned()));
    let sysroot = exec::output(rustc.args(["--print", "sysroot"]).current_dir(root))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(app::TARGET).exists() {
        return Ok(());
    }
    if exec::find("rustup").is_none() {
        bail!(
            "Rust's target {} is missing and there is no rustup to add it; install it where Rust came from",
            app::TARGET
        );
    }
    exec::run(Command::new("rustup").args(["target", "add", app::TARGET]).current_dir(root))
}

/// Ubuntu and others have no package of the browser without windows.
fn is_debian() -> bool {
    std::fs::read_to_string("/etc/os-release").is_ok_and(|text| text.lines().any(|line| line == "ID=debian"))
}

/// Needs for the journeys, beyond those of the server.
pub fn for_journeys() -> Vec<Need> {
    let mut needs = vec![Need::Chromium, Need::MailServer, Need::Curl];
    if node::found_on_system().is_none() {
        needs.push(Need::Python);
    }
    needs
}

/// How this person becomes root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prefix {
    Nothing,
    Sudo,
}

impl Prefix {
    fn find() -> Option<Self> {
        if geteuid().is_root() {
            return Some(Self::Nothing);
        }
        exec::succeeds(Command::new("sudo").args(["-n", "true"])).then_some(Self::Sudo)
    }

    fn command(self, program: &str) -> Command {
        match self {
            Self::Nothing => Command::new(program),
            Self::Sudo => {
                let mut sudo = Command::new("sudo");
                sudo.args(["-n", program]);
                sudo
            }
        }
    }
}

fn install(prefix: Prefix, names: &[&str]) -> Result<()> {
    let quietly = "DEBIAN_FRONTEND=noninteractive";
    let patience = ["-o", "DPkg::Lock::Timeout=300"];
    exec::run(prefix.command("apt-get").arg("update").arg("--quiet=2").args(patience))
        .context("apt's list of packages cannot be renewed")?;
    let _no_cluster = NoSystemCluster::declare(prefix, names)?;
    let mut apt = prefix.command("env");
    apt.args([quietly, "apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends"]);
    exec::run(apt.args(patience).args(names)).context("apt cannot install the packages")?;
    if Path::new("/run/systemd/system").exists() {
        // Debian starts them at once, on ports 80 and 22; the tests want the programs alone.
        for (need, service) in [(Need::Proxy, "caddy"), (Need::SshServer, "ssh")] {
            if names.contains(&need.package()) {
                exec::run(prefix.command("systemctl").args(["disable", "--now", service]))?;
            }
        }
    }
    Ok(())
}

/// While PostgreSQL is being installed: no cluster for the system, since ours is enough. The note is
/// removed again, because later installations are not our business, and never written where somebody has
/// set PostgreSQL up already.
struct NoSystemCluster {
    prefix: Prefix,
    note: PathBuf,
}

impl NoSystemCluster {
    fn declare(prefix: Prefix, names: &[&str]) -> Result<Option<Self>> {
        let settings = Path::new(CLUSTER_SETTINGS);
        if !names.contains(&Need::Server.package()) || settings.join("createcluster.conf").exists() {
            return Ok(None);
        }
        let note = settings.join("createcluster.d/portico.conf");
        let script = "mkdir -p \"${1%/*}\" && echo 'create_main_cluster = false' > \"$1\"";
        exec::run(prefix.command("sh").args(["-c", script, "sh"]).arg(&note))?;
        Ok(Some(Self { prefix, note }))
    }
}

impl Drop for NoSystemCluster {
    fn drop(&mut self) {
        // A note that stays behind harms nobody: it only keeps later clusters from being made unasked.
        exec::succeeds(self.prefix.command("rm").arg("-f").arg(&self.note));
    }
}

fn client_library_exists() -> bool {
    let asked = exec::output(Command::new("pg_config").arg("--libdir")).ok().map(|path| path.trim().into());
    let mut folders: Vec<PathBuf> = asked.into_iter().collect();
    folders.extend(["/usr/lib", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from));
    folders.extend(std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path()));
    folders.iter().any(|folder| folder.join("libpq.so").exists())
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}
