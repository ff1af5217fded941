//! The question before unsaved changes are left behind.

use leptos::prelude::*;

use shared::Language;

use crate::{
    locales::frame,
    navigation::{Departure, Go, Guard},
    ui::ConfirmDialog,
};

/// Asks, and does what the person wanted once they agree.
#[component]
pub fn LeaveDialog(
    /// Changes the language.
    #[prop(into)]
    on_language: Callback<Language>,
    /// Signs out.
    #[prop(into)]
    on_sign_out: Callback<()>,
) -> impl IntoView {
    let guard = expect_context::<Guard>();
    let go = Go::new();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(guard.waiting.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && guard.waiting.with_untracked(Option::is_some) {
            guard.waiting.set(None);
        }
    });
    let leave = move |()| {
        let departure = guard.waiting.get_untracked();
        guard.open();
        open.set(false);
        match departure {
            Some(Departure::To(href)) => go.to_href(&href),
            Some(Departure::Back) => {
                if let Ok(history) = window().history() {
                    let _ = history.back();
                }
            }
            Some(Departure::Language(language)) => on_language.run(language),
            Some(Departure::SignOut) => on_sign_out.run(()),
            None => {}
        }
    };
    view! {
        <ConfirmDialog
            title=frame::leave_title()
            text=frame::leave_text()
            verb=frame::leave()
            open
            on_confirm=leave
        />
    }
}
