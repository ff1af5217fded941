//! People in files: brought in after a look at what becomes of each row, and taken along.

use leptos::{ev, prelude::*};
use shared::{
    Menu, Operation,
    user::many::{FileFormat, ManyUsers, UserExport, UserImport},
};
use wasm_bindgen_futures::spawn_local;

use super::{fates::Fates, filters::Filters};
use crate::{
    api::{self, Failure},
    browser,
    locales::{common, many_users as t},
    session::Session,
    ui::{
        Button, ButtonKind, Dialog, DialogSize, FailureNotice, FileField, Icon, Menu as ActionMenu,
        MenuEntry, Notice, Toasts, Tone,
    },
};

/// The menu of both ways.
#[component]
pub(super) fn Files(
    /// What the list is narrowed to, and so the file.
    filters: Filters,
    /// Opens the import.
    importing: RwSignal<bool>,
) -> impl IntoView {
    let (session, toasts) = (Session::expect(), Toasts::expect());
    let export = move |format: FileFormat| {
        let query = untrack(|| filters.to_query(None));
        let export = UserExport {
            format: Some(format),
            q: query.q,
            active: query.active,
            role: query.role,
            licence_used: query.licence_used,
            no_login: query.no_login,
            company_admin: query.company_admin,
        };
        let query = serde_urlencoded::to_string(export).unwrap_or_default();
        spawn_local(async move {
            match api::download(&format!("/users/export/link?{query}")).await {
                Ok(()) => toasts.done(t::exported()),
                Err(failure) => toasts.failed(failure.advice()),
            }
        });
    };
    let entries = move |()| {
        let mut entries = Vec::new();
        if untrack(|| session.may(Menu::Users, Operation::Insert)) {
            entries.push(MenuEntry::action(Icon::ArrowUp, t::import(), move || importing.set(true)));
            entries.push(MenuEntry::Line);
        }
        entries.push(MenuEntry::action(Icon::ArrowDown, t::export_csv(), move || export(FileFormat::Csv)));
        entries.push(MenuEntry::action(Icon::ArrowDown, t::export_xlsx(), move || export(FileFormat::Xlsx)));
        entries
    };
    view! { <ActionMenu label=t::files() entries /> }
}

/// Choosing the file, what becomes of it, and the import.
#[component]
pub(super) fn ImportDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Runs after an import.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    view! {
        <Dialog title=Signal::stored(t::import_title().to_owned()) open size=DialogSize::Medium>
            <Import open on_done />
        </Dialog>
    }
}

#[component]
fn Import(open: RwSignal<bool>, on_done: Callback<()>) -> impl IntoView {
    let toasts = Toasts::expect();
    let (file, looked) = (RwSignal::new(None::<Vec<u8>>), RwSignal::new(None::<ManyUsers>));
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let send = move |bytes: Vec<u8>, dry_run: bool| {
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let outcome = api::post::<ManyUsers>("/users/import", &UserImport::of(&bytes, dry_run)).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(many) if dry_run => looked.set(Some(many)),
                Ok(_) => {
                    open.set(false);
                    toasts.done(t::imported());
                    on_done.run(());
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    let choose = move |event: ev::Event| {
        looked.set(None);
        let Some(chosen) = browser::chosen_file(&event) else { return };
        spawn_local(async move {
            if let Some(bytes) = browser::read_file(chosen).await {
                let _ = file.try_set(Some(bytes.clone()));
                send(bytes, true);
            }
        });
    };
    let rows = move || looked.with(|many| many.as_ref().map_or(0, |many| many.created + many.updated));
    let reason = Signal::derive(move || {
        looked.with(|many| match many {
            None => Some(t::file().to_owned()),
            Some(many) if many.refused > 0 => Some(t::import_fix().to_owned()),
            Some(many) if many.seats.is_some() => Some(t::seats_missing().to_owned()),
            Some(many) if many.created + many.updated == 0 => Some(t::nothing_to_do().to_owned()),
            Some(_) => None,
        })
    });
    let import = move |()| {
        if let Some(bytes) = file.get_untracked() {
            send(bytes, false);
        }
    };
    let fix = move || {
        let refused = looked.with(|many| many.as_ref().map_or(0, |many| many.refused));
        (refused > 0).then(|| {
            view! {
                <Notice tone=Tone::Warning title=t::import_refused(refused)>
                    <p>{t::import_fix()}</p>
                </Notice>
            }
        })
    };
    view! {
        <div class="stack">
            <p class="dialog-text">{t::import_text()}</p>
            <FileField label=t::file() accept=".csv,.xlsx,text/csv" help=t::file_help() on_choose=choose />
            <p class="visually-hidden" role="status">{move || busy.get().then(t::reading)}</p>
            {move || failure.get().map(|failure| view! { <Refusal failure /> })}
            {fix}
            {move || looked.get().map(|many| view! { <Fates many lines=true /> })}
            <div class="dialog-actions">
                <Button label=common::cancel() on_press=move |()| open.set(false) />
                <Button
                    label=Signal::derive(move || t::import_all(rows()))
                    kind=ButtonKind::Primary
                    busy
                    reason
                    on_press=import
                />
            </div>
        </div>
    }
}

/// What is wrong with the file as a whole: its columns, or that it is none.
#[component]
fn Refusal(failure: Failure) -> impl IntoView {
    let errors = failure.errors().to_vec();
    let line = |problem: shared::FieldProblem| view! { <p class="fate-problem">{problem.message}</p> };
    view! {
        <FailureNotice failure />
        {errors.into_iter().take(10).map(line).collect_view()}
    }
}
