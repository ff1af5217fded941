//! Rows of the audit log in words.

use serde_json::Value;
use shared::{
    Menu, Operations,
    audit::AuditEntry,
    change::{ChangeKind, FieldChange},
    project::ProjectOptions,
};

use crate::{
    locale,
    locales::{audit_fields as fields, audit_log as t, common, general_data::weekdays, role_definition},
    screens::project,
    ui::Change,
};

/// Who did it.
pub(super) fn who(entry: &AuditEntry) -> String {
    let name = entry.user.and_then(|user| entry.people.get(&user).cloned());
    name.unwrap_or_else(|| t::actor(entry.actor).to_owned())
}

/// What it was done to.
pub(super) fn label(entry: &AuditEntry) -> String {
    let label = entry.label.clone().unwrap_or_else(|| common::empty_value().to_owned());
    match entry.entity.as_str() {
        "session" => locale::device(&label),
        "export" => t::taken_out(&label),
        _ => label,
    }
}

/// The fields that say something, each as people read it. `options` translates what projects choose from.
pub(super) fn changes(entry: &AuditEntry, options: Option<&ProjectOptions>) -> Vec<Change> {
    let says = |field: &&FieldChange| {
        entry.action == ChangeKind::Updated || !is_empty(&field.before) || !is_empty(&field.after)
    };
    let words = |field: &str, value: &Value| {
        if is_empty(value) {
            common::empty_value().to_owned()
        } else {
            in_words(field, value, entry, options)
        }
    };
    entry
        .fields
        .iter()
        .filter(says)
        .map(|field| Change {
            label: fields::field(&field.field),
            before: (entry.action != ChangeKind::Created).then(|| words(&field.field, &field.before)),
            after: (entry.action != ChangeKind::Deleted).then(|| words(&field.field, &field.after)),
        })
        .collect()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn in_words(field: &str, value: &Value, entry: &AuditEntry, options: Option<&ProjectOptions>) -> String {
    match value {
        Value::Null => common::empty_value().to_owned(),
        Value::Bool(true) => common::yes().to_owned(),
        Value::Bool(false) => common::no().to_owned(),
        Value::Number(number) if field == "first_weekday" => {
            let day = weekdays().into_iter().find(|(day, _)| Some(i64::from(*day)) == number.as_i64());
            day.map_or_else(|| number.to_string(), |(_, name)| name.to_owned())
        }
        Value::Number(number) => number.as_i64().map_or_else(|| number.to_string(), locale::number),
        Value::String(text) => {
            let person = || text.parse().ok().and_then(|id| entry.people.get(&id).cloned());
            fields::value(field, text)
                .or_else(person)
                .unwrap_or_else(|| project::in_words(field, value, options))
        }
        Value::Array(list) => {
            list.iter().map(|one| in_words(field, one, entry, options)).collect::<Vec<_>>().join(", ")
        }
        Value::Object(object) if matches!(field, "grants" | "scopes") => object
            .iter()
            .filter_map(|(menu, granted)| granted_words(menu, granted))
            .collect::<Vec<_>>()
            .join("; "),
        Value::Object(object) => object
            .iter()
            .filter(|(_, value)| !is_empty(value) && **value != Value::Bool(false))
            .map(|(key, value)| match value {
                Value::Bool(_) => key.clone(),
                value => format!("{key}: {}", in_words(field, value, entry, options)),
            })
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// `Users: Insert, View`
fn granted_words(menu: &str, granted: &Value) -> Option<String> {
    let operations: Operations = serde_json::from_value(granted.clone()).ok()?;
    let names: Vec<_> = operations.iter().map(role_definition::operation).collect();
    let menu = Menu::from_key(menu).map_or_else(|| menu.to_owned(), role_definition::menu_name);
    (!names.is_empty()).then(|| format!("{menu}: {}", names.join(", ")))
}
