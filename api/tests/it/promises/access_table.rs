//! Promise: who may call what is one table. A permission that changes is a line that changes.

use std::collections::BTreeSet;

use api::http::routes;

#[test]
fn the_access_table() {
    let mut routes = routes::all();
    routes.sort_by(|one, two| (&one.path, one.method()).cmp(&(&two.path, two.method())));
    let width = |text: &dyn Fn(&api::http::route::Route) -> usize| routes.iter().map(text).max().unwrap_or(0);
    let (path, name) = (width(&|route| route.path.len()), width(&|route| route.name.len()));
    let table: Vec<String> = routes
        .iter()
        .map(|route| {
            format!("{:<7}{:<path$}  {:<name$}  {}", route.method(), route.path, route.name, route.access)
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
    const VERBS: [&str; 14] = [
        "list",
        "get",
        "create",
        "update",
        "delete",
        "add",
        "change",
        "copy",
        "deactivate",
        "end",
        "reactivate",
        "refresh",
        "remove",
        "sign",
    ];
    for route in routes::all() {
        let verb = route.name.split('_').next().unwrap_or_default();
        assert!(VERBS.contains(&verb), "{} begins with no known verb", route.name);
    }
}
