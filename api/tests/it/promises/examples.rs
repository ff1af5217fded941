//! Promise: whatever the API takes or gives is shown by an example that is what its schema says, and every problem by
//! one with its status. (The linter judges the same examples once more, by a validator that is not ours.)

use std::collections::BTreeSet;

use api::http::{openapi, openapi::examples, routes};
use serde_json::Value;
use shared::ProblemCode;

use super::conform;

fn document() -> Value {
    serde_json::to_value(openapi::document(&routes::all())).expect("a document")
}

/// What a reference leads to, or the value itself.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str().and_then(|path| path.strip_prefix('#')) {
        Some(path) => document.pointer(path).unwrap_or_else(|| panic!("{path} is not there")),
        None => value,
    }
}

/// One body or answer of an operation.
struct Told<'a> {
    operation: &'a str,
    /// The status, or `body`.
    place: &'a str,
    kind: &'a str,
    content: &'a Value,
}

impl std::fmt::Display for Told<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {} {}", self.operation, self.place, self.kind)
    }
}

fn all_told(document: &Value) -> Vec<Told<'_>> {
    let paths = document["paths"].as_object().expect("paths").values().filter_map(Value::as_object);
    let operations = paths.flat_map(serde_json::Map::values);
    let contents = operations.flat_map(|one| {
        let operation = one["operationId"].as_str().expect("an id");
        let answers = one["responses"].as_object().expect("responses").iter();
        let answers = answers.map(|(status, answer)| (status.as_str(), &answer["content"]));
        std::iter::once(("body", &one["requestBody"]["content"])).chain(answers).flat_map(
            move |(place, content)| {
                let contents = content.as_object().into_iter().flatten();
                contents.map(move |(kind, content)| Told { operation, place, kind, content })
            },
        )
    });
    contents.collect()
}

fn examples_of<'a>(document: &'a Value, content: &'a Value) -> Vec<&'a Value> {
    let named = content["examples"].as_object().into_iter().flatten();
    named.map(|(_, example)| &resolved(document, example)["value"]).collect()
}

#[test]
fn every_example_can_be_read_as_its_type_and_is_used() {
    let document = document();
    let mut names = BTreeSet::new();
    for sample in examples::written() {
        assert_eq!(sample.fault, None, "{}", sample.of);
        assert!(names.insert(sample.of.clone()), "{} twice", sample.of);
    }
    let mut used = BTreeSet::new();
    for told in all_told(&document) {
        for example in told.content["examples"].as_object().into_iter().flat_map(|all| all.values()) {
            let path = example["$ref"].as_str().expect("a reference");
            let name = path.strip_prefix("#/components/examples/").expect("an example");
            used.insert(name.trim_start_matches("Page_").trim_end_matches("_list").to_owned());
        }
    }
    assert_eq!(names.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new(), "nobody shows them");
}

#[test]
fn every_body_and_answer_is_shown_by_an_example_that_fits() {
    let document = document();
    let mut shown = 0;
    // Tables, images and what is uploaded are files: no text can show them.
    let is_file = |kind: &str| {
        kind.contains("spreadsheet") || kind.starts_with("image/") || kind == "application/octet-stream"
    };
    for told in all_told(&document).iter().filter(|told| !is_file(told.kind)) {
        let examples = examples_of(&document, told.content);
        assert!(!examples.is_empty(), "{told}: say in http/openapi/examples how it looks");
        for example in examples {
            let misfits = conform::misfits(&document, &told.content["schema"], example, "");
            assert_eq!(misfits, Vec::<String>::new(), "{told}");
            shown += 1;
        }
    }
    assert!(shown > 89, "{shown}");
}

#[test]
fn every_problem_is_shown_with_its_status() {
    let document = document();
    for told in all_told(&document).iter().filter(|told| told.kind == "application/problem+json") {
        for example in examples_of(&document, told.content) {
            let code = example["code"].as_str().expect("a code");
            let code = ProblemCode::ALL.iter().find(|one| one.key() == code).expect("a known one");
            assert_eq!(told.place, code.status().to_string(), "{told}: {}", code.key());
            assert_eq!(example["status"], code.status(), "{told}");
            assert!(example["detail"].is_string() && example["request_id"].is_string(), "{told}");
        }
    }
}

#[test]
fn every_parameter_of_a_path_and_every_header_has_an_example() {
    let document = document();
    let paths = document["paths"].as_object().expect("paths").values().filter_map(Value::as_object);
    for operation in paths.flat_map(serde_json::Map::values) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let schema = resolved(&document, &parameter["schema"]);
            let examples = schema["examples"].as_array();
            let place = format!("{} {}", operation["operationId"], parameter["name"]);
            assert!(parameter["in"] != "path" || examples.is_some(), "{place}");
            for example in examples.into_iter().flatten() {
                let misfits = conform::misfits(&document, schema, example, "");
                assert_eq!(misfits, Vec::<String>::new(), "{place}");
            }
        }
        for (status, answer) in operation["responses"].as_object().expect("responses") {
            let headers = answer["headers"].as_object().expect("headers");
            for (name, header) in headers {
                let header = resolved(&document, header);
                assert!(header["description"].is_string() && !header["example"].is_null(), "{name}");
            }
            for name in ["X-Request-Id", "RateLimit", "RateLimit-Policy"] {
                assert!(headers.contains_key(name), "{} {status}: {name}", operation["operationId"]);
            }
            assert!(!matches!(status.as_str(), "429" | "503") || headers.contains_key("Retry-After"));
        }
    }
}
