//! The newest sets, whether one came back, whether anybody looks, and how full the stores are.

use leptos::prelude::*;
use shared::console::{BackupKind, BackupOverview, BackupPlace, BackupSlot, CopyState, SlotState, StoreUse};

use super::{super::words, words as states};
use crate::{
    locale,
    locales::console_backups as t,
    ui::{Badge, Progress, Tone},
};

#[component]
pub(super) fn Cards(overview: BackupOverview) -> impl IntoView {
    let newest = |kind: BackupKind| {
        let tier = overview.tiers.iter().find(|tier| tier.kind == kind);
        tier.and_then(|tier| tier.slots.iter().find(|slot| slot.state == SlotState::Kept)).cloned()
    };
    view! {
        <div class="cards">
            {newest_card(BackupKind::Database, newest(BackupKind::Database).as_ref())}
            {newest_card(BackupKind::Files, newest(BackupKind::Files).as_ref())}
            {trial_card(&overview)}
            {environment_card(&overview)}
            {overview.stores.iter().map(store_card).collect_view()}
        </div>
    }
}

fn card(title: String, mark: AnyView, body: AnyView) -> impl IntoView {
    view! {
        <section class="card fact-card">
            <header class="card-head">
                <h2 class="card-title">{title}</h2>
                {mark}
            </header>
            <div class="card-body">{body}</div>
        </section>
    }
}

fn newest_card(kind: BackupKind, slot: Option<&BackupSlot>) -> impl IntoView + use<> {
    let title = t::latest(states::kind(kind));
    let Some(slot) = slot else {
        let none = view! { <p class="muted">{t::newest_none()}</p> };
        return card(title, ().into_any(), none.into_any()).into_any();
    };
    // The mark is that of the store in which it stands worst.
    let worst = slot.copies.iter().map(|copy| copy.state).max_by_key(|state| match state {
        CopyState::Verified => 0,
        CopyState::Removed => 1,
        CopyState::Put => 2,
        CopyState::Waiting => 3,
        CopyState::Damaged => 4,
    });
    let mark = worst.map(|state| view! { <Badge label=states::copy(state) tone=states::copy_tone(state) /> });
    let copies = slot
        .copies
        .iter()
        .map(|copy| {
            view! {
                <div>
                    <dt>{states::place(copy.place)}</dt>
                    <dd>{states::copy(copy.state)}</dd>
                </div>
            }
        })
        .collect_view();
    let body = view! {
        <p class="card-figure numeric">{words::slot(slot.starts_at)}</p>
        <dl class="card-facts">{copies}</dl>
    };
    card(title, mark.into_any(), body.into_any()).into_any()
}

/// The last set that was restored on trial.
pub(in super::super) fn trial_card(overview: &BackupOverview) -> impl IntoView + use<> {
    let trial = overview.attendance.as_ref().and_then(|said| said.trial.clone());
    let body = match trial {
        None => view! { <p class="muted">{t::trial_none()}</p> }.into_any(),
        Some(trial) => {
            let rows = locale::number(i64::try_from(trial.rows).unwrap_or(i64::MAX));
            view! {
                <p class="card-figure numeric">{t::trial_text(&rows, &words::seconds(trial.seconds))}</p>
                <p class="muted mono card-set">{trial.set}</p>
                <p class="muted numeric">{locale::instant(trial.at)}</p>
            }
            .into_any()
        }
    };
    card(t::trial().to_owned(), ().into_any(), body)
}

fn environment_card(overview: &BackupOverview) -> impl IntoView + use<> {
    let Some(said) = &overview.attendance else {
        let mark = view! { <Badge label=t::environment_never() tone=Tone::Warning /> };
        let body = view! { <p class="muted">{t::environment_never_text()}</p> };
        return card(t::environment().to_owned(), mark.into_any(), body.into_any()).into_any();
    };
    let (word, tone) = if said.silent {
        (t::environment_silent(), Tone::Bad)
    } else {
        (t::environment_speaks(), Tone::Good)
    };
    let mark = view! { <Badge label=word tone /> };
    let body = view! {
        <p class="card-figure numeric">{t::heard(&words::ago(said.written_at))}</p>
        {said.pruned_at.map(|at| view! { <p class="muted numeric">{t::pruned(&words::ago(at))}</p> })}
    };
    card(t::environment().to_owned(), mark.into_any(), body.into_any()).into_any()
}

#[expect(clippy::cast_precision_loss, reason = "a bar has no more than a thousand steps")]
fn store_card(store: &StoreUse) -> impl IntoView + use<> {
    let title = match store.place {
        BackupPlace::Local => t::local_store(),
        BackupPlace::OffSite => t::off_site_store(),
    };
    let used =
        store.bytes.map_or_else(|| t::used_unknown().to_owned(), |bytes| t::used(&words::bytes(bytes)));
    let value = store.bytes.unwrap_or(0);
    let forecast = store
        .forecast_bytes
        .map_or_else(|| t::forecast_unknown().to_owned(), |bytes| t::forecast(&words::bytes(bytes)));
    let is_tight = store.forecast_bytes.is_some_and(|bytes| bytes > store.planned_bytes);
    let tone = if value > store.planned_bytes {
        Tone::Bad
    } else if is_tight {
        Tone::Warning
    } else {
        Tone::Good
    };
    let sets = t::sets(i64::from(store.sets), &locale::number(i64::from(store.planned_sets)));
    let body = view! {
        <Progress
            label=used
            value=Signal::stored(value as f64)
            maximum=store.planned_bytes as f64
            figure=Signal::stored(t::planned(&words::bytes(store.planned_bytes)))
            tone=Signal::stored(tone)
        />
        <p class="muted numeric">{sets}</p>
        <p class=if is_tight { "card-warning numeric" } else { "muted numeric" }>{forecast}</p>
    };
    card(title.to_owned(), ().into_any(), body.into_any()).into_any()
}
