//! Runs other programs, without leaving them behind when the person stops the command.

use std::fs::File;
use std::io::Seek as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

const POLL: Duration = Duration::from_millis(30);

/// Runs the program with its output shown; an exit other than 0 is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!("`{}` ended with {status}", spelled(command));
    }
    Ok(())
}

/// Runs the program with its output shown and says how it ended.
pub fn status(command: &mut Command) -> Result<ExitStatus> {
    let mut child = command
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("`{}` cannot be started", spelled(command)))?;
    let mut told = false;
    loop {
        if let Some(status) = child.try_wait()? {
            if crate::interrupt::requested() {
                bail!("stopped by hand");
            }
            return Ok(status);
        }
        if crate::interrupt::requested() && !told {
            // On a terminal the child has had its own Ctrl-C; this serves a plain `kill` of this program.
            signal(&child, Signal::TERM);
            told = true;
        }
        std::thread::sleep(POLL);
    }
}

/// A program that runs beside this one. What it says is kept until it ends; it is stopped when this is dropped before.
#[derive(Debug)]
pub struct Beside {
    child: Child,
    spelled: String,
    stderr: File,
}

impl Beside {
    /// Starts it. What it prints goes to the file, what it complains of is shown at its end.
    pub fn start(command: &mut Command, stdout: File) -> Result<Self> {
        let stderr = tempfile::tempfile()?;
        let spelled = spelled(command);
        let child = command.stdin(Stdio::null()).stdout(stdout).stderr(stderr.try_clone()?).spawn();
        let child = child.with_context(|| format!("`{spelled}` cannot be started"))?;
        Ok(Self { child, spelled, stderr })
    }

    /// Waits for its end; an exit other than 0 is an error.
    pub fn finish(mut self) -> Result<()> {
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break status;
            }
            if crate::interrupt::requested() {
                bail!("stopped by hand");
            }
            std::thread::sleep(POLL);
        };
        self.stderr.rewind()?;
        eprint!("{}", std::io::read_to_string(&self.stderr)?);
        if !status.success() {
            bail!("`{}` ended with {status}", self.spelled);
        }
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            signal(&self.child, Signal::TERM);
            // It has nothing more to say to anybody.
            drop(self.child.wait());
        }
    }
}

/// Runs the program in silence and gives what it printed; an exit other than 0 is an error that shows
/// all it said.
pub fn output(command: &mut Command) -> Result<String> {
    let Output { status, stdout, stderr } = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{}` cannot be started", spelled(command)))?;
    let text = String::from_utf8_lossy(&stdout).into_owned();
    if !status.success() {
        let complaint = String::from_utf8_lossy(&stderr);
        bail!("`{}` ended with {status}\n{}\n{}", spelled(command), text.trim(), complaint.trim());
    }
    Ok(text)
}

/// Whether the program ends with 0; not being there at all is a no.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Where a program stands on the search path.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = crate::environment::find("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| is_executable(file))
}

/// Lets what the program itself starts be looked for in this folder first.
pub fn lead(command: &mut Command, folder: Option<&Path>) {
    let path = crate::environment::find("PATH").unwrap_or_default();
    let folders = folder.map(Path::to_path_buf).into_iter().chain(std::env::split_paths(&path));
    if let Ok(joined) = std::env::join_paths(folders) {
        command.env("PATH", joined);
    }
}

/// Sends a signal to a child that may have ended already.
pub fn signal(child: &Child, signal: Signal) {
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // The only failure left is a child that ended in this moment.
        kill_process(pid, signal).unwrap_or_default();
    }
}

/// Waits for a child's end, at most so long.
pub fn wait(child: &mut Child, patience: Duration) -> Result<Option<ExitStatus>> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        std::thread::sleep(POLL);
    }
}

/// How a log ends.
pub fn last_lines(log: &Path) -> String {
    let text = File::open(log).and_then(std::io::read_to_string).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(12).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

/// What Cargo tells a program of the package that it is built from.
const TOLD_BY_CARGO: [&str; 17] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_LINKS",
    "CARGO_MANIFEST_PATH",
    "CARGO_PKG_AUTHORS",
    "CARGO_PKG_DESCRIPTION",
    "CARGO_PKG_HOMEPAGE",
    "CARGO_PKG_LICENSE",
    "CARGO_PKG_LICENSE_FILE",
    "CARGO_PKG_NAME",
    "CARGO_PKG_README",
    "CARGO_PKG_REPOSITORY",
    "CARGO_PKG_RUST_VERSION",
    "CARGO_PKG_VERSION",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
    "CARGO_PKG_VERSION_PATCH",
    "CARGO_PKG_VERSION_PRE",
];

/// `cargo`, the one that runs this program.
pub fn cargo(root: &Path) -> Command {
    let program = crate::environment::find("CARGO").unwrap_or_else(|| "cargo".to_owned());
    let mut command = Command::new(program);
    command.current_dir(root);
    // What Cargo told this program about xtask must not reach the build of other crates: build scripts
    // that watch these variables would run again.
    for name in TOLD_BY_CARGO {
        command.env_remove(name);
    }
    command
}

fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

fn spelled(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy()));
    words.join(" ")
}
