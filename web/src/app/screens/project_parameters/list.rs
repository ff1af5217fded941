//! One list: its entries in order, and what can be done with each.

use leptos::prelude::*;
use shared::{
    Menu as MenuKey, Operation,
    ids::ProjectParameterId,
    project_parameter::{ProjectParameter, ProjectParameterKind},
};

use super::{
    Asked,
    colour::ColourMark,
    moves::{Direction, Moves, button_id},
    name_of, other_name_of,
};
use crate::{
    locales::{common, project_parameters as t},
    session::Session,
    ui::{Badge, EmptyState, Icon, IconButton, Menu, MenuEntry, Tone},
};

#[component]
pub(super) fn List(
    kind: ProjectParameterKind,
    /// The entries of all lists.
    #[prop(into)]
    all: Signal<Vec<ProjectParameter>>,
    /// Moves entries.
    moves: Moves,
    /// What is asked for with an entry.
    asked: RwSignal<Option<Asked>>,
) -> impl IntoView {
    let entries = Memo::new(move |_| {
        all.with(|all| all.iter().filter(|entry| entry.kind == kind).cloned().collect::<Vec<_>>())
    });
    let count = move || i32::try_from(entries.with(Vec::len)).unwrap_or(i32::MAX);
    // A row is built anew when anything in sight changes. Its version may change below it: the answer to a move must
    // not take the focus from the button that was pressed.
    let in_sight = |(is_last, entry): &(bool, ProjectParameter)| {
        let ProjectParameter { id, order, projects, default_for_new_projects, .. } = *entry;
        let words = [&entry.name_en, &entry.name_es, &entry.colour].map(String::clone);
        (*is_last, id, order, projects, default_for_new_projects, words)
    };
    let rows = move || {
        let last = count();
        entries.get().into_iter().map(|entry| (entry.order == last, entry)).collect::<Vec<_>>()
    };
    view! {
        <p class="muted list-text">{t::list_text(kind)}</p>
        <Show
            when=move || entries.with(|entries| !entries.is_empty())
            fallback=|| view! { <EmptyState icon=Icon::Sliders title=t::empty_title() text=t::empty_text() /> }
        >
            <ol class="entries" aria-label=t::entries_of(t::list_name(kind))>
                <For
                    each=rows
                    key=in_sight
                    children=move |(is_last, entry)| view! { <Row entry is_last all moves asked /> }
                />
            </ol>
        </Show>
        <p class="visually-hidden" role="status">{move || moves.said.get()}</p>
    }
}

#[component]
fn Row(
    entry: ProjectParameter,
    is_last: bool,
    all: Signal<Vec<ProjectParameter>>,
    moves: Moves,
    asked: RwSignal<Option<Asked>>,
) -> impl IntoView {
    let session = Session::expect();
    let name = name_of(&entry);
    let used = if entry.projects == 0 { t::unused().to_owned() } else { t::projects(entry.projects) };
    let may = move |operation| session.may(MenuKey::ProjectParameters, operation);
    let (is_first, id, label) = (entry.order == 1, entry.id, StoredValue::new(name.clone()));
    let is_default = entry.default_for_new_projects;
    let actions = Callback::new(move |()| {
        let ask = move |asking: fn(ProjectParameter) -> Asked| {
            let now = all.with_untracked(|all| all.iter().find(|entry| entry.id == id).cloned());
            asked.set(now.map(asking));
        };
        let mut entries = Vec::new();
        if may(Operation::Update) {
            entries.push(MenuEntry::action(Icon::Edit, common::edit(), move || ask(Asked::Change)));
            if !is_default {
                entries.push(MenuEntry::action(Icon::Flag, t::make_default(), move || ask(Asked::Default)));
            }
        }
        if may(Operation::Delete) {
            entries.push(MenuEntry::danger(Icon::Trash, common::delete(), move || ask(Asked::Delete)));
        }
        entries
    });
    let has_actions = move || may(Operation::Update) || may(Operation::Delete);
    view! {
        <li class="entry">
            <ColourMark colour=entry.colour.clone() />
            <span class="entry-names">
                <span class="entry-name">{name}</span>
                <span class="entry-other">{other_name_of(&entry)}</span>
            </span>
            <span class="entry-badges">
                {entry
                    .default_for_new_projects
                    .then(|| view! { <Badge label=t::default() tone=Tone::Accent hint=t::default_hint() /> })}
                {entry.system.then(|| view! { <Badge label=t::system() hint=t::system_hint() /> })}
            </span>
            <span class="entry-used numeric">{used}</span>
            <span class="entry-tools">
                <Show when=move || may(Operation::Update)>
                    <MoveButton id name=label.get_value() direction=Direction::Up at_end=is_first moves />
                    <MoveButton id name=label.get_value() direction=Direction::Down at_end=is_last moves />
                </Show>
                <Show when=has_actions>
                    <Menu label=t::actions_of(&label.get_value()) entries=actions />
                </Show>
            </span>
        </li>
    }
}

#[component]
fn MoveButton(
    id: ProjectParameterId,
    name: String,
    direction: Direction,
    /// Whether there is nowhere further to go.
    at_end: bool,
    moves: Moves,
) -> impl IntoView {
    let (label, icon, end) = match direction {
        Direction::Up => (t::move_up(&name), Icon::ArrowUp, t::is_first()),
        Direction::Down => (t::move_down(&name), Icon::ArrowDown, t::is_last()),
    };
    let reason = at_end.then(|| end.to_owned());
    view! {
        <span id=button_id(id, direction)>
            <IconButton label icon reason on_press=move |()| moves.step(id, direction) />
        </span>
    }
}
