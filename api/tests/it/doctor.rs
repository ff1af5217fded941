//! `portico doctor`: set-ups that are broken in one way each, and the name by which each is found.

mod console;

use std::{
    collections::BTreeMap,
    fs::{self, Permissions},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use api::{
    audit,
    clock::Clock,
    config::backups::StorePlace,
    console::sealing,
    http::tokens,
    ops::{attendance::AttendanceKey, book, signing, stores::Store},
};
use diesel::connection::SimpleConnection as _;
use serde_json::Value;

use crate::{
    harness::{Database, MailServer, Program, S3Server, SftpServer, TestApp, Whose, free_address},
    work::{leave_mail, some_mail},
};

/// Everything as it should be, to be broken.
struct Setup {
    app: TestApp,
    folder: PathBuf,
    variables: BTreeMap<&'static str, String>,
}

impl Setup {
    fn whole() -> Self {
        let app = TestApp::start();
        let folder = std::env::temp_dir().join(format!("portico-test-doctor-{}", app.database.name()));
        let (keys, bundle, files) = (folder.join("keys"), folder.join("app"), folder.join("files"));
        fs::create_dir_all(&files).expect("a folder");
        tokens::create_key(&keys, &Clock::system()).expect("a key is made");
        audit::keys::create(&keys, &Clock::system()).expect("a key is made");
        signing::create_key(&keys, &Clock::system()).expect("a key is made");
        book::keys::create(&keys, &Clock::system()).expect("a key is made");
        sealing::create_key(&keys, &Clock::system()).expect("a key is made");
        for place in ["local", "off-site", "vault", "second-vault"] {
            Store::prepare(&folder.join(place)).expect("it is made");
        }
        fs::create_dir_all(bundle.join("assets")).expect("a folder");
        fs::write(bundle.join("index.html"), "<script src=\"/assets/app.js\"></script>").expect("a page");
        fs::write(bundle.join("assets/app.js"), "").expect("a script");
        let variables = BTreeMap::from([
            ("DATABASE_URL", app.database.url("portico_app")),
            ("PORTICO_OPERATOR_DATABASE_URL", app.database.url("portico_operator")),
            ("PORTICO_OWNER_DATABASE_URL", app.database.url("portico_owner")),
            ("PORTICO_KEYS_DIR", keys.display().to_string()),
            ("PORTICO_APP_DIR", bundle.display().to_string()),
            ("PORTICO_FILES_DIR", files.display().to_string()),
            ("PORTICO_LISTEN", free_address().to_string()),
            ("PORTICO_DOMAIN", "portico.test".to_owned()),
            ("PORTICO_TRUSTED_PROXIES", "1".to_owned()),
            ("PORTICO_SMTP_URL", MailServer::shared().url()),
            ("PORTICO_OPERATORS_MAIL", "operations@portico.test".to_owned()),
            ("PORTICO_CONSOLE_DATABASE_URL", app.database.url("portico_console")),
            ("PORTICO_BOOK_WAITING", folder.join("waiting").display().to_string()),
            ("PORTICO_BACKUP_DATABASE_URL", app.database.url("portico_backup")),
            ("PORTICO_BACKUP_LOCAL_STORE", folder.join("local").display().to_string()),
            ("PORTICO_BACKUP_LOCAL_PROVIDER", "here".to_owned()),
            ("PORTICO_BACKUP_OFF_SITE_STORE", folder.join("off-site").display().to_string()),
            ("PORTICO_BACKUP_OFF_SITE_PROVIDER", "there".to_owned()),
            ("PORTICO_VAULT", folder.join("vault").display().to_string()),
            ("PORTICO_SECOND_VAULT", folder.join("second-vault").display().to_string()),
            ("PORTICO_VAULT_RECIPIENTS", [recipient(), recipient()].join("\n")),
            ("PORTICO_ATTENDANCE_KEYS", AttendanceKey::of(&age::x25519::Identity::generate()).public()),
        ]);
        let setup = Self { app, folder, variables };
        setup.streams();
        // The template's rows of the audit log are sealed by a worker.
        setup.app.work_off();
        setup
    }

    /// As the stream of the log says of itself while it runs.
    fn streams(&self) {
        use api::ops::{stores::Store, stream::state};

        let now = Clock::system().now();
        let well = state::State {
            at: now,
            began_at: now,
            system: "1".to_owned(),
            deaf: None,
            has_gap: false,
            local: state::Reach::default(),
            off_site: state::Reach { reaches: "0/3000000".to_owned(), ..state::Reach::default() },
            newest_base: Some(now),
            base_error: None,
        };
        let store = Store::open("the local store", &self.folder.join("local")).expect("a store");
        state::write(&store, &well).expect("it is written down");
    }

    fn sql(&self, sql: &str) {
        self.app.database.superuser().batch_execute(sql).expect("it is done");
    }

    /// What the doctor found, by name, and whether it ended well.
    fn examine(&self) -> (BTreeMap<String, Value>, bool) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        command.args(["doctor", "--json"]).env_clear().envs(&self.variables);
        let output = command.output().expect("it runs");
        let findings: Vec<Value> =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
        let by_name = findings
            .into_iter()
            .map(|finding| (finding["name"].as_str().expect("a name").to_owned(), finding));
        (by_name.collect(), output.status.success())
    }
}

/// Somebody's public half.
fn recipient() -> String {
    age::x25519::Identity::generate().to_public().to_string()
}

impl Drop for Setup {
    fn drop(&mut self) {
        // What cannot be removed lies in the folder for what is temporary.
        fs::remove_dir_all(&self.folder).unwrap_or_default();
    }
}

#[test]
fn of_a_whole_set_up_nothing_is_said() {
    let setup = Setup::whole();
    let (findings, ended_well) = setup.examine();
    for (name, finding) in &findings {
        // How much room there is on this machine, and whether its cluster for tests is durable, is not this test's.
        let is_of_machine = ["disk.space", "database.durability"].contains(&name.as_str());
        assert!(finding["level"] == "ok" || is_of_machine, "{finding:#}");
    }
    for name in
        ["clock.drift", "database.isolation", "database.migrations", "mail.server", "keys", "audit.sealer"]
    {
        assert!(findings.contains_key(name), "{name}: {findings:#?}");
    }
    assert_eq!(ended_well, findings.values().all(|finding| finding["level"] != "error"));
}

/// Production's key may only put, and the backup environment's reads and prunes: each is as it should be where it is used.
#[test]
fn credentials_that_can_do_what_they_should_are_fine() {
    let mut setup = Setup::whole();
    off_site_in_bucket(&mut setup, Whose::Production);
    let secret = setup.variables.remove("PORTICO_BACKUP_OFF_SITE_SECRET_ACCESS_KEY").expect("it is set");
    let file = setup.folder.join("secret");
    fs::write(&file, secret + "\n").expect("it is written");
    set(&mut setup, "PORTICO_BACKUP_OFF_SITE_SECRET_ACCESS_KEY_FILE", &file.display().to_string());
    let (findings, _) = setup.examine();
    assert_eq!(findings["backups.off_site"]["level"], "ok", "{:#}", findings["backups.off_site"]);

    let server = SftpServer::start();
    setup.variables.retain(|name, _| !name.starts_with("PORTICO_BACKUP_OFF_SITE_"));
    set(&mut setup, "PORTICO_BACKUP_OFF_SITE_PROVIDER", "there");
    for (whose, level) in [(Whose::Production, "ok"), (Whose::Environment, "warning")] {
        let StorePlace::Sftp(place) = server.place(whose) else { panic!("it is SFTP") };
        set(&mut setup, "PORTICO_BACKUP_OFF_SITE_STORE", &place.to_string());
        set(&mut setup, "PORTICO_BACKUP_OFF_SITE_PRIVATE_KEY", &place.private_key);
        set(&mut setup, "PORTICO_BACKUP_OFF_SITE_HOST_KEYS", &place.host_keys);
        let (findings, _) = setup.examine();
        assert_eq!(findings["backups.off_site"]["level"], level, "{:#}", findings["backups.off_site"]);
    }
}

/// Addresses with passwords from files, one for all of them and one by itself, as containers are told.
#[test]
fn a_bucket_for_files_is_tried_and_left_as_it_was() {
    let mut setup = Setup::whole();
    files_in_bucket(&mut setup, Whose::Files);
    let (findings, _) = setup.examine();
    assert_eq!(findings["files.store"]["level"], "ok", "{:#}", findings["files.store"]);
    assert_eq!(S3Server::shared().names("doctor-files"), Vec::<String>::new());
}

#[test]
fn secrets_are_read_from_files() {
    let mut setup = Setup::whole();
    for (name, file) in [
        ("DATABASE_URL", "DATABASE_URL_FILE"),
        ("PORTICO_OPERATOR_DATABASE_URL", "PORTICO_OPERATOR_DATABASE_URL_FILE"),
        ("PORTICO_SMTP_URL", "PORTICO_SMTP_URL_FILE"),
    ] {
        let path = setup.folder.join(name);
        fs::write(&path, format!("{}\n", setup.variables.remove(name).expect("it was set"))).expect("a file");
        set(&mut setup, file, &path.display().to_string());
    }
    let (findings, _) = setup.examine();
    for name in
        ["database.app", "database.operator", "mail.server", "configuration.serve", "configuration.work"]
    {
        assert_eq!(findings[name]["level"], "ok", "{findings:#?}");
    }
}

/// Breaks something.
type Break = fn(&mut Setup);

const VARIABLES: &[(&str, &str, Break)] = &[
    ("configuration.unknown", "warning", |it| set(it, "PORTICO_DRAIN_SECOND", "5")),
    ("configuration.log", "error", |it| set(it, "PORTICO_LOG_FORMAT", "xml")),
    ("configuration.log", "error", |it| set(it, "PORTICO_LOG", "api=loud")),
    ("configuration.serve", "error", |it| set(it, "PORTICO_LISTEN", "everywhere")),
    ("configuration.serve", "error", |it| set(it, "DATABASE_URL_FILE", "/somewhere")),
    ("configuration.serve", "error", |it| set(it, "DATABASE_PASSWORD_FILE", "/nowhere/at/all")),
    ("configuration.serve", "error", |it| {
        it.variables.remove("PORTICO_KEYS_DIR");
    }),
    ("configuration.serve", "warning", |it| {
        it.variables.remove("DATABASE_URL");
    }),
    ("configuration.work", "warning", |it| {
        it.variables.remove("PORTICO_OPERATOR_DATABASE_URL");
    }),
    ("configuration.work", "error", |it| set(it, "PORTICO_MAIL_FOLDER", "/somewhere")),
    ("configuration.proxies", "warning", |it| set(it, "PORTICO_TRUSTED_PROXIES", "0")),
    ("configuration.tls", "error", |it| {
        set(it, "PORTICO_TRUSTED_PROXIES", "0");
        set(it, "PORTICO_LISTEN", "0.0.0.0:0");
    }),
    ("configuration.administration", "warning", |it| set(it, "PORTICO_ADMIN_LISTEN", "0.0.0.0:9090")),
    ("configuration.origin", "error", |it| set(it, "PORTICO_PUBLIC_ORIGIN", "http://portico.example.org")),
    ("configuration.mail", "error", |it| {
        it.variables.remove("PORTICO_SMTP_URL");
        set(it, "PORTICO_MAIL_FOLDER", "/somewhere");
    }),
    ("mail.server", "warning", |it| {
        it.variables.remove("PORTICO_SMTP_URL");
    }),
    ("mail.server", "error", |it| {
        let url = format!("smtp://{}?tls=none", free_address());
        set(it, "PORTICO_SMTP_URL", &url);
    }),
    // The server speaks no TLS, and it was to.
    ("mail.server", "error", |it| {
        let url = format!("smtp://127.0.0.1:{}", MailServer::shared().port());
        set(it, "PORTICO_SMTP_URL", &url);
    }),
    ("database.app", "error", |it| {
        let url = it.app.database.superuser_url();
        set(it, "DATABASE_URL", &url);
    }),
    ("database.app", "error", |it| {
        let url = it.app.database.url("portico_operator");
        set(it, "DATABASE_URL", &url);
    }),
    ("database.app", "error", |it| {
        let url = it.app.database.url("portico_owner");
        set(it, "DATABASE_URL", &url);
    }),
    ("database.app", "error", |it| {
        let url = format!("postgres://portico_app@{}/portico", free_address());
        set(it, "DATABASE_URL", &url);
    }),
    ("database.operator", "error", |it| {
        let url = it.app.database.url("portico_app");
        set(it, "PORTICO_OPERATOR_DATABASE_URL", &url);
    }),
    ("database.owner", "warning", |it| {
        it.variables.remove("PORTICO_OWNER_DATABASE_URL");
    }),
];

const FILES: &[(&str, &str, Break)] = &[
    ("keys.tokens", "error", |it| remove_keys(&it.folder.join("keys"))),
    ("keys.audit", "error", |it| remove_keys(&it.folder.join("keys/audit"))),
    ("keys.permissions", "error", |it| {
        for key in keys(&it.folder.join("keys/audit")) {
            fs::set_permissions(key, Permissions::from_mode(0o644)).expect("they are changed");
        }
    }),
    ("files.store", "warning", |it| fs::remove_dir(it.folder.join("files")).expect("it is removed")),
    ("files.store", "error", |it| set(it, "PORTICO_FILES_DIR", "/dev/null")),
    ("files.store", "warning", |it| {
        it.variables.remove("PORTICO_FILES_DIR");
    }),
    ("files.store", "error", |it| set(it, "PORTICO_FILES_STORE", "s3://files/both-are-set")),
    ("files.store", "error", |it| files_in_bucket(it, Whose::Production)),
    ("files.store", "error", |it| files_in_bucket(it, Whose::Environment)),
    ("files.store", "error", |it| {
        files_in_bucket(it, Whose::Files);
        set(it, "PORTICO_FILES_STORE", "s3://versioned/doctor-files");
    }),
    ("app.files", "error", |it| fs::remove_file(it.folder.join("app/index.html")).expect("it is removed")),
    ("app.files", "error", |it| fs::remove_file(it.folder.join("app/assets/app.js")).expect("it is removed")),
];

const BACKUPS: &[(&str, &str, Break)] = &[
    ("backups.stores", "warning", |it| set(it, "PORTICO_BACKUP_OFF_SITE_PROVIDER", "here")),
    ("backups.stores", "error", |it| {
        let local = it.variables["PORTICO_BACKUP_LOCAL_STORE"].clone();
        set(it, "PORTICO_BACKUP_OFF_SITE_STORE", &local);
    }),
    ("backups.stores", "error", |it| {
        it.variables.remove("PORTICO_BACKUP_OFF_SITE_PROVIDER");
    }),
    ("backups.stores", "warning", |it| {
        it.variables.retain(|name, _| !name.contains("BACKUP") && !name.contains("VAULT"));
    }),
    ("backups.stores", "error", |it| set(it, "PORTICO_BACKUP_OFF_SITE_STORE", "ftp://there/backups")),
    ("backups.stores", "error", |it| set(it, "PORTICO_BACKUP_OFF_SITE_REGION", "of a folder")),
    ("backups.stores", "error", |it| set(it, "PORTICO_BACKUP_OFF_SITE_STORE", "s3://backups/without-a-key")),
    ("backups.stores", "error", |it| {
        off_site_in_bucket(it, Whose::Production);
        set(it, "PORTICO_BACKUP_OFF_SITE_ENDPOINT", "http://backups.example");
    }),
    ("backups.local", "error", |it| {
        let empty = it.folder.join("empty");
        fs::create_dir_all(&empty).expect("a folder");
        set(it, "PORTICO_BACKUP_LOCAL_STORE", &empty.display().to_string());
    }),
    ("backups.off_site", "warning", |it| off_site_in_bucket(it, Whose::Environment)),
    ("backups.off_site", "error", |it| {
        off_site_in_bucket(it, Whose::Production);
        set(it, "PORTICO_BACKUP_OFF_SITE_SECRET_ACCESS_KEY", "another");
    }),
    ("backups.off_site", "error", |it| {
        off_site_in_bucket(it, Whose::Production);
        set(it, "PORTICO_BACKUP_OFF_SITE_ENDPOINT", &format!("http://{}", free_address()));
    }),
    ("backups.off_site", "error", |it| {
        set(it, "PORTICO_BACKUP_OFF_SITE_STORE", "sftp://portico@127.0.0.1/backups");
        set(it, "PORTICO_BACKUP_OFF_SITE_PRIVATE_KEY", "none");
        set(it, "PORTICO_BACKUP_OFF_SITE_HOST_KEYS", "none");
    }),
    ("backups.identity", "error", |it| set(it, "PORTICO_RESTORE_IDENTITY", "AGE-SECRET-KEY-1…")),
    ("backups.key", "error", |it| remove_keys(&it.folder.join("keys/backup"))),
    ("backups.attendance", "error", |it| set(it, "PORTICO_ATTENDANCE_KEYS", "none")),
    ("backups.attendance", "warning", |it| {
        it.variables.remove("PORTICO_ATTENDANCE_KEYS");
    }),
    ("backups.mail", "warning", |it| {
        it.variables.remove("PORTICO_OPERATORS_MAIL");
    }),
    ("backups.vault", "warning", |it| set(it, "PORTICO_VAULT_RECIPIENTS", &recipient())),
    ("backups.vault", "error", |it| set(it, "PORTICO_VAULT_RECIPIENTS", "age1nobody")),
    ("backups.make", "error", |it| {
        let vault = it.variables["PORTICO_VAULT"].clone();
        set(it, "PORTICO_SECOND_VAULT", &vault);
    }),
    ("backups.database", "error", |it| {
        let url = it.app.database.url("portico_operator");
        set(it, "PORTICO_BACKUP_DATABASE_URL", &url);
    }),
    ("backups.database", "error", |it| {
        let url = it.app.database.url("portico_app");
        set(it, "PORTICO_BACKUP_DATABASE_URL", &url);
    }),
];

/// A bucket, with somebody's key.
fn off_site_in_bucket(it: &mut Setup, whose: Whose) {
    let StorePlace::S3(place) = S3Server::shared().place(whose, "doctor") else { panic!("it is a bucket") };
    set(it, "PORTICO_BACKUP_OFF_SITE_STORE", "s3://backups/doctor");
    set(it, "PORTICO_BACKUP_OFF_SITE_ENDPOINT", &place.endpoint.expect("not Amazon's"));
    set(it, "PORTICO_BACKUP_OFF_SITE_ACCESS_KEY_ID", &place.access_key_id);
    set(it, "PORTICO_BACKUP_OFF_SITE_SECRET_ACCESS_KEY", &place.secret_access_key);
}

/// Files in a bucket, with somebody's key.
fn files_in_bucket(it: &mut Setup, whose: Whose) {
    let StorePlace::S3(place) = S3Server::shared().place(whose, "doctor-files") else {
        panic!("it is a bucket")
    };
    it.variables.remove("PORTICO_FILES_DIR");
    set(it, "PORTICO_FILES_STORE", "s3://backups/doctor-files");
    set(it, "PORTICO_FILES_ENDPOINT", &place.endpoint.expect("not Amazon's"));
    set(it, "PORTICO_FILES_ACCESS_KEY_ID", &place.access_key_id);
    set(it, "PORTICO_FILES_SECRET_ACCESS_KEY", &place.secret_access_key);
}

const ROWS: &[(&str, &str, Break)] = &[
    ("database.isolation", "error", |it| it.sql("ALTER TABLE projects NO FORCE ROW LEVEL SECURITY")),
    ("database.isolation", "error", |it| it.sql("ALTER TABLE roles DISABLE ROW LEVEL SECURITY")),
    ("database.migrations", "error", |it| {
        it.sql("DELETE FROM __diesel_schema_migrations WHERE version = (SELECT max(version) FROM __diesel_schema_migrations)");
    }),
    ("database.migrations", "error", |it| {
        it.sql("INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('99991231000000', '2026-01-01')");
    }),
    ("jobs.dead", "warning", |it| {
        leave_mail(&it.app, "ana@people.example", some_mail(&it.app));
        it.sql("UPDATE jobs SET state = 'dead', finished_at = created_at");
    }),
    // The test's clock is months behind the machine's, by which the doctor goes.
    ("jobs.overdue", "error", |it| leave_mail(&it.app, "ana@people.example", some_mail(&it.app))),
    ("audit.sealer", "error", |it| {
        let admin = it.app.acme.admin(&it.app);
        admin.post("/projects", &serde_json::json!({"name": "Not sealed yet"})).expect(201);
    }),
];

fn set(it: &mut Setup, name: &'static str, value: &str) {
    it.variables.insert(name, value.to_owned());
}

fn keys(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.extension().is_some_and(|ending| ending == "pem")).collect()
}

fn remove_keys(folder: &Path) {
    for key in keys(folder) {
        fs::remove_file(key).expect("it is removed");
    }
}

#[track_caller]
fn each_is_found(cases: &[(&str, &str, Break)]) {
    for (number, (name, level, breaks)) in cases.iter().enumerate() {
        let mut setup = Setup::whole();
        breaks(&mut setup);
        let (findings, ended_well) = setup.examine();
        let found = findings.get(*name).unwrap_or_else(|| panic!("{number} {name}: {findings:#?}"));
        assert_eq!(found["level"], *level, "{number} {found:#}");
        for words in ["what", "why", "mend"] {
            assert!(found[words].as_str().is_some_and(|text| text.len() > 5), "{found:#}");
        }
        assert_eq!(ended_well, findings.values().all(|one| one["level"] != "error"), "{number} {name}");
    }
}

#[test]
fn what_is_wrong_with_variables_is_found_by_name() {
    each_is_found(VARIABLES);
}

#[test]
fn what_is_wrong_with_files_is_found_by_name() {
    each_is_found(FILES);
}

#[test]
fn what_is_wrong_with_backups_is_found_by_name() {
    each_is_found(BACKUPS);
}

#[test]
fn what_is_wrong_in_the_database_is_found_by_name() {
    each_is_found(ROWS);
}

#[test]
fn who_has_the_port_is_told_apart() {
    let mut setup = Setup::whole();
    let other = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = other.local_addr().expect("it has one").to_string();
    set(&mut setup, "PORTICO_LISTEN", &address);
    assert_eq!(setup.examine().0["listen.tenants"]["level"], "error");
    drop(other);
    let database = Database::create();
    let program = Program::start(&database);
    set(&mut setup, "PORTICO_LISTEN", &program.address.to_string());
    assert_eq!(setup.examine().0["listen.tenants"]["level"], "ok");
}

#[test]
fn people_are_told_what_why_and_how_to_mend_it() {
    let setup = Setup::whole();
    let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
    command.arg("doctor").env_clear().envs(&setup.variables).env("PORTICO_PUBLIC_ORIGIN", "http://x.example");
    let output = command.output().expect("it runs");
    assert!(!output.status.success());
    let said = String::from_utf8(output.stdout).expect("text");
    for words in [
        "ERROR    configuration.origin",
        "why: Links in mails",
        "mend: Begin it with https://",
        "ok       keys",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    assert!(!said.contains("postgres://"), "no address with its password is repeated");
}
