//! One set, beside the timeline or the list.

use leptos::prelude::*;
use shared::console::{BackupCopy, BackupRun};

use super::{super::words, words as states};
use crate::{
    api::{self, Loader},
    locale,
    locales::console_backups as t,
    navigation::Opened,
    ui::{AsyncView, Badge, Notice, Panel, Section, Tone, give_focus_back},
};

#[component]
pub(super) fn RunPanel(opened: Opened) -> impl IntoView {
    let open = opened.signal();
    let title = RwSignal::new(t::panel_loading().to_owned());
    let close = Callback::new(move |()| opened.set(None));
    give_focus_back(open);
    let content = move || match open.get() {
        None => ().into_any(),
        Some(id) => view! { <Run id title /> }.into_any(),
    };
    view! {
        <Panel title open=Signal::derive(move || open.with(Option::is_some)) on_close=close>
            {content}
        </Panel>
    }
}

#[component]
fn Run(id: String, title: RwSignal<String>) -> impl IntoView {
    let loader = Loader::new(move || {
        let path = format!("/backup-runs/{id}");
        async move { api::get::<BackupRun>(&path).await }
    });
    view! {
        <AsyncView
            loader
            view=move |run: BackupRun| {
                title.set(run.set.clone().unwrap_or_else(|| states::kind(run.kind).to_owned()));
                loaded(run)
            }
        />
    }
}

fn loaded(run: BackupRun) -> impl IntoView {
    let fact = |label: &'static str, value: AnyView| {
        view! {
            <div>
                <dt>{label}</dt>
                <dd>{value}</dd>
            </div>
        }
    };
    let numeric = |text: String| view! { <span class="numeric">{text}</span> }.into_any();
    let outcome = match (&run.set, &run.error) {
        (Some(_), _) => view! { <Badge label=t::kept() tone=Tone::Good /> }.into_any(),
        (None, Some(_)) => view! { <Badge label=t::failed() tone=Tone::Bad /> }.into_any(),
        (None, None) => view! { <Badge label=t::under_way() tone=Tone::Info /> }.into_any(),
    };
    let took = run.finished_at.map(|end| duration((end - run.started_at).num_milliseconds()));
    let size = run.bytes.zip(run.bytes_put);
    let size = size.map(|(all, new)| t::size_text(&words::bytes(all), &words::bytes(new)));
    let objects = run.objects.zip(run.objects_unchanged).map(|(all, unchanged)| {
        t::objects_text(&locale::number(i64::from(all)), &locale::number(i64::from(unchanged)))
    });
    view! {
        <dl class="audit-facts">
            {fact(t::kind(), states::kind(run.kind).into_any())}
            {fact(t::outcome(), outcome)}
            {fact(t::started(), numeric(locale::instant(run.started_at)))}
            {took.map(|took| fact(t::duration(), numeric(took)))}
            {size.map(|size| fact(t::size(), numeric(size)))}
            {objects.map(|objects| fact(t::objects(), numeric(objects)))}
            {run
                .manifest_hash
                .map(|hash| fact(t::checksum(), view! { <code class="mono">{hash}</code> }.into_any()))}
        </dl>
        {run.error.map(|error| view! { <Notice tone=Tone::Bad title=t::why()><p>{error}</p></Notice> })}
        {(!run.copies.is_empty())
            .then(|| {
                view! {
                    <Section title=t::stores()>
                        <ul class="copies">{run.copies.into_iter().map(copy).collect_view()}</ul>
                    </Section>
                }
            })}
    }
}

fn copy(copy: BackupCopy) -> impl IntoView {
    let at = copy.at.map(|at| view! { <span class="muted numeric">{locale::instant(at)}</span> });
    view! {
        <li>
            <div class="copies-line">
                <strong>{states::place(copy.place)}</strong>
                <Badge label=states::copy(copy.state) tone=states::copy_tone(copy.state) />
                {at}
            </div>
            {copy.error.map(|error| view! { <p class="copies-why">{error}</p> })}
        </li>
    }
}

/// How long something took.
#[expect(clippy::cast_precision_loss, reason = "no set takes so many milliseconds")]
pub(super) fn duration(milliseconds: i64) -> String {
    words::seconds(milliseconds as f64 / 1000.0)
}
