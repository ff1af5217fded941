//! Erasing somebody for good: says first where they are named, and asks for their name to be typed.

use leptos::prelude::*;
use shared::{
    Menu, Operation,
    user::{ErasurePreview, User},
};
use wasm_bindgen_futures::spawn_local;

use super::full_name;
use crate::{
    api::{self, Etag, Failure, Loader},
    locale,
    locales::{common, users as t},
    session::Session,
    ui::{AsyncView, Button, ButtonKind, Dialog, FailureNotice, Icon, Section, TextField, Toasts},
};

/// What stands on the person of those who are deactivated and not erased yet.
#[component]
pub(super) fn Erase(saved: RwSignal<User>, on_saved: Callback<User>) -> impl IntoView {
    let session = Session::expect();
    let open = RwSignal::new(false);
    let offered = Memo::new(move |_| {
        session.may(Menu::Users, Operation::Delete) && saved.with(|user| !user.active && !user.erased)
    });
    view! {
        <Show when=move || offered.get()>
            <Section title=t::erase() text=t::erase_text()>
                <div>
                    <Button
                        label=format!("{}…", t::erase())
                        icon=Icon::Trash
                        on_press=move |()| open.set(true)
                    />
                </div>
            </Section>
        </Show>
        <Dialog title=Signal::derive(move || t::erase_title(&saved.with(full_name))) open>
            <Question saved on_saved open />
        </Dialog>
    }
}

#[component]
fn Question(saved: RwSignal<User>, on_saved: Callback<User>, open: RwSignal<bool>) -> impl IntoView {
    let path = saved.with_untracked(|user| format!("/users/{}", user.id));
    let preview = {
        let path = format!("{path}/erasure");
        Loader::new(move || {
            let path = path.clone();
            async move { api::get::<ErasurePreview>(&path).await }
        })
    };
    let toasts = Toasts::expect();
    let typed = RwSignal::new(String::new());
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let name = saved.with_untracked(full_name);
    let fits = {
        let name = name.clone();
        Memo::new(move |_| typed.with(|typed| typed.trim() == name))
    };
    let erase = move |()| {
        if busy.get_untracked() || !fits.get_untracked() {
            return;
        }
        let (path, version) = (format!("{path}/erase"), saved.with_untracked(|user| user.version));
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let outcome = api::act::<User>(&path, &Etag::of_version(version)).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(answer) => {
                    open.set(false);
                    toasts.done(t::was_erased(&full_name(&answer.value)));
                    saved.set(answer.value.clone());
                    on_saved.run(answer.value);
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    let reason = Signal::derive(move || (!fits.get()).then(|| t::erase_reason().to_owned()));
    view! {
        <div class="dialog-text stack-tight">
            <p>{t::erase_for_good()}</p>
            <AsyncView
                loader=preview
                view=|preview: ErasurePreview| {
                    let places = preview
                        .traces
                        .into_iter()
                        .map(|traces| {
                            view! { <li>{t::erase_rows(traces.rows, &t::erase_place(&traces.place))}</li> }
                        })
                        .collect_view();
                    view! {
                        <p>{t::erase_head(&preview.pseudonym)}</p>
                        <ul class="bullets">{places}</ul>
                        <p>{t::erase_backups(&locale::date(preview.backups_lapse_on))}</p>
                    }
                }
            />
        </div>
        <TextField label=t::erase_type(&name) value=typed />
        {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
        <div class="dialog-actions">
            <Button label=common::cancel() on_press=move |()| open.set(false) />
            <Button label=t::erase() kind=ButtonKind::Danger busy reason on_press=erase />
        </div>
    }
}
