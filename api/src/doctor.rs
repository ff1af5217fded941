//! `portico doctor`: what is missing, malformed, contradictory, insecure or about to go wrong in this installation, why
//! it matters, and how to mend it. It looks and changes nothing: no mail is sent and no row is written.
//!
//! Each part looks at what it is told about and gives findings; one that cannot look says so, and the others go on.

mod backups;
mod console;
mod database;
mod files;
mod keys;
mod machine;
mod mail;
mod settings;

use serde::Serialize;

use crate::clock::Clock;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// As it should be.
    Ok,
    /// It works, and somebody should look.
    Warning,
    /// It does not work, or is not safe.
    Error,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at: a name that stays, for programs.
    pub name: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What was found.
    pub what: String,
    /// Why it matters; empty where all is well.
    pub why: String,
    /// How to mend it; empty where all is well.
    pub mend: String,
}

impl Finding {
    fn ok(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, level: Level::Ok, what: what.into(), why: String::new(), mend: String::new() }
    }

    fn warning(name: &'static str, what: impl Into<String>, why: &str, mend: impl Into<String>) -> Self {
        Self { name, level: Level::Warning, what: what.into(), why: why.to_owned(), mend: mend.into() }
    }

    fn error(name: &'static str, what: impl Into<String>, why: &str, mend: impl Into<String>) -> Self {
        Self { name, level: Level::Error, what: what.into(), why: why.to_owned(), mend: mend.into() }
    }
}

/// Looks at everything that the environment tells of.
pub fn examine(clock: &Clock) -> Vec<Finding> {
    let mut findings = settings::examine();
    findings.extend(keys::examine());
    findings.extend(database::examine(clock));
    findings.push(files::examine());
    findings.extend(backups::examine(clock.now()));
    findings.extend(console::examine(clock));
    findings.extend(mail::examine());
    findings.extend(machine::examine());
    findings
}

/// The worst of them.
pub fn worst(findings: &[Finding]) -> Level {
    findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok)
}
