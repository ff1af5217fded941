//! The form of a new operator.

use leptos::prelude::*;
use shared::{
    Check as _,
    console::{CreatedOperator, NewOperator, Team},
};

use super::super::words;
use crate::{
    api,
    locales::{common, console_operators as t},
    ui::{
        Button, Choice, Dialog, DialogSize, Form, FormState, MultiSelect, SubmitButton, TextField, TextKind,
    },
};

/// All teams there are.
pub(super) fn team_choices() -> Vec<Choice<Team>> {
    Team::ALL.iter().map(|team| Choice::new(*team, words::team(*team))).collect()
}

#[component]
pub(super) fn AddDialog(open: RwSignal<bool>, on_added: Callback<CreatedOperator>) -> impl IntoView {
    view! {
        <Dialog title=t::add_title() open size=DialogSize::Medium>
            <Add open on_added />
        </Dialog>
    }
}

#[component]
fn Add(open: RwSignal<bool>, on_added: Callback<CreatedOperator>) -> impl IntoView {
    let (email, name) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let teams = RwSignal::new(Vec::<Team>::new());
    let draft = move || NewOperator { email: email.get(), name: name.get(), teams: teams.get() };
    let form = FormState::new(
        move || draft().violations(),
        move || {
            let draft = draft();
            !(draft.email.is_empty() && draft.name.is_empty() && draft.teams.is_empty())
        },
    );
    let send = move || {
        let draft = untrack(draft);
        async move {
            let made = api::post::<CreatedOperator>("/operators", &draft).await?;
            open.set(false);
            on_added.run(made);
            Ok(())
        }
    };
    view! {
        <Form state=form send>
            <TextField label=t::name() value=name pointer="/name" autofocus=true />
            <TextField label=t::email() value=email pointer="/email" kind=TextKind::Email />
            <MultiSelect
                label=t::teams()
                value=teams
                choices=Signal::stored(team_choices())
                pointer="/teams"
                help=t::teams_help()
            />
            <div class="form-actions">
                <SubmitButton label=t::add_verb() busy=form.busy() />
                <Button label=common::cancel() on_press=move |()| open.set(false) />
            </div>
        </Form>
    }
}
