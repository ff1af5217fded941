//! The password once more: where the API asks for it, the app does, and then repeats the call by itself.
//!
//! The frame says by [`on_confirmation_needed`] how it asks, and by [`answer_confirmation`] what came of it. Calls that
//! are refused while the question stands wait for the same answer.

use std::cell::RefCell;

use leptos::prelude::{Callable as _, Callback};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

#[derive(Default)]
struct State {
    ask: Option<Callback<()>>,
    /// The question that stands, and what answers it.
    standing: Option<(js_sys::Promise, js_sys::Function)>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// How to ask; absent once nobody can be asked any more.
pub fn on_confirmation_needed(ask: Option<Callback<()>>) {
    STATE.with_borrow_mut(|state| state.ask = ask);
    if ask.is_none() {
        answer_confirmation(false);
    }
}

/// Whether the person has confirmed that it is them.
pub fn answer_confirmation(confirmed: bool) {
    let standing = STATE.with_borrow_mut(|state| state.standing.take());
    if let Some((_, answer)) = standing {
        let _ = answer.call1(&JsValue::UNDEFINED, &JsValue::from_bool(confirmed));
    }
}

/// Asks the person. Whether it is worth repeating the call.
pub(super) async fn ask() -> bool {
    let (ask, standing) =
        STATE.with_borrow(|state| (state.ask, state.standing.as_ref().map(|(promise, _)| promise.clone())));
    let Some(ask) = ask else { return false };
    let promise = standing.unwrap_or_else(|| {
        let mut answer = None;
        let promise = js_sys::Promise::new(&mut |resolve, _| answer = Some(resolve));
        STATE.with_borrow_mut(|state| state.standing = answer.map(|answer| (promise.clone(), answer)));
        ask.run(());
        promise
    });
    JsFuture::from(promise).await.is_ok_and(|confirmed| confirmed.is_truthy())
}
