//! A photo or a logo to be chosen, seen and taken away. What is chosen is uploaded at once.

use leptos::{ev, prelude::*};
use shared::ids::PictureId;
use wasm_bindgen_futures::spawn_local;

use super::{Button, ConfirmDialog, FileField, Icon, Picture, Toasts};
use crate::{api::Failure, browser, locales::pictures as t};

/// The field.
#[component]
pub fn PictureField<Send, Sent>(
    /// The picture that is there.
    #[prop(into)]
    current: Signal<Option<PictureId>>,
    /// Whether it stays whole, as logos do, and is no circle.
    #[prop(optional)]
    whole: bool,
    /// Uploads this file, or takes away what is there.
    send: Send,
) -> impl IntoView
where
    Send: Fn(Option<Vec<u8>>) -> Sent + Copy + std::marker::Send + Sync + 'static,
    Sent: Future<Output = Result<(), Failure>> + 'static,
{
    let toasts = Toasts::expect();
    let (busy, asking) = (RwSignal::new(false), RwSignal::new(false));
    let (failure, not_removed) = (RwSignal::new(None::<Failure>), RwSignal::new(None::<Failure>));
    let choose = move |event: ev::Event| {
        let Some(chosen) = browser::chosen_file(&event) else { return };
        failure.set(None);
        busy.set(true);
        spawn_local(async move {
            let outcome = match browser::read_file(chosen).await {
                Some(bytes) => send(Some(bytes)).await,
                None => Err(Failure::Unreadable),
            };
            if outcome.is_ok() {
                toasts.done(t::saved());
            }
            // The screen may be another one by now.
            let _ = busy.try_set(false);
            let _ = failure.try_set(outcome.err());
        });
    };
    let remove = move |()| {
        not_removed.set(None);
        busy.set(true);
        spawn_local(async move {
            let outcome = send(None).await;
            if outcome.is_ok() {
                toasts.done(t::removed());
                let _ = asking.try_set(false);
            }
            let _ = busy.try_set(false);
            let _ = not_removed.try_set(outcome.err());
        });
    };
    let error = Signal::derive(move || {
        failure.with(|failure| {
            failure.as_ref().map(|failure| format!("{}. {}", failure.title(), failure.advice()))
        })
    });
    let class = if whole { "picture picture-whole" } else { "picture" };
    let shown = move || {
        current.get().map(|id| {
            view! {
                <div class="picture-now">
                    <Picture id class=class alt=t::current() />
                    <Button label=t::remove() icon=Icon::Trash busy on_press=move |()| asking.set(true) />
                </div>
            }
        })
    };
    view! {
        <div class="picture-field">
            {shown}
            <FileField
                label=t::choose()
                accept="image/png,image/jpeg,image/webp"
                help=t::help()
                required=false
                error
                on_choose=choose
            />
            <p class="muted" role="status">
                {move || busy.get().then(t::uploading)}
            </p>
        </div>
        <ConfirmDialog
            title=Signal::stored(t::remove_title().to_owned())
            text=Signal::stored(t::remove_text().to_owned())
            verb=Signal::stored(t::remove().to_owned())
            open=asking
            busy
            failure=not_removed
            on_confirm=remove
        />
    }
}
