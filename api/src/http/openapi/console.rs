//! The document of the console: made of its routes as that of the tenants' API is, and apart from it.

use serde_json::json;
use utoipa::openapi::{
    Components, ComponentsBuilder, Content, Info, OpenApi, Paths, RefOr, Response, Schema,
    extensions::ExtensionsBuilder, path::Operation, schema::Ref, security::SecurityRequirement,
};

use super::{bearer, describe_ids, schemas, take_version};
use crate::{
    console::PREFIX,
    http::{guards::Access, route::Route},
};

const ABOUT: &str = "What operators of the installation see and do, in the administration network. `x-access` says of \
                     each operation which teams may; lists, versions and problems are as in the API of tenants.";
const SESSION: &str = "The token of an operator's session, from `POST /console/v1/session`.";

/// The document for these routes.
pub fn document(routes: &[Route]) -> OpenApi {
    let mut paths = Paths::new();
    for route in routes {
        let path = format!("{PREFIX}{}", route.path);
        paths.add_path_operation(path, vec![route.method.clone()], operation(route));
    }
    let mut info = Info::new("Portico console", env!("CARGO_PKG_VERSION"));
    info.description = Some(ABOUT.to_owned());
    let mut document = OpenApi::new(info, paths);
    document.components = Some(components(routes));
    document
}

fn components(routes: &[Route]) -> Components {
    let mut all: Vec<(String, RefOr<Schema>)> = Vec::new();
    <shared::Problem as utoipa::ToSchema>::schemas(&mut all);
    all.extend(routes.iter().flat_map(|route| route.schemas.iter().cloned()));
    all.sort_by(|one, two| one.0.cmp(&two.0));
    let mut components = ComponentsBuilder::new()
        .security_scheme("session", bearer("pco_", SESSION))
        .schema_from::<shared::Problem>()
        .schemas_from_iter(all)
        .build();
    schemas::refer_by_name(&mut components);
    components
}

fn operation(route: &Route) -> Operation {
    let mut operation = route.operation.clone();
    operation.tags = route.path.split('/').nth(1).map(|first| vec![first.to_owned()]);
    let (access, security) = match route.access {
        Access::Operator(teams) => {
            let session = SecurityRequirement::new("session", Vec::<String>::new());
            (json!({"kind": "operator", "teams": teams}), vec![session])
        }
        other => (json!({"kind": "public", "why": other.to_string()}), Vec::new()),
    };
    operation.extensions = Some(ExtensionsBuilder::new().add("x-access", access).build());
    operation.security = Some(security);
    describe_ids(&mut operation);
    take_version(&mut operation, route.takes_version);
    // Which problem it is, its code says; all of them look alike.
    let problem = Content::new(Some(RefOr::<Schema>::Ref(Ref::from_schema_name("Problem"))));
    let mut response = Response::new("A problem; `code` says which.");
    response.content.insert("application/problem+json".to_owned(), RefOr::T(problem));
    operation.responses.responses.insert("default".to_owned(), RefOr::T(response));
    operation
}
