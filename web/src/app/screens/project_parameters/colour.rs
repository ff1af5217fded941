//! The choice of a colour: a palette that can be seen on the light and on the dark ground, and a code for any other.

use leptos::prelude::*;

use crate::{
    locales::project_parameters as t,
    ui::{TextField, unique_id},
};

/// Data of the organization, not the app's own looks: it is stored with the entry.
pub(super) const PALETTE: [&str; 14] = [
    "#758195", "#8a6d5c", "#e11d48", "#ef4444", "#ea580c", "#d97706", "#a16207", "#16a34a", "#0d9488",
    "#0284c7", "#3b82f6", "#6366f1", "#8b5cf6", "#ec4899",
];

/// The mark of an entry: its colour. The name stands beside it, so it is not read out.
#[component]
pub(super) fn ColourMark(#[prop(into)] colour: Signal<String>) -> impl IntoView {
    view! { <span class="colour-mark" style:background-color=move || colour.get() aria-hidden="true"></span> }
}

#[component]
pub(super) fn ColourField(value: RwSignal<String>) -> impl IntoView {
    let group = unique_id("palette");
    let swatch = |(colour, name): (&'static str, &'static str)| {
        view! {
            <label class="colour-choice" data-tooltip=name>
                <input
                    class="colour-choice-input"
                    type="radio"
                    name=group.clone()
                    aria-label=name
                    prop:checked=move || value.with(|value| value.eq_ignore_ascii_case(colour))
                    on:change=move |_| value.set(colour.to_owned())
                />
                <span class="colour-choice-face" style:background-color=colour></span>
            </label>
        }
    };
    view! {
        <fieldset class="field">
            <legend class="field-label">{t::colour()}</legend>
            <div class="colour-choices">{PALETTE.into_iter().zip(t::colours()).map(swatch).collect_view()}</div>
        </fieldset>
        <TextField label=t::colour_code() value pointer="/colour" help=t::colour_code_help() />
    }
}
