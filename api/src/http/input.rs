//! What handlers take in: parsed once, checked by the rules of `shared`; afterwards the type is the proof.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web::Bytes};
use futures_util::{FutureExt, future::LocalBoxFuture};
use serde::de::DeserializeOwned;
use shared::{Check, FieldProblem, Problem, ProblemCode, ViolationCode};

use super::cursor::parameter;
use crate::ApiError;

/// The largest JSON body, in bytes.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// A JSON body that has passed its [`Check`].
#[derive(Debug)]
pub struct Valid<T>(pub T);

/// The query string of a list. Unknown parameters are refused.
#[derive(Debug)]
pub struct Query<T>(pub T);

/// The version that the client has read, from `If-Match`. 428 where it is missing.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(pub i32);

impl<T: DeserializeOwned + Check + 'static> FromRequest for Valid<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(
                |value| value.split(';').next().is_some_and(|kind| kind.trim() == "application/json"),
            );
        let bytes = Bytes::from_request(request, payload);
        async move {
            if !is_json {
                let detail = "Send the body as `Content-Type: application/json`.";
                return Err(ApiError::BadRequest(ProblemCode::UnsupportedMediaType, detail.to_owned()));
            }
            let bytes = bytes.await.map_err(|error| body_error(&error))?;
            parse(&bytes).map(Self)
        }
        .boxed_local()
    }
}

fn body_error(error: &actix_web::Error) -> ApiError {
    if error.as_response_error().status_code() == actix_web::http::StatusCode::PAYLOAD_TOO_LARGE {
        ApiError::BadRequest(ProblemCode::TooLarge, format!("A body may have at most {BODY_LIMIT} bytes."))
    } else {
        ApiError::BadRequest(ProblemCode::MalformedBody, "The body did not arrive whole.".to_owned())
    }
}

fn parse<T: DeserializeOwned + Check>(bytes: &[u8]) -> Result<T, ApiError> {
    // Derived types would take a list, too, as their fields in order, which the document knows nothing of.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(ApiError::InvalidFields(vec![field_problem(
            String::new(),
            "a list, expected an object",
        )]));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        if inner.is_data() {
            ApiError::InvalidFields(vec![field_problem(pointer, &inner.to_string())])
        } else {
            ApiError::BadRequest(ProblemCode::MalformedBody, format!("The body is not JSON: {inner}."))
        }
    })?;
    deserializer.end().map_err(|error| {
        ApiError::BadRequest(
            ProblemCode::MalformedBody,
            format!("Something follows the JSON value: {error}."),
        )
    })?;
    let violations = value.violations();
    if violations.is_empty() { Ok(value) } else { Err(ApiError::Invalid(violations)) }
}

/// The JSON pointer of a path.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// What serde says, as a violation. Serde names an unknown or missing field in its text alone.
fn field_problem(pointer: String, message: &str) -> FieldProblem {
    let named = |prefix: &str| {
        message.strip_prefix(prefix).and_then(|rest| rest.split('`').next()).map(|name| format!("/{name}"))
    };
    let (pointer, code) = if let Some(name) = named("unknown field `") {
        // serde_path_to_error has the unknown field in the path already when it stands at its end.
        (if pointer.ends_with(&name) { pointer } else { pointer + &name }, ViolationCode::UnknownField)
    } else if let Some(name) = named("missing field `") {
        (pointer + &name, ViolationCode::Required)
    } else {
        (pointer, ViolationCode::InvalidFormat)
    };
    FieldProblem { pointer, code, limit: None, message: format!("This cannot be read: {message}.") }
}

impl<T: DeserializeOwned + Check> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse_query(request.query_string()).map(Self))
    }
}

fn parse_query<T: DeserializeOwned + Check>(text: &str) -> Result<T, ApiError> {
    // No text that anybody keeps has a control character, and the database does not even take all of them.
    if let Some((name, _)) = form_urlencoded::parse(text.as_bytes())
        .find(|(name, value)| [name, value].iter().any(|text| text.chars().any(char::is_control)))
    {
        let name: String = name.chars().filter(|character| !character.is_control()).collect();
        return Err(parameter(&name, "This has a character that cannot be looked for.".to_owned()));
    }
    let deserializer = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
    let value: T = serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let problem = field_problem(pointer(error.path()), &error.inner().to_string());
        ApiError::InvalidFields(vec![of_query(problem)])
    })?;
    let violations = value.violations();
    if violations.is_empty() {
        return Ok(value);
    }
    Err(ApiError::InvalidFields(Problem::invalid(violations).errors.into_iter().map(of_query).collect()))
}

/// The problem of a field, as one of a parameter: `/q` is `?q`.
fn of_query(problem: FieldProblem) -> FieldProblem {
    FieldProblem { pointer: format!("?{}", problem.pointer.trim_start_matches('/')), ..problem }
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match request.headers().get(header::IF_MATCH) {
            None => Err(ApiError::VersionRequired),
            Some(value) => value.to_str().ok().and_then(parse_version).map(Self).ok_or_else(|| {
                let detail = "`If-Match` takes the ETag that came with the resource, such as \"3\".";
                ApiError::BadRequest(ProblemCode::MalformedBody, detail.to_owned())
            }),
        })
    }
}

/// The version of an `ETag`. `W/` is ignored, since proxies that compress weaken tags.
fn parse_version(text: &str) -> Option<i32> {
    let text = text.trim();
    let quoted = text.strip_prefix("W/").unwrap_or(text);
    quoted.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use shared::{
        project::ProjectFilter,
        role::{NewRole, RolePatch},
        user::UserFilter,
    };

    use super::*;

    #[test]
    fn versions() {
        for (text, expected) in [
            ("\"3\"", Some(3)),
            ("W/\"3\"", Some(3)),
            (" \"12\" ", Some(12)),
            ("3", None),
            ("*", None),
            ("\"x\"", None),
        ] {
            assert_eq!(parse_version(text), expected, "{text}");
        }
    }

    fn problem(error: &ApiError) -> FieldProblem {
        error.to_problem().errors.into_iter().next().expect("a field problem")
    }

    #[test]
    fn bodies_name_the_field_that_is_wrong() {
        for (body, pointer, code) in [
            (r#"{"name": "A", "licence_type": "x", "colour": 1}"#, "/colour", ViolationCode::UnknownField),
            (r#"{"name": "A"}"#, "/licence_type", ViolationCode::Required),
            (r#"{"name": 7, "licence_type": "x"}"#, "/name", ViolationCode::InvalidFormat),
            (r#"{"name": " ", "licence_type": "x"}"#, "/name", ViolationCode::Required),
            (
                r#"{"name": "A", "licence_type": "x", "grants": {"projects": {"fly": true}}}"#,
                "/grants/projects/fly",
                ViolationCode::UnknownField,
            ),
        ] {
            let problem = problem(&parse::<NewRole>(body.as_bytes()).expect_err("it is wrong"));
            assert_eq!((problem.pointer.as_str(), problem.code), (pointer, code), "{body}");
        }
        let list = problem(&parse::<RolePatch>(b" [null, null]").expect_err("a list"));
        assert_eq!((list.pointer.as_str(), list.code), ("", ViolationCode::InvalidFormat));
        assert!(matches!(parse::<NewRole>(b"{"), Err(ApiError::BadRequest(ProblemCode::MalformedBody, _))));
    }

    #[test]
    fn queries_name_the_parameter_that_is_wrong() {
        assert!(parse_query::<UserFilter>("q=a%20b&active=true&limit=10").is_ok());
        for (text, pointer) in [
            ("limit=x", "?limit"),
            // A variable of a script that is empty would otherwise ask for everybody.
            ("role=", "?role"),
            ("colour=red", "?colour"),
            ("active=maybe", "?active"),
            ("q=%00", "?q"),
            ("licence_used=a%00", "?licence_used"),
        ] {
            assert_eq!(
                problem(&parse_query::<UserFilter>(text).expect_err("it is wrong")).pointer,
                pointer,
                "{text}"
            );
        }
        for (day, code) in [
            ("tomorrow", ViolationCode::InvalidFormat),
            ("-9999-01-01", ViolationCode::OutOfRange),
            ("%2B262142-01-01", ViolationCode::OutOfRange),
        ] {
            let wrong = parse_query::<ProjectFilter>(&format!("starts_from={day}")).expect_err("it is wrong");
            let problem = problem(&wrong);
            assert_eq!((problem.pointer.as_str(), problem.code), ("?starts_from", code), "{day}");
        }
    }
}
