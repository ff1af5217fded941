//! The variables that there are, what each may show, and which are set.

use std::collections::BTreeMap;

use super::variable;

/// What the value of a variable may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shows {
    /// All of it may be seen.
    Plain,
    /// An address, which may have a password in it.
    Address,
    /// Nothing.
    Secret,
}

use Shows::{Address, Plain, Secret};

/// Every variable that anybody reads, but for those of OpenTelemetry. A secret may stand in the file that `<name>_FILE` names.
const KNOWN: &[(&str, Shows)] = &[
    ("DATABASE_URL", Address),
    ("PORTICO_ADMIN_DATABASE_URL", Address),
    ("PORTICO_ADMIN_LISTEN", Plain),
    ("PORTICO_APP_DIR", Plain),
    ("PORTICO_ATTENDANCE_KEYS", Plain),
    ("PORTICO_BACKUP_DATABASE_URL", Address),
    ("PORTICO_BACKUP_LOCAL_ACCESS_KEY_ID", Plain),
    ("PORTICO_BACKUP_LOCAL_ENDPOINT", Address),
    ("PORTICO_BACKUP_LOCAL_HOST_KEYS", Plain),
    ("PORTICO_BACKUP_LOCAL_PRIVATE_KEY", Secret),
    ("PORTICO_BACKUP_LOCAL_PROVIDER", Plain),
    ("PORTICO_BACKUP_LOCAL_REGION", Plain),
    ("PORTICO_BACKUP_LOCAL_SECRET_ACCESS_KEY", Secret),
    ("PORTICO_BACKUP_LOCAL_STORE", Plain),
    ("PORTICO_BACKUP_LOCAL_TIMEOUT_SECONDS", Plain),
    ("PORTICO_BACKUP_OFF_SITE_ACCESS_KEY_ID", Plain),
    ("PORTICO_BACKUP_OFF_SITE_ENDPOINT", Address),
    ("PORTICO_BACKUP_OFF_SITE_HOST_KEYS", Plain),
    ("PORTICO_BACKUP_OFF_SITE_PRIVATE_KEY", Secret),
    ("PORTICO_BACKUP_OFF_SITE_PROVIDER", Plain),
    ("PORTICO_BACKUP_OFF_SITE_REGION", Plain),
    ("PORTICO_BACKUP_OFF_SITE_SECRET_ACCESS_KEY", Secret),
    ("PORTICO_BACKUP_OFF_SITE_STORE", Plain),
    ("PORTICO_BACKUP_OFF_SITE_TIMEOUT_SECONDS", Plain),
    ("PORTICO_BACKUP_SIGNERS", Plain),
    ("PORTICO_BOOK_WAITING", Plain),
    ("PORTICO_CONSOLE_APP_DIR", Plain),
    ("PORTICO_CONSOLE_DATABASE_CONNECTIONS", Plain),
    ("PORTICO_CONSOLE_DATABASE_URL", Address),
    ("PORTICO_CONSOLE_LISTEN", Plain),
    ("PORTICO_CONSOLE_NETWORKS", Plain),
    ("PORTICO_CONSOLE_TRUSTED_PROXIES", Plain),
    ("PORTICO_DATABASE_CONNECTIONS", Plain),
    ("PORTICO_DOMAIN", Plain),
    ("PORTICO_DRAIN_SECONDS", Plain),
    ("PORTICO_DRILL_DIR", Plain),
    ("PORTICO_DRILL_PROXY_COMMAND", Plain),
    ("PORTICO_FILES_ACCESS_KEY_ID", Plain),
    ("PORTICO_FILES_DIR", Plain),
    ("PORTICO_FILES_ENDPOINT", Address),
    ("PORTICO_FILES_REGION", Plain),
    ("PORTICO_FILES_SECRET_ACCESS_KEY", Secret),
    ("PORTICO_FILES_STORE", Plain),
    ("PORTICO_INITIAL_PASSWORD", Secret),
    ("PORTICO_KEYS_DIR", Plain),
    ("PORTICO_LISTEN", Plain),
    ("PORTICO_LOG", Plain),
    ("PORTICO_LOG_FORMAT", Plain),
    ("PORTICO_MAIL_FOLDER", Plain),
    ("PORTICO_MAIL_FROM", Plain),
    ("PORTICO_MAIL_PAGE", Plain),
    ("PORTICO_OPERATORS_MAIL", Plain),
    ("PORTICO_OPERATOR_DATABASE_URL", Address),
    ("PORTICO_OPERATOR_PASSWORD", Secret),
    ("PORTICO_OWNER_DATABASE_URL", Address),
    ("PORTICO_PROXY_COMMAND", Plain),
    ("PORTICO_PUBLIC_ORIGIN", Address),
    ("PORTICO_RATE_LIMIT_NETWORK", Plain),
    ("PORTICO_RATE_LIMIT_ORGANIZATION", Plain),
    ("PORTICO_RATE_LIMIT_PERSON", Plain),
    ("PORTICO_RATE_LIMIT_TOKEN", Plain),
    ("PORTICO_REFUSAL_DELAY_MILLISECONDS", Plain),
    ("PORTICO_RESTORE_IDENTITY", Secret),
    ("PORTICO_SCRATCH_APP_DATABASE_URL", Address),
    ("PORTICO_SCRATCH_DATABASE_URL", Address),
    ("PORTICO_SCRATCH_OPERATOR_DATABASE_URL", Address),
    ("PORTICO_SECOND_VAULT", Plain),
    ("PORTICO_SHARED_HOST", Plain),
    ("PORTICO_SMTP_URL", Address),
    ("PORTICO_STANDBY_MIRROR", Plain),
    ("PORTICO_STANDBY_START_COMMAND", Plain),
    ("PORTICO_STANDBY_UPSTREAM", Plain),
    ("PORTICO_STREAM_DATABASE_URL", Address),
    ("PORTICO_STREAM_DIR", Plain),
    ("PORTICO_STREAM_MEGABYTES", Plain),
    ("PORTICO_TRUSTED_PROXIES", Plain),
    ("PORTICO_VAULT", Plain),
    ("PORTICO_VAULT_RECIPIENTS", Plain),
    ("PORTICO_WORKERS", Plain),
];
/// Of these the password may stand by itself.
const WITH_PASSWORD: &[&str] = &[
    "PORTICO_ADMIN_DATABASE",
    "PORTICO_BACKUP_DATABASE",
    "PORTICO_CONSOLE_DATABASE",
    "PORTICO_OPERATOR_DATABASE",
    "PORTICO_OWNER_DATABASE",
    "PORTICO_SCRATCH_DATABASE",
    "PORTICO_SMTP",
    "PORTICO_STREAM_DATABASE",
];

/// Variables that look as if they were ours and that nobody reads.
pub fn unknown_variables() -> Vec<String> {
    let ours = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut unknown: Vec<String> =
        ours.filter(|name| name.starts_with("PORTICO_") && !is_known(name)).collect();
    unknown.sort();
    unknown
}

/// What is set, with nothing in it that has to be kept secret: of a file, where it is; of an address, all but its password.
pub fn shown_settings() -> BTreeMap<String, String> {
    let files = KNOWN.iter().map(|(name, _)| (format!("{name}_FILE"), Plain));
    let all = KNOWN.iter().map(|(name, shows)| ((*name).to_owned(), *shows)).chain(files);
    all.filter_map(|(name, shows)| {
        let shown = shown(shows, &variable(&name)?)?;
        Some((name, shown))
    })
    .collect()
}

/// The variables in which a secret may stand, or that name a file with one.
pub fn secret_names() -> Vec<String> {
    let secrets = KNOWN.iter().filter(|(_, shows)| *shows != Plain).map(|(name, _)| (*name).to_owned());
    let passwords = WITH_PASSWORD.iter().map(|of| format!("{of}_PASSWORD"));
    let more = ["DATABASE_PASSWORD", "PGPASSWORD", "PGPASSFILE"].map(str::to_owned);
    secrets.chain(passwords).chain(more).flat_map(|name| [format!("{name}_FILE"), name]).collect()
}

fn shown(shows: Shows, value: &str) -> Option<String> {
    match shows {
        Plain => Some(value.to_owned()),
        Secret => None,
        Address => {
            // Behind a question mark there may be a password too, or what is good as one.
            let has_more =
                |words: &str| ["password", "passfile", "key"].iter().any(|word| words.contains(word));
            let (_, query) = value.split_once('?').unwrap_or((value, ""));
            if has_more(&query.to_lowercase()) {
                return None;
            }
            match url::Url::parse(value) {
                Ok(mut address) if address.has_host() => {
                    address.set_password(None).ok().map(|()| address.into())
                }
                // A socket has no host, and no address of the library's has none.
                _ => {
                    let (_, behind) = value.split_once("://")?;
                    let (who, _) = behind.split_once('/')?;
                    (!who.contains(':')).then(|| value.to_owned())
                }
            }
        }
    }
}

fn is_known(name: &str) -> bool {
    let value = name.strip_suffix("_FILE").unwrap_or(name);
    KNOWN.iter().any(|(known, _)| *known == value)
        || value.strip_suffix("_PASSWORD").is_some_and(|of| WITH_PASSWORD.contains(&of))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The doctor calls a name that is not on the list a mistake.
    #[test]
    fn every_variable_that_is_read_is_known() {
        let (source, _) = include_str!("../config.rs").split_once("#[cfg(test)]").expect("tests stand below");
        let sources = [
            source,
            include_str!("backups.rs"),
            include_str!("backups/places.rs"),
            include_str!("application.rs"),
            include_str!("book.rs"),
            include_str!("console.rs"),
            include_str!("standby.rs"),
            include_str!("stream.rs"),
            include_str!("work.rs"),
        ];
        let quoted = sources.iter().flat_map(|source| source.split('"')).filter(|text| {
            text.starts_with("PORTICO_")
                && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
                && !WITH_PASSWORD.contains(text)
                && *text != "PORTICO_"
        });
        let names: Vec<&str> = quoted.collect();
        assert!(names.len() > 20, "{names:?}");
        for name in names {
            assert!(is_known(name), "{name}");
        }
        assert!(is_known("PORTICO_OWNER_DATABASE_PASSWORD_FILE") && is_known("PORTICO_SMTP_URL_FILE"));
        assert!(!is_known("PORTICO_LISTENS") && !is_known("PORTICO_KEYS_PASSWORD"));
    }

    #[test]
    fn what_is_shown_has_no_secret_in_it() {
        for (shows, value, expected) in [
            (Plain, "/srv/portico", Some("/srv/portico")),
            (Secret, "hunter2", None),
            (
                Address,
                "postgres://app:hunter2@db.example:5433/portico",
                Some("postgres://app@db.example:5433/portico"),
            ),
            (Address, "postgres://app@/portico?host=/run", Some("postgres://app@/portico?host=/run")),
            (Address, "postgres://db/portico?user=app&password=hunter2", None),
            (Address, "postgres://app:hunter2@/portico?host=/run", None),
            (Address, "hunter2", None),
            (Address, "smtp://user:hunter2@mail.example", Some("smtp://user@mail.example")),
        ] {
            assert_eq!(shown(shows, value).as_deref(), expected, "{value}");
        }
        // Whatever is read as a secret shows nothing; these may be known to everybody.
        let public = ["PORTICO_VAULT_RECIPIENTS", "PORTICO_ATTENDANCE_KEYS", "PORTICO_BACKUP_SIGNERS"];
        for (name, shows) in KNOWN {
            let words = ["PASSWORD", "SECRET", "PRIVATE", "IDENTITY", "TOKEN"];
            let is_secret =
                words.iter().any(|word| name.contains(word)) && !name.ends_with("RATE_LIMIT_TOKEN");
            assert_eq!(is_secret, *shows == Secret, "{name}");
            assert!(!public.contains(name) || *shows == Plain, "{name}");
        }
    }
}
