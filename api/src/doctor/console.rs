//! The console and the operations book: a role that may no more than it should, keys, and a book whose signed head is
//! off-site.

use super::Finding;
use crate::{
    clock::Clock,
    config::{self, book::BookConfig, console::ConsoleConfig},
    console::sealing::SealingKeys,
    db::console::{ConsoleShell, check_role},
    ops::book::{BookKeys, off_site, waiting},
};

const URL: &str = "PORTICO_CONSOLE_DATABASE_URL";

pub(super) fn examine(clock: &Clock) -> Vec<Finding> {
    if !config::is_set(URL) {
        return vec![Finding::warning(
            "console.database",
            format!("{URL} is not set: neither console nor operations book was looked at"),
            "What `portico ops …` does with this environment stands in no operations book.",
            "Set it to PostgreSQL as the role portico_console, which `portico bootstrap` makes.",
        )];
    }
    let mut findings = Vec::new();
    // What commands alone need is less than what the console does.
    match ConsoleConfig::from_environment() {
        Ok(config) => findings.extend(of_server(&config)),
        Err(_) if !config::is_set("PORTICO_KEYS_DIR") => findings.push(Finding::warning(
            "configuration.console",
            "PORTICO_KEYS_DIR is not set: what `portico console` needs was not looked at",
            "It does not start with this environment, and what commands write is signed by others.",
            "Let the doctor run with the environment of `portico console`, too.",
        )),
        Err(error) => findings.push(Finding::error(
            "configuration.console",
            format!("{error:#}"),
            "`portico console` does not start.",
            "Correct the variable; docs/operating.md lists all of them.",
        )),
    }
    match BookConfig::from_environment() {
        Ok(config) => {
            findings.extend(of_keys(&config));
            findings.extend(of_book(&config, clock));
        }
        Err(error) => findings.push(Finding::error(
            "book",
            format!("{error:#}"),
            "What operators do is written down nowhere.",
            "Correct the variable; docs/operating.md lists all of them.",
        )),
    }
    findings
}

fn of_server(config: &ConsoleConfig) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !config.listen.ip().is_loopback() && config.trusted_proxies == 0 {
        findings.push(Finding::error(
            "configuration.console",
            format!("the console listens on {} and no proxy stands in front", config.listen),
            "It speaks plain HTTP: passwords and sessions of operators could be read on their way.",
            "Put a proxy that ends TLS in front, let the console listen where only that reaches it, and set \
             PORTICO_CONSOLE_TRUSTED_PROXIES.",
        ));
    } else {
        let networks: Vec<String> = config.networks.iter().map(ToString::to_string).collect();
        findings.push(Finding::ok(
            "configuration.console",
            format!("the console lets {} in", networks.join(", ")),
        ));
    }
    findings.push(match check_role(&config.database_url) {
        Ok(()) => Finding::ok("console.database", "the database answers the console's role"),
        Err(error) => Finding::error(
            "console.database",
            format!("{error:#}"),
            "`portico console` does not start, and commands write no operations book.",
            "Use portico_console, and see whether PostgreSQL is reached from here.",
        ),
    });
    findings
}

fn of_keys(config: &BookConfig) -> Vec<Finding> {
    // That the folder is missing was said with the configuration.
    let Some(folder) = &config.keys_directory else { return Vec::new() };
    let make = "`portico keys create` makes what is missing, as the user that runs the console.";
    let mut findings = Vec::new();
    if let Err(error) = BookKeys::read(folder) {
        let why = "Nobody signs how far the operations book goes: what is cut off would not be found out.";
        findings.push(Finding::error("keys.book", format!("{error:#}"), why, make));
    }
    if let Err(error) = SealingKeys::read(folder) {
        let why = "No operator can sign in, and none can be made.";
        findings.push(Finding::error("keys.console", format!("{error:#}"), why, make));
    }
    findings
}

fn of_book(config: &BookConfig, clock: &Clock) -> Vec<Finding> {
    let mut findings = Vec::new();
    match config.waiting.as_deref().map(waiting::all) {
        None => findings.push(Finding::warning(
            "book.waiting",
            "PORTICO_BOOK_WAITING is not set",
            "What is done while the database is away is said and then forgotten.",
            "Set it to a folder of its own, the same for `portico ops …` and `portico work`.",
        )),
        Some(Ok(waiting)) if waiting.is_empty() => {
            findings
                .push(Finding::ok("book.waiting", "nothing waits to be written into the operations book"));
        }
        Some(Ok(waiting)) => findings.push(Finding::warning(
            "book.waiting",
            format!("{} entries wait to be written into the operations book", waiting.len()),
            "Until they are, whoever reads it does not see them.",
            "See whether `portico work` runs with the same PORTICO_BOOK_WAITING.",
        )),
        Some(Err(error)) => findings.push(Finding::error(
            "book.waiting",
            format!("{error:#}"),
            "What is done while the database is away is forgotten.",
            "Let the folder be there, readable and writable for who runs the commands and the worker.",
        )),
    }
    let behind = config.database_url.as_deref().map(|url| {
        let mut db = ConsoleShell::open(url, clock.clone())?;
        Ok::<_, anyhow::Error>(db.run(off_site::behind)?)
    });
    match behind {
        _ if config.stores.is_none() => findings.push(Finding::warning(
            "book.off_site",
            "no off-site store is set to which the heads of the operations book go",
            "Who administers the database could cut its end off, and nobody would notice.",
            "Set up the stores of backups; docs/operating.md says how.",
        )),
        None | Some(Ok(0)) => {
            findings.push(Finding::ok("book.off_site", "the head of the operations book is off-site"));
        }
        Some(Ok(rows)) => findings.push(Finding::warning(
            "book.off_site",
            format!("the last {rows} rows of the operations book are vouched for by no head off-site"),
            "If they were cut off now, nobody would notice.",
            "See whether `portico work` runs and reaches the off-site store; its log says more.",
        )),
        Some(Err(error)) => findings.push(Finding::error(
            "book.off_site",
            format!("{error:#}"),
            "The operations book cannot be read.",
            "Bring the schema up to this version by `portico migrate`.",
        )),
    }
    findings
}
