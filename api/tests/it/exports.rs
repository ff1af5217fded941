//! An organization is taken along as a file, and taken in elsewhere: all of it, and nothing of anybody else's.

use std::{collections::BTreeMap, fs, io::Read as _, path::PathBuf, process::Command};

use age::secrecy::ExposeSecret as _;
use api::{
    clock::Clock,
    config::FilesConfig,
    db::{export::NOT_EXPORTED, migrate},
    files::Files,
    ops::{
        export::{Contents, ExportedFile, Head, Reader, Writer, archive, arriving},
        rows::{RowsReader, RowsWriter, TableHead},
    },
};
use diesel::connection::SimpleConnection as _;
use serde_json::json;
use shared::{
    Menu, Operations, Page, ProblemCode,
    audit::AuditEntry,
    session::{CurrentSession, SignedLink},
};

use crate::{
    harness::{Client, Database, TestApp, png},
    promises::catalogue::{line, lines, tenant_tables},
};

/// What an export holds.
struct Opened {
    head: Head,
    rows: Vec<u8>,
    files: BTreeMap<uuid::Uuid, Vec<u8>>,
    contents: Contents,
}

fn open(bytes: &[u8]) -> Opened {
    let mut archive = archive(bytes).expect("an archive");
    let mut reader = Reader::begin(&mut archive).expect("an export");
    let (mut rows, mut files) = (Vec::new(), BTreeMap::new());
    reader.rows().read_to_end(&mut rows).expect("rows");
    let whole = |_: uuid::Uuid, content: &mut dyn std::io::Read| {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    while let Some((ExportedFile { id, .. }, bytes)) = reader.file(whole).expect("a file") {
        files.insert(id, bytes);
    }
    Opened { head: reader.head.clone(), rows, files, contents: reader.contents().expect("an end") }
}

impl Opened {
    /// The rows, without the key under which they are hashed, which is another one each time.
    fn lines(&self) -> Vec<&str> {
        let text = std::str::from_utf8(&self.rows).expect("text");
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert!(lines.len() > 50, "some rows");
        lines
    }

    /// The same export with other rows, as whoever forges one writes it.
    fn forged(&self, change: impl Fn(&str, &str) -> String) -> Vec<u8> {
        self.written(change, None)
    }

    /// The same export with a table more.
    fn forged_with(&self, table: &str, columns: &[&str]) -> Vec<u8> {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        self.written(same, Some(TableHead { table: table.to_owned(), columns }))
    }

    fn written(&self, change: impl Fn(&str, &str) -> String, more: Option<TableHead>) -> Vec<u8> {
        let mut writer = Writer::begin(Vec::new(), &self.head).expect("it begins");
        let mut reader = RowsReader::begin(self.rows.as_slice()).expect("it begins");
        let head = reader.head().clone();
        let mut stream = RowsWriter::begin(writer.rows(), head.owner, head.hash_key.0).expect("it begins");
        while let Some(table) = reader.next_table().expect("it is read") {
            let mut rows = Vec::new();
            let found = reader.rows(table.table.clone(), &mut rows).expect("rows");
            let changed = change(&table.table, std::str::from_utf8(&rows).expect("text"));
            stream
                .table(table, |out| {
                    out.write_all(changed.as_bytes())?;
                    Ok(found.rows)
                })
                .expect("it is written");
        }
        if let Some(more) = more {
            stream.table(more, |_| Ok(0)).expect("it is written");
        }
        let (pieces, tables) = stream.finish();
        pieces.end().expect("it ends");
        for (id, bytes) in &self.files {
            writer
                .file(*id, u64::try_from(bytes.len()).expect("a size"), bytes.as_slice())
                .expect("it is written");
        }
        writer.finish(tables).expect("it ends").0
    }
}

/// The rows of a table as they are.
fn same(_: &str, rows: &str) -> String {
    rows.to_owned()
}

/// Another installation, with nobody in it.
struct Elsewhere {
    database: Database,
    folder: PathBuf,
}

impl Elsewhere {
    fn empty() -> Self {
        let database = Database::empty();
        migrate::up(&database.url("portico_owner")).expect("the schema is made");
        let folder = database.files();
        Self { database, folder }
    }

    fn files(&self) -> Files {
        Files::open(&FilesConfig::Folder(self.folder.clone())).expect("a folder")
    }

    fn take_in(&self, bytes: &[u8], slug: Option<&str>) -> anyhow::Result<arriving::Arrived> {
        arriving::take_in(bytes, &self.database.url("portico_owner"), &self.files(), slug)
    }

    fn why_not(&self, bytes: &[u8]) -> String {
        format!("{:#}", self.take_in(bytes, None).expect_err("it is not taken in"))
    }

    /// `portico org …` there.
    fn org(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        command.arg("org").args(arguments).env_clear();
        command.env("PORTICO_BACKUP_DATABASE_URL", self.database.url("portico_backup"));
        command.env("PORTICO_OWNER_DATABASE_URL", self.database.url("portico_owner"));
        command.env("PORTICO_FILES_DIR", &self.folder).output().expect("it runs")
    }
}

fn photo(person: &Client, colour: [u8; 3]) {
    let session: CurrentSession = person.get("/session").expect(200).json();
    person.upload("/profile/photo", session.version, &png(colour)).expect(200);
}

/// What a company admin gets.
fn export(admin: &Client) -> Vec<u8> {
    let link: SignedLink = admin.get("/organization/export/link").expect(200).json();
    let answer = admin.get(link.href.strip_prefix("/api/v1").expect("a path of the API")).expect(200);
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"acme-export.tar.zst\""));
    answer.bytes
}

fn furnished() -> TestApp {
    let app = TestApp::start();
    for organization in [&app.acme, &app.norte] {
        let admin = organization.admin(&app);
        photo(&admin, [1, 90, 200]);
        for number in 0..20 {
            let name = format!("Canary of {} {number} \\. \"ñ\"", organization.slug);
            admin.post("/projects", &json!({"name": name})).expect(201);
        }
    }
    app
}

#[test]
fn an_organization_is_exported_and_comes_back_equal_elsewhere() {
    let app = furnished();
    let admin = app.acme.admin(&app);
    let bytes = export(&admin);
    let opened = open(&bytes);
    assert_eq!((opened.head.slug.as_str(), opened.files.len(), opened.contents.files.len()), ("acme", 2, 2));
    let text = String::from_utf8_lossy(&opened.rows).into_owned();
    assert!(
        text.contains("Canary of acme 19")
            && !text.contains("Canary of norte")
            && !text.contains("norte.example")
    );
    let hash = line(
        &mut app.database.superuser(),
        "SELECT password_hash AS line FROM users WHERE password_hash IS NOT NULL LIMIT 1",
    );
    assert!(hash.starts_with("$argon2") && !text.contains("$argon2"), "no password is taken along");

    let elsewhere = Elsewhere::empty();
    let arrived = elsewhere.take_in(&bytes, None).expect("it is taken in");
    assert_eq!((arrived.files, arrived.number), (2, None));
    // Exported there, it is the same.
    let path = elsewhere.folder.with_extension("export");
    let output = elsewhere.org(&["export", "acme", "--to", path.to_str().expect("text")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let again = open(&fs::read(&path).expect("it is read"));
    fs::remove_file(&path).expect("it is removed");
    assert_eq!(again.files, opened.files);
    assert!(again.lines() == opened.lines(), "not the same rows");
    assert_eq!(Head { taken_at: opened.head.taken_at, ..again.head }, opened.head);
    // What triggers keep is there too: somebody is found by e-mail.
    let sql = &mut elsewhere.database.superuser();
    let users = line(sql, "SELECT count(*)::text AS line FROM users");
    assert_eq!(line(sql, "SELECT count(*)::text AS line FROM account_lookups"), users);
    assert_ne!(users, "0");
    // It is used there: rows are written and read under the policy.
    sql.batch_execute("UPDATE projects SET version = version + 1").expect("it takes changes");

    // Who has taken it along is said to those who may read the audit log.
    let taken = admin.get("/audit-log?entity=export").expect(200).json::<Page<AuditEntry>>().items;
    let taken: Vec<_> = taken.iter().map(|row| (row.label.as_deref(), row.user.is_some())).collect();
    assert_eq!(taken, [(Some("organization"), true)]);

    // A second time it is there already, and nothing is changed.
    assert!(elsewhere.why_not(&export(&admin)).contains("is in the target already"));
}

#[test]
fn somebody_elses_words_are_not_taken_and_nobody_elses_rows_come_along() {
    let app = furnished();
    let bytes = export(&app.acme.admin(&app));
    let opened = open(&bytes);
    // Where the number is taken, another one is given; where the word is, another one has to be said.
    let elsewhere = Elsewhere::empty();
    let sql = &mut elsewhere.database.superuser();
    let taken = |slug: &str| {
        format!(
            "INSERT INTO organizations (id, number, short_id, slug, name, state, created_at)
             VALUES (gen_random_uuid(), {}, 'zzzzzz99', '{slug}', 'Other', 'active', '2026-01-01')",
            opened.head.number
        )
    };
    sql.batch_execute(&taken("acme")).expect("somebody is there");
    assert!(elsewhere.why_not(&bytes).contains("say another word with --slug"));
    let there = "SELECT count(*)::text AS line FROM organizations";
    assert_eq!(line(sql, there), "1", "nothing was changed");
    let arrived = elsewhere.take_in(&bytes, Some("acme-too")).expect("it is taken in");
    assert!(arrived.number.is_some_and(|number| number != opened.head.number) && arrived.slug == "acme-too");

    // Rows that claim to be another organization's, or to name somebody who did not come.
    let elsewhere = Elsewhere::empty();
    let other = Clock::system().new_id().to_string();
    let acme = app.acme.id.to_string();
    let is_project = |rows: &str| rows.contains("Canary of acme");
    let foreign =
        |_: &str, rows: &str| if is_project(rows) { rows.replace(&acme, &other) } else { rows.to_owned() };
    let said = elsewhere.why_not(&opened.forged(foreign));
    assert!(said.contains("row-level security policy"), "{said}");
    let admin = line(&mut app.database.superuser(), "SELECT created_by::text AS line FROM projects LIMIT 1");
    let stray =
        |_: &str, rows: &str| if is_project(rows) { rows.replace(&admin, &other) } else { rows.to_owned() };
    let said = elsewhere.why_not(&opened.forged(stray));
    assert!(said.contains("names something that has not arrived"), "{said}");
    // Passwords, and tables that are not an organization's to bring along.
    let hash = "$argon2id$v=19$m=4194304,t=9,p=1$c29tZXNhbHQ$c29tZWhhc2g";
    let with_password = |table: &str, rows: &str| {
        if table == "users" { rows.replacen("\\N", hash, 1) } else { rows.to_owned() }
    };
    let said = elsewhere.why_not(&opened.forged(with_password));
    assert!(said.contains("passwords are in it"), "{said}");
    let domains = elsewhere
        .why_not(&opened.forged_with("organization_domains", &["host", "organization_id", "created_at"]));
    assert!(domains.contains("organization_domains is not what comes next"), "{domains}");
    // Cut off, changed, of another schema, without a file.
    for length in [0, 10, bytes.len() / 2, bytes.len() - 1] {
        elsewhere.why_not(&bytes[..length]);
    }
    let fewer = Opened { files: opened.files.clone().into_iter().skip(1).collect(), ..open(&bytes) };
    assert!(elsewhere.why_not(&fewer.forged(same)).contains("is not in it"));
    let mut of_later = open(&bytes);
    of_later.head.schema.push("20991231000000".to_owned());
    assert!(elsewhere.why_not(&of_later.forged(same)).contains("bring both to the same version"));
    let sql = &mut elsewhere.database.superuser();
    assert_eq!(line(sql, there), "0");
    assert_eq!(lines(sql, "SELECT id::text AS line FROM projects"), Vec::<String>::new());
    elsewhere.take_in(&opened.forged(same), None).expect("unchanged, it is taken in");
}

#[test]
fn only_a_company_admin_who_shows_the_password_takes_it_along() {
    let app = furnished();
    let everything = [(Menu::Users, Operations::ALL), (Menu::RoleDefinition, Operations::ALL)];
    let person = everything.iter().fold(app.acme.person(), |person, (menu, all)| person.grant(*menu, *all));
    let person = person.create(&app);
    for path in ["/organization/export/link", "/organization/export"] {
        assert_eq!(person.get(path).expect(403).problem().code, ProblemCode::Forbidden, "{path}");
    }
    let admin = app.acme.admin(&app).unconfirmed(&app);
    assert_eq!(
        admin.get("/organization/export/link").expect(403).problem().code,
        ProblemCode::ConfirmationRequired
    );
    let token = app.acme.admin(&app).api_token_for_everything(&app);
    assert_eq!(token.get("/organization/export").status, 403);
    // One at a time: whoever comes meanwhile is told so, and others work on.
    let admin = app.acme.admin(&app);
    let held = std::sync::Arc::clone(&app.server.site.exports).try_acquire_owned().expect("nobody exports");
    assert_eq!(admin.get("/organization/export").expect(503).problem().code, ProblemCode::Busy);
    admin.get("/projects").expect(200);
    drop(held);
    open(&export(&admin));
}

#[test]
fn every_table_of_an_organization_is_exported_or_said_not_to_be() {
    let app = furnished();
    let opened = open(&export(&app.acme.admin(&app)));
    let mut known: Vec<String> = opened.contents.tables.iter().map(|table| table.table.clone()).collect();
    known.extend(NOT_EXPORTED.iter().map(|(name, _)| (*name).to_owned()));
    known.sort();
    let mut tables = tenant_tables(&mut app.database.superuser());
    tables.sort();
    assert_eq!(known, tables);
}

#[test]
fn an_export_for_somebody_is_read_by_nobody_else() {
    let app = furnished();
    let here = Elsewhere { folder: app.database.files(), database: Database::empty() };
    let identity = age::x25519::Identity::generate();
    let file = app.database.files().with_extension("age");
    let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
    command
        .args(["org", "export", "acme", "--recipient", &identity.to_public().to_string(), "--to"])
        .arg(&file);
    command.env_clear().env("PORTICO_BACKUP_DATABASE_URL", app.database.url("portico_backup"));
    let output = command.env("PORTICO_FILES_DIR", &here.folder).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let bytes = fs::read(&file).expect("it is read");
    assert!(bytes.starts_with(b"age-encryption.org/v1\n"));
    let elsewhere = Elsewhere::empty();
    let key = elsewhere.folder.with_extension("identity");
    let path = file.to_str().expect("text");
    for (secret, is_taken_in) in [(age::x25519::Identity::generate(), false), (identity, true)] {
        fs::write(&key, secret.to_string().expose_secret()).expect("it is written");
        let output = elsewhere.org(&["import", path, "--identity", key.to_str().expect("text")]);
        assert_eq!(output.status.success(), is_taken_in, "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(!elsewhere.org(&["import", path]).status.success(), "nor without a key");
    fs::remove_file(&file).and_then(|()| fs::remove_file(&key)).expect("they are removed");
}
