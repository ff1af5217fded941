//! Headers that answers have, described once and referred to by name.

use serde_json::{Value, json};
use utoipa::openapi::{
    Components, Header, Ref, RefOr, Schema,
    schema::{ObjectBuilder, Type},
};

/// On every answer.
pub const ALWAYS: &[&str] = &["X-Request-Id", "RateLimit", "RateLimit-Policy"];
/// Where an answer says when to come back.
pub const RETRY_AFTER: &str = "Retry-After";
/// Where an answer is one resource with a version.
pub const ETAG: &str = "ETag";
/// Where an answer may be given again.
pub const REPLAYED: &str = "Idempotent-Replayed";

/// Adds all headers to the components.
pub fn describe(components: &mut Components) {
    for (name, schema, example, description) in headers() {
        let mut header = Header::new(schema);
        header.description = Some(description.to_owned());
        header.example = Some(example);
        components.headers.insert(name.to_owned(), RefOr::T(header));
    }
}

/// The header by its name.
pub fn by_name(name: &str) -> (String, RefOr<Header>) {
    (name.to_owned(), RefOr::Ref(Ref::new(format!("#/components/headers/{name}"))))
}

/// An entity tag: the version between quotes, which a proxy may have weakened.
pub fn tag() -> Schema {
    let pattern = r#"^(W/)?"[0-9]{1,9}"$"#;
    Schema::Object(ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build())
}

fn headers() -> [(&'static str, Schema, Value, &'static str); 6] {
    let text = || Schema::Object(ObjectBuilder::new().schema_type(Type::String).build());
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).build();
    let is_true = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["true"])).build();
    [
        (
            "X-Request-Id",
            text(),
            json!("019ac8a1-7a3e-7cc1-9e8b-3f1f6f0d5b21"),
            "The id under which the log knows this request.",
        ),
        (
            "RateLimit",
            text(),
            json!("\"token\";r=599;t=1, \"organization\";r=11999;t=1"),
            "What is left of each limit (`r`), and in how many seconds the whole is there again (`t`).",
        ),
        (
            "RateLimit-Policy",
            text(),
            json!("\"token\";q=600;w=60, \"organization\";q=12000;w=60"),
            "The limits that count this request: so many requests (`q`) in so many seconds (`w`).",
        ),
        (RETRY_AFTER, Schema::Object(seconds), json!(7), "In how many seconds to try again."),
        (ETAG, tag(), json!("\"3\""), "The version, for `If-Match`."),
        (
            REPLAYED,
            Schema::Object(is_true),
            json!("true"),
            "Only where this answer was given before to the same request with the same `Idempotency-Key`.",
        ),
    ]
}
