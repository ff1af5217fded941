//! Promise: every POST honours an `Idempotency-Key`, or stands on the short list with the reason.

use std::collections::BTreeSet;

use api::http::{
    guards::Access,
    idempotency::{EXEMPT, applies},
    route::Route,
    routes,
};
use diesel::{RunQueryDsl, sql_query, sql_types::Uuid as SqlUuid};
use serde_json::{Value, json};
use shared::ProblemCode;

use super::{
    catalogue::state,
    samples::{Sample, sample},
    scene::{Player, Scene},
};
use crate::harness::TestApp;

fn honouring() -> impl Iterator<Item = Route> {
    routes::all().into_iter().filter(applies)
}

#[test]
fn every_post_honours_the_key_or_is_on_the_list() {
    let posts: BTreeSet<&str> =
        routes::all().iter().filter(|route| route.method() == "POST").map(|route| route.name).collect();
    let honouring: BTreeSet<&str> = honouring().map(|route| route.name).collect();
    let listed: BTreeSet<&str> = EXEMPT.iter().map(|(name, _)| *name).collect();
    assert_eq!(posts.difference(&honouring).copied().collect::<BTreeSet<_>>(), listed);
}

#[test]
fn the_same_request_again_gets_the_same_answer_and_does_nothing() {
    let app = TestApp::start();
    for route in honouring() {
        let scene = Scene::set(&app, &app.acme);
        let player = Player::of(&app, app.acme.person().company_admin().create(&app));
        let client = player.actor.keyed(&app, "the-key");
        let sample = sample(&route, &scene, &player);
        let first = sample.send(&route, &client);
        assert!((200..300).contains(&first.status), "{route:?}: {} {}", first.status, first.text);
        assert_eq!(first.header("idempotent-replayed"), None, "{route:?}");
        let after_first = state(&mut app.database.superuser());

        let again = sample.send(&route, &client);
        assert_eq!(again.status, first.status, "{route:?}");
        if route.name == "create_api_token" {
            // A secret is shown once and kept nowhere.
            let (mut shown, again): (Value, Value) = (first.json(), again.json());
            assert!(shown.as_object_mut().expect("an object").remove("secret").is_some());
            assert_eq!(again, shown);
        } else {
            assert_eq!(again.text, first.text, "{route:?}");
        }
        for header in ["etag", "location", "content-type"] {
            assert_eq!(again.header(header), first.header(header), "{route:?}");
        }
        assert_eq!(again.header("idempotent-replayed"), Some("true"), "{route:?}");
        assert_ne!(again.header("x-request-id"), first.header("x-request-id"), "{route:?}");

        let other = match &sample.body {
            Some(body) => Sample { body: Some(json!([body])), ..sample.clone() },
            None => Sample { version: sample.version.map(|version| version + 1), ..sample.clone() },
        };
        if sample.body.is_none() {
            let refused = other.send(&route, &client);
            assert_eq!(refused.status, 409, "{route:?}: {}", refused.text);
            assert_eq!(refused.problem().code, ProblemCode::IdempotencyKeyReused, "{route:?}");
        } else {
            // The same values written in another way are another body all the same.
            let spaced = sample.body.as_ref().map(|body| format!(" {body}").into_bytes());
            let refused =
                client.send(super::samples::method(&route), &sample.path(&route), sample.version, spaced);
            assert_eq!(refused.status, 409, "{route:?}: {}", refused.text);
            assert_eq!(refused.problem().code, ProblemCode::IdempotencyKeyReused, "{route:?}");
            assert_eq!(other.send(&route, &client).status, 422, "{route:?}: what is invalid is told first");
        }
        assert_eq!(state(&mut app.database.superuser()), after_first, "{route:?}");
    }
}

#[test]
fn who_may_no_longer_do_it_is_refused_on_replay_too() {
    let app = TestApp::start();
    for route in honouring() {
        let (Access::Allowed(menu, operation) | Access::InProject(menu, operation)) = route.access else {
            continue;
        };
        let scene = Scene::set(&app, &app.acme);
        let person = app.acme.person().grant(menu, shared::Operations::of(&[operation]));
        let person = match route.access {
            Access::InProject(..) => person
                .grant(shared::Menu::Projects, shared::Operations::VIEW)
                .grant(menu, shared::Operations::VIEW.with(operation)),
            _ if menu == shared::Menu::ManageAccount => person.company_admin(),
            _ => person,
        };
        let player = Player::enter(&app, person);
        let client = player.actor.keyed(&app, "the-key");
        let sample = sample(&route, &scene, &player);
        let first = sample.send(&route, &client);
        assert!((200..300).contains(&first.status), "{route:?}: {} {}", first.status, first.text);
        for query in [
            "DELETE FROM user_roles WHERE user_id = $1",
            "UPDATE users SET company_admin = false WHERE id = $1",
        ] {
            sql_query(query)
                .bind::<SqlUuid, _>(player.actor.id.0)
                .execute(&mut app.database.superuser())
                .expect("the right is gone");
        }
        app.server.site.db.access().forget_all();
        assert_eq!(sample.send(&route, &client).status, 403, "{route:?}");
    }
}
