//! The operators' console of an installation on this machine, and the one operator who is shown how to come in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use totp_rs::Totp;

use crate::{exec, repo};

/// Who may come in.
pub const OPERATOR: &str = "operations@portico.example";
/// With which password.
pub const PASSWORD: &str = "every door has a key";
/// What they may do: all that there is to see.
const TEAMS: [&str; 2] = ["operations", "security"];

/// Where it stands.
#[derive(Debug, Clone)]
pub struct Console {
    /// The folder with what was built.
    pub app: PathBuf,
    /// The port of its page and its API.
    pub port: u16,
    /// The folder in which the second factor of the operator lies. It opens nothing but this installation.
    pub folder: PathBuf,
}

impl Console {
    /// Where the person finds it.
    pub fn address(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Tells the program.
    pub fn tell(&self, command: &mut Command) {
        command.env("PORTICO_CONSOLE_LISTEN", format!("127.0.0.1:{}", self.port));
        self.tell_app(command);
    }

    /// Tells it where the app is.
    pub fn tell_app(&self, command: &mut Command) {
        command.env("PORTICO_CONSOLE_APP_DIR", &self.app);
    }

    /// Makes the operator where there is none, and keeps what an authenticator would.
    pub fn prepare(&self, command: impl Fn(&[&str]) -> Command) -> Result<()> {
        let file = second_factor(&self.folder);
        if file.exists() {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        let mut words = vec!["ops", "operator", "create", "--email", OPERATOR, "--name", "Olga Puertas"];
        words.extend(TEAMS.iter().flat_map(|team| ["--team", team]));
        let mut create = command(&words);
        let said = exec::output(create.env("PORTICO_OPERATOR_PASSWORD", PASSWORD))?;
        let url = said.lines().find(|line| line.starts_with("otpauth://"));
        Ok(fs::write(file, url.context("no second factor was shown")?)?)
    }
}

fn second_factor(folder: &Path) -> PathBuf {
    folder.join("operator.otpauth")
}

/// `cargo xtask code`: what the operator's authenticator would show.
#[expect(clippy::print_stdout, reason = "the code is what was asked for")]
pub fn code() -> Result<ExitCode> {
    let file = second_factor(&folder(&repo::private_folder(&repo::root()?)?));
    let url = fs::read_to_string(&file).context("there is no operator yet: `cargo xtask run` makes one")?;
    println!("{}", code_of(&url)?);
    Ok(ExitCode::SUCCESS)
}

/// What an authenticator with this second factor shows now.
#[expect(clippy::disallowed_methods, reason = "an authenticator goes by the machine's clock")]
fn code_of(url: &str) -> Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    Ok(Totp::from_url(url.trim()).context("the second factor cannot be read")?.generate(now).to_string())
}

/// The folder of what the console leaves on this machine.
pub fn folder(private: &Path) -> PathBuf {
    private.join("console")
}
