//! What `portico console` needs.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context as _, Result, bail};
use ipnet::IpNet;

use super::{admin_listen, book::BookConfig, console_database_url, keys_directory, parsed, variable};

/// What `portico console` needs.
#[derive(Debug, Clone)]
pub struct ConsoleConfig {
    /// `PORTICO_CONSOLE_DATABASE_URL`: PostgreSQL as the role `portico_console`.
    pub database_url: String,
    /// `PORTICO_CONSOLE_DATABASE_CONNECTIONS`: connections of the pool; 4 where absent.
    pub database_connections: u32,
    /// `PORTICO_CONSOLE_LISTEN`: address and port in the administration network; `127.0.0.1:8090` where absent.
    pub listen: SocketAddr,
    /// `PORTICO_CONSOLE_NETWORKS`: the networks that are let in, with commas between; this machine alone where absent.
    pub networks: Vec<IpNet>,
    /// `PORTICO_CONSOLE_TRUSTED_PROXIES`: how many proxies stand in front and add to `X-Forwarded-For`; 0 where absent.
    pub trusted_proxies: usize,
    /// `PORTICO_KEYS_DIR`: the folder below which the keys lie that seal second factors.
    pub keys_directory: PathBuf,
    /// `PORTICO_CONSOLE_APP_DIR`: the folder with the built console; without it only its API is served.
    pub app_directory: Option<PathBuf>,
    /// `PORTICO_ADMIN_LISTEN`: where figures are given away; nowhere where absent.
    pub admin_listen: Option<SocketAddr>,
    /// What the operations book needs.
    pub book: BookConfig,
}

impl ConsoleConfig {
    /// Reads it from the environment.
    pub fn from_environment() -> Result<Self> {
        let networks = variable("PORTICO_CONSOLE_NETWORKS");
        Ok(Self {
            database_url: console_database_url()?,
            database_connections: parsed("PORTICO_CONSOLE_DATABASE_CONNECTIONS", || 4)?,
            listen: parsed("PORTICO_CONSOLE_LISTEN", || SocketAddr::from(([127, 0, 0, 1], 8090)))?,
            networks: parse_networks(networks.as_deref().unwrap_or("127.0.0.0/8,::1/128"))
                .context("PORTICO_CONSOLE_NETWORKS")?,
            trusted_proxies: parsed("PORTICO_CONSOLE_TRUSTED_PROXIES", || 0)?,
            keys_directory: keys_directory()?,
            app_directory: variable("PORTICO_CONSOLE_APP_DIR").map(PathBuf::from),
            admin_listen: admin_listen()?,
            book: BookConfig::from_environment()?,
        })
    }
}

/// Networks with commas between. One that holds every address is refused: then there would be no administration network.
fn parse_networks(text: &str) -> Result<Vec<IpNet>> {
    let mut networks = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let network: IpNet =
            part.parse().with_context(|| format!("{part:?} is no network, such as 10.1.0.0/16"))?;
        if network.prefix_len() == 0 {
            bail!("{part} is every address there is: name the networks that operators come from");
        }
        networks.push(network.trunc());
    }
    if networks.is_empty() {
        bail!("no network is named: nobody could come in");
    }
    Ok(networks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_named_and_never_all_of_them() {
        for (text, expected) in [
            ("127.0.0.0/8,::1/128", Some("127.0.0.0/8 ::1/128")),
            (" 10.1.2.3/16 , fd00::/8,", Some("10.1.0.0/16 fd00::/8")),
            ("", None),
            (",", None),
            ("0.0.0.0/0", None),
            ("::/0", None),
            ("10.1.2.3", None),
            ("everywhere", None),
        ] {
            let shown = parse_networks(text)
                .ok()
                .map(|networks| networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
            assert_eq!(shown.as_deref(), expected, "{text}");
        }
    }
}
