//! Whether a JSON value is what a schema of the OpenAPI document says: the part of JSON Schema that the document
//! uses. Where the document is wrong about an answer, its clients break; so every answer is compared.

use serde_json::{Map, Value};

/// What is wrong with the value, each with its place.
pub fn misfits(document: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let Some(schema) = schema.as_object() else { return Vec::new() };
    let mut found = Vec::new();
    for (keyword, rule) in schema {
        match keyword.as_str() {
            "$ref" => {
                let name = rule
                    .as_str()
                    .and_then(|path| path.strip_prefix('#'))
                    .expect("a reference into the document");
                let target = document.pointer(name).unwrap_or_else(|| panic!("{name} is not there"));
                found.extend(misfits(document, target, value, place));
            }
            "type" if !types(rule).any(|name| is_of(name, value)) => {
                found.push(format!("{place}: {value} is not of type {rule}"));
            }
            "enum" if !rule.as_array().is_some_and(|known| known.contains(value)) => {
                found.push(format!("{place}: {value} is none of {rule}"));
            }
            "format" if value.is_string() && !has_format(rule, value) => {
                found.push(format!("{place}: {value} is no {rule}"));
            }
            "oneOf" => {
                let fitting =
                    items(rule).filter(|one| misfits(document, one, value, place).is_empty()).count();
                if fitting != 1 {
                    found.push(format!("{place}: {value} fits {fitting} of {rule}"));
                }
            }
            "allOf" => found.extend(items(rule).flat_map(|one| misfits(document, one, value, place))),
            "items" => {
                for (index, item) in items(value).enumerate() {
                    found.extend(misfits(document, rule, item, &format!("{place}/{index}")));
                }
            }
            "required" => {
                let missing =
                    |name: &&Value| value.is_object() && value[name.as_str().unwrap_or_default()].is_null();
                // A required member may still be null where its schema says so.
                let absent = |name: &&Value| {
                    !value
                        .as_object()
                        .is_some_and(|object| object.contains_key(name.as_str().unwrap_or_default()))
                };
                found.extend(
                    items(rule)
                        .filter(missing)
                        .filter(absent)
                        .map(|name| format!("{place}: {name} is missing")),
                );
            }
            "properties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = rule.get(name) {
                        found.extend(misfits(document, schema, member, &format!("{place}/{name}")));
                    }
                }
            }
            "additionalProperties" => found.extend(additional(document, schema, rule, value, place)),
            "propertyNames" => {
                for name in value.as_object().into_iter().flat_map(Map::keys) {
                    found.extend(misfits(
                        document,
                        rule,
                        &Value::from(name.as_str()),
                        &format!("{place}/{name}"),
                    ));
                }
            }
            "minimum" if value.as_f64() < rule.as_f64() && value.is_number() => {
                found.push(format!("{place}: {value} is below {rule}"));
            }
            "maximum" if value.as_f64() > rule.as_f64() && value.is_number() => {
                found.push(format!("{place}: {value} is above {rule}"));
            }
            "minLength" if characters(value).is_some_and(|count| Some(count) < rule.as_u64()) => {
                found.push(format!("{place}: {value} is shorter than {rule}"));
            }
            "maxLength" if characters(value).is_some_and(|count| Some(count) > rule.as_u64()) => {
                found.push(format!("{place}: {value} is longer than {rule}"));
            }
            // Only what the API takes has patterns; the linter holds their examples against them, and schemathesis
            // the server.
            "type" | "enum" | "format" | "minimum" | "maximum" | "minLength" | "maxLength" | "pattern"
            | "description" | "title" | "default" | "examples" => {}
            other => panic!("{place}: say here what `{other}` means"),
        }
    }
    found
}

/// The same for answers, which have no member that the document does not know.
pub fn answer_misfits(document: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let mut found = misfits(document, schema, value, place);
    found.extend(unknown(document, schema, value, place));
    found
}

fn unknown(document: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let mut found = Vec::new();
    let known = resolve(document, schema);
    if let (Some(properties), Some(object)) = (known.get("properties"), value.as_object()) {
        for (name, member) in object {
            match properties.get(name) {
                Some(schema) => found.extend(unknown(document, schema, member, &format!("{place}/{name}"))),
                None => found.push(format!("{place}: the document knows no {name}")),
            }
        }
    }
    if let Some(items_schema) = known.get("items") {
        for (index, item) in items(value).enumerate() {
            found.extend(unknown(document, items_schema, item, &format!("{place}/{index}")));
        }
    }
    found
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|path| path.strip_prefix('#')) {
        Some(path) => resolve(document, document.pointer(path).unwrap_or(&Value::Null)),
        None => schema,
    }
}

fn additional(
    document: &Value,
    schema: &Map<String, Value>,
    rule: &Value,
    value: &Value,
    place: &str,
) -> Vec<String> {
    let named = schema.get("properties").and_then(Value::as_object);
    value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| !named.is_some_and(|named| named.contains_key(*name)))
        .flat_map(|(name, member)| match rule {
            Value::Bool(false) => vec![format!("{place}: {name} does not belong here")],
            rule => misfits(document, rule, member, &format!("{place}/{name}")),
        })
        .collect()
}

fn characters(value: &Value) -> Option<u64> {
    value.as_str().and_then(|text| u64::try_from(text.chars().count()).ok())
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn types(rule: &Value) -> impl Iterator<Item = &str> {
    rule.as_str().into_iter().chain(items(rule).filter_map(Value::as_str))
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type {other}"),
    }
}

fn has_format(rule: &Value, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    match rule.as_str().unwrap_or_default() {
        "uuid" => text.parse::<uuid::Uuid>().is_ok(),
        "date" => text.parse::<chrono::NaiveDate>().is_ok(),
        "date-time" => text.parse::<chrono::DateTime<chrono::Utc>>().is_ok(),
        other => panic!("say here how a {other} looks"),
    }
}

#[test]
fn what_does_not_fit_is_found() {
    use serde_json::json;

    let document = json!({"A": {"type": "object", "required": ["id"], "additionalProperties": false,
        "properties": {"id": {"type": "integer"}, "kind": {"enum": ["x"]}, "next": {"oneOf": [{"$ref": "#/A"}, {"type": "null"}]}}}});
    let misfits = |value: Value| misfits(&document, &json!({"$ref": "#/A"}), &value, "").len();
    assert_eq!(misfits(json!({"id": 1, "kind": "x", "next": {"id": 2}})), 0);
    for wrong in [
        json!({}),
        json!([]),
        json!({"id": "1"}),
        json!({"id": 1, "kind": "y"}),
        json!({"id": 1, "more": 1}),
        json!({"id": 1, "next": {}}),
    ] {
        assert!(misfits(wrong.clone()) > 0, "{wrong}");
    }
}
