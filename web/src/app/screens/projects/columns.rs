//! The columns of a list of projects, with the filters that stand in their heads.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::{
    project::{ProjectOptions, ProjectRow},
    project_parameter::ProjectParameterName,
};

use super::{
    Way,
    filters::Filters,
    marks::{ParameterMark, PeopleMarks, PositionBadge, parameter_name},
};
use crate::{
    api::{Loader, Paged},
    locale,
    locales::projects as t,
    route::{ProjectTab, Route},
    ui::{Column, FilterDate, FilterSelect, UrlValue},
};

/// All columns; the first names the project.
pub(super) fn columns(
    filters: Filters,
    options: Loader<ProjectOptions>,
    list: Paged<ProjectRow>,
    way: Way,
) -> Vec<Column<ProjectRow>> {
    let parameter =
        move |label: &'static str, value: UrlValue, of: fn(ProjectOptions) -> Vec<ProjectParameterName>| {
            move || {
                let choices = Signal::derive(move || {
                    let entries = options.value().map(of).unwrap_or_default().into_iter();
                    entries.map(|entry| (entry.id.to_string(), parameter_name(&entry))).collect::<Vec<_>>()
                });
                view! { <UrlSelect label value choices /> }
            }
        };
    let position = Column::new("my_position", t::my_position(), |row: ProjectRow| {
        row.my_position.map(|position| view! { <PositionBadge position /> })
    });
    let approval = Column::new("approval_status", t::approval_status(), |row: ProjectRow| {
        view! { <ParameterMark entry=row.approval_status /> }
    })
    .filtered_by(parameter(t::approval_status(), filters.approval_status, |options| {
        options.approval_statuses
    }));
    // One's own position is what a list of one's own projects is read for; in the other one it is in the way.
    let (position, approval) = match way {
        Way::Desktop => (position, approval.unusual()),
        Way::Management => (position.unusual(), approval),
    };
    vec![
        Column::new("name", t::name(), |row: ProjectRow| {
            view! { <a href=Route::Project(row.id, ProjectTab::Home).href()>{row.name}</a> }
        })
        .sorted_by("name"),
        Column::new("status", t::status(), |row: ProjectRow| view! { <ParameterMark entry=row.status /> })
            .sorted_by("status")
            .filtered_by(parameter(t::status(), filters.status, |options| options.statuses)),
        position,
        approval,
        Column::new("code", t::code(), |row: ProjectRow| view! { <span class="muted">{row.code}</span> })
            .sorted_by("code"),
        Column::new(
            "type",
            t::type_label(),
            |row: ProjectRow| view! { <ParameterMark entry=row.project_type /> },
        )
        .unusual()
        .filtered_by(parameter(t::type_label(), filters.project_type, |options| options.types)),
        Column::new(
            "priority",
            t::priority(),
            |row: ProjectRow| view! { <ParameterMark entry=row.priority /> },
        )
        .sorted_by("priority")
        .filtered_by(parameter(t::priority(), filters.priority, |options| options.priorities)),
        Column::new("start_date", t::start_date(), |row: ProjectRow| row.start_date.map(locale::date))
            .sorted_by("start_date")
            .filtered_by(move || view! { <FilterDate label=t::starts_from() value=filters.starts_from /> }),
        Column::new("end_date", t::end_date(), |row: ProjectRow| row.end_date.map(locale::date))
            .sorted_by("end_date")
            .filtered_by(move || view! { <FilterDate label=t::ends_until() value=filters.ends_until /> }),
        Column::new(
            "managers",
            t::managers(),
            |row: ProjectRow| view! { <PeopleMarks people=row.managers /> },
        )
        .filtered_by(managers_filter(filters, list)),
        Column::new("updated_at", t::updated(), |row: ProjectRow| {
            view! { <span data-tooltip=locale::instant(row.updated_at)>{locale::ago(row.updated_at)}</span> }
        })
        .sorted_by("updated_at")
        .unusual(),
    ]
}

/// The choice of a Manager among those of the rows that have been here: whoever lists projects need not be allowed
/// to list people.
fn managers_filter(
    filters: Filters,
    list: Paged<ProjectRow>,
) -> impl Fn() -> AnyView + Send + Sync + 'static {
    let seen = RwSignal::new(BTreeMap::<String, String>::new());
    Effect::new(move |_| {
        let here = list.rows.with(|rows| {
            let managers = rows.iter().flat_map(|row| &row.managers);
            managers.map(|manager| (manager.name.clone(), manager.id.to_string())).collect::<Vec<_>>()
        });
        if seen.with_untracked(|seen| here.iter().any(|(name, _)| !seen.contains_key(name))) {
            seen.update(|seen| seen.extend(here));
        }
    });
    move || {
        let choices = Signal::derive(move || {
            seen.with(|seen| seen.iter().map(|(name, id)| (id.clone(), name.clone())).collect::<Vec<_>>())
        });
        view! { <UrlSelect label=t::manager() value=filters.manager choices /> }.into_any()
    }
}

/// A choice whose value is a word of the address.
#[component]
fn UrlSelect(
    label: &'static str,
    value: UrlValue,
    #[prop(into)] choices: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let with_any = Signal::derive(move || {
        let mut all = vec![(None, t::any().to_owned())];
        all.extend(choices.get().into_iter().map(|(id, name)| (Some(id), name)));
        all
    });
    let choose = move |chosen: Option<String>| value.set(chosen);
    view! {
        <FilterSelect
            label
            value=Signal::derive(move || value.get())
            choices=with_any
            on_change=choose
        />
    }
}
