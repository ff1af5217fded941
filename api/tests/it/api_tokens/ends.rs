//! People hear of it when a token of theirs ends soon: once a notice, and nobody for whom it would be no news.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use serde_json::json;
use shared::{
    Menu,
    api_token::{ApiToken, CreatedApiToken},
    user::User,
};

use super::V;
use crate::{
    harness::{Actor, TestApp},
    users::act,
};

const OWN: &str = "/profile/api-tokens";

fn create(actor: &Actor, name: &str, expires_on: &str) -> ApiToken {
    let new = json!({"name": name, "expires_on": expires_on, "scopes": {"users": {"view": true}}});
    let made: CreatedApiToken = actor.post(OWN, &new).expect(201).json();
    made.token
}

/// Lets so many days pass, and the worker look each day.
fn pass(app: &TestApp, days: i64) {
    for _ in 0..days {
        app.clock.advance(TimeDelta::days(1));
        app.work_off();
    }
}

#[test]
fn each_token_is_told_of_twice_in_its_persons_language() {
    let app = TestApp::start();
    app.work_off();
    let (ada, norte) = (app.acme.admin(&app), app.norte.admin(&app));
    create(&ada, "R&D report", "2026-04-10");
    create(&norte, "Informe", "2026-04-10");
    // Made for less than the first notice: the second one is all there is to say.
    create(&ada, "For a week", "2026-03-08");
    // Revoked, and of somebody who is gone: nothing.
    let revoked = create(&ada, "Revoked", "2026-04-10");
    ada.delete(&format!("{OWN}/{}", revoked.id), 1).expect(204);
    let gone = app.acme.person().grant(Menu::Users, V).create(&app);
    create(&gone, "Of somebody gone", "2026-04-10");
    let user: User = ada.get(&format!("/users/{}", gone.id)).expect(200).json();
    act(&ada, &user, "deactivate").expect(200);

    pass(&app, 50);
    let told: Vec<(String, String)> = app
        .mails_to(&ada.email)
        .into_iter()
        .map(|mail| (mail.header("date")[0].to_owned(), mail.subject.clone()))
        .collect();
    let expected = [
        ("Fri, 06 Mar 2026 09:00:00 +0000", "Your API token “For a week” ends soon"),
        ("Sat, 28 Mar 2026 09:00:00 +0000", "Your API token “R&D report” ends soon"),
        ("Wed, 08 Apr 2026 09:00:00 +0000", "Your API token “R&D report” ends soon"),
    ];
    assert_eq!(told, expected.map(|(at, subject)| (at.to_owned(), subject.to_owned())));
    assert_eq!(app.mails().len(), 5, "and two to the other organization: {:?}", app.mails_by_address());

    let mails = app.mails_to(&ada.email);
    let last = mails.last().expect("a mail");
    assert!(last.text.contains("works until 11 April 2026, 00:00 (UTC)"), "{}", last.text);
    assert_eq!(last.link(), "/profile/api-tokens");
    assert!(
        last.html.contains("R&amp;D report") && last.html.contains("/profile/api-tokens"),
        "{}",
        last.html
    );
    let mails = app.mails_to(&norte.email);
    let [spanish, _] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(spanish.subject, "Tu token de API «Informe» caduca pronto");
    assert_eq!(spanish.header("content-language"), ["es"]);
    assert!(
        spanish.text.contains("hasta el 11 de abril de 2026, 00:00 (America/Mexico_City)"),
        "{}",
        spanish.text
    );
}

/// Between the look and the mail there may be hours: a server that is down.
#[test]
fn what_was_revoked_before_the_mail_went_is_told_to_nobody() {
    let app = TestApp::start();
    app.work_off();
    let ada = app.acme.admin(&app);
    let (kept, revoked) = (create(&ada, "Kept", "2026-03-20"), create(&ada, "Revoked", "2026-03-20"));
    app.clock.advance(TimeDelta::days(16));
    let mut worker = app.worker();
    while worker.work_one_schedule().expect("the schedules run") {}
    // Whoever looks again leaves no second mail behind, nor does a second worker.
    app.database
        .superuser()
        .batch_execute("UPDATE schedules SET due_at = TIMESTAMPTZ '2026-03-01 00:00+00'")
        .expect("all are due again");
    let mut second = app.worker();
    while second.work_one_schedule().expect("the schedules run") {}
    let ada = app.acme.admin(&app);
    ada.delete(&format!("{OWN}/{}", revoked.id), 1).expect(204);
    assert_eq!(app.work_off(), 2, "a job for each");
    let subjects: Vec<String> = app.mails().into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects, [format!("Your API token “{}” ends soon", kept.name)]);
}
