//! An installation that keeps its files in a bucket: they go from there, and the client's copy is taken from there.

use api::{
    config::FilesConfig,
    files::{Files, Waiting},
    work::Worker,
};
use chrono::TimeDelta;
use shared::console::{ClientRequestState, DeliveryLink};

use super::{Erasing, config};
use crate::harness::{S3Server, TestServer};

#[test]
fn an_erasure_empties_the_bucket_and_the_copy_is_taken_from_there() {
    let mut erasing = Erasing::start();
    let app = &erasing.scene.app;
    let (acme, norte) = (app.acme.id.to_string(), app.norte.id.to_string());
    let place = S3Server::shared().files(&format!("erased-{}", app.database.name()));
    let names = || S3Server::shared().names(&place.prefix);
    let files = FilesConfig::Bucket(place.clone());
    let open = |config: &FilesConfig| Files::open(config).expect("it opens");
    let folder = open(&FilesConfig::Folder(app.database.files()));
    let copied = open(&files).copy_from(&folder, &Waiting::alone().expect("a runtime")).expect("copied");
    assert_eq!((copied.put, copied.there), (4, 0));
    let mut config = config(app, &erasing.scene.vaults);
    config.files = files.clone();
    config.backups.as_mut().expect("it has backups").files = files.clone();
    let worker = Worker::open(&config, app.clock.clone()).expect("the worker comes in");
    let server = TestServer::with_files(&app.database, &app.clock, files);
    erasing.worker = worker;

    let request = erasing.told_to_erase();
    for wait in [0, 30, 30] {
        erasing.after(TimeDelta::seconds(wait));
    }
    let request = erasing.get(&request);
    assert_eq!(request.state, ClientRequestState::Executed, "{request:?}");
    let left = names();
    assert!(!left.iter().any(|name| name.starts_with(&acme)), "{left:?}");
    assert_eq!(left.iter().filter(|name| name.starts_with(&norte)).count(), 2, "{left:?}");
    assert_eq!(left.iter().filter(|name| name.starts_with("deliveries/packages/")).count(), 1, "{left:?}");
    let link: DeliveryLink = Erasing::step(&erasing.operations, &request, "deliver").expect(200).json();
    let path = link.path.strip_prefix("/api/v1").expect("a path of the API");
    let taken = server.client("app.portico.test").get(path).expect(200);
    let package = request.package.expect("a copy");
    assert_eq!(blake3::hash(&taken.bytes).to_hex().to_string(), package.hash);
    erasing.take_in(&taken.bytes);
    // When its time is over, it goes from there.
    erasing.after(api::ops::requests::KEPT + TimeDelta::days(1));
    assert_eq!(names().len(), 2, "{:?}", names());
}
