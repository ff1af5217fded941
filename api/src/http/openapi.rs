//! OpenAPI, made from the route list: what the server offers is what the document says.
//!
//! A handler's `#[utoipa::path]` says what it takes and gives; what follows from its signature (who may, its tag, the
//! version, the problems) and the examples are added here, so that nobody writes it twice.

pub mod console;
pub mod examples;
mod headers;
mod problems;
mod schemas;
mod tags;

use serde_json::{Value, json};
use utoipa::openapi::{
    Components, ComponentsBuilder, Info, License, OpenApi, Paths, RefOr, Required, Schema, Server,
    extensions::ExtensionsBuilder,
    path::{Operation, ParameterBuilder, ParameterIn},
    schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type},
    security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    server::{ServerBuilder, ServerVariableBuilder},
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
    let samples = examples::written();
    let mut components = components(routes);
    let mut paths = Paths::new();
    for route in routes {
        let mut operation = operation(route, &components);
        examples::illustrate(&mut operation, &samples, &mut components);
        paths.add_path_operation(format!("{PREFIX}{}", route.path), vec![route.method.clone()], operation);
    }
    let mut info = Info::new("Portico", env!("CARGO_PKG_VERSION"));
    info.description = Some(include_str!("openapi/about.md").to_owned());
    let mut license = License::new("Apache License 2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    info.license = Some(license);
    let mut document = OpenApi::new(info, paths);
    document.components = Some(components);
    document.tags = Some(tags::all(routes));
    document.servers = Some(servers());
    document
}

/// Where the API is: at the host that this document comes from, and at that of each organization.
fn servers() -> Vec<Server> {
    let variable = |value: &str, about: &str| {
        ServerVariableBuilder::new().default_value(value).description(Some(about)).build()
    };
    vec![
        ServerBuilder::new().url("/").description(Some("The host that this document was read from.")).build(),
        ServerBuilder::new()
            .url("https://{organization}.{domain}")
            .description(Some("The host of one organization."))
            .parameter("organization", variable("acme", "The organization's word in addresses."))
            .parameter("domain", variable("portico.example", "Where Portico is run."))
            .build(),
    ]
}

/// Looks into a document that is written out.
pub(super) trait At {
    /// What stands under this key; null where nothing does.
    fn at(&self, key: &str) -> &Value;
}

impl At for Value {
    fn at(&self, key: &str) -> &Value {
        self.get(key).unwrap_or(&Value::Null)
    }
}

/// The value of the first example of a content, in a document that is written out.
pub(super) fn example_of<'a>(document: &'a Value, content: &Value) -> Option<&'a Value> {
    let example = content.at("examples").as_object()?.values().next()?;
    let name = example.at("$ref").as_str()?.strip_prefix('#')?;
    document.pointer(name)?.get("value")
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
    examples::describe_ids(&mut components);
    headers::describe(&mut components);
    problems::describe(&mut components);
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
    operation.tags = tags::of(route).map(|tag| vec![tag.to_owned()]);
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
        Access::Operator(teams) => ("operator", json!({"kind": "operator", "teams": teams})),
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
    let takes = |scheme: &str| SecurityRequirement::new(scheme, Vec::<String>::new());
    let session = (kind != "public").then(|| takes("session"));
    let token = route.takes_tokens.then(|| takes("token"));
    // Empty where it is public: that nothing is needed is said, and not left open.
    operation.security = Some(session.into_iter().chain(token).collect());
    say_bytes(&mut operation);
    describe_ids(&mut operation);
    take_version(&mut operation, route.takes_version);
    take_key(&mut operation, idempotency::applies(route));
    give_headers(&mut operation, idempotency::applies(route), components);
    problems::declare(route, &mut operation.responses.responses);
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        response.headers.extend(headers::ALWAYS.iter().copied().map(headers::by_name));
    }
    operation
}

/// What stands for a thing in a path is its id.
fn describe_ids(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter
            && parameter.parameter_in == ParameterIn::Path
        {
            parameter.description = Some(format!("The id of the {}.", parameter.name));
        }
    }
}

/// Files are bytes; utoipa would say that they are lists of numbers.
fn say_bytes(operation: &mut Operation) {
    let body = operation.request_body.iter_mut().filter_map(|body| match body {
        RefOr::T(body) => Some(body.content.iter_mut()),
        RefOr::Ref(_) => None,
    });
    let answers = operation.responses.responses.values_mut().filter_map(|response| match response {
        RefOr::T(response) => Some(response.content.iter_mut()),
        RefOr::Ref(_) => None,
    });
    for (kind, content) in body.flatten().chain(answers.flatten()) {
        if let RefOr::T(content) = content
            && (kind == "application/octet-stream" || kind.starts_with("image/"))
        {
            let bytes = ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
            content.schema = Some(RefOr::T(Schema::Object(bytes.build())));
        }
    }
}

/// Whether the body is a file.
fn takes_file(operation: &Operation) -> bool {
    operation
        .request_body
        .as_ref()
        .is_some_and(|body| matches!(body, RefOr::T(body) if !body.content.contains_key(JSON)))
}

/// Whether it is an image that is given.
fn gives_image(operation: &Operation) -> bool {
    operation.responses.responses.values().any(|response| {
        matches!(response, RefOr::T(response) if response.content.keys().any(|kind| kind.starts_with("image/")))
    })
}

/// `If-Match` where the handler takes it.
fn take_version(operation: &mut Operation, takes_version: bool) {
    if takes_version {
        let parameter = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some("The `ETag` of the version that was read, such as `\"3\"`."))
            .schema(Some(headers::tag()))
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

/// On a success: `ETag` where it is one resource with a version, and that it was given before where it may have been.
fn give_headers(operation: &mut Operation, takes_key: bool, components: &Components) {
    for (_, response) in
        operation.responses.responses.iter_mut().filter(|(status, _)| status.starts_with('2'))
    {
        let RefOr::T(response) = response else { continue };
        if takes_key {
            response.headers.extend([headers::by_name(headers::REPLAYED)]);
        }
        let Some(RefOr::T(content)) = response.content.get(JSON) else { continue };
        if content.schema.as_ref().is_some_and(|schema| schemas::has_property(components, schema, "version"))
        {
            response.headers.extend([headers::by_name(headers::ETAG)]);
        }
    }
}
