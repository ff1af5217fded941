//! Operators are made and changed by security, and whatever is done stands in the book.

use serde_json::json;
use shared::{
    Page, ProblemCode, ViolationCode,
    console::{BookActor, BookEntry, CreatedOperator, Operator, Team},
};

use crate::harness::{Client, TestConsole, at, registry};

fn find(client: &Client, email: &str) -> Operator {
    let page: Page<Operator> = client.get(&at("/operators")).expect(200).json();
    page.items.into_iter().find(|one| one.email == email).expect("they are listed")
}

fn book(client: &Client) -> Vec<BookEntry> {
    client.get(&at("/operations-book?limit=500")).expect(200).json::<Page<BookEntry>>().items
}

#[test]
fn an_operator_is_changed_by_version_and_never_by_themself() {
    let console = TestConsole::start();
    let security = console.enter("security@ops.example", &[Team::Security]);
    let support = console.operator("support@ops.example", &[Team::Support]);
    let session = console.signed_in(&support);
    let of = find(&security, "support@ops.example");
    let path = at(&format!("/operators/{}", of.id));
    let body = json!({"teams": ["security", "systems"], "name": "Eva"});
    assert_eq!(
        security.patch(&path, of.version + 1, &body).expect(412).problem().code,
        ProblemCode::StaleVersion
    );
    assert_eq!(
        security.send(ureq::http::Method::PATCH, &path, None, Some(b"{}".to_vec())).problem().code,
        ProblemCode::VersionRequired
    );
    assert_eq!(session.get(&at("/operators")).status, 403);
    let changed: Operator = security.patch(&path, of.version, &body).expect(200).json();
    assert_eq!(changed.teams, [Team::Systems, Team::Security]);
    // What was given counts with the next request, in the same session.
    assert_eq!(session.get(&at("/operators")).status, 200);
    let problem =
        session.patch(&path, changed.version, &json!({"teams": ["security"]})).expect(409).problem();
    assert_eq!(problem.code, ProblemCode::Conflict);
    assert_eq!(session.patch(&path, changed.version, &json!({"active": false})).status, 409);
    assert_eq!(session.post(&format!("{path}/reset"), &json!({})).status, 409);
    let renamed: Operator =
        session.patch(&path, changed.version, &json!({"name": "Eva M"})).expect(200).json();
    security.patch(&path, renamed.version, &json!({"active": false})).expect(200);
    assert_eq!(session.get(&at("/operators")).status, 401, "deactivated: at once");
}

#[test]
fn e_mails_are_unique_and_teams_known() {
    let console = TestConsole::start();
    let security = console.enter("security@ops.example", &[Team::Security]);
    let create = |email: &str, teams: &[&str]| {
        security.post(&at("/operators"), &json!({"email": email, "name": "Eva", "teams": teams}))
    };
    create("eva@ops.example", &["support"]).expect(201);
    let problem = create("EVA@ops.example", &["support"]).expect(422).problem();
    assert_eq!(problem.errors[0].code, ViolationCode::NotUnique);
    for teams in [&[][..], &["support", "support"], &["everybody"]] {
        assert_eq!(create("ivo@ops.example", teams).status, 422, "{teams:?}");
    }
    let path = at("/operators/019a0c00-0000-7000-8000-000000000099");
    assert_eq!(security.patch(&path, 1, &json!({})).status, 404);
}

#[test]
fn lists_come_page_by_page() {
    let console = TestConsole::start();
    let security = console.enter("a@ops.example", &[Team::Security]);
    for name in ["b", "c", "d", "e"] {
        let body = json!({"email": format!("{name}@ops.example"), "name": name, "teams": ["support"]});
        security.post(&at("/operators"), &body).expect(201);
    }
    let (mut emails, mut next) = (Vec::new(), String::new());
    loop {
        let page: Page<Operator> =
            security.get(&at(&format!("/operators?limit=2&after={next}"))).expect(200).json();
        emails.extend(page.items.into_iter().map(|one| one.email));
        let Some(after) = page.next else { break };
        next = after;
    }
    assert_eq!(emails, ["a", "b", "c", "d", "e"].map(|name| format!("{name}@ops.example")));
    let (mut places, mut next) = (Vec::new(), String::new());
    loop {
        let page: Page<BookEntry> =
            security.get(&at(&format!("/operations-book?limit=2&after={next}"))).expect(200).json();
        places.extend(page.items.into_iter().map(|one| one.place));
        let Some(after) = page.next else { break };
        next = after;
    }
    assert_eq!(places, [6, 5, 4, 3, 2, 1]);
    for query in ["limit=0", "after=x", "outcome=maybe", "colour=red"] {
        assert_eq!(security.get(&at(&format!("/operations-book?{query}"))).status, 422, "{query}");
    }
}

#[test]
fn whatever_is_done_stands_in_the_book_with_who_and_as_what() {
    let console = TestConsole::start();
    let security = console.enter("security@ops.example", &[Team::Operations, Team::Security]);
    let body = json!({"email": "eva@ops.example", "name": "Eva", "teams": ["support"]});
    let created: CreatedOperator = security.post(&at("/operators"), &body).expect(201).json();
    let path = at(&format!("/operators/{}", created.operator.id));
    security.patch(&path, created.operator.version, &json!({"teams": ["systems"]})).expect(200);
    security.post(&format!("{path}/reset"), &json!({})).expect(200);
    registry(&console.database, &console.clock).deactivate("eva@ops.example").expect("at the shell");
    // What was refused has changed nothing, and is no row.
    security.post(&at("/operators"), &body).expect(422);
    let told: Vec<_> =
        book(&security).into_iter().rev().map(|one| (one.action, one.subject, one.actor, one.team)).collect();
    let (eva, me) = ("eva@ops.example".to_owned(), "security@ops.example".to_owned());
    let (shell, operator, team) = (BookActor::Shell, BookActor::Operator, Some(Team::Security));
    assert_eq!(
        told,
        [
            ("create_operator".to_owned(), me.clone(), shell, None),
            ("sign_in".to_owned(), me, operator, None),
            ("create_operator".to_owned(), eva.clone(), operator, team),
            ("update_operator".to_owned(), eva.clone(), operator, team),
            ("reset_operator".to_owned(), eva.clone(), operator, team),
            ("update_operator".to_owned(), eva, shell, None),
        ]
    );
    let update =
        book(&security).into_iter().find(|one| one.action == "update_operator" && one.actor == operator);
    let details = update.expect("it is there").details;
    assert_eq!(details["before"]["teams"], json!(["support"]));
    assert_eq!(details["after"]["teams"], json!(["systems"]));
}
