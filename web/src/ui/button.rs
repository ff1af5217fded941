//! Buttons, and links that look like buttons.

use leptos::{ev, prelude::*};

use super::{Icon, IconView};

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing that the screen is for. At most one is in sight.
    Primary,
    /// Everything else.
    #[default]
    Secondary,
    /// Least of all: in toolbars and rows.
    Quiet,
    /// Takes something away for good.
    Danger,
}

impl ButtonKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button-primary",
            Self::Secondary => "button",
            Self::Quiet => "button button-quiet",
            Self::Danger => "button button-danger",
        }
    }
}

/// A button with its words.
#[component]
pub fn Button(
    /// What it does, as a verb: `Add role`.
    #[prop(into)]
    label: Signal<String>,
    /// What happens.
    #[prop(into)]
    on_press: Callback<()>,
    /// How much it asks for attention.
    #[prop(optional)]
    kind: ButtonKind,
    /// Stands before the words.
    #[prop(optional, into)]
    icon: Option<Icon>,
    /// Whether it works on what was asked; it cannot be pressed meanwhile.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Why it cannot be pressed now. The button stays in reach, so that the reason can be found.
    #[prop(optional, into)]
    reason: Signal<Option<String>>,
) -> impl IntoView {
    let press = move |_: ev::MouseEvent| {
        if !busy.get_untracked() && reason.with_untracked(Option::is_none) {
            on_press.run(());
        }
    };
    view! {
        <button
            type="button"
            class=kind.class()
            aria-disabled=move || (busy.get() || reason.get().is_some()).then_some("true")
            aria-busy=move || busy.get().then_some("true")
            data-tooltip=move || reason.get()
            on:click=press
        >
            <ButtonFace label icon busy />
        </button>
    }
}

/// The button that sends its form.
#[component]
pub fn SubmitButton(
    /// What it does, as a verb.
    #[prop(into)]
    label: Signal<String>,
    /// Whether the form is on its way.
    #[prop(into)]
    busy: Signal<bool>,
    /// Takes something away for good.
    #[prop(optional)]
    danger: bool,
    /// Whether it must wait; the form is not sent then.
    #[prop(optional, into)]
    waiting: Signal<bool>,
) -> impl IntoView {
    let kind = if danger { ButtonKind::Danger } else { ButtonKind::Primary };
    view! {
        <button
            type="submit"
            class=kind.class()
            aria-disabled=move || (busy.get() || waiting.get()).then_some("true")
            aria-busy=move || busy.get().then_some("true")
        >
            <ButtonFace label icon=None busy />
        </button>
    }
}

#[component]
fn ButtonFace(label: Signal<String>, icon: Option<Icon>, busy: Signal<bool>) -> impl IntoView {
    view! {
        {icon.map(|icon| view! { <IconView icon /> })}
        <span class="button-label">{label}</span>
        <Show when=move || busy.get()>
            <span class="button-spinner" aria-hidden="true"></span>
        </Show>
    }
}

/// A button of one icon; its label is read out and shown when pointed at.
#[component]
pub fn IconButton(
    /// What it does, as a verb.
    #[prop(into)]
    label: Signal<String>,
    /// The icon.
    #[prop(into)]
    icon: Signal<Icon>,
    /// What happens.
    #[prop(into)]
    on_press: Callback<()>,
    /// Whether it is switched on, for a button that stays pressed.
    #[prop(optional, into)]
    pressed: Option<Signal<bool>>,
    /// Small, for rows and fields.
    #[prop(optional)]
    small: bool,
    /// Why it cannot be pressed now. The button stays in reach, so that the reason can be found.
    #[prop(optional, into)]
    reason: Signal<Option<String>>,
) -> impl IntoView {
    let press = move |_: ev::MouseEvent| {
        if reason.with_untracked(Option::is_none) {
            on_press.run(());
        }
    };
    view! {
        <button
            type="button"
            class=if small { "icon-button icon-button-small" } else { "icon-button" }
            aria-label=label
            aria-pressed=move || pressed.map(|pressed| pressed.get().to_string())
            aria-disabled=move || reason.with(Option::is_some).then_some("true")
            data-tooltip=move || reason.get().unwrap_or_else(|| label.get())
            on:click=press
        >
            {move || view! { <IconView icon=icon.get() /> }}
        </button>
    }
}

/// A link in a text or a table.
#[component]
pub fn Link(
    /// Where it leads; `Route::href` for screens.
    #[prop(into)]
    href: String,
    /// What it leads to.
    children: Children,
) -> impl IntoView {
    view! { <a class="link" href=href>{children()}</a> }
}

/// A link that looks like a button, for what leads to a screen of its own.
#[component]
pub fn LinkButton(
    /// Where it leads; `Route::href` for screens.
    #[prop(into)]
    href: String,
    /// What it leads to.
    #[prop(into)]
    label: Signal<String>,
    /// How much it asks for attention.
    #[prop(optional)]
    kind: ButtonKind,
    /// Stands before the words.
    #[prop(optional, into)]
    icon: Option<Icon>,
) -> impl IntoView {
    view! {
        <a class=kind.class() href=href>
            <ButtonFace label icon busy=Signal::stored(false) />
        </a>
    }
}
