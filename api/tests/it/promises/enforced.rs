//! Promise: every route is closed to whoever lacks what its guard names, and opens to whoever has exactly that.

use std::collections::BTreeMap;

use api::{
    access::person::LicenceRules,
    access::store::licence_rules,
    db::operator::OperatorDb,
    http::{
        guards::{Access, Confirmation},
        openapi,
        route::Route,
        routes,
    },
};
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use shared::{Menu, Operation, Operations, ProblemCode, access::DenialReason};

use super::{
    catalogue::state,
    conform,
    samples::{method, sample, sample_to_confirm},
    scene::{Player, Scene, Stage},
};
use crate::harness::{Answer, Client, PASSWORD, Person, TestApp};

/// What a guard of a menu asks for.
fn asked(route: &Route) -> Option<(Menu, Operation)> {
    match route.access {
        Access::Allowed(menu, operation) | Access::InProject(menu, operation) => Some((menu, operation)),
        // One of two lists is enough, and whoever has neither is told of this one.
        Access::SeesProject => Some((Menu::Projects, Operation::View)),
        Access::Public(_) | Access::SignedIn(_) | Access::Operator(_) => None,
    }
}

/// The menu and operation, and what goes with them on the management way into a project.
fn exactly(route: &Route, person: Person) -> Person {
    match route.access {
        Access::Public(_) | Access::SignedIn(_) | Access::Operator(_) => person,
        Access::Allowed(Menu::ManageAccount, _) => person.company_admin(),
        Access::Allowed(menu, operation) => person.grant(menu, Operations::of(&[operation])),
        Access::InProject(menu, operation) => {
            person.grant(Menu::Projects, Operations::VIEW).grant(menu, Operations::VIEW.with(operation))
        }
        Access::SeesProject => person.grant(Menu::Projects, Operations::VIEW),
    }
}

/// Everything but that.
fn everything_but(route: &Route, menu: Menu, operation: Operation, person: Person) -> Person {
    let is_way = |one: Menu| one == Menu::MyProjects && matches!(route.access, Access::SeesProject);
    Menu::screens().fold(person, |person, one| {
        let lacks = one == menu || is_way(one);
        let operations = if lacks { Operations::ALL.without(operation) } else { Operations::ALL };
        if operations.is_empty() { person } else { person.grant(one, operations) }
    })
}

#[track_caller]
fn denied(answer: &Answer, route: &Route) -> DenialReason {
    assert_eq!(answer.status, 403, "{route:?}: {}", answer.text);
    let problem = answer.problem();
    assert_eq!(problem.code, ProblemCode::Forbidden, "{route:?}");
    let denial = problem.denial.expect("a refusal says why");
    let (menu, operation) = asked(route).expect("a guard with a menu");
    let through_projects = matches!(route.access, Access::InProject(..)) && denial.menu == Menu::Projects;
    assert!(
        (denial.menu, denial.operation) == (menu, operation) || through_projects,
        "{route:?}: {denial:?}"
    );
    denial.reason
}

/// The answer is one that the document knows.
#[track_caller]
fn conforms(document: &Value, route: &Route, answer: &Answer) {
    let path = format!("{}{}", routes::PREFIX, route.path);
    let response =
        &document["paths"][path][route.method().to_lowercase()]["responses"][answer.status.to_string()];
    assert!(
        !response.is_null(),
        "{route:?} answers {}, which the document does not know: {}",
        answer.status,
        answer.text
    );
    let kind = answer.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    let content = &response["content"];
    if content.is_null() {
        assert_eq!(answer.text, "", "{route:?} {}", answer.status);
    } else {
        assert!(!content[kind].is_null(), "{route:?} answers {kind}");
        // Files are held against their own readers, where they are tested.
        if !kind.ends_with("json") {
            return;
        }
        let schema = &content[kind]["schema"];
        // Each line is a value by itself; what stands in those of a file, its own reader knows.
        let values: Vec<Value> = if kind == "application/x-ndjson" {
            let lines = answer.text.lines().map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{route:?}: {error}: {line}"))
            });
            lines.collect()
        } else {
            vec![answer.json()]
        };
        if schema["type"] == "string" {
            return;
        }
        for value in values {
            let misfits = conform::answer_misfits(document, schema, &value, "");
            assert!(misfits.is_empty(), "{route:?} {}: {misfits:#?}", answer.status);
        }
    }
    let has_version = answer.header("etag").is_some();
    assert_eq!(has_version, !response["headers"]["ETag"].is_null(), "{route:?}: the ETag and the document");
}

fn document() -> Value {
    serde_json::to_value(openapi::document(&routes::all())).expect("a document")
}

/// What cannot be read, to see that who may not is told so first.
fn broken(route: &Route, path: &str, client: &Client) -> Answer {
    client.send(method(route), path, None, Some(b"{\"broken".to_vec()))
}

#[test]
fn who_is_not_signed_in_gets_401() {
    let app = TestApp::start();
    let scene = Scene::set(&app, &app.acme);
    let player = Player::enter(&app, app.acme.person());
    let stranger = app.norte.admin(&app);
    let document = document();
    let before = state(&mut app.database.superuser());
    for route in routes::all() {
        let sample = sample(&route, &scene, &player);
        let path = sample.path(&route);
        for (who, client) in [
            ("garbage for a token", app.client(&app.acme).with_token("garbage")),
            (
                "a token of another organization",
                app.client(&app.acme).with_token(stranger.token().expect("signed in")),
            ),
        ] {
            let answer = sample.send(&route, &client);
            assert_eq!(answer.status, 401, "{route:?} with {who}");
            conforms(&document, &route, &answer);
        }
        if matches!(route.access, Access::Public(_)) {
            continue;
        }
        let anonymous = app.client(&app.acme);
        let answer = sample.send(&route, &anonymous);
        assert_eq!(answer.status, 401, "{route:?}: {}", answer.text);
        assert_eq!(answer.problem().code, ProblemCode::Unauthenticated, "{route:?}");
        conforms(&document, &route, &answer);
        assert_eq!(broken(&route, &path, &anonymous).status, 401, "{route:?}");
        // A session that is over.
        let ended = Player::enter(&app, app.acme.person()).actor;
        ended.delete("/session", 1).expect(204);
        assert_eq!(sample.send(&route, &ended).status, 401, "{route:?}");
    }
    let unchanged = |lines: Vec<String>| -> Vec<String> {
        // The people whose sessions were ended above are all that came.
        let theirs = [
            "api_tokens",
            "api_token_scopes",
            "audit_log",
            "audit_parts",
            "changes",
            "password_resets",
            "person_keys",
            "pictures",
            "sessions",
            "users",
        ];
        lines
            .into_iter()
            .filter(|line| !theirs.iter().any(|table| line.starts_with(&format!("{table} "))))
            .collect()
    };
    assert_eq!(unchanged(state(&mut app.database.superuser())), unchanged(before));
}

#[test]
fn who_may_do_everything_else_gets_403() {
    let app = TestApp::start();
    let scene = Scene::set(&app, &app.acme);
    let document = document();
    for route in routes::all() {
        let Some((menu, operation)) = asked(&route) else { continue };
        let nobody = Player::enter(&app, app.acme.person());
        let other = Player::enter(&app, everything_but(&route, menu, operation, app.acme.person()));
        let before = state(&mut app.database.superuser());
        for (who, reason) in [(&nobody, DenialReason::NoRole), (&other, DenialReason::NotGranted)] {
            let expected = if menu == Menu::ManageAccount { DenialReason::CompanyAdminOnly } else { reason };
            let sample = sample(&route, &scene, who);
            let answer = sample.send(&route, &who.actor);
            assert_eq!(denied(&answer, &route), expected, "{route:?}");
            conforms(&document, &route, &answer);
            if matches!(route.access, Access::Allowed(..)) {
                assert_eq!(broken(&route, &sample.path(&route), &who.actor).status, 403, "{route:?}");
            }
        }
        assert_eq!(state(&mut app.database.superuser()), before, "{route:?}");
    }
}

#[test]
fn whose_licence_does_not_unlock_it_gets_403() {
    let app = TestApp::start();
    let scene = Scene::set(&app, &app.acme);
    let mut operator =
        OperatorDb::open(&app.database.url("portico_operator"), app.clock.clone()).expect("an operator");
    let types = operator.in_organization(app.acme.id, licence_rules).expect("the licence types");
    for route in routes::all() {
        let Some((menu, operation)) = asked(&route) else { continue };
        let Some(licence) = too_low(&types, menu, operation) else { continue };
        // The role grants it all the same: the database does not know ceilings, the rules do.
        let person = exactly(&route, app.acme.person().licence(licence));
        let person =
            if menu == Menu::ManageAccount { app.acme.person().grant(menu, Operations::ALL) } else { person };
        let player = Player::enter(&app, person);
        let before = state(&mut app.database.superuser());
        let answer = sample(&route, &scene, &player).send(&route, &player.actor);
        let expected = if menu == Menu::ManageAccount {
            DenialReason::CompanyAdminOnly
        } else {
            DenialReason::BeyondCeiling
        };
        assert_eq!(denied(&answer, &route), expected, "{route:?}");
        assert_eq!(state(&mut app.database.superuser()), before, "{route:?}");
    }
}

/// A licence type that does not unlock the operation on the menu.
fn too_low(types: &BTreeMap<String, LicenceRules>, menu: Menu, operation: Operation) -> Option<&'static str> {
    ["portfolio_access", "project_manager", "team_member", "project_guest"]
        .into_iter()
        .find(|key| !types[*key].ceiling.get(&menu).copied().unwrap_or_default().has(operation))
}

#[test]
fn whose_licence_is_over_gets_403() {
    let app = TestApp::start();
    let scene = Scene::set(&app, &app.acme);
    app.database
        .superuser()
        .batch_execute(&format!(
            "UPDATE licences SET valid_until = DATE '2026-03-01' WHERE licence_type = 'full_access' AND org_id = '{}'",
            app.acme.id
        ))
        .expect("the licence ends the day before");
    for route in routes::all() {
        let Some((menu, _)) = asked(&route) else { continue };
        if menu == Menu::ManageAccount {
            continue;
        }
        let player = Player::enter(&app, exactly(&route, app.acme.person()));
        let answer = sample(&route, &scene, &player).send(&route, &player.actor);
        assert_eq!(denied(&answer, &route), DenialReason::LicenceNotValid, "{route:?}");
    }
}

/// Whoever may do it is asked for the password, and nobody else is.
#[test]
fn who_has_not_confirmed_gets_403_and_passes_once_they_have() {
    let app = TestApp::start();
    let document = document();
    let mut tried = 0;
    for route in routes::all().into_iter().filter(|route| route.confirmation != Confirmation::Never) {
        let scene = Scene::set(&app, &app.acme);
        let enter = |person: Person| Player::of(&app, person.create(&app).unconfirmed(&app));
        if let Some((menu, operation)) = asked(&route) {
            let other = enter(everything_but(&route, menu, operation, app.acme.person()));
            denied(&sample_to_confirm(&route, &scene, &other).send(&route, &other.actor), &route);
        }
        // Complete access, so that nothing but the confirmation is lacking.
        let player = enter(app.acme.person().company_admin());
        let sample = sample_to_confirm(&route, &scene, &player);
        let before = state(&mut app.database.superuser());
        let answer = sample.send(&route, &player.actor);
        assert_eq!(answer.status, 403, "{route:?}: {}", answer.text);
        assert_eq!(answer.problem().code, ProblemCode::ConfirmationRequired, "{route:?}");
        conforms(&document, &route, &answer);
        if route.confirmation == Confirmation::Always {
            assert_eq!(broken(&route, &sample.path(&route), &player.actor).status, 403, "{route:?}");
        }
        assert_eq!(state(&mut app.database.superuser()), before, "{route:?}");
        player.actor.post("/session/confirm", &json!({"password": PASSWORD})).expect(204);
        let answer = sample.send(&route, &player.actor);
        assert!((200..300).contains(&answer.status), "{route:?}: {} {}", answer.status, answer.text);
        tried += 1;
    }
    assert!(tried > 0);
}

#[test]
fn who_has_exactly_the_grant_passes() {
    let app = TestApp::start();
    let stage = Stage::of(&app);
    let document = document();
    for route in routes::all() {
        let scene = stage.scene(&route);
        let player = Player::enter(&app, exactly(&route, app.acme.person()));
        let sample = sample(&route, &scene, &player);
        let answer = match route.access {
            Access::Public(_) => {
                let anyone = app.client(&app.acme);
                if route.name == "refresh_session" {
                    let body = json!({"email": player.actor.email, "password": PASSWORD});
                    anyone.post("/session", &body).expect(200);
                }
                sample.send(&route, &anyone)
            }
            _ => sample.send(&route, &player.actor),
        };
        assert!((200..300).contains(&answer.status), "{route:?}: {} {}", answer.status, answer.text);
        conforms(&document, &route, &answer);
    }
}

/// A company admin may do everything, without any role.
#[test]
fn a_company_admin_passes_everywhere() {
    let app = TestApp::start();
    let stage = Stage::of(&app);
    for route in routes::all().into_iter().filter(|route| !matches!(route.access, Access::Public(_))) {
        let scene = stage.scene(&route);
        let player = Player::of(&app, app.acme.person().company_admin().create(&app));
        let answer = sample(&route, &scene, &player).send(&route, &player.actor);
        assert!((200..300).contains(&answer.status), "{route:?}: {} {}", answer.status, answer.text);
    }
}
