//! Promise: an API token gets through no guard that does not say so, needs the scope of every menu that it gets through,
//! and is nothing at another organization's host.

use std::collections::BTreeSet;

use api::http::{guards::Access, route::Route, routes};
use shared::{Menu, Operation, Operations, ProblemCode, access::DenialReason};

use super::{
    catalogue::state,
    samples::sample,
    scene::{Player, Scene, Stage},
};
use crate::harness::TestApp;

fn asked(route: &Route) -> Option<(Menu, Operation)> {
    match route.access {
        Access::Allowed(menu, operation) | Access::InProject(menu, operation) => Some((menu, operation)),
        Access::SeesProject => Some((Menu::Projects, Operation::View)),
        Access::Public(_) | Access::SignedIn(_) | Access::Operator(_) => None,
    }
}

fn guarded() -> impl Iterator<Item = Route> {
    routes::all().into_iter().filter(|route| !matches!(route.access, Access::Public(_)))
}

/// Everything that a request by a token may leave without doing anything: that it was used.
fn deeds(app: &TestApp) -> Vec<String> {
    let notes = ["api_tokens", "api_token_networks", "audit_log", "audit_parts", "changes", "person_keys"];
    let mut lines = state(&mut app.database.superuser());
    lines.retain(|line| !notes.iter().any(|table| line.starts_with(&format!("{table} "))));
    lines
}

fn player(app: &TestApp) -> Player {
    Player::of(app, app.acme.person().company_admin().create(app))
}

/// The menus that open the way to what a route is about.
fn with_the_way(scopes: &mut Vec<(Menu, Operations)>, route: &Route) {
    if matches!(route.access, Access::InProject(..)) {
        scopes.push((Menu::Projects, Operations::VIEW));
    }
}

/// Every scope, and a person with complete access: what refuses is the guard alone. A line that changes is a decision.
#[test]
fn which_routes_a_token_with_every_scope_reaches() {
    let app = TestApp::start();
    let stage = Stage::of(&app);
    let mut table = Vec::new();
    for route in guarded() {
        let scene = stage.scene(&route);
        let player = player(&app);
        let token = player.actor.api_token_for_everything(&app);
        let before = deeds(&app);
        let answer = sample(&route, &scene, &player).send(&route, &token);
        let says = if route.takes_tokens {
            assert!((200..300).contains(&answer.status), "{route:?}: {} {}", answer.status, answer.text);
            "lets it in"
        } else {
            assert_eq!(answer.status, 403, "{route:?}: {}", answer.text);
            assert_eq!(answer.problem().code, ProblemCode::SessionRequired, "{route:?}");
            assert_eq!(deeds(&app), before, "{route:?}");
            "refuses it"
        };
        table.push(format!("{:<28}{says}", route.name));
    }
    table.sort();
    insta::assert_snapshot!(table.join("\n"));
}

/// What must never be reached is named here once more, so that no guard lets a token in by mistake.
#[test]
fn no_token_reaches_sessions_passwords_tokens_exports_or_the_account() {
    let closed = ["/session", "/profile", "/api-tokens", "/licence-consumption"];
    let is_closed = |route: &Route| {
        closed.iter().any(|path| route.path.starts_with(path)) || route.path.contains("/export")
    };
    for route in guarded().filter(is_closed) {
        assert!(!route.takes_tokens, "{route:?}");
    }
    for route in guarded() {
        let (menu, _) = asked(&route).unzip();
        assert!(!(route.takes_tokens && menu.is_some_and(Menu::is_beyond_tokens)), "{route:?}");
        let always = route.confirmation == api::http::guards::Confirmation::Always;
        assert!(!(route.takes_tokens && always), "{route:?}: a token has no password to show");
    }
    // Whoever needs no menu needs no scope either, so each of these is a decision.
    let without: BTreeSet<&str> = guarded()
        .filter(|route| route.takes_tokens && asked(route).is_none())
        .map(|route| route.name)
        .collect();
    // What the token itself may do; and why, of nobody else without the scope of seeing people.
    assert_eq!(without, BTreeSet::from(["explain_access", "get_current_access"]));
}

#[test]
fn a_token_needs_the_scope_of_every_route() {
    let app = TestApp::start();
    let scene = Scene::set(&app, &app.acme);
    let mut tried = 0;
    for route in guarded().filter(|route| route.takes_tokens) {
        let Some((menu, operation)) = asked(&route) else { continue };
        let player = player(&app);
        // The other way to see a project.
        let is_way = |one: Menu| one == Menu::MyProjects && matches!(route.access, Access::SeesProject);
        let lacks = |one: Menu| one == menu || is_way(one);
        let everything_else: Vec<(Menu, Operations)> = Menu::screens()
            .map(|one| (one, if lacks(one) { Operations::ALL.without(operation) } else { Operations::ALL }))
            .filter(|(_, operations)| !operations.is_empty())
            .collect();
        let token = player.actor.api_token(&app, &everything_else);
        let before = deeds(&app);
        let answer = sample(&route, &scene, &player).send(&route, &token);
        assert_eq!(answer.status, 403, "{route:?}: {}", answer.text);
        let denial = answer.problem().denial.expect("a refusal says why");
        assert_eq!(
            (denial.menu, denial.operation, denial.reason),
            (menu, operation, DenialReason::TokenScope),
            "{route:?}"
        );
        assert_eq!(deeds(&app), before, "{route:?}");
        tried += 1;
    }
    assert!(tried > 20);
}

#[test]
fn a_token_with_exactly_the_scope_passes() {
    let app = TestApp::start();
    let stage = Stage::of(&app);
    for route in guarded().filter(|route| route.takes_tokens) {
        let Some((menu, operation)) = asked(&route) else { continue };
        let scene = stage.scene(&route);
        let player = player(&app);
        let mut scopes = vec![(menu, Operations::of(&[operation]))];
        // Last wins: the menu itself may be the way.
        if menu != Menu::Projects {
            with_the_way(&mut scopes, &route);
        }
        // Roles are given within what the token may do, and those of the samples have more than one menu.
        if route.name == "create_user" || route.path.starts_with("/access/simulate/") {
            scopes = Menu::screens().map(|menu| (menu, Operations::ALL)).collect();
        }
        if ["create_role", "copy_role"].contains(&route.name) {
            scopes.push((Menu::Home, Operations::VIEW));
        }
        let token = player.actor.api_token(&app, &scopes);
        let answer = sample(&route, &scene, &player).send(&route, &token);
        assert!((200..300).contains(&answer.status), "{route:?}: {} {}", answer.status, answer.text);
    }
}

#[test]
fn a_token_is_nothing_at_another_organizations_host() {
    let app = TestApp::start();
    let scene = Scene::set(&app, &app.norte);
    let player = Player::of(&app, app.norte.person().company_admin().create(&app));
    let token = app.acme.admin(&app).api_token_for_everything(&app);
    token.get("/users").expect(200);
    let before = state(&mut app.database.superuser());
    for route in routes::all() {
        let there = app.client(&app.norte).with_token(&token.secret);
        let answer = sample(&route, &scene, &player).send(&route, &there);
        assert_eq!(answer.status, 401, "{route:?}: {}", answer.text);
        assert_eq!(answer.problem().code, ProblemCode::Unauthenticated, "{route:?}");
    }
    assert_eq!(state(&mut app.database.superuser()), before);
}
