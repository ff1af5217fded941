//! The frame of the screens before the frame: what one sees who is not, or need not be, signed in.

mod portal;

use leptos::prelude::*;
use shared::Language;

use self::portal::Portal;
use crate::{
    locale,
    locale::LanguageChoice,
    locales::entrance as t,
    navigation::{Departure, Guard},
    ui::Mark,
};

/// A form at the left, the arches at the right.
#[component]
pub fn Entrance(
    /// Title and form.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="entrance">
            <main class="entrance-main" id="main" tabindex="-1">
                <p class="entrance-brand">
                    <Mark />
                    "Portico"
                </p>
                <div class="entrance-box">{children()}</div>
                <Languages />
            </main>
            <aside class="entrance-side" aria-label="Portico">
                <Portal />
                <div class="entrance-words">
                    <p class="entrance-motto">{t::motto()}</p>
                    <p class="entrance-motto-text">{t::motto_text()}</p>
                </div>
            </aside>
        </div>
    }
}

/// The organization, the title, and a sentence that says what to do here.
#[component]
pub fn EntranceHead(
    /// The title.
    #[prop(into)]
    title: String,
    /// What to do here.
    #[prop(into)]
    text: String,
    /// Whose door it is, where that is known.
    #[prop(optional_no_strip, into)]
    organization: Option<String>,
) -> impl IntoView {
    view! {
        <header class="entrance-head">
            {organization.map(|name| view! { <p class="entrance-organization">{name}</p> })}
            <h1 class="entrance-title">{title}</h1>
            <p class="muted">{text}</p>
        </header>
    }
}

/// Both languages, each in its own words: whoever cannot read this page finds theirs.
#[component]
fn Languages() -> impl IntoView {
    let (choice, guard) = (expect_context::<LanguageChoice>(), expect_context::<Guard>());
    let one = move |language: Language| {
        view! {
            <button
                type="button"
                class="entrance-language"
                lang=language.code()
                aria-pressed=move || (choice.get() == language).to_string()
                on:click=move |_| {
                    if choice.get_untracked() != language && guard.lets(Departure::Language(language)) {
                        choice.set(language);
                    }
                }
            >
                {locale::language_name(language)}
            </button>
        }
    };
    view! { <p class="entrance-foot">{Language::ALL.map(one).collect_view()}</p> }
}
