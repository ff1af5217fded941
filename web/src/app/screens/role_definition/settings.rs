//! Beside the grid: what the role comes to in words, and its name, licence and functions.

use leptos::prelude::*;
use shared::licence::{Function, Reach};

use super::{Desk, editor::Editor, summary};
use crate::{
    locale,
    locales::{common, role_definition as t},
    ui::{
        Button, ButtonKind, CheckState, Checkbox, Icon, IconView, Notice, Radios, SelectField, TextArea,
        TextField, Tone,
    },
};

/// The role in sentences, which follow every press.
#[component]
pub(super) fn InWords(editor: Editor) -> impl IntoView {
    let facts = Memo::new(move |_| {
        let reach = editor.licence().map_or(Reach::Own, |licence| licence.reach);
        editor.draft.with(|draft| summary::facts(&draft.grants, &draft.functions, reach))
    });
    let line = |fact: &summary::Fact| {
        let class = if fact.is_notable() { "words-fact words-notable" } else { "words-fact" };
        let icon = icon(fact);
        view! {
            <li class=class>
                <IconView icon />
                <span>{fact.text(locale::current())}</span>
            </li>
        }
    };
    view! {
        <section class="role-card words" aria-labelledby="role-words">
            <h3 class="role-card-title" id="role-words">{t::in_words()}</h3>
            <ul aria-live="polite">{move || facts.with(|facts| facts.iter().map(line).collect_view())}</ul>
        </section>
    }
}

const fn icon(fact: &summary::Fact) -> Icon {
    use summary::Fact;
    match fact {
        Fact::Nothing => Icon::Lock,
        Fact::Sees(..) => Icon::Eye,
        Fact::Opens(..) => Icon::Grid,
        Fact::Writes(..) => Icon::Edit,
        Fact::Manages(_) => Icon::Flag,
        Fact::Money | Fact::People | Fact::Roles | Fact::Audit => Icon::Key,
    }
}

/// The fields of the role.
#[component]
pub(super) fn Fields(
    /// The role.
    editor: Editor,
    /// For the role that is the default today.
    desk: Desk,
) -> impl IntoView {
    let fixed = !editor.may_change;
    let licences: Vec<(String, String)> = editor
        .licence_types()
        .iter()
        .map(|one| (one.key.clone(), t::licence_name(&one.key, &one.name)))
        .collect();
    view! {
        <TextField label=t::name() value=editor.name pointer="/name" disabled=fixed />
        <TextArea label=t::description() value=editor.description pointer="/description" optional=true disabled=fixed />
        <SelectField
            label=t::licence()
            value=editor.licence_type
            choices=licences
            pointer="/licence_type"
            help=t::licence_seats()
            disabled=fixed
        />
        <Dropped editor />
        {editor.saved.is_none().then(|| view! { <Start editor /> })}
        <fieldset class="field">
            <legend class="field-label">{t::functions()}</legend>
            <div class="radios">
                {Function::ALL.map(|function| view! { <FunctionBox function editor /> }).collect_view()}
            </div>
            {move || editor.form.error("/functions").map(|error| view! { <p class="field-error">{error}</p> })}
        </fieldset>
        <DefaultBox editor desk />
    }
}

#[component]
fn FunctionBox(function: Function, editor: Editor) -> impl IntoView {
    let allowed =
        Memo::new(move |_| editor.licence().is_some_and(|licence| licence.functions.contains(&function)));
    let state = Signal::derive(move || {
        CheckState::from(editor.draft.with(|draft| draft.functions.contains(&function)))
    });
    let change = move |on: bool| {
        editor.functions.update(|functions| {
            if on {
                functions.insert(function);
            } else {
                functions.remove(&function);
            }
        });
    };
    let disabled = Signal::derive(move || !editor.may_change || !allowed.get());
    view! {
        <div class="role-function">
            <Checkbox label=t::function(function) state on_change=change disabled />
            <span class="field-help">
                {move || {
                    if allowed.get() {
                        t::function_help(function).to_owned()
                    } else {
                        t::function_beyond(&editor.licence_name())
                    }
                }}
            </span>
        </div>
    }
}

#[component]
fn DefaultBox(editor: Editor, desk: Desk) -> impl IntoView {
    let is_default = Memo::new(move |_| editor.base.with(|base| base.default_for_new_users));
    let state = Signal::derive(move || CheckState::from(editor.default_for_new_users.get()));
    let other = move || {
        desk.roles.with(|roles| {
            roles
                .iter()
                .find(|role| role.default_for_new_users)
                .map(|role| role.name.clone())
                .unwrap_or_default()
        })
    };
    let disabled = Signal::derive(move || !editor.may_change || is_default.get());
    view! {
        <div class="role-function">
            <Checkbox
                label=t::default()
                state
                on_change=move |on| editor.default_for_new_users.set(on)
                disabled
            />
            <span class="field-help">
                {move || if is_default.get() { t::default_help_is().to_owned() } else { t::default_help_not(&other()) }}
            </span>
        </div>
    }
}

/// What another licence has cut off, and the way back.
#[component]
fn Dropped(editor: Editor) -> impl IntoView {
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let dropped = Memo::new(move |_| editor.dropped());
    let changed = move || editor.base.with(|base| editor.licence_type.with(|key| *key != base.licence_type));
    let back =
        move |()| editor.licence_type.set(editor.base.with_untracked(|base| base.licence_type.clone()));
    let changed = Memo::new(move |_| changed());
    move || match (dropped.get(), changed.get()) {
        ((0, 0), _) => None,
        ((grants, functions), changed) => {
            let title = match (grants, functions) {
                (0, functions) => t::dropped_functions(count(functions)),
                (grants, 0) => t::dropped(count(grants)),
                (grants, functions) => {
                    format!("{}; {}", t::dropped(count(grants)), t::dropped_functions(count(functions)))
                }
            };
            Some(view! {
                <Notice tone=Tone::Warning title>
                    <p>{t::dropped_text()}</p>
                    {changed
                        .then(|| {
                            view! {
                                <Button
                                    label=common::undo()
                                    icon=Icon::Undo
                                    kind=ButtonKind::Secondary
                                    on_press=back
                                />
                            }
                        })}
                </Notice>
            })
        }
    }
}

/// With what a new role begins.
#[component]
fn Start(editor: Editor) -> impl IntoView {
    let full = RwSignal::new(false);
    Effect::new(move |previous: Option<bool>| {
        let full = full.get();
        if previous.is_some_and(|previous| previous != full) || full {
            // Another licence opens other things, so it begins anew as well.
            let open = editor.open.get();
            editor.wanted.set(if full { open } else { shared::role::Grants::new() });
        }
        full
    });
    let choices = vec![(false, t::nothing().to_owned(), None), (true, t::everything().to_owned(), None)];
    view! { <Radios legend=t::start() value=full choices /> }
}
