//! Promise: the OpenAPI document says what the server offers, all of it and nothing else; the committed file is it.

use std::{collections::BTreeSet, path::Path};

use api::http::{
    guards::{Access, Confirmation},
    idempotency, openapi,
    route::Route,
    routes,
};
use serde_json::{Value, json};

fn document() -> Value {
    serde_json::to_value(openapi::document(&routes::all())).expect("a document")
}

/// The operation of a route in the document.
fn operation<'a>(document: &'a Value, route: &Route) -> &'a Value {
    &document["paths"][format!("{}{}", routes::PREFIX, route.path)][route.method().to_lowercase()]
}

fn strings(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

#[test]
fn the_document_lists_the_routes_and_nothing_else() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut there = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for method in strings(methods) {
            there.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let routes = routes::all();
    let offered: BTreeSet<String> =
        routes.iter().map(|route| format!("{} {}{}", route.method(), routes::PREFIX, route.path)).collect();
    assert_eq!(there, offered);
    assert_eq!(there.len(), routes.len());
}

#[test]
fn every_operation_says_what_it_is_and_who_may() {
    let document = document();
    for route in routes::all() {
        let operation = operation(&document, &route);
        assert_eq!(operation["operationId"], route.name, "{route:?}");
        let summary = operation["summary"].as_str().unwrap_or_default();
        assert!(summary.len() > 3, "{route:?} has no summary: its doc comment is missing");
        let tags = operation["tags"].as_array().map_or(0, Vec::len);
        assert_eq!(tags, 1, "{route:?}: say in http/openapi/tags.rs where it belongs");
        let mut access = match route.access {
            Access::Public(why) => json!({"kind": "public", "why": why}),
            Access::SignedIn(why) => json!({"kind": "signed_in", "why": why}),
            Access::Allowed(menu, what) => {
                json!({"kind": "allowed", "menu": menu.key(), "operation": what.key()})
            }
            Access::InProject(menu, what) => {
                json!({"kind": "in_project", "menu": menu.key(), "operation": what.key()})
            }
            Access::SeesProject => json!({"kind": "sees_project"}),
            Access::Operator(_) => {
                panic!("{route:?}: the console's routes stand in no document of the tenants'")
            }
        };
        match route.confirmation {
            Confirmation::Never => {}
            Confirmation::Always => access["confirmed"] = json!(true),
            Confirmation::For(what) => access["confirmed_for"] = json!(what),
        }
        if route.by_link {
            access["by_link"] = json!(true);
        }
        let security = match (route.access, route.takes_tokens) {
            (Access::Public(_), _) => json!([]),
            (_, true) => json!([{"session": []}, {"token": []}]),
            (_, false) => json!([{"session": []}]),
        };
        if !matches!(route.access, Access::Public(_)) {
            access["tokens"] = json!(route.takes_tokens);
        }
        assert_eq!(operation["x-access"], access, "{route:?}");
        assert_eq!(operation["security"], security, "{route:?}");
    }
}

#[test]
fn every_tag_is_declared_and_described_in_the_order_of_the_navigation() {
    let document = document();
    let declared: Vec<&str> = document["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .inspect(|tag| assert!(tag["description"].as_str().is_some_and(|text| text.len() > 10), "{tag}"))
        .filter_map(|tag| tag["name"].as_str())
        .collect();
    let routes = routes::all();
    let used: BTreeSet<&str> =
        routes.iter().filter_map(|route| operation(&document, route)["tags"][0].as_str()).collect();
    assert_eq!(declared.iter().copied().collect::<BTreeSet<_>>(), used);
    assert_eq!(
        declared,
        [
            "Before Sign-In",
            "Session",
            "My Profile",
            "Access",
            "My Projects",
            "Projects",
            "General Data",
            "User Management",
            "Parameters",
            "Security",
            "Manage Account"
        ]
    );
}

#[test]
fn every_parameter_of_a_path_is_described() {
    let document = document();
    for route in routes::all() {
        let operation = operation(&document, &route);
        let described: BTreeSet<&str> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "path")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        let named: BTreeSet<&str> = route
            .path
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        assert_eq!(described, named, "{route:?}");
    }
}

#[test]
fn every_operation_has_one_success_and_its_problems() {
    let document = document();
    for route in routes::all() {
        let responses = operation(&document, &route)["responses"].as_object().expect("responses");
        let success: Vec<&str> =
            responses.keys().map(String::as_str).filter(|status| status.starts_with('2')).collect();
        assert_eq!(success.len(), 1, "{route:?}: {success:?}");
        let answer = &responses[success[0]];
        assert!(answer["description"].as_str().is_some_and(|text| !text.is_empty()), "{route:?}");
        assert_eq!(answer["content"].is_null(), success == ["204"], "{route:?}: a body but with 204");
        for (status, answer) in responses.iter().filter(|(status, _)| !status.starts_with('2')) {
            let schema = &answer["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{route:?} {status}");
        }
        let needs_session = !matches!(route.access, Access::Public(_));
        assert!(!needs_session || responses.contains_key("401"), "{route:?}");
        let is_guarded = !matches!(route.access, Access::Public(_) | Access::SignedIn(_));
        assert!(!is_guarded || responses.contains_key("403"), "{route:?}");
    }
}

#[test]
fn every_version_is_asked_for_and_given() {
    let document = document();
    for route in routes::all() {
        let operation = operation(&document, &route);
        let headers: Vec<&Value> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "header" && parameter["name"] != "Idempotency-Key")
            .collect();
        assert!(headers.len() <= 1, "{route:?}: a handler writes what its signature says already");
        let if_match = headers.first().filter(|parameter| parameter["name"] == "If-Match");
        assert_eq!(
            if_match.is_some(),
            route.takes_version,
            "{route:?}: the document adds it, no handler does"
        );
        let refuses = strings(&operation["responses"]).contains("428");
        assert_eq!(refuses, route.takes_version, "{route:?}: `If-Match` and 428 go together");
        assert!(if_match.is_none_or(|parameter| parameter["required"] == true), "{route:?}");
        if route.method() == "PATCH" {
            assert!(if_match.is_some(), "{route:?} takes no version");
            assert!(
                !operation["responses"]["200"]["headers"]["ETag"].is_null(),
                "{route:?} gives no version"
            );
        }
    }
}

#[test]
fn every_operation_that_honours_an_idempotency_key_says_so() {
    let document = document();
    for route in routes::all() {
        let operation = operation(&document, &route);
        let key = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|parameter| parameter["in"] == "header" && parameter["name"] == "Idempotency-Key");
        assert_eq!(key.is_some(), idempotency::applies(&route), "{route:?}");
        assert!(key.is_none_or(|parameter| parameter["required"] == false), "{route:?}");
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = document();
    let mut used = BTreeSet::new();
    references(&document, &mut used);
    let there: BTreeSet<String> = ["schemas", "examples", "headers"]
        .into_iter()
        .flat_map(|kind| strings(&document["components"][kind]).into_iter().map(move |name| (kind, name)))
        .map(|(kind, name)| format!("#/components/{kind}/{name}"))
        .collect();
    assert_eq!(used.difference(&there).collect::<Vec<_>>(), Vec::<&String>::new(), "lead nowhere");
    assert_eq!(there.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new(), "nobody uses them");
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|value| references(value, found));
        }
        Value::Array(array) => array.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// `PORTICO_BLESS=1` writes the file anew; its changes are then seen where they are reviewed.
#[test]
#[expect(clippy::disallowed_methods, reason = "a setting of this test alone")]
fn the_committed_document_is_this_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/portico.json");
    let generated = openapi::document(&routes::all()).to_pretty_json().expect("a document") + "\n";
    if std::env::var("PORTICO_BLESS").is_ok() {
        std::fs::write(&path, &generated).expect("the file is written");
    }
    let committed = std::fs::read_to_string(&path).expect("openapi/portico.json is there");
    assert!(
        committed == generated,
        "openapi/portico.json is of another version of the API: run this test with PORTICO_BLESS=1, and look at what changes"
    );
}
