//! How far something is, or how much of something is used.

use leptos::prelude::*;

use super::Tone;

/// A bar with its label and the figure in words.
#[component]
pub fn Progress(
    /// What it measures.
    #[prop(into)]
    label: Signal<String>,
    /// How much there is.
    #[prop(into)]
    value: Signal<f64>,
    /// How much there can be.
    maximum: f64,
    /// The figure in words: `8 of 10 seats`.
    #[prop(into)]
    figure: Signal<String>,
    /// What the figure means.
    #[prop(optional, into)]
    tone: Signal<Tone>,
    /// Whether nobody knows how much there can be: then the bar says only that something goes on.
    #[prop(optional, into)]
    unknown: Signal<bool>,
) -> impl IntoView {
    view! {
        <div class="progress">
            <div class="progress-head" aria-hidden="true">
                <span>{label}</span>
                <span class="progress-figure numeric">{figure}</span>
            </div>
            <progress
                class=move || format!("progress-bar progress-{}", tone.get().class())
                max=maximum
                value=move || (!unknown.get()).then(|| value.get().to_string())
                aria-label=label
                aria-valuetext=figure
            ></progress>
        </div>
    }
}
