//! The files of keys: there, to be read by us, and by nobody else.

use std::{os::unix::fs::PermissionsExt as _, path::Path};

use super::Finding;
use crate::{audit::keys::HeadKeys, config, http::tokens::TokenKeys};

const MAKE: &str = "`portico keys create` makes what is missing, as the user that runs the server.";

pub(super) fn examine() -> Vec<Finding> {
    // That it is missing was said with the configuration.
    let Ok(folder) = config::keys_directory() else { return Vec::new() };
    let mut findings = Vec::new();
    if let Err(error) = TokenKeys::read(&folder) {
        findings.push(Finding::error("keys.tokens", format!("{error:#}"), "Nobody can sign in.", MAKE));
    }
    if let Err(error) = HeadKeys::read(&folder) {
        findings.push(Finding::error(
            "keys.audit",
            format!("{error:#}"),
            "The audit log cannot be sealed, and neither server nor worker starts.",
            MAKE,
        ));
    }
    let mut open = Vec::new();
    let below = ["audit", "backup", "book", "console"].map(|name| folder.join(name));
    for folder in std::iter::once(folder.clone()).chain(below) {
        open.extend(open_to_others(&folder));
    }
    if !open.is_empty() {
        findings.push(Finding::error(
            "keys.permissions",
            format!("others may read or change {}", open.join(", ")),
            "Whoever has a key can sign in as anybody, and can make up audit logs and backups that verify.",
            "chmod 600 the files and 700 the folders, make new keys where somebody may have read them, and restart.",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("keys", format!("the keys in {} are there and private", folder.display())));
    }
    findings
}

/// The keys in a folder that more than their owner may open. One that is not there has none.
fn open_to_others(folder: &Path) -> Vec<String> {
    // Whoever may write into the folder may add a key that signs.
    let is_writable = std::fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & 0o022 != 0);
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let keys = entries.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "pem"));
    let open =
        keys.filter(|entry| entry.metadata().is_ok_and(|found| found.permissions().mode() & 0o077 != 0));
    let open = open.map(|entry| entry.path().display().to_string());
    is_writable.then(|| folder.display().to_string()).into_iter().chain(open).collect()
}
