//! What a list shows while there is nothing in it: the next step.

use leptos::prelude::*;

use super::{Icon, IconView};

/// Nothing here yet, and what to do about it.
#[component]
pub fn EmptyState(
    /// A picture of what will be here.
    icon: Icon,
    /// What is missing: `No projects yet`.
    #[prop(into)]
    title: String,
    /// The next step, in a sentence.
    #[prop(into)]
    text: String,
    /// The button for it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty-icon"><IconView icon /></span>
            <h2 class="empty-title">{title}</h2>
            <p class="empty-text">{text}</p>
            {children.map(|children| view! { <div class="empty-actions">{children()}</div> })}
        </div>
    }
}
