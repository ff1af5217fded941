//! How what belongs to a project is shown everywhere: entries of its lists, people, positions.

use leptos::prelude::*;
use shared::{Position, project::ManagerName, project_parameter::ProjectParameterName};

use crate::{
    locale,
    locales::{common, projects as t},
    ui::{Avatar, Badge, PersonName, Tone},
};

/// How many faces stand side by side before the rest becomes a number.
const FACES: usize = 3;

/// The name of an entry in the person's language.
pub fn parameter_name(entry: &ProjectParameterName) -> String {
    locale::pick(&entry.name_en, &entry.name_es).clone()
}

/// An entry of a list with its colour.
#[component]
pub fn ParameterMark(entry: ProjectParameterName) -> impl IntoView {
    view! {
        <span class="parameter">
            <span class="parameter-dot" style:background-color=entry.colour.clone() aria-hidden="true"></span>
            <span>{parameter_name(&entry)}</span>
        </span>
    }
}

/// A position as a badge.
#[component]
pub fn PositionBadge(position: Position) -> impl IntoView {
    let tone = match position {
        Position::Manager => Tone::Accent,
        Position::TeamMember => Tone::Info,
        Position::Guest => Tone::Neutral,
    };
    view! { <Badge label=t::position(position) tone=tone /> }
}

/// People in little room: one with the name, several as faces.
#[component]
pub fn PeopleMarks(people: Vec<ManagerName>) -> impl IntoView {
    let names: Vec<String> = people.iter().map(|person| person.name.clone()).collect();
    match people.as_slice() {
        [] => view! { <span class="muted">{t::nobody()}</span> }.into_any(),
        [only] => view! { <PersonName name=only.name.clone() /> }.into_any(),
        several => {
            let rest = several.len().saturating_sub(FACES);
            let faces =
                several.iter().take(FACES).map(|person| view! { <Avatar name=person.name.clone() /> });
            view! {
                <span class="faces" data-tooltip=names.join("\n")>
                    {faces.collect_view()}
                    {(rest > 0).then(|| view! { <span class="faces-rest" aria-hidden="true">{format!("+{rest}")}</span> })}
                    <span class="visually-hidden">{common::list(&names)}</span>
                </span>
            }
            .into_any()
        }
    }
}
