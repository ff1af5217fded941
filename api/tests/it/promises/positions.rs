//! Promise: on the desktop way a position opens what the rule says, on every route of a project; and nothing opens
//! a project to somebody without any way to it.

use api::http::{guards::Access, route::Route, routes};
use serde_json::json;
use shared::{Menu, Operation, Operations, Position, licence::Function};

use super::{
    catalogue::state,
    samples::sample,
    scene::{Player, Scene, Stage},
};
use crate::harness::TestApp;

fn routes_of_projects() -> Vec<(Route, Menu, Operation)> {
    let of = |route: Route| match route.access {
        Access::InProject(tab, operation) => Some((route, tab, operation)),
        _ => None,
    };
    routes::all().into_iter().filter_map(of).collect()
}

/// Somebody who may be Manager and sees My Projects, and has this position on the scene's project.
fn with_position(app: &TestApp, scene: &Scene, position: Option<Position>) -> Player {
    let person = app
        .acme
        .person()
        .licence("project_manager")
        .function(Function::ProjectManager)
        .grant(Menu::MyProjects, Operations::ALL);
    let player = Player::enter(app, person);
    if let Some(position) = position {
        let member = json!({"user_id": player.actor.id, "position": position});
        scene.admin.post(&format!("/projects/{}/team", scene.project.id), &member).expect(201);
    }
    player
}

/// The rule in words: a Manager everything, a team member sees all but the money, a guest sees General.
fn opens(position: Position, tab: Menu, operation: Operation) -> bool {
    match position {
        Position::Manager => true,
        Position::TeamMember => operation == Operation::View && !tab.is_money(),
        Position::Guest => operation == Operation::View && tab == Menu::ProjectGeneral,
    }
}

#[test]
fn a_position_opens_what_the_rule_says() {
    let app = TestApp::start();
    let stage = Stage::of(&app);
    assert!(!routes_of_projects().is_empty());
    for (route, tab, operation) in routes_of_projects() {
        for position in Position::ALL {
            let scene = stage.scene(&route);
            let player = with_position(&app, &scene, Some(position));
            let before = state(&mut app.database.superuser());
            let answer = sample(&route, &scene, &player).send(&route, &player.actor);
            if opens(position, tab, operation) {
                assert!(
                    (200..300).contains(&answer.status),
                    "{position:?} {route:?}: {} {}",
                    answer.status,
                    answer.text
                );
            } else {
                assert_eq!(answer.status, 403, "{position:?} {route:?}: {}", answer.text);
                assert!(answer.problem().denial.is_some(), "{position:?} {route:?}");
                assert_eq!(state(&mut app.database.superuser()), before, "{position:?} {route:?}");
            }
        }
    }
}

#[test]
fn without_a_position_there_is_no_project() {
    let app = TestApp::start();
    let scene = Scene::set(&app, &app.acme);
    let elsewhere = with_position(&app, &Scene::set(&app, &app.acme), Some(Position::Manager));
    let nowhere = with_position(&app, &scene, None);
    let before = state(&mut app.database.superuser());
    for (route, ..) in routes_of_projects() {
        for player in [&nowhere, &elsewhere] {
            let answer = sample(&route, &scene, player).send(&route, &player.actor);
            assert_eq!(answer.status, 404, "{route:?}: {}", answer.text);
            // Exactly as one that does not exist.
            let nothing = sample(&route, &scene, player).elsewhere("project").send(&route, &player.actor);
            let (mut one, mut other) = (answer.problem(), nothing.problem());
            (one.request_id, other.request_id) = (None, None);
            assert_eq!(one, other, "{route:?}");
        }
    }
    assert_eq!(state(&mut app.database.superuser()), before);
}

/// The management way of a licence that reaches what one has a position on, and no further.
#[test]
fn a_licence_of_own_reach_needs_a_position_too() {
    let app = TestApp::start();
    let stage = Stage::of(&app);
    for (route, tab, operation) in routes_of_projects() {
        let scene = stage.scene(&route);
        let person = app
            .acme
            .person()
            .licence("project_manager")
            .grant(Menu::Projects, Operations::VIEW)
            .grant(tab, Operations::VIEW.with(operation));
        let player = Player::enter(&app, person);
        let answer = sample(&route, &scene, &player).send(&route, &player.actor);
        assert_eq!(answer.status, 404, "{route:?}: {}", answer.text);
        // The lowest position is enough: it is the role that grants.
        let guest = json!({"user_id": player.actor.id, "position": Position::Guest});
        scene.admin.post(&format!("/projects/{}/team", scene.project.id), &guest).expect(201);
        let answer = sample(&route, &scene, &player).send(&route, &player.actor);
        assert!((200..300).contains(&answer.status), "{route:?}: {} {}", answer.status, answer.text);
    }
}
