//! The access token: in memory only, renewed by the session's cookie.
//!
//! A page that loads has none and asks for one. Calls that find theirs over at the same moment share one renewal;
//! two tabs that renew at once are within the server's grace for a cookie that was just used.
//!
//! The console has no cookie: its token is kept as long as the page, and a session that is over is over.

use std::cell::RefCell;

use leptos::prelude::Callable as _;
use leptos::prelude::Callback;
use shared::{
    console::OperatorToken,
    session::{AccessToken, Refresh},
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::{client, failure::Failure};
use crate::{browser, route::Place};

#[derive(Default)]
struct State {
    token: Option<String>,
    /// The renewal that is under way.
    renewal: Option<js_sys::Promise>,
    /// Whether this is the console.
    is_console: bool,
    lost: Option<Callback<()>>,
    denied: Option<Callback<()>>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Talks to the console's server from now on.
pub fn use_console() {
    STATE.with_borrow_mut(|state| state.is_console = true);
}

/// What stands before every path.
pub(super) fn prefix() -> &'static str {
    STATE.with_borrow(|state| if state.is_console { "/console/v1" } else { "/api/v1" })
}

/// Keeps the token of an operator.
pub fn take_operators_token(token: OperatorToken) {
    STATE.with_borrow_mut(|state| state.token = Some(token.token));
}

/// Forgets the token of an operator.
pub fn forget_operators_token() {
    STATE.with_borrow_mut(|state| state.token = None);
}

/// The token for the header, where there is one.
pub(super) fn bearer() -> Option<String> {
    STATE.with_borrow(|state| state.token.clone())
}

/// Under which this browser notes that somebody has signed in at a place. The cookie itself cannot be seen from here.
fn mark(place: &Place) -> String {
    format!("portico.session.{}", place.slug.as_deref().unwrap_or_default())
}

/// Notes that there is a session to go on with at this place, so that the next page there asks for it.
pub fn expect_session(place: &Place) {
    browser::store(&mark(place), "yes");
}

/// Keeps the token of a sign-in.
pub fn take_token(token: AccessToken) {
    expect_session(&Place::current());
    STATE.with_borrow_mut(|state| state.token = Some(token.access_token));
}

/// Forgets the token, after signing out.
pub fn forget_token() {
    browser::forget(&mark(&Place::current()));
    STATE.with_borrow_mut(|state| state.token = None);
}

/// What to do when the session turns out to be over.
pub fn on_lost_session(callback: Callback<()>) {
    STATE.with_borrow_mut(|state| state.lost = Some(callback));
}

/// What to do when the server denies what the screen offered: rights have changed since they were read.
pub fn on_denied(callback: Callback<()>) {
    STATE.with_borrow_mut(|state| state.denied = Some(callback));
}

/// Something was denied.
pub(super) fn denied() {
    let denied = STATE.with_borrow(|state| state.denied);
    if let Some(denied) = denied {
        denied.run(());
    }
}

/// The session is over: the server has said so.
pub(super) fn lose() {
    if STATE.with_borrow(|state| state.is_console) {
        forget_operators_token();
    } else {
        forget_token();
    }
    // Taken out first: the callback may well come back here.
    let lost = STATE.with_borrow(|state| state.lost);
    if let Some(lost) = lost {
        lost.run(());
    }
}

/// Whether there may be a session to go on with. A browser that keeps nothing may always have one.
pub fn is_session_expected() -> bool {
    !browser::can_store() || browser::stored(&mark(&Place::current())).is_some()
}

/// Asks for a token by the cookie, when the page loads. Whether there is a session. Where nobody has signed in with
/// this browser there is nothing to ask, and the first screen is there sooner.
pub async fn resume() -> Result<bool, Failure> {
    if !is_session_expected() {
        return Ok(false);
    }
    match renew_once().await {
        Ok(()) => Ok(true),
        Err(failure) if failure.code().is_some_and(|code| code.status() == 401) => {
            forget_token();
            Ok(false)
        }
        Err(failure) => Err(failure),
    }
}

/// Renews the token. Whether it is worth repeating the call.
pub(super) async fn renew() -> bool {
    if STATE.with_borrow(|state| state.is_console) {
        lose();
        return false;
    }
    let running = STATE.with_borrow(|state| state.renewal.clone());
    let promise = running.unwrap_or_else(|| {
        let promise = future_to_promise(async {
            let outcome = renew_once().await;
            STATE.with_borrow_mut(|state| state.renewal = None);
            if outcome.as_ref().is_err_and(|failure| failure.code().is_some_and(|code| code.status() == 401))
            {
                lose();
            }
            Ok(JsValue::from_bool(outcome.is_ok()))
        });
        STATE.with_borrow_mut(|state| state.renewal = Some(promise.clone()));
        promise
    });
    JsFuture::from(promise).await.is_ok_and(|renewed| renewed.is_truthy())
}

async fn renew_once() -> Result<(), Failure> {
    let body = Refresh { organization: Place::current().slug };
    let token: AccessToken = client::post_without_renewal("/session/refresh", &body).await?;
    take_token(token);
    Ok(())
}
