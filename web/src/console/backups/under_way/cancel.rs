//! The button that cancels, with the question before.

use leptos::prelude::*;
use serde_json::json;
use shared::console::{ActionUnderWay, ActionsUnderWay, Cancelling, LongAction, Team};
use wasm_bindgen_futures::spawn_local;

use super::super::super::session::OperatorState;
use crate::{
    api::{self, Failure, Loader},
    locales::console_under_way as t,
    ui::{Button, ConfirmDialog, Toasts},
};

/// For the operations team, while it can be cancelled.
#[component]
pub(super) fn Cancel(
    now: Memo<ActionUnderWay>,
    loader: Loader<ActionsUnderWay>,
    title: String,
) -> impl IntoView {
    let (open, busy, failure) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(None::<Failure>));
    let (state, toasts) = (OperatorState::expect(), Toasts::expect());
    Effect::new(move |_| {
        open.track();
        failure.set(None);
    });
    let may = Memo::new(move |_| {
        state.is_of(&[Team::Operations]) && now.with(|now| now.cancelling == Cancelling::Possible)
    });
    // What is asked stays until it is answered, also where it is over meanwhile.
    let is_there = Memo::new(move |_| may.get() || open.get());
    let confirm = move |()| {
        let id = now.with_untracked(|now| now.id);
        let Some(id) = id.filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let path = format!("/actions-under-way/{id}/cancel");
            let outcome = api::post::<ActionUnderWay>(&path, &json!({})).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(_) => {
                    open.set(false);
                    toasts.done(t::cancelled_toast());
                }
                Err(refused) => failure.set(Some(refused)),
            }
            loader.reload();
        });
    };
    let text = move || match now.with(|now| now.action) {
        LongAction::MakeSet | LongAction::BringSets => t::cancel_set_text(),
        LongAction::CopyOrganization => t::cancel_copy_text(),
        _ => t::cancel_text(),
    };
    let title = StoredValue::new(title);
    view! {
        <Show when=move || is_there.get()>
            <div class="under-way-cancel">
                <Button label=t::cancel() on_press=move |()| open.set(true) />
            </div>
            <ConfirmDialog
                title=Signal::derive(move || t::cancel_title().to_owned())
                text=Signal::derive(move || format!("{}. {}", title.get_value(), text()))
                verb=t::cancel()
                open
                busy
                failure
                dismiss=t::let_it_go_on()
                on_confirm=confirm
            />
        </Show>
    }
}
