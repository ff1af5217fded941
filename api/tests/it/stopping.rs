//! A server and a worker that are told to stop: others are told at once, what is under way is finished, what was
//! gathered in memory is written.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt};
use serde_json::json;

use crate::harness::{ACME, Client, Database, Program, api_token, free_address, until};

fn count(database: &Database, query: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    let row: Row = sql_query(query).get_result(&mut database.superuser()).expect("it is counted");
    row.number
}

#[test]
fn a_server_says_so_goes_on_and_then_ends_well() {
    let database = Database::create();
    let more = [("PORTICO_DRAIN_SECONDS", "2")];
    let mut program = Program::serve(&database.url("portico_app"), free_address(), &more);
    let client = program.signed_in();
    Client::new(program.address, ACME).get("/projects").expect(401);
    // A request whose body has not come yet.
    let mut socket = TcpStream::connect(program.address).expect("it connects");
    let body = json!({"name": "Begun before"}).to_string();
    write!(
        socket,
        "POST /api/v1/projects HTTP/1.1\r\nhost: {ACME}\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        client.token().expect("signed in"),
        body.len()
    )
    .expect("its head is sent");

    program.tell_to_stop();
    let stranger = Client::new(program.address, ACME);
    until("it is not ready any more", || !stranger.answers("//readyz"));
    // While others are being told, it answers as ever, and keeps no connection.
    let answer = client.post("/projects", &json!({"name": "While it stops"})).expect(201);
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(stranger.get("//livez").expect(200).text, "alive\n");
    until("it takes nobody in", || TcpStream::connect(program.address).is_err());
    socket.write_all(body.as_bytes()).expect("its body is sent");
    let mut text = String::new();
    socket.read_to_string(&mut text).expect("it is answered");
    assert!(text.starts_with("HTTP/1.1 201 "), "{text}");
    let (status, took) = program.wait();
    assert!(status.success() && took < Duration::from_secs(10), "{status} after {took:?}");
    assert_eq!(count(&database, "SELECT count(*) AS number FROM projects"), 2);
    let refused = "SELECT coalesce(sum(requests), 0)::bigint AS number FROM denied_access";
    assert!(count(&database, refused) >= 1, "refused requests that were counted in memory are written");
}

#[test]
fn a_second_signal_does_not_wait() {
    let database = Database::create();
    let more = [("PORTICO_DRAIN_SECONDS", "600")];
    let mut program = Program::serve(&database.url("portico_app"), free_address(), &more);
    program.tell_to_stop();
    let stranger = Client::new(program.address, ACME);
    until("it is not ready any more", || !stranger.answers("//readyz"));
    program.tell_to_stop();
    let (status, took) = program.wait();
    assert!(status.success() && took < Duration::from_secs(10), "{status} after {took:?}");
}

#[test]
fn the_last_use_of_a_token_is_written() {
    let database = Database::create();
    let mut program = Program::start(&database);
    let client = program.signed_in();
    let secret = api_token(&client, "Used at last");
    Client::new(program.address, ACME).with_token(&secret).get("/projects").expect(200);
    program.tell_to_stop();
    assert!(program.wait().0.success());
    let used = "SELECT count(*) AS number FROM api_tokens WHERE last_used_at IS NOT NULL";
    assert_eq!(count(&database, used), 1);
}

#[test]
fn a_worker_ends_well() {
    let database = Database::create();
    let mut program = Program::work(&database, &[]);
    program.tell_to_stop();
    let (status, took) = program.wait();
    assert!(status.success() && took < Duration::from_secs(10), "{status} after {took:?}");
}
