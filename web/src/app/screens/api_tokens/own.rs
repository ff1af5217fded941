//! One's own tokens.

use leptos::prelude::*;
use shared::api_token::{ApiToken, ApiTokenState};
use wasm_bindgen_futures::spawn_local;

use super::badges;
use crate::{
    api::{self, Etag, Failure, Loader},
    locale,
    locales::{api_tokens as t, profile},
    navigation::Go,
    route::Route,
    ui::{
        AsyncView, ButtonKind, ConfirmDialog, Crumb, EmptyState, Icon, IconButton, IconView, LinkButton,
        Page, Toasts,
    },
};

const PATH: &str = "/profile/api-tokens";

/// The screen.
#[component]
pub fn ApiTokens() -> impl IntoView {
    let tokens = Loader::new(|| api::get::<Vec<ApiToken>>(PATH));
    let crumbs = vec![Crumb { label: profile::title().to_owned(), href: Some(Route::Profile.href()) }];
    let add = || {
        view! {
            <LinkButton href=Route::NewApiToken.href() label=t::add() icon=Icon::Plus kind=ButtonKind::Primary />
        }
    };
    let list = move |all: Vec<ApiToken>| {
        if all.is_empty() {
            return view! { <EmptyState icon=Icon::Key title=t::empty_title() text=t::empty_text() /> }
                .into_any();
        }
        let line = |token: ApiToken| view! { <Line token tokens /> };
        view! { <ul class="sessions">{all.into_iter().map(line).collect_view()}</ul> }.into_any()
    };
    view! {
        <Page title=t::title() crumbs actions=add>
            <div class="measure stack">
                <p class="muted">
                    {t::text()} " "
                    // Of the server and not of the app: the browser goes there.
                    <a href="/api/docs" rel="external">{t::documentation()}</a>
                </p>
                <AsyncView loader=tokens view=list />
            </div>
        </Page>
    }
}

#[component]
fn Line(token: ApiToken, tokens: Loader<Vec<ApiToken>>) -> impl IntoView {
    let (toasts, go) = (Toasts::expect(), Go::new());
    let (asking, busy) = (RwSignal::new(false), RwSignal::new(false));
    let failure = RwSignal::new(None::<Failure>);
    let works = matches!(token.state, ApiTokenState::Active | ApiTokenState::Idle);
    let ends = locale::date(token.expires_on);
    let ends = if token.state == ApiTokenState::Expired { t::ended(&ends) } else { t::until(&ends) };
    let from = if token.address_ranges.is_empty() {
        t::from_everywhere().to_owned()
    } else {
        t::from(&token.address_ranges.join(", "))
    };
    let used = token.last_used.as_ref().map(|used| t::last_used(&locale::ago(used.at), &used.address));
    let refused = token
        .last_refused
        .as_ref()
        .map(|refused| t::refused(&locale::ago(refused.at), &refused.address, t::because(refused.because)));
    let may = t::may(i64::try_from(token.scopes.len()).unwrap_or(i64::MAX));
    let (id, version, name) = (token.id, token.version, token.name.clone());
    let revoke = {
        let name = name.clone();
        move |()| {
            let name = name.clone();
            busy.set(true);
            failure.set(None);
            spawn_local(async move {
                let outcome = api::delete(&format!("{PATH}/{id}"), Some(&Etag::of_version(version))).await;
                if busy.try_set(false).is_some() {
                    return;
                }
                match outcome {
                    Ok(()) => {
                        asking.set(false);
                        toasts.done(t::revoked(&name));
                        tokens.reload();
                    }
                    Err(refused) => failure.set(Some(refused)),
                }
            });
        }
    };
    let question = t::revoke_title(&name);
    view! {
        <li class="own-session">
            <span class="own-session-icon"><IconView icon=Icon::Key /></span>
            <span class="own-session-text">
                <span class="own-session-device token-name">{name.clone()} " " {badges(&token)}</span>
                <span class="own-session-detail">{may} " · " {ends} " · " {from}</span>
                {used.map(|used| view! { <span class="own-session-detail">{used}</span> })}
                {refused.map(|refused| view! { <span class="own-session-detail token-refused">{refused}</span> })}
            </span>
            {works
                .then(|| {
                    let edit = go.clone();
                    view! {
                        <IconButton
                            label=t::change_of(&name)
                            icon=Icon::Edit
                            on_press=move |()| edit.to(&Route::ApiToken(id))
                        />
                        <IconButton
                            label=t::revoke_of(&name)
                            icon=Icon::Trash
                            on_press=move |()| asking.set(true)
                        />
                    }
                })}
            <ConfirmDialog
                title=Signal::derive(move || question.clone())
                text=t::revoke_text()
                verb=t::revoke()
                open=asking
                busy
                failure
                on_confirm=revoke
            />
        </li>
    }
}
