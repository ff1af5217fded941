//! Deleting a project: says first what goes with it.

use leptos::prelude::*;
use shared::project::ProjectDeletion;
use wasm_bindgen_futures::spawn_local;

use super::{Opened, list_of};
use crate::{
    api::{self, Etag, Failure, Loader},
    locales::{common, project as t},
    navigation::{Go, Guard},
    session::Session,
    ui::{AsyncView, Button, ButtonKind, Dialog, FailureNotice, Icon, Section, Toasts},
};

#[component]
pub(super) fn DeleteProject(opened: Opened) -> impl IntoView {
    let open = RwSignal::new(false);
    let name = Memo::new(move |_| {
        opened.newest.with(|project| project.as_ref().map(|project| project.name.clone()).unwrap_or_default())
    });
    view! {
        <Section title=t::delete() text=t::delete_text()>
            <div>
                <Button label=format!("{}…", t::delete()) icon=Icon::Trash on_press=move |()| open.set(true) />
            </div>
        </Section>
        <Dialog title=Signal::derive(move || t::delete_title(&name.get())) open>
            <Question opened name open />
        </Dialog>
    }
}

#[component]
fn Question(opened: Opened, name: Memo<String>, open: RwSignal<bool>) -> impl IntoView {
    let counts = Loader::new(move || async move {
        api::get::<ProjectDeletion>(&format!("{}/deletion", opened.path())).await
    });
    let (go, toasts, guard) = (Go::new(), Toasts::expect(), expect_context::<Guard>());
    let list = list_of(Session::expect()).1;
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let delete = move |()| {
        let Some(version) = opened.newest.with_untracked(|project| project.as_ref().map(|one| one.version))
        else {
            return;
        };
        busy.set(true);
        failure.set(None);
        let (go, list, name) = (go.clone(), list.clone(), name.get_untracked());
        spawn_local(async move {
            let outcome = api::delete(&opened.path(), Some(&Etag::of_version(version))).await;
            match outcome {
                Ok(()) => {
                    // What was typed about it has nowhere to go any more.
                    guard.open();
                    toasts.done(t::deleted(&name));
                    go.instead_to(&list);
                }
                Err(refused) => {
                    opened.loader.reload();
                    let _ = failure.try_set(Some(refused));
                }
            }
            let _ = busy.try_set(false);
        });
    };
    view! {
        <div class="dialog-text stack-tight">
            <p>{t::delete_text()}</p>
            <AsyncView
                loader=counts
                view=|counts| {
                    view! {
                        <p>{t::delete_head()}</p>
                        <ul class="bullets">
                            <li>{t::delete_positions(counts.positions)}</li>
                            <li>{t::delete_changes(counts.changes)}</li>
                        </ul>
                    }
                }
            />
        </div>
        {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
        <div class="dialog-actions">
            <Button label=common::cancel() on_press=move |()| open.set(false) />
            <Button label=t::delete() kind=ButtonKind::Danger busy on_press=delete />
        </div>
    }
}
