//! OpenAPI, made from the route list: what the server offers is what the document says.

use serde_json::json;
use utoipa::openapi::{
    ComponentsBuilder, Content, Info, License, OpenApi, Paths, RefOr, Response, Schema,
    extensions::ExtensionsBuilder,
    path::{HttpMethod, Operation},
    schema::Ref,
    security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
};

use super::{guards::Access, route::Route, routes::PREFIX};

/// The document for these routes.
pub fn document(routes: &[Route]) -> OpenApi {
    let mut paths = Paths::new();
    let mut components = ComponentsBuilder::new()
        .security_scheme("session", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)))
        .schema_from::<shared::Problem>();
    let mut schemas: Vec<(String, RefOr<Schema>)> = Vec::new();
    <shared::Problem as utoipa::ToSchema>::schemas(&mut schemas);
    for route in routes {
        paths.add_path_operation(
            format!("{PREFIX}{}", route.path),
            vec![route.method.clone()],
            operation(route),
        );
        schemas.extend(route.schemas.iter().cloned());
    }
    schemas.sort_by(|one, two| one.0.cmp(&two.0));
    components = components.schemas_from_iter(schemas);
    let mut info = Info::new("Portico", env!("CARGO_PKG_VERSION"));
    info.description = Some("Projects, services, programs and portfolios.".to_owned());
    let mut license = License::new("Apache License 2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    info.license = Some(license);
    let mut document = OpenApi::new(info, paths);
    document.components = Some(components.build());
    document
}

fn operation(route: &Route) -> Operation {
    let mut operation = route.operation.clone();
    let (kind, extension) = match route.access {
        Access::Public(why) => ("public", json!({"kind": "public", "why": why})),
        Access::SignedIn(why) => ("signed_in", json!({"kind": "signed_in", "why": why})),
        Access::Allowed(menu, operation) => {
            ("allowed", json!({"kind": "allowed", "menu": menu.key(), "operation": operation.key()}))
        }
        Access::InProject(menu, operation) => {
            ("in_project", json!({"kind": "in_project", "menu": menu.key(), "operation": operation.key()}))
        }
    };
    operation.extensions = Some(ExtensionsBuilder::new().add("x-access", extension).build());
    if kind != "public" {
        operation.security = Some(vec![SecurityRequirement::new("session", Vec::<String>::new())]);
    }
    for status in problem_statuses(route, kind) {
        operation.responses.responses.entry(status.to_string()).or_insert_with(|| {
            let mut response = Response::new(problem_text(status));
            response.content.insert(
                "application/problem+json".to_owned(),
                RefOr::T(Content::new(Some(RefOr::<Schema>::Ref(Ref::from_schema_name("Problem"))))),
            );
            RefOr::T(response)
        });
    }
    operation
}

/// The problems that a route may answer, from what it takes and asks for.
fn problem_statuses(route: &Route, kind: &str) -> Vec<u16> {
    let has_parameters = route.operation.parameters.as_ref().is_some_and(|parameters| !parameters.is_empty());
    let takes_body = route.operation.request_body.is_some();
    let is_versioned = matches!(route.method, HttpMethod::Patch | HttpMethod::Delete);
    let mut statuses = vec![401, 403, 404, 429, 500, 503];
    if takes_body {
        statuses.extend([400, 409, 413, 415, 422]);
    }
    if has_parameters {
        statuses.push(422);
    }
    if is_versioned {
        statuses.extend([400, 409, 412, 428]);
    }
    if kind == "public" {
        statuses.retain(|status| *status != 428);
    }
    if matches!(route.method, HttpMethod::Post) {
        statuses.push(409);
    }
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn problem_text(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be read.",
        401 => "There is no session, or it is over.",
        403 => "Not yours to do; `denial` says why.",
        404 => "Not there, or not yours to see.",
        409 => "What is there stands in the way.",
        412 => "Someone else has changed it meanwhile; `current` has the present state.",
        413 => "The body is too large.",
        415 => "The body is not JSON.",
        422 => "Some values are not allowed; `errors` names each.",
        428 => "`If-Match` is missing.",
        429 => "Too many attempts; `Retry-After` says when to try again.",
        503 => "The server is busy; `Retry-After` says when to try again.",
        _ => "Something broke.",
    }
}
