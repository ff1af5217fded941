//! One of a few, by the browser's own list.

use leptos::{ev, prelude::*};

use super::{
    UrlValue,
    field::{FieldFrame, FieldTie},
};
use crate::locales::common;

/// The options with the index as their value, since an option's value must be a text and `T` need not be one.
fn options<T: Clone + PartialEq + Send + Sync + 'static>(
    choices: Signal<Vec<(T, String)>>,
    value: Signal<T>,
) -> impl IntoView {
    move || {
        let chosen = value.get();
        choices
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, (choice, label))| {
                let selected = choice == chosen;
                view! { <option value=index.to_string() prop:selected=selected>{label}</option> }
            })
            .collect_view()
    }
}

fn chosen<T: Clone + Send + Sync + 'static>(
    event: &ev::Event,
    choices: Signal<Vec<(T, String)>>,
) -> Option<T> {
    let index: usize = event_target_value(event).parse().ok()?;
    choices.with_untracked(|choices| choices.get(index).map(|(choice, _)| choice.clone()))
}

/// A field that takes one of a few.
#[component]
pub fn SelectField<T: Clone + PartialEq + Send + Sync + 'static>(
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// What is chosen.
    value: RwSignal<T>,
    /// What there is to choose, with the words for it.
    #[prop(into)]
    choices: Signal<Vec<(T, String)>>,
    /// The JSON pointer of the value, under which errors come back.
    #[prop(optional)]
    pointer: &'static str,
    /// Whether it may stay empty, which is then said; one of the choices must be "none".
    #[prop(optional)]
    optional: bool,
    /// What to know before choosing.
    #[prop(optional, into)]
    help: Option<String>,
    /// What is wrong, outside forms.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Whether it can be read only.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let tie = FieldTie::new(&label, pointer, help.is_some(), error);
    let leave = tie.leave();
    let on_change = move |event: ev::Event| {
        if let Some(choice) = chosen(&event, choices) {
            value.set(choice);
        }
    };
    view! {
        <FieldFrame tie=tie.clone() label=label optional help>
            <select
                id=tie.id.clone()
                class="input select"
                aria-required=(!optional).then_some("true")
                aria-invalid=tie.invalid()
                aria-describedby=tie.described_by
                disabled=disabled
                on:change=on_change
                on:blur=move |event| _ = leave(&event)
            >
                {options(choices, value.into())}
            </select>
        </FieldFrame>
    }
}

/// A small list without a visible label, for the filter row of a table and for toolbars.
#[component]
pub fn FilterSelect<T: Clone + PartialEq + Send + Sync + 'static>(
    /// What is chosen by it; read out.
    #[prop(into)]
    label: String,
    /// What is chosen.
    #[prop(into)]
    value: Signal<T>,
    /// What there is to choose, with the words for it.
    #[prop(into)]
    choices: Signal<Vec<(T, String)>>,
    /// What happens with a choice.
    #[prop(into)]
    on_change: Callback<T>,
) -> impl IntoView {
    let change = move |event: ev::Event| {
        if let Some(choice) = chosen(&event, choices) {
            on_change.run(choice);
        }
    };
    view! {
        <select class="input input-small select" aria-label=label on:change=change>
            {options(choices, value)}
        </select>
    }
}

/// A filter of a column by one value of the address: all, or one of the choices.
pub fn filter_of(
    label: &'static str,
    value: UrlValue,
    choices: impl Fn() -> Vec<(String, String)> + Send + Sync + 'static,
) -> ViewFn {
    let choices = Signal::derive(move || {
        let mut all = vec![(None, common::all().to_owned())];
        all.extend(choices().into_iter().map(|(key, label)| (Some(key), label)));
        all
    });
    ViewFn::from(move || {
        view! {
            <FilterSelect
                label
                value=Signal::derive(move || value.get())
                choices
                on_change=move |chosen| value.set(chosen)
            />
        }
    })
}
