//! Backups: sets that are made by what production has, and read by what the backup environment has.

mod alarmed;
mod attended;
mod damaged;
mod drilled;
mod erased;
mod faults;
mod fenced;
mod full;
mod made;
mod off_site;
mod own_cluster;
mod pruned;
mod restored;
mod restored_one;
mod sftp;
mod stream;
mod told_to_stop;
mod under_way;
mod watched;

use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use age::{secrecy::ExposeSecret as _, x25519::Identity};
use api::{
    clock::Clock,
    config::{
        FilesConfig,
        backups::{BackupConfig, RestoreConfig, StoreConfig, StorePlace, StoresConfig},
    },
    db::refill::Occupied,
    ops::{
        attendance::AttendanceKey,
        backup::{Made, Production},
        environment::Environment,
        restore::Plan,
        retention::Place,
        signing::{self, SetKeys},
        stores::Store,
    },
};
use chrono::TimeDelta;
use shared::session::CurrentSession;

use crate::{
    harness::{Client, Database, TestApp, png, until},
    promises::catalogue::lines,
};

/// Two stores, two places of the vault, the keys of production and the identity of the backup environment.
pub struct Vaults {
    folder: PathBuf,
    identity: Identity,
    off_site: Option<OffSite>,
    /// How long a store is waited for.
    patience: Duration,
}

/// A store off-site that is no folder: as production knows it, and as the backup environment does.
#[derive(Clone)]
struct OffSite {
    production: StorePlace,
    environment: StorePlace,
}

impl Vaults {
    /// Of the installation with this database.
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("portico-test-backups-{name}"));
        signing::create_key(&folder.join("keys"), &Clock::system()).expect("a key is made");
        for place in ["local", "off-site", "vault", "second-vault"] {
            Store::prepare(&folder.join(place)).expect("it is made");
        }
        Self { folder, identity: Identity::generate(), off_site: None, patience: Duration::from_secs(10) }
    }

    /// One of the folders.
    pub fn at(&self, what: &str) -> PathBuf {
        self.folder.join(what)
    }

    fn stores_with(&self, off_site: Option<&StorePlace>) -> StoresConfig {
        let store = |name: &str, place: Option<&StorePlace>| StoreConfig {
            place: place.cloned().unwrap_or_else(|| StorePlace::Folder(self.at(name))),
            provider: format!("the provider of {name}"),
            patience: self.patience,
        };
        StoresConfig { local: store("local", None), off_site: store("off-site", off_site) }
    }

    /// As production knows them.
    fn stores_of_production(&self) -> StoresConfig {
        self.stores_with(self.off_site.as_ref().map(|off_site| &off_site.production))
    }

    /// As the backup environment knows them.
    fn stores(&self) -> StoresConfig {
        self.stores_with(self.off_site.as_ref().map(|off_site| &off_site.environment))
    }

    fn vault(&self) -> [PathBuf; 2] {
        [self.at("vault"), self.at("second-vault")]
    }

    fn production(&self, database_url: String, files: PathBuf, clock: &Clock) -> Production {
        let config = self.backup_config(database_url, files);
        Production::open(&config, clock.clone()).expect("production is set up")
    }

    /// What production is told.
    pub fn backup_config(&self, database_url: String, files: PathBuf) -> BackupConfig {
        let operators = Identity::generate().to_public();
        BackupConfig {
            database_url,
            stores: self.stores_of_production(),
            vault: self.vault(),
            vault_recipients: format!("{operators}\n{}\n", self.identity.to_public()),
            keys_directory: self.at("keys"),
            files: FilesConfig::Folder(files),
            attendance_keys: Some(AttendanceKey::of(&self.identity).public()),
            application: None,
        }
    }

    /// What the backup environment is told.
    pub fn restore_config(&self) -> RestoreConfig {
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
        self.environment_program(arguments).output().expect("it runs")
    }

    /// The same, to be run.
    fn environment_program(&self, arguments: &[&str]) -> Command {
        let RestoreConfig { stores, identity, signers, .. } = self.restore_config();
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        command.args(arguments).env_clear().envs(self.variables(&stores)).env("PATH", "/usr/bin:/bin");
        command.env("PORTICO_RESTORE_IDENTITY", identity).env("PORTICO_BACKUP_SIGNERS", signers);
        command
    }

    /// The program as production runs it.
    fn production_program(&self, arguments: &[&str], database_url: &str, files: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        command.args(arguments).env_clear().envs(self.variables(&self.stores_of_production()));
        // The program `ssh` is found by it.
        command.env("PATH", "/usr/bin:/bin");
        command.env("PORTICO_BACKUP_DATABASE_URL", database_url).env("PORTICO_FILES_DIR", files);
        command.env("PORTICO_KEYS_DIR", self.at("keys"));
        command.env("PORTICO_VAULT_RECIPIENTS", self.identity.to_public().to_string());
        command
    }

    /// The variables of stores and vaults.
    fn variables(&self, stores: &StoresConfig) -> Vec<(&'static str, String)> {
        let shown = |path: PathBuf| path.display().to_string();
        let StoresConfig { local, off_site } = stores;
        let [vault, second] = self.vault();
        let mut variables = vec![
            ("PORTICO_BACKUP_LOCAL_STORE", local.place.to_string()),
            ("PORTICO_BACKUP_LOCAL_PROVIDER", local.provider.clone()),
            ("PORTICO_BACKUP_OFF_SITE_PROVIDER", off_site.provider.clone()),
            ("PORTICO_BACKUP_OFF_SITE_TIMEOUT_SECONDS", off_site.patience.as_secs().to_string()),
            ("PORTICO_VAULT", shown(vault)),
            ("PORTICO_SECOND_VAULT", shown(second)),
        ];
        let store = "PORTICO_BACKUP_OFF_SITE_STORE";
        match &off_site.place {
            StorePlace::Folder(folder) => variables.push((store, shown(folder.clone()))),
            StorePlace::S3(place) => variables.extend([
                (store, format!("s3://{}/{}", place.bucket, place.prefix)),
                ("PORTICO_BACKUP_OFF_SITE_ENDPOINT", place.endpoint.clone().expect("not Amazon's")),
                ("PORTICO_BACKUP_OFF_SITE_ACCESS_KEY_ID", place.access_key_id.clone()),
                ("PORTICO_BACKUP_OFF_SITE_SECRET_ACCESS_KEY", place.secret_access_key.clone()),
            ]),
            StorePlace::Sftp(place) => variables.extend([
                (store, place.to_string()),
                ("PORTICO_BACKUP_OFF_SITE_PRIVATE_KEY", place.private_key.clone()),
                ("PORTICO_BACKUP_OFF_SITE_HOST_KEYS", place.host_keys.clone()),
            ]),
        }
        variables
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
    last: Cell<i64>,
}

impl Scene {
    fn start() -> Self {
        Self::of(TestApp::start(), None)
    }

    /// With a store off-site that is no folder, made for the name of the test's database.
    fn start_with(off_site: impl FnOnce(&str) -> OffSite) -> Self {
        let app = TestApp::start();
        let off_site = off_site(app.database.name());
        Self::of(app, Some(off_site))
    }

    fn of(app: TestApp, off_site: Option<OffSite>) -> Self {
        let mut vaults = Vaults::new(app.database.name());
        vaults.off_site = off_site;
        let url = app.database.url("portico_backup");
        let production = vaults.production(url, app.database.files(), &app.clock);
        Self { app, vaults, production, last: Cell::default() }
    }

    /// A set of rows, two hours after what was before.
    fn rows(&self) -> Made {
        self.app.clock.advance(TimeDelta::hours(2));
        whole(self.production.database_set().expect("a set is made"))
    }

    /// What makes sets, once the vaults know other places.
    fn production_anew(&mut self) {
        let url = self.app.database.url("portico_backup");
        self.production = self.vaults.production(url, self.app.database.files(), &self.app.clock);
    }

    /// `portico ops …` in production, by the machine's clock: in another second than before, as sets are named by it.
    fn ops(&self, arguments: &[&str]) -> Output {
        let output = self.spawn(arguments).wait_with_output().expect("it ends");
        self.last.set(Clock::system().now().timestamp());
        output
    }

    /// The same while it runs.
    fn spawn(&self, arguments: &[&str]) -> Child {
        let second = || Clock::system().now().timestamp();
        until("the next second has come", || second() > self.last.get());
        self.last.set(second());
        let database = &self.app.database;
        let arguments = [&["ops"], arguments].concat();
        let url = database.url("portico_backup");
        let mut command = self.vaults.production_program(&arguments, &url, &database.files());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
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
