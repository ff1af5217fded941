//! Configuration: what cannot be read, what contradicts itself, what is not safe.

use std::net::SocketAddr;

use super::Finding;
use crate::config::{self, LogConfig, MailWay, ServeConfig, WorkConfig};

pub(super) fn examine() -> Vec<Finding> {
    let mut findings = unknown();
    let log = LogConfig::from_environment().map(|config| filter_of(&config));
    match log {
        Ok(Ok(())) => {}
        Ok(Err(error)) => findings.push(Finding::error(
            "configuration.log",
            format!("PORTICO_LOG cannot be read: {error}"),
            "Neither server nor worker starts.",
            "Set it to something like `info` or `info,api=debug`.",
        )),
        Err(error) => findings.push(unreadable("configuration.log", &error)),
    }
    match ServeConfig::from_environment() {
        Ok(config) => findings.extend(of_server(&config)),
        Err(_) if !config::is_set("DATABASE_URL") => {
            findings.push(not_here("configuration.serve", "DATABASE_URL", "portico serve"));
        }
        Err(error) => findings.push(unreadable("configuration.serve", &error)),
    }
    match WorkConfig::from_environment() {
        Ok(config) => findings.extend(of_worker(&config)),
        Err(_) if !config::is_set("PORTICO_OPERATOR_DATABASE_URL") => {
            findings.push(not_here("configuration.work", "PORTICO_OPERATOR_DATABASE_URL", "portico work"));
        }
        Err(error) => findings.push(unreadable("configuration.work", &error)),
    }
    findings
}

fn filter_of(config: &LogConfig) -> Result<(), String> {
    let read = tracing_subscriber::EnvFilter::try_new(&config.filter);
    read.map(drop).map_err(|error| error.to_string())
}

/// An environment that is one process's has not what another needs.
fn not_here(name: &'static str, variable: &str, process: &str) -> Finding {
    Finding::warning(
        name,
        format!("{variable} is not set: what `{process}` needs was not looked at"),
        "It does not start with this environment.",
        format!("Let the doctor run with the environment of `{process}`, too."),
    )
}

fn unreadable(name: &'static str, error: &anyhow::Error) -> Finding {
    Finding::error(
        name,
        format!("{error:#}"),
        "The process that needs it does not start.",
        "Correct the variable; docs/operating.md lists all of them.",
    )
}

/// Names that nobody reads are mostly mistyped ones that somebody should.
fn unknown() -> Vec<Finding> {
    let names = config::unknown_variables();
    if names.is_empty() {
        return Vec::new();
    }
    vec![Finding::warning(
        "configuration.unknown",
        format!("nobody reads {}", names.join(", ")),
        "A name that is mistyped has no effect, and nobody is told.",
        "Correct it, or take it away.",
    )]
}

fn of_server(config: &ServeConfig) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_at_home = config.domain == "localhost" || config.domain.ends_with(".localhost");
    if let Some(admin) = config.admin_listen {
        findings.extend(of_administration(config.listen, admin));
    }
    if !is_at_home && config.trusted_proxies == 0 {
        findings.push(Finding::warning(
            "configuration.proxies",
            format!("PORTICO_TRUSTED_PROXIES is 0, while {} is no name of this machine alone", config.domain),
            "Behind a proxy all people seem to come from it: they share one limit, and are locked out together.",
            "Set it to the number of proxies in front that add to X-Forwarded-For.",
        ));
    }
    if !is_at_home && !config.listen.ip().is_loopback() && config.trusted_proxies == 0 {
        findings.push(Finding::error(
            "configuration.tls",
            format!("the server listens on {} and no proxy stands in front", config.listen),
            "It speaks plain HTTP: passwords and tokens could be read on their way.",
            "Put a proxy that ends TLS in front, and let the server listen where only the proxy reaches it.",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("configuration.serve", format!("the server is for {}", config.domain)));
    }
    findings
}

fn of_administration(listen: SocketAddr, admin: SocketAddr) -> Option<Finding> {
    if listen == admin || (listen.port() == admin.port() && listen.ip().is_unspecified()) {
        return Some(Finding::error(
            "configuration.administration",
            format!("PORTICO_ADMIN_LISTEN and PORTICO_LISTEN are both {admin}"),
            "The server does not start; figures must not be where tenants reach them.",
            "Give the administration network an address of its own.",
        ));
    }
    let is_public = match admin.ip() {
        std::net::IpAddr::V4(address) => {
            !(address.is_loopback() || address.is_private() || address.is_link_local())
        }
        std::net::IpAddr::V6(address) => {
            !(address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local())
        }
    };
    is_public.then(|| {
        Finding::warning(
            "configuration.administration",
            format!("PORTICO_ADMIN_LISTEN is {admin}, which more than operators may reach"),
            "Figures are given away to whoever asks.",
            "Bind it to this machine or to a private network, or see to it that a firewall stands in front.",
        )
    })
}

fn of_worker(config: &WorkConfig) -> Vec<Finding> {
    let mut findings = Vec::new();
    let origin = &config.mail.public_origin;
    let is_at_home = origin.contains("localhost") || origin.contains("127.0.0.1");
    if !origin.starts_with("https://") && !is_at_home {
        findings.push(Finding::error(
            "configuration.origin",
            format!("PORTICO_PUBLIC_ORIGIN is {origin}"),
            "Links in mails carry secrets, and would be opened without TLS.",
            "Begin it with https://.",
        ));
    }
    if matches!(config.mail.way, MailWay::Shown { .. }) && !is_at_home {
        findings.push(Finding::error(
            "configuration.mail",
            "PORTICO_MAIL_FOLDER is set: mails are shown on a page and sent to nobody",
            "Nobody gets an invitation or a link to a new password, and whoever sees the page has all of them.",
            "Set PORTICO_SMTP_URL instead.",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("configuration.work", format!("links in mails begin with {origin}")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    #[test]
    fn where_figures_may_be_given_away() {
        for (listen, admin, expected) in [
            ("127.0.0.1:8080", "127.0.0.1:9090", None),
            ("127.0.0.1:8080", "10.1.2.3:9090", None),
            ("127.0.0.1:8080", "[::1]:9090", None),
            ("0.0.0.0:8080", "0.0.0.0:9090", Some(Level::Warning)),
            ("127.0.0.1:8080", "203.0.113.7:9090", Some(Level::Warning)),
            ("127.0.0.1:8080", "127.0.0.1:8080", Some(Level::Error)),
            ("0.0.0.0:8080", "127.0.0.1:8080", Some(Level::Error)),
        ] {
            let address = |text: &str| text.parse().expect("an address");
            let found = of_administration(address(listen), address(admin)).map(|finding| finding.level);
            assert_eq!(found, expected, "{listen} {admin}");
        }
    }
}
