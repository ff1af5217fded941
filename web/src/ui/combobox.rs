//! Choosing by typing: several of many, or one person.

use leptos::{ev, html, prelude::*};

use super::{
    Avatar, Icon, IconButton, IconView,
    field::{FieldFrame, FieldTie, unique_id},
    popover::keep_placed,
};
use crate::{locales::common, search};

/// Something to choose, with the words for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<T> {
    /// What it is.
    pub value: T,
    /// Its words.
    pub label: String,
    /// A word more, below.
    pub detail: Option<String>,
}

impl<T> Choice<T> {
    /// A choice of one word.
    pub fn new(value: T, label: impl Into<String>) -> Self {
        Self { value, label: label.into(), detail: None }
    }

    /// The choice with a word more.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
}

/// Somebody to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The id, as text.
    pub id: String,
    /// The name.
    pub name: String,
    /// The e-mail, or the like.
    pub detail: String,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    /// Its place among all choices.
    index: usize,
    label: String,
    detail: Option<String>,
    chosen: bool,
}

/// The box one types into, with the list below it.
#[component]
fn Combobox(
    tie: FieldTie,
    query: RwSignal<String>,
    #[prop(into)] lines: Signal<Vec<Line>>,
    on_choose: Callback<usize>,
    multiple: bool,
    people: bool,
    required: bool,
    #[prop(into)] placeholder: Signal<String>,
    #[prop(into)] disabled: Signal<bool>,
) -> impl IntoView {
    let list_id = unique_id("list");
    let open = RwSignal::new(false);
    let active = RwSignal::new(0_usize);
    let input = NodeRef::<html::Input>::new();
    let list = NodeRef::<html::Ul>::new();
    keep_placed(open.into(), true, move || {
        Some((input.get_untracked()?.parent_element()?.try_into_html()?, list.get_untracked()?.into()))
    });
    let set_open = move |wanted: bool| {
        let Some(list) = list.get_untracked() else { return };
        if wanted != open.get_untracked() {
            let _ = if wanted { list.show_popover() } else { list.hide_popover() };
            open.set(wanted);
            active.set(0);
        }
    };
    let choose = move |index: usize| {
        on_choose.run(index);
        if !multiple {
            set_open(false);
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let count = lines.with_untracked(Vec::len);
        let here = active.get_untracked();
        match event.key().as_str() {
            "ArrowDown" if !open.get_untracked() => set_open(true),
            "ArrowDown" => active.set(if here + 1 < count { here + 1 } else { 0 }),
            "ArrowUp" => active.set(if here == 0 { count.saturating_sub(1) } else { here - 1 }),
            "Enter" if open.get_untracked() => {
                if let Some(index) = lines.with_untracked(|lines| lines.get(here).map(|line| line.index)) {
                    choose(index);
                }
            }
            "Escape" if open.get_untracked() => set_open(false),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let on_leave = tie.on_leave;
    let option_id = {
        let list_id = list_id.clone();
        move |position: usize| format!("{list_id}-{position}")
    };
    let active_id = {
        let option_id = option_id.clone();
        move || {
            (open.get() && lines.with(|lines| active.get() < lines.len())).then(|| option_id(active.get()))
        }
    };
    let line_view = move |(position, line): (usize, Line)| {
        let Line { index, label, detail, chosen } = line;
        view! {
            <li
                id=option_id(position)
                class="option"
                class:option-active=move || active.get() == position
                role="option"
                aria-selected=chosen.to_string()
                // Keeps the focus in the box, so that the list does not close before the click.
                on:mousedown=move |event| event.prevent_default()
                on:click=move |_| choose(index)
                on:mousemove=move |_| {
                    if active.get_untracked() != position {
                        active.set(position);
                    }
                }
            >
                {people.then(|| view! { <Avatar name=label.clone() /> })}
                <span class="option-text">
                    <span>{label}</span>
                    {detail.map(|detail| view! { <span class="option-detail">{detail}</span> })}
                </span>
                {chosen.then(|| view! { <IconView icon=Icon::Check /> })}
            </li>
        }
    };
    view! {
        <input
            node_ref=input
            id=tie.id.clone()
            class="input combobox-input"
            type="text"
            role="combobox"
            autocomplete="off"
            spellcheck="false"
            placeholder=placeholder
            aria-autocomplete="list"
            aria-expanded=move || open.get().to_string()
            aria-controls=list_id.clone()
            aria-activedescendant=active_id
            aria-required=required.then_some("true")
            aria-invalid=tie.invalid()
            aria-describedby=tie.described_by
            disabled=disabled
            bind:value=query
            on:input=move |_| {
                set_open(true);
                active.set(0);
            }
            on:click=move |_| set_open(true)
            on:keydown=on_key
            on:blur=move |_| {
                set_open(false);
                on_leave.run(());
            }
        />
        <ul
            node_ref=list
            class="popover options"
            popover="manual"
            id=list_id
            role="listbox"
            aria-multiselectable=multiple.then_some("true")
            aria-label=common::choices()
        >
            {move || {
                let lines = lines.get();
                if lines.is_empty() {
                    view! { <li class="option-none" role="option" aria-disabled="true" aria-selected="false">{common::nothing_found()}</li> }.into_any()
                } else {
                    lines.into_iter().enumerate().map(line_view.clone()).collect_view().into_any()
                }
            }}
        </ul>
    }
}

trait TryIntoHtml {
    fn try_into_html(self) -> Option<web_sys::HtmlElement>;
}

impl TryIntoHtml for web_sys::Element {
    fn try_into_html(self) -> Option<web_sys::HtmlElement> {
        wasm_bindgen::JsCast::dyn_into(self).ok()
    }
}

/// Several of many, found by typing; what is chosen stands before the box and can be taken out again.
#[component]
pub fn MultiSelect<T: Clone + PartialEq + Send + Sync + 'static>(
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// What is chosen.
    value: RwSignal<Vec<T>>,
    /// What there is to choose.
    #[prop(into)]
    choices: Signal<Vec<Choice<T>>>,
    /// The JSON pointer of the value, under which errors come back.
    #[prop(optional)]
    pointer: &'static str,
    /// Whether it may stay empty, which is then said.
    #[prop(optional)]
    optional: bool,
    /// What to know before choosing.
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
    let query = RwSignal::new(String::new());
    let lines = Signal::derive(move || {
        let (query, value) = (query.get(), value.get());
        let line = |(index, choice): (usize, &Choice<T>)| Line {
            index,
            label: choice.label.clone(),
            detail: choice.detail.clone(),
            chosen: value.contains(&choice.value),
        };
        choices.with(|choices| {
            let found =
                choices.iter().enumerate().filter(|(_, choice)| search::matches(&query, &choice.label));
            found.map(line).collect::<Vec<_>>()
        })
    });
    let toggle = move |choice: T| {
        value.update(|value| match value.iter().position(|known| *known == choice) {
            Some(at) => drop(value.remove(at)),
            None => value.push(choice),
        });
    };
    let on_choose = Callback::new(move |index: usize| {
        if let Some(choice) =
            choices.with_untracked(|choices| choices.get(index).map(|choice| choice.value.clone()))
        {
            toggle(choice);
            query.set(String::new());
        }
    });
    let chips = move || {
        let value = value.get();
        let chip = |choice: Choice<T>| {
            let remove = common::remove(&choice.label);
            view! {
                <li class="chip">
                    <span>{choice.label}</span>
                    {(!disabled.get())
                        .then(|| {
                            let taken = choice.value.clone();
                            view! {
                                <IconButton
                                    label=remove
                                    icon=Icon::Close
                                    small=true
                                    on_press=move |()| toggle(taken.clone())
                                />
                            }
                        })}
                </li>
            }
        };
        choices.with(|choices| {
            let chosen = choices.iter().filter(|choice| value.contains(&choice.value));
            chosen.cloned().map(chip).collect_view()
        })
    };
    let placeholder = Signal::derive(move || {
        if value.with(Vec::is_empty) { common::type_to_search().to_owned() } else { String::new() }
    });
    view! {
        <FieldFrame tie=tie.clone() label=label optional help>
            <div class="combobox combobox-many">
                <ul class="chips">{chips}</ul>
                <Combobox
                    tie=tie.clone()
                    query
                    lines
                    on_choose
                    multiple=true
                    people=false
                    required=!optional
                    placeholder
                    disabled
                />
            </div>
        </FieldFrame>
    }
}

/// One person, found by typing.
#[component]
pub fn PersonPicker(
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// Who is chosen.
    value: RwSignal<Option<Person>>,
    /// Who there is to choose.
    #[prop(into)]
    people: Signal<Vec<Person>>,
    /// What is typed, for a screen that asks the server for people by it.
    #[prop(optional, into)]
    query: Option<RwSignal<String>>,
    /// The JSON pointer of the value, under which errors come back.
    #[prop(optional)]
    pointer: &'static str,
    /// Whether it may stay empty, which is then said.
    #[prop(optional)]
    optional: bool,
    /// What to know before choosing.
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
    let query = query.unwrap_or_default();
    let lines = Signal::derive(move || {
        let (query, value) = (query.get(), value.get());
        people.with(|people| {
            let fits =
                |person: &Person| search::matches(&query, &format!("{} {}", person.name, person.detail));
            let found = people.iter().enumerate().filter(|(_, person)| fits(person));
            found
                .map(|(index, person)| Line {
                    index,
                    label: person.name.clone(),
                    detail: Some(person.detail.clone()),
                    chosen: value.as_ref().is_some_and(|chosen| chosen.id == person.id),
                })
                .collect::<Vec<_>>()
        })
    });
    let on_choose = Callback::new(move |index: usize| {
        if let Some(person) = people.with_untracked(|people| people.get(index).cloned()) {
            value.set(Some(person));
            query.set(String::new());
        }
    });
    let chosen = move || {
        value.get().map(|person| {
            let remove = common::remove(&person.name);
            view! {
                <span class="chip chip-person">
                    <Avatar name=person.name.clone() />
                    <span>{person.name}</span>
                    {(!disabled.get())
                        .then(|| {
                            view! {
                                <IconButton
                                    label=remove
                                    icon=Icon::Close
                                    small=true
                                    on_press=move |()| value.set(None)
                                />
                            }
                        })}
                </span>
            }
        })
    };
    let placeholder = Signal::derive(move || {
        if value.with(Option::is_none) { common::type_to_search().to_owned() } else { String::new() }
    });
    view! {
        <FieldFrame tie=tie.clone() label=label optional help>
            <div class="combobox combobox-many">
                {chosen}
                <Combobox
                    tie=tie.clone()
                    query
                    lines
                    on_choose
                    multiple=false
                    people=true
                    required=!optional
                    placeholder
                    disabled
                />
            </div>
        </FieldFrame>
    }
}
