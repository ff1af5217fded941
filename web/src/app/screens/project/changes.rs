//! Changes as people read them: who did what, when, and each field before and after.

use leptos::prelude::*;
use serde_json::Value;
use shared::{
    Position,
    change::{Change, ChangeKind, FieldChange},
    project::ProjectOptions,
    project_parameter::ProjectParameterName,
};

use crate::{
    locale,
    locales::{common, project as t, projects},
    screens::projects::parameter_name,
    ui::{Avatar, Change as Line, Changes, Icon, IconView},
};

/// The order in which people look for fields; what is not among them comes first.
const FIELDS: [&str; 12] = [
    "name",
    "code",
    "status",
    "approval_status",
    "type",
    "priority",
    "start_date",
    "end_date",
    "project_code",
    "cost_centre",
    "description",
    "position",
];

/// Changes as a list, the newest first.
#[component]
pub(super) fn ChangeList(
    #[prop(into)] changes: Signal<Vec<Change>>,
    /// The lists that projects choose from: histories keep the English names.
    options: Signal<Option<ProjectOptions>>,
) -> impl IntoView {
    let line = move |change: Change| view! { <ChangeItem change options /> };
    view! {
        <ol class="history">
            <For each=move || changes.get() key=|change| change.id children=line />
        </ol>
    }
}

#[component]
fn ChangeItem(change: Change, options: Signal<Option<ProjectOptions>>) -> impl IntoView {
    let face = match &change.by {
        Some(name) => view! { <Avatar name=name.clone() /> }.into_any(),
        None => view! { <span class="history-system"><IconView icon=Icon::Sliders /></span> }.into_any(),
    };
    let who = change.by.clone().unwrap_or_else(|| t::by_system().to_owned());
    let what = t::happened(change.kind, &change.entity, &change.label);
    let (kind, fields) = (change.kind, change.fields);
    let lines = move || {
        let options = options.get();
        let mut shown: Vec<_> = fields.iter().filter(|field| is_worth_showing(kind, field)).collect();
        shown.sort_by_key(|field| FIELDS.iter().position(|known| *known == field.field));
        shown.into_iter().map(|field| to_line(kind, field, options.as_ref())).collect::<Vec<_>>()
    };
    let lines = move || {
        let lines = lines();
        (!lines.is_empty()).then(|| view! { <Changes changes=lines /> })
    };
    view! {
        <li class="history-item">
            {face}
            <div class="history-text">
                <p class="history-head">
                    <strong>{who}</strong>
                    " "
                    {what}
                    " "
                    <time
                        class="history-time"
                        datetime=change.at.to_rfc3339()
                        data-tooltip=locale::instant(change.at)
                        tabindex="0"
                    >
                        {locale::ago(change.at)}
                    </time>
                </p>
                {lines}
            </div>
        </li>
    }
}

/// What was created or removed shows what it had, not what it lacked.
fn is_worth_showing(kind: ChangeKind, field: &FieldChange) -> bool {
    kind == ChangeKind::Updated || !is_empty(&field.before) || !is_empty(&field.after)
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(str::is_empty)
}

fn to_line(kind: ChangeKind, field: &FieldChange, options: Option<&ProjectOptions>) -> Line {
    let words = |value: &Value| -> String {
        if is_empty(value) {
            common::empty_value().to_owned()
        } else {
            in_words(&field.field, value, options)
        }
    };
    Line {
        label: t::field(&field.field),
        before: (kind != ChangeKind::Created).then(|| words(&field.before)),
        after: (kind != ChangeKind::Deleted).then(|| words(&field.after)),
    }
}

/// A value of a history in the person's language.
pub fn in_words(field: &str, value: &Value, options: Option<&ProjectOptions>) -> String {
    let Some(text) = value.as_str() else {
        return match value {
            Value::Bool(yes) => common::yes_or_no(*yes).to_owned(),
            Value::Array(values) => {
                let words: Vec<String> = values.iter().map(|value| in_words(field, value, options)).collect();
                common::list(&words)
            }
            other => other.to_string(),
        };
    };
    let named = |entries: Option<&Vec<ProjectParameterName>>| {
        let entry = entries.and_then(|entries| entries.iter().find(|entry| entry.name_en == text));
        entry.map(parameter_name)
    };
    let found = match field {
        "position" => Position::from_key(text).map(|position| projects::position(position).to_owned()),
        "start_date" | "end_date" => text.parse().ok().map(locale::date),
        "status" => named(options.map(|options| &options.statuses)),
        "approval_status" => named(options.map(|options| &options.approval_statuses)),
        "type" => named(options.map(|options| &options.types)),
        "priority" => named(options.map(|options| &options.priorities)),
        _ => None,
    };
    found.unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(field: &str, before: Value, after: Value) -> FieldChange {
        FieldChange { field: field.to_owned(), before, after }
    }

    #[test]
    fn values_are_shown_as_people_read_them() {
        for (name, value, expected) in [
            ("position", json!("team_member"), "Team Member"),
            ("end_date", json!("2026-11-05"), "5 Nov 2026"),
            ("status", json!("Draft"), "Draft"),
            ("name", json!("Harbour"), "Harbour"),
            ("team", json!(["Ana", "Luis"]), "Ana and Luis"),
        ] {
            assert_eq!(in_words(name, &value, None), expected, "{name}");
        }
    }

    #[test]
    fn what_was_created_shows_what_it_has() {
        let (empty, full) =
            (field("cost_centre", Value::Null, json!("")), field("name", Value::Null, json!("A")));
        assert!(!is_worth_showing(ChangeKind::Created, &empty));
        assert!(is_worth_showing(ChangeKind::Created, &full));
        let emptied = field("description", json!("A"), json!(""));
        assert!(is_worth_showing(ChangeKind::Updated, &emptied));
        assert_eq!(to_line(ChangeKind::Created, &full, None).before, None);
    }
}
