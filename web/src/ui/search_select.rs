//! One of many, found by typing.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;

use super::{
    Choice,
    combobox::{Combobox, Line},
    field::{FieldFrame, FieldTie},
};
use crate::{locales::common, search};

/// A field that takes one of many. What is chosen stands in the box; typing finds others, and leaving the box
/// without choosing brings back what was there.
#[component]
pub fn SearchSelect<T: Clone + PartialEq + Send + Sync + 'static>(
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// What is chosen.
    value: RwSignal<T>,
    /// What there is to choose.
    #[prop(into)]
    choices: Signal<Vec<Choice<T>>>,
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
    let chosen_label = Memo::new(move |_| {
        let value = value.get();
        choices.with(|choices| {
            let chosen = choices.iter().find(|choice| choice.value == value);
            chosen.map(|choice| choice.label.clone()).unwrap_or_default()
        })
    });
    let query = RwSignal::new(chosen_label.get_untracked());
    Effect::new(move |_| query.set(chosen_label.get()));
    let lines = Signal::derive(move || {
        let (query, value) = (query.get(), value.get());
        // The label of what is chosen stands in the box until something is typed: that is no search.
        let query = if chosen_label.get() == query { String::new() } else { query };
        choices.with(|choices| {
            let fits = |choice: &Choice<T>| {
                let detail = choice.detail.as_deref().unwrap_or_default();
                search::matches(&query, &format!("{} {detail}", choice.label))
            };
            let mut found: Vec<_> = choices.iter().enumerate().filter(|(_, choice)| fits(choice)).collect();
            // Whoever types "tok" means Tokyo before Vladivostok.
            found.sort_by_key(|(_, choice)| !search::begins_a_word(&query, &choice.label));
            found
                .into_iter()
                .map(|(index, choice)| Line {
                    index,
                    label: choice.label.clone(),
                    detail: choice.detail.clone(),
                    chosen: choice.value == value,
                })
                .collect::<Vec<_>>()
        })
    });
    let on_choose = Callback::new(move |index: usize| {
        let chosen = choices.with_untracked(|choices| choices.get(index).cloned());
        if let Some(choice) = chosen {
            query.set(choice.label);
            value.set(choice.value);
        }
    });
    let select_all = |event: ev::FocusEvent| {
        if let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) {
            input.select();
        }
    };
    let bring_back = move |_| query.set(chosen_label.get_untracked());
    view! {
        <FieldFrame tie=tie.clone() label=label optional help>
            <div class="combobox combobox-one" on:focusin=select_all on:focusout=bring_back>
                <Combobox
                    tie=tie.clone()
                    query
                    lines
                    on_choose
                    multiple=false
                    people=false
                    required=!optional
                    placeholder=Signal::stored(common::type_to_search().to_owned())
                    disabled
                />
            </div>
        </FieldFrame>
    }
}
