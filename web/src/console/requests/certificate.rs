//! The end of an erasure: what people do at a shell, and the certificate that says it is done.

use leptos::prelude::*;
use shared::console::{ClientRequest, ClientRequestState, ErasureCertificate};

use super::{
    facts::{fact, numeric},
    words,
};
use crate::{
    browser, locale,
    locales::{common, console_requests as t, request_states as scope_texts},
    ui::{Button, Copyable, Icon, Section, Toasts},
};

/// The two commands, once the organization is gone and until its keys are.
pub(super) fn shell(request: &ClientRequest) -> impl IntoView + use<> {
    let execution = &request.execution;
    let is_left = request.kind.erases()
        && execution.files_removed_at.is_some()
        && request.state != ClientRequestState::Executing
        && request.certificate.is_none();
    let rewrite = execution.rewritten_at.is_none().then(|| {
        view! { <Copyable label=t::rewrite_command() text=command("rewrite", request) /> }
    });
    let destroy = command("destroy-keys", request);
    is_left.then(|| {
        view! {
            <Section title=t::at_shell() text=t::at_shell_text()>
                {rewrite} <Copyable label=t::destroy_command() text=destroy />
            </Section>
        }
    })
}

fn command(verb: &str, request: &ClientRequest) -> String {
    format!("portico ops erasure {verb} --request {}", request.id)
}

#[component]
pub(super) fn CertificateView(certificate: ErasureCertificate, signed: String) -> impl IntoView {
    let toasts = Toasts::expect();
    let name = format!("erasure-{}.txt", certificate.organization);
    let save = move |()| {
        if !browser::save(&name, "text/plain", signed.as_bytes()) {
            toasts.failed(common::not_saved());
        }
    };
    let projects: Vec<String> = certificate.projects.iter().map(ToString::to_string).collect();
    let projects = (!projects.is_empty()).then(|| fact(scope_texts::projects(), words::list(projects)));
    let sets = t::certificate_sets(i64::try_from(certificate.sets.len()).unwrap_or(i64::MAX));
    view! {
        <Section title=t::certificate() text=t::certificate_text()>
            <dl class="audit-facts">
                {fact(t::erased(), numeric(locale::instant(certificate.erased_at)))}
                {fact(t::rewritten(), numeric(locale::instant(certificate.rewritten_at)))}
                {fact(t::destroyed(), numeric(locale::instant(certificate.keys_destroyed_at)))}
                {fact(t::certificate_by(), certificate.by)}
                {fact(t::certificate_stream(), numeric(locale::date(certificate.stream_lets_go_on)))}
                {fact(t::certificate_keys(), words::list(certificate.keys))} {projects}
            </dl>
            <details class="request-tables">
                <summary>{sets}</summary>
                {words::list(certificate.sets)}
            </details>
            <div>
                <Button label=t::save() icon=Icon::ArrowDown on_press=save />
            </div>
        </Section>
    }
}
