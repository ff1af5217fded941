//! Choosing by typing: several of many, or one person.

use leptos::prelude::*;

use super::{
    Avatar, Icon, IconButton,
    combobox::{Combobox, Line},
    field::{FieldFrame, FieldTie},
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
