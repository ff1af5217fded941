//! Examples: of every body that the API takes or gives, by the name of its schema; where one operation's looks
//! otherwise, by the operation's id.
//!
//! Each is read as the type that it is an example of, and what stands in the document is what that type writes, so an
//! example cannot say what the server would not. Its texts tell one story: Lucía of Acme, her project Apollo.

mod access;
mod organization;
mod people;
mod projects;
mod session;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use shared::Check;
use utoipa::{
    ToSchema,
    openapi::{
        Components, Content, RefOr, Schema,
        example::{Example, ExampleBuilder},
        path::Operation,
        schema::{ArrayItems, Ref},
    },
};

pub(super) const REQUEST: &str = "019ac8a1-7a3e-7cc1-9e8b-3f1f6f0d5b21";
const ORGANIZATION: &str = "019a0c00-0000-7000-8000-000000000001";
const LUCIA: &str = "019a0c00-0000-7000-8000-000000000011";
const MARTIN: &str = "019a0c00-0000-7000-8000-000000000012";
const PICTURE: &str = "019a0c00-0000-7000-8000-0000000000a1";
const PROJECT: &str = "019a0c00-0000-7000-8000-000000000021";
const ROLE: &str = "019a0c00-0000-7000-8000-000000000031";
const SESSION: &str = "019a0c00-0000-7000-8000-000000000041";
const INVITATION: &str = "019a0c00-0000-7000-8000-000000000051";
const TOKEN: &str = "019a0c00-0000-7000-8000-000000000061";
const LICENCE: &str = "019a0c00-0000-7000-8000-000000000071";
const STATUS: &str = "019a0c00-0000-7000-8000-000000000081";
const APPROVAL: &str = "019a0c00-0000-7000-8000-000000000082";
const TYPE: &str = "019a0c00-0000-7000-8000-000000000083";
const PRIORITY: &str = "019a0c00-0000-7000-8000-000000000084";
const CHANGE: &str = "019a0c00-0000-7000-8000-000000000091";
const CURSOR: &str = "eyJhZnRlciI6IkFwb2xsbyJ9";

/// The values of ids, by the name of their schema: what stands for `{project}` in a path.
const IDS: [(&str, &str); 10] = [
    ("ApiTokenId", TOKEN),
    ("ChangeId", CHANGE),
    ("InvitationId", INVITATION),
    ("LicenceId", LICENCE),
    ("PictureId", PICTURE),
    ("ProjectId", PROJECT),
    ("ProjectParameterId", TYPE),
    ("RoleId", ROLE),
    ("SessionId", SESSION),
    ("UserId", LUCIA),
];

/// Values of query parameters, where these have the same meaning wherever they stand.
fn parameter(name: &str) -> Option<Value> {
    Some(match name {
        "q" => json!("apo"),
        "limit" => json!(50),
        "total" => json!(true),
        "starts_from" => json!("2027-01-01"),
        "ends_until" => json!("2027-12-31"),
        "from" => json!("2026-11-01"),
        "until" => json!("2026-11-30"),
        "licence_used" => json!("project_manager"),
        "about" => json!(PROJECT),
        "link" => json!("q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA"),
        _ => return None,
    })
}

/// One example.
#[derive(Debug)]
pub struct Sample {
    /// The schema, or the operation whose answer or body looks otherwise than its schema's.
    pub of: String,
    /// The value.
    pub value: Value,
    /// What is wrong with it.
    pub fault: Option<String>,
}

impl Sample {
    /// Of a type that the API gives.
    fn given<T: ToSchema + Serialize + DeserializeOwned>(value: Value) -> Self {
        Self::given_by::<T>(&T::name(), value)
    }

    /// Of what this operation gives, where it looks otherwise than its type's.
    fn given_by<T: Serialize + DeserializeOwned>(of: &str, value: Value) -> Self {
        let written = serde_json::from_value::<T>(value).and_then(|typed| serde_json::to_value(&typed));
        let (value, fault) = match written {
            Ok(value) => (value, None),
            Err(error) => (Value::Null, Some(error.to_string())),
        };
        Self { of: of.to_owned(), value, fault }
    }

    /// Of a type that the API takes. It stands as it is written: what may be left out is.
    fn taken<T: ToSchema + Check + DeserializeOwned>(value: Value) -> Self {
        Self::taken_by::<T>(&T::name(), value)
    }

    /// Of what this operation takes.
    fn taken_by<T: Check + DeserializeOwned>(of: &str, value: Value) -> Self {
        let fault = match serde_json::from_value::<T>(value.clone()) {
            Ok(typed) => Some(typed.violations()).filter(|all| !all.is_empty()).map(|all| format!("{all:?}")),
            Err(error) => Some(error.to_string()),
        };
        Self { of: of.to_owned(), value, fault }
    }

    /// Of text.
    fn text(of: &str, text: &str) -> Self {
        Self { of: of.to_owned(), value: json!(text), fault: None }
    }
}

/// All examples that are written down.
pub fn written() -> Vec<Sample> {
    let all = [session::all(), people::all(), access::all(), organization::all(), projects::all()];
    all.into_iter().flatten().collect()
}

/// Gives ids their examples.
pub fn describe_ids(components: &mut Components) {
    for (name, id) in IDS {
        if let Some(RefOr::T(Schema::Object(schema))) = components.schemas.get_mut(name) {
            schema.examples = vec![json!(id)];
        }
    }
}

/// Gives an operation's parameters, body and answer their examples, and notes these in the components.
pub fn illustrate(operation: &mut Operation, samples: &[Sample], components: &mut Components) {
    let id = operation.operation_id.clone().unwrap_or_default();
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        if let (Some(RefOr::T(Schema::Object(schema))), Some(value)) =
            (&mut parameter.schema, self::parameter(&parameter.name))
        {
            schema.examples = vec![value];
        }
    }
    let mut illustrate = |content: &mut RefOr<Content>, taken: bool| {
        let RefOr::T(content) = content else { return };
        let Some((name, value)) = example(content, &id, taken, samples) else { return };
        let example: Example = ExampleBuilder::new().value(Some(value)).build();
        components.examples.insert(name.clone(), RefOr::T(example));
        let reference = Ref::new(format!("#/components/examples/{name}"));
        content.examples.insert("example".to_owned(), RefOr::Ref(reference));
    };
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        body.content.values_mut().for_each(|content| illustrate(content, true));
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        let readable = response.content.iter_mut().filter(|(kind, _)| !kind.contains("spreadsheet"));
        if status.starts_with('2') {
            readable.for_each(|(_, content)| illustrate(content, false));
        }
    }
}

/// The example of a content, with the name under which it stands in the document.
fn example(content: &Content, id: &str, taken: bool, samples: &[Sample]) -> Option<(String, Value)> {
    let find = |of: &str| samples.iter().find(|sample| sample.of == of).map(|sample| sample.value.clone());
    let own = if taken { format!("{id}_body") } else { id.to_owned() };
    if let Some(value) = find(&own) {
        return Some((own, value));
    }
    match content.schema.as_ref()? {
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next()?;
            let value = match name.strip_prefix("Page_") {
                Some(row) => json!({"items": [find(row)?], "next": CURSOR}),
                None => find(name)?,
            };
            Some((name.to_owned(), value))
        }
        RefOr::T(Schema::Array(list)) => {
            let ArrayItems::RefOrSchema(items) = &list.items else { return None };
            let RefOr::Ref(reference) = items.as_ref() else { return None };
            let name = reference.ref_location.rsplit('/').next()?;
            Some((format!("{name}_list"), json!([find(name)?])))
        }
        RefOr::T(_) => None,
    }
}

/// The present state, as somebody reads it who has sent a version that is none any more.
pub(super) fn present_state() -> Value {
    projects::all()
        .into_iter()
        .find(|sample| sample.of == "Project")
        .map_or(Value::Null, |sample| sample.value)
}
