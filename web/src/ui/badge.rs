//! A word that marks a state.

use leptos::prelude::*;

/// What a mark means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// A fact.
    #[default]
    Neutral,
    /// Chosen, current.
    Accent,
    /// As it should be.
    Good,
    /// Needs a look.
    Warning,
    /// Wrong.
    Bad,
    /// Worth knowing.
    Info,
}

impl Tone {
    /// All of them, for the gallery.
    pub const ALL: [Self; 6] =
        [Self::Neutral, Self::Accent, Self::Good, Self::Warning, Self::Bad, Self::Info];

    /// The last part of class names.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Accent => "accent",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
            Self::Info => "info",
        }
    }
}

/// A word that marks a state.
#[component]
pub fn Badge(
    /// The word.
    #[prop(into)]
    label: Signal<String>,
    /// What it means.
    #[prop(optional, into)]
    tone: Signal<Tone>,
    /// With a dot, for the state of a thing that goes through several.
    #[prop(optional)]
    dot: bool,
    /// Why, shown when pointed at.
    #[prop(optional, into)]
    hint: Option<String>,
) -> impl IntoView {
    let focusable = hint.is_some().then_some("0");
    view! {
        <span class=move || format!("badge badge-{}", tone.get().class()) data-tooltip=hint tabindex=focusable>
            {dot.then(|| view! { <span class="badge-dot" aria-hidden="true"></span> })}
            {label}
        </span>
    }
}
