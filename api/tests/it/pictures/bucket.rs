//! Files in a bucket instead of a folder: the same for everybody who uses them.

use std::{
    io::Read,
    process::{Command, Output},
};

use api::{
    config::{FilesConfig, MailWay, WorkConfig, backups::S3Place},
    files::{Files, Waiting},
    ops::manifest,
    work::Worker,
};
use chrono::TimeDelta;
use futures_util::StreamExt as _;
use shared::session::{CurrentSession, SignedLink};

use super::{photo, session};
use crate::{
    backups::Vaults,
    harness::{Actor, Client, MailServer, S3Server, TestApp, TestServer, free_address, png},
    promises::catalogue::line,
};

/// An installation that keeps its files in a bucket.
struct InBucket {
    app: TestApp,
    server: TestServer,
    place: S3Place,
}

impl InBucket {
    fn start() -> Self {
        let app = TestApp::start();
        let place = S3Server::shared().files(&format!("files-{}", app.database.name()));
        let server = TestServer::with_files(&app.database, &app.clock, FilesConfig::Bucket(place.clone()));
        Self { app, server, place }
    }

    /// The names of all objects there.
    fn objects(&self) -> Vec<String> {
        S3Server::shared().names(&self.place.prefix)
    }

    fn of_acme(&self) -> Vec<String> {
        let acme = format!("{}/", self.app.acme.id);
        self.objects().into_iter().filter(|name| name.starts_with(&acme)).collect()
    }

    fn config(&self) -> WorkConfig {
        WorkConfig {
            files: FilesConfig::Bucket(self.place.clone()),
            ..self.app.database.work_config(MailWay::Smtp(MailServer::shared().url()))
        }
    }

    fn work_off(&self) {
        let mut worker = Worker::open(&self.config(), self.app.clock.clone()).expect("the worker comes in");
        worker.work_off().expect("the work is done");
    }

    /// A person with a photo, and the client that has put it.
    fn with_photo(&self, colour: [u8; 3]) -> (Actor, Client) {
        let person = self.app.acme.person().create(&self.app);
        let client = person.at(&self.server);
        let after: CurrentSession = client.upload("/profile/photo", 1, &png(colour)).expect(200).json();
        assert!(after.photo.is_some());
        (person, client)
    }
}

/// `portico …` with what says where the files are.
fn program(arguments: &[&str], place: &S3Place, more: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
    command.args(arguments).env_clear();
    command.env("PORTICO_FILES_STORE", format!("s3://{}/{}", place.bucket, place.prefix));
    command.env("PORTICO_FILES_ENDPOINT", place.endpoint.as_deref().expect("an endpoint"));
    command.env("PORTICO_FILES_ACCESS_KEY_ID", &place.access_key_id);
    command.env("PORTICO_FILES_SECRET_ACCESS_KEY", &place.secret_access_key);
    command.envs(more.iter().copied()).output().expect("it runs")
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text)).concat()
}

#[test]
fn what_is_uploaded_stands_in_the_bucket_is_read_from_there_and_swept() {
    let scene = InBucket::start();
    let (_, client) = scene.with_photo([7, 7, 7]);
    assert_eq!(scene.of_acme().len(), 2);
    let picture = session(&client).photo.expect("a photo");
    let large = client.get(&format!("/pictures/{picture}")).expect(200);
    assert!(image::load_from_memory(&large.bytes).is_ok());
    client.delete("/profile/photo", 2).expect(200);
    scene.app.clock.advance(TimeDelta::hours(25));
    scene.work_off();
    scene.work_off();
    assert_eq!(scene.objects(), Vec::<String>::new());
}

#[test]
fn a_bucket_that_does_not_answer_or_lets_nobody_in_is_said_and_nothing_else_stops() {
    let scene = InBucket::start();
    let away = S3Place { endpoint: Some(format!("http://{}", free_address())), ..scene.place.clone() };
    let locked = S3Place { secret_access_key: "another".to_owned(), ..scene.place.clone() };
    for place in [away, locked] {
        let server =
            TestServer::with_files(&scene.app.database, &scene.app.clock, FilesConfig::Bucket(place));
        let client = scene.app.acme.person().create(&scene.app).at(&server);
        let refused = client.upload("/profile/photo", 1, &png([1, 2, 3])).expect(503);
        assert_eq!(refused.problem().code, shared::ProblemCode::FilesUnavailable);
        client.get("/session").expect(200);
    }
    let sql = &mut scene.app.database.superuser();
    assert_eq!(line(sql, "SELECT count(*)::text AS line FROM files"), "0");
}

#[test]
fn sets_and_exports_hold_what_stands_in_the_bucket() {
    let scene = InBucket::start();
    let (_, client) = scene.with_photo([9, 9, 9]);
    let database = &scene.app.database;
    let vaults = Vaults::new(&format!("{}-bucket", database.name()));
    let backups = api::config::backups::BackupConfig {
        files: FilesConfig::Bucket(scene.place.clone()),
        ..vaults.backup_config(database.url("portico_backup"), database.files())
    };
    let production =
        api::ops::backup::Production::open(&backups, scene.app.clock.clone()).expect("it is set up");
    let made = production.file_set().expect("a set");
    assert_eq!(made.manifest.files.len(), 2);
    let environment =
        api::ops::environment::Environment::open(&vaults.restore_config()).expect("it is set up");
    let store = environment.store(api::ops::retention::Place::Local);
    assert_eq!(manifest::sets(store, api::ops::retention::SetKind::Files).expect("a list").len(), 1);
    for file in &made.manifest.files {
        let mut bytes = Vec::new();
        environment.file(store, file, &mut bytes).expect("it is read");
        assert!(image::load_from_memory(&bytes).is_ok());
    }
    assert!(session(&client).photo.is_some());
    let admin = scene.app.acme.admin(&scene.app).at(&scene.server);
    let link: SignedLink = admin.get("/organization/export/link").expect(200).json();
    let export = admin.get(link.href.trim_start_matches("/api/v1")).expect(200);
    let mut archive = api::ops::export::archive(export.bytes.as_slice()).expect("an archive");
    let mut reader = api::ops::export::Reader::begin(&mut archive).expect("an export");
    std::io::copy(&mut reader.rows(), &mut std::io::sink()).expect("rows");
    let mut files = 0;
    let whole = |_: uuid::Uuid, content: &mut dyn Read| {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    while let Some((_, bytes)) = reader.file(whole).expect("a file") {
        assert!(image::load_from_memory(&bytes).is_ok());
        files += 1;
    }
    assert_eq!((files, reader.contents().expect("its contents").files.len()), (2, 2));
}

#[test]
fn what_stood_in_a_folder_is_copied_into_the_bucket() {
    let scene = InBucket::start();
    let ana = scene.app.acme.person().create(&scene.app);
    let picture = photo(&ana, [5, 5, 90]);
    let client = ana.at(&scene.server);
    client.get(&format!("/pictures/{picture}")).expect(503);
    let folder = scene.app.database.files();
    std::fs::write(folder.join("notes.txt"), "somebody's").expect("it is written");
    // Several parts, in order.
    let long: Vec<u8> = (0..20_u32 << 20).flat_map(u32::to_le_bytes).take(20 << 20).collect();
    let package = "0198c2a4-0000-7000-8000-000000000001".parse().expect("an id");
    let packages = folder.join("deliveries/packages");
    std::fs::create_dir_all(&packages).expect("a folder");
    std::fs::write(packages.join(format!("{package}.age")), &long).expect("it is written");
    let folder = folder.display().to_string();
    let copy = || program(&["files", "copy", &folder], &scene.place, &[]);
    let copied = copy();
    assert!(copied.status.success(), "{}", said(&copied));
    assert!(said(&copied).contains("copied     3 objects"), "{}", said(&copied));
    assert!(said(&copied).contains("left       1 that"), "{}", said(&copied));
    client.get(&format!("/pictures/{picture}")).expect(200);
    assert_eq!((scene.objects().len(), scene.of_acme().len()), (3, 2));
    let bucket = Files::open(&FilesConfig::Bucket(scene.place.clone())).expect("a bucket");
    let there = Waiting::alone().expect("a runtime").until(async {
        let pieces = bucket.delivery(package).await.expect("it is there");
        pieces.map(|piece| piece.expect("it is read").to_vec()).concat().await
    });
    assert!(there == long, "it is not the same");
    let again = copy();
    assert!(
        said(&again).contains("copied     0 objects") && said(&again).contains("3 were there"),
        "{}",
        said(&again)
    );
    assert_eq!(S3Server::shared().uploads(&scene.place.prefix), 0);
    let nowhere = program(&["files", "copy", "/nowhere/at/all"], &scene.place, &[]);
    assert!(!nowhere.status.success() && said(&nowhere).contains("no folder"), "{}", said(&nowhere));
}

#[test]
fn what_cannot_be_meant_is_refused_by_name() {
    let place = S3Server::shared().files("never-used");
    for (more, why) in [
        (("PORTICO_FILES_DIR", "/tmp/files"), "are both set"),
        (("PORTICO_FILES_STORE", "/tmp/files"), "is no bucket"),
        (("PORTICO_FILES_STORE", "s3://"), "is no address of objects"),
        (("PORTICO_FILES_STORE", ""), "is set, and PORTICO_FILES_STORE is not"),
        (("PORTICO_FILES_ENDPOINT", "http://files.example"), "for this machine alone"),
        (("PORTICO_FILES_ENDPOINT", ""), "PORTICO_FILES_REGION is not set"),
        (("PORTICO_FILES_SECRET_ACCESS_KEY", ""), "PORTICO_FILES_SECRET_ACCESS_KEY is not set"),
    ] {
        let output = program(&["files", "copy", "/tmp"], &place, &[more]);
        assert!(!output.status.success() && said(&output).contains(why), "{more:?}: {}", said(&output));
        assert!(!said(&output).contains(&place.secret_access_key), "{more:?}");
    }
}
