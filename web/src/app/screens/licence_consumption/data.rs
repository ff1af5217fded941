//! What happens to the organization's data, and asking those who run the installation for a copy or for erasure.

use leptos::prelude::*;
use shared::{
    Check as _,
    console::ClientRequestKind,
    data_request::{DataRequest, NewDataRequest},
};

use crate::{
    api::{self, Loader},
    client_request::{Scope, ScopeFields, at_the_field, kind as kind_words, state_badge},
    locale,
    locales::{common, data_requests as t},
    ui::{
        AsyncView, Button, ButtonKind, Dialog, DialogSize, Form, FormState, Notice, Section, SubmitButton,
        TextArea, TextField, Toasts, Tone,
    },
};

const PATH: &str = "/organization/data-requests";

/// The section below the export.
#[component]
pub(super) fn DataAndDeletion() -> impl IntoView {
    let requests = Loader::new(|| api::get::<Vec<DataRequest>>(PATH));
    let (copying, erasing) = (RwSignal::new(false), RwSignal::new(false));
    let fact = |name: &'static str, text: &'static str| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{text}</dd>
            </div>
        }
    };
    // As high as the line of an organization that has asked for nothing, so that nothing below moves.
    let skeleton = || view! { <p aria-hidden="true">"\u{a0}"</p> };
    view! {
        <Section title=t::title() text=t::text()>
            <dl class="audit-facts">
                {fact(t::place(), t::place_text())} {fact(t::backups(), t::backups_text())}
                {fact(t::key(), t::key_text())} {fact(t::erasure(), t::erasure_text())}
            </dl>
            <AsyncView loader=requests skeleton view=list />
            <div class="row">
                <Button label=t::ask_copy() on_press=move |()| copying.set(true) />
                <Button label=t::ask_erasure() kind=ButtonKind::Danger on_press=move |()| erasing.set(true) />
            </div>
        </Section>
        <Dialog title=t::ask_copy_title() open=copying size=DialogSize::Medium>
            <Ask kind=ClientRequestKind::Copy open=copying requests />
        </Dialog>
        <Dialog title=t::ask_erasure_title() open=erasing size=DialogSize::Medium>
            <Ask kind=ClientRequestKind::Erasure open=erasing requests />
        </Dialog>
    }
}

fn list(requests: Vec<DataRequest>) -> AnyView {
    if requests.is_empty() {
        return view! { <p class="muted">{t::none()}</p> }.into_any();
    }
    view! {
        <ul class="data-requests" aria-label=t::requests()>
            {requests.into_iter().map(line).collect_view()}
        </ul>
    }
    .into_any()
}

fn line(request: DataRequest) -> impl IntoView {
    let when = locale::instant(request.requested_at);
    let changed = t::changed(&locale::instant(request.changed_at));
    view! {
        <li class="data-request">
            <span class="data-request-head">
                <strong>{kind_words(request.kind)}</strong>
                " "
                {state_badge(request.state)}
            </span>
            <span class="muted data-request-by" data-tooltip=changed tabindex="0">
                {t::by_on(&request.requester, &when)}
            </span>
        </li>
    }
}

/// The form. The API asks for the password once more.
#[component]
fn Ask(kind: ClientRequestKind, open: RwSignal<bool>, requests: Loader<Vec<DataRequest>>) -> impl IntoView {
    let toasts = Toasts::expect();
    let (recipient, message) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let scope = Scope::of(kind);
    let draft = move || NewDataRequest {
        kind: scope.kind(),
        // It is pasted, often with the end of its line.
        recipient: recipient.get().trim().to_owned(),
        message: message.get(),
        projects: scope.projects(),
    };
    let form = FormState::new(
        move || at_the_field(draft().violations()),
        move || {
            // All are read, so that all are tracked.
            let typed = [recipient, message].map(|text| text.with(|text| !text.is_empty()));
            scope.is_filled() || typed.contains(&true)
        },
    );
    let is_erasure = kind.erases();
    let (verb, done) =
        if is_erasure { (t::ask_erasure(), t::asked_erasure()) } else { (t::ask_copy(), t::asked_copy()) };
    let send = move || {
        let draft = untrack(draft);
        async move {
            api::post::<DataRequest>(PATH, &draft).await?;
            open.set(false);
            toasts.done(done);
            requests.reload();
            Ok(())
        }
    };
    let words = if is_erasure {
        view! {
            <Notice tone=Tone::Warning title=t::ask_erasure_warning()>
                <p>
                    {move || {
                        if scope.kind() == ClientRequestKind::ProjectErasure {
                            t::ask_projects_text()
                        } else {
                            t::ask_erasure_text()
                        }
                    }}
                </p>
            </Notice>
        }
        .into_any()
    } else {
        view! { <p class="dialog-text">{t::ask_copy_text()}</p> }.into_any()
    };
    view! {
        {words}
        <Form state=form send>
            {is_erasure.then(|| view! { <ScopeFields scope /> })}
            <TextField
                label=t::recipient()
                value=recipient
                pointer="/recipient"
                help=t::recipient_help()
                autofocus=!is_erasure
            />
            <TextArea
                label=t::message()
                value=message
                pointer="/message"
                help=t::message_help()
                optional=true
            />
            <div class="form-actions">
                <SubmitButton label=verb busy=form.busy() danger=is_erasure />
                <Button label=common::cancel() on_press=move |()| open.set(false) />
            </div>
        </Form>
    }
}
