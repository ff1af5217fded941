//! The live stream.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::json;
use shared::{Menu, Operations, event::LiveEvent};

use super::within_a_second;
use crate::harness::{Actor, Database, EventStream, Next, Program, TestApp};

fn listen(actor: &Actor) -> EventStream {
    let stream = actor.follow("/events");
    assert_eq!(stream.next(), Next::Event(LiveEvent::Heartbeat));
    stream
}

const CHANGED: Next = Next::Event(LiveEvent::AccessChanged);
const ENDED: Next = Next::Event(LiveEvent::SessionEnded);

#[test]
fn a_stream_tells_of_changes_and_ends_with_its_session() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let (here, there) =
        (app.acme.person().grant(Menu::Home, Operations::VIEW).create(&app), app.norte.admin(&app));
    let (mine, other) = (listen(&here), listen(&there));
    let user: shared::user::User = admin.get(&format!("/users/{}", here.id)).expect(200).json();
    admin.patch(&format!("/users/{}", here.id), user.version, &json!({"first_name": "Eva"})).expect(200);
    assert_eq!(mine.next(), CHANGED);
    here.delete("/session", 1).expect(204);
    // The server that made the change may be told of it once more by the database.
    let said = std::iter::repeat_with(|| mine.next()).find(|next| *next != CHANGED);
    assert_eq!(said, Some(ENDED));
    assert_eq!(mine.next(), Next::Over);
    // Of another organization nothing is heard.
    assert_eq!(other.next(), Next::Nothing);
    within_a_second(|| app.server.site.db.access().watch().len() == 1);
}

#[test]
fn nobody_holds_more_streams_than_anybody_may() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let watch = app.server.site.db.access().watch();
    let streams: Vec<EventStream> = (0..8).map(|_| listen(&admin)).collect();
    assert_eq!(watch.len(), 8);
    admin.get("/events").expect(429);
    // Those of another session are counted by themselves.
    let other = app.acme.admin(&app);
    let elsewhere = listen(&other);
    other.delete("/session", 1).expect(204);
    while elsewhere.next() != Next::Over {}
    // One ends, and there is room for another.
    admin.delete("/session", 1).expect(204);
    for stream in &streams {
        // Sessions of the same person that began or ended meanwhile were told before.
        let said = std::iter::repeat_with(|| stream.next()).find(|next| *next != CHANGED);
        assert_eq!((said, stream.next()), (Some(ENDED), Next::Over));
    }
    within_a_second(|| watch.is_empty());
    listen(&app.acme.admin(&app));
}

#[test]
fn listening_is_no_use_of_a_session_and_doing_is() {
    let app = TestApp::start();
    let actor = app.acme.admin(&app);
    let last_used = || -> Vec<shared::session::OwnSession> {
        app.acme.admin(&app).get("/profile/sessions").expect(200).json()
    };
    let of_actor =
        || last_used().into_iter().find(|one| one.id == actor.session).expect("it lasts").last_used_at;
    let before = of_actor();
    app.clock.advance(TimeDelta::minutes(2));
    listen(&actor);
    assert_eq!(of_actor(), before);
    actor.get("/session").expect(200);
    assert_eq!(of_actor(), app.clock.now());
    let used = of_actor();
    app.clock.advance(TimeDelta::seconds(59));
    actor.get("/session").expect(200);
    assert_eq!(of_actor(), used, "to the minute");
}

#[test]
fn a_server_that_is_told_to_stop_does_not_wait_for_streams() {
    let database = Database::create();
    let mut program = Program::start(&database);
    let stream = program.signed_in().follow("/events");
    assert_eq!(stream.next(), Next::Event(LiveEvent::Heartbeat));
    let started = Instant::now();
    program.tell_to_stop();
    assert!(program.wait().0.success());
    // Well below the twenty seconds that requests under way are given.
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    while stream.next() != Next::Over {}
}
