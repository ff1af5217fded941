//! How far the log is sealed, and taking it out with its chain.

use leptos::prelude::*;
use shared::audit::{AuditChain, AuditHead};
use wasm_bindgen_futures::spawn_local;

use crate::{
    api::{self, Loader},
    locale,
    locales::audit_log as t,
    ui::{Badge, Button, Copyable, Icon, Popover, Toasts, Tone},
};

/// The state of the chain, in a line.
#[component]
pub(super) fn Chain() -> impl IntoView {
    let chain = Loader::new(|| api::get::<AuditChain>("/audit-log/chain"));
    let shown = move || {
        chain.value().map(|chain| {
            let sealed = t::chain_sealed(chain.sealed);
            let label = sealed.clone();
            let face = move || view! { <Badge label=sealed.clone() tone=Tone::Good /> };
            let head = chain.head;
            view! {
                <span class="audit-chain">
                    <Popover label class="audit-sealed" face>
                        <Head head=head.clone() />
                    </Popover>
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

/// The end of the chain, to be kept where nobody who could alter the log can write.
#[component]
fn Head(head: Option<AuditHead>) -> impl IntoView {
    view! {
        <div class="audit-head">
            <p>{t::chain_hint()}</p>
            {head
                .map(|head| {
                    view! {
                        <Copyable label=t::chain_head() text=format!("{}:{}", head.place, head.hash) />
                        <p class="muted">{t::chain_signed(&locale::instant(head.signed_at))}</p>
                    }
                })}
        </div>
    }
}

/// Takes the log out as a file that proves itself.
#[component]
pub(super) fn Export() -> impl IntoView {
    let toasts = Toasts::expect();
    let busy = RwSignal::new(false);
    let export = move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let outcome = api::download("/audit-log/export/link").await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(()) => toasts.done(t::exported()),
                Err(failure) => toasts.failed(format!("{}. {}", failure.title(), failure.advice())),
            }
        });
    };
    view! { <Button label=t::export() icon=Icon::ArrowDown busy on_press=export /> }
}
