//! Configuration: read from the environment, here and nowhere else.

pub mod application;
pub mod backups;
pub mod book;
mod bucket;
pub mod console;
mod files;
mod known;
pub mod standby;
pub mod stream;
mod work;

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail};

pub use self::files::FilesConfig;
pub use self::known::{secret_names, unknown_variables};
use self::work::operators_mail;
pub use self::work::{MailConfig, MailWay, WorkConfig};

/// What `portico serve` needs.
#[derive(Debug, Clone)]
pub struct ServeConfig {
    /// `DATABASE_URL`: PostgreSQL as the role `portico_app`.
    pub database_url: String,
    /// `PORTICO_LISTEN`: address and port; `127.0.0.1:8080` where absent.
    pub listen: SocketAddr,
    /// `PORTICO_DOMAIN`: organizations are at `<slug>.<domain>`; `localhost` where absent.
    pub domain: String,
    /// `PORTICO_SHARED_HOST`: the host where people of all organizations sign in; `app.<domain>` where absent.
    pub shared_host: String,
    /// `PORTICO_KEYS_DIR`: the folder with the keys that sign access tokens.
    pub keys_directory: PathBuf,
    /// `PORTICO_APP_DIR`: the folder with the built app; without it only the API is served.
    pub app_directory: Option<PathBuf>,
    /// `PORTICO_TRUSTED_PROXIES`: how many proxies stand in front and add to `X-Forwarded-For`; 0 where absent.
    pub trusted_proxies: usize,
    /// `PORTICO_DATABASE_CONNECTIONS`: twice the cores where absent.
    pub database_connections: u32,
    /// How much may be asked for.
    pub rate_limits: RateLimits,
    /// `PORTICO_REFUSAL_DELAY_MILLISECONDS`: how long the answer is held back that there were too many requests; 250 where
    /// absent.
    pub refusal_delay: Duration,
    /// `PORTICO_DRAIN_SECONDS`: how long a server that is told to stop goes on answering, while `/readyz` says no; 5
    /// where absent.
    pub drain: Duration,
    /// `PORTICO_ADMIN_LISTEN`: where figures are given away, in the administration network; nowhere where absent.
    pub admin_listen: Option<SocketAddr>,
    /// Where files are kept that people upload.
    pub files: FilesConfig,
}

/// Requests a minute to the API of one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimits {
    /// `PORTICO_RATE_LIMIT_NETWORK`: of a network (/24, or /64) whose people are not known yet; 1200 where absent.
    pub network: NonZeroU32,
    /// `PORTICO_RATE_LIMIT_PERSON`: of a person who is signed in; 1200 where absent.
    pub person: NonZeroU32,
    /// `PORTICO_RATE_LIMIT_TOKEN`: of an API token; 600 where absent.
    pub token: NonZeroU32,
    /// `PORTICO_RATE_LIMIT_ORGANIZATION`: of all people and tokens of an organization; 12000 where absent.
    pub organization: NonZeroU32,
}

impl RateLimits {
    fn from_environment() -> Result<Self> {
        let quota =
            |name, fallback: u32| parsed(name, || NonZeroU32::new(fallback).unwrap_or(NonZeroU32::MIN));
        Ok(Self {
            network: quota("PORTICO_RATE_LIMIT_NETWORK", 1200)?,
            person: quota("PORTICO_RATE_LIMIT_PERSON", 1200)?,
            token: quota("PORTICO_RATE_LIMIT_TOKEN", 600)?,
            organization: quota("PORTICO_RATE_LIMIT_ORGANIZATION", 12_000)?,
        })
    }
}

impl ServeConfig {
    /// Reads it from the environment.
    pub fn from_environment() -> Result<Self> {
        let domain = variable("PORTICO_DOMAIN").unwrap_or_else(|| "localhost".to_owned());
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Ok(Self {
            database_url: database_url()?,
            listen: parsed("PORTICO_LISTEN", || SocketAddr::from(([127, 0, 0, 1], 8080)))?,
            shared_host: variable("PORTICO_SHARED_HOST").unwrap_or_else(|| format!("app.{domain}")),
            domain,
            keys_directory: keys_directory()?,
            app_directory: variable("PORTICO_APP_DIR").map(PathBuf::from),
            trusted_proxies: parsed("PORTICO_TRUSTED_PROXIES", || 0)?,
            database_connections: parsed("PORTICO_DATABASE_CONNECTIONS", || {
                u32::try_from(cores * 2 + 2).unwrap_or(6)
            })?,
            rate_limits: RateLimits::from_environment()?,
            refusal_delay: Duration::from_millis(parsed("PORTICO_REFUSAL_DELAY_MILLISECONDS", || 250)?),
            drain: Duration::from_secs(parsed("PORTICO_DRAIN_SECONDS", || 5)?),
            admin_listen: admin_listen()?,
            files: FilesConfig::from_environment()?,
        })
    }
}

/// What is logged, and how.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// `PORTICO_LOG`: what is logged, as `tracing-subscriber` filters say it; `info` where absent.
    pub filter: String,
    /// `PORTICO_LOG_FORMAT`: `json` or `text`; `json` where absent.
    pub format: LogFormat,
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`: the collector of traces; nobody where absent.
    pub traces: Option<String>,
}

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One object a line.
    Json,
    /// For people.
    Text,
}

impl LogConfig {
    /// Reads it from the environment.
    pub fn from_environment() -> Result<Self> {
        let format = match variable("PORTICO_LOG_FORMAT").as_deref() {
            None | Some("json") => LogFormat::Json,
            Some("text") => LogFormat::Text,
            Some(other) => bail!("PORTICO_LOG_FORMAT is {other:?}; it is `json` or `text`"),
        };
        Ok(Self {
            filter: variable("PORTICO_LOG").unwrap_or_else(|| "info".to_owned()),
            format,
            traces: variable("OTEL_EXPORTER_OTLP_ENDPOINT"),
        })
    }
}

/// `DATABASE_URL`: PostgreSQL as the role `portico_app`.
pub fn database_url() -> Result<String> {
    database("DATABASE_URL", "PostgreSQL as the role portico_app")
}

/// `PORTICO_OWNER_DATABASE_URL`: PostgreSQL as the role `portico_owner`, for migrations.
pub fn owner_database_url() -> Result<String> {
    database("PORTICO_OWNER_DATABASE_URL", "PostgreSQL as the role portico_owner")
}

/// `PORTICO_OPERATOR_DATABASE_URL`: PostgreSQL as the role `portico_operator`, for the work over organizations.
pub fn operator_database_url() -> Result<String> {
    database("PORTICO_OPERATOR_DATABASE_URL", "PostgreSQL as the role portico_operator")
}

/// `PORTICO_CONSOLE_DATABASE_URL`: PostgreSQL as the role `portico_console`, for operators and their book.
pub fn console_database_url() -> Result<String> {
    database("PORTICO_CONSOLE_DATABASE_URL", "PostgreSQL as the role portico_console")
}

/// `PORTICO_BACKUP_DATABASE_URL`: PostgreSQL as the role `portico_backup`, which reads everything and writes nothing.
pub fn backup_database_url() -> Result<String> {
    database("PORTICO_BACKUP_DATABASE_URL", "PostgreSQL as the role portico_backup")
}

/// `PORTICO_ADMIN_DATABASE_URL`: PostgreSQL as a superuser, for `portico bootstrap` alone.
pub fn admin_database_url() -> Result<String> {
    database("PORTICO_ADMIN_DATABASE_URL", "PostgreSQL as a superuser")
}

/// `PORTICO_KEYS_DIR`: the folder with the keys that sign access tokens.
pub fn keys_directory() -> Result<PathBuf> {
    needed("PORTICO_KEYS_DIR", "the folder of the signing keys").map(PathBuf::from)
}

/// `PORTICO_INITIAL_PASSWORD`: the password of the first company admin of `portico org create`, where it is not
/// typed at the terminal.
pub fn initial_password() -> Result<Option<String>> {
    secret("PORTICO_INITIAL_PASSWORD")
}

/// `PORTICO_OPERATOR_PASSWORD`: the password of `portico ops operator create|reset`, where it is not typed at the terminal.
pub fn operator_password() -> Result<Option<String>> {
    secret("PORTICO_OPERATOR_PASSWORD")
}

/// Who runs a command, as the operations book names them: the user, also behind `sudo`, and the machine.
pub fn shell_user() -> String {
    let user = ["SUDO_USER", "USER", "LOGNAME"].into_iter().find_map(variable);
    let user = user.unwrap_or_else(|| format!("user {}", rustix::process::getuid().as_raw()));
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{user}@{}", host.trim())
}

fn admin_listen() -> Result<Option<SocketAddr>> {
    let name = "PORTICO_ADMIN_LISTEN";
    let parse =
        |value: String| value.parse().with_context(|| format!("{name} is {value:?}, which cannot be read"));
    variable(name).map(parse).transpose()
}

/// An address of whom one shows a password, which may stand in a variable or a file of its own: `DATABASE_URL` goes
/// with `DATABASE_PASSWORD` or `DATABASE_PASSWORD_FILE`.
fn address(name: &str) -> Result<Option<String>> {
    let of_password = format!("{}PASSWORD", name.strip_suffix("URL").unwrap_or(name));
    Ok(match (secret(name)?, secret(&of_password)?) {
        (Some(url), Some(password)) => Some(with_password(name, &of_password, &url, &password)?),
        (url, _) => url,
    })
}

fn database(name: &str, what: &str) -> Result<String> {
    let address = found(name, what, address(name)?)?;
    // What the client library says of another one quotes it whole, with its password.
    if !["postgres://", "postgresql://"].iter().any(|scheme| address.starts_with(scheme)) {
        bail!(
            "{name} is not an address of PostgreSQL: it begins with postgres://, as in postgres://user@host/database"
        );
    }
    Ok(address)
}

fn with_password(name: &str, of_password: &str, url: &str, password: &str) -> Result<String> {
    let cannot = || format!("{name} cannot take the password of {of_password}: it needs a host and a user");
    let mut url = url::Url::parse(url).with_context(cannot)?;
    if url.password().is_some() {
        bail!("{name} has a password, and so has {of_password}: set one of the two");
    }
    if url.username().is_empty() || url.set_password(Some(password)).is_err() {
        bail!(cannot());
    }
    Ok(url.into())
}

fn needed(name: &str, what: &str) -> Result<String> {
    found(name, what, variable(name))
}

/// Whether a variable is set, by itself or by a file.
pub fn is_set(name: &str) -> bool {
    variable(name).is_some() || variable(&format!("{name}_FILE")).is_some()
}

fn found(name: &str, what: &str, value: Option<String>) -> Result<String> {
    match value {
        Some(value) => Ok(value),
        None => bail!("{name} is not set. It says where to find {what}."),
    }
}

fn parsed<T>(name: &str, fallback: impl FnOnce() -> T) -> Result<T>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    match variable(name) {
        Some(value) => value.parse().with_context(|| format!("{name} is {value:?}, which cannot be read")),
        None => Ok(fallback()),
    }
}

/// A value that is better not in the environment, which other programs may see: from there all the same, or from the
/// file that `<name>_FILE` names.
fn secret(name: &str) -> Result<Option<String>> {
    let file = format!("{name}_FILE");
    match (variable(name), variable(&file)) {
        (Some(_), Some(_)) => bail!("{name} and {file} are both set: set one of the two"),
        (Some(value), None) => Ok(Some(value)),
        (None, Some(path)) => {
            let text =
                std::fs::read_to_string(&path).with_context(|| format!("{file}: {path} cannot be read"))?;
            Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
        }
        (None, None) => Ok(None),
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the place that all others ask")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_goes_into_its_address() {
        let with = |url| with_password("DATABASE_URL", "DATABASE_PASSWORD", url, "p@ss/w:rd").ok();
        for (url, expected) in [
            (
                "postgres://portico_app@database/portico",
                Some("postgres://portico_app:p%40ss%2Fw%3Ard@database/portico"),
            ),
            (
                "smtp://portico@mail.example.org:587",
                Some("smtp://portico:p%40ss%2Fw%3Ard@mail.example.org:587"),
            ),
            // Two passwords, nobody who shows one, and a socket, which asks for none.
            ("postgres://portico_app:other@database/portico", None),
            ("postgres://database/portico", None),
            ("postgres://portico_app@/portico?host=/run/postgresql", None),
            ("database", None),
        ] {
            assert_eq!(with(url).as_deref(), expected, "{url}");
        }
    }
}
