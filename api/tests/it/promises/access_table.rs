//! Promise: who may call what is one table. A permission that changes is a line that changes.

use std::collections::BTreeSet;

use api::http::routes;

use super::sql::files;

#[test]
fn the_access_table() {
    let mut routes = routes::all();
    routes.sort_by(|one, two| (&one.path, one.method()).cmp(&(&two.path, two.method())));
    let width = |text: &dyn Fn(&api::http::route::Route) -> usize| routes.iter().map(text).max().unwrap_or(0);
    let (path, name) = (width(&|route| route.path.len()), width(&|route| route.name.len()));
    let table: Vec<String> = routes
        .iter()
        .map(|route| {
            let (method, access) = (route.method(), route.access);
            let tokens = if route.takes_tokens { ", tokens" } else { "" };
            let by_link = if route.by_link { ", by link" } else { "" };
            let more = format!("{}{tokens}{by_link}", route.confirmation);
            format!("{method:<7}{:<path$}  {:<name$}  {access}{more}", route.path, route.name)
        })
        .collect();
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn an_operation_is_called_like_its_handler_and_by_one_name() {
    let mut names = BTreeSet::new();
    for route in routes::all() {
        assert_eq!(route.operation.operation_id.as_deref(), Some(route.name), "{route:?}");
        assert!(names.insert(route.name), "{} twice", route.name);
    }
}

#[test]
fn a_path_and_method_stand_once() {
    let mut seen = BTreeSet::new();
    for route in routes::all() {
        assert!(seen.insert((route.path.clone(), route.method())), "{route:?} twice");
        let lower = |text: &str| text.chars().all(|one| one.is_ascii_lowercase() || one == '-');
        for segment in route.path.trim_start_matches('/').split('/') {
            let parameter = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            assert!(lower(parameter.unwrap_or(segment)), "{route:?}");
        }
    }
}

#[test]
fn names_begin_with_a_known_verb() {
    // The four that every resource has, and verbs of their own.
    const VERBS: &[&str] = &[
        "list",
        "get",
        "create",
        "update",
        "delete",
        "accept",
        "change",
        "check",
        "confirm",
        "copy",
        "deactivate",
        "end",
        "erase",
        "explain",
        "export",
        "hand",
        "import",
        "reactivate",
        "recover",
        "refresh",
        "request",
        "resend",
        "revoke",
        "sign",
        "simulate",
    ];
    let routes = routes::all();
    let mut used = BTreeSet::new();
    for route in &routes {
        let verb = route.name.split('_').next().unwrap_or_default();
        assert!(VERBS.contains(&verb), "{} begins with no known verb", route.name);
        used.insert(verb);
    }
    assert_eq!(used.len(), VERBS.len(), "a verb that nothing begins with");
}

/// A handler that is written and not listed would be documented nowhere and offered nowhere.
#[test]
fn every_handler_is_listed() {
    let mut written = BTreeSet::new();
    for (name, text) in files("api/src", "rs") {
        let code =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        for block in code.split("#[utoipa::path(").skip(1) {
            let handler = block.split("async fn ").nth(1).and_then(|rest| rest.split(['(', '<']).next());
            written.insert(
                handler.unwrap_or_else(|| panic!("{name}: an operation without a handler")).to_owned(),
            );
        }
    }
    let all = routes::all().into_iter().chain(api::console::routes());
    let listed: BTreeSet<String> = all.map(|route| route.name.to_owned()).collect();
    assert_eq!(written, listed);
}

/// The example that must not compile and the one that does differ in the guard alone, so that it fails for that.
#[test]
fn the_guardless_example_differs_in_its_guard_alone() {
    let text = include_str!("../../../src/http/guards.rs");
    let documentation: Vec<&str> =
        text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim_start).collect();
    let documentation = documentation.join("\n");
    let blocks: Vec<&str> = documentation.split("```").skip(1).step_by(2).collect();
    let [failing, passing] = blocks[..] else { panic!("two examples") };
    let failing = failing.strip_prefix("compile_fail,E0277").expect("the first one fails");
    assert_eq!(failing.replace("fn open()", "fn open(_who: Public<why::SignInPage>)"), passing);
}
