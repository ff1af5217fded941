//! Rows of the audit log in words.

use serde_json::Value;
use shared::{
    audit::AuditEntry,
    change::{ChangeKind, FieldChange},
};

use crate::{
    locales::{audit_log as t, common},
    ui::Change,
};

/// Who did it.
pub(super) fn who(entry: &AuditEntry) -> String {
    let name = entry.user.and_then(|user| entry.people.get(&user).cloned());
    name.unwrap_or_else(|| t::actor(entry.actor).to_owned())
}

/// What it was done to.
pub(super) fn label(entry: &AuditEntry) -> String {
    entry.label.clone().unwrap_or_else(|| common::empty_value().to_owned())
}

/// The fields that say something, each as people read it.
pub(super) fn changes(entry: &AuditEntry) -> Vec<Change> {
    let says = |field: &&FieldChange| {
        entry.action == ChangeKind::Updated || !is_empty(&field.before) || !is_empty(&field.after)
    };
    let words = |value: &Value| {
        if is_empty(value) { common::empty_value().to_owned() } else { in_words(value, entry) }
    };
    entry
        .fields
        .iter()
        .filter(says)
        .map(|field| Change {
            label: t::field(&field.field),
            before: (entry.action != ChangeKind::Created).then(|| words(&field.before)),
            after: (entry.action != ChangeKind::Deleted).then(|| words(&field.after)),
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

fn in_words(value: &Value, entry: &AuditEntry) -> String {
    match value {
        Value::Null => common::empty_value().to_owned(),
        Value::Bool(true) => common::yes().to_owned(),
        Value::Bool(false) => common::no().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => {
            let person = text.parse().ok().and_then(|id| entry.people.get(&id).cloned());
            person.unwrap_or_else(|| text.clone())
        }
        Value::Array(list) => list.iter().map(|one| in_words(one, entry)).collect::<Vec<_>>().join(", "),
        Value::Object(object) => object
            .iter()
            .filter(|(_, value)| !is_empty(value) && **value != Value::Bool(false))
            .map(|(key, value)| match value {
                Value::Bool(_) => key.clone(),
                value => format!("{key}: {}", in_words(value, entry)),
            })
            .collect::<Vec<_>>()
            .join(", "),
    }
}
