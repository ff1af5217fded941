//! An operator beside the list: name, teams, whether they may sign in, and the reset.

use leptos::prelude::*;
use serde_json::json;
use shared::{
    Check as _,
    console::{CreatedOperator, Operator, OperatorPatch, Team},
};

use super::{
    super::{
        session::OperatorState,
        words::{self, SECURITY},
    },
    add::team_choices,
};
use crate::{
    api::{self, Etag, Failure, Paged},
    locales::{common, console_operators as t},
    merge::{Draft, DraftField, StaleMerge},
    ui::{
        Button, ButtonKind, ConfirmDialog, Form, FormActions, FormState, Icon, MultiSelect, Switch,
        TextField, Toasts,
    },
};

/// What the form holds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct OperatorDraft {
    name: String,
    teams: Vec<Team>,
    active: bool,
}

impl Draft for OperatorDraft {
    type Of = Operator;

    fn of(operator: &Operator) -> Self {
        Self { name: operator.name.clone(), teams: operator.teams.clone(), active: operator.active }
    }

    fn fields(&self) -> Vec<DraftField> {
        vec![
            DraftField::new("name", t::name(), self.name.clone()),
            DraftField::new("teams", t::teams(), words::teams(&self.teams)),
            DraftField::new("active", t::active(), common::yes_or_no(self.active)),
        ]
    }

    fn take(&mut self, key: &str, from: &Self) {
        match key {
            "name" => self.name.clone_from(&from.name),
            "teams" => self.teams.clone_from(&from.teams),
            "active" => self.active = from.active,
            _ => {}
        }
    }
}

impl OperatorDraft {
    fn patch(&self, saved: &Self) -> OperatorPatch {
        let same_teams =
            self.teams.len() == saved.teams.len() && self.teams.iter().all(|team| saved.teams.contains(team));
        OperatorPatch {
            name: (self.name != saved.name).then(|| self.name.clone()),
            teams: (!same_teams).then(|| self.teams.clone()),
            active: (self.active != saved.active).then_some(self.active),
        }
    }
}

#[component]
pub(super) fn OperatorForm(
    operator: Operator,
    list: Paged<Operator>,
    on_reset: Callback<CreatedOperator>,
) -> impl IntoView {
    let (state, toasts) = (OperatorState::expect(), Toasts::expect());
    let is_self = state.current_untracked().is_some_and(|session| session.operator == operator.id);
    let saved = RwSignal::new(operator);
    let draft = saved.with_untracked(OperatorDraft::of);
    let (name, teams, active) =
        (RwSignal::new(draft.name), RwSignal::new(draft.teams), RwSignal::new(draft.active));
    let now = move || OperatorDraft { name: name.get(), teams: teams.get(), active: active.get() };
    let fill = move |draft: OperatorDraft| {
        name.set(draft.name);
        teams.set(draft.teams);
        active.set(draft.active);
    };
    let changes = move || now().patch(&saved.with(OperatorDraft::of));
    let form = FormState::new(move || changes().violations(), move || changes() != OperatorPatch::default());
    let send = move || {
        let body = untrack(changes);
        let (id, version) = saved.with_untracked(|saved| (saved.id, saved.version));
        async move {
            let path = format!("/operators/{id}");
            let answer = api::patch::<Operator>(&path, &Etag::of_version(version), &body).await?;
            fill(OperatorDraft::of(&answer.value));
            toasts.done(t::saved(&answer.value.name));
            saved.set(answer.value);
            list.reload();
            Ok(())
        }
    };
    let fixed = Signal::derive(move || !state.is_of(SECURITY));
    let fixed_or_self = Signal::derive(move || fixed.get() || is_self);
    let help = if is_self { t::self_help() } else { t::teams_help() };
    view! {
        <p class="muted">{move || saved.with(|saved| saved.email.clone())}</p>
        <Form state=form send>
            <TextField label=t::name() value=name pointer="/name" disabled=fixed />
            <MultiSelect
                label=t::teams()
                value=teams
                choices=Signal::stored(team_choices())
                pointer="/teams"
                help
                disabled=fixed_or_self
            />
            <Switch
                label=t::active()
                value=active
                pointer="/active"
                help=t::active_help()
                disabled=fixed_or_self
            />
            <Show when=move || form.dirty().get()>
                <FormActions
                    label=common::save()
                    on_cancel=move |()| fill(saved.with_untracked(OperatorDraft::of))
                />
            </Show>
        </Form>
        <StaleMerge
            form
            saved
            draft=move |()| now()
            on_merge=fill
            resend=move |()| form.submit(send)
        />
        <Show when=move || !fixed_or_self.get()>
            <Reset saved list on_reset />
        </Show>
    }
}

#[component]
fn Reset(
    saved: RwSignal<Operator>,
    list: Paged<Operator>,
    on_reset: Callback<CreatedOperator>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let toasts = Toasts::expect();
    let name = move || saved.with(|saved| saved.name.clone());
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let reset = move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let id = saved.with_untracked(|saved| saved.id);
        wasm_bindgen_futures::spawn_local(async move {
            let path = format!("/operators/{id}/reset");
            match api::post::<CreatedOperator>(&path, &json!({})).await {
                Ok(made) => {
                    open.set(false);
                    toasts.done(t::reset_done(&made.operator.name));
                    saved.set(made.operator.clone());
                    list.reload();
                    on_reset.run(made);
                }
                Err(why) => failure.set(Some(why)),
            }
            busy.set(false);
        });
    };
    view! {
        <div class="panel-danger">
            <Button label=t::reset() kind=ButtonKind::Quiet icon=Icon::Key on_press=move |()| open.set(true) />
        </div>
        <ConfirmDialog
            title=Signal::derive(move || t::reset_title(&name()))
            text=Signal::derive(move || t::reset_text(&name()))
            verb=t::reset()
            open
            on_confirm=reset
            busy
            failure
        />
    }
}
