//! The field of a new password, with what it needs and how far one is.

use leptos::prelude::*;

use super::{TextField, TextKind};
use crate::{locale, locales::common};

/// A new password. How many characters are typed stands below.
#[component]
pub fn NewPasswordField(
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// What is typed.
    value: RwSignal<String>,
    /// The JSON pointer of the value, under which errors come back.
    pointer: &'static str,
    /// The least length, in characters.
    minimum: i16,
    /// Whether the focus goes here when the form appears.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let count = move || {
        let typed = value.with(|value| value.chars().count());
        (typed > 0).then(|| {
            let typed = locale::number(i64::try_from(typed).unwrap_or(i64::MAX));
            view! { <p class="field-help field-note numeric">{common::password_characters(&typed, minimum)}</p> }
        })
    };
    view! {
        <div class="stack-tight">
            <TextField
                label
                value
                pointer
                kind=TextKind::Password
                autocomplete="new-password"
                help=common::password_help(minimum)
                autofocus
            />
            {count}
        </div>
    }
}
