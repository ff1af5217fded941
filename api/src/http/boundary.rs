//! The outermost layer of a request: its id, its line in the log, problems as `problem+json`, and the headers that
//! stand on every answer, errors included.

use std::time::Instant;

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse, ResponseError,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use shared::{Problem, ProblemCode};
use uuid::Uuid;

use super::{
    denied,
    idempotency::{IdempotencyKey, REPLAYED},
    rate_limit::Left,
    server::Site,
};
use crate::{ApiError, access::Caller};

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
    let site = request.app_data::<Data<Site>>().cloned();
    let id = site.as_ref().map_or_else(Uuid::nil, |site| site.clock.new_id());
    request.extensions_mut().insert(RequestId(id));
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let mut response = next.call(request).await?.map_into_left_body();
    if let Some(problem) = problem_of(&mut response) {
        if let Some(site) = &site {
            denied::note(site, &response, problem.code);
        }
        let answer = problem_response(&Problem { request_id: Some(id.to_string()), ..problem });
        let headers = response.headers().clone();
        let mut answer = answer;
        for (name, value) in
            headers.iter().filter(|(name, _)| **name == header::SET_COOKIE || **name == header::ALLOW)
        {
            answer.headers_mut().append(name.clone(), value.clone());
        }
        response = ServiceResponse::new(response.into_parts().0, answer).map_into_right_body();
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
    tracing::info!(
        request_id = %id,
        %method,
        path,
        status = response.status().as_u16(),
        milliseconds = started.elapsed().as_millis(),
        "request"
    );
    Ok(response)
}

/// What the client is told where the answer is a failure: our own problems, and those that actix makes itself.
fn problem_of<B>(response: &mut ServiceResponse<B>) -> Option<Problem> {
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

fn finish<B>(response: &mut ServiceResponse<B>, id: Uuid) {
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

fn problem_response(problem: &Problem) -> HttpResponse<BoxBody> {
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
