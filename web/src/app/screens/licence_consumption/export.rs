//! Taking the whole organization along as a file.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::{
    api,
    locales::organization_export as t,
    ui::{Button, Icon, Section, Toasts},
};

/// The section below the licences.
#[component]
pub(super) fn Export() -> impl IntoView {
    let (toasts, busy) = (Toasts::expect(), RwSignal::new(false));
    let export = move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            // Whoever it is shows the password for the link; the browser writes the file to the disk as it comes.
            let outcome = api::download("/organization/export/link").await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(()) => toasts.done(t::begun()),
                Err(failure) => toasts.failed(format!("{}. {}", failure.title(), failure.advice())),
            }
        });
    };
    view! {
        <Section title=t::title() text=t::text()>
            <p class="muted">{t::left_out()}</p>
            <div>
                <Button label=t::export() icon=Icon::ArrowDown busy on_press=export />
            </div>
        </Section>
    }
}
