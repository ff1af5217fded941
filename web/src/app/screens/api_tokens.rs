//! API tokens: one's own under My Profile, a new one, one that is changed, and those of all people under SECURITY.

mod all;
mod create;
mod draft;
mod edit;
mod own;
mod scopes;
mod secret;

use leptos::prelude::*;
use shared::api_token::{ApiToken, ApiTokenState};

pub use self::{all::Integrations, create::NewApiToken, edit::EditApiToken, own::ApiTokens};
use crate::{
    browser,
    locales::api_tokens as t,
    ui::{Badge, Tone},
};

/// Whoever has a token that ends within so many days is told so.
const SOON_DAYS: i64 = 14;

/// Whether a token works, and what its person should know.
fn badges(token: &ApiToken) -> impl IntoView + use<> {
    let tone = match token.state {
        ApiTokenState::Active => Tone::Good,
        ApiTokenState::Idle => Tone::Warning,
        ApiTokenState::Expired | ApiTokenState::Revoked => Tone::Neutral,
    };
    let works = token.state == ApiTokenState::Active;
    let soon = works && (token.expires_at - browser::now()).num_days() < SOON_DAYS;
    let unused = works && token.last_used.is_none();
    view! {
        <Badge label=t::state_name(token.state) tone dot=true />
        {soon.then(|| view! { <Badge label=t::expires_soon() tone=Tone::Warning /> })}
        {unused.then(|| view! { <Badge label=t::never_used() /> })}
    }
}
