//! Fields that one types into.

use leptos::prelude::*;

use super::{
    Icon, IconButton,
    field::{FieldFrame, FieldTie},
};
use crate::locales::common;

/// What is typed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TextKind {
    /// Words.
    #[default]
    Plain,
    /// An e-mail address.
    Email,
    /// A password; it can be shown.
    Password,
    /// A number, right-aligned.
    Number,
    /// A date, with the browser's calendar.
    Date,
}

impl TextKind {
    const fn input_type(self) -> &'static str {
        match self {
            // `type=number` changes values by scrolling and drops what it cannot read.
            Self::Plain | Self::Number => "text",
            Self::Email => "email",
            Self::Password => "password",
            Self::Date => "date",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Number => "input input-number",
            Self::Date => "input input-date",
            Self::Plain | Self::Email | Self::Password => "input",
        }
    }
}

/// A field of one line.
#[component]
pub fn TextField(
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// What is typed.
    value: RwSignal<String>,
    /// The JSON pointer of the value, under which errors come back.
    #[prop(optional)]
    pointer: &'static str,
    /// What kind of text.
    #[prop(optional)]
    kind: TextKind,
    /// Whether it may stay empty, which is then said.
    #[prop(optional)]
    optional: bool,
    /// What to know before filling it.
    #[prop(optional, into)]
    help: Option<String>,
    /// What is wrong, outside forms.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// The browser's name of the value: `username`, `current-password`, `new-password`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Whether it can be read only.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Whether the focus goes here when the form appears.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let tie = FieldTie::new(&label, pointer, help.is_some(), error);
    let shown = RwSignal::new(false);
    let input = NodeRef::<leptos::html::Input>::new();
    if autofocus {
        Effect::new(move |_| {
            if let Some(input) = input.get() {
                crate::navigation::focus_soon(input.into());
            }
        });
    }
    let leave = tie.leave();
    let input_type = move || if shown.get() { "text" } else { kind.input_type() };
    view! {
        <FieldFrame tie=tie.clone() label=label optional help>
            <div class="input-box">
                <input
                    node_ref=input
                    id=tie.id.clone()
                    class=kind.class()
                    type=input_type
                    inputmode=(kind == TextKind::Number).then_some("decimal")
                    autocomplete=autocomplete
                    spellcheck=(kind != TextKind::Plain).then_some("false")
                    aria-required=(!optional).then_some("true")
                    aria-invalid=tie.invalid()
                    aria-describedby=tie.described_by
                    disabled=disabled
                    bind:value=value
                    on:blur=move |event| _ = leave(&event)
                />
                {(kind == TextKind::Password)
                    .then(|| {
                        let label = Signal::derive(move || {
                            if shown.get() { common::hide_password() } else { common::show_password() }.to_owned()
                        });
                        let icon = Signal::derive(move || if shown.get() { Icon::EyeOff } else { Icon::Eye });
                        view! {
                            <IconButton label icon small=true on_press=move |()| shown.update(|shown| *shown = !*shown) />
                        }
                    })}
            </div>
        </FieldFrame>
    }
}

/// A field of several lines; it grows with its text.
#[component]
pub fn TextArea(
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// What is typed.
    value: RwSignal<String>,
    /// The JSON pointer of the value, under which errors come back.
    #[prop(optional)]
    pointer: &'static str,
    /// Whether it may stay empty, which is then said.
    #[prop(optional)]
    optional: bool,
    /// What to know before filling it.
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
    view! {
        <FieldFrame tie=tie.clone() label=label optional help>
            <textarea
                id=tie.id.clone()
                class="input input-area"
                rows="3"
                aria-required=(!optional).then_some("true")
                aria-invalid=tie.invalid()
                aria-describedby=tie.described_by
                disabled=disabled
                bind:value=value
                on:blur=move |event| _ = leave(&event)
            ></textarea>
        </FieldFrame>
    }
}
