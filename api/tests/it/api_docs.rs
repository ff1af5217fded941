//! The documentation of the API: at every host, for everybody, and from nowhere else.

use api::http::{openapi, routes};
use serde_json::Value;
use ureq::http::Method;

use crate::harness::{Client, TestApp};

/// An organization's host, the shared one, and one that nobody knows.
fn hosts(app: &TestApp) -> [Client; 3] {
    [app.client(&app.acme), app.shared_client(), app.server.client("unknown.example")]
}

#[test]
fn the_page_shows_every_operation_and_has_a_policy_of_its_own() {
    let app = TestApp::start();
    for client in hosts(&app) {
        let page = client.get("//api/docs").expect(200);
        let policy = page.header("content-security-policy").expect("a policy");
        assert_eq!(
            policy,
            "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'"
        );
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("x-frame-options"), Some("DENY"));
        let text = &page.text;
        for route in routes::all() {
            assert!(text.contains(&format!("<h3 id=\"{}\">", route.name)), "{route:?}");
            assert!(text.contains(&format!("<a href=\"#{}\">", route.name)), "{route:?}");
        }
        client.get("//api/docs/style.css").expect(200);
        assert_eq!(client.send(Method::HEAD, "//api/docs", None, None).status, 200);
        assert_eq!(client.send(Method::POST, "//api/docs", None, None).status, 405);
    }
}

/// What a browser would load or run; what it follows only when somebody clicks counts too.
#[test]
fn the_page_names_no_other_host_and_has_no_script() {
    let app = TestApp::start();
    let client = app.shared_client();
    let page = client.get("//api/docs").expect(200).text;
    let style = client.get("//api/docs/style.css").expect(200).text;
    for inline in ["<script", "<style", " style=\"", "javascript:"] {
        assert!(!page.contains(inline), "{inline}");
    }
    for address in page.split(['"', '\'']).filter(|word| word.contains("//")) {
        assert!(!address.starts_with("//") && !address.starts_with("http"), "{address}");
    }
    assert!(!style.contains("url(") && !style.contains("@import") && !style.contains("http"));
    // Every link within the page leads somewhere.
    for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(page.contains(&format!("id=\"{target}\"")), "#{target} leads nowhere");
    }
}

#[test]
fn the_document_is_served_as_it_is_committed() {
    let app = TestApp::start();
    let made = serde_json::to_value(openapi::document(&routes::all())).expect("a document");
    for client in hosts(&app) {
        let answer = client.get("//api/openapi.json").expect(200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let served: Value = answer.json();
        assert_eq!(served, made);
    }
}

#[test]
fn a_method_that_is_not_offered_is_answered_with_those_that_are() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let answer = admin.put("/projects", &serde_json::json!({})).expect(405);
    assert_eq!(answer.header("allow"), Some("GET, POST"));
}
