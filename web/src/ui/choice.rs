//! Yes and no, and one of a few that are all in sight.

use leptos::prelude::*;

use super::field::{FieldTexts, FieldTie, unique_id};

/// The state of a check box that stands for several things.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CheckState {
    /// None of them.
    #[default]
    Off,
    /// Some of them.
    Mixed,
    /// All of them.
    On,
}

impl CheckState {
    /// The state of a set by how many of its members are on.
    pub const fn of(on: usize, all: usize) -> Self {
        match on {
            0 => Self::Off,
            on if on == all => Self::On,
            _ => Self::Mixed,
        }
    }
}

impl From<bool> for CheckState {
    fn from(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}

/// A check box. Without words in sight it still has its label.
#[component]
pub fn Checkbox(
    /// What is checked.
    #[prop(into)]
    label: Signal<String>,
    /// Whether it is.
    #[prop(into)]
    state: Signal<CheckState>,
    /// What happens: the state that was asked for.
    #[prop(into)]
    on_change: Callback<bool>,
    /// Whether the label is only read out, in a grid whose heads say it.
    #[prop(optional)]
    bare: bool,
    /// Whether it can be read only.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// What to know before checking it.
    #[prop(optional, into)]
    help: Option<String>,
) -> impl IntoView {
    let id = unique_id("check");
    let help_id = help.as_ref().map(|_| format!("{id}-help"));
    view! {
        <span class=if bare { "check check-bare" } else { "check" }>
            <input
                id=id.clone()
                class="check-box"
                type="checkbox"
                aria-label=move || bare.then(|| label.get())
                aria-describedby=help_id
                prop:checked=move || state.get() == CheckState::On
                prop:indeterminate=move || state.get() == CheckState::Mixed
                disabled=disabled
                on:change=move |event| on_change.run(event_target_checked(&event))
            />
            {(!bare)
                .then(|| {
                    view! {
                        <span class="check-text">
                            <label for=id.clone()>{label}</label>
                            {help
                                .map(|help| {
                                    view! { <span class="field-help" id=format!("{id}-help")>{help}</span> }
                                })}
                        </span>
                    }
                })}
        </span>
    }
}

/// A switch: takes effect in its form's save, or at once where it stands alone.
#[component]
pub fn Switch(
    /// What is switched.
    #[prop(into)]
    label: String,
    /// Whether it is on.
    value: RwSignal<bool>,
    /// What to know before switching it.
    #[prop(optional, into)]
    help: Option<String>,
    /// The JSON pointer of the value, under which errors come back.
    #[prop(optional)]
    pointer: &'static str,
    /// Whether it can be read only.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let tie = FieldTie::new(&label, pointer, help.is_some(), Signal::stored(None));
    view! {
        <div class="field">
            <span class="check">
                <input
                    id=tie.id.clone()
                    class="switch"
                    type="checkbox"
                    role="switch"
                    aria-invalid=tie.invalid()
                    aria-describedby=tie.described_by
                    disabled=disabled
                    bind:checked=value
                />
                <span class="check-text">
                    <label for=tie.id.clone()>{label}</label>
                    <FieldTexts id=tie.id.clone() error=tie.error help />
                </span>
            </span>
        </div>
    }
}

/// One of a few, all in sight.
#[component]
pub fn Radios<T: Clone + PartialEq + Send + Sync + 'static>(
    /// What is asked for.
    #[prop(into)]
    legend: String,
    /// What is chosen.
    value: RwSignal<T>,
    /// What there is to choose: the value, the words for it, and a sentence more where one is needed.
    choices: Vec<(T, String, Option<String>)>,
    /// The JSON pointer of the value, under which errors come back.
    #[prop(optional)]
    pointer: &'static str,
    /// Whether it can be read only.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let tie = FieldTie::new(&legend, pointer, false, Signal::stored(None));
    let name = unique_id("radio");
    let radio = |(choice, label, help): (T, String, Option<String>)| {
        let id = unique_id("radio");
        let help_id = help.as_ref().map(|_| format!("{id}-help"));
        let chosen = choice.clone();
        view! {
            <span class="check">
                <input
                    id=id.clone()
                    class="radio"
                    type="radio"
                    name=name.clone()
                    aria-describedby=help_id
                    prop:checked=move || value.with(|value| *value == chosen)
                    disabled=disabled
                    on:change=move |_| value.set(choice.clone())
                />
                <span class="check-text">
                    <label for=id.clone()>{label}</label>
                    {help.map(|help| view! { <span class="field-help" id=format!("{id}-help")>{help}</span> })}
                </span>
            </span>
        }
    };
    view! {
        <fieldset class="field" id=tie.id.clone() aria-describedby=tie.described_by>
            <legend class="field-label">{legend}</legend>
            <div class="radios">{choices.into_iter().map(radio).collect_view()}</div>
            <FieldTexts id=tie.id.clone() error=tie.error help=None />
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_mixed_between_none_and_all() {
        assert_eq!(CheckState::of(0, 4), CheckState::Off);
        assert_eq!(CheckState::of(0, 0), CheckState::Off);
        assert_eq!(CheckState::of(3, 4), CheckState::Mixed);
        assert_eq!(CheckState::of(4, 4), CheckState::On);
    }
}
