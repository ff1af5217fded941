//! A day in the filter row of a table.

use leptos::prelude::*;

use super::UrlValue;

/// A small day field without a visible label; what is chosen stands in the address.
#[component]
pub fn FilterDate(
    /// What is chosen by it; read out.
    #[prop(into)]
    label: String,
    /// Where the day goes, as `YYYY-MM-DD`.
    value: UrlValue,
) -> impl IntoView {
    view! {
        <input
            class="input input-small input-day"
            class:input-empty=move || !value.is_set()
            type="date"
            aria-label=label.clone()
            data-tooltip=label
            prop:value=move || value.get().unwrap_or_default()
            on:change=move |event| value.set(Some(event_target_value(&event)))
        />
    }
}
