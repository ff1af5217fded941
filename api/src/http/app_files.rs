//! The built app as static files, and the two addresses that load balancers ask.
//!
//! Every file was compressed when it was built; what the browser accepts is sent. Names with a hash never change, so
//! they are kept for a year; `index.html` is asked for each time.

use std::{
    path::{Component, Path, PathBuf},
    time::{Duration, Instant},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, ContentEncoding, HeaderValue},
    web::{self, Data, ServiceConfig},
};

use super::{
    boundary,
    guards::{Public, why},
    routes::PREFIX,
    server::Site,
};
use crate::{ApiError, telemetry::metrics::Requests};

/// How often the database is asked whether it answers.
const ASKED_EVERY: Duration = Duration::from_secs(1);

/// `/livez`: the process answers. `/readyz`: the database does too, and the server is not about to stop.
#[expect(clippy::disallowed_methods, reason = "these two stand outside the API and ask for no organization")]
pub fn health(config: &mut ServiceConfig, requests: &Requests) {
    let resource = |path| web::resource(path).app_data(requests.template(path));
    config.service(resource("/livez").get(livez)).service(resource("/readyz").get(readyz));
}

async fn livez(_who: Public<why::Health>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("alive\n")
}

async fn readyz(_who: Public<why::Health>, site: Data<Site>) -> Result<HttpResponse, ApiError> {
    ready(&site).await?;
    Ok(HttpResponse::Ok().content_type("text/plain").body("ready\n"))
}

/// Whether the database answers and the server is not about to stop.
#[expect(clippy::redundant_closure_for_method_calls, reason = "the method alone has a lifetime too few")]
pub(super) async fn ready(site: &Site) -> Result<(), ApiError> {
    if site.is_stopping() {
        return Err(ApiError::Busy);
    }
    site.readiness.ask(|| site.db.platform_before_guards(|platform| platform.ping())).await
}

/// Whether the database answered when it was last asked.
///
/// Invariant: it is asked at most once a second, whoever asks here and however often, since these requests are in no limit.
#[derive(Debug, Default)]
pub struct Readiness(tokio::sync::Mutex<Option<(Instant, bool)>>);

impl Readiness {
    /// What it answered, or answers now. Those who come while it is asked wait for the same answer.
    async fn ask<F>(&self, ping: impl FnOnce() -> F) -> Result<(), ApiError>
    where
        F: Future<Output = Result<(), ApiError>>,
    {
        let mut last = self.0.lock().await;
        if let Some((at, answered)) = *last
            && at.elapsed() < ASKED_EVERY
        {
            return if answered { Ok(()) } else { Err(ApiError::Busy) };
        }
        let answer = ping().await;
        *last = Some((Instant::now(), answer.is_ok()));
        answer
    }
}

/// Everything that is not the API: the app's files, and the app itself for each of its addresses.
pub fn register(config: &mut ServiceConfig, directory: Option<&Path>) {
    config.service(web::scope(PREFIX).default_service(web::to(boundary::not_found)));
    match directory {
        Some(_) => config.default_service(web::to(file)),
        None => config.default_service(web::to(boundary::not_found)),
    };
}

async fn file(request: HttpRequest, site: Data<Site>) -> Result<HttpResponse, ApiError> {
    let Some(directory) = &site.app_directory else { return Err(ApiError::NotFound) };
    file_below(&request, directory).await
}

/// A file of an app, or the app itself for whatever else one of its addresses may be.
pub async fn file_below(request: &HttpRequest, directory: &Path) -> Result<HttpResponse, ApiError> {
    if !matches!(request.method().as_str(), "GET" | "HEAD") {
        return Ok(boundary::method_not_allowed("GET, HEAD"));
    }
    let Some(relative) = safe_path(request.path()) else { return Err(ApiError::NotFound) };
    let is_asset = relative.components().next().is_some_and(|first| first.as_os_str() == "assets");
    let wanted = directory.join(&relative);
    let path = if wanted.is_file() {
        wanted
    } else if is_asset || relative.extension().is_some() {
        return Err(ApiError::NotFound);
    } else {
        directory.join("index.html")
    };
    send(request, &path, is_asset).await
}

async fn send(request: &HttpRequest, path: &Path, is_asset: bool) -> Result<HttpResponse, ApiError> {
    let accepted = request
        .headers()
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let accepts = |name: &str| {
        accepted.split(',').any(|one| one.split(';').next().is_some_and(|one| one.trim() == name))
    };
    let neighbour = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let (body, encoding) = if accepts("br") && neighbour(".br").is_file() {
        (neighbour(".br"), Some(ContentEncoding::Brotli))
    } else if accepts("gzip") && neighbour(".gz").is_file() {
        (neighbour(".gz"), Some(ContentEncoding::Gzip))
    } else {
        (path.to_owned(), None)
    };
    let read = tokio::task::spawn_blocking(move || std::fs::read(body)).await.map_err(ApiError::internal)?;
    let bytes = read.map_err(ApiError::internal)?;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, content_type(path)))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header((
            header::CACHE_CONTROL,
            HeaderValue::from_static(if is_asset {
                "public, max-age=31536000, immutable"
            } else {
                "no-cache"
            }),
        ));
    if let Some(encoding) = encoding {
        response.insert_header((header::CONTENT_ENCODING, encoding.as_str()));
    }
    Ok(response.body(bytes))
}

/// The path below the folder. Absent for one that would leave it.
fn safe_path(path: &str) -> Option<PathBuf> {
    let path = Path::new(path.trim_start_matches('/'));
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && !path.as_os_str().as_encoded_bytes().contains(&0)).then(|| path.to_owned())
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("json" | "webmanifest") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leaves_the_folder() {
        for path in ["/../secret", "/a/../../b", "//etc/../x/..", "/./a"] {
            assert_eq!(safe_path(path).filter(|path| path.to_string_lossy().contains("..")), None, "{path}");
        }
        assert_eq!(safe_path("/assets/app.js"), Some(PathBuf::from("assets/app.js")));
    }
}
