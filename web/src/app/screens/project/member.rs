//! One person of a team: the position, what it is worth, and its change.

use leptos::prelude::*;
use shared::{
    Menu, Operation, Position, ProblemCode,
    ids::UserId,
    project::{TeamMember, TeamMemberPatch},
};
use wasm_bindgen_futures::spawn_local;

use super::Opened;
use crate::{
    api::{self, Etag, Failure, Loader},
    locales::{problems, project as t, projects},
    screens::projects::PositionBadge,
    session::Session,
    ui::{Badge, ConfirmDialog, FilterSelect, Icon, IconButton, IconView, PersonName, Toasts, Tone},
};

#[component]
pub(super) fn Member(user: UserId, team: Loader<Vec<TeamMember>>, opened: Opened) -> impl IntoView {
    let member = Memo::new(move |known: Option<&Option<TeamMember>>| {
        let found = team.value().and_then(|team| team.into_iter().find(|one| one.user.id == user));
        // Who was taken off stays in the row until the row has gone.
        found.or_else(|| known.cloned().flatten())
    });
    let is_me = Session::expect().current_untracked().is_some_and(|current| current.user == user);
    let error = RwSignal::new(None::<String>);
    let line = move |member: TeamMember| {
        view! {
            <PersonName name=member.user.name detail=member.user.email />
            {is_me.then(|| view! { <Badge label=t::you() /> })}
            {(!member.active)
                .then(|| {
                    view! { <Badge label=t::deactivated() tone=Tone::Neutral hint=t::deactivated_hint() /> }
                })}
        }
    };
    let who = Memo::new(move |_| member.get().map(|one| (one.user, one.active)));
    let face = move || {
        who.track();
        untrack(|| member.get()).map(line)
    };
    let lowered = move || {
        let member = member.get()?;
        let because = member.lowered_because?;
        let why = if is_me { t::lowered_own(because) } else { t::lowered(because) };
        Some(view! {
            <p class="member-lowered">
                <IconView icon=Icon::Alert />
                <span>
                    <strong>{t::counts_as(projects::position(member.effective_position))}</strong>
                    " "
                    {why}
                </span>
            </p>
        })
    };
    let problem = move || {
        error.get().map(|error| {
            view! {
                <p class="field-error" role="alert">
                    <IconView icon=Icon::Alert />
                    <span>{error}</span>
                </p>
            }
        })
    };
    view! {
        <li class="member">
            <div class="member-line">
                {face}
                <div class="member-tools">
                    <PositionPart member team opened error />
                    <Removal member team opened />
                </div>
            </div>
            {lowered}
            {problem}
        </li>
    }
}

/// The position: a choice for those who may change it, a badge for the others.
#[component]
fn PositionPart(
    member: Memo<Option<TeamMember>>,
    team: Loader<Vec<TeamMember>>,
    opened: Opened,
    error: RwSignal<Option<String>>,
) -> impl IntoView {
    let may_update = Memo::new(move |_| opened.may(Menu::ProjectTeam, Operation::Update));
    let assigned =
        Memo::new(move |_| member.with(|member| member.as_ref().map_or(Position::Guest, |one| one.position)));
    let toasts = Toasts::expect();
    // What was chosen and is not answered yet.
    let pending = RwSignal::new(None::<Position>);
    let put = move |changed: TeamMember| {
        let mut members = untrack(|| team.value()).unwrap_or_default();
        if let Some(place) = members.iter_mut().find(|one| one.user.id == changed.user.id) {
            *place = changed;
        }
        team.set(members);
        opened.loader.reload();
    };
    let undo = move |changed: TeamMember, before: Position| {
        Callback::new(move |()| {
            let changed = changed.clone();
            spawn_local(async move {
                match set_position(opened, &changed, before).await {
                    Ok(member) => put(member),
                    Err(failure) => toasts.failed(words_of(&failure, &changed.user.name)),
                }
            });
        })
    };
    let change = move |position: Position| {
        let Some(member) = member.get_untracked().filter(|one| one.position != position) else { return };
        if pending.get_untracked().is_some() {
            return;
        }
        pending.set(Some(position));
        error.set(None);
        spawn_local(async move {
            match set_position(opened, &member, position).await {
                Ok(changed) => {
                    let words = t::changed_position(&changed.user.name, projects::position(position));
                    toasts.done_with_undo(words, undo(changed.clone(), member.position));
                    put(changed);
                }
                Err(failure) => {
                    let _ = error.try_set(Some(words_of(&failure, &member.user.name)));
                    opened.heed(&failure);
                    if failure.stale().is_some() {
                        team.reload();
                    }
                }
            }
            let _ = pending.try_set(None);
        });
    };
    let value = Signal::derive(move || pending.get().unwrap_or_else(|| assigned.get()));
    let choices: Vec<_> =
        Position::ALL.map(|position| (position, projects::position(position).to_owned())).to_vec();
    let label = move || {
        t::position_of(
            &member.with_untracked(|one| one.as_ref().map(|one| one.user.name.clone())).unwrap_or_default(),
        )
    };
    move || {
        if may_update.get() {
            let choices = Signal::stored(choices.clone());
            view! { <FilterSelect label=label() value choices on_change=change /> }.into_any()
        } else {
            view! { <PositionBadge position=assigned.get() /> }.into_any()
        }
    }
}

async fn set_position(
    opened: Opened,
    member: &TeamMember,
    position: Position,
) -> Result<TeamMember, Failure> {
    let path = format!("{}/team/{}", opened.path(), member.user.id);
    let etag = Etag::of_version(member.version);
    Ok(api::patch(&path, &etag, &TeamMemberPatch { position }).await?.value)
}

/// Why the position stays as it is.
fn words_of(failure: &Failure, name: &str) -> String {
    match failure {
        Failure::Refused(problem) if problem.code == ProblemCode::Conflict => t::last_manager(name),
        Failure::Refused(problem) if problem.code == ProblemCode::Invalid => {
            problem.errors.first().map_or_else(|| failure.title().to_owned(), problems::field)
        }
        _ => format!("{}. {}", failure.title(), failure.advice()),
    }
}

/// Takes the person off the team, after asking.
#[component]
fn Removal(member: Memo<Option<TeamMember>>, team: Loader<Vec<TeamMember>>, opened: Opened) -> impl IntoView {
    let toasts = Toasts::expect();
    let may_delete = Memo::new(move |_| opened.may(Menu::ProjectTeam, Operation::Delete));
    let asking = RwSignal::new(false);
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let name = Memo::new(move |_| {
        member.with(|member| member.as_ref().map(|one| one.user.name.clone()).unwrap_or_default())
    });
    let text = Signal::derive(move || failure.get().unwrap_or_else(|| t::remove_text(&name.get())));
    let remove = move |()| {
        let Some(member) = member.get_untracked() else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let path = format!("{}/team/{}", opened.path(), member.user.id);
            match api::delete(&path, Some(&Etag::of_version(member.version))).await {
                Ok(()) => {
                    let _ = asking.try_set(false);
                    toasts.done(t::removed(&member.user.name));
                    team.reload();
                    opened.loader.reload();
                }
                Err(refused) => {
                    let _ = failure.try_set(Some(words_of(&refused, &member.user.name)));
                    opened.heed(&refused);
                    if refused.stale().is_some() {
                        team.reload();
                    }
                }
            }
            let _ = busy.try_set(false);
        });
    };
    let open = move |()| {
        failure.set(None);
        asking.set(true);
    };
    view! {
        <Show when=move || may_delete.get()>
            <IconButton
                label=Signal::derive(move || format!("{}: {}", t::remove(), name.get()))
                icon=Icon::Close
                small=true
                on_press=open
            />
        </Show>
        <ConfirmDialog
            title=Signal::derive(move || t::remove_title(&name.get()))
            text
            verb=t::remove()
            open=asking
            busy
            on_confirm=remove
        />
    }
}
