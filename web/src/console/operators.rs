//! Who operates the installation. Security makes and changes them; operations sees who they are.

mod add;
mod form;

use leptos::prelude::*;
use shared::console::{CreatedOperator, Operator, OperatorFilter};

use self::{add::AddDialog, form::OperatorForm};
use super::{
    route::Route,
    session::OperatorState,
    words::{self, SECURITY},
};
use crate::{
    api::{self, Paged},
    browser, locale,
    locales::{common, console as console_texts, console_operators as t},
    navigation::Opened,
    ui::{
        Badge, Button, ButtonKind, Column, Copyable, Dialog, DialogSize, EmptyState, Icon, Page, Panel,
        RowLink, Table, Tone, give_focus_back, url_value,
    },
};

#[component]
pub(super) fn Operators() -> impl IntoView {
    let (state, opened) = (OperatorState::expect(), Opened::new());
    let list = Paged::new(|after| {
        let filter = OperatorFilter { after, ..OperatorFilter::default() };
        async move { api::list::<Operator>("/operators", &filter).await }
    });
    let adding = RwSignal::new(false);
    let created = RwSignal::new(None::<CreatedOperator>);
    let open = {
        let opened = opened.clone();
        move |operator: Operator| opened.set(Some(&operator.id.to_string()))
    };
    let current = opened.signal();
    let empty = || view! { <EmptyState icon=Icon::Team title=t::empty_title() text=t::empty_text() /> };
    let actions = move || {
        view! {
            <Show when=move || state.is_of(SECURITY)>
                <Button
                    label=t::add()
                    kind=ButtonKind::Primary
                    icon=Icon::Plus
                    on_press=move |()| adding.set(true)
                />
            </Show>
        }
    };
    let made = Callback::new(move |made: CreatedOperator| {
        list.reload();
        created.set(Some(made));
    });
    let label = console_texts::operators();
    view! {
        <Page title=label fill=true actions>
            <Table
                label
                columns=columns(&opened)
                list
                key=|operator: &Operator| format!("{}-{}-{}", operator.id, operator.version, operator.enrolled)
                shown=url_value("columns")
                on_open=open
                current
                empty
            />
            <OperatorPanel list opened on_reset=made />
            <AddDialog open=adding on_added=made />
            <SecretDialog created />
        </Page>
    }
}

fn columns(opened: &Opened) -> Vec<Column<Operator>> {
    let opened = opened.clone();
    vec![
        Column::new("name", t::name(), move |operator: Operator| name(&operator, opened.clone())),
        Column::new("email", t::email(), |operator: Operator| operator.email),
        Column::new("teams", t::teams(), |operator: Operator| words::teams(&operator.teams)),
        Column::new("state", t::state(), |operator: Operator| standing(&operator)),
        Column::new("last", t::last(), |operator: Operator| {
            let at = operator.last_signed_in_at;
            let text = at.map_or_else(|| t::never().to_owned(), locale::instant);
            view! { <span class="numeric" data-tooltip=at.map(words::ago)>{text}</span> }
        }),
    ]
}

fn standing(operator: &Operator) -> impl IntoView + use<> {
    match (operator.active, operator.enrolled) {
        (false, _) => view! { <Badge label=t::inactive() tone=Tone::Neutral dot=true /> },
        (true, false) => view! { <Badge label=t::awaits() tone=Tone::Warning dot=true /> },
        (true, true) => view! { <Badge label=t::enrolled() tone=Tone::Good dot=true /> },
    }
}

fn name(operator: &Operator, opened: Opened) -> impl IntoView + use<> {
    let label = operator.name.clone();
    view! { <RowLink opened open=operator.id.to_string()>{label}</RowLink> }
}

#[component]
fn OperatorPanel(
    list: Paged<Operator>,
    opened: Opened,
    /// Runs with what somebody enrols with who was reset.
    on_reset: Callback<CreatedOperator>,
) -> impl IntoView {
    let open = opened.signal();
    let close = Callback::new(move |()| opened.set(None));
    give_focus_back(open);
    // Only the address makes the form anew: what saving answers goes into it by itself.
    let known = Memo::new_with_compare(
        move |_| {
            let id = open.get()?;
            list.rows.with(|rows| rows.iter().find(|operator| operator.id.to_string() == id).cloned())
        },
        |before, now| {
            let id = |one: Option<&Option<Operator>>| one.and_then(Option::as_ref).map(|one| one.id);
            before.is_none() || id(before) != id(now)
        },
    );
    let title = Signal::derive(move || {
        known.with(|known| {
            known.as_ref().map_or_else(|| t::panel_loading().to_owned(), |one| one.name.clone())
        })
    });
    view! {
        <Panel title open=Signal::derive(move || known.with(Option::is_some)) on_close=close>
            {move || known.get().map(|operator| view! { <OperatorForm operator list on_reset /> })}
        </Panel>
    }
}

/// What somebody enrols with: shown once.
#[component]
fn SecretDialog(created: RwSignal<Option<CreatedOperator>>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(created.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && created.with_untracked(Option::is_some) {
            created.set(None);
        }
    });
    let title = Signal::derive(move || {
        created
            .with(|made| made.as_ref().map(|made| t::secret_title(&made.operator.name)).unwrap_or_default())
    });
    let content = move || {
        created.get().map(|made| {
            let link = format!("{}{}#{}", browser::origin(), Route::Enrol.href(), made.enrolment);
            view! {
                <div class="stack">
                    <p>{t::secret_text()}</p>
                    <Copyable label=t::link() text=link />
                    <p class="muted numeric">{t::until(&locale::instant(made.enrolment_until))}</p>
                    <Button label=common::close() on_press=move |()| open.set(false) />
                </div>
            }
        })
    };
    view! {
        <Dialog title open size=DialogSize::Medium>
            {content}
        </Dialog>
    }
}
