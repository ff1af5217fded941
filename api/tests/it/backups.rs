//! Backups: sets that are made by what production has, and read by what the backup environment has.

mod attended;
mod damaged;
mod made;
mod own_cluster;
mod pruned;
mod restored;
mod watched;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use age::{secrecy::ExposeSecret as _, x25519::Identity};
use api::{
    clock::Clock,
    config::{
        FilesConfig,
        backups::{BackupConfig, RestoreConfig, StoreConfig, StoresConfig},
    },
    db::refill::Occupied,
    ops::{
        backup::{Made, Production},
        environment::Environment,
        restore::Plan,
        retention::Place,
        signing::{self, SetKeys},
    },
};
use chrono::TimeDelta;
use shared::session::CurrentSession;

use crate::{
    harness::{Client, Database, TestApp, png},
    promises::catalogue::lines,
};

/// Two stores, two places of the vault, the keys of production and the identity of the backup environment.
struct Vaults {
    folder: PathBuf,
    identity: Identity,
}

impl Vaults {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("portico-test-backups-{name}"));
        signing::create_key(&folder.join("keys"), &Clock::system()).expect("a key is made");
        Self { folder, identity: Identity::generate() }
    }

    fn at(&self, what: &str) -> PathBuf {
        self.folder.join(what)
    }

    fn stores(&self) -> StoresConfig {
        let store =
            |name: &str| StoreConfig { folder: self.at(name), provider: format!("the provider of {name}") };
        StoresConfig { local: store("local"), off_site: store("off-site") }
    }

    fn vault(&self) -> [PathBuf; 2] {
        [self.at("vault"), self.at("second-vault")]
    }

    fn production(&self, database_url: String, files: PathBuf, clock: &Clock) -> Production {
        let config = self.backup_config(database_url, files);
        Production::open(&config, clock.clone()).expect("production is set up")
    }

    fn backup_config(&self, database_url: String, files: PathBuf) -> BackupConfig {
        let operators = Identity::generate().to_public();
        BackupConfig {
            database_url,
            stores: self.stores(),
            vault: self.vault(),
            vault_recipients: format!("{operators}\n{}\n", self.identity.to_public()),
            keys_directory: self.at("keys"),
            files: FilesConfig::Folder(files),
        }
    }

    fn restore_config(&self) -> RestoreConfig {
        let signers = SetKeys::read(&self.at("keys")).expect("a key").signers();
        RestoreConfig {
            stores: self.stores(),
            vault: self.vault(),
            identity: self.identity.to_string().expose_secret().to_owned(),
            signers: signers.to_lines().into_iter().collect::<Vec<_>>().join("\n"),
        }
    }

    fn environment(&self) -> Environment {
        Environment::open(&self.restore_config()).expect("the backup environment is set up")
    }

    /// The program as the backup environment runs it.
    fn program(&self, arguments: &[&str]) -> Output {
        let RestoreConfig { identity, signers, .. } = self.restore_config();
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        command.args(arguments).env_clear().envs(self.variables());
        command.env("PORTICO_RESTORE_IDENTITY", identity).env("PORTICO_BACKUP_SIGNERS", signers);
        command.output().expect("it runs")
    }

    /// The variables of both.
    fn variables(&self) -> Vec<(&'static str, String)> {
        let shown = |path: PathBuf| path.display().to_string();
        let StoresConfig { local, off_site } = self.stores();
        let [vault, second] = self.vault();
        vec![
            ("PORTICO_BACKUP_LOCAL_STORE", shown(local.folder)),
            ("PORTICO_BACKUP_LOCAL_PROVIDER", local.provider),
            ("PORTICO_BACKUP_OFF_SITE_STORE", shown(off_site.folder)),
            ("PORTICO_BACKUP_OFF_SITE_PROVIDER", off_site.provider),
            ("PORTICO_VAULT", shown(vault)),
            ("PORTICO_SECOND_VAULT", shown(second)),
        ]
    }
}

impl Drop for Vaults {
    fn drop(&mut self) {
        // What cannot be removed lies in the folder for what is temporary.
        fs::remove_dir_all(&self.folder).unwrap_or_default();
    }
}

/// A running Portico that is backed up.
struct Scene {
    app: TestApp,
    vaults: Vaults,
    production: Production,
}

impl Scene {
    fn start() -> Self {
        let app = TestApp::start();
        let vaults = Vaults::new(app.database.name());
        let url = app.database.url("portico_backup");
        let production = vaults.production(url, app.database.files(), &app.clock);
        Self { app, vaults, production }
    }

    /// A set of rows, two hours after what was before.
    fn rows(&self) -> Made {
        self.app.clock.advance(TimeDelta::hours(2));
        whole(self.production.database_set().expect("a set is made"))
    }

    /// A set of files.
    fn files(&self) -> Made {
        self.app.clock.advance(TimeDelta::hours(2));
        whole(self.production.file_set().expect("a set is made"))
    }
}

/// Gives somebody a photo, which is two files.
fn photo(person: &Client, colour: [u8; 3]) {
    let session: CurrentSession = person.get("/session").expect(200).json();
    person.upload("/profile/photo", session.version, &png(colour)).expect(200);
}

/// One that is in both stores.
fn whole(made: Made) -> Made {
    made.off_site.as_ref().expect("it is off-site too");
    made
}

/// What restores a set from off-site into this database, without its files.
fn plan(made: &Made, into: &Database) -> Plan {
    Plan {
        set: made.manifest.set.clone(),
        from: Place::OffSite,
        into: into.url("portico_owner"),
        occupied: Occupied::Refuse,
        files_into: None,
        without_missing_files: false,
        settle_at: None,
    }
}

/// Every row of every table.
fn all_rows(database: &Database) -> Vec<String> {
    let sql = &mut database.superuser();
    let tables = lines(
        sql,
        "SELECT relname::text AS line FROM pg_class
         WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> '__diesel_schema_migrations'",
    );
    let mut rows: Vec<String> = tables
        .iter()
        .flat_map(|table| {
            lines(sql, &format!("SELECT '{table} ' || to_jsonb(t)::text AS line FROM {table} t"))
        })
        .collect();
    rows.extend(lines(sql, "SELECT 'sequence ' || last_value || is_called AS line FROM organization_number"));
    rows.extend(lines(sql, "SELECT 'migration ' || version AS line FROM __diesel_schema_migrations"));
    rows.sort();
    rows
}

/// What a database holds that is not the system's.
fn things(database: &Database) -> Vec<String> {
    lines(
        &mut database.superuser(),
        "SELECT c.oid::regclass::text AS line FROM pg_class c
         WHERE c.relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_' OR nspname = 'information_schema')
         UNION ALL SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'",
    )
}

/// Every file below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> =
        entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|some| some == word.as_bytes())
}
