//! How an erasure goes: each thing that has to be done, and when it was.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use shared::console::{ClientRequest, ClientRequestKind, ClientRequestState};

use super::{facts::tables, words};
use crate::{
    locale,
    locales::console_requests as t,
    ui::{Badge, Notice, Section, Tone},
};

/// What the worker gets on with, and why it does not where it does not.
pub(super) fn progress(request: &ClientRequest) -> impl IntoView + use<> {
    let failure = request.execution.failure.clone().map(|failure| {
        view! {
            <Notice tone=Tone::Bad title=t::failure_title()>
                <p class="prose">{failure}</p>
            </Notice>
        }
    });
    let was_begun = match request.state {
        ClientRequestState::Executing
        | ClientRequestState::Executed
        | ClientRequestState::Delivered
        | ClientRequestState::Certified => true,
        ClientRequestState::Requested
        | ClientRequestState::Verified
        | ClientRequestState::Authorized
        | ClientRequestState::Refused
        | ClientRequestState::Withdrawn => false,
    };
    if request.kind == ClientRequestKind::Copy || !was_begun {
        return failure.into_any();
    }
    let (lines, erased) = (lines(request), tables(&request.execution.erased));
    view! {
        <Section title=t::progress()>
            {failure} <ol class="standby-steps">{lines}</ol>
            {erased}
        </Section>
    }
    .into_any()
}

fn lines(request: &ClientRequest) -> impl IntoView + use<> {
    let done = &request.execution;
    let erased_rows = done.erased_at.map(|_| t::erased_rows(&words::count(words::rows(&done.erased))));
    let keys = request.certificate.as_ref().map(|certificate| certificate.keys_destroyed_at);
    let is_part = request.kind == ClientRequestKind::ProjectErasure;
    let mut things = vec![
        (t::last_copy(), request.package.as_ref().map(|package| package.made_at), None),
        (t::stored(), done.stored_at, None),
        (t::entered(), done.entered_at, None),
        (t::erased(), done.erased_at, erased_rows),
    ];
    if is_part {
        things.push((t::key_renewed(), done.key_renewed_at, None));
        things.push((t::secured(), done.secured_at, None));
    } else {
        things.push((t::files_removed(), done.files_removed_at, None));
    }
    things.push((t::rewritten(), done.rewritten_at, None));
    things.push((if is_part { t::old_keys_destroyed() } else { t::keys_destroyed() }, keys, None));
    // The first that is not done is what the worker is at, unless people at a shell have to do it.
    let current = things.iter().position(|(_, at, _)| at.is_none());
    let is_executing = request.state == ClientRequestState::Executing;
    let is_stuck = done.failure.is_some();
    things
        .into_iter()
        .enumerate()
        .map(|(place, (name, at, more))| {
            let is_current = is_executing && current == Some(place);
            line(place + 1, name, at, more, is_current.then_some(is_stuck))
        })
        .collect_view()
}

/// One of them. `current` is whether it is stuck, where it is the one that is being done.
fn line(
    number: usize,
    name: &'static str,
    at: Option<DateTime<Utc>>,
    more: Option<String>,
    current: Option<bool>,
) -> impl IntoView {
    let (mark, tone) = match (at, current) {
        (Some(_), _) => (t::was_done(), Tone::Good),
        (None, Some(false)) => (t::under_way(), Tone::Info),
        (None, Some(true)) => (t::under_way(), Tone::Warning),
        (None, None) => (t::not_yet(), Tone::Neutral),
    };
    view! {
        <li class="standby-step">
            <span class="standby-number numeric" aria-hidden="true">
                {number}
            </span>
            <div class="standby-step-text">
                <p class="standby-step-head">
                    <span class="standby-step-name">{name}</span>
                    " "
                    <Badge label=mark tone />
                    " "
                    {at.map(|at| view! { <span class="muted numeric">{locale::instant(at)}</span> })}
                </p>
                {more.map(|more| view! { <p class="muted numeric">{more}</p> })}
            </div>
        </li>
    }
}
