//! Promise: ids of another organization, or of another parent, lead nowhere: 404 in the path, 422 in the body,
//! nothing in a filter; and nothing changes. Which members of a body are ids is read from the OpenAPI document.

use std::collections::BTreeSet;

use api::http::{guards::Access, openapi, route::Route, routes};
use serde_json::{Value, json};
use shared::{Problem, session::SignedLink};

use super::{
    catalogue::state,
    samples::{path_parameters, sample},
    scene::{Player, Scene},
};
use crate::harness::TestApp;

fn document() -> Value {
    serde_json::to_value(openapi::document(&routes::all())).expect("a document")
}

#[test]
fn an_id_of_another_organization_in_the_path_is_nothing() {
    let app = TestApp::start();
    let (here, there) = (Scene::set(&app, &app.acme), Scene::set(&app, &app.norte));
    let player = Player::of(&app, app.acme.admin(&app));
    let stranger = Player::of(&app, app.norte.admin(&app));
    let before = state(&mut app.database.superuser());
    let mut tried = 0;
    for route in routes::all() {
        let (ours, theirs) = (sample(&route, &here, &player), sample(&route, &there, &stranger));
        let parameters = path_parameters(&route);
        // All of theirs, and each of theirs among ours.
        let mut samples = vec![theirs.clone()];
        for parameter in &parameters {
            let mut mixed = ours.clone();
            mixed.parameters.insert((*parameter).to_owned(), theirs.parameters[*parameter].clone());
            samples.push(mixed);
        }
        if parameters.is_empty() {
            continue;
        }
        for sample in samples {
            let answer = sample.send(&route, &player.actor);
            assert_eq!(answer.status, 404, "{route:?} {:?}: {}", sample.parameters, answer.text);
            let nothing =
                parameters.iter().fold(ours.clone(), |sample, parameter| sample.elsewhere(parameter));
            let (mut one, mut other) =
                (answer.problem(), nothing.send(&route, &player.actor).expect(404).problem());
            (one.request_id, other.request_id) = (None, None);
            assert_eq!(one, other, "{route:?}: exactly as one that does not exist");
            tried += 1;
        }
    }
    assert!(tried > 20);
    assert_eq!(state(&mut app.database.superuser()), before);
}

#[test]
fn an_id_of_another_parent_in_the_path_is_nothing() {
    let app = TestApp::start();
    let scene = Scene::set(&app, &app.acme);
    let player = Player::of(&app, app.acme.admin(&app));
    let before = state(&mut app.database.superuser());
    for route in routes::all() {
        let parameters = path_parameters(&route);
        if parameters.len() < 2 {
            continue;
        }
        let mut sample = sample(&route, &scene, &player);
        match parameters[..] {
            ["project", "user"] => {
                sample.parameters.insert("user".to_owned(), scene.sibling_member.user.id.to_string());
                sample.version = sample.version.map(|_| scene.sibling_member.version);
            }
            _ => panic!("say here what a sibling's id is for {route:?}"),
        }
        let answer = sample.send(&route, &player.actor);
        assert_eq!(answer.status, 404, "{route:?}: {}", answer.text);
    }
    assert_eq!(state(&mut app.database.superuser()), before);
}

/// The members of a schema that are ids, with what they are ids of and whether they are a list.
fn ids(document: &Value, schema: &Value) -> Vec<(String, String, bool)> {
    let name_of_id = |schema: &Value| {
        let text = schema.to_string();
        let names = text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next());
        names.filter(|name| name.ends_with("Id")).map(str::to_owned).next()
    };
    let schema =
        schema["$ref"].as_str().map_or(schema, |path| document.pointer(&path[1..]).expect("it is there"));
    let members = schema["properties"].as_object().into_iter().flatten();
    members
        .filter_map(|(member, schema)| {
            Some((member.clone(), name_of_id(schema)?, schema.to_string().contains("\"items\"")))
        })
        .collect()
}

/// One of this scene's, of that kind.
fn one_of(scene: &Scene, member: &str, kind: &str) -> Value {
    match (kind, member) {
        ("UserId", _) => json!(scene.person.id),
        ("RoleId", _) => json!(scene.role.id),
        ("ProjectParameterId", "status_id" | "status") => json!(scene.project.status.id),
        ("ProjectParameterId", "approval_status_id" | "approval_status") => {
            json!(scene.project.approval_status.id)
        }
        ("ProjectParameterId", "type_id" | "type") => json!(scene.project.project_type.id),
        ("ProjectParameterId", "priority_id" | "priority") => json!(scene.project.priority.id),
        _ => panic!("say here what a {kind} for {member} is"),
    }
}

#[test]
fn an_id_of_another_organization_in_the_body_is_refused() {
    let app = TestApp::start();
    let (here, there) = (Scene::set(&app, &app.acme), Scene::set(&app, &app.norte));
    let player = Player::of(&app, app.acme.admin(&app));
    let document = document();
    let before = state(&mut app.database.superuser());
    let mut tried = BTreeSet::new();
    for route in routes::all() {
        let operation =
            &document["paths"][format!("{}{}", routes::PREFIX, route.path)][route.method().to_lowercase()];
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        for (member, kind, is_list) in ids(&document, schema) {
            let sample = sample(&route, &here, &player);
            let send = |id: Value| {
                let mut body = sample.body.clone().expect("a body");
                body[&member] = if is_list { json!([id]) } else { id };
                sample.with_body(body).send(&route, &player.actor)
            };
            let (theirs, nothing) = (one_of(&there, &member, &kind), json!(app.clock.new_id()));
            // A message may name the id that was sent.
            let refusal = |id: &Value| {
                let answer = send(id.clone());
                assert_eq!(answer.status, 422, "{route:?} {member}: {}", answer.text);
                let text = answer.text.replace(id.as_str().expect("an id"), "…");
                let mut problem: Problem = serde_json::from_str(&text).expect("a problem");
                problem.request_id = None;
                problem
            };
            let theirs = refusal(&theirs);
            assert_eq!(theirs, refusal(&nothing), "{route:?} {member}: exactly as one that does not exist");
            assert!(
                theirs.errors[0].pointer.starts_with(&format!("/{member}")),
                "{route:?}: {:?}",
                theirs.errors
            );
            tried.insert(format!("{} {member}", route.name));
        }
    }
    let expected =
        ["create_team_member user_id", "create_user roles", "update_project status_id", "update_user roles"];
    assert!(expected.iter().all(|one| tried.contains(*one)), "{tried:?}");
    assert_eq!(state(&mut app.database.superuser()), before);
}

#[test]
fn an_id_of_another_organization_in_a_filter_finds_nothing() {
    let app = TestApp::start();
    let (here, there) = (Scene::set(&app, &app.acme), Scene::set(&app, &app.norte));
    let player = Player::of(&app, app.acme.admin(&app));
    let document = document();
    let mut tried = 0;
    for route in routes::all().into_iter().filter(|route| matches!(route.access, Access::Allowed(..))) {
        let operation =
            &document["paths"][format!("{}{}", routes::PREFIX, route.path)][route.method().to_lowercase()];
        for parameter in
            operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "query")
        {
            let name = parameter["name"].as_str().expect("a name");
            let Some(kind) = parameter["schema"]["$ref"].as_str().and_then(|path| path.rsplit('/').next())
            else {
                continue;
            };
            if !kind.ends_with("Id") {
                continue;
            }
            let found = |route: &Route, id: &Value| {
                let mut sample = sample(route, &here, &player);
                sample.query = format!("?{name}={}", id.as_str().expect("an id"));
                let mut answer = sample.send(route, &player.actor).expect(200);
                if route.path.ends_with("/link") {
                    // What is found is what it opens.
                    let link: SignedLink = answer.json();
                    let href = link.href.strip_prefix(routes::PREFIX).expect("a path of the API");
                    answer = app.client(&app.acme).get(href).expect(200);
                }
                if answer.header("content-type").is_some_and(|kind| kind.starts_with("text/csv")) {
                    // But for the head.
                    return answer.text.lines().count() - 1;
                }
                answer.json::<Value>()["items"].as_array().expect("a page").len()
            };
            assert_eq!(found(&route, &one_of(&there, name, kind)), 0, "{route:?} {name}");
            tried += 1;
        }
    }
    assert!(tried >= 6);
}
