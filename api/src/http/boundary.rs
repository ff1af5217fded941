//! The outermost layer of a request: its id, its line in the log, problems as `problem+json`, and the headers that
//! stand on every answer, errors included.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse, ResponseError,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        ConnectionType, StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use opentelemetry::trace::{Status, TraceContextExt as _};
use shared::{Problem, ProblemCode};
use tracing::{Instrument as _, Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use uuid::Uuid;

use super::{
    context::Visit,
    denied,
    idempotency::{IdempotencyKey, REPLAYED},
    patterns,
    rate_limit::Left,
    server::Site,
};
use crate::{
    ApiError,
    access::{Caller, Credential},
    telemetry::{metrics::Template, traceparent, traces},
};

/// The id of a request, in its extensions, its log lines and its answer.
#[derive(Debug, Clone, Copy)]
pub struct RequestId(pub Uuid);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What stands on every answer. The app needs WebAssembly and nothing inline.
const HEADERS: [(HeaderName, &str); 8] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'",
    ),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::PERMISSIONS_POLICY, "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// The middleware.
pub async fn boundary<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let started = Instant::now();
    let Some(site) = request.app_data::<Data<Site>>().cloned() else {
        return Err(ApiError::internal(anyhow::anyhow!("the server has no site")).into());
    };
    let under_way = site.figures.requests.begin();
    let id = site.clock.new_id();
    request.extensions_mut().insert(RequestId(id));
    let span = span(&request, id);
    let response = next.call(request).instrument(span.clone()).await?;
    let response = span.in_scope(|| answer(&site, response.map_into_left_body(), id, started));
    drop(under_way);
    Ok(response)
}

/// The span in which all lines of a request stand; where there are traces, it is the request's span in them.
fn span(request: &ServiceRequest, id: Uuid) -> Span {
    // Whatever filter lets a line through lets the span of an error through too.
    let span = tracing::error_span!("request", request_id = %id, otel.kind = Empty);
    if traces::are_on() {
        span.record("otel.kind", "server");
        if let Err(error) = span.set_parent(traces::parent(request.headers())) {
            tracing::debug!(%error, "a trace begins here");
        }
    }
    span
}

/// Says in the trace what became of the request.
fn trace<B>(response: &ServiceResponse<B>, template: &str) {
    if !traces::are_on() {
        return;
    }
    let (span, method, status) = (Span::current(), response.request().method(), response.status());
    span.context().span().update_name(format!("{method} {template}"));
    span.set_attribute("http.request.method", method.to_string());
    span.set_attribute("http.route", template.to_owned());
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_status(Status::error(status.to_string()));
    }
}

/// Makes of what came out what is sent, and counts and logs it.
fn answer<B: MessageBody + 'static>(
    site: &Site,
    mut response: ServiceResponse<EitherBody<B>>,
    id: Uuid,
    started: Instant,
) -> ServiceResponse<EitherBody<B>> {
    if let Some(problem) = problem_of(&mut response) {
        denied::note(site, &response, problem.code);
        let answer = problem_response(&Problem { request_id: Some(id.to_string()), ..problem });
        let headers = response.headers().clone();
        let mut answer = answer;
        for (name, value) in
            headers.iter().filter(|(name, _)| **name == header::SET_COOKIE || **name == header::ALLOW)
        {
            answer.headers_mut().append(name.clone(), value.clone());
        }
        let (request, _) = response.into_parts();
        response = ServiceResponse::new(request, answer.map_into_right_body());
    }
    finish(&mut response, id);
    let left = response.request().extensions().get::<Left>().cloned();
    if let Some(left) = left {
        left.say(response.headers_mut());
    }
    let is_replay = response
        .request()
        .extensions()
        .get::<Caller>()
        .is_some_and(|caller| caller.idempotency_key.as_ref().is_some_and(IdempotencyKey::was_replayed));
    if is_replay {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    if site.is_stopping() {
        // Whoever keeps connections, such as a proxy, makes the next one to a server that stays.
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    let (template, took) = (template(site, &response), started.elapsed());
    site.figures.requests.count(&template, response.request().method(), response.status(), took);
    trace(&response, &template.path);
    log(&response, &template.path, took);
    response
}

/// What the request is counted and logged under. One that was answered before it found its route is looked up.
fn template<B>(site: &Site, response: &ServiceResponse<B>) -> Arc<Template> {
    let request = response.request();
    if let Some(template) = request.app_data::<Arc<Template>>() {
        return Arc::clone(template);
    }
    if let Some(pattern) = patterns::of_answered(request) {
        return site.figures.requests.template(pattern);
    }
    match request.match_pattern().filter(|pattern| !pattern.is_empty()) {
        Some(pattern) => site.figures.requests.template(&pattern),
        None => site.figures.requests.beside_routes(response.status()),
    }
}

/// The line of a request. Neither its address nor its headers stand in it: they may hold secrets, and names of people.
fn log<B>(response: &ServiceResponse<B>, template: &str, took: Duration) {
    let request = response.request();
    let extensions = request.extensions();
    let (caller, visit) = (extensions.get::<Caller>(), extensions.get::<Visit>());
    let of_host = || visit.and_then(|visit| visit.organization.as_ref().map(|organization| organization.id));
    let organization = caller.map(|caller| caller.organization.id).or_else(of_host);
    let token = caller.and_then(|caller| match caller.credential {
        Credential::Token(token) => Some(token),
        Credential::Session(_) | Credential::Link(_) => None,
    });
    let header = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
    tracing::info!(
        method = %request.method(),
        template,
        status = response.status().as_u16(),
        milliseconds = took.as_secs_f64() * 1000.0,
        organization = organization.map(display),
        user = caller.map(|caller| display(caller.user())),
        token = token.map(display),
        trace = header.and_then(traceparent::trace_id),
        "request"
    );
}

/// What the client is told where the answer is a failure: our own problems, and those that actix makes itself.
pub(crate) fn problem_of<B>(response: &mut ServiceResponse<B>) -> Option<Problem> {
    let own = response.response().error().and_then(|error| error.as_error::<ApiError>()).map(|error| {
        if let ApiError::Internal(cause) = error {
            tracing::error!(cause = format!("{cause:#}"), "internal");
        }
        error.to_problem()
    });
    own.or_else(|| {
        response.response().error()?;
        Some(Problem::new(match response.status() {
            StatusCode::NOT_FOUND => ProblemCode::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => ProblemCode::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => ProblemCode::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemCode::UnsupportedMediaType,
            status if status.is_client_error() => ProblemCode::MalformedBody,
            _ => ProblemCode::Internal,
        }))
    })
}

/// Puts the headers on an answer that stand on every one.
pub(crate) fn finish<B>(response: &mut ServiceResponse<B>, id: Uuid) {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        // The documentation of the API has a policy of its own.
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID, value);
    }
    // The app's files say themselves how long they may be kept.
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// The answer with this problem.
pub(crate) fn problem_response(problem: &Problem) -> HttpResponse<BoxBody> {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
    if let Some(seconds) = problem.retry_after_seconds {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    response.body(serde_json::to_string(problem).unwrap_or_default())
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.to_problem().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        // The boundary replaces the body, once the request's id is known.
        HttpResponse::new(self.status_code())
    }
}

/// A path that exists, with a method that is not offered; `Allow` says which are.
pub fn method_not_allowed(allowed: &str) -> HttpResponse {
    let detail = "This path exists, but not with this method.";
    let error = ApiError::BadRequest(ProblemCode::MethodNotAllowed, detail.to_owned());
    let mut response = HttpResponse::from_error(error);
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

/// A path of the API that does not exist.
pub async fn not_found(_: HttpRequest) -> Result<HttpResponse, ApiError> {
    Err(ApiError::NotFound)
}
