//! Every route there is. A domain lists its own in `routes()`; this is where the domains are listed.

use std::{collections::BTreeMap, future::ready};

use actix_web::web::ServiceConfig;

use super::{boundary, route::Route};
use crate::telemetry::metrics::Requests;

/// What stands before every path.
pub const PREFIX: &str = "/api/v1";

/// All routes, domain by domain.
pub fn all() -> Vec<Route> {
    [
        crate::sessions::routes(),
        crate::api_tokens::routes(),
        crate::audit::routes(),
        crate::general_data::routes(),
        crate::sign_in_settings::routes(),
        crate::licences::routes(),
        crate::exports::routes(),
        crate::data_requests::routes(),
        crate::invitations::routes(),
        crate::recovery::routes(),
        crate::roles::routes(),
        crate::users::routes(),
        crate::pictures::routes(),
        crate::project_parameters::routes(),
        crate::projects::routes(),
        crate::explain::routes(),
        crate::simulate::routes(),
    ]
    .concat()
}

/// Hands all routes of the tenants' API to actix.
pub fn register(config: &mut ServiceConfig, routes: &[Route], requests: &Requests) {
    register_below(config, PREFIX, routes, requests);
}

/// Hands routes to actix: one resource a path, so that a method that is not offered is 405. Each has at hand what its
/// requests are counted with.
#[expect(clippy::disallowed_methods, reason = "this is the place where routes are listed")]
pub fn register_below(config: &mut ServiceConfig, prefix: &str, routes: &[Route], requests: &Requests) {
    for (path, routes) in in_order(routes) {
        let allowed = routes.iter().map(|route| route.method()).collect::<Vec<_>>().join(", ");
        let otherwise = move || ready(boundary::method_not_allowed(&allowed));
        let resource = routes.into_iter().fold(
            actix_web::web::resource(format!("{prefix}{path}"))
                .app_data(requests.template(&format!("{prefix}{path}")))
                .default_service(actix_web::web::to(otherwise)),
            |resource, route| resource.route(route.to_actix()),
        );
        config.service(resource);
    }
}

/// The routes by their paths, in the order in which the router tries them: literal segments go before parameters, since
/// the first resource that matches wins.
pub(super) fn in_order(routes: &[Route]) -> Vec<(&str, Vec<&Route>)> {
    let mut paths: BTreeMap<&str, Vec<&Route>> = BTreeMap::new();
    for route in routes {
        paths.entry(&route.path).or_default().push(route);
    }
    let mut ordered: Vec<(&str, Vec<&Route>)> = paths.into_iter().collect();
    ordered.sort_by_key(|(path, _)| path.replace('{', "\u{10ffff}"));
    ordered
}
