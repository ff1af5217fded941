//! Invitations: the seat that one keeps, the link, and who comes in by it.

use chrono::TimeDelta;
use diesel::{RunQueryDsl, sql_query, sql_types};
use serde_json::{Value, json};
use shared::{
    Menu, Operations, ProblemCode,
    invitation::{Invitation, InvitationPage},
    licence::LicenceConsumption,
    problem::Seats,
    role::Role,
    session::{AccessToken, CurrentSession},
    user::{
        User,
        many::{ManyUsers, UserImport},
    },
};
use ureq::http::Method;

use crate::{
    harness::{Actor, Answer, Client, TestApp},
    recovery::mails,
    roles::role,
};

const PASSWORD: &str = "siete barcos junto al faro";

fn invite(actor: &Actor, email: &str) -> Answer {
    actor.post("/invitations", &json!({"email": email}))
}

fn accept(client: &Client, token: &str) -> Answer {
    let form = json!({"token": token, "first_name": " Nia ", "last_name": "Nueva", "language": "es", "password": PASSWORD});
    client.post("/session/invitation", &form)
}

fn check(client: &Client, token: &str) -> Answer {
    client.post("/invitations/check", &json!({"token": token}))
}

fn resend(actor: &Actor, invitation: &Invitation) -> Answer {
    let path = format!("/invitations/{}/resend", invitation.id);
    actor.send(Method::POST, &path, Some(invitation.version), None)
}

fn revoke(actor: &Actor, invitation: &Invitation) -> Answer {
    actor.delete(&format!("/invitations/{}", invitation.id), invitation.version)
}

/// The token of the newest mail that invites.
fn newest_token(app: &TestApp) -> String {
    mails(app, "invitation").last().expect("a mail").token()
}

fn hold(app: &TestApp, seats: i32) {
    sql_query("UPDATE licences SET seats = $2 WHERE org_id = $1 AND licence_type = 'team_member'")
        .bind::<sql_types::Uuid, _>(app.acme.id.0)
        .bind::<sql_types::Integer, _>(seats)
        .execute(&mut app.database.superuser())
        .expect("the licence is changed");
}

/// The team members' seats: used and kept.
fn seats(admin: &Actor) -> (i64, i64) {
    let all: Vec<LicenceConsumption> = admin.get("/licence-consumption").expect(200).json();
    let one = all.into_iter().find(|one| one.licence_type == "team_member").expect("it is there");
    (one.used, one.reserved)
}

#[track_caller]
fn no_seat(answer: Answer, used: i64, held: i64) {
    let problem = answer.expect(409).problem();
    assert_eq!(problem.code, ProblemCode::NoSeatFree);
    let expected = Seats { licence_type: "team_member".to_owned(), used, held: Some(held) };
    assert_eq!(problem.seats, Some(expected));
}

#[test]
fn who_is_invited_comes_in_and_the_inviter_is_told() {
    let app = TestApp::start();
    let clerk = app.acme.person().grant(Menu::Users, Operations::ALL).create(&app);
    let invitation: Invitation = invite(&clerk, " Nia@People.example ").expect(201).json();
    assert_eq!((invitation.email.as_str(), invitation.expired), ("nia@people.example", false));
    assert_eq!(invitation.expires_at - app.clock.now(), TimeDelta::days(7));
    assert_eq!(invitation.invited_by.as_ref().map(|person| person.id), Some(clerk.id));
    let sent = mails(&app, "invitation");
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].recipient, json!({"to": "address", "email": "nia@people.example", "language": "en"}));
    assert!(sent[0].mail["path"].as_str().is_some_and(|path| path.starts_with("/accept-invitation#")));

    let (client, token) = (app.client(&app.acme), sent[0].token());
    let page: InvitationPage = check(&client, &token).expect(200).json();
    assert_eq!((page.email.as_str(), page.organization.slug.as_str()), ("nia@people.example", "acme"));
    assert!(page.invited_by.is_some_and(|name| name.starts_with("Pat ")));
    let link = json!({"token": token, "first_name": "Nia", "last_name": "https://evil.example", "language": "es",
        "password": PASSWORD});
    let problem = client.post("/session/invitation", &link).expect(422).problem();
    assert_eq!(problem.errors[0].pointer, "/last_name");
    let weak =
        json!({"token": token, "first_name": "Nia", "last_name": "N", "language": "es", "password": "gato"});
    let problem = client.post("/session/invitation", &weak).expect(422).problem();
    assert_eq!(problem.errors[0].pointer, "/password");

    let signed_in: AccessToken = accept(&client, &token).expect(200).json();
    let refreshed = client.post("/session/refresh", &json!({}));
    refreshed.expect(200);
    let me = client.with_token(&signed_in.access_token);
    let session: CurrentSession = me.get("/session").expect(200).json();
    assert_eq!((session.first_name.as_str(), session.language.code()), ("Nia", "es"));
    let admin = app.acme.admin(&app);
    let user: User = admin.get(&format!("/users/{}", session.user)).expect(200).json();
    assert_eq!(user.roles.iter().map(|role| role.name.as_str()).collect::<Vec<_>>(), ["Team Member"]);
    assert_eq!(user.licence_used.as_deref(), Some("team_member"));

    let told = mails(&app, "invitation_accepted");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].recipient, json!({"to": "person", "id": clerk.id}));
    assert_eq!(told[0].mail["email"], json!("nia@people.example"));
    assert_eq!(clerk.get("/invitations").expect(200).json::<Vec<Invitation>>(), []);
    let again = app.client(&app.acme);
    for answer in [check(&again, &token), accept(&again, &token)] {
        assert_eq!(answer.expect(410).problem().code, ProblemCode::LinkUsed);
    }
    let sign_in = json!({"email": "nia@people.example", "password": PASSWORD});
    app.client(&app.acme).post("/session", &sign_in).expect(200);
}

#[test]
fn an_invitation_keeps_a_seat_until_it_is_used_taken_back_or_over() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    hold(&app, 2);
    let one: Invitation = invite(&admin, "one@people.example").expect(201).json();
    let two: Invitation = invite(&admin, "two@people.example").expect(201).json();
    let token_of_two = newest_token(&app);
    assert_eq!(seats(&admin), (0, 2));
    no_seat(invite(&admin, "three@people.example"), 2, 2);
    assert_eq!(mails(&app, "invitation").len(), 2, "what is refused sends nothing");
    let new = json!({"email": "four@people.example", "first_name": "Four", "last_name": "Sample"});
    no_seat(admin.post("/users", &new), 2, 2);

    revoke(&admin, &one).expect(204);
    assert_eq!(seats(&admin), (0, 1));
    let three: Invitation = invite(&admin, "three@people.example").expect(201).json();
    accept(&app.client(&app.acme), &token_of_two).expect(200);
    assert_eq!(seats(&admin), (1, 1));
    no_seat(invite(&admin, "five@people.example"), 2, 2);

    app.clock.advance(TimeDelta::days(7));
    let admin = app.acme.admin(&app);
    assert_eq!(seats(&admin), (1, 0));
    let listed: Vec<Invitation> = admin.get("/invitations").expect(200).json();
    assert_eq!(listed.iter().map(|one| (one.id, one.expired)).collect::<Vec<_>>(), [(three.id, true)]);
    assert_eq!(
        check(&app.client(&app.acme), &newest_token(&app)).expect(410).problem().code,
        ProblemCode::LinkExpired
    );
    // Another person has taken the seat: sending again would keep one that is not there.
    admin.post("/users", &new).expect(201);
    no_seat(resend(&admin, &three), 2, 2);
    hold(&app, 3);
    resend(&admin, &three).expect(200);
    assert_eq!(seats(&admin), (2, 1));
    check(&app.client(&app.acme), &newest_token(&app)).expect(200);
    assert_eq!(two.version, 1);
}

#[test]
fn what_is_sent_again_has_a_new_link_and_what_is_taken_back_none() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let invitation: Invitation = invite(&admin, "nia@people.example").expect(201).json();
    let first = newest_token(&app);
    // Once is enough.
    let problem = invite(&admin, "NIA@people.example").expect(422).problem();
    assert_eq!(problem.errors[0].pointer, "/email");
    let sent: Invitation = resend(&admin, &invitation).expect(200).json();
    let second = newest_token(&app);
    let client = app.client(&app.acme);
    check(&client, &first).expect(404);
    check(&client, &second).expect(200);
    // Another organization's host leads nowhere.
    check(&app.client(&app.norte), &second).expect(404);
    check(&app.shared_client(), &second).expect(200);
    revoke(&admin, &sent).expect(204);
    for answer in [check(&client, &second), accept(&client, &second)] {
        assert_eq!(answer.expect(410).problem().code, ProblemCode::LinkVoid);
    }
    invite(&admin, "nia@people.example").expect(201);
}

#[test]
fn nobody_is_flooded_with_invitations() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let again = |answer: Answer| {
        let problem = answer.expect(429).problem();
        assert_eq!(problem.code, ProblemCode::TooManyAttempts);
        problem.retry_after_seconds.expect("it says when")
    };
    let mut invitation: Invitation = invite(&admin, "nia@people.example").expect(201).json();
    invitation = resend(&admin, &invitation).expect(200).json();
    assert_eq!(again(resend(&admin, &invitation)), 300);
    app.clock.advance(TimeDelta::seconds(299));
    assert_eq!(again(resend(&admin, &invitation)), 1);
    // Taken back and made anew it is the same mail to the same person: some are free, and then each one waits longer.
    let make_anew = |invitation: &Invitation| {
        revoke(&admin, invitation).expect(204);
        invite(&admin, "nia@people.example")
    };
    for _ in 0..3 {
        invitation = make_anew(&invitation).expect(201).json();
    }
    invitation = make_anew(&invitation).expect(201).json();
    let sent = mails(&app, "invitation").len();
    assert_eq!(sent, 6);
    assert_eq!(again(make_anew(&invitation)), 1);
    assert_eq!(mails(&app, "invitation").len(), sent, "what is refused sends nothing");
    // Others are invited all the same, and this organization's mails are not counted as another's.
    invite(&admin, "pia@people.example").expect(201);
    invite(&app.norte.admin(&app), "nia@people.example").expect(201);
    app.clock.advance(TimeDelta::seconds(1));
    let invitation: Invitation = invite(&admin, "nia@people.example").expect(201).json();
    // The first time that it is sent again needs no wait of its own, but this person's mails do.
    assert_eq!(again(resend(&admin, &invitation)), 2);
}

#[test]
fn an_invitation_is_sent_again_ten_times_in_all() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let mut invitation: Invitation = invite(&admin, "nia@people.example").expect(201).json();
    let mut days = 0;
    let refused = loop {
        // A day forgives what the address was sent.
        app.clock.advance(TimeDelta::hours(12));
        let admin = app.acme.admin(&app);
        let answer = resend(&admin, &invitation);
        if answer.status != 200 {
            break answer;
        }
        invitation = answer.json();
        days += 1;
    };
    assert_eq!(days, 10);
    assert_eq!(refused.expect(409).problem().code, ProblemCode::Conflict);
    assert_eq!(mails(&app, "invitation").len(), 11);
}

#[test]
fn who_is_here_already_is_not_invited_and_who_comes_otherwise_no_more() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let problem = invite(&admin, &admin.email).expect(422).problem();
    assert_eq!(problem.errors[0].pointer, "/email");
    // Whether somebody is elsewhere is not told.
    invite(&admin, "admin@norte.example").expect(201);
    invite(&admin, "nia@people.example").expect(201);
    let token = newest_token(&app);
    let new = json!({"email": "nia@people.example", "first_name": "Nia", "last_name": "Sample"});
    admin.post("/users", &new).expect(201);
    assert_eq!(check(&app.client(&app.acme), &token).expect(410).problem().code, ProblemCode::LinkVoid);
    assert_eq!(seats(&admin), (1, 1));
    invite(&admin, "pia@people.example").expect(201);
    let change = json!({"email": "pia@people.example"});
    admin.patch(&format!("/users/{}", admin.id), 1, &change).expect(200);
    assert_eq!(
        check(&app.client(&app.acme), &newest_token(&app)).expect(410).problem().code,
        ProblemCode::LinkVoid
    );
}

/// Who comes in a file is there, too: the seat that was kept is theirs, also where there is no other.
#[test]
fn who_is_imported_is_not_invited_any_more() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    hold(&app, 2);
    invite(&admin, "one@people.example").expect(201);
    let token_of_one = newest_token(&app);
    invite(&admin, "two@people.example").expect(201);
    let token_of_two = newest_token(&app);
    let import = |dry_run: bool, more: &str| {
        let file = format!("email,first_name,last_name\nONE@people.example,One,Sample\n{more}");
        let body = serde_json::to_value(UserImport::of(file.as_bytes(), dry_run)).expect("a body");
        admin.post("/users/import", &body)
    };
    let too_many = "three@people.example,Three,Sample\n";
    let looked: ManyUsers = import(true, too_many).expect(200).json();
    let expected = Seats { licence_type: "team_member".to_owned(), used: 2, held: Some(2) };
    assert_eq!(looked.seats, Some(expected));
    no_seat(import(false, too_many), 2, 2);
    check(&app.client(&app.acme), &token_of_one).expect(200);

    let looked: ManyUsers = import(true, "").expect(200).json();
    assert_eq!((looked.created, looked.refused, &looked.seats), (1, 0, &None), "{looked:?}");
    check(&app.client(&app.acme), &token_of_one).expect(200);
    let done: ManyUsers = import(false, "").expect(200).json();
    assert!(done.applied && done.created == 1);
    assert_eq!(seats(&admin), (1, 1));
    for answer in
        [check(&app.client(&app.acme), &token_of_one), accept(&app.client(&app.acme), &token_of_one)]
    {
        assert_eq!(answer.expect(410).problem().code, ProblemCode::LinkVoid);
    }
    // The other one waits as before.
    accept(&app.client(&app.acme), &token_of_two).expect(200);
    assert_eq!(seats(&admin), (2, 0));
}

#[test]
fn of_acceptances_at_one_moment_one_works() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    invite(&admin, "nia@people.example").expect(201);
    let token = newest_token(&app);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let guests: Vec<_> =
            (0..8).map(|_| scope.spawn(|| accept(&app.client(&app.acme), &token).status)).collect();
        guests.into_iter().map(|guest| guest.join().expect("a status")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 410).count(), 7, "{statuses:?}");
    assert_eq!(seats(&admin), (1, 0));
    assert_eq!(mails(&app, "invitation_accepted").len(), 1);
}

#[test]
fn invitations_and_people_at_one_moment_never_overrun_the_seats() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    hold(&app, 10);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let admin = &admin;
        let all: Vec<_> = (0..40)
            .map(|number| {
                scope.spawn(move || {
                    let email = format!("p{number}@people.example");
                    if number % 2 == 0 {
                        return invite(admin, &email).status;
                    }
                    let new = json!({"email": email, "first_name": "Pat", "last_name": "Sample"});
                    admin.post("/users", &new).status
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().expect("a status")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 10, "{statuses:?}");
    let (used, reserved) = seats(&admin);
    assert_eq!(used + reserved, 10);
}

#[test]
fn invitations_can_be_switched_off() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let invitation: Invitation = invite(&admin, "nia@people.example").expect(201).json();
    let token = newest_token(&app);
    admin.patch("/general-data", 1, &json!({"invitations": false})).expect(200);
    let session: CurrentSession = admin.get("/session").expect(200).json();
    assert!(!session.settings.invitations);
    let client = app.client(&app.acme);
    for answer in [
        invite(&admin, "pia@people.example"),
        resend(&admin, &invitation),
        check(&client, &token),
        accept(&client, &token),
    ] {
        assert_eq!(answer.expect(409).problem().code, ProblemCode::InvitationsOff);
    }
    // What waits may still be taken back, and works again where it is not.
    admin.patch("/general-data", 2, &json!({"invitations": true})).expect(200);
    accept(&client, &token).expect(200);
}

#[test]
fn kept_seats_follow_the_role_that_new_users_get() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    invite(&admin, "nia@people.example").expect(201);
    let guest: Role = role(&admin, "Project Guest");
    let default = json!({"default_for_new_users": true});
    sql_query("UPDATE licences SET seats = 0 WHERE licence_type = 'project_guest'")
        .execute(&mut app.database.superuser())
        .expect("the licence is changed");
    let path = format!("/roles/{}", guest.id);
    let problem = admin.patch(&path, guest.version, &default).expect(409).problem();
    assert_eq!(problem.code, ProblemCode::NoSeatFree);
    sql_query("UPDATE licences SET seats = 1 WHERE licence_type = 'project_guest'")
        .execute(&mut app.database.superuser())
        .expect("the licence is changed");
    admin.patch(&path, guest.version, &default).expect(200);
    let all: Vec<Value> = admin.get("/licence-consumption").expect(200).json();
    let kept = |key: &str| {
        all.iter().find(|one| one["licence_type"] == key).expect("it is there")["reserved"].clone()
    };
    assert_eq!((kept("project_guest"), kept("team_member")), (json!(1), json!(0)));
}

#[test]
fn nobody_invites_into_administration_that_they_do_not_hold() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let full: Role = role(&admin, "Full Access");
    admin
        .patch(&format!("/roles/{}", full.id), full.version, &json!({"default_for_new_users": true}))
        .expect(200);
    let clerk = app.acme.person().grant(Menu::Users, Operations::ALL).create(&app);
    invite(&clerk, "nia@people.example").expect(403);
    invite(&admin, "nia@people.example").expect(201);
}
