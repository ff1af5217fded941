//! Signed links: for a minute, one address, one session.

use api::http::signed_link::{self, Resource};
use chrono::TimeDelta;
use shared::session::SignedLink;

use crate::harness::{Actor, Client, TestApp};

const PATH: &str = "/profile/sessions/history";

fn link(actor: &Actor) -> String {
    let link: SignedLink = actor.get(&format!("{PATH}/link")).expect(200).json();
    link.href.strip_prefix("/api/v1").expect("a path of the API").to_owned()
}

#[test]
fn a_link_opens_its_address_without_a_header_for_a_minute() {
    let app = TestApp::start();
    let (actor, anyone) = (app.acme.admin(&app), app.client(&app.acme));
    let link = link(&actor);
    let file = anyone.get(&link).expect(200);
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"sessions.csv\""));
    assert_eq!(file.header("cache-control"), Some("no-store"));
    assert!(
        file.text.starts_with("device,address,began,last used,ended,reason\r\nTest,127.0.0.1,"),
        "{}",
        file.text
    );
    // On every server, at the organization's host and at the shared one.
    app.second_server().client(&app.acme.host()).get(&link).expect(200);
    app.shared_client().get(&link).expect(200);
    // By header as well; without either, not.
    actor.get(PATH).expect(200);
    anyone.get(PATH).expect(401);
    app.clock.advance(TimeDelta::seconds(59));
    anyone.get(&link).expect(200);
    app.clock.advance(TimeDelta::seconds(1));
    anyone.get(&link).expect(401);
}

#[test]
fn a_link_is_good_for_nothing_else() {
    let app = TestApp::start();
    let (actor, anyone) = (app.acme.admin(&app), app.client(&app.acme));
    let link = link(&actor);
    let (path, secret) = link.split_once("?link=").expect("a link");
    let get = |client: &Client, path: &str| client.get(path).status;
    // Another organization's host.
    assert_eq!(get(&app.client(&app.norte), &link), 401);
    // Another address: by parameter, by path, and where no link opens anything.
    assert_eq!(get(&anyone, &format!("{path}?all=1&link={secret}")), 401);
    for other in
        ["/session", "/users", "/profile/sessions", "/profile/sessions/history/link", "/general-data"]
    {
        assert_eq!(get(&anyone, &format!("{other}?link={secret}")), 401, "{other}");
    }
    // Another method.
    let delete = anyone.send(ureq::http::Method::DELETE, &link, None, None);
    assert!([401, 405].contains(&delete.status), "{}", delete.status);
    // As an access token, and an access token as a link.
    assert_eq!(get(&app.client(&app.acme).with_token(secret), "/session"), 401);
    assert_eq!(get(&anyone, &format!("{path}?link={}", actor.token().expect("signed in"))), 401);
    // Changed in any place.
    for place in (0..secret.len()).step_by(7) {
        let other = if &secret[place..=place] == "A" { "B" } else { "A" };
        let changed = format!("{}{other}{}", &secret[..place], &secret[place + 1..]);
        assert_eq!(get(&anyone, &format!("{path}?link={changed}")), 401, "{place}");
    }
    for broken in ["", "x", "a.b.c", "%00"] {
        assert_eq!(get(&anyone, &format!("{path}?link={broken}")), 401, "{broken}");
    }
    assert_eq!(get(&anyone, &link), 200, "and it still opens what it is for");
}

#[test]
fn a_link_ends_with_its_session() {
    let app = TestApp::start();
    let second = app.second_server();
    let (one, other) = (app.acme.admin(&app), app.acme.admin(&app));
    let (links, there) = ((link(&one), link(&other)), second.client(&app.acme.host()));
    there.get(&links.0).expect(200);
    one.delete("/session", 1).expect(204);
    app.client(&app.acme).get(&links.0).expect(401);
    super::within_a_second(|| there.get(&links.0).status == 401);
    there.get(&links.1).expect(200);
}

#[test]
fn a_parameter_of_the_resource_is_part_of_it() {
    let resource = Resource::at("/audit-log/export").with("from", "2026-01-01").with("q", "a&b=c d");
    assert_eq!(
        format!("{resource:?}"),
        "Resource(\"/api/v1/audit-log/export?from=2026-01-01&q=a%26b%3Dc+d\")"
    );
    assert_eq!(signed_link::LIFETIME, TimeDelta::seconds(60));
}
