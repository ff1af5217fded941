//! What all fields share: label, help, error, and their tie to the form they stand in.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::{ev::FocusEvent, prelude::*};
use wasm_bindgen::JsCast as _;

use super::{Icon, IconView, form::FormState};
use crate::locales::common;

/// An id that no other element of the page has.
pub fn unique_id(what: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{what}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A field's tie to its form and to the texts around it.
#[derive(Debug, Clone)]
pub(super) struct FieldTie {
    /// The id of the control.
    pub id: String,
    /// What is wrong, tracked.
    pub error: Signal<Option<String>>,
    /// The ids of the texts that describe the control.
    pub described_by: Signal<Option<String>>,
    on_leave: Callback<()>,
}

impl FieldTie {
    /// Ties the field to the form around it by the JSON pointer of its value. Without a pointer, or outside a form,
    /// the field stands alone.
    pub fn new(
        label: &str,
        pointer: &'static str,
        has_help: bool,
        own_error: Signal<Option<String>>,
    ) -> Self {
        let id = unique_id("field");
        let form = use_context::<FormState>().filter(|_| !pointer.is_empty());
        if let Some(form) = form {
            form.enter(pointer, label, &id);
        }
        let error = Signal::derive(move || own_error.get().or_else(|| form?.error(pointer)));
        let (help_id, error_id) = (help_id(&id), error_id(&id));
        let described_by = Signal::derive(move || {
            let help = has_help.then_some(help_id.as_str());
            let error = error.with(Option::is_some).then_some(error_id.as_str());
            let ids: Vec<&str> = error.into_iter().chain(help).collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        });
        let on_leave = Callback::new(move |()| {
            if let Some(form) = form {
                form.touch(pointer);
            }
        });
        Self { id, error, described_by, on_leave }
    }

    /// To be run when the person leaves the field. A field that is taken out of the page with the focus in it is left,
    /// too; nothing of it is there any more then, which is what the answer says.
    ///
    /// On the way to a button or a link nothing is said yet: an error that appears below the field would move it away
    /// from under the finger. Sending the form says everything, and cancelling or going elsewhere needs nothing.
    pub fn leave(&self) -> impl Fn(&FocusEvent) -> bool + use<> {
        let on_leave = self.on_leave;
        move |event| goes_to_press(event) || on_leave.try_run(()).is_some()
    }

    /// For `aria-invalid`.
    pub fn invalid(&self) -> Signal<Option<&'static str>> {
        let error = self.error;
        Signal::derive(move || error.with(Option::is_some).then_some("true"))
    }
}

/// Whether the focus moves to a button or a link.
fn goes_to_press(event: &FocusEvent) -> bool {
    let next = event.related_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    next.is_some_and(|next| matches!(next.closest("button, a"), Ok(Some(_))))
}

fn help_id(id: &str) -> String {
    format!("{id}-help")
}

fn error_id(id: &str) -> String {
    format!("{id}-error")
}

/// Label above, help and error below the control.
#[component]
pub(super) fn FieldFrame(
    /// The tie of the field.
    tie: FieldTie,
    /// What is asked for.
    label: String,
    /// Whether the field may stay empty, which is then said.
    optional: bool,
    /// What to know before filling it.
    help: Option<String>,
    /// The control.
    children: Children,
) -> impl IntoView {
    let FieldTie { id, error, .. } = tie;
    view! {
        <div class="field" class:field-invalid=move || error.get().is_some()>
            <label class="field-label" for=id.clone()>
                {label}
                {optional.then(|| view! { <span class="field-optional">{common::optional()}</span> })}
            </label>
            {children()}
            <FieldTexts id error help />
        </div>
    }
}

/// The error and the help of a field.
#[component]
pub(super) fn FieldTexts(
    /// The id of the control.
    id: String,
    /// What is wrong.
    error: Signal<Option<String>>,
    /// What to know before filling it.
    help: Option<String>,
) -> impl IntoView {
    let error_id = error_id(&id);
    view! {
        {move || {
            let error_id = error_id.clone();
            error
                .get()
                .map(|error| {
                    view! {
                        <p class="field-error" id=error_id>
                            <IconView icon=Icon::Alert />
                            <span>{error}</span>
                        </p>
                    }
                })
        }}
        {help.map(|help| view! { <p class="field-help" id=help_id(&id)>{help}</p> })}
    }
}
