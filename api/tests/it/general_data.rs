//! General Data over the API.

use serde_json::json;
use shared::{
    ViolationCode,
    general_data::GeneralData,
    session::{CurrentSession, SignInPage},
    user::User,
};

use crate::{
    harness::{Actor, TestApp},
    sessions::within_a_second,
};

fn read(admin: &Actor) -> GeneralData {
    admin.get("/general-data").expect(200).json()
}

#[test]
fn general_data_is_read_and_changed() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let before = read(&admin);
    assert_eq!((before.name.as_str(), before.currency.as_str(), before.version), ("Acme Works", "EUR", 1));
    let patch = json!({"street": " 1 Main Street ", "email": "Info@Acme.example", "country": "ES",
        "time_zone": "Europe/Madrid", "first_weekday": 7, "minimum_password_length": 8, "members_see_money": true});
    let answer = admin.patch("/general-data", before.version, &patch).expect(200);
    assert_eq!(answer.header("etag"), Some("\"2\""));
    let after: GeneralData = answer.json();
    assert_eq!(after, read(&admin));
    assert_eq!((after.street.as_str(), after.email.as_str()), ("1 Main Street", "info@acme.example"));
    let session: CurrentSession = admin.get("/session").expect(200).json();
    assert_eq!(session.settings.time_zone, "Europe/Madrid");
    assert_eq!(session.settings.minimum_password_length, 8);
    let stale = admin.patch("/general-data", before.version, &json!({"city": "Lugo"})).expect(412).problem();
    assert_eq!(stale.current, Some(serde_json::to_value(&after).expect("General Data")));
    assert_eq!(read(&app.norte.admin(&app)).street, "");
}

#[test]
fn values_that_are_not_allowed_are_named() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    for (field, value, code) in [
        ("name", json!("  "), ViolationCode::Required),
        ("time_zone", json!("Europe/Atlantis"), ViolationCode::InvalidFormat),
        ("currency", json!("euro"), ViolationCode::InvalidFormat),
        ("country", json!("Spain"), ViolationCode::InvalidFormat),
        ("email", json!("nobody"), ViolationCode::InvalidFormat),
        ("minimum_password_length", json!(7), ViolationCode::OutOfRange),
        ("minimum_password_length", json!(65), ViolationCode::OutOfRange),
        ("first_weekday", json!(0), ViolationCode::OutOfRange),
        ("language", json!("fr"), ViolationCode::InvalidFormat),
        ("next_project_number", json!(1), ViolationCode::UnknownField),
    ] {
        let problem = admin.patch("/general-data", 1, &json!({ field: value })).expect(422).problem();
        let found: Vec<_> = problem.errors.iter().map(|error| (error.pointer.clone(), error.code)).collect();
        assert_eq!(found, [(format!("/{field}"), code)]);
    }
    assert_eq!(read(&admin).version, 1);
}

#[test]
fn a_new_name_is_seen_everywhere_within_a_second() {
    let app = TestApp::start();
    let second = app.second_server();
    let admin = app.acme.admin(&app);
    let there = admin.at(&second);
    let name = |client: &crate::harness::Client| -> String {
        let page: SignInPage = client.get("/sign-in-page").expect(200).json();
        page.organization.expect("the host is an organization's").name
    };
    assert_eq!(name(&there), "Acme Works");
    admin.patch("/general-data", 1, &json!({"name": "Acme & Daughters"})).expect(200);
    assert_eq!(name(&admin), "Acme & Daughters");
    within_a_second(|| name(&there) == "Acme & Daughters");
    assert_eq!(read(&app.norte.admin(&app)).name, "Norte Obras");
}

#[test]
fn new_people_get_the_organizations_language() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    admin.patch("/general-data", 1, &json!({"language": "es"})).expect(200);
    let new = json!({"email": "ana@acme.example", "first_name": "Ana", "last_name": "Pérez"});
    let ana: User = admin.post("/users", &new).expect(201).json();
    assert_eq!(ana.language.code(), "es");
}
