//! Forms: one state for errors, sending and unsaved changes; fields find it by context.
//!
//! A field's error comes from two sides: the checks of `shared`, once the person has left the field or tried to
//! send, and the server's `errors[].pointer`, until the form is sent again. What belongs to no field stands in the
//! summary alone.

use std::future::Future;

use leptos::{ev, prelude::*};
use serde_json::Value;
use shared::{FieldProblem, ProblemCode, check::Violations, problem::Seats};
use wasm_bindgen_futures::spawn_local;

use super::{Button, FailureNotice, Icon, IconView, SubmitButton, field::unique_id};
use crate::{
    api::Failure,
    browser,
    locales::{common, problems},
    navigation::Guard,
};

/// What is wrong with one field, in the person's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The JSON pointer of the value.
    pub pointer: String,
    /// A sentence.
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    pointer: &'static str,
    label: String,
    id: String,
}

/// The state of a form. It is a handle: copies are the same form.
#[derive(Debug, Clone, Copy)]
pub struct FormState {
    check: Signal<Vec<FieldError>>,
    dirty: Signal<bool>,
    entries: RwSignal<Vec<Entry>>,
    left: RwSignal<Vec<&'static str>>,
    tried: RwSignal<bool>,
    refused: RwSignal<Vec<FieldError>>,
    failure: RwSignal<Option<Failure>>,
    stale: RwSignal<Option<Value>>,
    busy: RwSignal<bool>,
}

impl FormState {
    /// `check` judges the present drafts by `shared`; `dirty` says whether something would be lost by leaving. Both
    /// are tracked. Leaving the screen with unsaved changes asks first.
    pub fn new(
        check: impl Fn() -> Violations + Send + Sync + 'static,
        dirty: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Self {
        let check = Memo::new(move |_| {
            let found = check().0.into_iter();
            found
                .map(|(pointer, violation)| FieldError {
                    message: problems::at(&pointer, violation.code, violation.limit),
                    pointer,
                })
                .collect::<Vec<_>>()
        });
        let state = Self {
            check: check.into(),
            dirty: Memo::new(move |_| dirty()).into(),
            entries: RwSignal::default(),
            left: RwSignal::default(),
            tried: RwSignal::default(),
            refused: RwSignal::default(),
            failure: RwSignal::default(),
            stale: RwSignal::default(),
            busy: RwSignal::default(),
        };
        if let Some(guard) = use_context::<Guard>() {
            guard.watch(state.dirty);
        }
        state
    }

    /// Whether the form is on its way, tracked.
    pub fn busy(self) -> Signal<bool> {
        self.busy.into()
    }

    /// Whether something would be lost by leaving, tracked.
    pub fn dirty(self) -> Signal<bool> {
        self.dirty
    }

    /// The missing seats for which the form was refused, and which it tells, tracked.
    pub fn missing_seats(self) -> Option<Seats> {
        self.failure.with(|failure| match failure {
            Some(Failure::Refused(problem)) => problem.seats.clone(),
            _ => None,
        })
    }

    /// The state that somebody else has saved meanwhile; the screen opens its merge while it is here.
    pub fn stale(self) -> RwSignal<Option<Value>> {
        self.stale
    }

    /// Forgets what was refused and what was tried, when the changes are given up.
    pub fn forget(self) {
        self.refused.set(Vec::new());
        self.failure.set(None);
        self.left.set(Vec::new());
        self.tried.set(false);
    }

    pub(super) fn enter(self, pointer: &'static str, label: &str, id: &str) {
        let entry = Entry { pointer, label: label.to_owned(), id: id.to_owned() };
        self.entries.update(|entries| entries.push(entry));
        on_cleanup(move || {
            let _ = self.entries.try_update(|entries| entries.retain(|entry| entry.pointer != pointer));
        });
    }

    pub(super) fn touch(self, pointer: &'static str) {
        self.left.update(|left| {
            if !left.contains(&pointer) {
                left.push(pointer);
            }
        });
    }

    /// What is wrong with a field as far as it is to be shown now, tracked.
    pub fn error(self, pointer: &str) -> Option<String> {
        let message = |errors: &Vec<FieldError>| {
            errors.iter().find(|error| is_at(&error.pointer, pointer)).map(|error| error.message.clone())
        };
        let shown = self.tried.get() || self.left.with(|left| left.contains(&pointer));
        self.refused.with(message).or_else(|| if shown { self.check.with(message) } else { None })
    }

    /// Sends the form, unless it is on its way already or the checks find something. `send` begins the call.
    pub fn submit<F, Fut>(self, send: F)
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<(), Failure>> + 'static,
    {
        if self.busy.get_untracked() {
            return;
        }
        self.refused.set(Vec::new());
        self.failure.set(None);
        self.tried.set(true);
        if self.check.with_untracked(|errors| !errors.is_empty()) {
            return;
        }
        self.busy.set(true);
        let sending = send();
        spawn_local(async move {
            let outcome = sending.await;
            // The screen may be gone, when sending led to another one.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(()) => {
                    self.tried.set(false);
                    self.left.set(Vec::new());
                }
                Err(failure) => self.refuse(failure),
            }
        });
    }

    fn refuse(self, failure: Failure) {
        if let Some(current) = failure.stale() {
            self.stale.set(Some(current.clone()));
            return;
        }
        match &failure {
            Failure::Refused(problem)
                if problem.code == ProblemCode::Invalid && !problem.errors.is_empty() =>
            {
                self.refused.set(problem.errors.iter().map(field_error).collect());
            }
            _ => self.failure.set(Some(failure)),
        }
    }

    /// The errors for the summary, with the label and the element's id of those that have a field.
    fn summary(self) -> Vec<(Option<(String, String)>, String)> {
        let errors = self.refused.get();
        let errors = if errors.is_empty() && self.tried.get() { self.check.get() } else { errors };
        self.entries.with(|entries| {
            let entry_of = |error: &FieldError| {
                let entry = entries.iter().find(|entry| is_at(&error.pointer, entry.pointer));
                entry.map(|entry| (entry.label.clone(), entry.id.clone()))
            };
            errors.into_iter().map(|error| (entry_of(&error), error.message)).collect()
        })
    }
}

/// Whether an error at `pointer` belongs to the field at `field`: there, or at an element of its list.
fn is_at(pointer: &str, field: &str) -> bool {
    pointer.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn field_error(problem: &FieldProblem) -> FieldError {
    FieldError { pointer: problem.pointer.clone(), message: problems::field(problem) }
}

/// A form. Fields inside find its state; Enter in a field sends it.
#[component]
pub fn Form<F, Fut>(
    /// Its state.
    state: FormState,
    /// Begins the call that saves; run once each time, never twice at a time.
    send: F,
    /// Fields and [`FormActions`].
    children: Children,
) -> impl IntoView
where
    F: Fn() -> Fut + 'static,
    Fut: Future<Output = Result<(), Failure>> + 'static,
{
    provide_context(state);
    let summary_id = unique_id("summary");
    let on_submit = {
        let summary_id = summary_id.clone();
        move |event: ev::SubmitEvent| {
            event.prevent_default();
            state.submit(&send);
            if state.check.with_untracked(|errors| !errors.is_empty()) {
                focus_summary(&summary_id);
            }
        }
    };
    let focus_id = summary_id.clone();
    Effect::new(move |_| {
        if state.refused.with(|errors| !errors.is_empty()) {
            focus_summary(&focus_id);
        }
    });
    view! {
        // Browsers' own bubbles speak the system's language and show one error at a time.
        <form class="form" novalidate=true on:submit=on_submit>
            <ErrorSummary state id=summary_id />
            {children()}
        </form>
    }
}

fn focus_summary(id: &str) {
    let id = id.to_owned();
    request_animation_frame(move || browser::focus(&id));
}

#[component]
fn ErrorSummary(state: FormState, id: String) -> impl IntoView {
    let lines = move || {
        let line = |(field, message): (Option<(String, String)>, String)| match field {
            Some((label, id)) => view! {
                <li>
                    <button
                        type="button"
                        class="summary-link"
                        on:click=move |_| browser::focus(&id)
                    >
                        {label}
                    </button>
                    ": "
                    {message}
                </li>
            }
            .into_any(),
            None => view! { <li>{message}</li> }.into_any(),
        };
        state.summary().into_iter().map(line).collect_view()
    };
    let shown = Memo::new(move |_| !state.summary().is_empty());
    view! {
        <Show when=move || shown.get()>
            <div class="notice notice-bad" role="alert" tabindex="-1" id=id.clone()>
                <IconView icon=Icon::Alert />
                <div class="notice-text">
                    <p class="notice-title">{common::form_errors()}</p>
                    <ul class="summary-list">{lines}</ul>
                </div>
            </div>
        </Show>
        {move || state.failure.get().map(|failure| view! { <FailureNotice failure /> })}
    }
}

/// The buttons at the end of a form.
#[component]
pub fn FormActions(
    /// What sending does, as a verb: `Save changes`.
    #[prop(into)]
    label: Signal<String>,
    /// Gives up; the button is absent without it.
    #[prop(optional, into)]
    on_cancel: Option<Callback<()>>,
    /// More buttons, at the far end.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let busy = use_context::<FormState>().map_or_else(|| Signal::stored(false), FormState::busy);
    view! {
        <div class="form-actions">
            <SubmitButton label busy />
            {on_cancel.map(|on_cancel| view! { <Button label=common::cancel() on_press=on_cancel /> })}
            {children.map(|children| view! { <div class="form-actions-end">{children()}</div> })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_lands_at_its_field_or_at_the_list_that_holds_it() {
        assert!(is_at("/name", "/name"));
        assert!(is_at("/roles/0", "/roles"));
        assert!(!is_at("/name_es", "/name"));
        assert!(!is_at("/", "/name"));
    }
}
