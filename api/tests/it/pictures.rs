//! Photos and the logo: who sees them, how they are kept, and what becomes of their files.

mod bucket;
mod files;

use serde_json::json;
use shared::{
    ProblemCode,
    general_data::GeneralData,
    ids::PictureId,
    session::{CurrentSession, SignInPage},
    user::User,
};
use ureq::http::Method;

use crate::{
    harness::{Actor, Client, TestApp, png, said},
    promises::catalogue::{line, lines},
};

fn session(client: &Client) -> CurrentSession {
    client.get("/session").expect(200).json()
}

/// Gives somebody a photo.
fn photo(actor: &Actor, colour: [u8; 3]) -> PictureId {
    let version = session(actor).version;
    let after: CurrentSession = actor.upload("/profile/photo", version, &png(colour)).expect(200).json();
    assert_eq!(after.version, version + 1);
    after.photo.expect("a photo")
}

fn sides(bytes: &[u8]) -> (u32, u32) {
    let image = image::load_from_memory(bytes).expect("an image");
    (image.width(), image.height())
}

#[test]
fn a_photo_is_seen_by_everybody_in_the_organization_and_by_nobody_else() {
    let app = TestApp::start();
    let (ana, other) = (app.acme.person().create(&app), app.acme.person().create(&app));
    let picture = photo(&ana, [200, 0, 0]);
    let path = format!("/pictures/{picture}");
    let large = other.get(&path).expect(200);
    let small = other.get(&format!("{path}?size=small")).expect(200);
    assert_eq!((sides(&large.bytes), sides(&small.bytes)), ((256, 256), (64, 64)));
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("cache-control", "private, max-age=31536000, immutable"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("content-disposition", "inline; filename=\"picture.jpeg\""),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(large.header(name), Some(value), "{name}");
    }
    // Whoever has it is told so in a few bytes.
    let tag = large.header("etag").expect("a tag").to_owned();
    assert_ne!(small.header("etag"), Some(tag.as_str()));
    let knows = app
        .client(&app.acme)
        .with_token(other.token().expect("signed in"))
        .with_header("if-none-match", &tag);
    let again = knows.get(&path).expect(304);
    assert_eq!((again.text.as_str(), again.header("etag")), ("", Some(tag.as_str())));
    app.client(&app.acme).get(&path).expect(401);
    app.norte.admin(&app).get(&path).expect(404);
    other.get(&format!("{path}?size=huge")).expect(422);
    // Another photo is another picture; the one before is nobody's any more.
    assert_ne!(photo(&ana, [0, 200, 0]), picture);
    other.get(&path).expect(404);
    let version = session(&ana).version;
    let gone: CurrentSession = ana.delete("/profile/photo", version).expect(200).json();
    assert_eq!((gone.photo, gone.version), (None, version + 1));
    ana.delete("/profile/photo", version + 1).expect(404);
}

#[test]
fn who_may_change_people_changes_their_photos_and_it_is_recorded() {
    let app = TestApp::start();
    let (admin, ana) = (app.acme.admin(&app), app.acme.person().create(&app));
    let path = format!("/users/{}", ana.id);
    let before: User = admin.get(&path).expect(200).json();
    let with: User =
        admin.upload(&format!("{path}/photo"), before.version, &png([1, 1, 200])).expect(200).json();
    let picture = with.photo.expect("a photo");
    assert_eq!(session(&ana).photo, Some(picture));
    admin.upload(&format!("{path}/photo"), before.version, &png([1, 1, 200])).expect(412);
    let without: User = admin.delete(&format!("{path}/photo"), with.version).expect(200).json();
    assert_eq!(User { version: before.version, updated_at: before.updated_at, ..without }, before);
    let sql = &mut app.database.superuser();
    let query = format!(
        "SELECT id::text AS line FROM audit_log WHERE entity = 'user' AND entity_id = '{}' AND action = 'updated' ORDER BY id",
        ana.id
    );
    let rows: Vec<_> = lines(sql, &query).iter().map(|id| said(sql, id.parse().expect("an id"))).collect();
    let sides: Vec<_> = rows.iter().map(|row| (&row.before["photo"], &row.after["photo"])).collect();
    assert_eq!(sides, [(&json!(null), &json!(picture)), (&json!(picture), &json!(null))]);
}

#[test]
fn the_logo_is_seen_before_anybody_signs_in_at_the_host_of_its_organization() {
    let app = TestApp::start();
    let (admin, anyone) = (app.acme.admin(&app), app.client(&app.acme));
    let page = |client: &Client| client.get("/sign-in-page").expect(200).json::<SignInPage>().logo;
    assert_eq!(page(&anyone), None);
    anyone.get("/sign-in-page/logo").expect(404);
    let data: GeneralData = admin.upload("/general-data/logo", 1, &png([0, 0, 90])).expect(200).json();
    assert_eq!((page(&anyone), data.version), (data.logo, 2));
    assert_eq!(session(&admin).settings.logo, data.logo);
    let logo = anyone.get("/sign-in-page/logo").expect(200);
    assert_eq!(logo.header("cache-control"), Some("private, no-cache"), "another one is seen at once");
    assert_eq!((logo.header("content-type"), sides(&logo.bytes)), (Some("image/png"), (48, 32)));
    let tag = logo.header("etag").expect("a tag");
    app.client(&app.acme).with_header("if-none-match", tag).get("/sign-in-page/logo").expect(304);
    app.client(&app.norte).get("/sign-in-page/logo").expect(404);
    app.shared_client().get("/sign-in-page/logo").expect(404);
    assert_eq!((page(&app.client(&app.norte)), page(&app.shared_client())), (None, None));
    // A change of something else leaves it.
    let after: GeneralData = admin.patch("/general-data", 2, &json!({"city": "Vigo"})).expect(200).json();
    assert_eq!(after.logo, data.logo);
    admin.delete("/general-data/logo", 3).expect(200);
    anyone.get("/sign-in-page/logo").expect(404);
}

#[test]
fn what_is_no_image_or_too_large_changes_nothing() {
    let app = TestApp::start();
    let ana = app.acme.person().create(&app);
    let path = "/profile/photo";
    let code = |kind: &str, file: &[u8]| {
        let answer = ana.upload_as(kind, path, 1, file);
        let problem = answer.problem();
        (answer.status, problem.code)
    };
    let image = png([1, 2, 3]);
    let mut large = image.clone();
    large.resize(8 * 1024 * 1024 + 1, 0);
    assert_eq!(code("image/png", &large), (413, ProblemCode::TooLarge));
    assert_eq!(code("application/json", &image), (415, ProblemCode::UnsupportedMediaType));
    assert_eq!(code("multipart/form-data", &image), (415, ProblemCode::UnsupportedMediaType));
    assert_eq!(code("image/svg+xml", b"<svg/>"), (415, ProblemCode::UnsupportedImage));
    // What it is called makes it none.
    assert_eq!(code("image/png", b"#!/bin/sh"), (415, ProblemCode::UnsupportedImage));
    assert_eq!(code("image/png", &image[..60]), (422, ProblemCode::BrokenImage));
    assert_eq!((session(&ana).version, session(&ana).photo), (1, None));
    assert_eq!(line(&mut app.database.superuser(), "SELECT count(*)::text AS line FROM files"), "0");
    ana.upload_as("image/png", path, 1, &image).expect(200);
}

#[test]
fn with_a_person_goes_their_photo() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let new = json!({"email": "ana@people.example", "first_name": "Ana", "last_name": "Ros"});
    let ana: User = admin.post("/users", &new).expect(201).json();
    let path = format!("/users/{}", ana.id);
    let ana: User = admin.upload(&format!("{path}/photo"), ana.version, &png([9, 9, 9])).expect(200).json();
    let picture = ana.photo.expect("a photo");
    let post = |user: &User, verb: &str| -> User {
        admin.send(Method::POST, &format!("{path}/{verb}"), Some(user.version), None).expect(200).json()
    };
    let erased = post(&post(&ana, "deactivate"), "erase");
    assert_eq!(erased.photo, None);
    admin.get(&format!("/pictures/{picture}")).expect(404);
    admin.upload(&format!("{path}/photo"), erased.version, &png([9, 9, 9])).expect(404);
    let sql = &mut app.database.superuser();
    let query = "SELECT id::text AS line FROM audit_log WHERE entity = 'erasure'";
    let entry = line(sql, query).parse().expect("an id");
    assert_eq!(said(sql, entry).after["photo"], "gone");
    assert_eq!(line(sql, "SELECT count(*)::text AS line FROM pictures"), "0");
    files::are_gone_after_two_rounds(&app);
}
