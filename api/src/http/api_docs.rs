//! The documentation of the API: the OpenAPI document, and a page that shows it.
//!
//! The page is written by the server from the very document, once, and has no script: its policy lets a browser load
//! one style sheet and nothing else, from nowhere else. Start with [`register`]; [`page`] writes the page.

mod page;
mod text;

use std::{future::ready, sync::LazyLock};

use actix_web::{
    HttpResponse, Route,
    http::header,
    web::{self, ServiceConfig},
};
use utoipa::openapi::OpenApi;

use super::{
    boundary,
    guards::{Public, why},
    openapi, routes,
};
use crate::telemetry::metrics::Requests;

/// What the page may load: its own style sheet, and an icon that stands in it.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The app's colours, and what this page makes of them.
const STYLE: &str =
    concat!(include_str!("../../../web/styles/00-tokens.css"), include_str!("api_docs/style.css"));

/// The document, and the page. Both stay as they are as long as the server runs.
struct Written {
    document: String,
    page: String,
}

static WRITTEN: LazyLock<Written> = LazyLock::new(|| {
    let document: OpenApi = openapi::document(&routes::all());
    let document = serde_json::to_value(&document).unwrap_or_default();
    Written { document: document.to_string(), page: page::write(&document) }
});

/// `/api/docs`, its style sheet, and `/api/openapi.json`: at every host, for everybody.
#[expect(clippy::disallowed_methods, reason = "these stand outside the API and ask for no organization")]
pub fn register(config: &mut ServiceConfig, requests: &Requests) {
    let get = |path: &str, get: Route, head: Route| {
        let otherwise = web::to(|| ready(boundary::method_not_allowed("GET, HEAD")));
        web::resource(path)
            .app_data(requests.template(path))
            .route(get)
            .route(head)
            .default_service(otherwise)
    };
    config
        .service(get("/api/docs", web::get().to(docs), web::head().to(docs)))
        .service(get("/api/docs/style.css", web::get().to(style), web::head().to(style)))
        .service(get("/api/openapi.json", web::get().to(document), web::head().to(document)));
}

async fn docs(_who: Public<why::Documentation>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(WRITTEN.page.as_str())
}

async fn style(_who: Public<why::Documentation>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(STYLE)
}

async fn document(_who: Public<why::Documentation>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(WRITTEN.document.as_str())
}
