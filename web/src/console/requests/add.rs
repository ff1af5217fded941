//! The form of a request that a client has made by another way.

use leptos::prelude::*;
use shared::{
    Check as _,
    console::{ClientRequest, ClientRequestKind, NewClientRequest},
};

use crate::{
    api,
    client_request::{Scope, ScopeFields, at_the_field},
    locales::console_requests as t,
    ui::{Dialog, DialogSize, Form, FormActions, FormState, TextArea, TextField, Toasts},
};

#[component]
pub(super) fn AddDialog(
    kind: ClientRequestKind,
    open: RwSignal<bool>,
    on_added: Callback<ClientRequest>,
) -> impl IntoView {
    let title = match kind {
        ClientRequestKind::Copy => t::new_copy_title(),
        ClientRequestKind::Erasure | ClientRequestKind::ProjectErasure => t::new_erasure_title(),
    };
    view! {
        <Dialog title open size=DialogSize::Medium>
            <Add kind open on_added />
        </Dialog>
    }
}

#[component]
fn Add(kind: ClientRequestKind, open: RwSignal<bool>, on_added: Callback<ClientRequest>) -> impl IntoView {
    let toasts = Toasts::expect();
    let [slug, requester, evidence, recipient] = std::array::from_fn(|_| RwSignal::new(String::new()));
    let scope = Scope::of(kind);
    let draft = move || NewClientRequest {
        kind: scope.kind(),
        slug: slug.get().trim().to_owned(),
        requester: requester.get(),
        evidence: evidence.get(),
        // It is pasted, often with the end of its line.
        recipient: recipient.get().trim().to_owned(),
        projects: scope.projects(),
    };
    let form = FormState::new(
        move || at_the_field(draft().violations()),
        move || {
            // All are read, so that all are tracked.
            let typed = [slug, requester, evidence, recipient].map(|text| text.with(|text| !text.is_empty()));
            scope.is_filled() || typed.contains(&true)
        },
    );
    let send = move || {
        let draft = untrack(draft);
        async move {
            let request = api::post::<ClientRequest>("/client-requests", &draft).await?;
            open.set(false);
            toasts.done(t::request_added());
            on_added.run(request);
            Ok(())
        }
    };
    view! {
        <Form state=form send>
            // A field that complains when it is left would move the choice away below the click: so it has no focus before.
            {kind.erases().then(|| view! { <ScopeFields scope /> })}
            <TextField label=t::slug() value=slug pointer="/slug" help=t::slug_help() autofocus=!kind.erases() />
            <TextField
                label=t::requester()
                value=requester
                pointer="/requester"
                help=t::requester_help()
            />
            <TextArea label=t::evidence() value=evidence pointer="/evidence" help=t::evidence_help() />
            <TextField
                label=t::recipient()
                value=recipient
                pointer="/recipient"
                help=t::recipient_help()
            />
            <FormActions label=t::write_down() on_cancel=move |()| open.set(false) />
        </Form>
    }
}
