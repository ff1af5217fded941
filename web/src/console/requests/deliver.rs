//! Handing the copy over: a link that is shown once.

use leptos::prelude::*;
use serde_json::json;
use shared::console::{DeliveryLink, RequestStepKind};
use wasm_bindgen_futures::spawn_local;

use super::{actions::Subject, next::Act};
use crate::{
    api::{self, Failure},
    locale,
    locales::{common, console_requests as t},
    ui::{Button, ButtonKind, Copyable, Dialog, DialogSize, FailureNotice, Icon},
};

/// Makes a link to the copy, and shows it once.
#[component]
pub(super) fn Deliver(subject: Subject) -> impl IntoView {
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    let (link, failure) = (RwSignal::new(None::<DeliveryLink>), RwSignal::new(None::<Failure>));
    Effect::new(move |_| {
        // Whoever closes it has what they need.
        if !open.get() {
            link.set(None);
        }
    });
    let was_made = Memo::new(move |_| {
        subject.read(|request| request.steps.iter().any(|step| step.step == RequestStepKind::Deliver))
    });
    let label =
        Signal::derive(move || if was_made.get() { t::deliver_again() } else { t::deliver() }.to_owned());
    let deliver = move |()| {
        let Some(path) = subject.path(Act::Deliver).filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let outcome = api::post::<DeliveryLink>(&path, &json!({})).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(made) => {
                    subject.changed(made.request.clone());
                    link.set(Some(made));
                    open.set(true);
                }
                Err(refused) => {
                    failure.set(Some(refused));
                    subject.look();
                }
            }
        });
    };
    let shown = move || {
        link.get().map(|link| {
            view! {
                <div class="stack">
                    <p>{t::delivered_text()}</p>
                    <Copyable label=t::link() text=link.path />
                    <p class="muted numeric">{t::deliver_until(&locale::instant(link.until))}</p>
                    <Button label=common::close() on_press=move |()| open.set(false) />
                </div>
            }
        })
    };
    // Handing it over is the next thing to do once.
    let kind = if was_made.get_untracked() { ButtonKind::Secondary } else { ButtonKind::Primary };
    view! {
        <Button label kind icon=Icon::Key busy on_press=deliver />
        {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
        <Dialog title=t::delivered_title() open size=DialogSize::Medium>
            {shown}
        </Dialog>
    }
}
