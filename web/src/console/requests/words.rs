//! The words of steps and of what comes next.

use leptos::prelude::*;
use shared::console::{ClientRequest, ClientRequestKind, RequestStepKind, TableCount};

use super::next::{Act, Next};
use crate::{
    locale,
    locales::{console_requests as t, request_states as scope_texts},
};

/// What was done.
pub(super) fn step(step: RequestStepKind) -> &'static str {
    match step {
        RequestStepKind::Request => t::step_request(),
        RequestStepKind::Verify => t::step_verify(),
        RequestStepKind::Authorize => t::step_authorize(),
        RequestStepKind::Execute => t::step_execute(),
        RequestStepKind::Cancel => t::step_cancel(),
        RequestStepKind::Finish => t::step_finish(),
        RequestStepKind::Deliver => t::step_deliver(),
        RequestStepKind::Rewrite => t::step_rewrite(),
        RequestStepKind::Certify => t::step_certify(),
        RequestStepKind::Refuse => t::step_refuse(),
        RequestStepKind::Withdraw => t::step_withdraw(),
    }
}

/// What comes next and whose it is, short.
pub(super) fn next(next: Next) -> &'static str {
    match next {
        Next::Operator(Act::Authorize) => t::next_authorize(),
        Next::Operator(Act::Execute) => t::next_execute(),
        Next::Operator(Act::Deliver) => t::next_deliver(),
        // Nothing ever waits for a refusal.
        Next::Operator(Act::Verify | Act::Refuse | Act::Withdraw) => t::next_verify(),
        Next::Worker => t::next_worker(),
        Next::Rewrite => t::next_rewrite(),
        Next::DestroyKeys => t::next_destroy(),
        Next::Nothing => t::nothing_next(),
    }
}

/// The same as a sentence.
pub(super) fn next_sentence(next: Next) -> &'static str {
    match next {
        Next::Operator(Act::Authorize) => t::next_authorize_text(),
        Next::Operator(Act::Execute) => t::next_execute_text(),
        Next::Operator(Act::Deliver) => t::next_deliver_text(),
        Next::Operator(Act::Verify | Act::Refuse | Act::Withdraw) => t::next_verify_text(),
        Next::Worker => t::next_worker_text(),
        Next::Rewrite => t::next_rewrite_text(),
        Next::DestroyKeys => t::next_destroy_text(),
        Next::Nothing => t::next_nothing_text(),
    }
}

/// The organization: its name, and its id where it is gone.
pub(super) fn organization(request: &ClientRequest) -> String {
    request.name.clone().unwrap_or_else(|| request.organization.to_string())
}

/// The verb of carrying it out.
pub(super) fn execute(kind: ClientRequestKind) -> &'static str {
    match kind {
        ClientRequestKind::Copy => t::execute_copy(),
        ClientRequestKind::Erasure => t::execute_erasure(),
        ClientRequestKind::ProjectErasure => t::execute_projects(),
    }
}

/// How much is erased.
pub(super) fn scope(request: &ClientRequest) -> String {
    match i64::try_from(request.projects.len()) {
        Ok(0) => scope_texts::scope_all().to_owned(),
        number => t::number_of_projects(number.unwrap_or(i64::MAX)),
    }
}

/// Words of machines, one below the other.
pub(super) fn list(words: Vec<String>) -> impl IntoView {
    let word = |word: String| view! { <li><code class="mono">{word}</code></li> };
    view! { <ul class="request-words">{words.into_iter().map(word).collect_view()}</ul> }
}

/// A count with its thousands set apart.
pub(super) fn count(count: u64) -> String {
    locale::number(whole(count))
}

/// A count as the formats take it.
pub(super) fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The rows of all tables.
pub(super) fn rows(tables: &[TableCount]) -> u64 {
    tables.iter().map(|table| table.rows).sum()
}
