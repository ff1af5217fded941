//! A part of a long form or page, with its heading.

use leptos::prelude::*;

use super::field::unique_id;

/// A section with a heading and what it is about.
#[component]
pub fn Section(
    /// The heading.
    #[prop(into)]
    title: String,
    /// What it is about, in a sentence.
    #[prop(optional, into)]
    text: Option<String>,
    /// What is inside.
    children: Children,
) -> impl IntoView {
    let id = unique_id("section");
    let labelled_by = id.clone();
    view! {
        <section class="form-section" aria-labelledby=labelled_by>
            <header class="form-section-head">
                <h2 class="section-title" id=id>
                    {title}
                </h2>
                {text.map(|text| view! { <p class="muted">{text}</p> })}
            </header>
            {children()}
        </section>
    }
}
