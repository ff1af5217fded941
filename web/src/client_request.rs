//! What both apps say of what a client asks for: a copy of an organization, or its erasure.

use leptos::prelude::*;
use shared::console::{ClientRequestKind, ClientRequestState};

use crate::{
    locales::request_states as t,
    ui::{Badge, Tone},
};

/// What is asked for.
pub fn kind(kind: ClientRequestKind) -> &'static str {
    match kind {
        ClientRequestKind::Copy => t::copy(),
        ClientRequestKind::Erasure => t::erasure(),
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
