//! Traces, received as a collector does.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::mpsc,
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::{Span, span::SpanKind},
};
use prost::Message as _;

use crate::harness::{Database, Program, free_address};

/// A collector at an address of its own: gives whatever is sent to `/v1/traces`.
fn collector() -> (String, mpsc::Receiver<ExportTraceServiceRequest>) {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", socket.local_addr().expect("it has an address"));
    let (say, hear) = mpsc::channel();
    std::thread::spawn(move || {
        // Ends with the test's process.
        for connection in socket.incoming() {
            let say = say.clone();
            std::thread::spawn(move || {
                let mut reader = BufReader::new(connection.expect("a connection"));
                while let Some((head, body)) = request(&mut reader) {
                    assert!(head[0].starts_with("POST /v1/traces "), "{head:?}");
                    assert!(head.contains(&"content-type: application/x-protobuf".to_owned()), "{head:?}");
                    let sent = ExportTraceServiceRequest::decode(body.as_slice()).expect("it is one");
                    // Where the test is over, nobody listens any more.
                    say.send(sent).unwrap_or_default();
                    reader
                        .get_mut()
                        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                        .expect("it is answered");
                }
            });
        }
    });
    (address, hear)
}

/// The lines of the head in lower case, but for the first, and the body; absent where the connection has ended.
fn request(reader: &mut impl BufRead) -> Option<(Vec<String>, Vec<u8>)> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        head.push(if head.is_empty() { line.to_owned() } else { line.to_lowercase() });
    }
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    let mut body = vec![0; length.parse().expect("a number")];
    reader.read_exact(&mut body).expect("a body");
    Some((head, body))
}

fn attribute<'a>(attributes: &'a [KeyValue], name: &str) -> Option<&'a Value> {
    attributes.iter().find(|one| one.key == name)?.value.as_ref()?.value.as_ref()
}

#[test]
fn a_request_is_a_span_with_its_database_work_below() {
    let (address, heard) = collector();
    let database = Database::create();
    let more = [("OTEL_EXPORTER_OTLP_ENDPOINT", address.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "100")];
    let program = Program::serve(&database.url("portico_app"), free_address(), &more);
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let client = program.signed_in().with_header("traceparent", &format!("00-{trace}-b7ad6b7169203331-01"));
    client.get("/projects?q=canary").expect(200);
    client.get("/projects/nobody").expect(404);

    let mut spans: Vec<Span> = Vec::new();
    let is_of_list = |span: &&Span| {
        attribute(&span.attributes, "http.route") == Some(&Value::StringValue("/api/v1/projects".to_owned()))
    };
    while !(spans.iter().any(|span| is_of_list(&span))
        && spans.iter().any(|span| span.name.ends_with("{project}")))
    {
        let sent = heard.recv_timeout(Duration::from_secs(20)).expect("spans come");
        for resource in sent.resource_spans {
            let of = resource.resource.expect("somebody sends it");
            assert_eq!(
                attribute(&of.attributes, "service.name"),
                Some(&Value::StringValue("portico-serve".to_owned()))
            );
            spans.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    let list = spans.iter().find(is_of_list).expect("it is there");
    assert_eq!(list.name, "GET /api/v1/projects");
    assert_eq!(list.kind(), SpanKind::Server);
    let status = attribute(&list.attributes, "http.response.status_code");
    assert_eq!(status, Some(&Value::IntValue(200)));
    let number = |bytes: &[u8]| bytes.iter().fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
    let sent = u128::from_str_radix(trace, 16).expect("a number");
    assert_eq!((number(&list.trace_id), number(&list.parent_span_id)), (sent, 0xb7ad_6b71_6920_3331));
    let below: Vec<&Span> = spans.iter().filter(|span| span.parent_span_id == list.span_id).collect();
    assert!(!below.is_empty(), "{spans:#?}");
    for span in below {
        assert_eq!((span.name.as_str(), &span.trace_id), ("database", &list.trace_id));
        let system = attribute(&span.attributes, "db.system.name");
        assert_eq!(system, Some(&Value::StringValue("postgresql".to_owned())));
        assert!(span.start_time_unix_nano >= list.start_time_unix_nano);
        assert!(span.end_time_unix_nano <= list.end_time_unix_nano);
    }
    let all = format!("{spans:?}");
    assert!(!all.contains("canary") && !all.contains("admin@acme.example"), "{all}");
}

#[test]
fn a_collector_that_is_away_harms_nobody() {
    let nobody = format!("http://{}", free_address());
    let database = Database::create();
    let more = [("OTEL_EXPORTER_OTLP_ENDPOINT", nobody.as_str())];
    let mut program = Program::serve(&database.url("portico_app"), free_address(), &more);
    program.signed_in().get("/projects").expect(200);
    program.tell_to_stop();
    let (status, took) = program.wait();
    assert!(status.success() && took < Duration::from_secs(15), "{status} after {took:?}");
}
