//! The operations book: what operators and the installation itself did, each row chained to the one before.

use leptos::prelude::*;
use serde_json::Value;
use shared::console::{BookAction, BookActor, BookEntry, BookFilter, BookOutcome};

use super::words;
use crate::{
    api::{self, Paged},
    locale,
    locales::{common, console as console_texts, console_book as t},
    navigation::Opened,
    ui::{
        Badge, Button, ButtonKind, Column, EmptyState, Icon, Page, Panel, RowLink, Section, Table, Tone,
        UrlValue, filter_of, give_focus_back, url_value,
    },
};

/// What was done, in words.
fn action_in_words(action: BookAction) -> &'static str {
    match action {
        BookAction::MakeSet => t::act_make_set(),
        BookAction::VerifySet => t::act_verify_set(),
        BookAction::RestoreSet => t::act_restore_set(),
        BookAction::PruneSets => t::act_prune_sets(),
        BookAction::Drill => t::act_drill(),
        BookAction::ActivateStandby => t::act_activate_standby(),
        BookAction::Fence => t::act_fence(),
        BookAction::AskClientRequest => t::act_ask_client_request(),
        BookAction::VerifyClientRequest => t::act_verify_client_request(),
        BookAction::AuthorizeClientRequest => t::act_authorize_client_request(),
        BookAction::RefuseClientRequest => t::act_refuse_client_request(),
        BookAction::WithdrawClientRequest => t::act_withdraw_client_request(),
        BookAction::ExecuteClientRequest => t::act_execute_client_request(),
        BookAction::DeliverClientCopy => t::act_deliver_client_copy(),
        BookAction::CopyOrganization => t::act_copy_organization(),
        BookAction::EraseOrganization => t::act_erase_organization(),
        BookAction::EraseProjects => t::act_erase_projects(),
        BookAction::RewriteErased => t::act_rewrite_erased(),
        BookAction::DestroyKeys => t::act_destroy_keys(),
        BookAction::CancelAction => t::act_cancel_action(),
        BookAction::ResumeBook => t::act_resume_book(),
        BookAction::CreateOperator => t::act_create_operator(),
        BookAction::UpdateOperator => t::act_update_operator(),
        BookAction::ResetOperator => t::act_reset_operator(),
        BookAction::Enrol => t::act_enrol(),
        BookAction::ChangePassword => t::act_change_password(),
        BookAction::SignIn => t::act_sign_in(),
        BookAction::SignOut => t::act_sign_out(),
        BookAction::CreateOrganization => t::act_create_organization(),
        BookAction::SuspendOrganization => t::act_suspend_organization(),
        BookAction::ResumeOrganization => t::act_resume_organization(),
        BookAction::AddDomain => t::act_add_domain(),
        BookAction::HoldLicences => t::act_hold_licences(),
        BookAction::ChangeLicence => t::act_change_licence(),
        BookAction::ExportOrganization => t::act_export_organization(),
        BookAction::ImportOrganization => t::act_import_organization(),
        BookAction::ExportAuditLog => t::act_export_audit_log(),
        BookAction::CopyFiles => t::act_copy_files(),
        BookAction::RetryJobs => t::act_retry_jobs(),
    }
}

/// The same by its word in the book. A later server may know more of it than this page.
fn action(key: &str) -> String {
    BookAction::from_key(key).map_or_else(|| key.to_owned(), |known| action_in_words(known).to_owned())
}

/// How something ended, in words.
pub(super) fn outcome(outcome: BookOutcome) -> (&'static str, Tone) {
    match outcome {
        BookOutcome::Succeeded => (t::succeeded(), Tone::Good),
        BookOutcome::Failed => (t::failed(), Tone::Bad),
        BookOutcome::Refused => (t::refused(), Tone::Warning),
    }
}

#[component]
pub(super) fn Book() -> impl IntoView {
    let (by_action, by_outcome, opened) = (url_value("action"), url_value("outcome"), Opened::new());
    let list = Paged::new(move |after| {
        let filter = BookFilter {
            after,
            action: by_action.get(),
            outcome: by_outcome.get().and_then(|key| BookOutcome::from_key(&key)),
            ..BookFilter::default()
        };
        async move { api::list::<BookEntry>("/operations-book", &filter).await }
    });
    let is_filtered = Signal::derive(move || by_action.is_set() || by_outcome.is_set());
    let clear = Callback::new(move |()| {
        by_action.set(None);
        by_outcome.set(None);
    });
    let open = {
        let opened = opened.clone();
        move |entry: BookEntry| opened.set(Some(&entry.id.to_string()))
    };
    let current = opened.signal();
    let toolbar = move || {
        view! {
            <Show when=move || is_filtered.get()>
                <Button
                    label=common::clear_filters()
                    kind=ButtonKind::Quiet
                    icon=Icon::Close
                    on_press=move |()| clear.run(())
                />
            </Show>
        }
    };
    let empty = || view! { <EmptyState icon=Icon::Book title=t::empty_title() text=t::empty_text() /> };
    let label = console_texts::book();
    view! {
        <Page title=label fill=true>
            <Table
                label
                columns=columns(by_action, by_outcome, &opened)
                list
                key=|entry: &BookEntry| entry.id.to_string()
                shown=url_value("columns")
                toolbar
                filtered=is_filtered
                on_clear=clear
                on_open=open
                current
                empty
            />
            <EntryPanel list opened />
        </Page>
    }
}

fn columns(by_action: UrlValue, by_outcome: UrlValue, opened: &Opened) -> Vec<Column<BookEntry>> {
    let opened = opened.clone();
    let actions = || {
        BookAction::ALL.iter().map(|one| (one.key().to_owned(), action_in_words(*one).to_owned())).collect()
    };
    let outcomes =
        || BookOutcome::ALL.iter().map(|one| (one.key().to_owned(), outcome(*one).0.to_owned())).collect();
    vec![
        Column::new("action", t::action(), move |entry: BookEntry| name(&entry, opened.clone()))
            .filtered_by(filter_of(t::action(), by_action, actions)),
        Column::new("subject", t::subject(), |entry: BookEntry| entry.subject),
        Column::new("outcome", t::outcome(), |entry: BookEntry| {
            let (label, tone) = outcome(entry.outcome);
            view! { <Badge label tone /> }
        })
        .filtered_by(filter_of(t::outcome(), by_outcome, outcomes)),
        Column::new("actor", t::actor(), |entry: BookEntry| entry.actor_name),
        Column::new("when", t::when(), |entry: BookEntry| {
            view! { <span class="numeric" data-tooltip=words::ago(entry.at)>{locale::instant(entry.at)}</span> }
        }),
        Column::new("place", t::place(), |entry: BookEntry| locale::number(entry.place)).numeric(),
    ]
}

fn name(entry: &BookEntry, opened: Opened) -> impl IntoView + use<> {
    let label = action(&entry.action);
    view! { <RowLink opened open=entry.id.to_string()>{label}</RowLink> }
}

/// One row beside the list. A list has all that there is to say of it.
#[component]
fn EntryPanel(list: Paged<BookEntry>, opened: Opened) -> impl IntoView {
    let open = opened.signal();
    let close = Callback::new(move |()| opened.set(None));
    give_focus_back(open);
    let entry = Memo::new(move |_| {
        let id = open.get()?;
        list.rows.with(|rows| rows.iter().find(|entry| entry.id.to_string() == id).cloned())
    });
    let title = Signal::derive(move || {
        entry.with(|entry| {
            entry.as_ref().map_or_else(|| t::panel_loading().to_owned(), |entry| action(&entry.action))
        })
    });
    view! {
        <Panel title open=Signal::derive(move || entry.with(Option::is_some)) on_close=close>
            {move || entry.get().map(shown)}
        </Panel>
    }
}

fn shown(entry: BookEntry) -> impl IntoView {
    let fact = |label: &'static str, value: AnyView| {
        view! {
            <div>
                <dt>{label}</dt>
                <dd>{value}</dd>
            </div>
        }
    };
    let numeric = |text: String| view! { <span class="numeric">{text}</span> }.into_any();
    let (label, tone) = outcome(entry.outcome);
    let who = match (entry.actor, entry.team) {
        (BookActor::Operator, Some(team)) => {
            format!("{} ({})", entry.actor_name, t::as_team(words::team(team)))
        }
        (BookActor::Operator, None) => entry.actor_name,
        (BookActor::Shell, _) => format!("{} ({})", entry.actor_name, t::shell()),
    };
    let details = match entry.details {
        Value::Object(details) if !details.is_empty() => {
            let line = |(key, value): (String, Value)| {
                let value = match value {
                    Value::String(text) => text,
                    other => other.to_string(),
                };
                view! {
                    <div>
                        <dt class="mono">{key}</dt>
                        <dd>{value}</dd>
                    </div>
                }
            };
            view! { <dl class="audit-facts">{details.into_iter().map(line).collect_view()}</dl> }.into_any()
        }
        _ => view! { <p class="muted">{t::nothing_more()}</p> }.into_any(),
    };
    view! {
        <dl class="audit-facts">
            {fact(t::subject(), entry.subject.into_any())}
            {fact(t::outcome(), view! { <Badge label tone /> }.into_any())} {fact(t::actor(), who.into_any())}
            {fact(t::when(), numeric(locale::instant(entry.at)))}
            {fact(t::written(), numeric(locale::instant(entry.written_at)))}
            {fact(t::place(), numeric(locale::number(entry.place)))}
            {fact(t::id(), view! { <code>{entry.id.to_string()}</code> }.into_any())}
        </dl>
        <Section title=t::details()>{details}</Section>
    }
}
