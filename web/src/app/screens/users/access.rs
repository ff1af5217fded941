//! Deactivating somebody, and letting them in again.

use leptos::prelude::*;
use shared::{Menu, Operation, user::User};
use wasm_bindgen_futures::spawn_local;

use super::full_name;
use crate::{
    api::{self, Etag, Failure},
    locales::{licence_consumption, users as t},
    session::Session,
    ui::{Button, ConfirmDialog, Toasts},
};

#[component]
pub(super) fn Access(saved: RwSignal<User>, is_self: bool, on_saved: Callback<User>) -> impl IntoView {
    let (session, toasts) = (Session::expect(), Toasts::expect());
    let is_admin = session.current_untracked().is_some_and(|current| current.company_admin);
    let (deactivating, reactivating) = (RwSignal::new(false), RwSignal::new(false));
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    Effect::new(move |_| {
        deactivating.track();
        reactivating.track();
        failure.set(None);
    });
    let act = move |verb: &'static str, open: RwSignal<bool>, words: fn(&str) -> String| {
        if busy.get_untracked() {
            return;
        }
        let (id, version) = saved.with_untracked(|saved| (saved.id, saved.version));
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let outcome = api::act::<User>(&format!("/users/{id}/{verb}"), &Etag::of_version(version)).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(answer) => {
                    open.set(false);
                    saved.set(answer.value.clone());
                    toasts.done(words(&full_name(&answer.value)));
                    on_saved.run(answer.value);
                }
                Err(refused) => {
                    // The next press goes with the version that is there now.
                    if let Some(user) =
                        refused.stale().cloned().and_then(|now| serde_json::from_value(now).ok())
                    {
                        saved.set(user);
                    }
                    failure.set(Some(refused));
                }
            }
        });
    };
    let is_active = Memo::new(move |_| saved.with(|saved| saved.active));
    let reason = Signal::derive(move || {
        if is_self {
            return Some(t::deactivate_self().to_owned());
        }
        saved.with(|saved| (saved.company_admin && !is_admin).then(|| t::deactivate_admin().to_owned()))
    });
    let what_happens = Signal::derive(move || {
        saved.with(|saved| match saved.licence_used.as_deref() {
            Some(key) => t::deactivate_seat(&licence_consumption::licence_type(key, key)),
            None => t::deactivate_no_seat().to_owned(),
        })
    });
    let name = move || saved.with(full_name);
    view! {
        <p class="section-text">{move || if is_active.get() { t::is_active() } else { t::is_deactivated() }}</p>
        <div>
            <Show when=move || is_active.get() && session.may(Menu::Users, Operation::Delete)>
                <Button label=t::deactivate() reason on_press=move |()| deactivating.set(true) />
            </Show>
            <Show when=move || {
                !is_active.get() && !saved.with(|user| user.erased) && session.may(Menu::Users, Operation::Update)
            }>
                <Button label=t::reactivate() reason on_press=move |()| reactivating.set(true) />
            </Show>
        </div>
        <ConfirmDialog
            title=Signal::derive(move || t::deactivate_title(&name()))
            text=what_happens
            verb=t::deactivate()
            open=deactivating
            busy
            failure
            on_confirm=move |()| act("deactivate", deactivating, t::was_deactivated)
        />
        <ConfirmDialog
            title=Signal::derive(move || t::reactivate_title(&name()))
            text=t::reactivate_text()
            verb=t::reactivate()
            open=reactivating
            busy
            failure
            danger=false
            on_confirm=move |()| act("reactivate", reactivating, t::was_reactivated)
        />
    }
}
