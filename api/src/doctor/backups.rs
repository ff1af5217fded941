//! Backups: whether there is somewhere to put them, whether that is two places, and whether what opens them is elsewhere.

use chrono::{DateTime, Utc};

use super::Finding;
use crate::{
    config::{
        self, WorkConfig,
        backups::{self, BackupConfig, RestoreConfig, StoreConfig, StorePlace, StoresConfig},
    },
    db::copies::Snapshot,
    ops::{
        signing::{SetKeys, Signers},
        stores::Store,
        stream::state,
        vault,
    },
};

const IDENTITY: &str = "PORTICO_RESTORE_IDENTITY";
/// Any of these says that this is production.
const OF_PRODUCTION: [&str; 5] = [
    "DATABASE_URL",
    "PORTICO_OPERATOR_DATABASE_URL",
    "PORTICO_OWNER_DATABASE_URL",
    "PORTICO_BACKUP_DATABASE_URL",
    "PORTICO_STREAM_DATABASE_URL",
];

pub(super) fn examine(now: DateTime<Utc>) -> Vec<Finding> {
    let of_production = OF_PRODUCTION.into_iter().find(|name| config::is_set(name));
    if let Some(name) = of_production
        && config::is_set(IDENTITY)
    {
        return vec![Finding::error(
            "backups.identity",
            format!("{IDENTITY} is set together with {name}"),
            "It opens every backup of every organization: whoever breaks into production would have all of them.",
            "Keep it in the backup environment alone, and make a new one where it has been here.",
        )];
    }
    if !backups::is_begun() {
        return vec![Finding::warning(
            "backups.stores",
            "no store of backups is set",
            "Nothing brings the data back once this machine, or its disk, is gone.",
            "Set up two stores and the vault; docs/operating.md says how.",
        )];
    }
    let stores = match StoresConfig::from_environment() {
        Ok(stores) => stores,
        Err(error) => return vec![unreadable("backups.stores", &error)],
    };
    let mut findings = vec![of_stores(&stores)];
    let is_production = !config::is_set(IDENTITY);
    findings.extend(of_store("backups.local", "the local store", &stores.local, Rights::All));
    let rights = if is_production { Rights::Put } else { Rights::All };
    findings.extend(of_store("backups.off_site", "the off-site store", &stores.off_site, rights));
    if is_production {
        match BackupConfig::from_environment() {
            Ok(config) => {
                findings.extend(of_production_config(&config));
                findings.push(of_stream(&config.stores.local, now));
                findings.extend(of_readers());
            }
            Err(error) => findings.push(unreadable("backups.make", &error)),
        }
    } else {
        findings.extend(
            RestoreConfig::from_environment().err().map(|error| unreadable("backups.restore", &error)),
        );
    }
    findings
}

fn of_stores(stores: &StoresConfig) -> Finding {
    let name = "backups.stores";
    let (why, mend) = (
        "What takes one copy takes the other: a fire, a lost account, a bill that was not paid.",
        "Let the second store be at another provider, and say so in PORTICO_BACKUP_OFF_SITE_PROVIDER.",
    );
    if stores.local.place == stores.off_site.place {
        return Finding::error(name, "both stores of backups are the same place", why, mend);
    }
    match stores.shared_provider() {
        Some(tag) => Finding::warning(name, format!("both stores of backups are at {tag}"), why, mend),
        None => Finding::ok(
            name,
            format!("backups go to {} and to {}", stores.local.provider, stores.off_site.provider),
        ),
    }
}

/// Whether anybody is told, where this machine has what a worker needs.
fn of_readers() -> Option<Finding> {
    let config = WorkConfig::from_environment().ok()?;
    Some(match config.operators_mail.len() {
        0 => Finding::warning(
            "backups.mail",
            "nobody is told of backups",
            "That none is made, or that none reaches the other store, stands in the log of the worker alone.",
            "Name those who run this installation in PORTICO_OPERATORS_MAIL.",
        ),
        readers => Finding::ok("backups.mail", format!("{readers} e-mails are told of backups")),
    })
}

/// What a credential should be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rights {
    All,
    Put,
}

/// A folder says nothing of that: whoever mounts it can do what its rights let them.
fn of_store(name: &'static str, what: &str, store: &StoreConfig, rights: Rights) -> Option<Finding> {
    if matches!(store.place, StorePlace::Folder(_)) {
        return Store::at(what, store).err().map(|error| {
            Finding::error(
                name,
                format!("{error:#}"),
                "No set can be made or read. What was put there would be on the wrong disk.",
                "Mount its disk; `portico ops init` makes a store of a new one.",
            )
        });
    }
    let lets = Store::at(what, store).and_then(|store| store.lets_remove());
    Some(match (lets, rights) {
        (Err(error), _) => Finding::error(
            name,
            format!("{error:#}"),
            "Sets that are made do not get there, or cannot be read from there.",
            "Correct its address and what opens it; docs/operating.md says what each variable is.",
        ),
        (Ok(true), Rights::Put) => Finding::warning(
            name,
            format!("production can list or remove what is in {what} ({})", store.place),
            "Whoever breaks into production can remove the sets from which it would be restored.",
            "Give production a credential that may put and nothing else; docs/operating.md shows one.",
        ),
        (Ok(false), Rights::All) => Finding::error(
            name,
            format!("what opens {what} ({}) lets nobody list or remove anything", store.place),
            "Sets there can be neither read nor pruned.",
            "Give this environment a credential that may read, list and remove.",
        ),
        (Ok(true), Rights::All) => Finding::ok(name, format!("{what} lets itself be read and pruned")),
        (Ok(false), Rights::Put) => {
            Finding::ok(name, format!("{what} takes what is added, and nothing else"))
        }
    })
}

fn of_production_config(config: &BackupConfig) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Err(error) = SetKeys::read(&config.keys_directory) {
        findings.push(Finding::error(
            "backups.key",
            format!("{error:#}"),
            "Sets are believed by their signature: without a key none is made.",
            "`portico keys create` makes what is missing.",
        ));
    }
    match vault::parse_recipients(&config.vault_recipients) {
        Err(error) => findings.push(unreadable("backups.vault", &error)),
        Ok(recipients) if recipients.len() < 2 => findings.push(Finding::warning(
            "backups.vault",
            "one identity alone opens the vault",
            "Where it is lost, no backup can be read ever again.",
            "Name an operator's recipient beside the backup environment's. Keys that were made before keep the one.",
        )),
        Ok(recipients) => findings.push(Finding::ok(
            "backups.vault",
            format!("{} identities open the vault, and none of them is here", recipients.len()),
        )),
    }
    findings.push(of_attendance(config));
    match Snapshot::take(&config.database_url) {
        Ok(snapshot) => findings.push(Finding::ok(
            "backups.database",
            format!("all {} tables can be read for backups", snapshot.tables.len()),
        )),
        Err(error) => findings.push(Finding::error(
            "backups.database",
            format!("{error:#}"),
            "No set can be made.",
            "Use the role portico_backup, which `portico bootstrap` makes and `portico migrate` lets read.",
        )),
    }
    findings
}

/// Whether anybody hears what the backup environment says.
fn of_attendance(config: &BackupConfig) -> Finding {
    let name = "backups.attendance";
    match config.attendance_keys.as_deref().map(Signers::parse) {
        Some(Ok(keys)) => {
            let count = keys.to_lines().len();
            Finding::ok(name, format!("{count} keys of the backup environment are noted"))
        }
        Some(Err(error)) => unreadable(name, &error),
        None => Finding::warning(
            name,
            "nobody hears what the backup environment says",
            "Whether it runs, and which sets hold, is neither in the operations book nor at the console.",
            "Note what `portico ops attendance-key` prints there in the file of PORTICO_ATTENDANCE_KEYS_FILE.",
        ),
    }
}

/// What the stream says of itself.
fn of_stream(local: &StoreConfig, now: DateTime<Utc>) -> Finding {
    let name = "backups.stream";
    let mend =
        "Look whether `portico ops stream` runs, and what it says; docs/operating.md shows how to set it up.";
    let why = "Up to two hours of changes are lost with the database: sets alone bring it back.";
    match Store::at("the local store", local).and_then(|store| state::read(&store)) {
        Err(error) => unreadable(name, &error),
        Ok(None) => Finding::warning(name, "the database's log is not streamed", why, mend),
        Ok(Some(state)) => match state::concerns(Some(&state), state.began_at, now).first() {
            Some((_, what)) => Finding::warning(name, what.clone(), why, mend),
            None => Finding::ok(name, format!("the log is streamed up to {}", state.off_site.reaches)),
        },
    }
}

fn unreadable(name: &'static str, error: &anyhow::Error) -> Finding {
    Finding::error(
        name,
        format!("{error:#}"),
        "No set can be made, or read.",
        "Correct the variable; docs/operating.md lists all of them.",
    )
}
