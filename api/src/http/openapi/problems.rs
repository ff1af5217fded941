//! Problem responses: which a route may answer, from what it takes and asks for, each with an example that is made
//! just as the server makes the answer.

use serde_json::Value;
use shared::{Menu, Operation, Problem, ProblemCode, ViolationCode, access::DenialReason};
use utoipa::openapi::{
    Components, Content, RefOr, Response, Schema,
    example::{Example, ExampleBuilder},
    path::HttpMethod,
    schema::Ref,
};

use super::headers;
use crate::{
    ApiError,
    http::{
        guards::{Access, Confirmation},
        idempotency,
        route::Route,
    },
};

const PROBLEM_JSON: &str = "application/problem+json";

/// Adds an example of each problem to the components.
pub fn describe(components: &mut Components) {
    for error in errors() {
        let problem = Problem { request_id: Some(super::examples::REQUEST.to_owned()), ..error.to_problem() };
        let value = serde_json::to_value(&problem).unwrap_or(Value::Null);
        let example: Example = ExampleBuilder::new().summary(problem.code.title()).value(Some(value)).build();
        components.examples.insert(name(problem.code), RefOr::T(example));
    }
}

/// Adds the problems of a route to its responses, and completes those that its handler declares.
pub fn declare(route: &Route, responses: &mut std::collections::BTreeMap<String, RefOr<Response>>) {
    for status in statuses(route) {
        responses.entry(status.to_string()).or_insert_with(|| RefOr::T(Response::new(text(status))));
    }
    for (status, response) in responses.iter_mut().filter(|(status, _)| !status.starts_with('2')) {
        let RefOr::T(response) = response else { continue };
        let mut content = Content::new(Some(RefOr::<Schema>::Ref(Ref::from_schema_name("Problem"))));
        for code in codes(route).into_iter().filter(|code| code.status().to_string() == *status) {
            let example = Ref::new(format!("#/components/examples/{}", name(code)));
            content.examples.insert(code.key().to_owned(), RefOr::Ref(example));
        }
        response.content.insert(PROBLEM_JSON.to_owned(), RefOr::T(content));
        if matches!(status.as_str(), "429" | "503") || (status == "409" && idempotency::applies(route)) {
            response.headers.extend([headers::by_name(headers::RETRY_AFTER)]);
        }
    }
}

/// What the example of a problem is called.
fn name(code: ProblemCode) -> String {
    format!("problem_{}", code.key())
}

fn statuses(route: &Route) -> Vec<u16> {
    let mut statuses: Vec<u16> = codes(route).into_iter().map(ProblemCode::status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    // The link of a mail is over in the routes that take one, whose handlers say so.
    statuses.retain(|status| *status != 410);
    statuses
}

/// The problems that a route may answer.
fn codes(route: &Route) -> Vec<ProblemCode> {
    use ProblemCode::{
        BrokenImage, Busy, ConfirmationRequired, Conflict, Fenced, FilesUnavailable, Forbidden,
        IdempotencyKeyInUse, IdempotencyKeyReused, InUse, Internal, Invalid, LinkExpired, LinkUsed, LinkVoid,
        MalformedBody, NotFound, OrganizationSuspended, OutcomeUnknown, RateLimited, SessionRequired,
        StaleVersion, TokenExpired, TokenRevoked, TooLarge, TooManyAttempts, TooManyPixels, Unauthenticated,
        UnsupportedImage, UnsupportedMediaType, VersionRequired, WrongCredentials,
    };
    let takes_body = route.operation.request_body.is_some();
    let has_parameters = route.operation.parameters.as_ref().is_some_and(|parameters| !parameters.is_empty());
    // A bad token is 401 everywhere, a suspended organization 403, and an unknown host 404.
    let mut codes = vec![Unauthenticated, OrganizationSuspended, NotFound, RateLimited, Internal, Busy];
    let mut also = |codes_of: &[ProblemCode], applies: bool| {
        if applies {
            codes.extend_from_slice(codes_of);
        }
    };
    let is_public = matches!(route.access, Access::Public(_));
    also(&[TokenExpired, TokenRevoked], route.takes_tokens);
    also(&[SessionRequired], !is_public && !route.takes_tokens);
    also(&[Forbidden], !is_public && !matches!(route.access, Access::SignedIn(_)));
    also(&[ConfirmationRequired], !matches!(route.confirmation, Confirmation::Never));
    also(&[MalformedBody, Conflict, TooLarge, UnsupportedMediaType], takes_body);
    let takes_file = super::takes_file(&route.operation);
    also(&[UnsupportedImage, TooManyPixels, BrokenImage], takes_file);
    also(&[FilesUnavailable], takes_file || super::gives_image(&route.operation));
    also(&[Invalid], (takes_body && !takes_file) || has_parameters);
    also(&[MalformedBody, VersionRequired, StaleVersion, InUse], route.takes_version);
    also(&[Conflict], matches!(route.method, HttpMethod::Post));
    also(&[MalformedBody, IdempotencyKeyReused, IdempotencyKeyInUse], idempotency::applies(route));
    also(&[LinkExpired, LinkUsed, LinkVoid], route.operation.responses.responses.contains_key("410"));
    also(&[TooManyAttempts], is_public && takes_body);
    also(&[Fenced, OutcomeUnknown], !matches!(route.method, HttpMethod::Get));
    also(&[WrongCredentials], route.name == "sign_in");
    codes
}

/// One error of each kind that a route may end in.
fn errors() -> Vec<ApiError> {
    let request = |code: ProblemCode, detail: &str| ApiError::BadRequest(code, detail.to_owned());
    let denial = shared::access::Denial {
        menu: Menu::Projects,
        operation: Operation::Insert,
        reason: DenialReason::NotGranted,
        roles: vec!["Team Member".to_owned()],
        position: None,
    };
    vec![
        ApiError::Unauthenticated,
        ApiError::WrongCredentials,
        ApiError::OrganizationSuspended,
        ApiError::TokenExpired,
        ApiError::TokenRevoked,
        ApiError::Forbidden(denial),
        ApiError::SessionRequired,
        ApiError::ConfirmationRequired,
        ApiError::NotFound,
        request(
            ProblemCode::MalformedBody,
            "The body is not JSON: EOF while parsing an object at line 1 column 12.",
        ),
        request(ProblemCode::Conflict, "Nothing was changed. What stands in the way is said here."),
        request(ProblemCode::InUse, "12 projects have this type. Give them another one first."),
        request(ProblemCode::IdempotencyKeyReused, "Take a new key for a new request."),
        ApiError::KeyUnderWay,
        request(ProblemCode::LinkExpired, "Ask for a new one."),
        request(ProblemCode::LinkUsed, "It works once. Ask for a new one."),
        request(ProblemCode::LinkVoid, "Ask for a new one."),
        ApiError::Stale(super::examples::present_state()),
        request(ProblemCode::TooLarge, "A body may have at most 1048576 bytes."),
        request(
            ProblemCode::UnsupportedImage,
            "Send a PNG, a JPEG or a WebP. What it is, its first bytes say.",
        ),
        request(
            ProblemCode::TooManyPixels,
            "An image may have at most 25 million pixels and 12000 on a side.",
        ),
        request(
            ProblemCode::BrokenImage,
            "It begins like an image and cannot be read to its end. Save it anew, or send another one.",
        ),
        ApiError::FilesUnavailable,
        request(ProblemCode::UnsupportedMediaType, "Send the body as `Content-Type: application/json`."),
        ApiError::invalid("/name", ViolationCode::Required, "This may not be empty."),
        ApiError::VersionRequired,
        ApiError::RateLimited(7),
        ApiError::TooManyAttempts(30),
        ApiError::Internal(anyhow::anyhow!("it is logged, and never sent")),
        ApiError::Busy,
        ApiError::Fenced,
        ApiError::OutcomeUnknown,
    ]
}

fn text(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be read.",
        401 => "There is no session or token, or it is over.",
        403 => "Not yours to do; `denial` says why. Or `confirmation_required`: show the password first.",
        404 => "Not there, or not yours to see.",
        409 => "What is there stands in the way.",
        412 => "Someone else has changed it meanwhile; `current` has the present state.",
        413 => "The body is too large.",
        415 => "The body is of another kind than those that are taken.",
        422 => "Some values are not allowed; `errors` names each.",
        428 => "`If-Match` is missing.",
        429 => "Too many attempts or requests; `Retry-After` says when to try again.",
        503 => {
            "The server is busy, files cannot be kept or read, or it is not known whether it was done; `Retry-After` says \
             when to try again."
        }
        _ => "Something broke.",
    }
}
