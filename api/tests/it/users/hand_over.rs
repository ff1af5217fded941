//! Handing over complete access.

use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types};
use serde_json::{Value, json};
use shared::{
    Menu, ProblemCode, ViolationCode, access::DenialReason, ids::UserId, session::CurrentSession, user::User,
};

use crate::harness::{Actor, Answer, TestApp};

fn hand_over(from: &Actor, to: UserId) -> Answer {
    from.post("/account/hand-over", &json!({"user_id": to}))
}

/// Somebody who can sign in, with a role.
fn heir(app: &TestApp) -> Actor {
    let heir = app.acme.person().role("Project Manager").create(app);
    give_passwords(app);
    heir
}

fn give_passwords(app: &TestApp) {
    app.database
        .superuser()
        .batch_execute(
            "UPDATE users SET password_hash = (SELECT a.password_hash FROM users a WHERE a.org_id = users.org_id
             AND a.email LIKE 'admin@%' AND a.password_hash IS NOT NULL LIMIT 1) WHERE password_hash IS NULL",
        )
        .expect("passwords are set");
}

fn session(who: &Actor) -> CurrentSession {
    who.get("/session").expect(200).json()
}

fn mails(app: &TestApp) -> Vec<(String, String)> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql_types::Jsonb)]
        payload: Value,
    }
    let rows: Vec<Row> = sql_query("SELECT payload FROM jobs WHERE kind = 'send_mail' ORDER BY id")
        .load(&mut app.database.superuser())
        .expect("the jobs");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    rows.iter()
        .map(|row| (text(&row.payload["recipient"]["id"]), text(&row.payload["mail"]["mail"])))
        .collect()
}

#[test]
fn complete_access_changes_hands_and_both_are_told() {
    let app = TestApp::start();
    let (admin, heir) = (app.acme.admin(&app), heir(&app));
    let answer = hand_over(&admin, heir.id).expect(200);
    let made: User = answer.json();
    assert!(made.company_admin && made.licence_used.is_none());
    assert_eq!(made.roles.len(), 1, "the new one keeps their roles");
    assert!(session(&heir).company_admin);
    let former = session(&admin);
    assert!(!former.company_admin && !former.permissions.contains_key(&Menu::ManageAccount));
    // Who had no role gets the one of new people, and uses its seat.
    let former: User = heir.get(&format!("/users/{}", admin.id)).expect(200).json();
    assert_eq!(former.roles.iter().map(|role| role.name.as_str()).collect::<Vec<_>>(), ["Team Member"]);
    assert_eq!(former.licence_used.as_deref(), Some("team_member"));
    let told = mails(&app);
    assert!(told.contains(&(heir.id.to_string(), "company_admin_received".to_owned())), "{told:?}");
    assert!(told.contains(&(admin.id.to_string(), "company_admin_handed_over".to_owned())), "{told:?}");
    // It is gone for good: only the new one can give it back.
    let denial = hand_over(&admin, heir.id).expect(403).problem().denial.expect("the reason");
    assert_eq!(denial.reason, DenialReason::CompanyAdminOnly);
    hand_over(&heir, admin.id).expect(200);
    assert!(session(&admin).company_admin);
}

#[test]
fn only_who_can_sign_in_can_take_over() {
    let app = TestApp::start();
    let (admin, good, deactivated) = (app.acme.admin(&app), heir(&app), heir(&app));
    let person = |more: Value| -> UserId {
        let mut new = json!({"email": format!("{}@acme.example", app.clock.new_id()), "first_name": "Eva", "last_name": "Ruiz"});
        new.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        admin.post("/users", &new).expect(201).json::<User>().id
    };
    let without_password = person(json!({}));
    let no_login = person(json!({"no_login": true}));
    app.database
        .superuser()
        .batch_execute(&format!("UPDATE users SET active = false WHERE id = '{}'", deactivated.id))
        .expect("deactivated");
    for (to, code) in [
        (without_password, ViolationCode::CannotTakeOver),
        (no_login, ViolationCode::CannotTakeOver),
        (deactivated.id, ViolationCode::CannotTakeOver),
        (admin.id, ViolationCode::CannotTakeOver),
        (app.norte.admin(&app).id, ViolationCode::NotFound),
    ] {
        let errors = hand_over(&admin, to).expect(422).problem().errors;
        assert_eq!((errors[0].pointer.as_str(), errors[0].code), ("/user_id", code));
    }
    assert!(session(&admin).company_admin);
    hand_over(&admin, good.id).expect(200);
}

#[test]
fn without_a_seat_for_the_former_admin_nothing_changes_hands() {
    let app = TestApp::start();
    let (admin, heir) = (app.acme.admin(&app), heir(&app));
    app.database
        .superuser()
        .batch_execute("UPDATE licences SET seats = 0 WHERE licence_type = 'team_member'")
        .expect("no seats are left");
    let problem = hand_over(&admin, heir.id).expect(409).problem();
    assert_eq!(problem.code, ProblemCode::NoSeatFree);
    let seats = problem.seats.expect("the figures");
    assert_eq!((seats.licence_type.as_str(), seats.used, seats.held), ("team_member", 0, Some(0)));
    assert!(session(&admin).company_admin && !session(&heir).company_admin);
    assert!(mails(&app).is_empty());
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = sql_types::BigInt)]
    admins: i64,
}

#[test]
fn of_two_who_hand_over_at_one_moment_one_admin_remains() {
    let app = TestApp::start();
    for round in 0..8 {
        let admins =
            [app.acme.person().company_admin().create(&app), app.acme.person().company_admin().create(&app)];
        // Nobody else is one.
        let others = format!(
            "UPDATE users SET company_admin = false WHERE id NOT IN ('{}', '{}')",
            admins[0].id, admins[1].id
        );
        app.database.superuser().batch_execute(&others).expect("nobody else is one");
        let heirs = [heir(&app), heir(&app)];
        app.server.site.db.access().forget_all();
        // Crosswise, twice each: to each other, and the same person to two.
        let attempts =
            [(0, admins[1].id), (1, admins[0].id), (0, heirs[0].id), (1, heirs[1].id), (0, heirs[1].id)];
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let admins = &admins;
            let threads: Vec<_> = attempts
                .iter()
                .map(|(from, to)| scope.spawn(move || hand_over(&admins[*from], *to).status))
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
        });
        assert!(
            statuses.iter().all(|status| matches!(status, 200 | 403 | 401)),
            "round {round}: {statuses:?}"
        );
        assert!(statuses.contains(&200), "round {round}: {statuses:?}");
        let query = format!(
            "SELECT count(*) AS admins FROM users WHERE company_admin AND active AND NOT no_login AND org_id = '{}'",
            app.acme.id
        );
        let row: Counted = sql_query(query).get_result(&mut app.database.superuser()).expect("a count");
        assert!((1..=2).contains(&row.admins), "round {round}: {} admins after {statuses:?}", row.admins);
    }
}
