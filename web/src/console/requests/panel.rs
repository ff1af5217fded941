//! One request beside the list: how it stands, what was done, and what there is to do.

use leptos::prelude::*;
use shared::console::{ClientRequest, OperatorSession, RequestStep};

use super::{
    EVERY,
    actions::Actions,
    certificate::{CertificateView, shell},
    facts::{facts, package, preview},
    next::{Next, is_moving},
    progress::progress,
    put_in_place, words,
};
use crate::{
    api::{self, Loader, Paged},
    client_request::state_badge,
    locale,
    locales::console_requests as t,
    navigation::Opened,
    session::OperatorState,
    ui::{AsyncView, Panel, Section, give_focus_back},
    watch::look_again,
};

/// Where the focus goes once something was done: the button for it is gone by then.
pub(super) const STANDING: &str = "request-standing";

#[component]
pub(super) fn RequestPanel(
    list: Paged<ClientRequest>,
    opened: Opened,
    /// Changes whenever it is to be read anew.
    round: Signal<u32>,
) -> impl IntoView {
    let open = opened.signal();
    let title = RwSignal::new(t::panel_loading().to_owned());
    let close = Callback::new(move |()| opened.set(None));
    give_focus_back(open);
    let content = move || match open.get() {
        None => ().into_any(),
        Some(id) => view! { <Request id title list round /> }.into_any(),
    };
    view! {
        <Panel title open=Signal::derive(move || open.with(Option::is_some)) on_close=close>
            {content}
        </Panel>
    }
}

#[component]
fn Request(
    id: String,
    title: RwSignal<String>,
    list: Paged<ClientRequest>,
    round: Signal<u32>,
) -> impl IntoView {
    let loader = Loader::new(move || {
        round.track();
        let path = format!("/client-requests/{id}");
        async move { api::get::<ClientRequest>(&path).await }
    });
    let operator = OperatorState::expect().current_untracked();
    look_again(EVERY, move || {
        if untrack(|| loader.value()).is_some_and(|request| is_moving(&request)) {
            loader.reload();
        }
    });
    Effect::new(move |_| {
        if let Some(request) = loader.value() {
            title.set(words::organization(&request));
            put_in_place(list, request);
        }
    });
    let (known, of_standing) = (Memo::new(move |_| loader.value()), operator.clone());
    view! {
        // Stays while what is in it changes, which is read out, too.
        <div class="stack-tight" id=STANDING tabindex="-1" role="status">
            {move || known.get().map(|request| standing(&request, of_standing.as_ref()))}
        </div>
        // Outside of what is shown of the request, so that a dialog stays while it changes.
        {operator.map(|operator| view! { <Actions loader operator /> })}
        <AsyncView loader view=|request: ClientRequest| loaded(&request) />
    }
}

/// How far it has come, and who goes on where it is somebody else.
fn standing(request: &ClientRequest, operator: Option<&OperatorSession>) -> impl IntoView + use<> {
    let next = Next::of(request);
    // Whoever it is has a button for it.
    let is_own = match next {
        Next::Operator(act) => operator.is_some_and(|operator| act.is_for(operator, request)),
        Next::Worker | Next::Rewrite | Next::DestroyKeys | Next::Nothing => false,
    };
    let sentence = (!is_own).then(|| view! { <p class="muted">{words::next_sentence(next)}</p> });
    view! {
        <div>{state_badge(request.state)}</div>
        {sentence}
    }
}

fn loaded(request: &ClientRequest) -> impl IntoView + use<> {
    let steps = request.steps.iter().zip(1..).map(|(step, number)| step_line(step, number)).collect_view();
    let evidence = request.evidence.clone();
    view! {
        {facts(request)}
        <Section title=t::evidence()>
            <p class="prose">{evidence}</p>
        </Section>
        <Section title=t::steps()>
            <ol class="standby-steps">{steps}</ol>
        </Section>
        {progress(request)}
        {preview(request)}
        {package(request)}
        {shell(request)}
        {request
            .certificate
            .clone()
            .map(|certificate| {
                let signed = request.certificate_signed.clone().unwrap_or_default();
                view! { <CertificateView certificate signed /> }
            })}
    }
}

/// A step of the way until now: what, when, by whom, and what was said to it.
fn step_line(step: &RequestStep, number: u32) -> impl IntoView + use<> {
    let note = step.note.clone().filter(|note| !note.is_empty());
    view! {
        <li class="standby-step">
            <span class="standby-number numeric" aria-hidden="true">
                {number}
            </span>
            <div class="standby-step-text">
                <p class="standby-step-head">
                    <span class="standby-step-name">{words::step(step.step)}</span>
                    " "
                    <span class="muted numeric">{locale::instant(step.at)}</span>
                </p>
                <p class="muted request-by">{step.by.clone()}</p>
                {note.map(|note| view! { <p class="prose">{note}</p> })}
            </div>
        </li>
    }
}
