//! Project parameters: the four lists that projects choose from.

mod colour;
mod edit;
mod list;
mod moves;

use leptos::prelude::*;
use shared::{
    Language, Menu, Operation,
    project_parameter::{ProjectParameter, ProjectParameterKind, ProjectParameterPatch},
};
use wasm_bindgen_futures::spawn_local;

use self::{
    edit::{AddEntry, ChangeEntry},
    list::List,
    moves::Moves,
};
use crate::{
    api::{self, Etag, Failure, Load, Loader},
    locale,
    locales::{common, project_parameters as t},
    session::Can,
    ui::{
        Button, ButtonKind, ConfirmDialog, Dialog, DialogSize, FailureNotice, Icon, Page, SkeletonTable,
        Tabs, Toasts, url_value,
    },
};

const PATH: &str = "/project-parameters";

/// What is asked for with a list or an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    Add(ProjectParameterKind),
    Change(ProjectParameter),
    Default(ProjectParameter),
    Delete(ProjectParameter),
}

/// The name in one's language.
fn name_of(entry: &ProjectParameter) -> String {
    locale::pick(&entry.name_en, &entry.name_es).clone()
}

/// The name in the other language, with the language.
fn other_name_of(entry: &ProjectParameter) -> String {
    match locale::current() {
        Language::En => format!("{}: {}", t::in_spanish(), entry.name_es),
        Language::Es => format!("{}: {}", t::in_english(), entry.name_en),
    }
}

/// The screen of the menu `project_parameters`.
#[component]
pub fn ProjectParameters() -> impl IntoView {
    let all = Loader::new(|| api::get::<Vec<ProjectParameter>>(PATH));
    let entries = Memo::new(move |_| all.value().unwrap_or_default());
    let in_url = url_value("list");
    let kind_in_url = in_url.get_untracked().and_then(|key| ProjectParameterKind::from_key(&key));
    let position = |kind| ProjectParameterKind::ALL.into_iter().position(|known| known == kind);
    let chosen = RwSignal::new(kind_in_url.and_then(position).unwrap_or_default());
    let kind_of =
        |index| ProjectParameterKind::ALL.get(index).copied().unwrap_or(ProjectParameterKind::Status);
    Effect::new(move |previous: Option<()>| {
        let kind = kind_of(chosen.get());
        if previous.is_some() {
            in_url.set(Some(kind.key().to_owned()));
        }
    });
    let asked = RwSignal::new(None::<Asked>);
    let moves = Moves::new(all);
    let content = Callback::new(move |index: usize| {
        view! { <List kind=kind_of(index) all=entries moves asked /> }.into_any()
    });
    let phase = Memo::new(move |_| match all.get() {
        Load::Waiting => None,
        Load::Ready(_) => Some(Ok(())),
        Load::Failed(failure) => Some(Err(failure)),
    });
    let body = move || match phase.get() {
        None => view! { <SkeletonTable columns=3 /> }.into_any(),
        Some(Err(failure)) => view! { <FailureNotice failure on_retry=move |()| all.reload() /> }.into_any(),
        Some(Ok(())) => {
            let names = ProjectParameterKind::ALL.map(|kind| t::list_name(kind).to_owned()).to_vec();
            view! { <Tabs label=t::lists() tabs=names chosen content /> }.into_any()
        }
    };
    let actions = move || {
        view! {
            <Can menu=Menu::ProjectParameters operation=Operation::Insert>
                <Button
                    label=t::add()
                    icon=Icon::Plus
                    kind=ButtonKind::Primary
                    on_press=move |()| asked.set(Some(Asked::Add(kind_of(chosen.get_untracked()))))
                />
            </Can>
        }
    };
    view! {
        <Page title=t::title() actions>
            <div class="measure-wide">{body}</div>
            <EntryDialog all asked />
            <DeleteDialog all asked />
            <DefaultChange all asked />
        </Page>
    }
}

/// Whether something of the kind is asked for, for the dialog that does it: closing it asks for nothing.
fn open_while(asked: RwSignal<Option<Asked>>, is_mine: fn(&Asked) -> bool) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(asked.with(|asked| asked.as_ref().is_some_and(is_mine))));
    Effect::new(move |_| {
        if !open.get() && asked.with_untracked(|asked| asked.as_ref().is_some_and(is_mine)) {
            asked.set(None);
        }
    });
    open
}

#[component]
fn EntryDialog(all: Loader<Vec<ProjectParameter>>, asked: RwSignal<Option<Asked>>) -> impl IntoView {
    let open = open_while(asked, |asked| matches!(asked, Asked::Add(_) | Asked::Change(_)));
    let title = Memo::new(move |previous: Option<&String>| match asked.get() {
        Some(Asked::Add(kind)) => t::add_title(t::list_name(kind)),
        Some(Asked::Change(entry)) => t::edit_title(&name_of(&entry)),
        // While it closes, it keeps its title.
        _ => previous.cloned().unwrap_or_default(),
    });
    let on_done = Callback::new(move |_| {
        open.set(false);
        all.reload();
    });
    let on_cancel = Callback::new(move |()| open.set(false));
    let form = move || match asked.get_untracked() {
        Some(Asked::Add(kind)) => {
            let entries = untrack(|| all.value()).unwrap_or_default().into_iter();
            let taken = entries.filter(|entry| entry.kind == kind).map(|entry| entry.colour).collect();
            view! { <AddEntry kind taken on_done on_cancel /> }.into_any()
        }
        Some(Asked::Change(entry)) => view! { <ChangeEntry entry on_done on_cancel /> }.into_any(),
        _ => ().into_any(),
    };
    view! {
        <Dialog title open size=DialogSize::Medium>
            {form()}
        </Dialog>
    }
}

/// Why an entry cannot be deleted; the server decides by the same rules.
fn obstacle(entry: &ProjectParameter) -> Option<String> {
    if entry.system {
        Some(t::cannot_system().to_owned())
    } else if entry.default_for_new_projects {
        Some(t::cannot_default().to_owned())
    } else if entry.projects > 0 {
        Some(t::cannot_used(entry.projects))
    } else {
        None
    }
}

/// Asks before an entry is deleted, or says why it cannot be.
#[component]
fn DeleteDialog(all: Loader<Vec<ProjectParameter>>, asked: RwSignal<Option<Asked>>) -> impl IntoView {
    let toasts = Toasts::expect();
    let may = open_while(asked, |asked| matches!(asked, Asked::Delete(entry) if obstacle(entry).is_none()));
    let may_not =
        open_while(asked, |asked| matches!(asked, Asked::Delete(entry) if obstacle(entry).is_some()));
    let entry = Memo::new(move |previous: Option<&Option<ProjectParameter>>| match asked.get() {
        Some(Asked::Delete(entry)) => Some(entry),
        _ => previous.cloned().flatten(),
    });
    let name = move || entry.get().as_ref().map(name_of).unwrap_or_default();
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    Effect::new(move |_| {
        may.track();
        failure.set(None);
    });
    let delete = move |()| {
        let Some(entry) = entry.get_untracked() else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let outcome =
                api::delete(&format!("{PATH}/{}", entry.id), Some(&Etag::of_version(entry.version))).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(()) => {
                    may.set(false);
                    toasts.done(t::deleted(&name_of(&entry)));
                }
                Err(refused) => failure.set(Some(refused)),
            }
            all.reload();
        });
    };
    let why = move || entry.get().as_ref().and_then(obstacle);
    view! {
        <ConfirmDialog
            title=Signal::derive(move || t::delete_title(&name()))
            text=t::delete_text()
            verb=t::delete_verb()
            open=may
            busy
            failure
            on_confirm=delete
        />
        <Dialog title=Signal::derive(move || t::cannot_title(&name())) open=may_not>
            <p class="dialog-text">{why}</p>
            <div class="dialog-actions">
                <Button label=common::close() on_press=move |()| may_not.set(false) />
            </div>
        </Dialog>
    }
}

/// Makes an entry the default when that is asked for; there is nothing to ask back, since any other can be made it
/// again.
#[component]
fn DefaultChange(all: Loader<Vec<ProjectParameter>>, asked: RwSignal<Option<Asked>>) -> impl IntoView {
    let toasts = Toasts::expect();
    Effect::new(move |_| {
        let Some(Asked::Default(entry)) = asked.get() else { return };
        asked.set(None);
        spawn_local(async move {
            let patch = ProjectParameterPatch { default_for_new_projects: Some(true), ..Default::default() };
            let etag = Etag::of_version(entry.version);
            let path = format!("{PATH}/{}", entry.id);
            match api::patch::<ProjectParameter>(&path, &etag, &patch).await {
                Ok(answer) => toasts.done(t::now_default(&name_of(&answer.value))),
                Err(failure) => toasts.failed(format!("{}. {}", failure.title(), failure.advice())),
            }
            all.reload();
        });
    });
}
