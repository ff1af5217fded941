//! The sign-in above a screen whose session is over. What was being typed stays behind it, unseen, and is there again
//! when the same person has signed in.

use leptos::{ev, html, prelude::*};

use crate::screens;

#[component]
pub(super) fn SignInAgain(
    /// Whether the session is over.
    is_over: Signal<bool>,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    // A dialog of its own, so that one that was open on the screen does not stand in front of it.
    let show = move || {
        if let Some(dialog) = dialog.get_untracked()
            && is_over.get_untracked()
            && !dialog.open()
        {
            let _ = dialog.show_modal();
        }
    };
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if is_over.get() {
            request_animation_frame(show);
        } else if dialog.open() {
            dialog.close();
        }
    });
    let stay = move |event: ev::Event| event.prevent_default();
    view! {
        // Browsers close a dialog at the second Escape whatever one says.
        <dialog node_ref=dialog class="again" on:cancel=stay on:close=move |_| request_animation_frame(show)>
            <Show when=move || is_over.get()>{screens::sign_in()}</Show>
        </dialog>
    }
}
