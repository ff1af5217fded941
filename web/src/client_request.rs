//! What both apps say of what a client asks for: a copy of an organization, or its erasure.

use leptos::prelude::*;
use shared::{
    check::Violations,
    console::{ClientRequestKind, ClientRequestState, projects_of_lines},
};

use crate::{
    locales::request_states as t,
    ui::{Badge, Radios, TextArea, Tone},
};

/// What is asked for.
pub fn kind(kind: ClientRequestKind) -> &'static str {
    match kind {
        ClientRequestKind::Copy => t::copy(),
        ClientRequestKind::Erasure => t::erasure(),
        ClientRequestKind::ProjectErasure => t::project_erasure(),
    }
}

/// How far it has come, as a mark.
pub fn state_badge(state: ClientRequestState) -> impl IntoView {
    let (label, tone) = match state {
        ClientRequestState::Requested => (t::requested(), Tone::Warning),
        ClientRequestState::Verified => (t::verified(), Tone::Info),
        ClientRequestState::Authorized => (t::authorized(), Tone::Accent),
        ClientRequestState::Executing => (t::executing(), Tone::Info),
        ClientRequestState::Executed => (t::executed(), Tone::Good),
        ClientRequestState::Delivered => (t::delivered(), Tone::Good),
        ClientRequestState::Certified => (t::certified(), Tone::Good),
        ClientRequestState::Refused => (t::refused(), Tone::Bad),
        ClientRequestState::Withdrawn => (t::withdrawn(), Tone::Neutral),
    };
    view! { <Badge label tone dot=true /> }
}

/// How much a form asks for: nothing is erased, all is, or some projects are. A handle.
#[derive(Debug, Clone, Copy)]
pub struct Scope {
    kind: RwSignal<ClientRequestKind>,
    projects: RwSignal<String>,
}

impl Scope {
    /// As a form of this kind begins.
    pub fn of(kind: ClientRequestKind) -> Self {
        Self { kind: RwSignal::new(kind), projects: RwSignal::new(String::new()) }
    }

    /// What is asked for, tracked.
    pub fn kind(self) -> ClientRequestKind {
        self.kind.get()
    }

    /// The projects that are named, tracked; none where all are meant.
    pub fn projects(self) -> Vec<String> {
        let are_named = self.kind.get() == ClientRequestKind::ProjectErasure;
        self.projects.with(|text| if are_named { projects_of_lines(text) } else { Vec::new() })
    }

    /// Whether something was typed, tracked.
    pub fn is_filled(self) -> bool {
        self.projects.with(|text| !text.is_empty())
    }
}

/// What is wrong with any of the lines is said at the field that holds them all.
#[must_use]
pub fn at_the_field(mut violations: Violations) -> Violations {
    for (pointer, _) in &mut violations.0 {
        if pointer.starts_with("/projects/") {
            "/projects".clone_into(pointer);
        }
    }
    violations
}

/// The choice between all and some projects.
#[component]
pub fn ScopeFields(scope: Scope) -> impl IntoView {
    let choice = |kind, label: &str, help: &str| (kind, label.to_owned(), Some(help.to_owned()));
    let choices = vec![
        choice(ClientRequestKind::Erasure, t::scope_all(), t::scope_all_help()),
        choice(ClientRequestKind::ProjectErasure, t::scope_some(), t::scope_some_help()),
    ];
    let is_some = Memo::new(move |_| scope.kind.get() == ClientRequestKind::ProjectErasure);
    view! {
        <Radios legend=t::scope() value=scope.kind choices />
        <Show when=move || is_some.get()>
            <TextArea
                label=t::projects()
                value=scope.projects
                pointer="/projects"
                help=t::projects_help()
            />
        </Show>
    }
}
