//! How far the log is sealed, and taking it out with its chain.

use leptos::prelude::*;
use shared::audit::AuditChain;
use wasm_bindgen_futures::spawn_local;

use crate::{
    api::{self, Failure, Loader},
    locale,
    locales::audit_log as t,
    ui::{Badge, Button, FailureNotice, Icon, Toasts, Tone},
};

/// The state of the chain, in a line.
#[component]
pub(super) fn Chain() -> impl IntoView {
    let chain = Loader::new(|| api::get::<AuditChain>("/audit-log/chain"));
    let shown = move || {
        chain.value().map(|chain| {
            let sealed = t::chain_sealed(chain.sealed);
            let hint = chain.head.as_ref().map_or_else(
                || t::chain_hint().to_owned(),
                |head| {
                    let signed = locale::instant(head.signed_at);
                    format!(
                        "{} {}:{} ({signed}). {}",
                        t::chain_head(),
                        head.place,
                        head.hash,
                        t::chain_hint()
                    )
                },
            );
            view! {
                <span class="audit-chain">
                    <Badge label=sealed tone=Tone::Good hint />
                    {(chain.unsealed > 0)
                        .then(|| {
                            let waiting = t::chain_waiting(chain.unsealed);
                            view! { <Badge label=waiting tone=Tone::Warning hint=t::waiting_hint() /> }
                        })}
                </span>
            }
        })
    };
    view! { {shown} }
}

/// Takes the log out as a file that proves itself.
#[component]
pub(super) fn Export() -> impl IntoView {
    let toasts = Toasts::expect();
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let export = move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let outcome = api::download("/audit-log/export/link").await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(()) => toasts.done(t::exported()),
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    view! {
        {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
        <Button label=t::export() icon=Icon::ArrowDown busy on_press=export />
    }
}
