//! The buttons of a request, each with the question before it is done.

use leptos::prelude::*;
use serde_json::json;
use shared::{
    Check as _,
    console::{ClientRequest, ClientRequestKind, ExecutionConfirmation, Refusal},
};
use wasm_bindgen_futures::spawn_local;

use super::{actions::Subject, next::Act, words};
use crate::{
    api::{self, Failure},
    locales::{common, console_requests as t},
    ui::{Button, ButtonKind, ConfirmDialog, Dialog, Form, FormState, SubmitButton, TextArea, TextField},
};

/// A step that needs nothing but a yes.
#[component]
pub(super) fn Plain(subject: Subject, act: Act) -> impl IntoView {
    let (open, busy, failure) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(None::<Failure>));
    Effect::new(move |_| {
        open.track();
        failure.set(None);
    });
    let who = untrack(|| subject.read(|request| request.requester.clone()));
    let (verb, title, text, done) = if act == Act::Verify {
        (t::verify(), t::verify_title(), t::verify_text(&who), t::verified_toast())
    } else {
        (t::authorize(), t::authorize_title(), t::authorize_text(&who), t::authorized_toast())
    };
    let confirm = move |()| {
        let Some(path) = subject.path(act).filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let outcome = api::post::<ClientRequest>(&path, &json!({})).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(request) => {
                    open.set(false);
                    subject.done(request, done);
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    view! {
        <Button label=verb kind=ButtonKind::Primary on_press=move |()| open.set(true) />
        <ConfirmDialog title text verb open danger=false busy failure on_confirm=confirm />
    }
}

/// Tells the worker to do it, once the word in the organization's addresses was typed.
#[component]
pub(super) fn Execute(subject: Subject, kind: ClientRequestKind) -> impl IntoView {
    let open = RwSignal::new(false);
    let name = untrack(|| subject.read(words::organization));
    let title = match kind {
        ClientRequestKind::Copy => t::execute_copy_title(&name),
        ClientRequestKind::Erasure => t::execute_erasure_title(&name),
        ClientRequestKind::ProjectErasure => {
            t::execute_projects_title(&untrack(|| subject.read(words::scope)), &name)
        }
    };
    let button = if kind.erases() { ButtonKind::Danger } else { ButtonKind::Primary };
    view! {
        <Button label=words::execute(kind) kind=button on_press=move |()| open.set(true) />
        <Dialog title open>
            <Execution subject kind open />
        </Dialog>
    }
}

#[component]
fn Execution(subject: Subject, kind: ClientRequestKind, open: RwSignal<bool>) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let (name, slug) = untrack(|| {
        let slug = subject.read(|request| request.slug.clone().unwrap_or_default());
        (subject.read(words::organization), slug)
    });
    let text = match kind {
        ClientRequestKind::Copy => t::execute_copy_text(&name),
        ClientRequestKind::Erasure => t::execute_erasure_text(&name),
        ClientRequestKind::ProjectErasure => {
            let projects = untrack(|| subject.read(|request| request.projects.join(", ")));
            t::execute_projects_text(&projects)
        }
    };
    let label = t::execute_type(&slug);
    let fits = Memo::new(move |_| typed.with(|typed| typed.trim() == slug));
    let confirmation = move || ExecutionConfirmation { slug: typed.get().trim().to_owned() };
    // Nothing is lost by leaving: the word is typed again.
    let form = FormState::new(move || confirmation().violations(), || false);
    let send = move || {
        let target = subject.path(Act::Execute).filter(|_| fits.get_untracked());
        let confirmation = untrack(confirmation);
        async move {
            if let Some(path) = target {
                let request = api::post::<ClientRequest>(&path, &confirmation).await?;
                open.set(false);
                subject.done(request, t::executed_toast());
            }
            Ok(())
        }
    };
    let waiting = Signal::derive(move || !fits.get());
    view! {
        <p class="dialog-text">{text}</p>
        <Form state=form send>
            <TextField label value=typed pointer="/slug" autofocus=true />
            <div class="dialog-actions">
                <Button label=common::cancel() on_press=move |()| open.set(false) />
                <SubmitButton
                    label=words::execute(kind)
                    busy=form.busy()
                    danger=kind.erases()
                    waiting
                />
            </div>
        </Form>
    }
}

/// Ends the request, and says why.
#[component]
pub(super) fn Because(
    subject: Subject,
    act: Act,
    verb: &'static str,
    title: &'static str,
    done: &'static str,
) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <Button label=verb kind=ButtonKind::Quiet on_press=move |()| open.set(true) />
        <Dialog title open>
            <Reason subject act verb done open />
        </Dialog>
    }
}

#[component]
fn Reason(
    subject: Subject,
    act: Act,
    verb: &'static str,
    done: &'static str,
    open: RwSignal<bool>,
) -> impl IntoView {
    let because = RwSignal::new(String::new());
    let refusal = move || Refusal { because: because.get() };
    let form = FormState::new(
        move || refusal().violations(),
        move || because.with(|because| !because.trim().is_empty()),
    );
    let send = move || {
        let (target, refusal) = (subject.path(act), untrack(refusal));
        async move {
            if let Some(path) = target {
                let request = api::post::<ClientRequest>(&path, &refusal).await?;
                open.set(false);
                subject.done(request, done);
            }
            Ok(())
        }
    };
    view! {
        <Form state=form send>
            <TextArea label=t::because() value=because pointer="/because" help=t::because_help() />
            <div class="dialog-actions">
                <Button label=common::cancel() on_press=move |()| open.set(false) />
                <SubmitButton label=verb busy=form.busy() />
            </div>
        </Form>
    }
}
