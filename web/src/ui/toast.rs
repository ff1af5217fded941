//! Toasts: what has just happened, at the edge of the window, with a way back where there is one.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use super::{Icon, IconButton, IconView};
use crate::locales::common;

const SHOWN_MS: u32 = 6_000;

/// What a toast means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ToastKind {
    /// It worked.
    #[default]
    Done,
    /// It did not.
    Failed,
}

#[derive(Debug, Clone)]
struct Toast {
    id: u32,
    kind: ToastKind,
    text: String,
    undo: Option<Callback<()>>,
}

/// The toasts of the app. A handle from the context.
#[derive(Debug, Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
    timers: StoredValue<Vec<(u32, Timeout)>, LocalStorage>,
}

impl Toasts {
    /// Set up once, in `App`.
    pub fn provide() {
        provide_context(Self {
            shown: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
            timers: StoredValue::new_local(Vec::new()),
        });
    }

    /// The toasts of the app.
    pub fn expect() -> Self {
        expect_context()
    }

    /// Says that something worked.
    pub fn done(self, text: impl Into<String>) {
        self.push(ToastKind::Done, text.into(), None);
    }

    /// Says that something worked, and offers to take it back.
    pub fn done_with_undo(self, text: impl Into<String>, undo: Callback<()>) {
        self.push(ToastKind::Done, text.into(), Some(undo));
    }

    /// Says that something did not work, where no form or notice can say it.
    pub fn failed(self, text: impl Into<String>) {
        self.push(ToastKind::Failed, text.into(), None);
    }

    fn push(self, kind: ToastKind, text: String, undo: Option<Callback<()>>) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.shown.update(|shown| shown.push(Toast { id, kind, text, undo }));
        self.start(id);
    }

    fn start(self, id: u32) {
        let timeout = Timeout::new(SHOWN_MS, move || self.drop(id));
        self.timers.update_value(|timers| timers.push((id, timeout)));
    }

    /// Nothing leaves while somebody points at it or has the focus in it.
    fn hold(self) {
        self.timers.update_value(Vec::clear);
    }

    fn resume(self) {
        self.hold();
        for toast in self.shown.get_untracked() {
            self.start(toast.id);
        }
    }

    fn drop(self, id: u32) {
        self.shown.update(|shown| shown.retain(|toast| toast.id != id));
    }
}

/// Where toasts appear. Set up once, in `App`.
#[component]
pub fn ToastsView() -> impl IntoView {
    let toasts = Toasts::expect();
    let line = move |toast: Toast| {
        let (class, icon) = match toast.kind {
            ToastKind::Done => ("toast", Icon::Check),
            ToastKind::Failed => ("toast toast-failed", Icon::Alert),
        };
        let undo = toast.undo.map(|undo| {
            view! {
                <button
                    type="button"
                    class="toast-undo"
                    on:click=move |_| {
                        toasts.drop(toast.id);
                        undo.run(());
                    }
                >
                    {common::undo()}
                </button>
            }
        });
        view! {
            <div class=class>
                <IconView icon />
                <p class="toast-text">{toast.text}</p>
                {undo}
                <IconButton
                    label=common::close()
                    icon=Icon::Close
                    small=true
                    on_press=move |()| toasts.drop(toast.id)
                />
            </div>
        }
    };
    view! {
        <div
            class="toasts"
            role="status"
            aria-live="polite"
            aria-label=common::messages()
            on:mouseenter=move |_| toasts.hold()
            on:mouseleave=move |_| toasts.resume()
            on:focusin=move |_| toasts.hold()
            on:focusout=move |_| toasts.resume()
        >
            <For each=move || toasts.shown.get() key=|toast| toast.id children=line />
        </div>
    }
}
