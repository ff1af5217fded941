//! OpenAPI, made from the route list: what the server offers is what the document says.
//!
//! A handler's `#[utoipa::path]` says what it takes and gives; what follows from its signature (who may, the version,
//! the problems) is added here, so that nobody writes it twice.

mod schemas;

use serde_json::json;
use utoipa::openapi::{
    Components, ComponentsBuilder, Content, Header, Info, License, OpenApi, Paths, RefOr, Required, Response,
    Schema,
    extensions::ExtensionsBuilder,
    path::{HttpMethod, Operation, ParameterBuilder, ParameterIn},
    schema::{ObjectBuilder, Ref, Type},
    security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
};

use super::{
    guards::{Access, Confirmation},
    idempotency,
    route::Route,
    routes::PREFIX,
};

const JSON: &str = "application/json";

/// The document for these routes.
pub fn document(routes: &[Route]) -> OpenApi {
    let components = components(routes);
    let mut paths = Paths::new();
    for route in routes {
        paths.add_path_operation(
            format!("{PREFIX}{}", route.path),
            vec![route.method.clone()],
            operation(route, &components),
        );
    }
    let mut info = Info::new("Portico", env!("CARGO_PKG_VERSION"));
    info.description = Some("Projects, services, programs and portfolios.".to_owned());
    let mut license = License::new("Apache License 2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    info.license = Some(license);
    let mut document = OpenApi::new(info, paths);
    document.components = Some(components);
    document
}

fn components(routes: &[Route]) -> Components {
    let mut schemas: Vec<(String, RefOr<Schema>)> = Vec::new();
    <shared::Problem as utoipa::ToSchema>::schemas(&mut schemas);
    for route in routes {
        schemas.extend(route.schemas.iter().cloned());
    }
    schemas.sort_by(|one, two| one.0.cmp(&two.0));
    let mut components = ComponentsBuilder::new()
        .security_scheme("session", bearer("JWT", SESSION))
        .security_scheme("token", bearer("prt_", TOKEN))
        .schema_from::<shared::Problem>()
        .schemas_from_iter(schemas)
        .build();
    schemas::refer_by_name(&mut components);
    components
}

const SESSION: &str = "The access token of a session, from `POST /session` or `POST /session/refresh`.";
const TOKEN: &str = "An API token, made under My Profile, API tokens. It may do what its person may at that moment, as \
                     far as its scopes have the menu and the operation of `x-access`.";

fn bearer(format: &str, description: &str) -> SecurityScheme {
    let mut scheme = Http::new(HttpAuthScheme::Bearer);
    scheme.bearer_format = Some(format.to_owned());
    scheme.description = Some(description.to_owned());
    SecurityScheme::Http(scheme)
}

fn operation(route: &Route, components: &Components) -> Operation {
    let mut operation = route.operation.clone();
    let (kind, mut extension) = match route.access {
        Access::Public(why) => ("public", json!({"kind": "public", "why": why})),
        Access::SignedIn(why) => ("signed_in", json!({"kind": "signed_in", "why": why})),
        Access::Allowed(menu, operation) => {
            ("allowed", json!({"kind": "allowed", "menu": menu.key(), "operation": operation.key()}))
        }
        Access::InProject(menu, operation) => {
            ("in_project", json!({"kind": "in_project", "menu": menu.key(), "operation": operation.key()}))
        }
        Access::SeesProject => ("sees_project", json!({"kind": "sees_project"})),
    };
    let confirmation = match route.confirmation {
        Confirmation::Never => None,
        Confirmation::Always => Some(("confirmed", json!(true))),
        Confirmation::For(what) => Some(("confirmed_for", json!(what))),
    };
    let by_link = route.by_link.then_some(("by_link", json!(true)));
    if let Some(extension) = extension.as_object_mut() {
        extension
            .extend(confirmation.into_iter().chain(by_link).map(|(name, value)| (name.to_owned(), value)));
        if kind != "public" {
            extension.insert("tokens".to_owned(), json!(route.takes_tokens));
        }
    }
    operation.extensions = Some(ExtensionsBuilder::new().add("x-access", extension).build());
    if kind != "public" {
        let takes = |scheme: &str| SecurityRequirement::new(scheme, Vec::<String>::new());
        let token = route.takes_tokens.then(|| takes("token"));
        operation.security = Some(std::iter::once(takes("session")).chain(token).collect());
    }
    take_version(&mut operation, route.takes_version);
    take_key(&mut operation, idempotency::applies(route));
    give_version(&mut operation, components);
    for status in problem_statuses(route) {
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

/// `If-Match` where the handler takes it.
fn take_version(operation: &mut Operation, takes_version: bool) {
    if takes_version {
        let parameter = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some("The `ETag` of the version that was read, such as `\"3\"`."))
            .schema(Some(tag()))
            .build();
        operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
    }
}

/// `Idempotency-Key` where the route honours it.
fn take_key(operation: &mut Operation, applies: bool) {
    if applies {
        let description = "The same request sent again with the same key within 24 hours does nothing again and gets \
                           the same answer, with `Idempotent-Replayed: true`. Another request with it is 409.";
        let longest = Some(idempotency::LONGEST);
        let key =
            ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(longest).build();
        let parameter = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(description))
            .schema(Some(key))
            .build();
        operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
    }
}

/// `ETag` where the answer is one resource with a version.
fn give_version(operation: &mut Operation, components: &Components) {
    for (_, response) in
        operation.responses.responses.iter_mut().filter(|(status, _)| status.starts_with('2'))
    {
        let RefOr::T(response) = response else { continue };
        let Some(RefOr::T(content)) = response.content.get(JSON) else { continue };
        if content.schema.as_ref().is_some_and(|schema| schemas::has_property(components, schema, "version"))
        {
            let mut header = Header::new(tag());
            header.description = Some("The version, for `If-Match`.".to_owned());
            response.headers.insert("ETag".to_owned(), RefOr::T(header));
        }
    }
}

/// An entity tag: the version between quotes, which a proxy may have weakened.
fn tag() -> Schema {
    let pattern = r#"^(W/)?"[0-9]{1,9}"$"#;
    Schema::Object(ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build())
}

/// The problems that a route may answer, from what it takes and asks for.
fn problem_statuses(route: &Route) -> Vec<u16> {
    let has_parameters = route.operation.parameters.as_ref().is_some_and(|parameters| !parameters.is_empty());
    let takes_body = route.operation.request_body.is_some();
    // A bad token is 401 everywhere, and a suspended organization 403.
    let mut statuses = vec![401, 403, 404, 429, 500, 503];
    if takes_body {
        statuses.extend([400, 409, 413, 415, 422]);
    }
    if has_parameters {
        statuses.push(422);
    }
    if route.takes_version {
        statuses.extend([400, 409, 412, 428]);
    }
    if matches!(route.method, HttpMethod::Post) {
        statuses.push(409);
    }
    if idempotency::applies(route) {
        statuses.push(400);
    }
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn problem_text(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be read.",
        401 => "There is no session or token, or it is over.",
        403 => "Not yours to do; `denial` says why. Or `confirmation_required`: show the password first.",
        404 => "Not there, or not yours to see.",
        409 => "What is there stands in the way.",
        412 => "Someone else has changed it meanwhile; `current` has the present state.",
        413 => "The body is too large.",
        415 => "The body is not JSON.",
        422 => "Some values are not allowed; `errors` names each.",
        428 => "`If-Match` is missing.",
        429 => "Too many attempts or requests; `Retry-After` says when to try again.",
        503 => "The server is busy; `Retry-After` says when to try again.",
        _ => "Something broke.",
    }
}
