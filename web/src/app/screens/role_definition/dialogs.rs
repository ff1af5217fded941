//! Copying and deleting a role.

use leptos::prelude::*;
use shared::{
    Check as _,
    role::{Role, RoleCopy},
};
use wasm_bindgen_futures::spawn_local;

use super::Desk;
use crate::{
    api,
    locales::{common, role_definition as t},
    navigation::Go,
    route::Route,
    ui::{
        Button, ButtonKind, ConfirmDialog, Dialog, DialogSize, Form, FormActions, FormState, LinkButton,
        TextField, Toasts,
    },
};

/// Asks for the name of the copy, makes it and opens it.
#[component]
pub(super) fn CopyDialog(
    /// The original.
    role: Signal<Role>,
    /// Where the copy goes.
    desk: Desk,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let title = Signal::derive(move || role.with(|role| t::copy_title(&role.name)));
    view! {
        <Dialog title open size=DialogSize::Medium>
            <CopyForm role desk open />
        </Dialog>
    }
}

#[component]
fn CopyForm(role: Signal<Role>, desk: Desk, open: RwSignal<bool>) -> impl IntoView {
    let name = RwSignal::new(role.with_untracked(|role| t::copy_name(&role.name)));
    let copy = move || RoleCopy { name: name.get() };
    let form = FormState::new(move || copy().violations(), || false);
    let (go, toasts) = (Go::new(), Toasts::expect());
    let send = move || {
        let (go, body, id) = (go.clone(), untrack(copy), role.with_untracked(|role| role.id));
        async move {
            let copy: Role = api::post(&format!("/roles/{id}/copy"), &body).await?;
            toasts.done(t::copied(&copy.name));
            let route = Route::Role(copy.id);
            desk.put(copy);
            open.set(false);
            go.to(&route);
            Ok(())
        }
    };
    view! {
        <Form state=form send>
            <p class="muted">{t::copy_text()}</p>
            <TextField label=t::name() value=name pointer="/name" />
            <FormActions label=t::copy() on_cancel=move |()| open.set(false) />
        </Form>
    }
}

/// Asks before deleting; says why where it cannot be.
#[component]
pub(super) fn DeleteDialog(
    /// The role.
    role: Signal<Role>,
    /// Where it is taken out.
    desk: Desk,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let (go, toasts) = (Go::new(), Toasts::expect());
    let busy = RwSignal::new(false);
    let name = move || role.with(|role| role.name.clone());
    let obstacle = Memo::new(move |_| role.with(obstacle));
    let (asked, refused) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| {
        let open = open.get();
        asked.set(open && obstacle.with_untracked(Option::is_none));
        refused.set(open && obstacle.with_untracked(Option::is_some));
    });
    Effect::new(move |_| {
        let closed = !asked.get() && !refused.get();
        // Setting what is so already would wake the effect above, and the two would never rest.
        if closed && open.get_untracked() {
            open.set(false);
        }
    });
    let confirm = move |()| {
        let (go, role) = (go.clone(), role.get_untracked());
        busy.set(true);
        spawn_local(async move {
            let etag = api::Etag::of_version(role.version);
            let outcome = api::delete(&format!("/roles/{}", role.id), Some(&etag)).await;
            let _ = busy.try_set(false);
            let _ = asked.try_set(false);
            match outcome {
                Ok(()) => {
                    toasts.done(t::deleted(&role.name));
                    desk.roles.update(|roles| roles.retain(|known| known.id != role.id));
                    go.instead_to(&Route::Roles);
                }
                Err(failure) => toasts.failed(failure.advice()),
            }
        });
    };
    view! {
        <ConfirmDialog
            title=Signal::derive(move || t::delete_title(&name()))
            text=t::delete_text()
            verb=t::delete()
            open=asked
            on_confirm=confirm
            busy
        />
        <Dialog title=Signal::derive(move || t::delete_impossible(&name())) open=refused>
            <p class="dialog-text">{move || obstacle.get()}</p>
            <div class="dialog-actions">
                {move || {
                    role.with(|role| role.holders > 0)
                        .then(|| view! { <LinkButton href=Route::Users.href() label=t::users() /> })
                }}
                <Button label=common::close() kind=ButtonKind::Primary on_press=move |()| refused.set(false) />
            </div>
        </Dialog>
    }
}

/// What stands in the way of deleting a role.
fn obstacle(role: &Role) -> Option<String> {
    let default = role.default_for_new_users.then(|| t::delete_default().to_owned());
    let held = (role.holders > 0).then(|| t::delete_held(role.holders));
    let reasons: Vec<String> = default.into_iter().chain(held).collect();
    (!reasons.is_empty()).then(|| reasons.join(" "))
}
