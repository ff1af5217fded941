//! The sets of rows that can be brought back, and how each is.

use leptos::prelude::*;
use shared::console::{BackupKind, BackupPlace, BackupRun, BackupRunFilter};

use super::{SETS, commands};
use crate::{
    api::{self, Loader, Paged},
    backups::{copy_tone, copy_words},
    browser, locale,
    locales::{console_backups as backup_texts, console_restore as t},
    navigation::Opened,
    ui::{
        AsyncView, Badge, Column, Copyable, EmptyState, Icon, Notice, Panel, RowLink, Section, Table, Tone,
        give_focus_back,
    },
    words::bytes,
};

/// The newest first, as far as somebody has read them whole in a store.
#[component]
pub(super) fn Sets(opened: Opened) -> impl IntoView {
    let list = Paged::new(move |after| {
        let filter = BackupRunFilter {
            kind: Some(BackupKind::Database),
            failed: Some(false),
            after,
            ..BackupRunFilter::default()
        };
        async move {
            let mut page = api::list::<BackupRun>("/backup-runs", &filter).await?;
            page.items.retain(|run| run.set.is_some() && commands::source(run).is_some());
            Ok(page)
        }
    });
    let open = {
        let opened = opened.clone();
        move |run: BackupRun| opened.set(Some(&run.id.to_string()))
    };
    let current = opened.signal();
    let empty = || view! { <EmptyState icon=Icon::History title=t::empty_title() text=t::empty_text() /> };
    view! {
        <Table
            label=t::sets()
            columns=columns(&opened)
            list
            key=|run: &BackupRun| run.id.to_string()
            on_open=open
            current
            empty
        />
    }
}

fn columns(opened: &Opened) -> Vec<Column<BackupRun>> {
    let opened = opened.clone();
    vec![
        Column::new("set", backup_texts::started(), move |run: BackupRun| {
            let id = run.id.to_string();
            let href = format!("?view={SETS}&open={id}");
            view! {
                <RowLink opened=opened.clone() open=id href>
                    <span class="numeric">{locale::instant(run.started_at)}</span>
                </RowLink>
            }
        }),
        Column::new("name", t::set(), |run: BackupRun| run.set.map(|set| view! { <code>{set}</code> })),
        Column::new("local", backup_texts::local(), |run: BackupRun| copy(&run, BackupPlace::Local)),
        Column::new("off_site", backup_texts::off_site(), |run: BackupRun| copy(&run, BackupPlace::OffSite)),
        Column::new("size", backup_texts::size(), |run: BackupRun| run.bytes.map(bytes)).numeric(),
    ]
}

fn copy(run: &BackupRun, place: BackupPlace) -> impl IntoView + use<> {
    let state = run.copies.iter().find(|copy| copy.place == place).map(|copy| copy.state);
    state.map(|state| view! { <Badge label=copy_words(state) tone=copy_tone(state) /> })
}

/// The set that was chosen, with what to type.
#[component]
pub(super) fn SetPanel(opened: Opened) -> impl IntoView {
    let open = opened.signal();
    let title = RwSignal::new(t::panel_loading().to_owned());
    let close = Callback::new(move |()| opened.set(None));
    give_focus_back(open);
    let content = move || match open.get() {
        None => ().into_any(),
        Some(id) => view! { <Chosen id title /> }.into_any(),
    };
    view! {
        <Panel title open=Signal::derive(move || open.with(Option::is_some)) on_close=close>
            {content}
        </Panel>
    }
}

#[component]
fn Chosen(id: String, title: RwSignal<String>) -> impl IntoView {
    let loader = Loader::new(move || {
        let path = format!("/backup-runs/{id}");
        async move { api::get::<BackupRun>(&path).await }
    });
    view! {
        <AsyncView
            loader
            view=move |run: BackupRun| {
                title.set(run.set.clone().unwrap_or_else(|| t::panel_loading().to_owned()));
                shown(&run)
            }
        />
    }
}

fn shown(run: &BackupRun) -> AnyView {
    let Some((set, from)) = run.set.as_deref().zip(commands::source(run)) else {
        return view! { <Notice tone=Tone::Warning title=t::set_gone() /> }.into_any();
    };
    // The set tells of the moment at which it was begun.
    let instant = commands::is_in_stream(run.started_at, browser::now()).then(|| {
        view! { <Copyable label=t::instant_of_set() text=commands::instant(run.started_at) /> }
    });
    let (everything, one) = (commands::everything(set, from), commands::one(set, from));
    view! {
        <p class="muted">{t::why_text()}</p>
        <Section title=t::commands() text=t::commands_text()>
            <Copyable label=t::everything() text=everything />
            <Copyable label=t::one() text=one />
            <p class="field-help">{t::one_text()}</p>
            {instant}
        </Section>
    }
    .into_any()
}
