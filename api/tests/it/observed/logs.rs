//! Lines: one a request, all of a request with its id, and nothing in them that is nobody's business.

use std::collections::HashMap;

use serde_json::{Value, json};
use shared::session::SignedLink;

use crate::harness::{ACME, Client, Database, PASSWORD, Program, api_token, free_address, until};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn lines(program: &Program) -> Vec<Value> {
    let log = program.log();
    log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
}

fn of_request<'a>(lines: &'a [Value], id: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["span"]["request_id"] == id).collect()
}

fn start(database: &Database, more: &[(&str, &str)]) -> Program {
    let more = [&[("PORTICO_LOG", "info")], more].concat();
    Program::serve(&database.url("portico_app"), free_address(), &more)
}

#[test]
fn a_request_has_one_line_that_says_whose_it_was() {
    let database = Database::create();
    let program = start(&database, &[]);
    let client = program.signed_in().with_header("traceparent", &format!("00-{TRACE}-b7ad6b7169203331-01"));
    let project: shared::project::Project =
        client.post("/projects", &json!({"name": "Logged"})).expect(201).json();
    let answer = client.get(&format!("/projects/{}", project.id)).expect(200);
    let id = answer.header("x-request-id").expect("an id").to_owned();
    until("the line is there", || !of_request(&lines(&program), &id).is_empty());
    let lines = lines(&program);
    let of_request = of_request(&lines, &id);
    assert_eq!(of_request.len(), 1, "{of_request:?}");
    let line = of_request[0];
    let expected = [
        ("message", json!("request")),
        ("method", json!("GET")),
        ("template", json!("/api/v1/projects/{project}")),
        ("status", json!(200)),
        ("trace", json!(TRACE)),
    ];
    for (field, value) in expected {
        assert_eq!(line[field], value, "{line}");
    }
    assert!(line["milliseconds"].as_f64().expect("a number") > 0.0, "{line}");
    for field in ["organization", "user"] {
        uuid::Uuid::parse_str(line[field].as_str().expect("an id")).expect("an id");
    }
    assert_eq!(line["token"], Value::Null);
}

/// The problem's id is the one of the answer and of all lines, the one from a thread for blocking work too.
#[test]
fn what_goes_wrong_is_found_by_the_id_of_its_request() {
    let database = Database::create();
    let program = start(&database, &[]);
    let client = Client::new(program.address, ACME);
    client.post("/session", &json!({"email": "admin@acme.example", "password": PASSWORD})).expect(200);
    let (name, first) =
        client.cookies().into_iter().find(|(name, _)| name.contains("refresh")).expect("a cookie");
    for _ in 0..2 {
        client.post("/session/refresh", &json!({})).expect(200);
    }
    client.set_cookie(&name, &first);
    let refused = client.post("/session/refresh", &json!({})).expect(401);
    let id = refused.header("x-request-id").expect("an id").to_owned();
    assert_eq!(refused.problem().request_id.as_deref(), Some(id.as_str()));
    until("its line is there", || of_request(&lines(&program), &id).len() == 2);
    let lines = lines(&program);
    let said: HashMap<_, _> =
        of_request(&lines, &id).into_iter().map(|line| (line["message"].as_str(), line)).collect();
    assert_eq!(said[&Some("a used refresh token was shown again")]["level"], "WARN");
    assert_eq!(said[&Some("request")]["status"], 401);
}

/// Everything that people write or show, in every place where a request has room for it.
#[test]
fn no_line_holds_a_secret_or_what_people_wrote() {
    let database = Database::create();
    let program = start(&database, &[("PORTICO_LOG", "debug")]);
    let client = program.signed_in();
    let access_token = client.token().expect("signed in").to_owned();
    let secret = api_token(&client, "Canary token");
    let with_secret = Client::new(program.address, ACME).with_token(&secret);
    let answer = with_secret.get("/projects").expect(200);
    with_secret.get("/profile/sessions").expect(403);
    Client::new(program.address, ACME).with_token(&format!("{secret}x")).get("/projects").expect(401);
    Client::new(program.address, ACME).with_token("canary.of.nobody").get("/projects").expect(401);
    let stranger = Client::new(program.address, ACME).with_header("user-agent", "canary-agent");
    let wrong = json!({"email": "canary@people.example", "password": "canary in the mine"});
    stranger.post("/session", &wrong).expect(401);
    stranger.post("/password-recoveries", &json!({"email": "canary@people.example"})).expect(204);
    stranger.post("/password-recoveries/check", &json!({"token": "canary-recovery-token"}));
    stranger.post("/invitations/check", &json!({"token": "canary-invitation-token"}));
    client.post("/projects", &json!({"name": "Canary project", "unknown": "canary field"}));
    client.post("/invitations", &json!({"email": "canary@people.example"}));
    client.get("/users?q=canary-query&nobody=canary-filter");
    client.get("/canary-path/canary@people.example").expect(404);
    client.get("//canary-app-path").expect(404);
    let link: SignedLink = client.get("/profile/sessions/history/link").expect(200).json();
    Client::new(program.address, ACME).get(&format!("/{}", link.href)).expect(200);

    let id = answer.header("x-request-id").expect("an id").to_owned();
    until("the line is there", || !of_request(&lines(&program), &id).is_empty());
    let lines = lines(&program);
    assert!(
        of_request(&lines, &id).iter().all(|line| line["token"].is_string()),
        "a token is named by its id"
    );
    let log = program.log();
    let cookies = client.cookies();
    let secrets = cookies.values().map(String::as_str);
    let (_, signature) = link.href.rsplit_once("link=").expect("a link is signed");
    for canary in ["canary", "Canary", "admin@acme.example", PASSWORD, &access_token, &secret]
        .into_iter()
        .chain(secrets)
        .chain([signature])
    {
        assert!(!log.contains(canary), "{canary}: {:?}", log.lines().find(|line| line.contains(canary)));
    }
}

#[test]
fn lines_for_people_are_no_json() {
    let database = Database::create();
    let program = start(&database, &[("PORTICO_LOG_FORMAT", "text")]);
    until("a line is there", || program.log().contains("INFO") && program.log().contains("serving"));
    assert!(program.log().lines().all(|line| !line.starts_with('{')), "{}", program.log());
}
