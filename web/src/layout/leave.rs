//! The question before unsaved changes are left behind.

use leptos::prelude::*;

use super::menus::{choose_language, sign_out};
use crate::{
    locale::LanguageChoice,
    locales::frame,
    navigation::{Departure, Go, Guard},
    session::Session,
    ui::{ConfirmDialog, Toasts},
};

#[component]
pub(super) fn LeaveDialog() -> impl IntoView {
    let guard = expect_context::<Guard>();
    let (languages, session, toasts) =
        (expect_context::<LanguageChoice>(), Session::expect(), Toasts::expect());
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
            Some(Departure::Language(language)) => choose_language(languages, session, language),
            Some(Departure::SignOut) => sign_out(session, toasts, go.clone()),
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
