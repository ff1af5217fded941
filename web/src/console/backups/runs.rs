//! All sets that were made or could not be, as a table.

use leptos::prelude::*;
use shared::console::{BackupKind, BackupPlace, BackupRun, BackupRunFilter};

use super::{super::words, run::duration, words as states};
use crate::{
    api::{self, Paged},
    locale,
    locales::{common, console_backups as t},
    navigation::Opened,
    ui::{
        Badge, Button, ButtonKind, Column, EmptyState, Icon, RowLink, Table, Tone, UrlValue, filter_of,
        url_value,
    },
};

#[component]
pub(super) fn Runs(opened: Opened) -> impl IntoView {
    let (kind, outcome) = (url_value("kind"), url_value("outcome"));
    let list = Paged::new(move |after| {
        let filter = BackupRunFilter {
            after,
            kind: kind.get().and_then(|key| BackupKind::from_key(&key)),
            failed: outcome.get().and_then(|key| match key.as_str() {
                "failed" => Some(true),
                "made" => Some(false),
                _ => None,
            }),
            ..BackupRunFilter::default()
        };
        async move { api::list::<BackupRun>("/backup-runs", &filter).await }
    });
    let is_filtered = Signal::derive(move || kind.is_set() || outcome.is_set());
    let clear = Callback::new(move |()| {
        kind.set(None);
        outcome.set(None);
    });
    let open = {
        let opened = opened.clone();
        move |run: BackupRun| opened.set(Some(&run.id.to_string()))
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
    let empty = || view! { <EmptyState icon=Icon::Layers title=t::empty_title() text=t::empty_text() /> };
    view! {
        <Table
            label=t::all_runs()
            columns=columns(kind, outcome, &opened)
            list
            key=|run: &BackupRun| format!("{}-{:?}-{:?}", run.id, run.finished_at, run.copies)
            toolbar
            filtered=is_filtered
            on_clear=clear
            on_open=open
            current
            empty
        />
    }
}

fn columns(kind: UrlValue, outcome: UrlValue, opened: &Opened) -> Vec<Column<BackupRun>> {
    let opened = opened.clone();
    let kinds =
        || BackupKind::ALL.iter().map(|one| (one.key().to_owned(), states::kind(*one).to_owned())).collect();
    let outcomes = || {
        let both = [("made", t::made_only()), ("failed", t::failed_only())];
        both.map(|(key, label)| (key.to_owned(), label.to_owned())).to_vec()
    };
    vec![
        Column::new("set", t::started(), move |run: BackupRun| begun(&run, opened.clone())),
        Column::new("kind", t::kind(), |run: BackupRun| states::kind(run.kind)).filtered_by(filter_of(
            t::kind(),
            kind,
            kinds,
        )),
        Column::new("outcome", t::outcome(), |run: BackupRun| match (&run.set, run.error) {
            (Some(_), _) => view! { <Badge label=t::kept() tone=Tone::Good /> },
            (None, Some(error)) => view! { <Badge label=t::failed() tone=Tone::Bad hint=error /> },
            (None, None) => view! { <Badge label=t::under_way() tone=Tone::Info /> },
        })
        .filtered_by(filter_of(t::outcome(), outcome, outcomes)),
        Column::new("local", t::local(), |run: BackupRun| copy(&run, BackupPlace::Local)),
        Column::new("off_site", t::off_site(), |run: BackupRun| copy(&run, BackupPlace::OffSite)),
        Column::new("size", t::size(), |run: BackupRun| run.bytes.map(words::bytes)).numeric(),
        Column::new("duration", t::duration(), |run: BackupRun| {
            run.finished_at.map(|end| duration((end - run.started_at).num_milliseconds()))
        })
        .numeric(),
    ]
}

/// When it was begun leads to it.
fn begun(run: &BackupRun, opened: Opened) -> impl IntoView + use<> {
    let id = run.id.to_string();
    let href = format!("?view={}&open={id}", super::RUNS);
    let label = locale::instant(run.started_at);
    view! {
        <RowLink opened open=id href>
            <span class="numeric">{label}</span>
        </RowLink>
    }
}

fn copy(run: &BackupRun, place: BackupPlace) -> impl IntoView + use<> {
    let copy = run.copies.iter().find(|copy| copy.place == place).cloned();
    copy.map(|copy| view! { <Badge label=states::copy(copy.state) tone=states::copy_tone(copy.state) /> })
}
